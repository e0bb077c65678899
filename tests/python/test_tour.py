"""A tour through models on real databases: what PynamoDB's documentation shows, each part on each place a database can live."""
from datetime import datetime, timedelta, timezone

import pytest

from cynamo.attributes import (
    BinaryAttribute, BooleanAttribute, DiscriminatorAttribute, JSONAttribute, ListAttribute, MapAttribute, NumberAttribute,
    NumberSetAttribute, TTLAttribute, UTCDateTimeAttribute, UnicodeAttribute, UnicodeSetAttribute, VersionAttribute,
)
from cynamo.connection import Connection
from cynamo.exceptions import (
    CancellationReason, DeleteError, DoesNotExist, PutError, QueryError, TableDoesNotExist, TransactWriteError, UpdateError,
)
from cynamo.expressions.operand import Path
from cynamo.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, LocalSecondaryIndex
from cynamo.models import Model
from cynamo.transactions import TransactGet, TransactWrite


class ViewIndex(GlobalSecondaryIndex):
    class Meta:
        index_name = 'view-index'
        projection = AllProjection()
        read_capacity_units = 1
        write_capacity_units = 1

    views = NumberAttribute(hash_key=True)


class TagIndex(LocalSecondaryIndex):
    class Meta:
        projection = IncludeProjection(['views'])

    forum_name = UnicodeAttribute(hash_key=True)
    author = UnicodeAttribute(range_key=True)


class Place(MapAttribute):
    city = UnicodeAttribute()
    zip_code = NumberAttribute(null=True, attr_name='zip')


class ThreadModel(Model):
    class Meta:
        table_name = 'Thread'
        read_capacity_units = 2
        write_capacity_units = 1

    forum_name = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    views = NumberAttribute(default=0)
    author = UnicodeAttribute(null=True)
    tags = UnicodeSetAttribute()
    scores = NumberSetAttribute()
    replies = ListAttribute(default=list)
    place = Place(null=True)
    extra = JSONAttribute(null=True)
    picture = BinaryAttribute(null=True, legacy_encoding=False)
    is_open = BooleanAttribute(default=True)
    created_at = UTCDateTimeAttribute(null=True, attr_name='created')

    view_index = ViewIndex()
    tag_index = TagIndex()


class Office(Model):
    class Meta:
        table_name = 'Office'
        billing_mode = 'PAY_PER_REQUEST'

    name = UnicodeAttribute(hash_key=True)
    version = VersionAttribute()
    staff = NumberAttribute(default=1)


class Session(Model):
    class Meta:
        table_name = 'Session'
        billing_mode = 'PAY_PER_REQUEST'

    name = UnicodeAttribute(hash_key=True)
    expires = TTLAttribute(default_for_new=timedelta(hours=1))


class LivesIndex(GlobalSecondaryIndex):
    class Meta:
        index_name = 'lives-index'
        projection = IncludeProjection(['kind'])

    lives = NumberAttribute(hash_key=True)


class Animal(Model):
    class Meta:
        table_name = 'Animal'
        billing_mode = 'PAY_PER_REQUEST'

    name = UnicodeAttribute(hash_key=True)
    kind = DiscriminatorAttribute()


class Cat(Animal, discriminator='cat'):
    lives = NumberAttribute(default=9)
    lives_index = LivesIndex()


class Dog(Animal, discriminator='dog'):
    breed = UnicodeAttribute(null=True)


@pytest.fixture(scope='module')
def host(database_url):
    models = (ThreadModel, Office, Session, Animal, Cat, Dog)
    for model in models:
        model.Meta.host = database_url
        model._connection = None
    for model in models[:4]:
        assert not model.exists()
        model.create_table(wait=True)
        assert model.exists()
    yield database_url
    for model in models[:4]:
        model.delete_table(wait=True)
        assert not model.exists()
    for model in models:
        model._connection = None


@pytest.fixture
def thread(host):
    item = ThreadModel(
        'forum', 'subject', views=3, author='ann', tags={'a', 'b'}, scores={1, 2.5}, replies=['x', 1, None, {'y': [True]}],
        place=Place(city='Oslo', zip_code=150), extra={'k': [1, {'z': None}]}, picture=b'\x00\xff',
        created_at=datetime(2024, 5, 6, 7, 8, 9, 10, timezone.utc))
    item.save()
    yield item
    for left in ThreadModel.scan():
        left.delete()


