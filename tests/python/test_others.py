"""Cynamo beside packages that have a say in processes, waits or botocore: tracers, gunicorn, celery, gevent, Lambda's runtime.

They live in an environment of their own, BUILD/../venv-others (tools/test.sh makes it of tests/python/others.txt), since they
want another botocore than the rest of the tests; CYNAMO_OTHERS_PYTHON names another. Where there is none, or a package is
missing in it, a test is skipped."""
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import urllib.request

import pytest

import cynamo

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = os.environ.get('CYNAMO_OTHERS_PYTHON') or str(ROOT / 'build/venv-others/bin/python')

pytestmark = pytest.mark.skipif(not os.access(PYTHON, os.X_OK), reason='no environment with the other packages')

MODEL = '''
import os, sys
from cynamo.models import Model
from cynamo.attributes import NumberAttribute, UnicodeAttribute

class User(Model):
    class Meta:
        table_name = 'users'
        host = os.environ['SERVER']
        region = 'us-east-1'
        billing_mode = 'PAY_PER_REQUEST'
    name = UnicodeAttribute(hash_key=True)
    age = NumberAttribute(default=1)
'''


@pytest.fixture
def server():
    with cynamo.serve('memory:') as running:
        yield running


@pytest.fixture
def needs():
    def check(*modules):
        done = subprocess.run([PYTHON, '-c', 'import ' + ', '.join(modules)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            pytest.skip('{}: {}'.format(', '.join(modules), done.stdout.decode()[-200:]))
    return check


def environment(folder, server):
    names = {name: value for name, value in os.environ.items() if not name.startswith(('CYNAMO', 'PYTEST'))}
    names.update(SERVER=server.url, PYTHONPATH=os.pathsep.join([str(folder), os.path.dirname(os.path.dirname(cynamo.__file__))]))
    return names


def run(folder, server, program):
    path = folder / 'program.py'
    path.write_text(program)
    done = subprocess.run([PYTHON, '-X', 'faulthandler', str(path)], env=environment(folder, server), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120)
    assert done.returncode == 0, done.stdout.decode()


# ---- tracers ----

TRACED = '''
def use():
    User.create_table(wait=True)
    User('ann').save()
    assert User.get('ann').age == 1
'''


@pytest.mark.parametrize('is_first', [True, False], ids=['before the model', 'after the model'])
def test_opentelemetry(tmp_path, server, needs, is_first):
    needs('opentelemetry.instrumentation.botocore', 'opentelemetry.sdk')
    instrument = textwrap.dedent('''
        from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        BotocoreInstrumentor().instrument(tracer_provider=provider)
    ''')
    program = instrument + MODEL if is_first else MODEL + instrument
    run(tmp_path, server, program + TRACED + textwrap.dedent('''
        use()
        names = [span.name for span in exporter.get_finished_spans()]
        assert [name.split('.')[-1] for name in names][-2:] == ['PutItem', 'GetItem'], names
        assert exporter.get_finished_spans()[-1].attributes['rpc.method'] == 'GetItem'
        BotocoreInstrumentor().uninstrument()
        exporter.clear()
        User.get('ann')
        assert not exporter.get_finished_spans()
        from cynamo import _botocore
        assert not _botocore.intercepted()
    '''))


def test_x_ray(tmp_path, server, needs):
    needs('aws_xray_sdk.core')
    run(tmp_path, server, MODEL + TRACED + textwrap.dedent('''
        from aws_xray_sdk.core import patch, xray_recorder
        xray_recorder.configure(sampling=False, context_missing='LOG_ERROR')
        class Emitter:
            def send_entity(self, entity):
                segments.append(entity)
            def set_daemon_address(self, address):
                pass
        segments = []
        xray_recorder.emitter = Emitter()
        patch(['botocore'])
        with xray_recorder.in_segment('test') as segment:
            use()
        operations = [entry.aws['operation'] for entry in segment.subsegments]
        assert operations[-2:] == ['PutItem', 'GetItem'], operations
    '''))


# ---- servers ----

def free_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        return process.communicate(timeout=20)[0].decode()
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def test_gunicorn_with_preload(tmp_path, server, needs):
    needs('gunicorn')
    (tmp_path / 'application.py').write_text(MODEL + textwrap.dedent('''
        # Used by the master, before it forks.
        User.create_table(wait=True)
        User('ann', age=0).save()

        def app(environ, start_response):
            user = User.get('ann')
            user.update([User.age.add(1)])
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [b'%d %d' % (os.getpid(), user.age)]
    '''))
    port = free_port()
    process = subprocess.Popen(
        [PYTHON, '-m', 'gunicorn', '--preload', '--workers', '3', '--bind', '127.0.0.1:%d' % port, 'application:app'],
        env=environment(tmp_path, server), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for _ in range(200):
            try:
                socket.create_connection(('127.0.0.1', port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        answers = []

        def ask():
            for _ in range(10):
                with urllib.request.urlopen('http://127.0.0.1:%d/' % port, timeout=30) as answer:
                    answers.append(answer.read().split())

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        output = stop(process)
    assert sorted(int(age) for _, age in answers) == list(range(1, 41)), output
    assert str(process.pid).encode() not in {pid for pid, _ in answers}


def test_celery_with_prefork(tmp_path, server, needs):
    needs('celery')
    for name in ('queue', 'results'):
        (tmp_path / name).mkdir()
    (tmp_path / 'tasks.py').write_text(MODEL + textwrap.dedent('''
        from celery import Celery
        app = Celery('tasks', broker='filesystem://', backend='file://results')
        app.conf.broker_transport_options = {'data_folder_in': 'queue', 'data_folder_out': 'queue'}
        app.conf.broker_connection_retry_on_startup = True

        if 'worker' in sys.argv:  # used by the master, before it forks
            User.create_table(wait=True)
            User('ann', age=0).save()

        @app.task
        def visit():
            user = User.get('ann')
            user.update([User.age.add(1)])
            return os.getpid()
    '''))
    names = environment(tmp_path, server)
    worker = subprocess.Popen(
        [PYTHON, '-m', 'celery', '-A', 'tasks', 'worker', '--pool', 'prefork', '--concurrency', '2', '--loglevel', 'info',
         '--without-gossip', '--without-mingle', '--without-heartbeat'],
        env=dict(names, C_FORCE_ROOT='1'), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        ask = subprocess.run(
            [PYTHON, '-c', 'import tasks\nresults = [tasks.visit.delay() for _ in range(8)]\n'
             'print(len([result.get(timeout=60) for result in results]))'],
            env=names, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100)
    finally:
        output = stop(worker)
    assert ask.returncode == 0 and ask.stdout.split()[-1] == b'8', ask.stdout.decode() + output
    database = cynamo.Database(server.url, region='us-east-1', access_key_id='key', secret_access_key='secret')
    assert database.call('GetItem', {'TableName': 'users', 'Key': {'name': {'S': 'ann'}}})['Item']['age'] == {'N': '8'}


def test_gevent(tmp_path, server, needs):
    needs('gevent')
    run(tmp_path, server, '''
from gevent import monkey
monkey.patch_all()
import gevent, socket, time
''' + MODEL + textwrap.dedent('''
        User.create_table(wait=True)
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        listener.listen(8)

        class Silent(User):
            class Meta(User.Meta):
                host = 'http://127.0.0.1:%d' % listener.getsockname()[1]
                read_timeout_seconds = 1
                max_retry_attempts = 0
            _connection = None  # else it is User's, which was used before

        def wait():
            try:
                Silent.get('ann')
            except Exception as e:
                return type(e).__name__

        begin = time.monotonic()
        waiting = [gevent.spawn(wait) for _ in range(3)]
        done = []

        def work():
            while not waiting[0].ready():
                User('ann').save()
                assert User.get('ann').age == 1
                done.append(time.monotonic())
                gevent.sleep(0.01)

        gevent.joinall([gevent.spawn(work), *waiting], timeout=30)
        assert [one.value for one in waiting] == ['GetError'] * 3, [one.value for one in waiting]
        assert len(done) > 5, done
        assert time.monotonic() - begin < 2.9  # they waited together
        with gevent.Timeout(0.3, False):
            Silent.get('ann')
            raise AssertionError()
        User('ann').save()
    '''))


# ---- Lambda ----

class Runtime(http.server.BaseHTTPRequestHandler):
    """Lambda's runtime API: gives the events of its server, and takes the answers."""

    def do_GET(self):
        if not self.server.events:
            self.server.is_idle.set()
            self.server.is_over.wait(30)
            return
        body = json.dumps(self.server.events.pop(0)).encode()
        self.send_response(200)
        for name, value in (('Aws-Request-Id', 'r-%d' % len(self.server.events)), ('Deadline-Ms', str(int(time.time() * 1000) + 60000)),
                            ('Invoked-Function-Arn', 'arn:aws:lambda:us-east-1:123456789012:function:f'), ('Trace-Id', 'Root=1-1-1')):
            self.send_header('Lambda-Runtime-' + name, value)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        self.server.answers.append((self.path.rsplit('/', 1)[-1], json.loads(body)))
        self.send_response(202)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *arguments):
        pass


def test_a_cold_start_under_lambdas_runtime(tmp_path, server, needs):
    needs('awslambdaric')
    (tmp_path / 'function.py').write_text('''
import sys, time
before = set(sys.modules)
begin = time.process_time()
''' + MODEL + textwrap.dedent('''
        imported_ms = (time.process_time() - begin) * 1000
        loaded = sorted(set(sys.modules) - before)

        def handler(event, context):
            if not User.exists():
                User.create_table(wait=True)
            User(event['name'], age=event['age']).save()
            return {'age': User.get(event['name']).age, 'ms': imported_ms, 'loaded': loaded, 'request': context.aws_request_id}
    '''))
    api = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Runtime)
    api.daemon_threads = True
    api.events, api.answers = [{'name': 'ann', 'age': 3}, {'name': 'bob', 'age': 4}], []
    api.is_idle, api.is_over = threading.Event(), threading.Event()
    threading.Thread(target=api.serve_forever, daemon=True).start()
    process = subprocess.Popen(
        [PYTHON, '-m', 'awslambdaric', 'function.handler'], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=dict(environment(tmp_path, server), AWS_LAMBDA_RUNTIME_API='127.0.0.1:%d' % api.server_port,
                 AWS_LAMBDA_FUNCTION_NAME='f', AWS_LAMBDA_FUNCTION_VERSION='1', AWS_LAMBDA_FUNCTION_MEMORY_SIZE='128',
                 LAMBDA_TASK_ROOT=str(tmp_path)))
    try:
        assert api.is_idle.wait(60), api.answers
    finally:
        process.kill()
        output = process.communicate()[0].decode()
        api.is_over.set()
        api.shutdown()
        api.server_close()
    assert [kind for kind, _ in api.answers] == ['response', 'response'], (api.answers, output)
    first, second = [answer for _, answer in api.answers]
    assert (first['age'], second['age']) == (3, 4) and first['request'] == 'r-1'
    assert not [name for name in first['loaded'] if name.split('.')[0] in ('botocore', 'boto3', 'urllib3', 'asyncio', 'dataclasses')]
    assert first['ms'] < 500  # of CPU; about 12 where the bytecode is there


# ---- tests of other files ----

@pytest.mark.parametrize('file, name, count', [
    ('test_testing.py', 'aiobotocore', 1),
    ('test_aio.py', 'uvloop', 1),
])
def test_what_is_skipped_elsewhere(needs, file, name, count):
    needs('aiobotocore', 'boto3', 'uvloop')
    names = {name: value for name, value in os.environ.items() if not name.startswith('PYTEST')}
    names['PYTHONPATH'] = os.path.dirname(os.path.dirname(cynamo.__file__))
    done = subprocess.run(
        [PYTHON, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'tests/python/' + file, '-k', name],
        cwd=ROOT, env=names, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    assert done.returncode == 0 and b'%d passed' % count in done.stdout, done.stdout.decode()
