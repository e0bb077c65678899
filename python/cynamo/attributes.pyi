"""Types of cynamo.attributes: they are PynamoDB's, and Attribute is covariant so that Mapped[Optional[str]] may be declared."""
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import (
    Any, Callable, Dict, Generic, Iterable, Iterator, List, Mapping, NoReturn, Optional, Set, Tuple, Type, TypeVar, Union,
    overload
)

from cynamo._util import (
    attr_value_to_simple_dict as attr_value_to_simple_dict,
    bin_decode_attr as bin_decode_attr,
    bin_encode_attr as bin_encode_attr,
    simple_dict_to_attr_value as simple_dict_to_attr_value,
)
from cynamo.exceptions import (
    AttributeDeserializationError as AttributeDeserializationError,
    AttributeNullError as AttributeNullError,
)
from cynamo.expressions.condition import BeginsWith, Between, Comparison, Contains, Exists, In, IsType, NotExists
from cynamo.expressions.operand import Path as Path, _Decrement, _IfNotExists, _Increment, _ListAppend
from cynamo.expressions.update import AddAction, DeleteAction, RemoveAction, SetAction

_T = TypeVar('_T')
_T_co = TypeVar('_T_co', covariant=True)
_KT = TypeVar('_KT', bound=str)
_VT = TypeVar('_VT')
_E = TypeVar('_E', bound=Enum)
_MT = TypeVar('_MT', bound='MapAttribute[Any, Any]')
_A = TypeVar('_A', bound='Attribute[Any]')
_ACT = TypeVar('_ACT', bound='AttributeContainer')

_IMMUTABLE_TYPES: Tuple[type, ...]
_IMMUTABLE_TYPE_NAMES: str

class Attribute(Generic[_T_co]):
    attr_type: str
    null: bool
    default: Any
    default_for_new: Any
    is_hash_key: bool
    is_range_key: bool
    attr_path: List[str]
    def __init__(
        self,
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Union[_T_co, Callable[..., _T_co]]] = ...,
        default_for_new: Optional[Union[Any, Callable[..., _T_co]]] = ...,
        attr_name: Optional[str] = ...,
    ) -> None: ...
    @property
    def attr_name(self) -> str: ...
    @attr_name.setter
    def attr_name(self, value: str) -> None: ...
    def __set__(self, instance: Any, value: Optional[_T_co]) -> None: ...  # type: ignore[misc]
    @overload
    def __get__(self: _A, instance: None, owner: Any) -> _A: ...
    @overload
    def __get__(self, instance: Any, owner: Any) -> _T_co: ...
    def __set_name__(self, owner: Type[Any], name: str) -> None: ...
    def serialize(self, value: Any) -> Any: ...
    def deserialize(self, value: Any) -> Any: ...
    def get_value(self, value: Dict[str, Any]) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __eq__(self, other: Any) -> Comparison: ...  # type: ignore[override]
    def __ne__(self, other: Any) -> Comparison: ...  # type: ignore[override]
    def __lt__(self, other: Any) -> Comparison: ...
    def __le__(self, other: Any) -> Comparison: ...
    def __gt__(self, other: Any) -> Comparison: ...
    def __ge__(self, other: Any) -> Comparison: ...
    def __getitem__(self, item: Union[int, str]) -> Path: ...
    def between(self, lower: Any, upper: Any) -> Between: ...
    def is_in(self, *values: _T_co) -> In: ...  # type: ignore[misc]
    def exists(self) -> Exists: ...
    def does_not_exist(self) -> NotExists: ...
    def is_type(self) -> IsType: ...
    def startswith(self, prefix: str) -> BeginsWith: ...
    def contains(self, item: Any) -> Contains: ...
    def __add__(self, other: Any) -> _Increment: ...
    def __radd__(self, other: Any) -> _Increment: ...
    def __sub__(self, other: Any) -> _Decrement: ...
    def __rsub__(self, other: Any) -> _Decrement: ...
    def __or__(self, other: Any) -> _IfNotExists: ...
    def append(self, other: Iterable[Any]) -> _ListAppend: ...
    def prepend(self, other: Iterable[Any]) -> _ListAppend: ...
    def set(
        self, value: Union[_T_co, Attribute[_T_co], _Increment, _Decrement, _IfNotExists, _ListAppend]  # type: ignore[misc]
    ) -> Union[SetAction, RemoveAction]: ...
    def remove(self) -> RemoveAction: ...
    def add(self, *values: Any) -> AddAction: ...
    def delete(self, *values: Any) -> DeleteAction: ...

# `name: Mapped[Optional[str]] = UnicodeAttribute(null=True)`, or with mapped(), or with no value at all.
Mapped = Attribute

