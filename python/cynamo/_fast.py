"""The fast path: calls of models made by the core, with no dictionaries between instances and items.

What a call does is said by the Python code of this package. The core does the same, in C, for classes about which it can
know all: cynamo._fast_plans looks at a class and tells what C may do (a Plan), or that it may do nothing. A plan holds until
something that was looked at changes: a method overridden or patched, on a class or an instance, an attribute's options,
another connection. Everything unusual in a value makes C give up before anything is sent: the Python code then runs, and
raises what there is to raise.

CYNAMO_FAST=0 in the environment switches it off.
"""
from __future__ import annotations

import os

from cynamo import _botocore, signals
from cynamo import attributes as _attributes
from cynamo._attributes import documents
from cynamo._attributes.base import Attribute
from cynamo._attributes.container import AttributeContainer
from cynamo._attributes.documents import MapAttribute
from cynamo.connection import _transport, base
from cynamo.connection.base import Connection, MetaTable
from cynamo.connection.table import TableConnection
from cynamo.constants import (
    BATCH_GET_ITEM, QUERY, REQUEST_ITEMS, RESPONSES, RETURN_CONSUMED_CAPACITY, SCAN, TOTAL,
)
from cynamo.exceptions import AttributeNullError
from cynamo.expressions.condition import Condition
from cynamo.expressions.projection import create_projection_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Tuple

is_on = os.environ.get('CYNAMO_FAST') != '0'

# Class -> what it held when this package was loaded, before anybody could patch it.
_stock: Dict[type, Dict[str, Any]] = {}


def note_stock(model_cls: type) -> None:
    """Called once, when Model has been made."""
    kinds = [kind for kind in vars(_attributes).values() if isinstance(kind, type) and issubclass(kind, Attribute)]
    for cls in (object, Attribute, AttributeContainer, MapAttribute, model_cls, Connection, MetaTable, TableConnection, *kinds):
        # Not its texts: install_as_pynamodb() gives it another __module__.
        _stock[cls] = {name: value for name, value in vars(cls).items() if name not in ('__module__', '__doc__')}
    _stock_maps.extend((dict(documents.SERIALIZE_CLASS_MAP), dict(documents.DESERIALIZE_CLASS_MAP)))
    globals().update(_model_cls=model_cls, _from_raw_data=model_cls.from_raw_data.__func__)


_model_cls: Any = None
_stock_maps: List[Dict[Any, Any]] = []


def _find(cls: type, name: str) -> Any:
    """What a class has under a name, as it stands in the class or a base."""
    for base_cls in cls.__mro__:
        if name in base_cls.__dict__:
            return base_cls.__dict__[name]
    return None


def _find_stock(cls: type, name: str) -> Any:
    """The same, as it was when this package was loaded; classes of others have nothing then."""
    for base_cls in cls.__mro__:
        held = _stock.get(base_cls)
        if held is not None and name in held:
            return held[name]
    return None


def _is_untouched(instance: Any, cls: type) -> bool:
    """Whether this is an instance of the class itself, with all its stock methods."""
    held = vars(instance)
    return (type(instance) is cls and all(cls.__dict__.get(name) is value for name, value in _stock[cls].items())
            and not any(name in held for name in _stock[cls]))


# ---- what C asks Python ----

def find_loggers() -> Tuple[Any, Any]:
    from logging import getLogger
    return getLogger(base.__name__), getLogger('cynamo.models')


def find_gates() -> Tuple[Tuple[type, ...], Tuple[str, ...]]:
    """(classes that botocore's calls pass through, and that nobody has touched; modules of others, not loaded yet)"""
    import sys
    types = []
    missing = []
    for module_name, class_name, _ in _botocore._GATES:
        module = sys.modules.get(module_name)
        if module is None:
            missing.append(module_name)
        else:
            types.append(getattr(module, class_name))
    return tuple(types), tuple(missing)


def fail(operation_name: str, error: Exception, table_connection: Any, database: Any) -> None:
    """Raises what a call of the connection raises after the core's `error`."""
    try:
        try:
            raise error
        except _transport.service_error() as e:
            raise _transport.translate(e, operation_name, table_connection.table_name, database.endpoint_url) from e
    except _botocore.exceptions() as e:
        raise base._failure(operation_name, e)


