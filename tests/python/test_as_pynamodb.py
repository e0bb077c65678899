"""Cynamo under PynamoDB's name."""
import os
import subprocess
import sys
import textwrap

import pytest


def run(program, *arguments, code=0, **environment):
    names = {name: value for name, value in os.environ.items() if not name.startswith(('CYNAMO', 'PYTEST'))}
    names.update(environment)
    command = [sys.executable] + (list(arguments) or ['-c', textwrap.dedent(program)])
    done = subprocess.run(command, env=names, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    assert done.returncode == code, done.stdout.decode()
    return done.stdout.decode()


def test_modules_are_the_same_objects():
    run('''
        import cynamo
        cynamo.install_as_pynamodb()
        cynamo.install_as_pynamodb()
        import pynamodb, sys, importlib.util
        assert pynamodb.__version__ == '6.1.0'
        assert importlib.util.find_spec('pynamodb') is not None
        from cynamo.as_pynamodb import _MODULES
        for name in _MODULES:
            ours, theirs = importlib.import_module('cynamo.' + name), importlib.import_module('pynamodb.' + name)
            assert ours is theirs, name
            assert ours.__spec__.name == 'cynamo.' + name
        import pynamodb.connection.base
        from pynamodb.models import Model
        from pynamodb.attributes import UnicodeAttribute
        from pynamodb.exceptions import PutError
        import cynamo.models
        assert Model is cynamo.models.Model and pynamodb.models is cynamo.models
        assert UnicodeAttribute.__module__ == 'pynamodb.attributes' and PutError.__module__ == 'pynamodb.exceptions'
        assert pynamodb.serve is cynamo.serve
        try:
            import pynamodb.nothing
        except ModuleNotFoundError as e:
            assert 'pynamodb.nothing' in str(e)
        else:
            raise AssertionError()
    ''')


def test_what_pynamodb_has_is_here():
    """Each public name of PynamoDB's modules, where its release is installed."""
    pytest.importorskip('pynamodb')
    if sys.modules['pynamodb'].__spec__.loader is None:
        pytest.skip('pynamodb is Cynamo here')
    names = run('''
        import importlib
        from cynamo.as_pynamodb import _MODULES
        for name in _MODULES:
            module = importlib.import_module('pynamodb.' + name)
            for public in vars(module):
                value = getattr(module, public)
                if getattr(value, '__module__', None) == module.__name__ and not public.startswith('__') \\
                            and type(value).__name__ != 'TypeVar':
                    print(name, public)
    ''')
    missing = run('''
        import importlib, sys
        for line in sys.stdin_text.splitlines():
            module, name = line.split()
            if not hasattr(importlib.import_module('cynamo.' + module), name):
                print(module, name)
    '''.replace('sys.stdin_text', repr(names)))
    assert missing.split('\n') == ['']


def test_refuses_what_was_imported_before():
    pytest.importorskip('pynamodb')
    run('''
        import pynamodb.exceptions, cynamo
        try:
            cynamo.install_as_pynamodb()
        except ImportError as e:
            assert 'pynamodb, pynamodb.exceptions' in str(e), e
        else:
            raise AssertionError()
    ''')


PROGRAM = '''
import sys
from pynamodb.models import Model
from pynamodb.attributes import UnicodeAttribute

class User(Model):
    class Meta:
        table_name = 'users'
        host = 'memory:'
        billing_mode = 'PAY_PER_REQUEST'
    name = UnicodeAttribute(hash_key=True)

User.create_table()
User('ann').save()
print(__name__, sys.argv[1:], list(User.scan()), 'cynamo' in sys.modules)
'''


def test_runs_programs_that_cannot_be_changed(tmp_path):
    program = tmp_path / 'program.py'
    (tmp_path / 'beside.py').write_text('')
    program.write_text('import beside\n' + PROGRAM)
    said = "__main__ ['x', '-m'] [User(name='ann')] True\n"
    assert run('', '-m', 'cynamo.as_pynamodb', str(program), 'x', '-m') == said
    path = os.pathsep.join([str(tmp_path), os.environ.get('PYTHONPATH', '')])
    assert run('', '-m', 'cynamo.as_pynamodb', '-m', 'program', 'x', '-m', PYTHONPATH=path) == said
    assert 'usage:' in run('', '-m', 'cynamo.as_pynamodb', code=1)


def test_as_a_plugin_of_pytest(tmp_path):
    (tmp_path / 'conftest.py').write_text('import pynamodb.models, cynamo.models\nassert pynamodb.models is cynamo.models\n')
    (tmp_path / 'test_it.py').write_text(PROGRAM + '\ndef test_it():\n    assert User.get("ann")\n')
    run('', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-p', 'cynamo.as_pynamodb', '--rootdir', str(tmp_path), str(tmp_path))


MODELS = '''
    import sys
    from pynamodb.models import Model
    from pynamodb.attributes import *
    class Place(MapAttribute):
        city = UnicodeAttribute()
    class User(Model):
        class Meta:
            table_name = 'users'
            host = 'memory:'
        name = UnicodeAttribute(hash_key=True)
        tags = UnicodeSetAttribute()
        place = Place()
        raw = MapAttribute()
        version = VersionAttribute()
    import pickle, pynamodb
    from pynamodb.exceptions import PutError, DoesNotExist, CancellationReason, VerboseClientError
    user = User('ann', tags={'a'}, place=Place(city='Oslo'), raw={'k': 1}, version=3)
    error = PutError('text', VerboseClientError({'Error': {'Code': 'C', 'Message': 'M'}}, 'PutItem'))
    things = [user, User.name == 'x', User.tags.add({'b'}), error, User.DoesNotExist(), CancellationReason('c', 'm')]
'''


@pytest.mark.parametrize('writer, reader', [('cynamo', 'pynamodb'), ('pynamodb', 'cynamo'), ('cynamo', 'cynamo')])
def test_pickles_pass_between_both(writer, reader, tmp_path):
    pytest.importorskip('pynamodb')
    install = 'import cynamo; cynamo.install_as_pynamodb()\n'
    path = str(tmp_path / 'pickle')
    program = textwrap.dedent(MODELS)
    run((install if writer == 'cynamo' else '') + program + textwrap.dedent('''
        kept = [thing for thing in things[:3]]
        for thing in things[3:]:
            try:
                pickle.loads(pickle.dumps(thing))
                kept.append(thing)
            except Exception:
                assert pynamodb.__spec__.loader is not None  # PynamoDB cannot pickle its own errors
        pickle.dump(kept, open({!r}, 'wb'))
    '''.format(path)))
    run((install if reader == 'cynamo' else '') + program + textwrap.dedent('''
        for thing in pickle.load(open({!r}, 'rb')):
            if isinstance(thing, User):
                assert thing.attribute_values.keys() == user.attribute_values.keys()
                assert (thing.name, thing.tags, thing.place.city, thing.raw['k'], thing.version) == ('ann', {{'a'}}, 'Oslo', 1, 3)
                assert vars(thing) == {{'attribute_values': thing.attribute_values}}
            elif isinstance(thing, PutError):
                assert thing.msg == 'text' and thing.cause_response_code == 'C'
            elif isinstance(thing, DoesNotExist):
                assert isinstance(thing, User.DoesNotExist)
            elif isinstance(thing, CancellationReason):
                assert thing == CancellationReason('c', 'm')
            else:
                assert repr(thing) in [repr(known) for known in things], repr(thing)
    '''.format(path)))


SEED = '''
    from pynamodb.models import Model
    from pynamodb.signals import pre_dynamodb_send, post_dynamodb_send
    from pynamodb.attributes import UnicodeAttribute

    pre_recorded = []
    post_recorded = []

    def record_pre_dynamodb_send(sender, operation_name, table_name, req_uuid):
        pre_recorded.append((operation_name, table_name, req_uuid))

    def record_post_dynamodb_send(sender, operation_name, table_name, req_uuid):
        post_recorded.append((operation_name, table_name, req_uuid))

    pre_dynamodb_send.connect(record_pre_dynamodb_send)
    post_dynamodb_send.connect(record_post_dynamodb_send)

    class MyModel(Model):
        class Meta:
            table_name = 'MyModel'
            aws_access_key_id = 'my_access_key_id'
            aws_secret_access_key = 'my_secret_access_key'

        key = UnicodeAttribute(hash_key=True)

    MyModel.create_table(read_capacity_units=1, write_capacity_units=1, wait=True)
    MyModel('one').save()
    assert MyModel.get('one').key == 'one'
    try:
        MyModel.get('two')
    except MyModel.DoesNotExist:
        pass
    operations = [name for name, _, _ in pre_recorded]
    assert operations[:2] == ['DescribeTable', 'CreateTable'] and operations[-3:] == ['PutItem', 'GetItem', 'GetItem'], operations
    assert {table for _, table, _ in pre_recorded} == {'MyModel'}
    # The table that was not there: a call that failed has no second signal.
    assert post_recorded == pre_recorded[1:], (pre_recorded, post_recorded)
    assert len({uuid for _, _, uuid in pre_recorded}) == len(pre_recorded)
    assert all(type(uuid).__name__ == 'UUID' for _, _, uuid in pre_recorded)
    MyModel.delete_table()
'''


def test_seed_program(database_url):
    pytest.importorskip('blinker')
    if database_url == 'memory:' or database_url.startswith('http'):
        url = database_url
    else:
        url = database_url + '-seed'  # a folder is open in one process at a time
    run('import cynamo; cynamo.install_as_pynamodb()\n' + textwrap.dedent(SEED), CYNAMO_URL=url)
