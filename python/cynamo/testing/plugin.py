"""The fixtures that pytest finds by itself once cynamo is installed (`-p cynamo.testing.plugin` where it is not).

They load nothing and change nothing in tests that do not ask for them. Each worker of pytest-xdist is a process of its own,
and so has a database of its own.
"""
import pytest

from cynamo.testing.factories import dynamodb, dynamodb_noproc, dynamodb_proc

__all__ = ['dynamodb', 'dynamodb_noproc', 'dynamodb_proc']

# The names of pytest-dynamodb's fixtures.
dynamodb_proc = dynamodb_proc()
dynamodb_noproc = dynamodb_noproc()
dynamodb = dynamodb('dynamodb_proc')


@pytest.fixture
def cynamo_memory():
    """An empty database in memory for the models without a host; `cynamo_memory.create_tables(User, ...)` makes the tables of
    models, and points those there that have another host."""
    from cynamo.testing import memory
    with memory() as database:
        yield database


@pytest.fixture(scope='session')
def cynamo_server():
    """The session's server, within the process: `url`, `address`, `port`."""
    from cynamo.testing import start
    with start() as running:
        yield running


@pytest.fixture
def cynamo_endpoint(cynamo_server):
    """The session's server, empty: botocore's clients and the models without a host go there. It has `url`, `host`, `port`,
    `client()`, `resource()` and `create_tables(User, ...)`."""
    from cynamo.testing import server
    with server(running=cynamo_server) as endpoint:
        yield endpoint


@pytest.fixture
def cynamo_client(cynamo_endpoint):
    """A boto3 client of the session's server, which is empty at first."""
    return cynamo_endpoint.client()


@pytest.fixture
def cynamo_resource(cynamo_endpoint):
    """A boto3 resource of the session's server, which is empty at first."""
    return cynamo_endpoint.resource()
