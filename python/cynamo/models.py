"""Models: a class for a table, an instance for an item.

A call has the connection do its work (`_get_connection()`, a TableConnection), so whoever patches or overrides a method there
sees what passes. What a call sends is made apart from the sending (`_get_save_args`, `get_..._kwargs_from_...`,
`_query_arguments`), and what comes back is read apart from it (`_found`, `_take_over`, `from_raw_data`).
"""
from __future__ import annotations

import time

from cynamo import _fast, constants
from cynamo._late import getter
from cynamo._log import LateLogger
from cynamo._models.asynchronous import AsyncCalls
from cynamo._models.batch import GET_RETRIES_MAX, BatchWrite, consumed_units, wait_before_retry
from cynamo._models.future import _ModelFuture
from cynamo._models.meta import MetaModel, MetaProtocol
from cynamo.attributes import AttributeContainer, TTLAttribute
from cynamo.connection._transport import with_metadata
from cynamo.connection.base import MetaTable
from cynamo.connection.table import TableConnection
from cynamo.constants import (
    ACTIVE, ALL_NEW, ATTR_NAME, ATTR_TYPE, ATTRIBUTES, BATCH_GET_PAGE_LIMIT, COUNT, ITEM, ITEM_COUNT, KEY, KEY_TYPE, KEYS,
    NULL, RESPONSES, TABLE_STATUS, UNPROCESSED_KEYS,
)
from cynamo.exceptions import AttributeNullError, DoesNotExist, GetError, TableDoesNotExist, TableError
from cynamo.pagination import RateLimiter, ResultIterator
from cynamo.types import HASH, RANGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Text, Tuple, Type, TypeVar, Union

    from cynamo._models.parallel import ParallelScan
    from cynamo._schema import ModelSchema
    from cynamo.expressions.condition import Condition
    from cynamo.expressions.update import Action
    from cynamo.indexes import Index

    _T = TypeVar('_T', bound='Model')
    _KeyType = Any

log = LateLogger(__name__)

# They are written in files of their own, and belong here: pickles and reprs name this module.
BatchWrite.__module__ = MetaModel.__module__ = _ModelFuture.__module__ = __name__


def _given(**arguments: Any) -> Dict[str, Any]:
    """The arguments that are not None: calls that nobody asked for more pass no more than PynamoDB's do."""
    return {name: value for name, value in arguments.items() if value is not None}


