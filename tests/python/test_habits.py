"""Habits of real programs, and PynamoDB's defects that are mended here."""
import copy
import logging
import os
import subprocess
import sys
import textwrap
from unittest.mock import patch

import pytest

from cynamo.attributes import NumberAttribute, UnicodeAttribute, VersionAttribute
from cynamo.connection import Connection, TableConnection, _transport
from cynamo.exceptions import GetError, PutError, TableError
from cynamo.models import Model


class User(Model):
    class Meta:
        table_name = 'users'
        host = 'memory:habits'
        billing_mode = 'PAY_PER_REQUEST'
        max_retry_attempts = 3

    name = UnicodeAttribute(hash_key=True)
    age = NumberAttribute(default=1)
    version = VersionAttribute()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.transient = 'x'


class Plain(Model):
    class Meta(User.Meta):
        table_name = 'plain'

    name = UnicodeAttribute(hash_key=True)


@pytest.fixture(autouse=True)
def tables():
    for model in (User, Plain):
        model._connection = None
        model.create_table()
    yield
    _transport.close_databases()


def test_transient_fields_and_copies():
    user = User('ann')
    user.save()
    got = User.get('ann')
    assert got.transient == 'x' and vars(got).keys() == {'attribute_values', 'transient'}
    for other in (copy.copy(got), copy.deepcopy(got)):
        assert (other.name, other.transient, other.version) == ('ann', 'x', 1)
    deep = copy.deepcopy(got)
    deep.age = 9
    assert got.age == 1
    vars(got)['attribute_values']['age'] = 4
    assert got.age == 4 and 'transient' not in got.serialize()
    assert len({got, user}) == 2 and got != user
    condition = copy.deepcopy((User.name == 'x') & User.age.exists())
    assert repr(condition) == repr((User.name == 'x') & User.age.exists())


def test_a_host_changed_later_is_not_seen_before_the_connection_is_dropped():
    User('ann').save()
    User.Meta.host = 'memory:elsewhere'
    try:
        assert User.get('ann').name == 'ann'
        User._connection = None
        assert not User.exists()
    finally:
        User.Meta.host = 'memory:habits'
        User._connection = None


def test_table_names_chosen_at_run_time():
    try:
        User.Meta.table_name = lambda: 'other'
        assert not User.exists()
        User.create_table()
        User('ann').save()
        assert list(User.batch_get(['ann']))[0].name == 'ann'
        User.Meta.table_name, User.Meta.table_prefix = 'ther', 'o'
        assert User.get('ann').name == 'ann'
    finally:
        User.Meta.table_name, User.Meta.table_prefix = 'users', None
    with pytest.raises(User.DoesNotExist):
        User.get('ann')


def test_memory_is_one_database_for_the_process():
    one, other = Connection(host='memory:'), Connection(host='memory:', region='us-east-1', aws_access_key_id='k')
    assert one._get_database() is other._get_database()
    assert one._get_database() is not Connection(host='memory:habits')._get_database()
    assert one._get_database() is not Connection(host='memory:', region='eu-west-1')._get_database()


def test_file_urls_of_one_folder_are_one_database(tmp_path):
    one, other = Connection(host='file:{}/d'.format(tmp_path)), Connection(host='file:{}/./d/'.format(tmp_path))
    assert one._get_database() is other._get_database()


@pytest.mark.parametrize('host', ['memory', 'htp://x', 'file:', 'http://'])
def test_urls_that_are_none(host, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match='memory:NAME|needs a folder|no endpoint'):
        Connection(host=host).list_tables()
    assert list(tmp_path.iterdir()) == []


def test_update_leaves_the_callers_list_alone():
    user = User('ann')
    user.save()
    actions = [User.age.set(2)]
    user.update(actions)
    user.get_update_kwargs_from_instance(actions)
    assert len(actions) == 1


