"""Databases for tests: within the process for models, behind a server within the process for boto3 and other SDKs.

    with cynamo.testing.memory(User, Order):     # empty tables of these models, until the block ends
        User('ann').save()

    with cynamo.testing.server() as server:      # boto3.client('dynamodb') and models without a host go there
        boto3.resource('dynamodb').create_table(...)

Both are decorators too. There are a pytest plugin (cynamo.testing.plugin, found by pytest itself), mixins for unittest, and
`factories` for those who had pytest-dynamodb's. Nothing here is loaded, or changed, before it is asked for.
"""
from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar

    from cynamo._core import Server

    _F = TypeVar('_F', bound=Callable[..., Any])

__all__ = ['MemoryMixin', 'ServerMixin', 'clear', 'memory', 'server']


class _Block:
    """A `with` block that is a decorator too, of functions and coroutine functions."""

    def __enter__(self) -> Any:
        raise NotImplementedError()

    def __exit__(self, *exception: Any) -> None:
        raise NotImplementedError()

    def _again(self) -> _Block:
        """One more of the same: a decorated function may be called while it runs."""
        raise NotImplementedError()

    def __call__(self, function: _F) -> _F:
        from functools import wraps
        from inspect import iscoroutinefunction

        if iscoroutinefunction(function):
            @wraps(function)
            async def call(*args: Any, **kwargs: Any) -> Any:
                with self._again():
                    return await function(*args, **kwargs)
        else:
            @wraps(function)
            def call(*args: Any, **kwargs: Any) -> Any:
                with self._again():
                    return function(*args, **kwargs)
        return call  # type: ignore[return-value]


class _Environment:
    """Variables of the environment, set until they are put back."""

    def __init__(self) -> None:
        self._before: Dict[str, Optional[str]] = {}

    def set(self, name: str, value: Optional[str]) -> None:
        self._before.setdefault(name, os.environ.get(name))
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

    def put_back(self) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before.clear()


class _Pointed:
    """Models with another host, until they are put back."""

    def __init__(self) -> None:
        self._before: List[Tuple[Any, Dict[str, Any], Any]] = []

    def point(self, model: Any, url: str) -> None:
        meta = model.Meta
        had = {'host': vars(meta)['host']} if 'host' in vars(meta) else {}
        self._before.append((model, had, vars(model).get('_connection')))
        meta.host = url
        model._connection = None

    def put_back(self) -> None:
        for model, had, connection in reversed(self._before):
            if had:
                model.Meta.host = had['host']
            else:
                del model.Meta.host
            model._connection = connection
        self._before.clear()


def _create_tables(models: Any) -> None:
    """Creates the models' tables. On demand where a model says nothing of its capacity: a test does not ask for it."""
    for model in models:
        says = any(getattr(model.Meta, name, None) for name in ('billing_mode', 'read_capacity_units', 'write_capacity_units'))
        model.create_table(wait=True, billing_mode=None if says else 'PAY_PER_REQUEST')


def _forget_databases(url: Optional[str] = None) -> None:
    """Makes connections look anew where they belong. The process's databases of this URL are closed: what is in memory is lost."""
    from cynamo.connection import _transport
    with _transport._lock:
        names = [key for key in _transport._databases if key[0].partition('?')[0] == url]
        dropped = [_transport._databases.pop(key) for key in names]
        _transport.generation += 1
    for database in dropped:
        database.close()


class memory(_Block):
    """An empty database in the process's memory for the models without a host, and for the models named here whatever their
    host. Their tables are made at the start. The database is dropped at the end."""

    url = 'memory:'

    def __init__(self, *models: Any) -> None:
        self._models = models
        self._environment = _Environment()
        self._pointed = _Pointed()

    def _again(self) -> memory:
        return memory(*self._models)

    def create_tables(self, *models: Any) -> None:
        """Points these models here as well, and makes their tables."""
        for model in models:
            self._pointed.point(model, self.url)
        _create_tables(models)

    def __enter__(self) -> memory:
        _forget_databases(self.url)
        self._environment.set('CYNAMO_URL', self.url)
        try:
            self.create_tables(*self._models)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: Any) -> None:
        self._pointed.put_back()
        self._environment.put_back()
        _forget_databases(self.url)


