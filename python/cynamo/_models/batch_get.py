"""BatchGetItem over the tables of several models in one request."""
from __future__ import annotations

from cynamo._models.batch import GET_RETRIES_MAX, wait_before_retry
from cynamo.constants import BATCH_GET_ITEM, BATCH_GET_PAGE_LIMIT, KEYS, REQUEST_ITEMS, RESPONSES, UNPROCESSED_KEYS
from cynamo.exceptions import GetError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Tuple, Type

    from cynamo.models import Model


def batch_get(
    keys: Iterable[Tuple[Type[Model], Any]],
    consistent_read: bool = False,
) -> Iterator[Model]:
    """Yields the items that exist of (model, key) pairs, in no order, 100 keys a request whatever their tables.

        for item in cynamo.batch_get([(User, 'ann'), (Order, ('ann', 17))]): ...

    A key is a hash key, or a (hash key, range key) pair where the table has a range key. Models of one endpoint share requests.
    """
    page: List[Tuple[Any, Any]] = []
    for pair in dict.fromkeys((model, key) for model, key in keys):
        if len(page) == BATCH_GET_PAGE_LIMIT:
            yield from _get_page(page, consistent_read)
            page = []
        page.append(pair)
    if page:
        yield from _get_page(page, consistent_read)


def _get_page(pairs: List[Tuple[Any, Any]], consistent_read: bool) -> Iterator[Any]:
    """The items of at most 100 pairs, by the endpoints of their models."""
    endpoints: Dict[Any, List[Tuple[Any, Any]]] = {}
    for model, key in pairs:
        connection = model._get_connection().connection
        endpoint = (connection.host, connection.region, connection._aws_access_key_id, connection._aws_profile)
        endpoints.setdefault(endpoint, []).append((model, key))
    for group in endpoints.values():
        yield from _get_group(group, consistent_read)


def _get_group(pairs: List[Tuple[Any, Any]], consistent_read: bool) -> Iterator[Any]:
    connection = pairs[0][0]._get_connection().connection
    models: Dict[str, Any] = {}
    keys: Dict[str, List[Any]] = {}
    for model, key in pairs:
        table_name = model._get_connection().table_name
        known = models.setdefault(table_name, model)
        if known is not model:
            # Two classes of one table: what is read is told apart by their discriminator.
            models[table_name] = _common_model(known, model)
        table_keys = keys.setdefault(table_name, [])
        raw_key = model._batch_get_key(key)
        if raw_key not in table_keys:
            table_keys.append(raw_key)
    request = {
        table_name: models[table_name]._get_connection().connection._batch_get_table_kwargs(
            table_name, table_keys, consistent_read)
        for table_name, table_keys in keys.items()
    }
    retries = 0
    while request:
        data = connection._send(BATCH_GET_ITEM, {REQUEST_ITEMS: request})
        found = False
        for table_name, items in data.get(RESPONSES, {}).items():
            for item in items:
                found = True
                yield models[table_name].from_raw_data(item)
        request = data.get(UNPROCESSED_KEYS)
        retries = 0 if found else retries + 1
        if request:
            if retries > GET_RETRIES_MAX:
                left = sum(len(part[KEYS]) for part in request.values())
                raise GetError('Failed to batch get items: {} keys are left unprocessed'.format(left))
            wait_before_retry(retries)


def _common_model(one: Any, other: Any) -> Any:
    """The class that reads the items of both."""
    for cls in one.__mro__:
        if issubclass(other, cls) and hasattr(cls, 'Meta') and cls._get_discriminator_attribute() is not None:
            return cls
    raise ValueError('{} and {} share a table, and no parent with a discriminator'.format(one.__name__, other.__name__))
