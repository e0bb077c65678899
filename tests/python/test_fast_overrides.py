"""Whatever a program overrides, patches or listens to is honoured by the fast path, also when it comes after the first call."""
import logging
import os
import pickle
import subprocess
import sys
from unittest import mock

import pytest

import cynamo
from cynamo import _fast, attributes
from cynamo._attributes import documents
from cynamo.attributes import (
    DiscriminatorAttribute, ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute, VersionAttribute,
)
from cynamo.connection import _transport
from cynamo.connection.base import Connection
from cynamo.connection.table import TableConnection
from cynamo.exceptions import AttributeDeserializationError, AttributeNullError, GetError, PutError
from cynamo.models import Model


class Inner(MapAttribute):
    word = UnicodeAttribute(null=True)


@pytest.fixture
def User():
    class User(Model):
        class Meta:
            table_name = 'users'
            host = 'memory:'
            billing_mode = 'PAY_PER_REQUEST'
        name = UnicodeAttribute(hash_key=True)
        number = NumberAttribute(range_key=True)
        text = UnicodeAttribute(null=True)
        inner = Inner(null=True)
        things = ListAttribute(null=True)

    _fast.switch(True)
    User.create_table()
    for number in range(4):
        User('ann', number, text='text%d' % number, inner=Inner(word='w'), things=['a']).save()
    User.get('ann', 1)
    assert is_fast(User)
    yield User
    _transport.close_databases()


def is_fast(cls):
    return _fast.get(cls, 'ann', 1, False, None) is not NotImplemented


def test_what_is_made(User):
    user = User.get('ann', 2)
    assert type(user) is User and vars(user) == {'attribute_values': user.attribute_values}
    assert list(user.attribute_values) == ['inner', 'name', 'number', 'text', 'things']
    assert type(user.inner) is Inner and list(vars(user.inner)) == ['attribute_kwargs', 'attribute_values']
    user.attribute_values['text'] = 'other'
    user.save()
    assert User.get('ann', 2).text == 'other'


@pytest.mark.parametrize('spied', ['serialize', 'deserialize', 'get_value'])
def test_spy_on_an_attribute(User, spied):
    with mock.patch.object(User.text, spied, wraps=getattr(User.text, spied)) as spy:
        user = User.get('ann', 1)
        user.save()
        assert spy.call_count == 1
        list(User.query('ann'))
        assert spy.call_count == (1 if spied == 'serialize' else 5)
    User.get('ann', 1)
    assert spy.call_count == (1 if spied == 'serialize' else 5) and is_fast(User)


def test_patched_attribute_class(User):
    with mock.patch.object(UnicodeAttribute, 'deserialize', lambda self, value: value + '!'):
        assert User.get('ann', 1).text == 'text1!'
        assert User.get('ann', 1).inner.word == 'w!'
    with mock.patch.object(attributes.Attribute, 'serialize', lambda self, value: value + '?'):
        User('bob', 1, text='x').save()
    assert User.get('bob?', 1).text == 'x?'
    assert User.get('ann', 1).text == 'text1' and is_fast(User)


def test_patched_map_class(User):
    with mock.patch.object(Inner, 'deserialize', lambda self, values: 'a map'):
        assert User.get('ann', 1).inner == 'a map'
    assert User.get('ann', 1).inner.word == 'w'


def test_patched_kinds_of_values(User):
    class Loud(UnicodeAttribute):
        def deserialize(self, value):
            return value.upper()

    with mock.patch.dict(documents.DESERIALIZE_CLASS_MAP, {'S': Loud()}):
        assert User.get('ann', 1).things == ['A']
    assert User.get('ann', 1).things == ['a']
    assert is_fast(User)


@pytest.mark.parametrize('method', ['_make_api_call', 'dispatch', 'get_item', 'get_identifier_map'])
def test_patched_connection(User, method):
    genuine = getattr(Connection, method)
    with mock.patch.object(Connection, method, autospec=True, side_effect=genuine) as spy:
        assert User.get('ann', 1).text == 'text1'
        assert spy.call_count == 1
    connection = User._get_connection().connection
    with mock.patch.object(connection, method, wraps=getattr(connection, method)) as spy:
        assert User.get('ann', 1).text == 'text1'
        assert spy.call_count == 1
    assert User.get('ann', 1).text == 'text1'
    assert spy.call_count == 1 and is_fast(User)


