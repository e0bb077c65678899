"""Pages and items of queries and scans, over an operation that the test plays."""
import pytest

from cynamo.pagination import PageIterator, RateLimiter, ResultIterator


class Table:
    """Gives the pages in turn and remembers what it was asked; its bound method is the operation."""

    def __init__(self, *pages):
        self.pages = list(pages)
        self.calls = []

    def query(self, *args, **kwargs):
        self.calls.append((args, dict(kwargs)))
        return self.pages.pop(0)

    def get_meta_table(self):
        return self

    def get_key_names(self, index_name):
        return ['id'] if index_name is None else ['id', index_name]


def page(*ids, last=None, **more):
    result = {'Items': [{'id': {'S': i}, 'n': {'N': '1'}} for i in ids], 'Count': len(ids), 'ScannedCount': len(ids) + 1}
    if last is not None:
        result['LastEvaluatedKey'] = {'id': {'S': last}}
    return {**result, **more}


def test_pages():
    table = Table(page('a', last='a'), page('b'))
    pages = PageIterator(table.query, ('hash',), {'exclusive_start_key': 'start', 'limit': 1})
    assert pages.last_evaluated_key == 'start' and pages.page_size == 1
    pages.page_size = 2
    assert [p['Items'][0]['id']['S'] for p in pages] == ['a', 'b']
    assert [call[1] for call in table.calls] == [
        {'exclusive_start_key': 'start', 'limit': 2}, {'exclusive_start_key': {'id': {'S': 'a'}}, 'limit': 2}]
    assert pages.total_scanned_count == 4
    with pytest.raises(StopIteration):
        pages.next()


def test_items():
    table = Table(page('a', 'b', last='b'), page(last='c'), page('d'))
    results = ResultIterator(table.query, (), {}, map_fn=lambda item: item['id']['S'])
    assert results.last_evaluated_key is None
    assert results.next() == 'a'
    assert results.last_evaluated_key == {'id': {'S': 'a'}}  # amid a page: made from the item
    assert next(results) == 'b' and results.last_evaluated_key == {'id': {'S': 'b'}}
    assert list(results) == ['d']
    assert results.last_evaluated_key is None and results.total_count == 3


def test_a_limit_stops_amid_a_page():
    table = Table(page('a', 'b', 'c', last='c'))
    results = ResultIterator(table.query, (), {'index_name': 'n'}, limit=2)
    assert [item['id']['S'] for item in results] == ['a', 'b']
    assert results.last_evaluated_key == {'id': {'S': 'b'}}
    assert len(table.calls) == 1


def test_without_a_last_key_the_table_tells_the_key():
    results = ResultIterator(Table(page('a', 'b')).query, (), {'index_name': 'n'})
    next(results)
    assert results.last_evaluated_key == {'id': {'S': 'a'}, 'n': {'N': '1'}}


def test_no_items_are_asked_for_without_a_limit_left():
    table = Table()
    assert list(ResultIterator(table.query, (), {}, limit=0)) == [] and table.calls == []


def test_a_count_has_no_items():
    results = ResultIterator(Table({'Count': 3, 'ScannedCount': 3}).query, (), {'select': 'COUNT'})
    assert list(results) == [] and results.total_count == 3


class Clock:
    def __init__(self):
        self.now = 100.0
        self.slept = []

    def time(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def test_the_rate_is_kept():
    clock = Clock()
    limiter = RateLimiter(5, clock)
    limiter.acquire()
    limiter.consume(10)
    clock.now += 0.5
    limiter.acquire()
    limiter.acquire()
    assert clock.slept == [0, 1.5, 0]


def test_a_limited_iteration_asks_for_what_it_consumed(monkeypatch):
    clock = Clock()
    monkeypatch.setattr('time.time', clock.time)
    monkeypatch.setattr('time.sleep', clock.sleep)
    table = Table(page('a', last='a', ConsumedCapacity={'CapacityUnits': 2}), page('b'))
    assert len(list(ResultIterator(table.query, (), {}, rate_limit=1))) == 2
    assert clock.slept == [0, 2.0]
    assert {call[1]['return_consumed_capacity'] for call in table.calls} == {'TOTAL'}


def test_consumed_capacity_of_pages():
    table = Table(page('a', last='a', ConsumedCapacity={'CapacityUnits': 0.5}), page('b', ConsumedCapacity={'CapacityUnits': 2.0}), page('c'))
    results = ResultIterator(table.query, ('hash',), {})
    assert results.consumed_capacity == 0
    assert next(results)['id'] == {'S': 'a'} and results.consumed_capacity == 0.5
    assert [r['id']['S'] for r in results] == ['b'] and results.consumed_capacity == results.page_iter.consumed_capacity == 2.5


@pytest.mark.parametrize('fast', [True, False])
def test_consumed_capacity_of_models(fast):
    from cynamo import _fast
    from cynamo.attributes import UnicodeAttribute
    from cynamo.models import Model

    class Unit(Model):
        class Meta:
            table_name = 'Unit' + str(fast)
            host = 'memory:'
            billing_mode = 'PAY_PER_REQUEST'
        key = UnicodeAttribute(hash_key=True)
        text = UnicodeAttribute()

    was = _fast.is_on
    _fast.switch(fast)
    try:
        Unit.create_table()
        Unit('a', text='x' * 5000).save()
        for results, units in ((Unit.query('a'), 1.0), (Unit.query('a', consistent_read=True), 2.0), (Unit.scan(), 1.0)):
            assert len(list(results)) == 1 and results.consumed_capacity == units
    finally:
        _fast.switch(was)
