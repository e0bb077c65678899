"""cynamo._core among threads, signals, forks and event loops, and at the end of a process."""
import asyncio
import gc
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from cynamo import _core

TABLE = dict(TableName='tbl', KeySchema=[{'AttributeName': 'pk', 'KeyType': 'HASH'}],
             AttributeDefinitions=[{'AttributeName': 'pk', 'AttributeType': 'S'}], BillingMode='PAY_PER_REQUEST')
KEYS = dict(access_key_id='key', secret_access_key='secret')
KEY = {'TableName': 'tbl', 'Key': {'pk': {'S': 'a'}}}


@pytest.fixture(scope='module')
def server():
    with _core.serve() as running:
        _core.Database(running.url, **KEYS).call('CreateTable', TABLE)
        yield running


@pytest.fixture(params=['memory', 'http'])
def db(request, server):
    if request.param == 'http':
        database = _core.Database(server.url, **KEYS)
    else:
        database = _core.Database('memory:')
        database.call('CreateTable', TABLE)
    database.call('PutItem', {'TableName': 'tbl', 'Item': {'pk': {'S': 'a'}}})
    yield database
    database.close()


@pytest.fixture
def silent():
    """The URL of a server that takes connections and never answers."""
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(64)
    yield 'http://127.0.0.1:%d' % listener.getsockname()[1]
    listener.close()


def run(program, *arguments, timeout=60):
    return subprocess.run([sys.executable, '-X', 'faulthandler', '-c', program, *arguments], capture_output=True, text=True, timeout=timeout)


# ---- threads

def test_threads_share_a_database(db):
    failures = []

    def work(number):
        try:
            for i in range(300):
                key = {'pk': {'S': '%d-%d' % (number, i % 7)}}
                db.call('PutItem', {'TableName': 'tbl', 'Item': dict(key, n={'N': str(i)})})
                assert db.call('GetItem', {'TableName': 'tbl', 'Key': key})['Item']['n'] == {'N': str(i)}
                if i % 50 == 0:
                    db.call('Scan', {'TableName': 'tbl'})
                    with pytest.raises(_core.ServiceError):
                        db.call('GetItem', {'TableName': 'other', 'Key': key})
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_parameters_that_other_threads_change(db):
    """No crash, whatever is read."""
    item = {'pk': {'S': 'a'}, 'l': {'L': [{'S': str(i)} for i in range(50)]}}
    stop = threading.Event()

    def vandal():
        i = 0
        while not stop.is_set():
            i += 1
            item['x%d' % (i % 40)] = {'S': 'y'}
            item.pop('x%d' % ((i + 20) % 40), None)
            item['l']['L'] = [{'S': str(i)}] * (i % 60)

    thread = threading.Thread(target=vandal)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread.start()
    try:
        for _ in range(500):
            db.call('PutItem', {'TableName': 'tbl', 'Item': item})
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


def test_other_threads_run_while_a_call_waits(silent):
    db = _core.Database(silent, read_timeout=1, max_attempts=1, **KEYS)
    counted = []

    def count():
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            counted.append(1)
            time.sleep(0.01)

    thread = threading.Thread(target=count)
    thread.start()
    with pytest.raises(_core.ServiceError) as caught:
        db.call('ListTables', {})
    thread.join()
    assert caught.value.code == 'CynamoTimeout' and len(counted) > 10


def test_closing_while_another_thread_calls(silent):
    db = _core.Database(silent, read_timeout=1, max_attempts=1, **KEYS)
    codes = []

    def call():
        try:
            db.call('ListTables', {})
        except _core.ServiceError as error:
            codes.append(error.code)

    thread = threading.Thread(target=call)
    thread.start()
    time.sleep(0.2)
    db.close()
    with pytest.raises(_core.ServiceError):
        db.call('ListTables', {})
    thread.join()
    assert codes == ['CynamoTimeout']


# ---- signals

