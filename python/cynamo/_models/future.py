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
        self._model_cls = model_cls
        self._model: Optional[_T] = None
        self._resolved = False

    def update_with_raw_data(self, data: Dict[str, Any]) -> None:
        if data is not None and data != {}:
            self._model = self._model_cls.from_raw_data(data=data)
        self._resolved = True

    def get(self) -> _T:
        if not self._resolved:
            raise InvalidStateError()
        if self._model:
            return self._model
        raise self._model_cls.DoesNotExist()