def test_patched_answer(User):
    with mock.patch('cynamo.connection.base.Connection._make_api_call') as call:
        call.return_value = {'Item': {'name': {'S': 'x'}, 'number': {'N': '5'}, 'text': {'S': 'mocked'}}}
        assert User.get('ann', 1).text == 'mocked'
        call.return_value = {'Items': [], 'Count': 0, 'ScannedCount': 0}
        assert list(User.query('ann')) == [] and list(User.scan()) == []
        call.return_value = {}
        User('x', 1).save()
        with User.batch_write() as batch:
            batch.save(User('y', 1))
        assert [args[0][0] for args in call.call_args_list] == ['GetItem', 'Query', 'Scan', 'PutItem', 'BatchWriteItem']
    with pytest.raises(User.DoesNotExist):
        User.get('x', 1)


def test_patched_table_connection(User):
    with mock.patch.object(TableConnection, 'put_item', return_value={}) as put:
        User('zed', 1).save()
    assert put.call_count == 1
    with mock.patch.object(User._get_connection(), 'query', side_effect=KeyError('no')):
        with pytest.raises(KeyError):
            list(User.query('ann'))


def test_overridden_methods(User):
    class Special(User):
        def __init__(self, *args, **kwargs):
            self.transient = 'set'
            super().__init__(*args, **kwargs)

    found = Special.get('ann', 1)
    assert type(found) is Special and found.transient == 'set' and found.text == 'text1' and is_fast(Special)
    assert [user.transient for user in Special.query('ann')] == ['set'] * 4

    class Raw(User):
        @classmethod
        def from_raw_data(cls, data):
            return sorted(data)

    assert Raw.get('ann', 1) == ['inner', 'name', 'number', 'text', 'things'] == next(Raw.query('ann'))

    class Upper(User):
        def serialize(self, null_check=True):
            values = super().serialize(null_check)
            values['text'] = {'S': values['text']['S'].upper()}
            return values

        def deserialize(self, attribute_values):
            super().deserialize(attribute_values)
            self.is_taken = True

    Upper('up', 1, text='low').save()
    found = Upper.get('up', 1)
    assert found.text == 'LOW' and not hasattr(found, 'is_taken')
    found.refresh()
    assert found.is_taken
    with Upper.batch_write() as batch:
        batch.save(Upper('up', 2, text='low'))
    assert Upper.get('up', 2).text == 'LOW'


def test_method_patched_on_an_instance(User):
    user = User.get('ann', 1)
    user.serialize = lambda null_check=True: {'name': {'S': 'made'}, 'number': {'N': '1'}, 'text': {'S': 'by hand'}}
    user.save()
    assert User.get('made', 1).text == 'by hand'
    user = User.get('ann', 1)
    user.other = 'a field of the program'
    user.save()
    assert User.get('ann', 1).text == 'text1'


def test_transient_descriptor(User):
    class Computed(User):
        @property
        def text(self):
            return 'computed'

    # The property hides the attribute: it is no attribute of this class.
    assert 'text' not in Computed.get_attributes()
    assert Computed.get('ann', 1).text == 'computed'


def test_options_changed_later(User):
    User.text.null = False
    with pytest.raises(AttributeNullError):
        User('ann', 9).save()
    User.text.default = 'a default'
    User('ann', 9, text='t').save()
    User._get_connection().put_item('ann', range_key='10', attributes={})
    assert User.get('ann', 10).text == 'a default'
    User.text.attr_name = 't'
    User._dynamo_to_python_attrs['t'] = 'text'
    User('ann', 11, text='under another name').save()
    assert User._get_connection().get_item('ann', range_key='11')['Item']['t'] == {'S': 'under another name'}


def test_signals(User):
    pytest.importorskip('blinker')
    from cynamo.signals import post_dynamodb_send, pre_dynamodb_send
    seen = []

    def note(sender, operation_name, table_name, req_uuid):
        seen.append((sender, operation_name, table_name, req_uuid))
        assert User.name is not None

    def break_down(sender, operation_name, table_name, req_uuid):
        raise KeyError(operation_name)

    connection = User._get_connection().connection
    with pre_dynamodb_send.connected_to(note), post_dynamodb_send.connected_to(note), post_dynamodb_send.connected_to(break_down):
        for is_on in (True, False):
            _fast.switch(is_on)
            assert is_fast(User) == is_on
            seen.clear()
            user = User.get('ann', 1)
            user.save()
            list(User.query('ann'))
            with User.batch_write() as batch:
                batch.save(user)
            assert list(User.batch_get([('ann', 1)]))
            with pytest.raises(PutError):
                user.save(User.name.does_not_exist())
            names = ['GetItem', 'PutItem', 'Query', 'BatchWriteItem', 'BatchGetItem']
            assert [(told[1], told[2]) for told in seen] == [
                (name, None if 'Batch' in name else 'users') for name in names for _ in range(2)] + [('PutItem', 'users')]
            assert {told[0] for told in seen} == {connection}
            ids = [told[3] for told in seen]
            assert ids[0:10:2] == ids[1:10:2] and len(set(ids)) == 6
    _fast.switch(True)
    User.get('ann', 1)
    assert len(seen) == 11


