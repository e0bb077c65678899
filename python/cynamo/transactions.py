"""TransactGetItems and TransactWriteItems, collected in a `with` block and sent when it ends without an error."""
from __future__ import annotations

from cynamo._late import getter
from cynamo.constants import ITEM, RESPONSES
from cynamo.exceptions import TransactWriteError
from cynamo.models import _ModelFuture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Tuple, Type, TypeVar

    from cynamo.connection import Connection
    from cynamo.expressions.condition import Condition
    from cynamo.expressions.update import Action
    from cynamo.models import Model, _KeyType

    _M = TypeVar('_M', bound=Model)
    _TTransaction = TypeVar('_TTransaction', bound='Transaction')


class Transaction:
    """What the two kinds share: the connection, and the block"""

    def __init__(self, connection: Connection, return_consumed_capacity: Optional[str] = None) -> None:
        self._connection = connection
        self._return_consumed_capacity = return_consumed_capacity

    def _commit(self):
        return self._finish(self._send_by(self._connection))

    async def _commit_async(self):
        from cynamo import aio
        return self._finish(await self._send_by(aio.connection(self._connection)))

    def _send_by(self, connection: Any) -> Any:
        raise NotImplementedError()

    def _finish(self, response: Any) -> Any:
        raise NotImplementedError()

    async def __aenter__(self: _TTransaction) -> _TTransaction:
        return self

    async def __aexit__(self, exc_type, exc_val, exc_tb):
        if exc_type is None and exc_val is None and exc_tb is None:
            await self._commit_async()

    def __enter__(self: _TTransaction) -> _TTransaction:
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        if exc_type is None and exc_val is None and exc_tb is None:
            self._commit()


class TransactGet(Transaction):
    """Reads items at one moment: `get` returns a future, which has its item after the block."""

    _results: Optional[List] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._get_items: List[Dict] = []
        self._futures: List[_ModelFuture] = []
        super().__init__(*args, **kwargs)

    def get(self, model_cls: Type[_M], hash_key: _KeyType, range_key: Optional[_KeyType] = None) -> _ModelFuture[_M]:
        """Adds an item to read"""
        operation_kwargs = model_cls.get_operation_kwargs_from_class(hash_key, range_key=range_key)
        future = _ModelFuture(model_cls)
        self._futures.append(future)
        self._get_items.append(operation_kwargs)
        return future

    @staticmethod
    def _update_futures(futures: List[_ModelFuture], results: List) -> None:
        for future, data in zip(futures, results):
            future.update_with_raw_data(data.get(ITEM))

    def _send_by(self, connection: Any) -> Any:
        return connection.transact_get_items(
            get_items=self._get_items,
            return_consumed_capacity=self._return_consumed_capacity,
        )

    def _finish(self, response: Any) -> Any:
        self._results = response[RESPONSES]
        self._update_futures(self._futures, response[RESPONSES])
        return response


class TransactWrite(Transaction):
    """Writes all or nothing. They are sent by kind; the cancellation reasons of a TransactWriteError stand in the order of
    the calls."""

    def __init__(
        self,
        client_request_token: Optional[str] = None,
        return_item_collection_metrics: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._client_request_token: Optional[str] = client_request_token
        self._return_item_collection_metrics = return_item_collection_metrics
        self._condition_check_items: List[Dict] = []
        self._delete_items: List[Dict] = []
        self._put_items: List[Dict] = []
        self._update_items: List[Dict] = []
        self._models_for_version_attribute_update: List[Any] = []
        # Each call's list and its place there, in the order of the calls.
        self._calls: List[Tuple[List[Dict], int]] = []

    def _add(self, items: List[Dict], operation_kwargs: Dict) -> None:
        self._calls.append((items, len(items)))
        items.append(operation_kwargs)

    def condition_check(
        self,
        model_cls: Type[_M],
        hash_key: _KeyType,
        range_key: Optional[_KeyType] = None,
        condition: Optional[Condition] = None,
    ):
        """Adds a condition on an item that is not written"""
        if condition is None:
            raise TypeError('`condition` cannot be None')
        self._add(self._condition_check_items, model_cls.get_operation_kwargs_from_class(
            hash_key, range_key=range_key, condition=condition))

    def delete(self, model: _M, condition: Optional[Condition] = None, *, add_version_condition: bool = True) -> None:
        """Adds a delete"""
        self._add(self._delete_items, model.get_delete_kwargs_from_instance(
            condition=condition, add_version_condition=add_version_condition))

    def save(self, model: _M, condition: Optional[Condition] = None, return_values: Optional[str] = None) -> None:
        """Adds a put"""
        self._add(self._put_items, model.get_save_kwargs_from_instance(
            condition=condition, return_values_on_condition_failure=return_values))
        self._models_for_version_attribute_update.append(model)

    def update(
        self,
        model: _M,
        actions: List[Action],
        condition: Optional[Condition] = None,
        return_values: Optional[str] = None,
        *,
        add_version_condition: bool = True,
    ) -> None:
        """Adds an update"""
        self._add(self._update_items, model.get_update_kwargs_from_instance(
            actions=actions,
            condition=condition,
            return_values_on_condition_failure=return_values,
            add_version_condition=add_version_condition,
        ))
        self._models_for_version_attribute_update.append(model)

    def _commit(self) -> Any:
        try:
            return super()._commit()
        except TransactWriteError as e:
            self._order_reasons(e)
            raise

    async def _commit_async(self) -> Any:
        try:
            return await super()._commit_async()
        except TransactWriteError as e:
            self._order_reasons(e)
            raise

    def _send_by(self, connection: Any) -> Any:
        return connection.transact_write_items(
            condition_check_items=self._condition_check_items,
            delete_items=self._delete_items,
            put_items=self._put_items,
            update_items=self._update_items,
            client_request_token=self._client_request_token,
            return_consumed_capacity=self._return_consumed_capacity,
            return_item_collection_metrics=self._return_item_collection_metrics,
        )

    def _finish(self, response: Any) -> Any:
        for model in self._models_for_version_attribute_update:
            model.update_local_version_attribute()
        return response

    def _order_reasons(self, error: TransactWriteError) -> None:
        """Puts the reasons, which stand as the items were sent, into the order of the calls."""
        reasons = error.cancellation_reasons
        if len(reasons) != len(self._calls):
            return
        starts = {}
        start = 0
        for items in (self._condition_check_items, self._delete_items, self._put_items, self._update_items):
            starts[id(items)] = start
            start += len(items)
        error.cause.cancellation_reasons = [  # type: ignore[union-attr]
            reasons[starts[id(items)] + place] for items, place in self._calls
        ]


__getattr__ = getter(__name__, {
    'Connection': 'cynamo.connection',
    'Model': 'cynamo.models',
    'Condition': 'cynamo.expressions.condition',
    'Action': 'cynamo.expressions.update',
})