def test_save_and_get_keep_every_type(thread):
    got = ThreadModel.get('forum', 'subject')
    assert got.attribute_values.keys() == thread.attribute_values.keys()
    for name in thread.attribute_values:
        if name != 'place':
            assert getattr(got, name) == getattr(thread, name), name
    assert (got.place.city, got.place.zip_code) == ('Oslo', 150)
    assert vars(got) == {'attribute_values': got.attribute_values}
    assert isinstance(hash(got), int)
    assert repr(got) == 'ThreadModel({})'.format(', '.join('{}={!r}'.format(*pair) for pair in vars(got)['attribute_values'].items()))


def test_get_some_attributes(thread):
    got = ThreadModel.get('forum', 'subject', consistent_read=True, attributes_to_get=['forum_name', 'subject', 'author'])
    assert (got.author, got.place) == ('ann', None)


def test_a_missing_item_is_of_its_own_model(host):
    with pytest.raises(ThreadModel.DoesNotExist) as caught:
        ThreadModel.get('forum', 'none')
    assert isinstance(caught.value, DoesNotExist) and not isinstance(caught.value, Office.DoesNotExist)
    with pytest.raises(ThreadModel.DoesNotExist):
        ThreadModel('forum', 'none').refresh()


def test_update_refresh_and_expressions(thread):
    other = ThreadModel.get('forum', 'subject')
    actions = [
        ThreadModel.views.add(2),
        ThreadModel.author.set('bob'),
        ThreadModel.tags.add({'c'}),
        ThreadModel.scores.delete({1}),
        ThreadModel.extra.remove(),
        ThreadModel.replies.set(ThreadModel.replies.append(['end'])),
        ThreadModel.place.city.set('Rome'),
    ]
    thread.update(actions, condition=(ThreadModel.views == 3) & ThreadModel.author.exists())
    assert len(actions) == 7
    assert (thread.views, thread.author, thread.tags, thread.scores) == (5, 'bob', {'a', 'b', 'c'}, {2.5})
    assert (thread.extra, thread.replies[-1], thread.place.city) == (None, 'end', 'Rome')
    other.refresh(consistent_read=True)
    assert (other.views, other.place.city) == (5, 'Rome')
    thread.update([ThreadModel.author.set(ThreadModel.author | 'nobody'), ThreadModel.views.set(ThreadModel.views - 5)])
    assert (thread.author, thread.views) == ('bob', 0)


def test_conditions(thread):
    with pytest.raises(PutError) as caught:
        thread.save(ThreadModel.forum_name.does_not_exist())
    assert caught.value.cause_response_code == 'ConditionalCheckFailedException'
    assert caught.value.cause_response_message == 'The conditional request failed'
    assert 'on table (Thread) when calling the PutItem operation' in str(caught.value)
    with pytest.raises(UpdateError):
        thread.update([ThreadModel.views.set(1)], condition=ThreadModel.tags.contains('z'))
    with pytest.raises(DeleteError):
        thread.delete((ThreadModel.author == 'bob') | (ThreadModel.place.city.startswith('P')))
    for condition in (
        ThreadModel.views.between(1, 5),
        ThreadModel.author.is_in('bob', 'ann'),
        ~(ThreadModel.author == 'bob'),
        ThreadModel.replies[0] == 'x',
        Path('place.zip') == 150,
        ThreadModel.author.is_type(),
    ):
        thread.save(condition)
    thread.delete(ThreadModel.views > 2)
    with pytest.raises(ThreadModel.DoesNotExist):
        thread.refresh()


