"""What models have for asyncio: each call of theirs with an `a` before its name, to be awaited.

A call is made of the same parts as the one without the `a`; only the sending is another (cynamo.aio, which is loaded at the
first of these calls).
"""
from __future__ import annotations

from cynamo.constants import (
    ACTIVE, ALL_NEW, ATTRIBUTES, BATCH_GET_PAGE_LIMIT, DELETE_ITEM, ITEM, ITEM_COUNT, TABLE_STATUS, UPDATE_ITEM,
)
from cynamo.exceptions import TableDoesNotExist, TableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AsyncIterator, Dict, Iterable, List, Optional, Sequence, Type, TypeVar

    from cynamo.aio import AsyncBatchWrite, AsyncResults
    from cynamo.expressions.condition import Condition
    from cynamo.expressions.update import Action
    from cynamo.models import Model

    _T = TypeVar('_T', bound=Model)
    _KeyType = Any

_POLL_SECONDS = 2


class AsyncCalls:
    """A parent of Model, so that a model's own attribute of such a name comes first."""

    @classmethod
    def _async_connection(cls: Any) -> Any:
        from cynamo import aio
        return aio.table_connection(cls._get_connection())

    # One item

    @classmethod
    async def aget(
        cls: Type[_T],
        hash_key: _KeyType,
        range_key: Optional[_KeyType] = None,
        consistent_read: bool = False,
        attributes_to_get: Optional[Sequence[str]] = None,
    ) -> _T:
        """get, to be awaited"""
        hash_key, range_key = cls._serialize_keys(hash_key, range_key)
        return cls._found(await cls._async_connection().get_item(
            hash_key, range_key=range_key, consistent_read=consistent_read, attributes_to_get=attributes_to_get))

    async def asave(
        self: Any,
        condition: Optional[Condition] = None,
        *,
        add_version_condition: bool = True,
        return_values: Optional[str] = None,
        return_consumed_capacity: Optional[str] = None,
    ) -> Dict[str, Any]:
        """save, to be awaited"""
        args, kwargs = self._get_save_args(condition=condition, add_version_condition=add_version_condition)
        data = await self._async_connection().put_item(
            *args, return_values=return_values, return_consumed_capacity=return_consumed_capacity, **kwargs)
        self.update_local_version_attribute()
        return data

    async def aupdate(
        self: Any,
        actions: List[Action],
        condition: Optional[Condition] = None,
        *,
        add_version_condition: bool = True,
        return_values: str = ALL_NEW,
        return_consumed_capacity: Optional[str] = None,
    ) -> Any:
        """update, to be awaited"""
        if not isinstance(actions, list) or len(actions) == 0:
            raise TypeError('the value of `actions` is expected to be a non-empty list')
        connection = self._async_connection().connection
        kwargs = self.get_update_kwargs_from_instance(actions, condition, add_version_condition=add_version_condition)
        kwargs.update(connection.get_return_values_map(return_values))
        if return_consumed_capacity is not None:
            kwargs.update(connection.get_consumed_capacity_map(return_consumed_capacity))
        data = await connection._send(UPDATE_ITEM, kwargs)
        if return_values == ALL_NEW:
            self._take_over(data[ATTRIBUTES], 'update')
        return data

    async def adelete(
        self: Any,
        condition: Optional[Condition] = None,
        *,
        add_version_condition: bool = True,
        return_values: Optional[str] = None,
        return_consumed_capacity: Optional[str] = None,
    ) -> Any:
        """delete, to be awaited"""
        connection = self._async_connection().connection
        kwargs = self.get_delete_kwargs_from_instance(condition, add_version_condition=add_version_condition)
        if return_values is not None:
            kwargs.update(connection.get_return_values_map(return_values))
        if return_consumed_capacity is not None:
            kwargs.update(connection.get_consumed_capacity_map(return_consumed_capacity))
        return await connection._send(DELETE_ITEM, kwargs)

    async def arefresh(self: Any, consistent_read: bool = False) -> None:
        """refresh, to be awaited"""
        hash_key, range_key = self._get_hash_range_key_serialized_values()
        data = await self._async_connection().get_item(hash_key, range_key=range_key, consistent_read=consistent_read)
        item_data = data.get(ITEM)
        if item_data is None:
            raise self.DoesNotExist('This item does not exist in the table.')
        self._take_over(item_data, 'refresh')

    # Query, scan, count

    @classmethod
    def aquery(cls: Type[_T], *args: Any, **kwargs: Any) -> AsyncResults[_T]:
        """query, for `async for`"""
        from cynamo.aio import AsyncResults
        return AsyncResults(cls.query(*args, **kwargs))

    @classmethod
    def ascan(cls: Type[_T], *args: Any, **kwargs: Any) -> AsyncResults[_T]:
        """scan, for `async for`"""
        from cynamo.aio import AsyncResults
        return AsyncResults(cls.scan(*args, **kwargs))

    @classmethod
    async def aparallel_scan(cls: Type[_T], total_segments: int = 4, **scan_arguments: Any) -> AsyncIterator[_T]:
        """parallel_scan, for `async for`: the segments are read at the same time"""
        from cynamo import aio
        async for item in aio.parallel_scan(cls, total_segments, scan_arguments):
            yield item

    @classmethod
    async def acount(
        cls: Any,
        hash_key: Optional[_KeyType] = None,
        range_key_condition: Optional[Condition] = None,
        filter_condition: Optional[Condition] = None,
        consistent_read: bool = False,
        index_name: Optional[str] = None,
        limit: Optional[int] = None,
        rate_limit: Optional[float] = None,
    ) -> int:
        """count, to be awaited"""
        if hash_key is None:
            if filter_condition is not None:
                raise ValueError('A hash_key must be given to use filters')
            return (await cls.adescribe_table()).get(ITEM_COUNT)
        from cynamo.aio import AsyncResults
        results = AsyncResults(cls._count_results(
            hash_key, range_key_condition, filter_condition, consistent_read, index_name, limit, rate_limit))
        async for _ in results:
            pass
        return results.total_count

    # Batches

    @classmethod
    async def abatch_get(
        cls: Type[_T],
        items: Iterable[Any],
        consistent_read: Optional[bool] = None,
        attributes_to_get: Optional[Sequence[str]] = None,
        *,
        rate_limit: Optional[float] = None,
    ) -> AsyncIterator[_T]:
        """batch_get, for `async for`"""
        from cynamo import aio
        keys = [cls._batch_get_key(item) for item in set(items)]
        limiter = aio.rate_limiter(rate_limit)
        for start in range(0, len(keys), BATCH_GET_PAGE_LIMIT):
            page = keys[start:start + BATCH_GET_PAGE_LIMIT]
            async for item in aio.batch_get(cls, page, consistent_read, attributes_to_get, limiter):
                yield item

    @classmethod
    def abatch_write(
        cls: Type[_T],
        auto_commit: bool = True,
        *,
        rate_limit: Optional[float] = None,
    ) -> AsyncBatchWrite[_T]:
        """batch_write, for `async with`: its save() and delete() are awaited"""
        from cynamo.aio import AsyncBatchWrite
        return AsyncBatchWrite(cls, auto_commit=auto_commit, rate_limit=rate_limit)

    # The table

    @classmethod
    async def aexists(cls) -> bool:
        """exists, to be awaited"""
        try:
            await cls._async_connection().describe_table()
            return True
        except TableDoesNotExist:
            return False

    @classmethod
    async def adescribe_table(cls) -> Any:
        """describe_table, to be awaited"""
        return await cls._async_connection().describe_table()

    @classmethod
    async def adelete_table(cls, *, wait: bool = False) -> Any:
        """delete_table, to be awaited"""
        result = await cls._async_connection().delete_table()
        while wait and await cls.aexists():
            await _pause(_POLL_SECONDS)
        return result

    @classmethod
    async def acreate_table(
        cls: Any,
        wait: bool = False,
        read_capacity_units: Optional[int] = None,
        write_capacity_units: Optional[int] = None,
        billing_mode: Optional[str] = None,
        ignore_update_ttl_errors: bool = False,
    ) -> Any:
        """create_table, to be awaited"""
        if not await cls.aexists():
            await cls._async_connection().create_table(
                **cls._create_table_arguments(read_capacity_units, write_capacity_units, billing_mode))
        while wait:
            status = await cls.adescribe_table()
            if not status:
                raise TableError('No TableStatus returned for table')
            if status.get(TABLE_STATUS) == ACTIVE:
                break
            await _pause(_POLL_SECONDS)
        await cls.aupdate_ttl(ignore_update_ttl_errors)

    @classmethod
    async def aupdate_ttl(cls: Any, ignore_update_ttl_errors: bool) -> None:
        """update_ttl, to be awaited"""
        ttl_attribute = cls._ttl_attribute()
        if not ttl_attribute:
            return
        try:
            await cls._async_connection().update_time_to_live(ttl_attribute.attr_name)
        except Exception:
            if not ignore_update_ttl_errors:
                raise


async def _pause(seconds: float) -> None:
    import asyncio
    await asyncio.sleep(seconds)
