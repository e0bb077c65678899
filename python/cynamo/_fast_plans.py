"""Plans: what C may do for a model class, found out by looking at the class (see cynamo._fast).

`build` looks at methods, attributes, options and the connection, and hands what it saw to the core, with all that it saw it
in: types, dictionaries and lists that must stay as they are. A method counts as known where it is the very function that this
package had when it was loaded.
"""
from __future__ import annotations

from cynamo import _fast
from cynamo import attributes as _attributes
from cynamo._attributes import documents
from cynamo._attributes.base import Attribute
from cynamo._attributes.documents import MapAttribute
from cynamo._core import Plan
from cynamo.connection.base import Connection, MetaTable
from cynamo.connection.table import TableConnection
from cynamo.constants import STRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Tuple

_stock = _fast._stock
_find, _find_stock = _fast._find, _fast._find_stock
_stock_maps = _fast._stock_maps
_model_cls = _fast._model_cls


def _is_own(value: Any) -> bool:
    """Whether a class of ours holds its own function under a name, or nothing that can be called: a program may have patched
    the class before this package had noted what is stock."""
    function = getattr(value, '__func__', None) or getattr(value, 'fget', None) or value
    if type(function) is type(_is_own):
        return function.__code__.co_filename.startswith(_FOLDER)
    return not callable(function) or isinstance(function, type) or type(function).__module__ == 'builtins'


_FOLDER = _is_own.__code__.co_filename.rpartition('/')[0]


def _forget_patched() -> None:
    for held in _stock.values():
        for name, value in held.items():
            if not _is_own(value):
                held[name] = object()  # nothing is this


_forget_patched()

# The codecs of plan.h, by their places there.
(_PYTHON, _TEXT, _NUMBER, _VERSION, _BOOLEAN, _BINARY, _DATETIME, _TTL, _NULL, _TEXT_SET, _NUMBER_SET, _BINARY_SET, _LIST,
 _RAW_LIST, _MAP, _RAW_MAP, _DISCRIMINATOR) = range(17)
# The flags of plan.c.
_IS_NULL, _CHECKS_TYPE, _SETS_PLAINLY, _GETS_PLAINLY, _TAKES_NULL_CHECK, _DEFAULT_IS_ODD = 1, 2, 4, 8, 16, 32

# Methods that a plan stands for. Where a class has another, Python's code runs.
_CONTAINER = ('get_attributes', '_dynamo_to_python_attr', '_get_discriminator_attribute', '_get_discriminator_class')
_READING = ('_instantiate', '_container_deserialize', '_set_discriminator', '_set_defaults', '_set_attributes')
_WRITING = ('_container_serialize',)
_MODEL = (
    '_get_connection', '_get_table_name', '_make_connection', '_hash_key_attribute', '_range_key_attribute',
    '_serialize_keys', '_serialize_value',
)
_MODEL_READING = ('from_raw_data', '_found', '_take_over')
_MODEL_WRITING = (
    'serialize', '_get_save_args', '_handle_version_attribute', '_get_keys', '_get_serialized_keys',
    '_get_hash_range_key_serialized_values',
)
_MAP_METHODS = ('is_raw', '_is_attribute_container', 'validate', 'is_correctly_typed', '__iter__', '__getitem__', '__getattr__', '__set__')
stock_names = frozenset(_CONTAINER + _READING + _WRITING + _MODEL + _MODEL_READING + _MODEL_WRITING)


def _are_stock(cls: type, owner: type, names: Any) -> bool:
    """Whether these names of `cls` are what `owner` has of its own or from its bases."""
    return all(_find(cls, name) is _find_stock(owner, name) for name in names)


# ---- attributes ----

_serializers: Dict[Any, int] = {}
_deserializers: Dict[Any, int] = {}


for _kind, _codec in (
    (_attributes.BooleanAttribute, _BOOLEAN), (_attributes.NumberAttribute, _NUMBER), (_attributes.VersionAttribute, _VERSION),
    (_attributes.NullAttribute, _NULL), (_attributes.BinaryAttribute, _BINARY), (_attributes.UTCDateTimeAttribute, _DATETIME),
    (_attributes.TTLAttribute, _TTL), (_attributes.UnicodeSetAttribute, _TEXT_SET), (_attributes.NumberSetAttribute, _NUMBER_SET),
    (_attributes.BinarySetAttribute, _BINARY_SET), (_attributes.ListAttribute, _LIST), (_attributes.MapAttribute, _MAP),
    (_attributes.DiscriminatorAttribute, _DISCRIMINATOR),
):
    _serializers[_stock[_kind]['serialize']] = _codec
    _deserializers[_stock[_kind]['deserialize']] = _codec