def test_a_batch_whose_block_raised_is_not_written():
    with pytest.raises(RuntimeError):
        with Plain.batch_write() as batch:
            batch.save(Plain('ann'))
            raise RuntimeError()
    assert list(Plain.scan()) == []
    batch = Plain.batch_write(auto_commit=False)
    for number in range(25):
        batch.save(Plain(str(number)))
    with pytest.raises(ValueError, match='DynamoDB allows a maximum of 25 batch operations'):
        batch.delete(Plain('25'))
    batch.commit()
    assert len(list(Plain.scan())) == 25


def test_what_a_batch_left_undone_is_sent_again_with_pauses():
    left = {'UnprocessedItems': {'plain': [
        {'PutRequest': {'Item': {'name': {'S': 'ann'}}}}, {'DeleteRequest': {'Key': {'name': {'S': 'bob'}}}}]}}
    pauses = []
    with patch.object(Connection, '_make_api_call', side_effect=[left, left, {}]) as call, patch('time.sleep', pauses.append):
        with Plain.batch_write() as batch:
            batch.save(Plain('ann'))
            batch.delete(Plain('bob'))
        assert call.call_count == 3
        assert call.call_args[0][1]['RequestItems']['plain'] == [
            {'DeleteRequest': {'Key': {'name': {'S': 'bob'}}}}, {'PutRequest': {'Item': {'name': {'S': 'ann'}}}}]
    assert len(pauses) == 2 and 0 < pauses[0] < pauses[1] * 2

    with patch.object(Connection, '_make_api_call', return_value=left), patch('time.sleep'):
        batch = Plain.batch_write()
        batch.save(Plain('ann'))
        with pytest.raises(PutError, match='max_retry_attempts exceeded'):
            batch.commit()
        assert batch.failed_operations == left['UnprocessedItems']['plain']


def test_batch_get_pauses_and_gives_up():
    nothing = {'Responses': {'plain': []}, 'UnprocessedKeys': {'plain': {'Keys': [{'name': {'S': 'ann'}}]}}}
    found = {'Responses': {'plain': [{'name': {'S': 'ann'}}]}, 'UnprocessedKeys': {}}
    pauses = []
    with patch.object(Connection, '_make_api_call', side_effect=[nothing, nothing, found]), patch('time.sleep', pauses.append):
        assert [item.name for item in Plain.batch_get(['ann'])] == ['ann']
    assert len(pauses) == 2
    with patch.object(Connection, '_make_api_call', return_value=nothing), patch('time.sleep'):
        with pytest.raises(GetError, match='1 keys are left unprocessed'):
            list(Plain.batch_get(['ann']))
        import cynamo
        with pytest.raises(GetError, match='1 keys are left unprocessed'):
            list(cynamo.batch_get([(Plain, 'ann')]))


def test_rates_of_batches():
    clock = [0.0]
    with patch('time.sleep', lambda seconds: clock.__setitem__(0, clock[0] + seconds)), patch('time.time', lambda: clock[0]):
        with Plain.batch_write(rate_limit=10) as batch:
            for number in range(75):
                batch.save(Plain(str(number)))
        assert 4.9 <= clock[0] <= 5.1  # 50 units of the first two requests
        assert len(list(Plain.batch_get([str(number) for number in range(75)], rate_limit=1000))) == 75


def test_a_parallel_scan_ends_with_its_error_and_its_reader():
    with Plain.batch_write() as batch:
        for number in range(200):
            batch.save(Plain(str(number)))
    with pytest.raises(Exception, match='Failed to scan table'):
        list(Plain.parallel_scan(3, filter_condition=Plain.name == 'x', consistent_read=True, index_name='none'))
    scan = iter(Plain.parallel_scan(3))
    next(scan)
    scan.close()
    with pytest.raises(ValueError):
        Plain.parallel_scan(0)
    with pytest.raises(ValueError):
        Plain.parallel_scan(2, segment=1)


