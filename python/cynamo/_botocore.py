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
# (class, method name, the method as its module defined it), for the gates seen unpatched so far.
_gates: Dict[Tuple[str, str, str], Tuple[type, Any]] = {}


def _is_gate_patched(gate: Tuple[str, str, str]) -> bool:
    known = _gates.get(gate)
    if known is not None:
        return known[0].__dict__.get(gate[2]) is not known[1]
    module = sys.modules.get(gate[0])
    owner = getattr(module, gate[1], None)
    if owner is None:
        return False
    method = owner.__dict__.get(gate[2]) if isinstance(owner, type) else None
    if method is None:
        return not isinstance(owner, type)
    genuine = (type(method) is type(_is_gate_patched) and method.__module__ == gate[0]
               and method.__qualname__ == gate[1] + '.' + gate[2])
    if genuine:
        _gates[gate] = (owner, method)
    return not genuine


def _is_moto_active() -> bool:
    """Whether one of moto's mocks is on: its hook stands in every botocore client made since moto was imported."""
    module = sys.modules.get('moto.core.models') or sys.modules.get('moto.core.botocore_stubber')
    stubber = getattr(module, 'botocore_stubber', None)
    return bool(getattr(stubber, 'enabled', False))


def intercepted() -> bool:
    """Whether calls must go through botocore, because something there waits for them."""
    if os.environ.get('CYNAMO_TRANSPORT') == 'botocore':
        return True
    modules = sys.modules
    if 'botocore.client' not in modules:
        return False
    if 'moto' in modules and _is_moto_active():
        return True
    for gate in _GATES:
        if _is_gate_patched(gate):
            return True
    return False