def test_query_scan_count_and_pages(host):
    with ThreadModel.batch_write() as batch:
        for number in range(60):
            batch.save(ThreadModel('many', 'subject-{:02}'.format(number), views=number % 3, author='a{}'.format(number % 2)))
    names = ['subject-{:02}'.format(number) for number in range(60)]
    assert [item.subject for item in ThreadModel.query('many')] == names
    assert [item.subject for item in ThreadModel.query('many', scan_index_forward=False, limit=3)] == names[:-4:-1]
    assert [item.subject for item in ThreadModel.query('many', ThreadModel.subject.startswith('subject-5'))] == names[50:]
    assert [item.subject for item in ThreadModel.query(
        'many', ThreadModel.subject.between('subject-10', 'subject-19'), ThreadModel.views == 0)] == names[12:20:3]
    assert ThreadModel.count('many') == 60
    assert ThreadModel.count('many', filter_condition=ThreadModel.views > 0, limit=None) == 40

    first = ThreadModel.query('many', limit=7, page_size=5)
    assert [item.subject for item in first] == names[:7]
    assert first.last_evaluated_key == {'forum_name': {'S': 'many'}, 'subject': {'S': 'subject-06'}}
    assert next(ThreadModel.query('many', last_evaluated_key=first.last_evaluated_key)).subject == names[7]

    assert sorted(item.subject for item in ThreadModel.scan(page_size=13)) == names
    assert sorted(item.subject for item in ThreadModel.scan(ThreadModel.views == 1)) == names[1::3]
    parts = [[item.subject for item in ThreadModel.scan(segment=number, total_segments=3)] for number in range(3)]
    assert sorted(sum(parts, [])) == names
    assert sorted(item.subject for item in ThreadModel.parallel_scan(4, page_size=7)) == names
    assert len(list(ThreadModel.parallel_scan(4, limit=10))) == 10

    assert {item.subject for item in ThreadModel.view_index.query(2)} == set(names[2::3])
    assert ThreadModel.view_index.count(2) == 20
    assert sorted(item.subject for item in ThreadModel.tag_index.query('many', TagIndex.author == 'a1')) == names[1::2]
    assert len(list(ThreadModel.view_index.scan())) == 60

    got = list(ThreadModel.batch_get([('many', name) for name in names] + [('many', 'none')]))
    assert sorted(item.subject for item in got) == names
    with ThreadModel.batch_write() as batch:
        for item in ThreadModel.query('many'):
            batch.delete(item)
    assert ThreadModel.count('many') == 0


def test_a_query_error_tells_the_table(host):
    with pytest.raises(ValueError, match='Table Thread has no index: none'):
        ThreadModel._get_connection().query('forum', index_name='none')
    with pytest.raises(QueryError) as caught:
        list(ThreadModel.query('forum', ThreadModel.author == 'ann'))
    assert caught.value.cause_response_code == 'ValidationException'


def test_versions(host):
    office = Office('main')
    office.save()
    assert office.version == 1
    same = Office.get('main')
    office.update([Office.staff.set(5)])
    assert (office.version, office.staff) == (2, 5)
    for attempt in (same.save, same.delete, lambda: same.update([Office.staff.set(1)])):
        with pytest.raises((PutError, DeleteError, UpdateError)):
            attempt()
    with pytest.raises(PutError):
        Office('main').save()
    same.save(add_version_condition=False)
    assert (same.version, Office.get('main').version) == (2, 2)
    same.refresh()
    same.delete()


def test_time_to_live(host):
    session = Session('s')
    session.save()
    assert Session.get('s').expires == session.expires
    assert timedelta(minutes=59) < session.expires - datetime.now(timezone.utc) <= timedelta(hours=1)
    client = Session._get_connection().connection.client
    described = client.describe_time_to_live(TableName='Session')['TimeToLiveDescription']
    assert described == {'TimeToLiveStatus': 'ENABLED', 'AttributeName': 'expires'}


def test_discriminators(host):
    Cat('tom').save()
    Dog('rex', breed='terrier').save()
    assert {type(item) for item in Animal.scan()} == {Cat, Dog}
    assert [item.name for item in Dog.scan()] == ['rex']
    assert isinstance(Animal.get('tom'), Cat)
    with pytest.raises(ValueError, match='Cannot instantiate a Dog from the returned class: Cat'):
        Dog.get('tom')
    assert [item.name for item in Cat.query('tom')] == ['tom']
    assert list(Cat.query('rex')) == []
    assert [item.name for item in Cat.lives_index.query(9)] == ['tom']
    for item in Animal.scan():
        item.delete()


