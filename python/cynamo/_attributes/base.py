"""
Attribute: the base of all attributes.

An attribute is three things: a description of one attribute of the items (name, type, key, default), a descriptor that
reads and writes its value in the `attribute_values` of a model or a map, and an operand of conditions and updates.

On the class of a model, `Model.a_map.a_name` is the attribute `a_name` with the path of the place it has in the item: each
map that is an attribute keeps copies of the attributes of its class with their paths set (maps.py).
"""
from cynamo._generic import Subscriptable
from cynamo.exceptions import AttributeDeserializationError
from cynamo.expressions.operand import Path

_DOCUMENTATION = 'https://pynamodb.readthedocs.io/en/latest/api.html#pynamodb.attributes.Attribute'
_IMMUTABLE_TYPE_NAMES = 'str, int, float, datetime, timedelta, bytes, bool, tuple, frozenset, NoneType'
# The others of the list above are loaded when a default is none of these.
_SIMPLE_IMMUTABLES = (type(None), str, int, float, bytes, bool, tuple, frozenset)


def immutable_types():
    """The types whose values may be defaults."""
    from datetime import datetime, timedelta
    return (str, int, float, datetime, timedelta, bytes, bool, tuple, frozenset, type(None))


def _may_be_default(value):
    if isinstance(value, _SIMPLE_IMMUTABLES) or callable(value) or isinstance(value, immutable_types()):
        return True
    # More than PynamoDB allows: values of the standard library's that cannot change either.
    from datetime import date
    from decimal import Decimal
    from enum import Enum
    from uuid import UUID
    return isinstance(value, (date, Decimal, Enum, UUID))


def _check_default(option, value):
    # A list or dict given as default would be shared by all items.
    if not _may_be_default(value):
        raise ValueError(f"An attribute's '{option}' must be immutable ({_IMMUTABLE_TYPE_NAMES}) or a callable "
                         f'(see {_DOCUMENTATION})')


def is_attribute_container(instance):
    """Whether this is a model or map with values, rather than a map that is an attribute of a class."""
    return 'attribute_values' in instance.__dict__


class Attribute(Subscriptable):
    """
    One attribute of a model, an index or a map.

    :param hash_key: whether it is the hash (partition) key
    :param range_key: whether it is the range (sort) key
    :param null: whether it may be None, and is then left out of the item
    :param default: value, or callable that makes the value, of items that have none: new ones and those that are read
    :param default_for_new: the same for new items only
    :param attr_name: its name in the items, where that is not its name in Python
    """

    null = False
    # Maps and lists are told whether nulls are checked, down to the last level.
    _has_null_check = False

    def __init__(self, hash_key=False, range_key=False, null=None, default=None, default_for_new=None, attr_name=None):
        if default is not None and default_for_new is not None:
            raise ValueError('An attribute cannot have both default and default_for_new parameters')
        _check_default('default', default)
        _check_default('default_for_new', default_for_new)
        self.default = default
        self.default_for_new = default_for_new
        if null is not None:
            self.null = null
        self.is_hash_key = hash_key
        self.is_range_key = range_key
        # The last segment is the attribute's own name, None until __set_name__ has told it.
        self.attr_path = [attr_name]

    @property
    def attr_name(self):
        return self.attr_path[-1]

    @attr_name.setter
    def attr_name(self, value):
        self.attr_path[-1] = value

    # As a descriptor

    def __set_name__(self, owner, name):
        if not self.attr_name:
            self.attr_name = name

    def __get__(self, instance, owner):
        if instance is None:
            return self
        name = self.attr_path[-1]
        name = instance._dynamo_to_python_attrs.get(name, name)
        held = instance.__dict__
        if 'attribute_values' not in held and self._is_map_attribute_class_object(instance):
            # A map that is an attribute: its own copy of this attribute, which knows its path.
            return held.get(name) or self
        return instance.attribute_values.get(name)

    def __set__(self, instance, value):
        if instance is not None and not self._is_map_attribute_class_object(instance):
            name = self.attr_path[-1]
            instance.attribute_values[instance._dynamo_to_python_attrs.get(name, name)] = value

    def _is_map_attribute_class_object(self, instance):
        return isinstance(instance, Attribute) and not is_attribute_container(instance)

    # Between Python's values and DynamoDB's

    def serialize(self, value):
        """The value in the form that botocore's DynamoDB client takes; None where there is nothing to store."""
        return value

    def deserialize(self, value):
        """The value of what botocore's DynamoDB client gave."""
        return value

    def get_value(self, value):
        """What a typed value, as ``{'S': 'text'}``, holds; an error where it has another type than this attribute."""
        if self.attr_type not in value:
            raise AttributeDeserializationError(self.attr_name, self.attr_type)
        return value[self.attr_type]

    # In conditions

    def __iter__(self):
        # Python would else iterate by __getitem__, without an end.
        raise TypeError(f"'{type(self).__name__}' object is not iterable")

    def __eq__(self, other):
        return Path(self) == other

    def __ne__(self, other):
        return Path(self) != other

    def __lt__(self, other):
        return Path(self) < other

    def __le__(self, other):
        return Path(self) <= other

    def __gt__(self, other):
        return Path(self) > other

    def __ge__(self, other):
        return Path(self) >= other

    def __getitem__(self, item):
        return Path(self)[item]

    def between(self, lower, upper):
        return Path(self).between(lower, upper)

    def is_in(self, *values):
        return Path(self).is_in(*values)

    def exists(self):
        return Path(self).exists()

    def does_not_exist(self):
        return Path(self).does_not_exist()

    def is_type(self):
        return Path(self).is_type(self.attr_type)

    def startswith(self, prefix):
        return Path(self).startswith(prefix)

    def contains(self, item):
        return Path(self).contains(item)

    # In updates

    def __add__(self, other):
        return Path(self) + other

    def __radd__(self, other):
        return Path(self).__radd__(other)

    def __sub__(self, other):
        return Path(self) - other

    def __rsub__(self, other):
        return Path(self).__rsub__(other)

    def __or__(self, other):
        return Path(self) | other

    def append(self, other):
        return Path(self).append(other)

    def prepend(self, other):
        return Path(self).prepend(other)

    def set(self, value):
        return Path(self).set(value)

    def remove(self):
        return Path(self).remove()

    def add(self, *values):
        return Path(self).add(*values)

    def delete(self, *values):
        return Path(self).delete(*values)