def test_debug_log(User, caplog):
    with caplog.at_level(logging.DEBUG, 'cynamo.connection.base'):
        User.get('ann', 1)
    assert 'Calling GetItem' in caplog.text and is_fast(User)


def test_another_connection(User):
    User.Meta.host = 'memory:another'
    assert User.get('ann', 1).text == 'text1'  # a host is looked at when a connection is made
    User._connection = None
    User.create_table()
    with pytest.raises(User.DoesNotExist):
        User.get('ann', 1)
    assert not list(User.query('ann'))
    User.Meta.table_name = 'people'
    with pytest.raises(GetError, match='ResourceNotFound|non-existent'):
        User.get('ann', 1)


def test_table_named_at_run_time(User):
    names = iter(['users', 'users', 'others', 'others'])
    User.Meta.table_name = lambda: next(names)
    assert User.get('ann', 1).text == 'text1'
    with pytest.raises(GetError):
        User.get('ann', 1)


def test_databases_closed_meanwhile(User):
    results = User.query('ann')
    next(results)
    _transport.close_databases()
    assert len(list(results)) == 3  # they had come with the page
    with pytest.raises(GetError):
        User.get('ann', 1)
    User.create_table()
    assert list(User.query('ann')) == []


def test_families():
    class Animal(Model):
        class Meta:
            table_name = 'animals'
            host = 'memory:'
            billing_mode = 'PAY_PER_REQUEST'
        id = UnicodeAttribute(hash_key=True)
        kind = DiscriminatorAttribute()

    class Cat(Animal, discriminator='cat'):
        lives = NumberAttribute(default=9)

    class Dog(Animal, discriminator='dog'):
        tricks = ListAttribute(of=UnicodeAttribute)

    Animal.create_table()
    Cat('tom').save()
    Dog('rex', tricks=['sit']).save()
    for _ in range(3):
        assert type(Animal.get('tom')) is Cat and Animal.get('tom').lives == 9
        assert sorted(type(one).__name__ for one in Animal.scan()) == ['Cat', 'Dog']
        assert [dog.tricks for dog in Dog.scan()] == [['sit']]
    assert Animal.get('tom').attribute_values == {'kind': Cat, 'lives': 9, 'id': 'tom'}
    with pytest.raises(ValueError, match='Cannot instantiate a Dog from the returned class: Cat'):
        Dog.get('tom')

    class Puppy(Dog, discriminator='puppy'):
        pass

    Puppy('pup', tricks=[]).save()
    assert type(Animal.get('pup')) is Puppy
    _transport.close_databases()


def test_an_item_that_cannot_be_read(User):
    connection = User._get_connection()
    connection.put_item('ann', range_key='2', attributes={'text': {'N': '5'}})
    results = User.query('ann')
    assert [next(results).number, next(results).number] == [0, 1]
    with pytest.raises(AttributeDeserializationError, match="'text' attribute from type: S"):
        next(results)
    with pytest.raises(AttributeDeserializationError):
        User.get('ann', 2)


def test_errors_tell_what_they_told(User):
    with pytest.raises(PutError) as plain:
        with mock.patch.object(_fast, 'save', lambda *arguments: NotImplemented):
            User('ann', 1).save(User.name.does_not_exist())
    with pytest.raises(PutError) as fast:
        User('ann', 1).save(User.name.does_not_exist())
    assert fast.value.cause_response_code == 'ConditionalCheckFailedException' == plain.value.cause_response_code
    assert type(fast.value.cause) is type(plain.value.cause)
    assert fast.value.cause.response['Error'] == plain.value.cause.response['Error']
    assert type(fast.value.cause.__cause__) is type(plain.value.cause.__cause__)
    assert fast.value.__context__ is fast.value.cause
    with pytest.raises(ValueError, match="'condition' must be an instance of Condition"):
        User('ann', 1).save('text = 1')


