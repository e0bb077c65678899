"""The fast path keeps nothing: neither references nor memory grow with the calls of models, whatever way they end."""
import gc
import os
import sys
from datetime import datetime, timezone

import pytest

from cynamo import _fast
from cynamo.attributes import (
    BinaryAttribute, BooleanAttribute, DiscriminatorAttribute, JSONAttribute, ListAttribute, MapAttribute, NumberAttribute,
    NumberSetAttribute, TTLAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute, VersionAttribute,
)
from cynamo.connection import _transport
from cynamo.models import Model


class Inner(MapAttribute):
    word = UnicodeAttribute()
    counts = ListAttribute(of=NumberAttribute, null=True)


class Odd(UnicodeAttribute):
    def deserialize(self, value):
        if value == 'bad':
            raise KeyError(value)
        return value

    def serialize(self, value):
        if value == 'worse':
            raise IndexError(value)
        return value


class Thing(Model):
    class Meta:
        table_name = 'things'
        host = 'memory:core-fast'
        billing_mode = 'PAY_PER_REQUEST'
    pk = UnicodeAttribute(hash_key=True)
    sk = NumberAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    text = UnicodeAttribute(null=True)
    number = NumberAttribute(default=5)
    flag = BooleanAttribute(null=True)
    blob = BinaryAttribute(legacy_encoding=False, null=True)
    when = UTCDateTimeAttribute(null=True)
    dies = TTLAttribute(null=True)
    tags = UnicodeSetAttribute()
    sizes = NumberSetAttribute()
    inner = Inner(null=True)
    inners = ListAttribute(of=Inner, null=True)
    anything = ListAttribute(null=True)
    raw = MapAttribute(default=dict)
    json = JSONAttribute(null=True)
    odd = Odd(null=True)


class Other(Thing, discriminator='other'):
    version = VersionAttribute()


def make(sk, cls=Other, **values):
    moment = datetime(2040, 1, 2, 3, 4, 5, 6, timezone.utc)
    return cls('a', sk, **{**dict(
        text='t%d' % sk, number=2.5, flag=True, blob=b'b', when=moment, dies=moment, tags={'x', 'y'}, sizes={1, 2.5},
        inner=Inner(word='w', counts=[1, None, 2]), inners=[Inner(word='v')], anything=[1, 'a', None, {'k': [b'b', {1}]}],
        raw={'some': {'thing': 1}}, json=[1, 2], odd='o'), **values})


def fails(action, kind):
    try:
        action()
    except kind:
        return
    raise AssertionError('it did not fail')


def batch():
    with Other.batch_write() as writes:
        for number in range(100, 110):
            writes.save(make(number))
        writes.delete(make(99))


def amid_a_page():
    results = Thing.scan()
    next(results)
    next(results)
    return results.last_evaluated_key


WAYS = {
    'get': lambda: Thing.get('a', 1),
    'get parts': lambda: Thing.get('a', 1, attributes_to_get=['pk', Thing.text]),
    'get nothing': lambda: fails(lambda: Thing.get('b', 1), Thing.DoesNotExist),
    'get wrongly': lambda: fails(lambda: Thing.get('b', []), TypeError),
    'save': lambda: make(5).save(add_version_condition=False),
    'save again': lambda: Thing.get('a', 2).save(),
    'save refused': lambda: fails(lambda: make(1).save(Thing.pk.does_not_exist()), Exception),
    'save nothing': lambda: fails(lambda: make(1, number=None).save(), ValueError),
    'save badly': lambda: fails(lambda: make(1, odd='worse').save(), IndexError),
    'read badly': lambda: fails(lambda: Thing.get('a', 50), KeyError),
    'query': lambda: list(Thing.query('a', Thing.sk < 50)),
    'scan': lambda: sum(1 for _ in Other.scan(Thing.sk < 50, page_size=2)),
    'a page': amid_a_page,
    'update': lambda: Thing.get('a', 3).update([Thing.text.set('new')]),
    'refresh': lambda: make(1).refresh(),
    'delete': lambda: [make(77).save(), Thing.get('a', 77).delete()],
    'batch write': batch,
    'batch get': lambda: list(Thing.batch_get([('a', 1), ('a', 2), ('b', 9)])),
}
SHARED = [None, True, False, NotImplemented, Thing, Other, Inner, MapAttribute, Thing.text, Other._attributes, 'text', 'sk',
          Thing.__dict__, datetime, timezone.utc]


@pytest.fixture(scope='module', autouse=True)
def table():
    _fast.switch(True)
    Thing.create_table()
    for number in range(5):
        make(number).save()
    make(50, odd='bad').save()
    assert _fast.get(Thing, 'a', 1, False, None) is not NotImplemented
    yield
    _transport.close_databases()


CALLS = 100


@pytest.mark.parametrize('way', list(WAYS))
def test_no_references_are_kept(way):
    action = WAYS[way]
    for _ in range(20):
        action()
    rounds = []
    for _ in range(4):  # what is allocated once and kept may fall into one of them
        rounds.append(growth(action))
        if max(map(min, zip(*rounds))) < CALLS // 3:
            break
    assert max(map(min, zip(*rounds))) < CALLS // 3, rounds


def growth(action):
    """(references to what is shared, blocks of memory) that the calls leave. Python's own malloc counts no blocks."""
    gc.collect()
    before = [sys.getrefcount(shared) for shared in SHARED]
    start = sys.getallocatedblocks()
    for _ in range(CALLS):
        action()
    gc.collect()
    blocks = sys.getallocatedblocks() - start
    after = [sys.getrefcount(shared) for shared in SHARED]
    return max(b - a for a, b in zip(before, after)), blocks


def test_classes_go():
    """A model class that nobody holds any more goes, and its plan with it."""
    def use():
        cls = type(Model)('Short', (Model,), {
            'Meta': type('Meta', (), {'table_name': 'things', 'host': 'memory:core-fast'}), '__module__': __name__,
            'pk': UnicodeAttribute(hash_key=True), 'sk': NumberAttribute(range_key=True), 'text': UnicodeAttribute(null=True)})
        assert cls.get('a', 1).text == 't1'
        assert cls.__dict__['_fast_plan'].is_usable

    def count():
        gc.collect()
        return sum(1 for made in gc.get_objects() if type(made).__name__ in ('Plan', 'MetaModel'))

    use()
    before = count()
    for _ in range(20):
        use()
    assert count() - before < 5


@pytest.mark.skipif('PYTHONMALLOC' in os.environ, reason='AddressSanitizer keeps what is freed')
def test_memory_does_not_grow():
    """What Python does not count: the core's own."""
    resource = pytest.importorskip('resource')

    def round_of(count):
        for _ in range(count):
            for way in ('get', 'save', 'save refused', 'query', 'batch write', 'batch get', 'read badly'):
                WAYS[way]()

    round_of(50)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    round_of(300)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8192


def test_threads():
    """One class in many threads, while it is changed."""
    from threading import Thread
    errors = []

    def work(number):
        try:
            for i in range(150):
                make(1000 + number).save(add_version_condition=False)
                assert Thing.get('a', 1000 + number).text == 't%d' % (1000 + number)
                assert len(list(Thing.query('a', Thing.sk < 3))) == 3
                if i % 20 == 0:
                    Thing.some_field = i
        except BaseException as e:
            errors.append(e)

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
