"""A scan whose segments are read by threads. The core lets other threads run while a request is under way."""
from __future__ import annotations

import queue
import threading


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Generic, Iterator, Type, TypeVar

    _T = TypeVar('_T')
else:
    from cynamo._generic import Generic
    _T = None

# Items that wait for the reader, over all segments: threads stop before they fill the memory.
_WAITING_MAX = 1000
_POLL_SECONDS = 0.1


class _End:
    """A segment's last word: an error, or none."""

    def __init__(self, error: Any = None) -> None:
        self.error = error


class ParallelScan(Generic[_T]):
    """Iterable once over the items of all segments, in no order. An error in one segment ends all, and is raised."""

    def __init__(self, model: Type[_T], total_segments: int, scan_arguments: Dict[str, Any]) -> None:
        if total_segments < 1:
            raise ValueError('total_segments must be at least 1')
        for name in ('segment', 'total_segments', 'last_evaluated_key'):
            if name in scan_arguments:
                raise ValueError('{} is not for a parallel scan'.format(name))
        self._model: Any = model
        self._total_segments = total_segments
        self._limit = scan_arguments.get('limit')
        self._arguments = scan_arguments
        self._items: queue.Queue[Any] = queue.Queue(_WAITING_MAX)
        self._stop = threading.Event()

    def __iter__(self) -> Iterator[_T]:
        threads = [
            threading.Thread(target=self._read, args=(segment,), daemon=True, name='cynamo-scan-{}'.format(segment))
            for segment in range(self._total_segments)
        ]
        for thread in threads:
            thread.start()
        try:
            yield from self._take(len(threads))
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _take(self, running: int) -> Iterator[_T]:
        left = self._limit
        while running and left != 0:
            item = self._items.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                running -= 1
                continue
            yield item
            if left is not None:
                left -= 1

    def _read(self, segment: int) -> None:
        try:
            for item in self._model.scan(segment=segment, total_segments=self._total_segments, **self._arguments):
                if not self._put(item):
                    return
            self._put(_End())
        except BaseException as e:
            self._put(_End(e))

    def _put(self, item: Any) -> bool:
        """Hands an item over; False where nobody reads any more."""
        while not self._stop.is_set():
            try:
                self._items.put(item, timeout=_POLL_SECONDS)
                return True
            except queue.Full:
                pass
        return False