def mapped(
    *,
    hash_key: bool = ...,
    range_key: bool = ...,
    null: Optional[bool] = ...,
    default: Any = ...,
    default_for_new: Any = ...,
    attr_name: Optional[str] = ...,
    **options: Any,
) -> Any: ...

class AttributeContainerMeta(type):
    _attributes: Dict[str, Attribute[Any]]
    _dynamo_to_python_attrs: Dict[str, str]
    _discriminator: Optional[str]
    def __new__(
        cls: Type[_T], name: str, bases: Tuple[type, ...], namespace: Dict[str, Any], discriminator: Any = ...
    ) -> _T: ...
    def __init__(
        self, name: str, bases: Tuple[type, ...], namespace: Dict[str, Any], discriminator: Any = ...
    ) -> None: ...
    @staticmethod
    def _initialize_attributes(cls: Any, discriminator_value: Any) -> None: ...

class AttributeContainer(metaclass=AttributeContainerMeta):
    attribute_values: Dict[str, Any]
    def __init__(self, _user_instantiated: bool = ..., **attributes: Any) -> None: ...
    @classmethod
    def _get_attributes(cls) -> Dict[str, Attribute[Any]]: ...
    @classmethod
    def get_attributes(cls) -> Dict[str, Attribute[Any]]: ...
    @classmethod
    def _dynamo_to_python_attr(cls, dynamo_key: str) -> str: ...
    @classmethod
    def _get_discriminator_attribute(cls) -> Optional[DiscriminatorAttribute]: ...
    @classmethod
    def _get_discriminator_class(cls, attribute_values: Dict[str, Dict[str, Any]]) -> Optional[Type[Any]]: ...
    @classmethod
    def _instantiate(cls: Type[_ACT], attribute_values: Dict[str, Dict[str, Any]]) -> _ACT: ...
    @classmethod
    def _update_attribute_types(cls, attribute_values: Dict[str, Dict[str, Any]]) -> None: ...
    def _set_discriminator(self) -> None: ...
    def _set_defaults(self, _user_instantiated: bool = ...) -> None: ...
    def _set_attributes(self, **attributes: Any) -> None: ...
    def _container_serialize(self, null_check: bool = ...) -> Dict[str, Dict[str, Any]]: ...
    def _container_deserialize(self, attribute_values: Dict[str, Dict[str, Any]]) -> None: ...
    def to_dynamodb_dict(self) -> Dict[str, Dict[str, Any]]: ...
    def from_dynamodb_dict(self, d: Dict[str, Dict[str, Any]]) -> None: ...
    def to_simple_dict(self, *, force: bool = ...) -> Dict[str, Any]: ...
    def from_simple_dict(self, d: Dict[str, Any]) -> None: ...

class DiscriminatorAttribute(Attribute[type]):
    def __init__(self, attr_name: Optional[str] = ...) -> None: ...
    def register_class(self, cls: type, discriminator: Any) -> None: ...
    def get_registered_subclasses(self, cls: Type[_T]) -> List[Type[_T]]: ...
    def get_discriminator(self, cls: type) -> Optional[Any]: ...

class UnicodeAttribute(Attribute[str]): ...

class BinaryAttribute(Attribute[bytes]):
    legacy_encoding: bool
    def __init__(
        self,
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Union[bytes, Callable[..., bytes]]] = ...,
        default_for_new: Optional[Union[Any, Callable[..., bytes]]] = ...,
        attr_name: Optional[str] = ...,
        *,
        legacy_encoding: bool,
    ) -> None: ...

class BooleanAttribute(Attribute[bool]): ...
class NullAttribute(Attribute[None]): ...
class JSONAttribute(Attribute[Any]): ...

class NumberAttribute(Attribute[float]):
    as_decimal: bool
    def __init__(
        self,
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Union[float, Decimal, Callable[..., Union[float, Decimal]]]] = ...,
        default_for_new: Optional[Union[Any, Callable[..., Union[float, Decimal]]]] = ...,
        attr_name: Optional[str] = ...,
        *,
        as_decimal: Optional[bool] = ...,
    ) -> None: ...

class DecimalAttribute(Attribute[Decimal]):
    as_decimal: bool

class VersionAttribute(NumberAttribute): ...

class UnicodeSetAttribute(Attribute[Set[str]]): ...

class NumberSetAttribute(Attribute[Set[float]]):
    as_decimal: bool
    def __init__(
        self,
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Callable[..., Any]] = ...,
        default_for_new: Optional[Callable[..., Any]] = ...,
        attr_name: Optional[str] = ...,
        *,
        as_decimal: Optional[bool] = ...,
    ) -> None: ...

class DecimalSetAttribute(Attribute[Set[Decimal]]):
    as_decimal: bool

