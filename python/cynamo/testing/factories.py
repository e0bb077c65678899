"""Fixtures with pytest-dynamodb's names, options and habits, on a server within the process.

    from cynamo.testing import factories
    my_proc = factories.dynamodb_proc(port=8123)
    my_dynamodb = factories.dynamodb('my_proc', region='eu-west-1')
"""
from typing import Any, Optional

import pytest


def dynamodb_proc(
    dynamodb_dir: Optional[str] = None,
    host: str = '127.0.0.1',
    port: Any = None,
    delay: bool = False,
) -> Any:
    """A session fixture: a server, which has `host`, `port` and `url`.

    :param dynamodb_dir: Taken for the sake of old calls: there is no jar to be found
    :param port: None, 0, -1 or '?' for a free one
    :param delay: Taken likewise
    """
    @pytest.fixture(scope='session')
    def dynamodb_proc_fixture():
        from cynamo.testing import start
        wanted = 0 if port in (None, -1, '?') else int(port)
        address = '127.0.0.1' if host == 'localhost' else host
        with start(host=address, port=wanted) as running:
            yield _Process(running)

    return dynamodb_proc_fixture


def dynamodb_noproc(host: Optional[str] = None, port: Any = None) -> Any:
    """A session fixture: a server that runs already, of whatever make; by default on port 8000 of this machine."""
    @pytest.fixture(scope='session')
    def dynamodb_noproc_fixture():
        return _Process(_Elsewhere(host or '127.0.0.1', int(port or 8000)))

    return dynamodb_noproc_fixture


def dynamodb(
    process_fixture_name: str,
    access_key: Optional[str] = None,
    secret_key: Optional[str] = None,
    region: Optional[str] = None,
) -> Any:
    """A fixture: a boto3 resource of that server. All tables are deleted after the test."""
    @pytest.fixture
    def dynamodb_fixture(request):
        from cynamo.testing import server
        process = request.getfixturevalue(process_fixture_name)
        with server(running=process.server, region=region) as endpoint:
            yield endpoint.resource(aws_access_key_id=access_key, aws_secret_access_key=secret_key)

    return dynamodb_fixture


class _Elsewhere:
    """A server of another process."""

    def __init__(self, address: str, port: int) -> None:
        self.address = address
        self.port = port
        self.url = 'http://{}:{}'.format(address, port)


class _Process:
    """What looks like the process that pytest-dynamodb starts."""

    def __init__(self, running: Any) -> None:
        self.server = running
        self.host = running.address
        self.port = running.port
        self.url = running.url

    def running(self) -> bool:
        return True
