"""What the tests of the Python package share: places where a database lives, and a process that cannot reach AWS."""
import os
import subprocess
import sys
import time

import pytest

os.environ.update(
    AWS_ACCESS_KEY_ID='key',
    AWS_SECRET_ACCESS_KEY='secret',
    AWS_DEFAULT_REGION='us-east-1',
    AWS_EC2_METADATA_DISABLED='true',
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
)
for name in ('CYNAMO_URL', 'CYNAMO_TRANSPORT', 'CYNAMO_ALLOW_AWS'):
    os.environ.pop(name, None)


def _start_moto():
    """moto's server on a free port: (process, URL)."""
    from urllib.request import urlopen
    process = subprocess.Popen(
        [sys.executable, '-c', 'import sys; from moto.server import main; main(["-p", sys.argv[1]])', str(_free_port())],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = 'http://127.0.0.1:' + process.args[-1]
    for _ in range(300):
        try:
            urlopen(url + '/moto-api/', timeout=1).close()
            return process, url
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("moto's server did not start")


def _free_port():
    import socket
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


@pytest.fixture(scope='session', params=['memory', 'file', 'server', 'moto'])
def database_url(request, tmp_path_factory):
    """The URL of a database: in the process, in a folder, of Cynamo's server, of moto's server."""
    import cynamo
    from cynamo.connection import _transport
    if request.param == 'memory':
        yield 'memory:'
    elif request.param == 'file':
        yield 'file:{}'.format(tmp_path_factory.mktemp('database') / 'data')
    elif request.param == 'server':
        server = cynamo.serve('memory:')
        yield server.url
        server.close()
    else:
        pytest.importorskip('moto.server')
        process, url = _start_moto()
        yield url
        process.kill()
        process.wait()
    _transport.close_databases()


@pytest.fixture
def is_moto(database_url, request):
    """Whether what answers is moto, which does not do all that DynamoDB does."""
    return 'moto' in request.node.callspec.id
