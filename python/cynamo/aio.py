"""asyncio: calls that are under way together in one thread.

The core makes the calls; a descriptor of the database becomes readable when some are complete, and the event loop watches it
while any of this loop's are under way. So there is no thread per call, and none at all of Python's.

What is sent, and what becomes of the answer, is said by Connection: an `AsyncSending` connection is one whose methods give
something to be awaited where the others give an answer. Signals are sent as ever, in the loop's thread. Where a call cannot be
given to the core, since `_make_api_call` or `dispatch` is overridden or patched, or the call goes through botocore, it is made
in a thread of the loop's executor.
"""
from __future__ import annotations

import asyncio
import os
from _thread import allocate_lock

from cynamo import _botocore
from cynamo._models.batch import DELETE, GET_RETRIES_MAX, PUT, BatchWrite, consumed_units, pause_seconds
from cynamo.connection import _transport
from cynamo.connection.base import _STOCK_CALLS, Connection, _failure
from cynamo.constants import DESCRIBE_TABLE, KEYS, RESPONSES, TABLE_NAME, UNPROCESSED_KEYS
from cynamo.exceptions import GetError
from cynamo.pagination import RateLimiter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AsyncIterator, Awaitable, Callable, Dict, Generic, List, Optional, Type, TypeVar

    from cynamo.models import Model
    from cynamo.pagination import ResultIterator

    _T = TypeVar('_T', bound=Model)
else:
    from cynamo._generic import Generic
    _T = None

__all__ = ['AsyncBatchWrite', 'AsyncConnection', 'AsyncResults', 'call', 'connection', 'table_connection']


# ---- calls of a database ----

class _Waiter:
    """The calls of one event loop that one database has under way. It lives as long as there are any."""

    def __init__(self, loop: asyncio.AbstractEventLoop, database: Any) -> None:
        self._loop = loop
        self._database = database
        self._under_way = 0
        self._fd = -1

    def submit(self, operation_name: str, params: Dict[str, Any]) -> asyncio.Future:
        future = self._loop.create_future()

        def done(answer: Any, error: Any) -> None:
            # Within dispatch(), on the thread of whoever dispatches: another loop, perhaps.
            if asyncio._get_running_loop() is self._loop:
                self._complete(future, answer, error)
                return
            try:
                self._loop.call_soon_threadsafe(self._complete, future, answer, error)
            except RuntimeError:  # the loop is closed, and with it whoever waited
                self._under_way -= 1
                if not self._under_way:
                    _forget(self._loop, self._database)

        self._under_way += 1
        try:
            self._database.submit(operation_name, params, done)
        except BaseException:
            self._leave()
            raise
        return future

    def _complete(self, future: asyncio.Future, answer: Any, error: Any) -> None:
        self._leave()
        if future.done():  # cancelled: what the call did is done all the same
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(answer)

    def _leave(self) -> None:
        self._under_way -= 1
        if self._under_way == 0:
            if self._fd >= 0:
                self._loop.remove_reader(self._fd)
                self._fd = -1
            _forget(self._loop, self._database)

    def watch(self) -> None:
        if self._fd < 0 and self._under_way:
            self._fd = self._database.fileno()
            self._loop.add_reader(self._fd, self._database.dispatch)


_lock = allocate_lock()
_waiters: Dict[Any, _Waiter] = {}


def _after_fork() -> None:
    """In a child: what is under way there is the parent's."""
    global _lock
    _lock = allocate_lock()
    _waiters.clear()


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_after_fork)


def _waiter(loop: asyncio.AbstractEventLoop, database: Any) -> _Waiter:
    waiter = _waiters.get((loop, database))
    if waiter is None:
        if _waiters:
            _sweep()
        with _lock:
            waiter = _waiters.setdefault((loop, database), _Waiter(loop, database))
    return waiter


def _sweep() -> None:
    """Takes what is complete of loops that ended with calls under way."""
    for loop, database in list(_waiters):
        if loop.is_closed():
            try:
                database.dispatch()
            except _transport.service_error():  # the database is closed too
                _forget(loop, database)


def _forget(loop: asyncio.AbstractEventLoop, database: Any) -> None:
    with _lock:
        _waiters.pop((loop, database), None)


async def call(database: Any, operation_name: str, params: Dict[str, Any]) -> Dict[str, Any]:
    """Database.call, to be awaited. Cancelled, it is no longer waited for; the database may have done it."""
    loop = asyncio.get_running_loop()
    if database.in_process:
        # It is answered at once, most of the time: others have their turn before.
        await asyncio.sleep(0)
    waiter = _waiter(loop, database)
    future = waiter.submit(operation_name, params)
    if database.in_process:
        database.dispatch()
        if future.done():
            return future.result()
    waiter.watch()
    return await future