def test_overridden_hooks_are_called():
    seen = []

    class Spy(TableConnection):
        def get_item(self, *args, **kwargs):
            seen.append(args)
            return super().get_item(*args, **kwargs)

    class Mine(Plain):
        @classmethod
        def _make_connection(cls, table_name):
            connection = super()._make_connection(table_name)
            connection.__class__ = Spy
            return connection

        def serialize(self, null_check=True):
            return dict(super().serialize(null_check), more={'S': 'x'})

        @classmethod
        def from_raw_data(cls, data):
            seen.append(data)
            return super().from_raw_data(data)

    Mine._connection = None
    Mine('ann').save()
    Mine.get('ann')
    assert seen == [('ann',), {'name': {'S': 'ann'}, 'more': {'S': 'x'}}]


def test_signals_errors_are_logged(caplog):
    pytest.importorskip('blinker')
    from cynamo.signals import post_dynamodb_send, pre_dynamodb_send

    def fail(sender, **kwargs):
        raise ValueError('told')

    seen = []

    def note(sender, operation_name, table_name, req_uuid):
        seen.append((type(sender), operation_name, table_name))

    with caplog.at_level(logging.DEBUG, 'cynamo'):
        with pre_dynamodb_send.connected_to(fail), post_dynamodb_send.connected_to(note):
            Plain('ann').save()
    assert seen == [(Connection, 'PutItem', 'plain')]
    assert 'pre_boto callback threw an exception.' in caplog.text and 'told' in caplog.text
    assert 'Calling PutItem with arguments' in caplog.text


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='no fork here')
def test_a_child_process(tmp_path):
    run("""
        import os, cynamo
        from cynamo.attributes import UnicodeAttribute
        from cynamo.models import Model
        server = cynamo.serve('memory:')
        models = []
        for url in ('memory:', 'file:' + {!r}, server.url):
            class User(Model):
                class Meta:
                    table_name = 'users'
                    host = url
                    billing_mode = 'PAY_PER_REQUEST'
                name = UnicodeAttribute(hash_key=True)
            User.create_table()
            User('ann').save()
            models.append(User)

        def code(call):
            try:
                return call() and None
            except Exception as e:
                return e.cause_response_code

        child = os.fork()
        if child == 0:
            result = [code(lambda: model.get('ann')) for model in models]
            for model in models:
                model._connection = None
            result += [code(lambda: model.get('ann')) for model in models[:1]]
            try:
                models[1].get('ann')
                result.append(None)
            except ValueError as e:
                result.append(str(os.getppid()) in str(e))
            os._exit(0 if result == ['CynamoForked', 'CynamoForked', None, 'ResourceNotFoundException', True] else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert all(model.get('ann') for model in models)
    """.format(str(tmp_path / 'data')))