# Codec -> methods of the attribute that its own code calls, and the type that it must have.
_CALLED = {
    _DATETIME: ('_fast_parse_utc_date_string',),
    _TTL: ('_normalize',),
    _LIST: ('_make_element', '_make_element_attribute', '_get_serialize_class'),
    _MAP: ('_serialize_undeclared_attributes', 'is_raw'),
}
_TYPES = {
    _TEXT: 'S', _NUMBER: 'N', _VERSION: 'N', _BOOLEAN: 'BOOL', _BINARY: 'B', _DATETIME: 'S', _TTL: 'N', _NULL: 'NULL',
    _TEXT_SET: 'SS', _NUMBER_SET: 'NS', _BINARY_SET: 'BS', _LIST: 'L', _MAP: 'M', _DISCRIMINATOR: 'S',
}
_SET_PLAINLY = {_VERSION: _attributes.VersionAttribute, _TTL: _attributes.TTLAttribute, _MAP: MapAttribute,
                _DISCRIMINATOR: _attributes.DiscriminatorAttribute}


class _Builder:
    """What is found out about one class, and what it was found out from."""

    def __init__(self) -> None:
        self.types: Dict[type, None] = {}
        self.dicts: List[Dict] = []
        self.lists: List[List] = []

    def watch(self, attribute: Attribute) -> None:
        self.types[type(attribute)] = None
        self.dicts.append(vars(attribute))
        self.lists.append(attribute.attr_path)

    def _codec(self, attribute: Any, name: str, table: Dict[Any, int]) -> int:
        """Which of C's codecs does what this attribute's serialize or deserialize does."""
        cls = type(attribute)
        method = _find(cls, name)
        if name in vars(attribute):
            return _PYTHON
        if method is _stock[Attribute][name]:
            return _TEXT if attribute.attr_type == STRING else _PYTHON
        codec = table.get(method, _PYTHON)
        if codec != _PYTHON and (_TYPES[codec] != attribute.attr_type or not _are_stock(cls, cls, _CALLED.get(codec, ()))):
            return _PYTHON
        if any(called in vars(attribute) for called in _CALLED.get(codec, ())):
            return _PYTHON
        if codec in (_BINARY, _BINARY_SET) and attribute.legacy_encoding:
            return _PYTHON
        if codec in (_NUMBER, _NUMBER_SET) and name == 'deserialize' and attribute.as_decimal:
            return _PYTHON
        if codec == _VERSION and getattr(attribute, 'as_decimal', False):
            return _PYTHON
        return codec

    def field(self, attribute: Any, name: Optional[str]) -> Tuple:
        """What plan.c takes for one attribute."""
        self.watch(attribute)
        cls = type(attribute)
        reads = self._codec(attribute, 'deserialize', _deserializers)
        writes = self._codec(attribute, 'serialize', _serializers)
        element = plan = None
        if _LIST in (reads, writes):
            reads, writes, element = self._list(attribute, reads, writes)
        if _MAP in (reads, writes):
            reads, writes, plan = self._map(attribute, reads, writes)

        flags = _IS_NULL if attribute.null else 0
        if _find(cls, 'get_value') is _stock[Attribute]['get_value'] and 'get_value' not in vars(attribute):
            flags |= _CHECKS_TYPE
        else:
            reads = _PYTHON
        setter = _find(cls, '__set__')
        is_stock_setter = setter is _stock[Attribute]['__set__']
        special = _SET_PLAINLY.get({_RAW_MAP: _MAP}.get(reads, reads))
        if is_stock_setter or (special is not None and setter is _stock[special]['__set__']):
            flags |= _SETS_PLAINLY
        getter = _find(cls, '__get__')
        if getter in (_stock[Attribute]['__get__'], _stock[MapAttribute]['__get__']) or (
                writes == _VERSION and getter is _stock[_attributes.VersionAttribute]['__get__']):
            flags |= _GETS_PLAINLY
        if isinstance(attribute, (documents.ListAttribute, MapAttribute)):
            flags |= _TAKES_NULL_CHECK
        default = attribute.default
        if default is not None and (callable(default) or not is_stock_setter):
            flags |= _DEFAULT_IS_ODD
        return attribute, name, reads, writes, attribute.attr_type, flags, default, element, plan

    def _list(self, attribute: Any, reads: int, writes: int) -> Tuple:
        """The codecs of a list, and the field of its elements where they are declared."""
        if attribute.element_type is None:
            if not self._undeclared_are_stock():
                return _PYTHON, _PYTHON, None
            return _RAW_LIST if reads == _LIST else reads, _RAW_LIST if writes == _LIST else writes, None
        element_field = self.field(attribute._make_element_attribute(), None)
        if _PYTHON in (element_field[2], element_field[3]):
            return reads if reads != _LIST else _PYTHON, writes if writes != _LIST else _PYTHON, None
        return reads, writes, element_field

    def _map(self, attribute: Any, reads: int, writes: int) -> Tuple:
        """The codecs of a map, and the plan of its class where it declares attributes."""
        cls = type(attribute)
        if cls is MapAttribute:
            if not self._undeclared_are_stock() or not _are_stock(cls, cls, _stock[MapAttribute]):
                return _PYTHON, _PYTHON, None
            return _RAW_MAP if reads == _MAP else reads, _RAW_MAP if writes == _MAP else writes, None
        plan = build_map(cls, self)
        if plan is None or _MAP not in (reads, writes):
            return reads if reads != _MAP else _PYTHON, writes if writes != _MAP else _PYTHON, None
        return reads, writes, plan

    def _undeclared_are_stock(self) -> bool:
        """Whether values without a declared attribute are what they are by themselves."""
        maps = (documents.SERIALIZE_CLASS_MAP, documents.DESERIALIZE_CLASS_MAP)
        self.dicts.extend(maps)
        for kinds, stock in zip(maps, _stock_maps):
            if any(kinds.get(name) is not attribute for name, attribute in stock.items()):
                return False
            for attribute in stock.values():
                self.types[type(attribute)] = None
                self.dicts.append(vars(attribute))
                names = ('serialize', 'deserialize', 'get_value')
                if not _are_stock(type(attribute), type(attribute), names) or any(name in vars(attribute) for name in names):
                    return False
        return True

    def fields(self, cls: Any) -> Optional[List[Tuple]]:
        """The fields of a model or map class; None where they are not what C thinks of."""
        found = []
        stored = set()
        for name, attribute in cls.get_attributes().items():
            stored_name = attribute.attr_name
            if type(name) is not str or type(stored_name) is not str or stored_name in stored:
                return None
            if getattr(cls, name, None) is not attribute or cls._dynamo_to_python_attr(stored_name) != name:
                return None
            stored.add(stored_name)
            found.append(self.field(attribute, name))
        return found if len(found) <= 256 else None

    def container(self, cls: Any, owner: type) -> Tuple[List[Tuple], Dict[str, Any]]:
        """(fields, options) of a class; `owner` is the stock class that it derives from."""
        self.types[cls] = None
        self.dicts.append(cls.get_attributes())
        fields = self.fields(cls)
        is_usable = fields is not None and _are_stock(cls, owner, _CONTAINER) and _are_stock(
            cls, owner, ('__setattr__', '__getattribute__'))
        options: Dict[str, Any] = {
            'usable': is_usable,
            'reads': is_usable and _are_stock(cls, owner, _READING),
            'writes': is_usable and _are_stock(cls, owner, _WRITING),
            'makes_by_call': not _are_stock(cls, owner, ('__init__', '__new__')),
        }
        names = [field[1] for field in fields or ()]
        if cls._discriminator is not None:
            options['discriminator'] = names.index(cls._discriminator) if cls._discriminator in names else -1
            if options['discriminator'] < 0 or fields[options['discriminator']][2] != _DISCRIMINATOR:
                options['reads'] = options['writes'] = False
        return fields or [], options