# ---- connections ----

def _is_stock(instance: Connection, name: str) -> bool:
    """Whether nobody has overridden or patched this method."""
    return getattr(type(instance), name) is _STOCK_CALLS[name] and name not in vars(instance)


async def _dispatch(connection: Connection, operation_name: str, operation_kwargs: Dict) -> Dict:
    """Connection.dispatch, to be awaited"""
    if not _is_stock(connection, 'dispatch'):
        return await _in_thread(connection.dispatch, operation_name, operation_kwargs)
    req_uuid = connection._begin_call(operation_name, operation_kwargs)
    if _is_stock(connection, '_make_api_call') and not connection._goes_through_botocore():
        data = await _make_api_call(connection, operation_name, operation_kwargs)
    else:
        data = await _in_thread(connection._make_api_call, operation_name, operation_kwargs)
    connection._end_call(operation_name, operation_kwargs, req_uuid, data)
    return data


async def _make_api_call(connection: Connection, operation_name: str, operation_kwargs: Dict) -> Dict:
    database = connection._get_database()
    try:
        return _transport.with_metadata(await call(database, operation_name, operation_kwargs))
    except _transport.service_error() as e:
        table_name = connection._get_table_name_for_error_context(operation_kwargs)
        raise _transport.translate(e, operation_name, table_name, database.endpoint_url) from e


async def _in_thread(function: Any, *args: Any) -> Any:
    result = await asyncio.to_thread(function, *args)
    return await result if asyncio.iscoroutine(result) or asyncio.isfuture(result) else result


class AsyncSending:
    """Put before a Connection class, makes its calls something to be awaited."""

    __slots__ = ('_sender',)

    async def _send(self: Any, operation_name: str, operation_kwargs: Dict) -> Dict:
        try:
            return await _dispatch(self._sender, operation_name, operation_kwargs)
        except _botocore.exceptions() as e:
            raise _failure(operation_name, e)

    async def describe_table(self: Any, table_name: str) -> Any:
        """DescribeTable, to be awaited"""
        try:
            data = await _dispatch(self._sender, DESCRIBE_TABLE, {TABLE_NAME: table_name})
        except _botocore.exceptions() as e:
            raise self._describe_failure(e)
        return self._described(data)


if TYPE_CHECKING:
    class AsyncConnection:
        def __init__(self, *args: Any, **kwargs: Any) -> None: ...
        def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]: ...
else:
    class AsyncConnection(AsyncSending, Connection):
        """A Connection whose calls are awaited: `await AsyncConnection(host='memory:').list_tables()`"""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._sender = self


_async_classes: Dict[type, type] = {Connection: type('AsyncView', (AsyncSending, Connection), {})}


def connection(other: Connection) -> Any:
    """The same connection, whose calls are awaited: it shares all that `other` has, and `other` is the sender of signals."""
    if isinstance(other, AsyncSending):
        return other
    cls = type(other)
    async_cls = _async_classes.get(cls)
    if async_cls is None:
        async_cls = _async_classes[cls] = type('Async' + cls.__name__, (AsyncSending, cls), {})
    view: Any = object.__new__(async_cls)
    view.__dict__ = other.__dict__
    view._sender = other
    return view


def table_connection(other: Any) -> Any:
    """The same TableConnection, whose calls are awaited"""
    view = object.__new__(type(other))
    view.__dict__.update(other.__dict__)
    view.connection = connection(other.connection)
    return view


# ---- pages ----

async def _acquire(limiter: Optional[RateLimiter]) -> None:
    if limiter is not None:
        await asyncio.sleep(limiter._seconds_to_wait())
        limiter._restart()


def rate_limiter(rate_limit: Optional[float]) -> Optional[RateLimiter]:
    return RateLimiter(rate_limit) if rate_limit else None