def before(connection: Any, operation_name: str, table_name: Any) -> Any:
    """The signal before a call that somebody listens to."""
    req_uuid = base._late('uuid').uuid4()
    connection.send_pre_boto_callback(operation_name, req_uuid, table_name)
    return req_uuid


def after(connection: Any, operation_name: str, table_name: Any, req_uuid: Any) -> None:
    connection.send_post_boto_callback(operation_name, req_uuid, table_name)


projection = create_projection_expression
transport_dict = vars(_transport)
signals_dict = vars(signals)
connection_module_dict = vars(base)
map_type = MapAttribute
condition_type = Condition
null_error = AttributeNullError
map_options = frozenset(MapAttribute.attribute_args) | {'_user_instantiated', 'self'}


# ---- what models call: replaced by the core's functions at the first call ----

def _load() -> None:
    from cynamo import _core, _fast_plans
    _core.fast_setup({**globals(), 'build': _fast_plans.build, 'stock_names': _fast_plans.stock_names}, is_on)
    globals().update(
        get=_core.fast_get, save=_core.fast_save, delete=_core.fast_delete, refresh=_core.fast_refresh,
        _update=_core.fast_update, batch_write=_core.fast_batch_write, _page=_core.fast_page, _Items=_core.Items)


def switch(on: bool) -> None:
    """Turns the fast path on or off for the whole process."""
    global is_on
    is_on = on
    _load()


def get(*arguments: Any) -> Any:
    _load()
    return get(*arguments)


def save(*arguments: Any) -> Any:
    _load()
    return save(*arguments)


def delete(*arguments: Any) -> Any:
    _load()
    return delete(*arguments)


def refresh(*arguments: Any) -> Any:
    _load()
    return refresh(*arguments)


def batch_write(*arguments: Any) -> Any:
    _load()
    return batch_write(*arguments)


def _update(*arguments: Any) -> Any:
    _load()
    return _update(*arguments)


def _page(*arguments: Any) -> Any:
    _load()
    return _page(*arguments)


_Items: Any = ()


def update(instance: Any, condition: Any, actions: Any) -> Any:
    """UpdateItem with ALL_NEW, taken over by the instance; `condition` and `actions` are complete."""
    from cynamo.expressions.update import Update
    return _update(instance, condition, Update(*actions))


# ---- pages ----

def page_operation(operation: Any, map_fn: Any) -> Any:
    """What fetches pages whose items are instances already, in place of a TableConnection's query or scan; None where there
    is no such thing. The pages' Items then have a method `instance`."""
    function = getattr(operation, '__func__', None)
    if not is_on or getattr(map_fn, '__func__', None) is not _from_raw_data:
        return None
    if function is _QUERY:
        name, kwargs_of = QUERY, Connection._query_kwargs
    elif function is _SCAN:
        name, kwargs_of = SCAN, Connection._scan_kwargs
    else:
        return None
    connection = operation.__self__
    cls = map_fn.__self__

    def fetch(*args: Any, **kwargs: Any) -> Any:
        params = kwargs_of(connection.connection, connection.table_name, *args, **kwargs)
        params.setdefault(RETURN_CONSUMED_CAPACITY, TOTAL)
        page = _page(cls, connection, name, params)
        return operation(*args, **kwargs) if page is NotImplemented else page

    return fetch


def makes_instances(items: Any) -> bool:
    return type(items) is _Items


def instances(cls: Any, items: Any) -> Any:
    """Instances of raw items, or of an Items."""
    if type(items) is _Items:
        return map(items.instance, range(len(items)))
    return map(cls.from_raw_data, items)


def batch_get(cls: Any, connection: Any, keys: Any, consistent_read: Any, attributes_to_get: Any) -> Any:
    """BatchGetItem's answer with an Items for the table, or NotImplemented."""
    if not is_on or not _is_untouched(connection, TableConnection) or not _is_untouched(connection.connection, Connection):
        return NotImplemented
    part = connection.connection._batch_get_table_kwargs(connection.table_name, keys, consistent_read, attributes_to_get)
    answer = _page(cls, connection, BATCH_GET_ITEM, {
        REQUEST_ITEMS: {connection.table_name: part}, RETURN_CONSUMED_CAPACITY: TOTAL})
    if answer is NotImplemented:
        return answer
    items, data = answer
    data[RESPONSES] = {connection.table_name: items}
    return data


_QUERY = TableConnection.query
_SCAN = TableConnection.scan
_from_raw_data: Any = None
