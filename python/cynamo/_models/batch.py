"""BatchWrite, and what batches have in common: pauses before what was left undone is sent again, and rates."""
from __future__ import annotations

import time

from cynamo import _fast
from cynamo._log import LateLogger
from cynamo.constants import (
    BATCH_WRITE_PAGE_LIMIT, CAPACITY_UNITS, CONSUMED_CAPACITY, DELETE, DELETE_REQUEST, ITEM, KEY, PUT, PUT_REQUEST,
    UNPROCESSED_ITEMS,
)
from cynamo.exceptions import PutError
from cynamo.pagination import RateLimiter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Generic, List, Mapping, Optional, Tuple, Type, TypeVar

    from cynamo.models import Model

    _T = TypeVar('_T', bound=Model)
else:
    from cynamo._generic import Generic
    _T = None

log = LateLogger('cynamo.models')

# How often a batch that makes no progress is sent again by a read, which has no limit of its own in Meta.
GET_RETRIES_MAX = 10
_BACKOFF_MAX_SECONDS = 5.0


def wait_before_retry(retries: int) -> None:
    """Waits before a batch's rest is sent again: twice as long each time, at random between half of that and all of it."""
    time.sleep(pause_seconds(retries))


def pause_seconds(retries: int) -> float:
    import random
    return min(_BACKOFF_MAX_SECONDS, 0.05 * 2 ** retries) * random.uniform(0.5, 1.0)


def consumed_units(data: Mapping[str, Any]) -> float:
    """The capacity units that a batch's answer reports, over all its tables."""
    return sum(table.get(CAPACITY_UNITS, 0) for table in data.get(CONSUMED_CAPACITY) or () if isinstance(table, dict))


class BatchWrite(Generic[_T]):
    """Collects saves and deletes of one table, and writes them 25 at a time.

    As a context manager it writes what is left when the block ends; not when the block raised."""

    def __init__(self, model: Type[_T], auto_commit: bool = True, *, rate_limit: Optional[float] = None) -> None:
        self.model = model
        self.auto_commit = auto_commit
        self.max_operations = BATCH_WRITE_PAGE_LIMIT
        self.pending_operations: List[Dict[str, Any]] = []
        self.failed_operations: List[Any] = []
        self._rate_limiter = RateLimiter(rate_limit) if rate_limit else None

    def save(self, put_item: _T) -> None:
        """Adds a save. Where 25 wait already, they are written first; without auto_commit that is a ValueError."""
        self._add(PUT, put_item)

    def delete(self, del_item: _T) -> None:
        """Adds a delete. Where 25 wait already, they are written first; without auto_commit that is a ValueError."""
        self._add(DELETE, del_item)

    def _add(self, action: str, item: _T) -> None:
        if len(self.pending_operations) == self.max_operations:
            if not self.auto_commit:
                raise ValueError('DynamoDB allows a maximum of 25 batch operations')
            self.commit()
        self.pending_operations.append({'action': action, 'item': item})

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        if exc_type is None:
            self.commit()

    def commit(self) -> None:
        """Writes what waits. What the service leaves undone is sent again, up to Meta.max_retry_attempts times; then
        PutError is raised, and `failed_operations` holds the requests that were not done."""
        log.debug('%s committing batch operation', self.model)
        operations, self.pending_operations = self.pending_operations, []
        if not operations:
            return
        unprocessed = NotImplemented if self._rate_limiter else _fast.batch_write(self.model, operations)
        if unprocessed is NotImplemented:
            unprocessed = self._write(*self._serialized(operations))
        retries = 0
        while unprocessed:
            retries += 1
            rest = self._rest(unprocessed, retries)
            wait_before_retry(retries)
            unprocessed = self._write(*rest)

    @staticmethod
    def _serialized(operations: List[Dict[str, Any]]) -> Tuple[List[Any], List[Any]]:
        """(items to put, keys to delete)"""
        put_items = [operation['item'].serialize() for operation in operations if operation['action'] == PUT]
        return put_items, [operation['item']._get_keys() for operation in operations if operation['action'] == DELETE]

    def _rest(self, unprocessed: List[Any], retries: int) -> Tuple[List[Any], List[Any]]:
        """The same for what was left undone. Raises PutError where it was sent often enough."""
        if retries >= self.model.Meta.max_retry_attempts:
            self.failed_operations = unprocessed
            raise PutError('Failed to batch write items: max_retry_attempts exceeded')
        log.info('Resending %d unprocessed keys for batch operation (retry %d)', len(unprocessed), retries)
        put_items = [request[PUT_REQUEST][ITEM] for request in unprocessed if PUT_REQUEST in request]
        return put_items, [request[DELETE_REQUEST][KEY] for request in unprocessed if DELETE_REQUEST in request]

    def _write(self, put_items: List[Any], delete_items: List[Any]) -> Any:
        """One BatchWriteItem; returns what it left undone."""
        if self._rate_limiter:
            self._rate_limiter.acquire()
        connection = self.model._get_connection()
        return self._left(connection, connection.batch_write_item(put_items=put_items, delete_items=delete_items))

    def _left(self, connection: Any, data: Any) -> Any:
        """What an answer says was left undone"""
        if data is None:
            return None
        if self._rate_limiter:
            self._rate_limiter.consume(consumed_units(data))  # type: ignore[arg-type]
        return data.get(UNPROCESSED_ITEMS, {}).get(connection.table_name)