class Model(AsyncCalls, AttributeContainer, metaclass=MetaModel):
    """An item of a table. A subclass declares attributes, one of them a hash key, and a Meta class with the table's name."""

    # None of these may be the name of a user's attribute.
    _hash_keyname: Optional[str] = None
    _range_keyname: Optional[str] = None
    _connection: Optional[TableConnection] = None
    DoesNotExist: Type[DoesNotExist] = DoesNotExist
    _version_attribute_name: Optional[str] = None

    Meta: Any  # what it may have says MetaProtocol; as a type, it would ask for all of that in each model
    _indexes: Dict[str, Index]

    def __init__(
        self,
        hash_key: Optional[_KeyType] = None,
        range_key: Optional[_KeyType] = None,
        _user_instantiated: bool = True,
        **attributes: Any,
    ) -> None:
        """
        :param hash_key: The hash key's value
        :param range_key: The range key's value, where the table has one
        :param attributes: Values of attributes by name
        """
        for kind, name, value in (('hash', self._hash_keyname, hash_key), ('range', self._range_keyname, range_key)):
            if value is not None:
                if name is None:
                    raise ValueError(f'This model has no {kind} key, but a {kind} key value was provided: {value}')
                attributes[name] = value
        super().__init__(_user_instantiated=_user_instantiated, **attributes)

    # Batches

    @classmethod
    def batch_get(
        cls: Type[_T],
        items: Iterable[Union[_KeyType, Iterable[_KeyType]]],
        consistent_read: Optional[bool] = None,
        attributes_to_get: Optional[Sequence[str]] = None,
        *,
        rate_limit: Optional[float] = None,
    ) -> Iterator[_T]:
        """BatchGetItem: yields the items that exist, in no order, 100 keys a request.

        :param items: Hash keys, or (hash key, range key) pairs where the table has a range key
        :param rate_limit: Capacity units a second to stay below
        """
        limiter = RateLimiter(rate_limit) if rate_limit else None
        keys_to_get: List[Any] = []
        for item in set(items):
            if len(keys_to_get) == BATCH_GET_PAGE_LIMIT:
                yield from cls._batch_get_all(keys_to_get, consistent_read, attributes_to_get, limiter)
                keys_to_get = []
            keys_to_get.append(cls._batch_get_key(item))
        if keys_to_get:
            yield from cls._batch_get_all(keys_to_get, consistent_read, attributes_to_get, limiter)

    @classmethod
    def _batch_get_key(cls, item: Any) -> Dict[str, Any]:
        """The serialized key of one of batch_get's `items`."""
        range_key_attribute = cls._range_key_attribute()
        if not range_key_attribute:
            hash_key, _ = cls._serialize_keys(item)
            return {cls._hash_key_attribute().attr_name: hash_key}
        if isinstance(item, str):
            raise ValueError(f'Invalid key value {item!r}: '
                             'expected non-str iterable with exactly 2 elements (hash key, range key)')
        try:
            hash_key, range_key = item
        except (TypeError, ValueError):
            raise ValueError(f'Invalid key value {item!r}: '
                             'expected iterable with exactly 2 elements (hash key, range key)')
        hash_key, range_key = cls._serialize_keys(hash_key, range_key)
        return {cls._hash_key_attribute().attr_name: hash_key, range_key_attribute.attr_name: range_key}

    @classmethod
    def _batch_get_all(cls, keys_to_get, consistent_read, attributes_to_get, limiter) -> Iterator[Any]:
        """The items of at most 100 keys: what the service leaves out is asked for again, with longer and longer pauses."""
        retries = 0
        while keys_to_get:
            if limiter:
                limiter.acquire()
            page, unprocessed_keys = cls._batch_get_page(
                keys_to_get, consistent_read=consistent_read, attributes_to_get=attributes_to_get, limiter=limiter)
            yield from _fast.instances(cls, page)
            retries = 0 if page else retries + 1
            if unprocessed_keys:
                if retries > GET_RETRIES_MAX:
                    raise GetError('Failed to batch get items: {} keys are left unprocessed'.format(len(unprocessed_keys)))
                wait_before_retry(retries)
            keys_to_get = unprocessed_keys

    @classmethod
    def _batch_get_page(cls, keys_to_get, consistent_read, attributes_to_get, limiter=None):
        """One BatchGetItem: (raw items, keys left unprocessed)"""
        log.debug('Fetching a BatchGetItem page')
        connection = cls._get_connection()
        data = _fast.batch_get(cls, connection, keys_to_get, consistent_read, attributes_to_get)
        if data is NotImplemented:
            data = connection.batch_get_item(
                keys_to_get, consistent_read=consistent_read, attributes_to_get=attributes_to_get)
        if limiter:
            limiter.consume(consumed_units(data))
        items = data.get(RESPONSES).get(connection.table_name)
        unprocessed = data.get(UNPROCESSED_KEYS).get(connection.table_name, {}).get(KEYS, None)
        return items, unprocessed

    @classmethod
    def batch_write(cls: Type[_T], auto_commit: bool = True, *, rate_limit: Optional[float] = None) -> BatchWrite[_T]:
        """Returns a context manager that collects saves and deletes.

        :param auto_commit: Whether each 25 are written as they come, rather than refused
        :param rate_limit: Capacity units a second to stay below
        """
        return BatchWrite(cls, auto_commit=auto_commit, rate_limit=rate_limit)

    # One item

    def delete(
        self,
        condition: Optional[Condition] = None,
        *,
        add_version_condition: bool = True,
        return_values: Optional[str] = None,
        return_consumed_capacity: Optional[str] = None,
    ) -> Any:
        """Deletes the item; returns DynamoDB's answer.

        :param add_version_condition: Whether a model with a VersionAttribute is only deleted in the version known here
        :param return_values: ALL_OLD: the answer's Attributes tell the item deleted
        :raises cynamo.exceptions.DeleteError: where it cannot be deleted
        """
        data = _fast.delete(self, condition, add_version_condition, return_values, return_consumed_capacity)
        if data is not NotImplemented:
            return with_metadata(data)
        hk_value, rk_value = self._get_hash_range_key_serialized_values()
        version_condition = self._handle_version_attribute()
        if add_version_condition and version_condition is not None:
            condition &= version_condition
        return self._get_connection().delete_item(
            hk_value, range_key=rk_value, condition=condition,
            **_given(return_values=return_values, return_consumed_capacity=return_consumed_capacity))

    def update(
        self,
        actions: List[Action],
        condition: Optional[Condition] = None,
        *,
        add_version_condition: bool = True,
        return_values: str = ALL_NEW,
        return_consumed_capacity: Optional[str] = None,
    ) -> Any:
        """Updates the stored item by `actions`, and this instance by what the item then is; returns DynamoDB's answer.

        :param add_version_condition: Whether a model with a VersionAttribute is only updated in the version known here.
            The version grows in any case.
        :param return_values: Another than ALL_NEW leaves this instance as it is
        :raises cynamo.exceptions.UpdateError: where the condition does not hold
        """
        if not isinstance(actions, list) or len(actions) == 0:
            raise TypeError('the value of `actions` is expected to be a non-empty list')

        actions = list(actions)  # the version's action is added to it
        hk_value, rk_value = self._get_hash_range_key_serialized_values()
        version_condition = self._handle_version_attribute(actions=actions)
        if add_version_condition and version_condition is not None:
            condition &= version_condition
        if return_values == ALL_NEW and return_consumed_capacity is None:
            data = _fast.update(self, condition, actions)
            if data is not NotImplemented:
                return with_metadata(data)
        data = self._get_connection().update_item(
            hk_value, range_key=rk_value, return_values=return_values, condition=condition, actions=actions,
            **_given(return_consumed_capacity=return_consumed_capacity))
        if return_values == ALL_NEW:
            self._take_over(data[ATTRIBUTES], 'update')
        return data

    def save(
        self,
        condition: Optional[Condition] = None,
        *,
        add_version_condition: bool = True,
        return_values: Optional[str] = None,
        return_consumed_capacity: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Puts the item; returns DynamoDB's answer.

        :param add_version_condition: Whether a model with a VersionAttribute only replaces the version known here
        :param return_values: ALL_OLD: the answer's Attributes tell the item replaced
        :raises cynamo.exceptions.PutError: where the condition does not hold
        """
        data = _fast.save(self, condition, add_version_condition, return_values, return_consumed_capacity)
        if data is NotImplemented:
            args, kwargs = self._get_save_args(condition=condition, add_version_condition=add_version_condition)
            kwargs.update(_given(return_values=return_values, return_consumed_capacity=return_consumed_capacity))
            data = self._get_connection().put_item(*args, **kwargs)
        else:
            data = with_metadata(data)
        self.update_local_version_attribute()
        return data

    def refresh(self, consistent_read: bool = False) -> None:
        """Reads the item again into this instance.

        :raises Model.DoesNotExist: where it is no more
        """
        if _fast.refresh(self, consistent_read) is not NotImplemented:
            return
        hk_value, rk_value = self._get_hash_range_key_serialized_values()
        data = self._get_connection().get_item(hk_value, range_key=rk_value, consistent_read=consistent_read)
        item_data = data.get(ITEM, None)
        if item_data is None:
            raise self.DoesNotExist('This item does not exist in the table.')
        self._take_over(item_data, 'refresh')

    def _take_over(self, item_data: Dict[str, Any], action: str) -> None:
        """Makes this instance what `item_data` says, unless that is an item of another class."""
        stored_cls = self._get_discriminator_class(item_data)
        if stored_cls and stored_cls != type(self):
            raise ValueError('Cannot {} this item from the returned class: {}'.format(action, stored_cls.__name__))
        self.deserialize(item_data)

    @classmethod
    def get(
        cls: Type[_T],
        hash_key: _KeyType,
        range_key: Optional[_KeyType] = None,
        consistent_read: bool = False,
        attributes_to_get: Optional[Sequence[Text]] = None,
    ) -> _T:
        """Returns the item with these keys.

        :raises Model.DoesNotExist: where there is none
        """
        found = _fast.get(cls, hash_key, range_key, consistent_read, attributes_to_get)
        if found is not NotImplemented:
            return found
        hash_key, range_key = cls._serialize_keys(hash_key, range_key)
        data = cls._get_connection().get_item(
            hash_key,
            range_key=range_key,
            consistent_read=consistent_read,
            attributes_to_get=attributes_to_get,
        )
        return cls._found(data)

    @classmethod
    def _found(cls: Type[_T], data: Optional[Dict[str, Any]]) -> _T:
        """The instance for GetItem's answer"""
        item_data = data.get(ITEM) if data else None
        if not item_data:
            raise cls.DoesNotExist()
        return cls.from_raw_data(item_data)

    @classmethod
    def from_raw_data(cls: Type[_T], data: Dict[str, Any]) -> _T:
        """Returns an instance for an item in DynamoDB's shape, {name: {type: value}}."""
        if data is None:
            raise ValueError('Received no data to construct object')
        return cls._instantiate(data)

    # What transactions send

    def get_update_kwargs_from_instance(
        self,
        actions: List[Action],
        condition: Optional[Condition] = None,
        return_values_on_condition_failure: Optional[str] = None,
        *,
        add_version_condition: bool = True,
    ) -> Dict[str, Any]:
        actions = list(actions)
        hk_value, rk_value = self._get_hash_range_key_serialized_values()
        version_condition = self._handle_version_attribute(actions=actions)
        if add_version_condition and version_condition is not None:
            condition &= version_condition
        return self._get_connection().get_operation_kwargs(
            hk_value, range_key=rk_value, key=KEY, actions=actions, condition=condition,
            return_values_on_condition_failure=return_values_on_condition_failure)

    def get_delete_kwargs_from_instance(
        self,
        condition: Optional[Condition] = None,
        return_values_on_condition_failure: Optional[str] = None,
        *,
        add_version_condition: bool = True,
    ) -> Dict[str, Any]:
        hk_value, rk_value = self._get_hash_range_key_serialized_values()
        version_condition = self._handle_version_attribute()
        if add_version_condition and version_condition is not None:
            condition &= version_condition
        return self._get_connection().get_operation_kwargs(
            hk_value, range_key=rk_value, key=KEY, condition=condition,
            return_values_on_condition_failure=return_values_on_condition_failure)

    def get_save_kwargs_from_instance(
        self,
        condition: Optional[Condition] = None,
        return_values_on_condition_failure: Optional[str] = None,
    ) -> Dict[str, Any]:
        args, kwargs = self._get_save_args(condition=condition)
        kwargs['key'] = ITEM
        kwargs['return_values_on_condition_failure'] = return_values_on_condition_failure
        return self._get_connection().get_operation_kwargs(*args, **kwargs)

    @classmethod
    def get_operation_kwargs_from_class(
        cls,
        hash_key: str,
        range_key: Optional[_KeyType] = None,
        condition: Optional[Condition] = None,
    ) -> Dict[str, Any]:
        hash_key, range_key = cls._serialize_keys(hash_key, range_key)
        return cls._get_connection().get_operation_kwargs(
            hash_key=hash_key, range_key=range_key, condition=condition)

    # Query, scan, count

    @classmethod
    def count(
        cls: Type[_T],
        hash_key: Optional[_KeyType] = None,
        range_key_condition: Optional[Condition] = None,
        filter_condition: Optional[Condition] = None,
        consistent_read: bool = False,
        index_name: Optional[str] = None,
        limit: Optional[int] = None,
        rate_limit: Optional[float] = None,
    ) -> int:
        """Counts the items of a query; without a hash key, tells what DescribeTable says of the table (up to six hours old).

        :param rate_limit: Capacity units a second to stay below
        """
        if hash_key is None:
            if filter_condition is not None:
                raise ValueError('A hash_key must be given to use filters')
            return cls.describe_table().get(ITEM_COUNT)
        results = cls._count_results(
            hash_key, range_key_condition, filter_condition, consistent_read, index_name, limit, rate_limit)
        for _ in results:
            pass
        return results.total_count

    @classmethod
    def _count_results(
        cls, hash_key, range_key_condition, filter_condition, consistent_read, index_name, limit, rate_limit,
    ) -> ResultIterator[Any]:
        args, kwargs = cls._query_arguments(
            hash_key,
            index_name,
            filter_condition,
            range_key_condition=range_key_condition,
            consistent_read=consistent_read,
            limit=limit,
            select=COUNT,
        )
        return ResultIterator(cls._get_connection().query, args, kwargs, limit=limit, rate_limit=rate_limit)

    @classmethod
    def query(
        cls: Type[_T],
        hash_key: _KeyType,
        range_key_condition: Optional[Condition] = None,
        filter_condition: Optional[Condition] = None,
        consistent_read: bool = False,
        index_name: Optional[str] = None,
        scan_index_forward: Optional[bool] = None,
        limit: Optional[int] = None,
        last_evaluated_key: Optional[Dict[str, Dict[str, Any]]] = None,
        attributes_to_get: Optional[Iterable[str]] = None,
        page_size: Optional[int] = None,
        rate_limit: Optional[float] = None,
    ) -> ResultIterator[_T]:
        """Iterates over the items of a hash key, page after page.

        :param index_name: The index to query rather than the table
        :param scan_index_forward: False: from the highest range key down
        :param limit: How many items at most
        :param last_evaluated_key: Where an earlier query stopped
        :param attributes_to_get: The only attributes to read
        :param page_size: How many items a request reads; by default `limit`
        :param rate_limit: Capacity units a second to stay below
        """
        args, kwargs = cls._query_arguments(
            hash_key,
            index_name,
            filter_condition,
            range_key_condition=range_key_condition,
            exclusive_start_key=last_evaluated_key,
            consistent_read=consistent_read,
            scan_index_forward=scan_index_forward,
            limit=limit if page_size is None else page_size,
            attributes_to_get=attributes_to_get,
        )
        return ResultIterator(
            cls._get_connection().query, args, kwargs, map_fn=cls.from_raw_data, limit=limit, rate_limit=rate_limit)

    @classmethod
    def _query_arguments(cls, hash_key, index_name, filter_condition, **others) -> Tuple[Tuple, Dict[str, Any]]:
        """TableConnection.query's arguments"""
        if index_name:
            hash_key, others['range_key_condition'] = cls._indexes[index_name]._split_hash_key(
                hash_key, others['range_key_condition'])
        else:
            hash_key = cls._serialize_keys(hash_key)[0]
        others['index_name'] = index_name
        others['filter_condition'] = cls._only_own_items(filter_condition)
        return (hash_key,), others

    @classmethod
    def _only_own_items(cls, filter_condition: Optional[Condition]) -> Optional[Condition]:
        """`filter_condition`, and where the table holds several classes: items of this one and its subclasses"""
        discriminator = cls._get_discriminator_attribute()
        if discriminator:
            filter_condition &= discriminator.is_in(*discriminator.get_registered_subclasses(cls))
        return filter_condition

    @classmethod
    def scan(
        cls: Type[_T],
        filter_condition: Optional[Condition] = None,
        segment: Optional[int] = None,
        total_segments: Optional[int] = None,
        limit: Optional[int] = None,
        last_evaluated_key: Optional[Dict[str, Dict[str, Any]]] = None,
        page_size: Optional[int] = None,
        consistent_read: Optional[bool] = None,
        index_name: Optional[str] = None,
        rate_limit: Optional[float] = None,
        attributes_to_get: Optional[Sequence[str]] = None,
    ) -> ResultIterator[_T]:
        """Iterates over the table's items, page after page.

        :param segment: Which of `total_segments` parts of the table to read
        :param limit: How many items at most
        :param last_evaluated_key: Where an earlier scan stopped
        :param page_size: How many items a request reads; by default `limit`
        :param rate_limit: Capacity units a second to stay below
        :param attributes_to_get: The only attributes to read
        """
        kwargs = dict(
            filter_condition=cls._only_own_items(filter_condition),
            exclusive_start_key=last_evaluated_key,
            segment=segment,
            limit=limit if page_size is None else page_size,
            total_segments=total_segments,
            consistent_read=consistent_read,
            index_name=index_name,
            attributes_to_get=attributes_to_get,
        )
        return ResultIterator(
            cls._get_connection().scan, (), kwargs, map_fn=cls.from_raw_data, limit=limit, rate_limit=rate_limit)

    @classmethod
    def parallel_scan(cls: Type[_T], total_segments: int = 4, **scan_arguments: Any) -> 'ParallelScan[_T]':
        """Iterates over the table's items as `total_segments` threads read them, in no order.

        :param scan_arguments: `scan`'s arguments but segment, total_segments and last_evaluated_key
        """
        from cynamo._models.parallel import ParallelScan
        return ParallelScan(cls, total_segments, scan_arguments)

    # The table

    @classmethod
    def exists(cls: Type[_T]) -> bool:
        """Whether the table exists"""
        try:
            cls._get_connection().describe_table()
            return True
        except TableDoesNotExist:
            return False

    @classmethod
    def delete_table(cls, *, wait: bool = False) -> Any:
        """Deletes the table; with `wait`, returns when it is gone."""
        result = cls._get_connection().delete_table()
        while wait and cls.exists():
            time.sleep(2)
        return result

    @classmethod
    def describe_table(cls) -> Any:
        """What DescribeTable says of the table"""
        return cls._get_connection().describe_table()

    @classmethod
    def create_table(
        cls,
        wait: bool = False,
        read_capacity_units: Optional[int] = None,
        write_capacity_units: Optional[int] = None,
        billing_mode: Optional[str] = None,
        ignore_update_ttl_errors: bool = False,
    ) -> Any:
        """Creates the table with its indexes, unless it exists, and turns time to live on where the model has a TTLAttribute.

        :param wait: Whether to return only when the table is ready
        :param read_capacity_units: Over Meta's
        :param write_capacity_units: Over Meta's
        :param billing_mode: Over Meta's; PROVISIONED or PAY_PER_REQUEST
        """
        if not cls.exists():
            cls._get_connection().create_table(
                **cls._create_table_arguments(read_capacity_units, write_capacity_units, billing_mode))
        if wait:
            cls._wait_until_active()
        cls.update_ttl(ignore_update_ttl_errors)

    @classmethod
    def _create_table_arguments(cls, read_capacity_units, write_capacity_units, billing_mode) -> Dict[str, Any]:
        arguments: Dict[str, Any] = dict(cls._get_schema())
        for name in ('read_capacity_units', 'write_capacity_units', 'billing_mode', 'tags'):
            if hasattr(cls.Meta, name):
                arguments[name] = getattr(cls.Meta, name)
        if hasattr(cls.Meta, 'stream_view_type'):
            arguments['stream_specification'] = {
                'stream_enabled': True,
                'stream_view_type': cls.Meta.stream_view_type,
            }
        arguments.update(_given(
            read_capacity_units=read_capacity_units,
            write_capacity_units=write_capacity_units,
            billing_mode=billing_mode,
        ))
        return arguments

    @classmethod
    def _wait_until_active(cls) -> None:
        while True:
            status = cls._get_connection().describe_table()
            if not status:
                raise TableError('No TableStatus returned for table')
            if status.get(TABLE_STATUS) == ACTIVE:
                return
            time.sleep(2)

    @classmethod
    def update_ttl(cls, ignore_update_ttl_errors: bool) -> None:
        """Turns time to live on by the model's TTLAttribute, if it has one; `ignore_update_ttl_errors` is for servers that
        cannot."""
        ttl_attribute = cls._ttl_attribute()
        if not ttl_attribute:
            return
        try:
            cls._get_connection().update_time_to_live(ttl_attribute.attr_name)
        except Exception:
            if not ignore_update_ttl_errors:
                raise
            log.info('Unable to update the TTL for %s', cls._get_connection().table_name)

    @classmethod
    def bind(cls: Type[_T], **meta: Any) -> Type[_T]:
        """Returns this model on another table, prefix, host, region or profile: a subclass whose Meta has these values.

            User.bind(table_prefix='test-').get('ann')
        """
        from cynamo._models.binding import bind
        return bind(cls, meta)

    # What PynamoDB's users call too, though it is not public

    @classmethod
    def _get_schema(cls) -> ModelSchema:
        """The table as CreateTable's arguments tell it"""
        keys = [attr for attr in cls.get_attributes().values() if attr.is_hash_key or attr.is_range_key]
        schema: ModelSchema = {
            'attribute_definitions': [{ATTR_NAME: attr.attr_name, ATTR_TYPE: attr.attr_type} for attr in keys],
            'key_schema': [
                {KEY_TYPE: HASH if attr.is_hash_key else RANGE, ATTR_NAME: attr.attr_name} for attr in keys
            ],
            'global_secondary_indexes': [],
            'local_secondary_indexes': [],
        }
        indexes = dict(cls._indexes)
        # Subclasses that live in the same table may have indexes of their own.
        discriminator = cls._get_discriminator_attribute()
        if discriminator is not None:
            for model_cls in discriminator.get_registered_subclasses(Model):
                indexes.update(model_cls._indexes)
        for index in indexes.values():
            index._update_model_schema(schema)
        return schema

    def _get_save_args(
        self,
        condition: Optional[Condition] = None,
        *,
        add_version_condition: bool = True,
    ) -> Tuple[Iterable[Any], Dict[str, Any]]:
        """put_item's arguments for this instance"""
        attribute_values = self.serialize(null_check=True)
        hash_key_attribute = self._hash_key_attribute()
        hash_key = attribute_values.pop(hash_key_attribute.attr_name, {}).get(hash_key_attribute.attr_type)
        kwargs: Dict[str, Any] = {}
        range_key_attribute = self._range_key_attribute()
        if range_key_attribute:
            range_key = attribute_values.pop(range_key_attribute.attr_name, {}).get(range_key_attribute.attr_type)
            if range_key is not None:
                kwargs['range_key'] = range_key
        version_condition = self._handle_version_attribute(attributes=attribute_values)
        if add_version_condition and version_condition is not None:
            condition &= version_condition
        kwargs['attributes'] = attribute_values
        kwargs['condition'] = condition
        return (hash_key,), kwargs

    def _get_hash_range_key_serialized_values(self) -> Tuple[Any, Optional[Any]]:
        """The item's keys as they are sent; a range key that is not set is None."""
        if self._hash_keyname is None:
            raise Exception('The model has no hash key')
        attributes = self.get_attributes()
        hash_key = attributes[self._hash_keyname].serialize(getattr(self, self._hash_keyname))
        range_key = None
        if self._range_keyname:
            value = getattr(self, self._range_keyname)
            if value is not None:
                range_key = attributes[self._range_keyname].serialize(value)
        return hash_key, range_key

    def _handle_version_attribute(
        self,
        *,
        attributes: Optional[Dict[str, Any]] = None,
        actions: Optional[List[Action]] = None,
    ) -> Optional[Condition]:
        """Puts the next version into `attributes` or `actions`; returns the condition that the stored one is this one's."""
        if self._version_attribute_name is None:
            return None
        version_attribute = self.get_attributes()[self._version_attribute_name]
        version = getattr(self, self._version_attribute_name)
        if attributes is not None:
            attributes[version_attribute.attr_name] = self._serialize_value(version_attribute, (version or 0) + 1)
        if version is None:
            if actions is not None:
                actions.append(version_attribute.set(1))
            return version_attribute.does_not_exist()
        if actions is not None:
            actions.append(version_attribute.add(1))
        return version_attribute == version

    def update_local_version_attribute(self):
        if self._version_attribute_name is not None:
            version = getattr(self, self._version_attribute_name, None) or 0
            setattr(self, self._version_attribute_name, version + 1)

    @classmethod
    def _hash_key_attribute(cls):
        return cls.get_attributes()[cls._hash_keyname] if cls._hash_keyname else None

    @classmethod
    def _range_key_attribute(cls):
        return cls.get_attributes()[cls._range_keyname] if cls._range_keyname else None

    @classmethod
    def _ttl_attribute(cls):
        return next((attr for attr in cls.get_attributes().values() if isinstance(attr, TTLAttribute)), None)

    def _get_keys(self):
        """The item's key, {attribute name: serialized value}"""
        hash_key, range_key = self._get_serialized_keys()
        keys = {}
        if self._hash_keyname:
            keys[self._hash_key_attribute().attr_name] = hash_key
        if self._range_keyname:
            keys[self._range_key_attribute().attr_name] = range_key
        return keys

    def _get_serialized_keys(self) -> Tuple[_KeyType, _KeyType]:
        hash_key = getattr(self, self._hash_keyname) if self._hash_keyname else None
        range_key = getattr(self, self._range_keyname) if self._range_keyname else None
        return self._serialize_keys(hash_key, range_key)

    @classmethod
    def _get_table_name(cls) -> str:
        """The table's name now: Meta.table_name, called where it is a function, after Meta.table_prefix."""
        table_name = cls.Meta.table_name
        if callable(table_name):
            table_name = table_name()
        prefix = getattr(cls.Meta, 'table_prefix', None)
        if prefix:
            table_name = (prefix() if callable(prefix) else prefix) + table_name
        return table_name

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """The connection, made at first use. Only another table name makes a new one: a host changed later is not seen
        before `_connection` is None again."""
        if not hasattr(cls, 'Meta'):
            raise AttributeError(
                'As of v1.0 PynamoDB Models require a `Meta` class.\n'
                'Model: {}.{}\n'
                'See https://pynamodb.readthedocs.io/en/latest/release_notes.html\n'.format(cls.__module__, cls.__name__))
        if getattr(cls.Meta, 'table_name', None) is None:
            raise AttributeError(
                'As of v1.0 PynamoDB Models must have a table_name\n'
                'Model: {}.{}\n'
                'See https://pynamodb.readthedocs.io/en/latest/release_notes.html'.format(cls.__module__, cls.__name__))
        table_name = cls._get_table_name()
        if cls._connection is None or cls._connection.table_name != table_name:
            cls._connection = cls._make_connection(table_name)
        return cls._connection

    @classmethod
    def _make_connection(cls, table_name: str) -> TableConnection:
        schema = cls._get_schema()

        def keys_of(indexes):
            return [
                {constants.INDEX_NAME: index['index_name'], constants.KEY_SCHEMA: index['key_schema']}
                for index in indexes
            ]

        meta_table = MetaTable({
            constants.TABLE_NAME: table_name,
            constants.KEY_SCHEMA: schema['key_schema'],
            constants.ATTR_DEFINITIONS: schema['attribute_definitions'],
            constants.GLOBAL_SECONDARY_INDEXES: keys_of(schema['global_secondary_indexes']),
            constants.LOCAL_SECONDARY_INDEXES: keys_of(schema['local_secondary_indexes']),
        })
        meta = cls.Meta
        return TableConnection(
            table_name,
            meta_table=meta_table,
            region=meta.region,
            host=meta.host,
            connect_timeout_seconds=meta.connect_timeout_seconds,
            read_timeout_seconds=meta.read_timeout_seconds,
            max_retry_attempts=meta.max_retry_attempts,
            max_pool_connections=meta.max_pool_connections,
            extra_headers=meta.extra_headers,
            aws_access_key_id=meta.aws_access_key_id,
            aws_secret_access_key=meta.aws_secret_access_key,
            aws_session_token=meta.aws_session_token,
            **_given(aws_profile=getattr(meta, 'aws_profile', None)),
        )

    @classmethod
    def _serialize_value(cls, attr, value):
        """{type: value} for an attribute's value; NULL for None where the attribute allows it."""
        serialized = attr.serialize(value)
        if serialized is not None:
            return {attr.attr_type: serialized}
        if attr.null:
            return {NULL: True}
        raise AttributeNullError(attr.attr_name)

    @classmethod
    def _serialize_keys(cls, hash_key, range_key=None) -> Tuple[_KeyType, _KeyType]:
        """The keys as they are sent, each None where it is None."""
        return (
            None if hash_key is None else cls._hash_key_attribute().serialize(hash_key),
            None if range_key is None else cls._range_key_attribute().serialize(range_key),
        )

    def serialize(self, null_check: bool = True) -> Dict[str, Dict[str, Any]]:
        """The item in DynamoDB's shape, {name: {type: value}}; binary values are bytes. For JSON there are `to_dynamodb_dict`
        and `to_simple_dict`."""
        return self._container_serialize(null_check=null_check)

    def deserialize(self, attribute_values: Dict[str, Dict[str, Any]]) -> None:
        """Makes this instance what an item in DynamoDB's shape says."""
        return self._container_deserialize(attribute_values=attribute_values)


_fast.note_stock(Model)


__getattr__ = getter(__name__, {
    'ModelSchema': 'cynamo._schema',
    'InvalidStateError': 'cynamo.exceptions',
    'PutError': 'cynamo.exceptions',
    'AttributeContainerMeta': 'cynamo.attributes',
    'VersionAttribute': 'cynamo.attributes',
    'Index': 'cynamo.indexes',
    'get_settings_value': 'cynamo.settings',
    'BATCH_WRITE_PAGE_LIMIT': 'cynamo.constants',
    'UNPROCESSED_ITEMS': 'cynamo.constants',
    'PUT': 'cynamo.constants',
    'DELETE': 'cynamo.constants',
    'PUT_REQUEST': 'cynamo.constants',
    'DELETE_REQUEST': 'cynamo.constants',
    'META_CLASS_NAME': 'cynamo.constants',
    'REGION': 'cynamo.constants',
    'HOST': 'cynamo.constants',
    'Condition': 'cynamo.expressions.condition',
    'Action': 'cynamo.expressions.update',
})
