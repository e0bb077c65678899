"""
Attributes declared by annotations::

    class User(Model):
        id: Mapped[str] = mapped(hash_key=True)
        age: Mapped[Optional[int]]
        tags: Mapped[Set[str]]

`make_attributes` is called for the body of a class that has such annotations, before the class is made. An annotation
whose name is bound to an attribute (``age: Mapped[int] = NumberAttribute()``) only informs type checkers.
"""
import sys

from cynamo._attributes.base import Attribute
from cynamo._attributes.documents import ListAttribute, MapAttribute
from cynamo._attributes.enums import EnumAttribute, EnumSetAttribute
from cynamo._attributes.scalars import (
    BinaryAttribute, BooleanAttribute, DecimalAttribute, NullAttribute, NumberAttribute, UnicodeAttribute
)
from cynamo._attributes.sets import BinarySetAttribute, DecimalSetAttribute, NumberSetAttribute, UnicodeSetAttribute
from cynamo._attributes.times import UTCDateTimeAttribute
from cynamo._generic import Mapped

_SCALARS = {
    str: UnicodeAttribute, bool: BooleanAttribute, int: NumberAttribute, float: NumberAttribute,
    dict: MapAttribute, list: ListAttribute, type(None): NullAttribute,
}
_SETS = {str: UnicodeSetAttribute, int: NumberSetAttribute, float: NumberSetAttribute}


class _Options:
    """What `mapped(...)` was called with, until the class makes an attribute of it."""

    def __init__(self, options):
        self.options = options


def mapped(**options):
    """The options of an attribute that an annotation declares: hash_key, range_key, null, default, attr_name, …"""
    return _Options(options)


def make_attributes(class_name, namespace, annotations):
    """Puts an attribute in the namespace for each annotation `Mapped[…]` whose name has none."""
    for name, annotation in annotations.items():
        bound = namespace.get(name)
        if isinstance(bound, Attribute):
            continue
        content = _content(annotation, namespace, class_name, name)
        if content is None:
            continue
        if bound is not None and not isinstance(bound, _Options):
            raise TypeError(f'{class_name}.{name}: a default is given with mapped(default=…)')
        options = bound.options if bound is not None else {}
        try:
            namespace[name] = attribute_for(content, options)
        except TypeError as error:
            raise TypeError(f'{class_name}.{name}: {error}') from None


def _content(annotation, namespace, class_name, name):
    """What stands inside Mapped[…], or None where the annotation is another."""
    if isinstance(annotation, str):
        if 'Mapped[' not in annotation:
            return None
        annotation = _evaluate(annotation, namespace, class_name, name)
    if getattr(annotation, '__origin__', None) is Mapped:
        return annotation.__args__[0]
    return None


def _evaluate(annotation, namespace, class_name, name):
    # As typing.get_type_hints does for annotations kept as text (from __future__ import annotations).
    module = sys.modules.get(namespace.get('__module__'))
    try:
        return eval(annotation, dict(vars(module)) if module else {}, dict(namespace))
    except NameError as error:
        raise TypeError(f'{class_name}.{name}: {error}, which {annotation} needs') from None


def attribute_for(kind, options):
    """An attribute for values of a type; TypeError where there is none."""
    kind, is_optional = _without_none(kind)
    if is_optional:
        options = {'null': True, **options}
    return _make(kind, options)


def _without_none(kind):
    arguments = getattr(kind, '__args__', ())
    origin = getattr(kind, '__origin__', None)
    is_union = str(origin) == 'typing.Union' or type(kind).__name__ in ('UnionType', 'Union')
    if not is_union or type(None) not in arguments:
        return kind, False
    others = [a for a in arguments if a is not type(None)]
    if len(others) > 1:
        raise TypeError(f'no attribute holds {kind}')
    return others[0], True


def _make(kind, options):
    origin = getattr(kind, '__origin__', None)
    if origin in (set, frozenset):
        return _make_set(kind.__args__[0], options)
    if origin is list:
        return ListAttribute(of=_element(kind.__args__[0]), **options)
    if origin is dict:
        return MapAttribute(**options)
    if kind in _SCALARS:
        return _SCALARS[kind](**options)
    if kind is bytes:
        return BinaryAttribute(legacy_encoding=False, **options)
    if isinstance(kind, type):
        return _make_of_class(kind, options)
    raise TypeError(f'no attribute holds {kind}')


def _make_of_class(kind, options):
    from datetime import datetime
    from decimal import Decimal
    from enum import Enum
    if issubclass(kind, Attribute):
        return kind(**options)
    if issubclass(kind, Enum):
        return EnumAttribute(kind, **options)
    if issubclass(kind, Decimal):
        return DecimalAttribute(**options)
    if issubclass(kind, datetime):
        return UTCDateTimeAttribute(**options)
    raise TypeError(f'no attribute holds {kind.__name__}')


def _make_set(kind, options):
    from decimal import Decimal
    from enum import Enum
    if kind in _SETS:
        return _SETS[kind](**options)
    if kind is bytes:
        return BinarySetAttribute(legacy_encoding=False, **options)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return EnumSetAttribute(kind, **options)
    if isinstance(kind, type) and issubclass(kind, Decimal):
        return DecimalSetAttribute(**options)
    raise TypeError(f'no attribute holds a set of {kind}')


def _element(kind):
    """What ListAttribute(of=…) takes for elements of a type: None where they may be of any."""
    if str(kind) == 'typing.Any':
        return None
    if isinstance(kind, type) and issubclass(kind, Attribute):
        return kind
    return attribute_for(kind, {})
