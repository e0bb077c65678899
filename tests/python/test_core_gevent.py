"""Calls under gevent: while one greenlet waits for an answer, the others run."""
import os
import subprocess
import sys

import pytest

pytest.importorskip('gevent')
pytestmark = pytest.mark.skipif('PYTHONMALLOC' in os.environ, reason='AddressSanitizer does not follow stacks that are moved')

PROLOGUE = '''
from gevent import monkey
monkey.patch_all()
import gevent, socket, time
from cynamo import _core
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen(64)
def answer_late(connection):
    data = b""
    while b"\\r\\n\\r\\n" not in data:
        data += connection.recv(65536)
    gevent.sleep(0.3)
    connection.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 17\\r\\nConnection: close\\r\\n\\r\\n{"TableNames":[]}')
    connection.close()
def serve():
    while True:
        connection, _ = listener.accept()
        gevent.spawn(answer_late, connection)
gevent.spawn(serve)
db = _core.Database("http://127.0.0.1:%d" % listener.getsockname()[1], access_key_id="a", secret_access_key="b")
'''


def run(program):
    done = subprocess.run([sys.executable, '-X', 'faulthandler', '-c', PROLOGUE + program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, 'fine\n'), done.stderr


def test_greenlets_wait_together():
    run('''
begin = time.monotonic()
calls = [gevent.spawn(db.call, "ListTables", {}) for _ in range(8)]
gevent.joinall(calls)
assert [call.value for call in calls] == [{"TableNames": []}] * 8, calls
assert time.monotonic() - begin < 2
print("fine")
''')


def test_a_greenlet_that_is_killed_or_late_leaves_its_call():
    run('''
for _ in range(5):
    call = gevent.spawn(db.call, "ListTables", {})
    gevent.sleep(0.05)
    call.kill()
    try:
        with gevent.Timeout(0.05):
            db.call("ListTables", {})
        raise SystemExit("no timeout")
    except gevent.Timeout:
        pass
assert db.call("ListTables", {}) == {"TableNames": []}
late = gevent.spawn(db.call, "ListTables", {})
gevent.sleep(0.05)
late.kill()
del late
db.close()
print("fine")
''')


def test_errors_and_memory():
    run('''
for _ in range(3):
    try:
        _core.Database("http://127.0.0.1:1", max_attempts=1, access_key_id="a", secret_access_key="b").call("ListTables", {})
    except _core.ServiceError as error:
        assert error.code == "CynamoConnectionError" and error.message, error
memory = _core.Database("memory:")
assert memory.call("ListTables", {}) == {"TableNames": []}
print("fine")
''')