class AsyncResults(Generic[_T]):
    """The items of a query or scan, for `async for`; the next page is fetched when the items of one are used up."""

    def __init__(self, results: ResultIterator[_T]) -> None:
        """
        :param results: The ResultIterator that would do it without asyncio: it says what to ask for, and is asked for nothing
        """
        self._results: Any = results
        operation = results.page_iter._operation  # type: ignore[attr-defined]
        self._operation = getattr(table_connection(operation.__self__), operation.__name__)

    def __aiter__(self) -> AsyncResults[_T]:
        return self

    async def __anext__(self) -> _T:
        results = self._results
        if results._limit == 0:
            raise StopAsyncIteration
        while results._index == results._count:
            results._take_page(await self._next_page())
        item = results._items[results._index]
        results._index += 1
        if results._limit is not None:
            results._limit -= 1
        return results._map_fn(item) if results._map_fn else item

    async def _next_page(self) -> Dict[str, Any]:
        pages = self._results.page_iter
        if pages._is_last_page:
            raise StopAsyncIteration
        await _acquire(pages._rate_limiter)
        return pages._take(await self._operation(*pages._args, **pages._next_kwargs()))

    @property
    def last_evaluated_key(self) -> Optional[Dict[str, Dict[str, Any]]]:
        """From where another call would go on after the last item that was given"""
        return self._results.last_evaluated_key

    @property
    def total_count(self) -> int:
        return self._results.total_count

    @property
    def consumed_capacity(self) -> float:
        return self._results.consumed_capacity

    @property
    def page_iter(self) -> Any:
        """What is known of the pages: page_size, total_scanned_count"""
        return self._results.page_iter


async def parallel_scan(model: Type[_T], total_segments: int, scan_arguments: Dict[str, Any]) -> AsyncIterator[_T]:
    """Model.aparallel_scan"""
    from cynamo._models.parallel import ParallelScan
    ParallelScan(model, total_segments, scan_arguments)  # says what is wrong with the arguments
    limit = scan_arguments.get('limit')
    items: asyncio.Queue[Any] = asyncio.Queue(1000)
    running = total_segments

    async def read(segment: int) -> None:
        async for item in model.ascan(segment=segment, total_segments=total_segments, **scan_arguments):
            await items.put((item, None))

    async def run(segment: int) -> None:
        error: Optional[BaseException] = None
        try:
            await read(segment)
        except Exception as e:
            error = e
        await items.put((None, error))

    tasks = [asyncio.ensure_future(run(segment)) for segment in range(total_segments)]
    try:
        while running and limit != 0:
            item, error = await items.get()
            if error is not None:
                raise error
            if item is None:
                running -= 1
                continue
            yield item
            if limit is not None:
                limit -= 1
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# ---- batches ----

async def batch_get(
    model: Any,
    keys: Optional[List[Any]],
    consistent_read: Optional[bool],
    attributes_to_get: Any,
    limiter: Optional[RateLimiter],
) -> AsyncIterator[Any]:
    """The items of at most 100 keys, as Model._batch_get_all gets them"""
    table = model._async_connection()
    retries = 0
    while keys:
        await _acquire(limiter)
        data = await table.batch_get_item(keys, consistent_read=consistent_read, attributes_to_get=attributes_to_get)
        if limiter is not None:
            limiter.consume(consumed_units(data))
        items = data.get(RESPONSES).get(table.table_name) or ()
        for item in items:
            yield model.from_raw_data(item)
        retries = 0 if items else retries + 1
        keys = data.get(UNPROCESSED_KEYS).get(table.table_name, {}).get(KEYS)
        if keys:
            if retries > GET_RETRIES_MAX:
                raise GetError('Failed to batch get items: {} keys are left unprocessed'.format(len(keys)))
            await asyncio.sleep(pause_seconds(retries))


class AsyncBatchWrite(BatchWrite[_T]):
    """BatchWrite for `async with`; save, delete and commit are awaited."""

    async def save(self, put_item: _T) -> None:  # type: ignore[override]
        await self._add_async(PUT, put_item)

    async def delete(self, del_item: _T) -> None:  # type: ignore[override]
        await self._add_async(DELETE, del_item)

    async def _add_async(self, action: str, item: _T) -> None:
        if self.auto_commit and len(self.pending_operations) == self.max_operations:
            await self.commit()
        self._add(action, item)

    def __enter__(self) -> Any:
        raise TypeError('use `async with`')

    async def __aenter__(self) -> AsyncBatchWrite[_T]:
        return self

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        if exc_type is None:
            await self.commit()

    async def commit(self) -> None:  # type: ignore[override]
        operations, self.pending_operations = self.pending_operations, []
        if not operations:
            return
        unprocessed = await self._write_async(*self._serialized(operations))
        retries = 0
        while unprocessed:
            retries += 1
            rest = self._rest(unprocessed, retries)
            await asyncio.sleep(pause_seconds(retries))
            unprocessed = await self._write_async(*rest)

    async def _write_async(self, put_items: List[Any], delete_items: List[Any]) -> Any:
        await _acquire(self._rate_limiter)
        table = self.model._async_connection()
        return self._left(table, await table.batch_write_item(put_items=put_items, delete_items=delete_items))
