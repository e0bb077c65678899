"""What Cynamo knows of botocore, which it works without.

Errors are botocore's where botocore can be imported, so that `except ClientError` in a program catches them; else they are
the two classes below, which look the same. Nothing of botocore is imported before an error (or a program) asks for it.

Calls go through botocore's own client when something outside waits for them there: moto's mock, a Stubber, X-Ray, a patched
`send`. `intercepted()` tells; it is asked before each call, so it is quick.
"""
from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional, Tuple, Type

_importable: Optional[bool] = None
_classes: Optional[Tuple[Type[Exception], Type[Exception]]] = None


class BotoCoreError(Exception):
    """Stands for botocore.exceptions.BotoCoreError where botocore is not installed."""
    fmt = 'An unspecified error occurred'

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(self.fmt.format(**kwargs))
        self.kwargs = kwargs

    def __reduce__(self):
        return _rebuild_botocore_error, (self.__class__, self.kwargs)


class BotoCoreErrorWithText(BotoCoreError):
    """One of botocore's many errors before an answer came, told apart by its text."""
    fmt = '{text}'

    def __init__(self, text: str) -> None:
        super().__init__(text=text)


def _rebuild_botocore_error(cls, kwargs):
    return cls(**kwargs)


class ClientError(Exception):
    """Stands for botocore.exceptions.ClientError where botocore is not installed."""
    MSG_TEMPLATE = ('An error occurred ({error_code}) when calling the {operation_name} '
                    'operation{retry_info}: {error_message}')

    def __init__(self, error_response: Dict[str, Any], operation_name: str) -> None:
        error = error_response.get('Error', {})
        metadata = error_response.get('ResponseMetadata', {})
        retry_info = ''
        if 'MaxAttemptsReached' in metadata and 'RetryAttempts' in metadata:
            retry_info = ' (reached max retries: {})'.format(metadata['RetryAttempts'])
        super().__init__(self.MSG_TEMPLATE.format(
            error_code=error.get('Code', 'Unknown'),
            error_message=error.get('Message', 'Unknown'),
            operation_name=operation_name,
            retry_info=retry_info,
        ))
        self.response = error_response
        self.operation_name = operation_name

    def __reduce__(self):
        return self.__class__, (self.response, self.operation_name)


def importable() -> bool:
    """Whether botocore is installed; it is not imported to find out."""
    global _importable
    if 'botocore' in sys.modules:
        return sys.modules['botocore'] is not None
    if _importable is None:
        from importlib.util import find_spec
        _importable = find_spec('botocore') is not None
    return _importable


def exceptions() -> Tuple[Type[Exception], Type[Exception]]:
    """(BotoCoreError, ClientError): botocore's, else those above. Once told, they stay."""
    global _classes
    if _classes is None:
        if importable():
            import botocore.exceptions
            _classes = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)
        else:
            _classes = (BotoCoreError, ClientError)
    return _classes


def botocore_error() -> Type[Exception]:
    return exceptions()[0]


def client_error() -> Type[Exception]:
    return exceptions()[1]


# The methods through which every call of botocore's passes: module, class, method.
_GATES = (
    ('botocore.client', 'BaseClient', '_make_api_call'),
    ('botocore.endpoint', 'Endpoint', 'make_request'),
    ('botocore.endpoint', 'Endpoint', '_send'),
    ('botocore.httpsession', 'URLLib3Session', 'send'),
    ('urllib3.connectionpool', 'HTTPConnectionPool', 'urlopen'),
)
# What was seen to be genuine: (the class's names, method name, the method as its module defined it).
_watched: list = []
_unseen = list(_GATES)


def _look_at_unseen() -> bool:
    """Watches each gate that is loaded by now; tells whether one is patched already."""
    for gate in list(_unseen):
        module_name, class_name, method_name = gate
        owner = getattr(sys.modules.get(module_name), class_name, None)
        if owner is None:
            continue
        if not isinstance(owner, type):
            return True
        method = owner.__dict__.get(method_name)
        is_genuine = (type(method) is type(_look_at_unseen) and method.__module__ == module_name
                      and method.__qualname__ == class_name + '.' + method_name)
        if not is_genuine:
            return True
        _watched.append((owner.__dict__, method_name, method))
        _unseen.remove(gate)
    return False


def _is_moto_active() -> bool:
    """Whether one of moto's mocks is on: its hook stands in every botocore client made since moto was imported."""
    module = sys.modules.get('moto.core.models') or sys.modules.get('moto.core.botocore_stubber')
    stubber = getattr(module, 'botocore_stubber', None)
    return bool(getattr(stubber, 'enabled', False))


# os.environ takes a microsecond to be asked; what it keeps, a tenth of that.
_environ = getattr(os.environ, '_data', None)
_transport_key = os.environ.encodekey('CYNAMO_TRANSPORT') if _environ is not None else 'CYNAMO_TRANSPORT'
if _environ is None:
    _environ = os.environ


def intercepted() -> bool:
    """Whether calls must go through botocore, because something there waits for them."""
    if _transport_key in _environ and os.environ['CYNAMO_TRANSPORT'] == 'botocore':
        return True
    modules = sys.modules
    if 'botocore' not in modules:
        return False
    if 'moto' in modules and _is_moto_active():
        return True
    for names, name, method in _watched:
        if names.get(name) is not method:
            return True
    return bool(_unseen) and _look_at_unseen()


class ClientWatch:
    """Tells whether anybody has hooked into a client of ours since it was made.

    A client's emitter begins a new cache of handlers at each registration: while it is the same, nothing was registered."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._call = client.__dict__.get('_make_api_call')
        emitter = getattr(client.meta, 'events', None)
        self._emitter = getattr(emitter, '_emitter', emitter)
        self._cache = getattr(self._emitter, '_lookup_cache', None)
        self._handlers = _handlers_of(self._emitter)

    def is_touched(self, client: Any) -> bool:
        if client is not self._client or client.__dict__.get('_make_api_call') is not self._call:
            return True
        cache = getattr(self._emitter, '_lookup_cache', None)
        if cache is self._cache:
            return False
        if _handlers_of(self._emitter) != self._handlers:
            return True
        self._cache = cache  # a hook has come and gone
        return False


def _handlers_of(emitter: Any) -> Any:
    """The handlers of an emitter, as something to compare."""
    found = []

    def walk(node: Any, path: str) -> None:
        for part in node['values'] or ():
            found.extend((path, id(handler)) for handler in part)
        for name in sorted(node['children']):
            walk(node['children'][name], path + '.' + name)

    try:
        walk(emitter._handlers._root, '')
    except (AttributeError, KeyError, TypeError):
        return object()  # another emitter than botocore's: never the same
    return found