def test_versions():
    class Counted(Model):
        class Meta:
            table_name = 'counted'
            host = 'memory:'
            billing_mode = 'PAY_PER_REQUEST'
        id = UnicodeAttribute(hash_key=True)
        version = VersionAttribute()

    Counted.create_table()
    one = Counted('a')
    one.save()
    assert one.version == 1
    other = Counted.get('a')
    one.save()
    with pytest.raises(PutError) as error:
        other.save()
    assert error.value.cause_response_code == 'ConditionalCheckFailedException' and other.version == 1
    other.save(add_version_condition=False)
    with pytest.raises(cynamo.exceptions.DeleteError):
        Counted('a').delete()
    Counted.get('a').delete()
    _transport.close_databases()


def test_a_plan_is_no_burden(User):
    plan = User.__dict__['_fast_plan']
    assert pickle.loads(pickle.dumps(plan)) is None  # a class that is pickled by value is looked at anew
    for _ in range(3):
        User.get('ann', 1)
        User('ann', 1, text='x').save()
        list(User.query('ann'))
    assert User.__dict__['_fast_plan'] is plan


def test_switched_off_by_the_environment():
    program = 'from cynamo import _fast, models; _fast._load(); import sys; sys.exit(0 if _fast.get(int, 1, 1, False, None) is NotImplemented and not _fast.is_on else 1)'
    environment = dict(os.environ, CYNAMO_FAST='0')
    assert subprocess.run([sys.executable, '-c', program], env=environment).returncode == 0


@pytest.fixture
def Remote():
    class Remote(Model):
        class Meta:
            table_name = 'remote'
            region = 'us-east-1'
            billing_mode = 'PAY_PER_REQUEST'
            aws_access_key_id = aws_secret_access_key = 'key'
        name = UnicodeAttribute(hash_key=True)
        number = NumberAttribute(range_key=True)

    server = cynamo.serve('memory:')
    Remote.Meta.host = server.url
    Remote.create_table()
    Remote('ann', 1).save()
    Remote.get('ann', 1)
    assert is_fast(Remote)
    yield Remote
    _transport.close_databases()
    server.close()


def test_botocore_is_patched_later(Remote, monkeypatch):
    pytest.importorskip('botocore')
    import botocore.client
    import botocore.endpoint
    import botocore.httpsession
    for owner, name in ((botocore.client.BaseClient, '_make_api_call'), (botocore.endpoint.Endpoint, '_send'),
                        (botocore.httpsession.URLLib3Session, 'send')):
        assert Remote.get('ann', 1).number == 1 and is_fast(Remote)
        with mock.patch.object(owner, name, side_effect=ZeroDivisionError) as patched:
            assert not is_fast(Remote)
            with pytest.raises(ZeroDivisionError):
                Remote.get('ann', 1)
            assert patched.call_count == 1
        assert is_fast(Remote)
    monkeypatch.setenv('CYNAMO_TRANSPORT', 'botocore')
    assert not is_fast(Remote)
    monkeypatch.delenv('CYNAMO_TRANSPORT')
    assert is_fast(Remote)


def test_a_client_that_was_asked_for(Remote):
    stub = pytest.importorskip('botocore.stub')
    client = Remote._get_connection().connection.client
    assert Remote.get('ann', 1).number == 1 and is_fast(Remote)
    with stub.Stubber(client) as stubber:
        stubber.add_response('get_item', {'Item': {'name': {'S': 'stubbed'}, 'number': {'N': '2'}}})
        assert Remote.get('ann', 1).name == 'stubbed'


def test_a_failed_connection(Remote):
    Remote.Meta.host = 'http://127.0.0.1:1'
    Remote.Meta.max_retry_attempts = 0
    Remote._connection = None
    for is_on in (True, False):
        _fast.switch(is_on)
        with pytest.raises(GetError) as error:
            Remote.get('ann', 1)
        assert type(error.value.cause).__name__ in ('EndpointConnectionError', 'BotoCoreErrorWithText')
    _fast.switch(True)


def test_patched_before_models_are_loaded(tmp_path):
    program = tmp_path / 'program.py'
    program.write_text('''
import functools
from cynamo.connection.base import Connection
genuine = Connection._make_api_call
seen = []

@functools.wraps(genuine)
def traced(self, operation_name, operation_kwargs):
    seen.append(operation_name)
    return genuine(self, operation_name, operation_kwargs)

Connection._make_api_call = traced
from cynamo.attributes import UnicodeAttribute
from cynamo.models import Model

class User(Model):
    class Meta:
        table_name = 'users'
        host = 'memory:'
        billing_mode = 'PAY_PER_REQUEST'
    name = UnicodeAttribute(hash_key=True)

User.create_table()
User('ann').save()
User.get('ann')
assert seen[-2:] == ['PutItem', 'GetItem'], seen
''')
    subprocess.run([sys.executable, str(program)], check=True)