def run(program, **environment):
    done = subprocess.run([sys.executable, '-c', textwrap.dedent(program)], env=dict(os.environ, **environment),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == 0, done.stdout.decode()


def test_without_blinker():
    run('''
        import sys
        sys.modules['blinker'] = None
        from cynamo.signals import pre_dynamodb_send, signals_available
        assert not signals_available
        try:
            pre_dynamodb_send.connect(print)
        except RuntimeError as e:
            assert 'blinker' in str(e)
        else:
            raise AssertionError()
        from cynamo.connection import Connection
        Connection(host='memory:').list_tables()
    ''')


def test_settings_file(tmp_path):
    settings = tmp_path / 'settings.py'
    settings.write_text("region = 'eu-west-3'\nread_timeout_seconds = 7\nhost = 'memory:' + 'settings'\nextra = 1\n")
    run('''
        from cynamo.settings import get_settings_value
        assert get_settings_value('region') == 'eu-west-3'
        assert get_settings_value('max_retry_attempts') == 3
        assert get_settings_value('extra') == 1 and get_settings_value('none') is None
        from cynamo.models import Model
        from cynamo.attributes import UnicodeAttribute
        class User(Model):
            class Meta:
                table_name = 'users'
            name = UnicodeAttribute(hash_key=True)
        assert not User.exists()
        connection = User._get_connection().connection
        assert (connection.region, connection.host, connection._read_timeout_seconds) == ('eu-west-3', 'memory:settings', 7)
        assert repr(connection) == 'Connection<memory:settings>'
    ''', PYNAMODB_CONFIG=str(settings))


def test_credentials_and_profiles(tmp_path):
    """What is signed with: Meta's keys, or the profile's, and the region of the profile."""
    config = tmp_path / 'config'
    config.write_text('[profile work]\nregion = ap-south-1\n')
    credentials = tmp_path / 'credentials'
    credentials.write_text('[work]\naws_access_key_id = OFTHEPROFILE\naws_secret_access_key = s\n')
    program = '''
        import http.server, threading
        seen = []
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers['Content-Length']))
                seen.append(dict(self.headers))
                self.send_response(200)
                self.send_header('Content-Length', '18')
                self.end_headers()
                self.wfile.write(b'{"TableNames":["t"]}'[:18])
            def log_message(self, *args):
                pass
        server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        from cynamo.connection import Connection
        def call(**arguments):
            try:
                Connection(host='http://127.0.0.1:%d' % server.server_port, max_retry_attempts=0, **arguments).list_tables()
            except Exception:
                pass
            return seen[-1]
        assert 'Credential=MINE/' in call(aws_access_key_id='MINE', aws_secret_access_key='s', region='us-east-2')['Authorization']
        assert '/us-east-2/dynamodb/' in seen[-1]['Authorization']
        headers = call(aws_profile='work')
        assert 'Credential=OFTHEPROFILE/' in headers['Authorization'], headers
        headers = call(aws_access_key_id='MINE', aws_secret_access_key='s', aws_session_token='tok', extra_headers={'x-mine': '1'})
        assert headers['X-Amz-Security-Token'] == 'tok' and headers['x-mine'] == '1', headers
        from cynamo.connection import _transport
        assert _transport.find_region('work') == 'ap-south-1'
    '''
    environment = {'AWS_CONFIG_FILE': str(config), 'AWS_SHARED_CREDENTIALS_FILE': str(credentials)}
    names = {name: value for name, value in os.environ.items() if not name.startswith('AWS_')}
    with patch.dict(os.environ, names, clear=True):
        run(program, **environment)


def test_names_that_others_import():
    import cynamo.connection.base as base
    from botocore.exceptions import BotoCoreError, ClientError
    assert base.BOTOCORE_EXCEPTIONS == (BotoCoreError, ClientError)
    assert issubclass(base.VerboseClientError, ClientError)
    with pytest.raises(AttributeError):
        base.nothing
    from cynamo.attributes import _T as attribute_type
    from cynamo.connection.table import MetaTable
    from cynamo.models import _T, Action, Condition, _KeyType  # noqa: F401
    from cynamo.transactions import Connection as connection_of_transactions
    assert MetaTable is base.MetaTable and connection_of_transactions is Connection
    assert type(_T).__name__ == type(attribute_type).__name__ == 'TypeVar'
    import cynamo.attributes
    import cynamo.models
    for module in (cynamo.models, cynamo.attributes):
        with pytest.raises(AttributeError, match='has no attribute'):
            module.nothing
    with pytest.raises(TableError, match="Meta-table for 'none' not initialized"):
        Connection(host='memory:').get_meta_table('none')


def test_star_imports_get_what_is_made_late():
    names = {}
    exec('from cynamo.exceptions import *\nfrom cynamo.signals import *', names)
    import cynamo.exceptions
    import cynamo.signals
    for name in ('VerboseClientError', 'CancellationReason', 'PutError', 'DoesNotExist', 'TableDoesNotExist'):
        assert names[name] is getattr(cynamo.exceptions, name)
    for name in ('pre_dynamodb_send', 'post_dynamodb_send'):
        assert names[name] is getattr(cynamo.signals, name)
    assert 'copyreg' not in names and '_Picklable' not in names


def test_import_loads_little():
    run('''
        import sys
        before = set(sys.modules)
        import cynamo.models, cynamo.transactions
        slow = {'typing', 're', 'logging', 'inspect', 'dataclasses', 'asyncio', 'uuid', 'json', 'blinker', 'botocore',
                'cynamo._core', 'threading', 'datetime', 'random', 'decimal'}
        assert not slow & (set(sys.modules) - before), slow & set(sys.modules)
    ''')
