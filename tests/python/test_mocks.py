"""Mocks of botocore are not bypassed, and a test never reaches AWS by mistake.

Each program runs in a process of its own, since what is imported first matters; no name can be resolved there."""
import os
import subprocess
import sys
import textwrap

import pytest

pytest.importorskip('botocore')

MODEL = '''
import os, socket, sys

def refuse(*args, **kwargs):
    raise AssertionError('a packet would have left')

def model():
    from cynamo.models import Model
    from cynamo.attributes import UnicodeAttribute, NumberAttribute

    class User(Model):
        class Meta:
            table_name = 'users'
            region = 'eu-west-1'
            billing_mode = 'PAY_PER_REQUEST'
        name = UnicodeAttribute(hash_key=True)
        age = NumberAttribute(default=1)
    return User

socket.socket.connect = refuse
'''


def run(program, **environment):
    names = {name: value for name, value in os.environ.items() if not name.startswith(('CYNAMO', 'PYTEST'))}
    names.update(environment)
    done = subprocess.run(
        [sys.executable, '-c', MODEL + textwrap.dedent(program)], env=names, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=120)
    assert done.returncode == 0, done.stdout.decode()
    return done.stdout.decode()


USE = '''
def use(User):
    User.create_table(wait=True)
    User('ann', age=3).save()
    assert User.get('ann').age == 3
    assert [user.name for user in User.scan()] == ['ann']
    import boto3
    assert boto3.client('dynamodb', 'eu-west-1').list_tables()['TableNames'] == ['users']
'''


@pytest.mark.parametrize('program', [
    'from moto import mock_aws\nUser = model()\nwith mock_aws():\n    use(User)\n',
    'User = model()\nfrom moto import mock_aws\nwith mock_aws():\n    use(User)\n',
    'from moto import mock_aws\nwith mock_aws():\n    use(model())\n',
    'User = model()\nfrom moto import mock_aws\nmock_aws()(use)(User)\nwith mock_aws():\n    assert not User.exists()\n',
], ids=['moto before the model', 'moto after the model', 'model within the mock', 'a second mock is empty'])
def test_moto(program):
    pytest.importorskip('moto')
    run(USE + program)


def test_moto_leaves_other_urls_alone():
    pytest.importorskip('moto')
    run('''
        from moto import mock_aws
        User = model()
        User.Meta.host = 'memory:'
        with mock_aws():
            User.create_table()
            User('ann').save()
            assert User._get_connection().connection._client is None
    ''')


@pytest.mark.parametrize('host', [None, 'memory:'])
def test_stubber(host):
    run('host = {!r}\n'.format(host) + textwrap.dedent('''
        from botocore.stub import Stubber
        User = model()
        User.Meta.host = host
        connection = User._get_connection().connection
        with Stubber(connection.client) as stubber:
            stubber.add_response('get_item', {'Item': {'name': {'S': 'ann'}, 'age': {'N': '7'}}},
                                 {'TableName': 'users', 'Key': {'name': {'S': 'ann'}}, 'ConsistentRead': False,
                                  'ReturnConsumedCapacity': 'TOTAL'})
            stubber.add_client_error('put_item', 'ConditionalCheckFailedException', 'no')
            assert User.get('ann').age == 7
            try:
                User('ann').save()
            except Exception as e:
                assert e.cause_response_code == 'ConditionalCheckFailedException', e
            else:
                raise AssertionError()
            stubber.assert_no_pending_responses()
        if host:
            assert not User.exists()
    '''))


@pytest.mark.parametrize('target', [
    'botocore.client.BaseClient._make_api_call',
    'cynamo.connection.Connection._make_api_call',
])
def test_patched_calls(target):
    run('''
        from unittest.mock import patch
        User = model()
        with patch({!r}) as call:
            call.return_value = {{'Item': {{'name': {{'S': 'ann'}}, 'age': {{'N': '7'}}}}}}
            assert User.get('ann').age == 7
            assert call.call_count == 1 and call.call_args[0][0] == 'GetItem'
        User.Meta.host = 'memory:'
        User._connection = None
        assert not User.exists()
    '''.format(target))


def test_patched_send():
    run('''
        import botocore.httpsession
        from unittest.mock import patch
        from botocore.awsrequest import AWSResponse
        User = model()
        answer = AWSResponse('', 200, {}, '')
        answer._content = b'{"Item": {"name": {"S": "ann"}, "age": {"N": "7"}}}'
        with patch('botocore.httpsession.URLLib3Session.send', return_value=answer) as send:
            assert User.get('ann').age == 7
            assert send.call_args[0][0].url.startswith('https://'), send.call_args[0][0].url
            assert 'dynamodb' in send.call_args[0][0].url
    ''')


