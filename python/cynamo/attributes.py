"""
The attributes that models, indexes and maps are made of.

The classes are written in `cynamo._attributes`, by kind, and belong here: pickles and reprs name this module.
"""
from cynamo._attributes.base import _IMMUTABLE_TYPE_NAMES, Attribute, immutable_types
from cynamo._attributes.container import AttributeContainer, AttributeContainerMeta
from cynamo._attributes.discriminator import DiscriminatorAttribute
from cynamo._attributes.documents import (
    DESERIALIZE_CLASS_MAP, SERIALIZE_CLASS_MAP, DynamicMapAttribute, ListAttribute, MapAttribute, MetaMapAttribute,
    _get_class_for_serialize
)
from cynamo._attributes.enums import EnumAttribute, EnumSetAttribute
from cynamo._attributes.scalars import (
    BinaryAttribute, BooleanAttribute, DecimalAttribute, JSONAttribute, NullAttribute, NumberAttribute,
    UnicodeAttribute, VersionAttribute
)
from cynamo._attributes.sets import BinarySetAttribute, DecimalSetAttribute, NumberSetAttribute, UnicodeSetAttribute
from cynamo._attributes.times import TTLAttribute, UTCDateTimeAttribute
from cynamo._generic import Mapped
from cynamo._util import attr_value_to_simple_dict, bin_decode_attr, bin_encode_attr, simple_dict_to_attr_value
from cynamo.constants import (
    BINARY, BINARY_SET, BOOLEAN, DATETIME_FORMAT, LIST, MAP, NULL, NUMBER, NUMBER_SET, STRING, STRING_SET
)
from cynamo.exceptions import AttributeDeserializationError, AttributeNullError
from cynamo.expressions.operand import Path

for _class in list(globals().values()):
    if isinstance(_class, type) and _class.__module__.startswith('cynamo._attributes.'):
        _class.__module__ = __name__
del _class


# Names that programs import from PynamoDB's module of this name: type variables, and what it has imported itself.
_TYPE_VARIABLES = ('_T', '_KT', '_VT', '_MT', '_ACT', '_A')
_FROM_ELSEWHERE = {
    'mapped': ('cynamo._attributes.mapped', 'mapped'),
    'datetime': ('datetime', 'datetime'),
    'timedelta': ('datetime', 'timedelta'),
    'timezone': ('datetime', 'timezone'),
    'b64decode': ('base64', 'b64decode'),
    'b64encode': ('base64', 'b64encode'),
    'base64': ('base64', None),
    'calendar': ('calendar', None),
    'deepcopy': ('copy', 'deepcopy'),
    'json': ('json', None),
    'time': ('time', None),
    'warnings': ('warnings', None),
}


def __getattr__(name):
    if name == '_IMMUTABLE_TYPES':
        value = immutable_types()
    elif name in _TYPE_VARIABLES:
        from typing import TypeVar
        value = TypeVar(name)
    elif name in _FROM_ELSEWHERE:
        from importlib import import_module
        module, attribute = _FROM_ELSEWHERE[name]
        value = import_module(module)
        value = getattr(value, attribute) if attribute else value
    else:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    globals()[name] = value
    return value
