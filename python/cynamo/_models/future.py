"""The place of an item that a transaction will read."""
from __future__ import annotations

from cynamo.exceptions import InvalidStateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Generic, Optional, Type, TypeVar

    from cynamo.models import Model

    _T = TypeVar('_T', bound=Model)
else:
    from cynamo._generic import Generic
    _T = None


class _ModelFuture(Generic[_T]):
    """The place of an item that a transaction will read."""

    def __init__(self, model_cls: Type[_T]) -> None:
        self._model_cls, self._resolved = model_cls, False
        self._model: Optional[_T] = None

    def update_with_raw_data(self, data: Dict[str, Any]) -> None:
        self._model = self._model_cls.from_raw_data(data=data) if data else None
        self._resolved = True

    def get(self) -> _T:
        """The item. :raises Model.DoesNotExist: where there is none. :raises InvalidStateError: before the transaction"""
        if self._model is not None:
            return self._model
        raise self._model_cls.DoesNotExist() if self._resolved else InvalidStateError()