def interrupted_after(seconds, action):
    timer = threading.Timer(seconds, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            action()
    finally:
        timer.join()
    return time.monotonic() - begin


def test_ctrl_c_ends_a_call_that_waits_for_an_answer(silent):
    db = _core.Database(silent, **KEYS)
    assert interrupted_after(0.3, lambda: db.call('ListTables', {})) < 5


def test_ctrl_c_ends_a_call_that_waits_to_send_again():
    db = _core.Database('http://127.0.0.1:1', max_attempts=30, retry_mode='standard', **KEYS)
    assert interrupted_after(0.3, lambda: db.call('ListTables', {})) < 5


def test_ctrl_c_ends_a_dispatch(silent):
    db = _core.Database(silent, **KEYS)
    db.submit('ListTables', {}, lambda result, error: None)
    assert interrupted_after(0.3, lambda: db.dispatch(None)) < 5
    db.close()


def test_a_signal_whose_handler_returns_ends_nothing(server):
    db = _core.Database(server.url, **KEYS)
    seen = []
    old = signal.signal(signal.SIGALRM, lambda number, frame: seen.append(db.call('ListTables', {})))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            db.call('ListTables', {})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert seen


# ---- submitted calls

def test_submitted_calls_are_told_in_dispatch(db):
    told = []
    for i in range(20):
        db.submit('GetItem', KEY, lambda result, error: told.append((result, error)))
    assert told == []
    count = 0
    while count < 20:
        count += db.dispatch(5)
    assert told == [({'Item': {'pk': {'S': 'a'}}}, None)] * 20
    assert db.dispatch() == 0 and db.dispatch(None) == 0


def test_submitted_calls_fail_one_by_one(db):
    told = []
    db.submit('GetItem', dict(KEY, TableName='other'), lambda result, error: told.append((result, error)))
    while not db.dispatch(5):
        pass
    (result, error), = told
    assert result is None and error.code == 'ResourceNotFoundException' and error.operation == 'GetItem'
    for wrong in ({'TableName': 5}, {'TableName': 'x' * 300, 'Key': {}}):
        with pytest.raises(_core.ServiceError):
            db.submit('GetItem', wrong, print)
    with pytest.raises(TypeError):
        db.submit('GetItem', KEY)
    with pytest.raises(TypeError):
        db.submit('GetItem', KEY, None)


def test_a_callback_may_submit_again_and_may_raise(db, capsys):
    told = []

    def again(result, error):
        told.append(error)
        if len(told) < 5:
            db.submit('GetItem', KEY, again)
        raise RuntimeError('of the callback')

    hook, seen = sys.unraisablehook, []
    sys.unraisablehook = lambda report: seen.append(str(report.exc_value))
    try:
        db.submit('GetItem', KEY, again)
        while len(told) < 5:
            db.dispatch(5)
    finally:
        sys.unraisablehook = hook
    assert told == [None] * 5 and seen == ['of the callback'] * 5


def test_the_descriptor_tells_when_to_dispatch(db):
    told = []
    assert select.select([db], [], [], 0)[0] == []
    db.submit('GetItem', KEY, lambda result, error: told.append(result))
    assert select.select([db], [], [], 5)[0] == [db]
    db.dispatch()
    assert len(told) == 1 and select.select([db], [], [], 0)[0] == []


def test_asyncio_waits_by_the_descriptor(db):
    async def call(operation, params):
        future = asyncio.get_running_loop().create_future()
        db.submit(operation, params, lambda result, error: future.set_exception(error) if error else future.set_result(result))
        return await future

    async def main():
        loop = asyncio.get_running_loop()
        loop.add_reader(db.fileno(), db.dispatch)
        try:
            answers = await asyncio.gather(*(call('GetItem', KEY) for _ in range(100)))
            with pytest.raises(_core.ServiceError):
                await call('GetItem', dict(KEY, TableName='other'))
            return answers
        finally:
            loop.remove_reader(db.fileno())

    assert asyncio.run(main()) == [{'Item': {'pk': {'S': 'a'}}}] * 100


def test_closing_tells_what_was_submitted(silent):
    told = []
    db = _core.Database(silent, **KEYS)
    for _ in range(3):
        db.submit('ListTables', {}, lambda result, error: told.append(error.code))
    db.close()
    assert told == ['CynamoConnectionError'] * 3
    db = _core.Database(silent, **KEYS)
    db.submit('ListTables', {}, lambda result, error: told.append(error.code))
    del db
    gc.collect()
    assert len(told) == 4


# ---- fork

def forked(child):
    """What `child` returns, as a process's status."""
    pid = os.fork()
    if pid == 0:
        status = 70
        try:
            status = child()
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            os._exit(status)
    for _ in range(600):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError('the child hangs')


def test_a_child_may_not_use_its_parents_memory(tmp_path):
    databases = [_core.Database('memory:'), _core.Database('file:%s' % (tmp_path / 'data'))]
    for database in databases:
        database.call('CreateTable', TABLE)

    def child():
        for database in databases:
            try:
                database.call('PutItem', {'TableName': 'tbl', 'Item': {'pk': {'S': 'child'}}})
                return 1
            except _core.ServiceError as error:
                if error.code != 'CynamoForked' or 'fork' not in error.message:
                    return 2
            database.close()
        own = _core.Database('memory:')
        own.call('CreateTable', TABLE)
        return 0

    assert forked(child) == 0
    for database in databases:
        assert database.call('Scan', {'TableName': 'tbl'})['Count'] == 0


def test_a_child_goes_on_with_a_remote_database(server):
    db = _core.Database(server.url, **KEYS)
    db.call('ListTables', {})
    parents = []
    db.submit('ListTables', {}, lambda result, error: parents.append(error))

    def child():
        told = []
        for _ in range(5):
            db.call('PutItem', {'TableName': 'tbl', 'Item': {'pk': {'S': 'child'}}})
        db.submit('ListTables', {}, lambda result, error: told.append(error))
        db.dispatch(5)
        db.close()
        return 0 if told == [None] else 1

    assert forked(child) == 0
    assert db.call('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'S': 'child'}}})['Item']
    db.dispatch(5)
    assert parents == [None]


def test_a_child_ends_cleanly_with_everything_open():
    program = '''
import os, sys
from cynamo import _core
memory, server = _core.Database("memory:"), _core.serve()
remote = _core.Database(server.url, access_key_id="a", secret_access_key="b")
remote.call("ListTables", {})
pid = os.fork()
if pid == 0:
    remote.call("ListTables", {})
    sys.exit(0)
status = os.waitpid(pid, 0)[1]
remote.call("ListTables", {})
print(status)
'''
    done = run(program)
    assert (done.stdout, done.returncode) == ('0\n', 0), done.stderr


def test_multiprocessing(server):
    program = '''
import multiprocessing, sys
from cynamo import _core
def work(url):
    db = _core.Database(url, access_key_id="a", secret_access_key="b")
    return db.call("ListTables", {})["TableNames"]
if __name__ == "__main__":
    for kind in ("fork", "spawn"):
        with multiprocessing.get_context(kind).Pool(2) as pool:
            print(pool.map(work, [sys.argv[1]] * 4))
'''
    path = os.path.join(os.environ.get('TMPDIR', '/tmp'), 'cynamo-core-%d.py' % os.getpid())
    with open(path, 'w') as file:
        file.write(program)
    try:
        done = subprocess.run([sys.executable, path, server.url], capture_output=True, text=True, timeout=120)
    finally:
        os.unlink(path)
    assert done.stdout == (str([['tbl']] * 4) + '\n') * 2, done.stderr


# ---- the end of a process

@pytest.mark.parametrize('ending', [
    'pass',
    'import threading; threading.Thread(target=lambda: silent.call("ListTables", {}), daemon=True).start(); time.sleep(0.2)',
    'silent.submit("ListTables", {}, lambda r, e: None)',
    'memory.submit("ListTables", {}, lambda r, e: None)',
    'raise SystemExit(0)',
    'import atexit; atexit.register(lambda: remote.call("ListTables", {}))',
    'class C: pass\nc = C(); c.c = c; c.db = memory; c.remote = remote; c.server = server; sys.keep = c',
    'del server, memory, remote',
])
def test_a_process_ends_cleanly(ending):
    program = '''
import socket, sys, time
from cynamo import _core
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen(8)
memory, server = _core.Database("memory:"), _core.serve()
remote = _core.Database(server.url, access_key_id="a", secret_access_key="b")
silent = _core.Database("http://127.0.0.1:%%d" %% listener.getsockname()[1], access_key_id="a", secret_access_key="b")
for db in (memory, remote):
    db.call("ListTables", {})
%s
''' % ending
    done = run(program)
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')


def test_interpreters_of_their_own():
    interpreters = pytest.importorskip('_xxsubinterpreters')
    name = 'from cynamo import _core; db = _core.Database("memory:"); assert db.call("ListTables", {}) == {"TableNames": []}'
    for _ in range(3):
        own = interpreters.create()
        interpreters.run_string(own, 'import sys; sys.path[:] = %r\n%s' % (sys.path, name))
        interpreters.destroy(own)
