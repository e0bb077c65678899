"""The testing kit: cynamo.testing, its pytest plugin and its mixins. The plugin is tried by pytest in a process of its own."""
import os
import re
import subprocess
import sys
import textwrap
import time
import unittest

import pytest

import cynamo
from cynamo import testing
from cynamo.attributes import NumberAttribute, UnicodeAttribute
from cynamo.models import Model


class User(Model):
    class Meta:
        table_name = 'users'
        host = 'http://localhost:1'
        region = 'eu-west-1'

    name = UnicodeAttribute(hash_key=True)
    age = NumberAttribute(default=1)


class Order(Model):
    class Meta:
        table_name = 'orders'

    name = UnicodeAttribute(hash_key=True)


@pytest.fixture
def environment(monkeypatch):
    """The environment is afterwards what it was before."""
    monkeypatch.setenv('AWS_SESSION_TOKEN', 'token')
    before = dict(os.environ)
    yield
    assert {name: value for name, value in os.environ.items() if name != 'PYTEST_CURRENT_TEST'} == {
        name: value for name, value in before.items() if name != 'PYTEST_CURRENT_TEST'}


def test_memory_is_empty_each_time(environment):
    for _ in range(3):
        with testing.memory(User) as database:
            assert list(User.scan()) == []
            User('ann').save()
            assert User.get('ann').age == 1
            assert not Order.exists()
            database.create_tables(Order)
            Order('one').save()
    assert User.Meta.host == 'http://localhost:1' and Order.Meta.host is None
    assert User._connection is None


def test_other_databases_are_left_alone(environment):
    named = User.bind(host='memory:testing-kit')
    named.create_table(billing_mode='PAY_PER_REQUEST')
    named('ann').save()
    with testing.memory(User):
        User('bob').save()
    with testing.memory():
        pass
    assert [user.name for user in named.scan()] == ['ann']


def test_memory_after_an_error(environment):
    class Broken(Model):
        class Meta:
            table_name = 'x'  # too short
        name = UnicodeAttribute(hash_key=True)

    with pytest.raises(Exception, match='at least 3'):
        testing.memory(User, Broken).__enter__()
    assert User.Meta.host == 'http://localhost:1'


def test_memory_decorates(environment):
    @testing.memory(User)
    def use(again):
        """Uses it."""
        assert User.count('ann') == 0
        User('ann').save()
        return again

    @testing.memory(User)
    async def use_async():
        User('ann').save()
        return User.get('ann').name

    assert use(1) == 1 and use(again=2) == 2 and use.__doc__ == 'Uses it.'
    import asyncio
    assert asyncio.run(use_async()) == 'ann'


def test_server(environment):
    boto3 = pytest.importorskip('boto3')
    with testing.server(User, Order) as server:
        User('ann').save()
        Order('one').save()
        # Clients of the program under test, in any Region.
        client = boto3.client('dynamodb', region_name='ap-south-1')
        assert client.get_item(TableName='users', Key={'name': {'S': 'ann'}})['Item']['age'] == {'N': '1'}
        assert sorted(table.name for table in server.resource().tables.all()) == ['orders', 'users']
        assert server.port and server.host == '127.0.0.1' and server.url.endswith(str(server.port))
    with testing.server() as server:
        assert server.client().list_tables()['TableNames'] == []


def test_server_that_goes_on(environment):
    pytest.importorskip('boto3')
    with cynamo.serve(split='none') as running:
        with testing.server(running=running) as server:
            server.client().create_table(
                TableName='kept', BillingMode='PAY_PER_REQUEST', DeletionProtectionEnabled=True,
                KeySchema=[{'AttributeName': 'a', 'KeyType': 'HASH'}],
                AttributeDefinitions=[{'AttributeName': 'a', 'AttributeType': 'S'}])
            server.create_tables(*[User.bind(table_name='users-{}'.format(i)) for i in range(103)])
        with testing.server(running=running) as server:
            assert server.client().list_tables()['TableNames'] == []


def test_a_server_starts_in_milliseconds():
    taken = []
    for _ in range(5):
        begin = time.perf_counter()
        with cynamo.serve(url='memory:') as server:
            assert server.port > 0
            taken.append(time.perf_counter() - begin)
    assert min(taken) < 0.05, taken


class MemoryTest(testing.MemoryMixin, unittest.TestCase):
    models = [User]

    def test_one(self):
        self.assertEqual(list(User.scan()), [])
        User('ann').save()
        self.assertEqual(User.count('ann'), 1)

    test_two = test_one


class ServerTest(testing.ServerMixin, unittest.TestCase):
    models = [User]

    def test_one(self):
        pytest.importorskip('boto3')
        self.assertEqual(self.server.client().scan(TableName='users')['Count'], 0)
        User('ann').save()
        self.assertEqual(self.server.client().scan(TableName='users')['Count'], 1)

    test_two = test_one


def run_pytest(folder, program, *arguments):
    """pytest on a file with this text: its output."""
    (folder / 'test_it.py').write_text(textwrap.dedent(program))
    names = {name: value for name, value in os.environ.items() if not name.startswith(('CYNAMO', 'PYTEST', 'AWS_'))}
    names['AWS_EC2_METADATA_DISABLED'] = 'true'
    names['PYTHONPATH'] = os.path.dirname(os.path.dirname(cynamo.__file__))
    done = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-p', 'cynamo.testing.plugin', *arguments, 'test_it.py'],
        cwd=folder, env=names, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return done.stdout.decode()


MODEL = '''
    import os, sys
    import pytest
    from cynamo.models import Model
    from cynamo.attributes import UnicodeAttribute

    class User(Model):
        class Meta:
            table_name = 'users'
        name = UnicodeAttribute(hash_key=True)

    def table(client, name='users'):
        return client.create_table(
            TableName=name, BillingMode='PAY_PER_REQUEST', KeySchema=[{'AttributeName': 'name', 'KeyType': 'HASH'}],
            AttributeDefinitions=[{'AttributeName': 'name', 'AttributeType': 'S'}])
'''