def test_wrapped_clients_as_tracers_make_them():
    run('''
        import botocore.client
        User = model()
        genuine, seen = botocore.client.BaseClient._make_api_call, []

        def traced(self, operation_name, kwargs):
            seen.append(operation_name)
            return {'Table': {'TableName': 'users'}}

        botocore.client.BaseClient._make_api_call = traced
        assert User.exists() and seen == ['DescribeTable']
        botocore.client.BaseClient._make_api_call = genuine
        from cynamo import _botocore
        assert not _botocore.intercepted()
    ''')


def test_a_client_in_ones_place():
    run('''
        from unittest.mock import MagicMock, PropertyMock, patch
        from cynamo.connection import Connection
        User = model()
        connection = User._get_connection().connection
        connection._client = MagicMock()
        connection._client._make_api_call.return_value = {'Item': {'name': {'S': 'ann'}}}
        assert User.get('ann').name == 'ann'
        with patch.object(Connection, 'client', new_callable=PropertyMock) as client:
            client.return_value._make_api_call.return_value = {'Item': {'name': {'S': 'bob'}}}
            assert User.get('bob').name == 'bob'
    ''')


def test_transport_by_environment():
    run('''
        from botocore.exceptions import EndpointConnectionError
        User = model()
        User.Meta.max_retry_attempts = 0
        User.Meta.host = 'http://localhost:1'
        try:
            User.exists()
        except Exception as e:
            assert 'botocore.client' in sys.modules and 'cynamo._core' not in sys.modules
        else:
            raise AssertionError()
    ''', CYNAMO_TRANSPORT='botocore')


def test_nothing_of_botocore_is_loaded_without_need():
    run('''
        User = model()
        User.Meta.host = 'memory:'
        User._get_connection().create_table(**User._create_table_arguments(None, None, None))
        assert User.exists()
        User('ann').save()
        User.get('ann')
        assert 'botocore' not in sys.modules
    ''')


def test_a_client_of_a_database_in_this_process():
    run('''
        from botocore.exceptions import ClientError
        User = model()
        User.Meta.host = 'memory:'
        User.create_table()
        client = User._get_connection().connection.client
        client.put_item(TableName='users', Item={'name': {'S': 'ann'}})
        assert User.get('ann').name == 'ann'
        try:
            client.describe_table(TableName='none')
        except ClientError as e:
            assert e.response['Error']['Code'] == 'ResourceNotFoundException'
        else:
            raise AssertionError()
    ''')


def test_aws_is_refused_in_tests():
    run('''
        User = model()
        for host in (None, 'https://dynamodb.eu-west-1.amazonaws.com', 'aws:eu-west-1'):
            User.Meta.host = host
            User._connection = None
            try:
                User.exists()
            except RuntimeError as e:
                assert 'CYNAMO_ALLOW_AWS=1' in str(e) and 'refused' in str(e), e
            else:
                raise AssertionError(host)
            repr(User._get_connection().connection)
    ''', PYTEST_CURRENT_TEST='x')
    run('''
        User = model()
        from cynamo.connection import _transport
        User._get_connection().connection._get_database()
    ''', PYTEST_CURRENT_TEST='x', CYNAMO_ALLOW_AWS='1')


def test_url_of_all_models():
    run('''
        User = model()
        User.create_table()
        User('ann').save()
        assert User.get('ann').name == 'ann'
        assert repr(User._get_connection().connection) == 'Connection<memory:>'
    ''', CYNAMO_URL='memory:', PYTEST_CURRENT_TEST='x')


def test_errors_without_botocore():
    run('''
        sys.modules['botocore'] = None
        User = model()
        User.Meta.host = 'memory:'
        try:
            User.get('ann')
        except Exception as e:
            assert e.cause_response_code == 'ResourceNotFoundException', e
            assert e.cause.response['Error']['Code'] == 'ResourceNotFoundException'
            assert 'on table (users) when calling the GetItem operation' in str(e)
            assert type(e.cause).__name__ == 'VerboseClientError'
        assert not User.exists()
        User.Meta.host = 'http://localhost:1'
        User.Meta.max_retry_attempts = 0
        User._connection = None
        try:
            User.get('ann')
        except Exception as e:
            assert type(e).__name__ == 'GetError' and 'localhost:1' in str(e), e
    ''')


def test_errors_before_an_answer_are_botocores():
    run('''
        import socket
        from cynamo.exceptions import GetError
        from botocore.exceptions import BotoCoreError, EndpointConnectionError
        User = model()
        User.Meta.host = 'http://localhost:1'
        User.Meta.max_retry_attempts = 0
        try:
            User.get('ann')
        except GetError as e:
            assert isinstance(e.cause, EndpointConnectionError), repr(e.cause)
            assert e.cause_response_code is None
            assert 'Could not connect to the endpoint URL: "http://localhost:1' in str(e), e
    ''')
