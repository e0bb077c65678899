"""Results of Query and Scan, page by page and item by item, at a limited rate where one is asked for."""
import time
from _collections_abc import Iterator  # what collections.abc gives, without loading collections

from cynamo._generic import Subscriptable
from cynamo._late import getter
from cynamo.constants import (
    CAMEL_COUNT, CAPACITY_UNITS, CONSUMED_CAPACITY, ITEMS, LAST_EVALUATED_KEY, SCANNED_COUNT, TOTAL
)


class RateLimiter:
    """
    Keeps what is consumed to a rate of units a second.

    Before each call `acquire()` waits until what the last one consumed has been made up for; after it `consume(units)`
    tells what it took.
    """

    def __init__(self, rate_limit, time_module=None):
        """
        :param rate_limit: units a second
        :param time_module: has `time()` and `sleep()`; tests give their own clock
        """
        self.rate_limit = rate_limit
        self._consumed = 0
        self._time_of_last_acquire = 0.0
        self._time_module = time_module or time

    @property
    def rate_limit(self):
        """Units a second."""
        return self._rate_limit

    @rate_limit.setter
    def rate_limit(self, rate_limit):
        if rate_limit <= 0:
            raise ValueError('rate_limit must be greater than zero')
        self._rate_limit = rate_limit

    def consume(self, units):
        """Tells how many units were consumed."""
        self._consumed += units

    def acquire(self):
        """Waits as long as the rate demands."""
        self._time_module.sleep(self._seconds_to_wait())
        self._restart()

    def _seconds_to_wait(self):
        elapsed = self._time_module.time() - self._time_of_last_acquire
        return max(0, self._consumed / float(self.rate_limit) - elapsed)

    def _restart(self):
        self._consumed = 0
        self._time_of_last_acquire = self._time_module.time()


class PageIterator(Subscriptable, Iterator):
    """The pages of a Query or Scan, each as DynamoDB answered it."""

    def __init__(self, operation, args, kwargs, rate_limit=None):
        self._operation = operation
        self._args = args
        self._kwargs = kwargs
        self._last_evaluated_key = kwargs.get('exclusive_start_key')
        self._is_last_page = False
        self._total_scanned_count = 0
        self._consumed_capacity = 0
        self._rate_limiter = RateLimiter(rate_limit) if rate_limit else None

    def __iter__(self):
        return self

    def __next__(self):
        return self._fetch(self._operation)

    def _fetch(self, operation):
        """The next page, as `operation` gets it."""
        if self._is_last_page:
            raise StopIteration()
        if self._rate_limiter is not None:
            self._rate_limiter.acquire()
        return self._take(operation(*self._args, **self._next_kwargs()))

    def _next_kwargs(self):
        """The arguments for the next page."""
        self._kwargs['exclusive_start_key'] = self._last_evaluated_key
        if self._rate_limiter is not None:
            self._kwargs['return_consumed_capacity'] = TOTAL
        return self._kwargs

    def _take(self, page):
        """Notes what a page says, and returns it."""
        self._last_evaluated_key = page.get(LAST_EVALUATED_KEY)
        self._is_last_page = self._last_evaluated_key is None
        self._total_scanned_count += page[SCANNED_COUNT]
        consumed = page.get(CONSUMED_CAPACITY)
        units = consumed.get(CAPACITY_UNITS, 0) if consumed else 0
        self._consumed_capacity += units
        if self._rate_limiter is not None:
            self._rate_limiter.consume(units)
        return page

    def next(self):
        return self.__next__()

    @property
    def key_names(self):
        """The names of the attributes that a last evaluated key consists of."""
        if self._last_evaluated_key:
            return self._last_evaluated_key.keys()
        table = self._operation.__self__.get_meta_table()
        return table.get_key_names(self._kwargs.get('index_name'))

    @property
    def page_size(self):
        return self._kwargs.get('limit')

    @page_size.setter
    def page_size(self, page_size):
        self._kwargs['limit'] = page_size

    @property
    def last_evaluated_key(self):
        return self._last_evaluated_key

    @property
    def total_scanned_count(self):
        return self._total_scanned_count

    @property
    def consumed_capacity(self):
        """The capacity units of the pages fetched so far."""
        return self._consumed_capacity


class ResultIterator(Subscriptable, Iterator):
    """The items of a Query or Scan; the next page is fetched when the items of one are used up."""

    def __init__(self, operation, args, kwargs, map_fn=None, limit=None, rate_limit=None):
        self.page_iter = PageIterator(operation, args, kwargs, rate_limit)
        self._map_fn = map_fn
        self._limit = limit
        self._total_count = 0
        self._index = 0
        self._count = 0
        self._make = None

    def _get_next_page(self):
        pages = self.page_iter
        operation = None
        if self._map_fn is not None and type(pages) is PageIterator and '__next__' not in vars(pages):
            from cynamo import _fast
            operation = _fast.page_operation(pages._operation, self._map_fn)
        self._take_page(next(pages) if operation is None else pages._fetch(operation))

    def _take_page(self, page):
        self._count = page[CAMEL_COUNT]
        self._items = page.get(ITEMS)  # none where only a count was asked for
        self._make = getattr(self._items, 'instance', None)  # the core makes instances of its items itself
        self._index = 0 if self._items else self._count
        self._total_count += self._count

    def __iter__(self):
        return self

    def __next__(self):
        if self._limit == 0:
            raise StopIteration
        while self._index == self._count:
            self._get_next_page()
        index = self._index
        item = self._items[index] if self._make is None else None
        self._index = index + 1
        if self._limit is not None:
            self._limit -= 1
        if self._make is not None:
            return self._make(index)
        return self._map_fn(item) if self._map_fn else item

    def next(self):
        return self.__next__()

    @property
    def last_evaluated_key(self):
        """
        From where another call would go on after the last item that was given.

        Amid a page it is made from that item: what DynamoDB answered is the end of the page.
        """
        if self._index == self._count:
            return self.page_iter.last_evaluated_key
        item = self._items[self._index - 1]
        return {name: item[name] for name in self.page_iter.key_names}

    @property
    def total_count(self):
        return self._total_count

    @property
    def consumed_capacity(self):
        """The capacity units of the pages fetched so far."""
        return self.page_iter.consumed_capacity


__getattr__ = getter(__name__, {})