def test_fixtures(tmp_path):
    pytest.importorskip('boto3')
    output = run_pytest(tmp_path, MODEL + '''
    urls = set()

    @pytest.mark.parametrize('i', range(2))
    def test_memory(cynamo_memory, i):
        cynamo_memory.create_tables(User)
        assert User.count('a') == 0
        User('a').save()
        assert os.environ['CYNAMO_URL'] == 'memory:'

    @pytest.mark.parametrize('i', range(2))
    def test_client(cynamo_client, cynamo_server, i):
        assert cynamo_client.list_tables()['TableNames'] == []
        table(cynamo_client)
        User('a').save()
        assert cynamo_client.scan(TableName='users')['Count'] == 1
        urls.add(cynamo_server.url)

    @pytest.mark.parametrize('i', range(2))
    def test_resource(cynamo_resource, i):
        assert list(cynamo_resource.tables.all()) == []
        table(cynamo_resource).put_item(Item={'name': 'b'})
        assert User.get('b').name == 'b'

    def test_endpoint(cynamo_endpoint, cynamo_server):
        import boto3
        assert boto3.client('dynamodb').meta.endpoint_url == cynamo_endpoint.url == cynamo_server.url
        urls.add(cynamo_endpoint.url)

    @pytest.mark.parametrize('i', range(2))
    def test_dynamodb(dynamodb, dynamodb_proc, i):
        assert list(dynamodb.tables.all()) == []
        table(dynamodb).put_item(Item={'name': 'b'})
        assert dynamodb_proc.running() and str(dynamodb_proc.port) in dynamodb.meta.client.meta.endpoint_url

    def test_one_server_a_session():
        assert len(urls) == 1
        assert not [name for name in os.environ if name.startswith('AWS_') and name != 'AWS_EC2_METADATA_DISABLED']
    ''')
    assert '10 passed' in output, output


def test_factories(tmp_path):
    pytest.importorskip('boto3')
    output = run_pytest(tmp_path, '''
    from cynamo.testing import factories
    other_proc = factories.dynamodb_proc(dynamodb_dir='/none', host='localhost', port='?', delay=True)
    other = factories.dynamodb('other_proc', access_key='a', secret_key='b', region='eu-west-3')

    import cynamo
    running = cynamo.serve()
    there_noproc = factories.dynamodb_noproc(port=running.port)
    there = factories.dynamodb('there_noproc')

    def test_a_server_that_runs_already(there, there_noproc, dynamodb_noproc):
        assert there.meta.client.meta.endpoint_url == there_noproc.url == running.url
        assert dynamodb_noproc.port == 8000 and list(there.tables.all()) == []

    def test_it(other, dynamodb):
        assert other.meta.client.meta.region_name == 'eu-west-3'
        assert other.meta.client.meta.endpoint_url != dynamodb.meta.client.meta.endpoint_url
        assert list(other.tables.all()) == []
    ''')
    assert '2 passed' in output, output


def test_the_plugin_changes_nothing_for_other_tests(tmp_path):
    output = run_pytest(tmp_path, '''
    import os, sys

    def test_it():
        assert not [name for name in sys.modules if name.startswith('cynamo.') and 'testing' not in name]
        assert 'boto3' not in sys.modules and 'botocore' not in sys.modules
        assert 'CYNAMO_URL' not in os.environ and 'AWS_ENDPOINT_URL_DYNAMODB' not in os.environ
    ''')
    assert '1 passed' in output, output


def test_install_as_pynamodb_after_the_plugin(tmp_path):
    output = run_pytest(tmp_path, '''
    import cynamo
    cynamo.install_as_pynamodb()
    from pynamodb.models import Model
    from pynamodb.attributes import UnicodeAttribute

    class User(Model):
        class Meta:
            table_name = 'users'
        name = UnicodeAttribute(hash_key=True)

    def test_it(cynamo_memory):
        cynamo_memory.create_tables(User)
        User('a').save()
    ''')
    assert '1 passed' in output, output


def test_workers_have_their_own(tmp_path):
    pytest.importorskip('xdist')
    pytest.importorskip('boto3')
    output = run_pytest(tmp_path, MODEL + '''
    @pytest.mark.parametrize('i', range(6))
    def test_it(cynamo_client, cynamo_server, i):
        print('SERVER', os.environ['PYTEST_XDIST_WORKER'], cynamo_server.url)
        table(cynamo_client)
        for number in range(20):
            assert cynamo_client.scan(TableName='users')['Count'] == number
            User(str(number)).save()
    ''', '-n', '2', '-rP')
    assert '6 passed' in output, output
    assert len(set(re.findall(r'SERVER (gw\d http\S+)', output))) == 2, output


def test_aiobotocore(environment):
    session = pytest.importorskip('aiobotocore.session')
    import asyncio

    async def use(url):
        async with session.get_session().create_client(
                'dynamodb', region_name='us-east-1', endpoint_url=url, aws_access_key_id='a', aws_secret_access_key='b') as client:
            await client.create_table(
                TableName='users', BillingMode='PAY_PER_REQUEST', KeySchema=[{'AttributeName': 'name', 'KeyType': 'HASH'}],
                AttributeDefinitions=[{'AttributeName': 'name', 'AttributeType': 'S'}])
            await asyncio.gather(*[client.put_item(TableName='users', Item={'name': {'S': str(i)}}) for i in range(20)])
            return (await client.scan(TableName='users'))['Count']

    with testing.server() as server:
        assert asyncio.run(use(server.url)) == 20