# Map classes whose plan is being made: one that holds itself is left to Python.
_under_way: List[type] = []


def build_map(cls: Any, outer: _Builder) -> Any:
    """The plan of a map class, or None; what it depends on, the outer plan depends on too."""
    if cls in _under_way or not issubclass(cls, MapAttribute) or issubclass(cls, documents.DynamicMapAttribute):
        return None
    plan = cls.__dict__.get('_fast_plan')
    guards = plan.guards() if plan is not None else None
    if guards is None:
        plan, guards = _build_map(cls)
    types, dicts, lists = guards
    outer.types.update(dict.fromkeys(types))
    outer.dicts.extend(dicts)
    outer.lists.extend(lists)
    return plan


def _build_map(cls: Any) -> Tuple[Any, Tuple]:
    builder = _Builder()
    _under_way.append(cls)
    try:
        fields, options = builder.container(cls, MapAttribute)
    finally:
        _under_way.remove(cls)
    options['is_map'] = True
    own_options = {field[1] for field in fields}.intersection(MapAttribute.attribute_args)
    options['usable'] = (options['usable'] and options['reads'] and options['writes'] and not own_options
                         and _are_stock(cls, MapAttribute, _MAP_METHODS) and not cls.is_raw())
    plan = None
    if options['usable']:
        plan = Plan(cls, fields, options, list(builder.types), builder.dicts, builder.lists)
    return plan, (builder.types, builder.dicts, builder.lists)


