"""The comparison that PynamoDB's test_model expects in a module `deep_eq`: containers are equal element by element."""
from collections.abc import Iterable


def deep_eq(left, right, _assert=False):
    equal = _equal(left, right)
    if _assert:
        assert equal, '{!r} != {!r}'.format(left, right)
    return equal


def _equal(left, right):
    if isinstance(left, (str, bytes)) or not isinstance(left, Iterable):
        return left == right
    if isinstance(left, dict):
        return isinstance(right, dict) and left.keys() == right.keys() and all(
            _equal(value, right[name]) for name, value in left.items())
    if not isinstance(right, Iterable):
        return False
    left, right = list(left), list(right)
    return len(left) == len(right) and all(map(_equal, left, right))