class server(_Block):
    """A server within the process, where botocore's clients that are made in the block go, and models as with `memory`.

    `running` is a server that goes on after the block; its tables are deleted at the end. The keys of the environment are
    replaced, so nothing in the block can reach the service by mistake."""

    def __init__(self, *models: Any, running: Optional[Server] = None, region: Optional[str] = None, **options: Any) -> None:
        """
        :param models: Models to point here, whose tables are made
        :param region: AWS_DEFAULT_REGION in the block; else it stays, and where there is none, it is us-east-1
        :param options: `cynamo.serve`'s, for a server of its own
        """
        self._models = models
        self._running = running
        self._region = region
        self._options = options
        self._server: Any = None
        self._environment = _Environment()
        self._pointed = _Pointed()

    def _again(self) -> server:
        return server(*self._models, running=self._running, region=self._region, **self._options)

    @property
    def url(self) -> str:
        """For a client's endpoint_url"""
        return self._server.url

    @property
    def host(self) -> str:
        return self._server.address

    @property
    def port(self) -> int:
        return self._server.port

    def create_tables(self, *models: Any) -> None:
        """Points these models here as well, and makes their tables."""
        for model in models:
            self._pointed.point(model, self.url)
        _create_tables(models)

    def client(self, **arguments: Any) -> Any:
        """A boto3 client of this server; `arguments` are boto3's."""
        return _make('client', self.url, arguments)

    def resource(self, **arguments: Any) -> Any:
        """A boto3 resource of this server; `arguments` are boto3's."""
        return _make('resource', self.url, arguments)

    def __enter__(self) -> server:
        self._server = self._running if self._running is not None else start(**self._options)
        change = self._environment.set
        change('CYNAMO_URL', self.url)
        change('AWS_ENDPOINT_URL_DYNAMODB', self.url)
        change('AWS_ACCESS_KEY_ID', 'cynamo')
        change('AWS_SECRET_ACCESS_KEY', 'cynamo')
        for name in ('AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'):
            change(name, None)
        region = self._region or os.environ.get('AWS_DEFAULT_REGION') or os.environ.get('AWS_REGION') or 'us-east-1'
        change('AWS_DEFAULT_REGION', region)
        _forget_databases()
        try:
            self.create_tables(*self._models)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: Any) -> None:
        self._pointed.put_back()
        self._environment.put_back()
        try:
            if self._running is not None:
                clear(self.url)
        finally:
            _forget_databases(self.url)
            if self._running is None:
                self._server.close()


def start(url: str = 'memory:', **options: Any) -> Server:
    """cynamo.serve, by default with one data set for all Regions and keys, as one test has one database."""
    from cynamo import serve
    options.setdefault('split', 'none')
    return serve(url, **options)


def _make(kind: str, url: str, arguments: Dict[str, Any]) -> Any:
    from boto3 import Session
    names = ('aws_access_key_id', 'aws_secret_access_key', 'region_name')
    given: Dict[str, Any] = {'aws_access_key_id': 'cynamo', 'aws_secret_access_key': 'cynamo'}
    given['region_name'] = os.environ.get('AWS_DEFAULT_REGION') or os.environ.get('AWS_REGION') or 'us-east-1'
    given.update((name, arguments.pop(name)) for name in names if arguments.get(name) is not None)
    return getattr(Session(**given), kind)('dynamodb', endpoint_url=url, **arguments)


def clear(url: str) -> None:
    """Deletes all tables of the data set that a server shows to this process, also those that are protected."""
    from cynamo._core import Database, ServiceError
    database = Database(url, region='us-east-1', access_key_id='cynamo', secret_access_key='cynamo')
    try:
        while True:
            names = database.call('ListTables', {})['TableNames']
            if not names:
                return
            for name in names:
                try:
                    database.call('DeleteTable', {'TableName': name})
                except ServiceError as e:
                    if e.code != 'ValidationException' and e.code != 'ResourceInUseException':
                        raise
                    database.call('UpdateTable', {'TableName': name, 'DeletionProtectionEnabled': False})
                    database.call('DeleteTable', {'TableName': name})
    finally:
        database.close()


class MemoryMixin:
    """For unittest: each test has an empty database in memory, with the tables of `models`.

        class Tests(cynamo.testing.MemoryMixin, unittest.TestCase):
            models = [User, Order]
    """

    models: Any = ()

    def setUp(self) -> None:
        block = memory(*self.models)
        self.database = block.__enter__()
        self.addCleanup(block.__exit__, None, None, None)  # type: ignore[attr-defined]
        super().setUp()  # type: ignore[misc]


class ServerMixin:
    """For unittest: a server for the class, at which botocore's clients and the models point in each test; all tables are
    deleted after it. `self.server` has `url`, `client()` and `resource()`."""

    models: Any = ()
    server_options: Dict[str, Any] = {}

    @classmethod
    def setUpClass(cls) -> None:
        cls._running_server = start(**cls.server_options)  # type: ignore[attr-defined]
        cls.addClassCleanup(cls._running_server.close)  # type: ignore[attr-defined]
        super().setUpClass()  # type: ignore[misc]

    def setUp(self) -> None:
        block = server(*self.models, running=self._running_server)  # type: ignore[attr-defined]
        self.server = block.__enter__()
        self.addCleanup(block.__exit__, None, None, None)  # type: ignore[attr-defined]
        super().setUp()  # type: ignore[misc]