class BinarySetAttribute(Attribute[Set[bytes]]):
    legacy_encoding: bool
    def __init__(
        self,
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Union[Set[bytes], Callable[..., Set[bytes]]]] = ...,
        default_for_new: Optional[Union[Any, Callable[..., Set[bytes]]]] = ...,
        attr_name: Optional[str] = ...,
        *,
        legacy_encoding: bool,
    ) -> None: ...

class EnumAttribute(Attribute[_E]):
    enum_type: Type[_E]
    def __init__(
        self,
        enum_type: Type[_E],
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Union[_E, Callable[..., _E]]] = ...,
        default_for_new: Optional[Union[_E, Callable[..., _E]]] = ...,
        attr_name: Optional[str] = ...,
        *,
        by_name: bool = ...,
        unknown_value: Optional[_E] = ...,
    ) -> None: ...

class EnumSetAttribute(Attribute[Set[_E]]):
    enum_type: Type[_E]
    def __init__(
        self,
        enum_type: Type[_E],
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Callable[..., Set[_E]]] = ...,
        default_for_new: Optional[Callable[..., Set[_E]]] = ...,
        attr_name: Optional[str] = ...,
        *,
        by_name: bool = ...,
        unknown_value: Optional[_E] = ...,
    ) -> None: ...

class TTLAttribute(Attribute[datetime]):
    def _normalize(self, value: Union[None, datetime, timedelta]) -> Optional[datetime]: ...
    def __set__(self, instance: Any, value: Union[None, datetime, timedelta]) -> None: ...

class UTCDateTimeAttribute(Attribute[datetime]):
    @staticmethod
    def _fast_parse_utc_date_string(date_string: str) -> datetime: ...

class MetaMapAttribute(AttributeContainerMeta): ...

class MapAttribute(Attribute[Mapping[_KT, _VT]], AttributeContainer, metaclass=MetaMapAttribute):
    attribute_args: List[str]
    def __init__(self, **attributes: Any) -> None: ...
    @classmethod
    def is_raw(cls) -> bool: ...
    def _is_attribute_container(self) -> bool: ...
    def _make_attribute(self) -> None: ...
    def _update_attribute_paths(self, path_segment: str) -> None: ...
    @overload  # type: ignore[override]
    def __get__(self: _A, instance: None, owner: Any) -> _A: ...
    @overload
    def __get__(self: _MT, instance: Any, owner: Any) -> _MT: ...
    def __set__(self, instance: Any, value: Union[None, MapAttribute[_KT, _VT], Mapping[_KT, _VT]]) -> None: ...  # type: ignore[override]
    def __iter__(self) -> Iterator[str]: ...
    def __getitem__(self, item: _KT) -> _VT: ...  # type: ignore[override]
    def __setitem__(self, item: str, value: Any) -> None: ...
    def __getattr__(self, attr: str) -> _VT: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    def as_dict(self) -> Dict[str, Any]: ...
    def is_correctly_typed(self, key: str, attr: Attribute[Any], *, null_check: bool = ...) -> bool: ...
    def validate(self, *, null_check: bool = ...) -> bool: ...
    def serialize(self, values: Any, *, null_check: bool = ...) -> Any: ...
    def deserialize(self, values: Any) -> Any: ...

class DynamicMapAttribute(MapAttribute[_KT, _VT]): ...

class ListAttribute(Attribute[List[_T]]):
    element_type: Optional[Type[Attribute[Any]]]
    @overload
    def __init__(
        self: ListAttribute[_MT],
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Callable[..., Any]] = ...,
        attr_name: Optional[str] = ...,
        *,
        of: Type[_MT],
        default_for_new: Optional[Callable[..., Any]] = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: ListAttribute[_T],
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Callable[..., Any]] = ...,
        attr_name: Optional[str] = ...,
        *,
        of: Union[Type[Attribute[_T]], Attribute[_T]],
        default_for_new: Optional[Callable[..., Any]] = ...,
    ) -> None: ...
    @overload
    def __init__(
        self,
        hash_key: bool = ...,
        range_key: bool = ...,
        null: Optional[bool] = ...,
        default: Optional[Union[Any, Callable[..., Any]]] = ...,
        attr_name: Optional[str] = ...,
        of: Optional[Type[Any]] = ...,
        default_for_new: Optional[Union[Any, Callable[..., Any]]] = ...,
    ) -> None: ...
    def serialize(self, values: Any, *, null_check: bool = ...) -> Any: ...
    def deserialize(self, values: Any) -> Any: ...
    def __getitem__(self, idx: int) -> Path: ...  # type: ignore[override]

DESERIALIZE_CLASS_MAP: Dict[str, Attribute[Any]]
SERIALIZE_CLASS_MAP: Mapping[type, Attribute[Any]]

def _get_class_for_serialize(value: Any) -> Attribute[Any]: ...