# ---- models ----

def build(cls: Any) -> Any:
    """The plan of a model or map class as it is now, kept in the class."""
    if issubclass(cls, MapAttribute):
        builder = _Builder()
        return build_map(cls, builder)
    builder = _Builder()
    try:
        fields, options = _build_model(cls, builder)
    except Exception:
        # What is wrong with the class is told by the code that uses it.
        fields, options = [], {'usable': False}
        builder = _Builder()
        builder.types[cls] = None
    return Plan(cls, fields, options, list(builder.types), builder.dicts, builder.lists)


def _build_model(cls: Any, builder: _Builder) -> Tuple[List[Tuple], Dict[str, Any]]:
    if not issubclass(cls, _model_cls):
        raise TypeError('no model')
    # The connection comes first: it is kept in the class, which then has another version.
    has_meta = getattr(getattr(cls, 'Meta', None), 'table_name', None) is not None
    connection = cls._get_connection() if has_meta else None
    fields, options = builder.container(cls, _model_cls)
    options['usable'] = options['usable'] and _are_stock(cls, _model_cls, _MODEL)
    options['reads'] = options['reads'] and _are_stock(cls, _model_cls, _MODEL_READING)
    options['writes'] = options['writes'] and _are_stock(cls, _model_cls, _MODEL_WRITING)
    options['takes_over'] = _are_stock(cls, _model_cls, ('deserialize',))
    names = [field[1] for field in fields]
    for option, name in (('hash_key', cls._hash_keyname), ('range_key', cls._range_keyname), ('version', cls._version_attribute_name)):
        options[option] = names.index(name) if name in names else -1
    if connection is not None:
        _add_connection(cls, connection, builder, options)
    return fields, options


def _add_connection(cls: Any, table_connection: Any, builder: _Builder, options: Dict[str, Any]) -> None:
    meta = cls.Meta
    connection = table_connection.connection
    meta_table = connection.get_meta_table(table_connection.table_name)
    for kept, kind in ((table_connection, TableConnection), (connection, Connection), (meta_table, MetaTable)):
        builder.types[type(kept)] = None
        builder.types[kind] = None
        builder.dicts.append(vars(kept))
        if not _fast._is_untouched(kept, kind):
            options['usable'] = False
    keys = {meta_table.hash_keyname: meta_table.get_attribute_type(meta_table.hash_keyname)}
    if meta_table.range_keyname is not None:
        keys[meta_table.range_keyname] = meta_table.get_attribute_type(meta_table.range_keyname)
    own_keys = {attribute.attr_name: attribute.attr_type for attribute in (cls._hash_key_attribute(), cls._range_key_attribute())
                if attribute is not None}
    if not isinstance(meta, type) or keys != own_keys:
        options['usable'] = False
        return
    builder.types[meta] = None
    prefix = getattr(meta, 'table_prefix', None)
    options['is_named_at_run_time'] = callable(meta.table_name) or callable(prefix)
    options['asks_transport'] = connection._client is not None
    options['table_connection'] = table_connection
    options['connection'] = connection
    options['table_name'] = table_connection.table_name