def test_transactions(host, is_moto):
    connection = Connection(host=host)
    office, other = Office('one'), Office('two')
    with TransactWrite(connection=connection, client_request_token='token-{}'.format(id(office))) as transaction:
        transaction.save(office)
        transaction.save(other)
        transaction.condition_check(Office, 'three', condition=Office.name.does_not_exist())
    assert (office.version, other.version) == (1, 1)

    with TransactGet(connection=connection) as transaction:
        futures = [transaction.get(Office, name) for name in ('one', 'two', 'three')]
    assert [futures[0].get().name, futures[1].get().name] == ['one', 'two']
    with pytest.raises(Office.DoesNotExist):
        futures[2].get()

    with TransactWrite(connection=connection) as transaction:
        transaction.update(office, [Office.staff.set(7)])
        transaction.delete(other)
    assert Office.get('one').staff == 7
    assert office.version == 2

    # Sent as condition check, delete, put, update; told in the order of the calls.
    with pytest.raises(TransactWriteError) as caught:
        with TransactWrite(connection=connection) as transaction:
            transaction.save(Office('one'), return_values='ALL_OLD')
            transaction.delete(Office('four'), add_version_condition=False)
            transaction.condition_check(Office, 'six', condition=Office.staff == 1)
            transaction.save(Office('five'))
    assert caught.value.cause_response_code == 'TransactionCanceledException'
    reasons = caught.value.cancellation_reasons
    assert [reason and reason.code for reason in reasons] == ['ConditionalCheckFailed', None, 'ConditionalCheckFailed', None]
    assert isinstance(reasons[0], CancellationReason)
    assert reasons[0].message == 'The conditional request failed'
    if not is_moto:
        assert reasons[0].raw_item['staff'] == {'N': '7'}
    assert 'on table (Office,Office,Office,Office)' in str(caught.value.cause)

    with pytest.raises(RuntimeError):
        with TransactWrite(connection=connection) as transaction:
            transaction.save(Office('never'))
            raise RuntimeError()
    assert [item.name for item in Office.scan()] == ['one']
    Office.get('one').delete()


def test_return_values_and_capacity(host):
    session = Session('r')
    session.save()
    data = Session('r').save(return_values='ALL_OLD', return_consumed_capacity='TOTAL')
    assert Session.from_raw_data(data['Attributes']).expires == session.expires
    assert data['ConsumedCapacity']['CapacityUnits'] >= 1
    assert data['ResponseMetadata']['HTTPStatusCode'] == 200
    data = session.update([Session.expires.set(timedelta(days=1))], return_values='UPDATED_OLD')
    assert list(data['Attributes']) == ['expires']
    data = session.delete(return_values='ALL_OLD')
    assert data['Attributes']['name'] == {'S': 'r'}
    for data in (session.save(), session.update([Session.expires.set(timedelta(days=2))]), session.delete()):
        assert data['ResponseMetadata']['HTTPStatusCode'] == 200 and data['ResponseMetadata']['RetryAttempts'] == 0


def test_connection_by_names(host):
    connection = Connection(host=host)
    described = connection.describe_table('Office')
    assert described['TableStatus'] == 'ACTIVE'
    assert 'Office' in connection.list_tables()['TableNames']
    connection.put_item('Office', 'low', attributes={'staff': {'N': '3'}})
    assert connection.get_item('Office', 'low')['Item'] == {'name': {'S': 'low'}, 'staff': {'N': '3'}}
    assert connection.query('Office', 'low')['Count'] == 1
    connection.update_item('Office', 'low', actions=[Path('staff').set(4)], return_values='ALL_NEW')
    assert connection.scan('Office', Path('staff') == 4)['Count'] == 1
    connection.delete_item('Office', 'low', condition=Path('staff') == 4)
    with pytest.raises(TableDoesNotExist, match='Table does not exist: `'):
        connection.describe_table('Nothing')


def test_bound_models(host):
    cats = Cat.bind(table_prefix='test-')
    animals = Animal.bind(table_prefix='test-')
    animals.create_table(wait=True)
    cats('tom').save()
    assert isinstance(animals.get('tom'), Cat) and list(Animal.scan()) == []
    assert cats is Cat.bind(table_prefix='test-')
    animals.delete_table(wait=True)


def test_batch_get_over_tables(host):
    import cynamo
    Session('one').save()
    Office('two').save()
    found = cynamo.batch_get([(Session, 'one'), (Office, 'two'), (Office, 'three'), (Session, 'one')])
    assert sorted((type(item).__name__, item.name) for item in found) == [('Office', 'two'), ('Session', 'one')]
    Session.get('one').delete()
    Office.get('two').delete()
