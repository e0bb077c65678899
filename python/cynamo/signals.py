"""Signals around each call to the database, by blinker where it is installed.

A receiver gets `(sender, operation_name, table_name, req_uuid)`; the same uuid before and after the call. Without blinker,
sending does nothing, and anything else says that blinker is missing.

blinker is loaded when a signal is first asked for: before that nobody can have connected a receiver.
"""


class _FakeSignal:
    """Stands where a blinker signal would be: it can be sent, and nothing else."""

    def __init__(self, name, doc=None):
        self.name = name
        self.__doc__ = doc

    def send(self, *args, **kwargs):
        return None

    def _refuse(self, *args, **kwargs):
        raise RuntimeError('signalling support is unavailable because the blinker library is not installed.')

    connect = disconnect = has_receivers_for = receivers_for = temporarily_connected_to = _refuse


class _FakeNamespace:
    def signal(self, name, doc=None):
        return _FakeSignal(name, doc)


_NAMES = ('pre_dynamodb_send', 'post_dynamodb_send', '_signals', 'Namespace', 'signals_available')

__all__ = ['Namespace', 'post_dynamodb_send', 'pre_dynamodb_send', 'signals_available']  # `import *` asks for them by this


def __getattr__(name):
    if name not in _NAMES:
        raise AttributeError('module {!r} has no attribute {!r}'.format(__name__, name))
    try:
        from blinker import Namespace
        is_available = True
    except ImportError:
        Namespace = _FakeNamespace
        is_available = False
    names = globals()
    names['Namespace'] = Namespace
    names['signals_available'] = is_available
    names['_signals'] = Namespace()
    for signal in ('pre_dynamodb_send', 'post_dynamodb_send'):
        names[signal] = names['_signals'].signal(signal)
    return names[name]


def asked_for(name):
    """The signal of this name, or None while nobody has asked for it."""
    return globals().get(name)


def has_receivers():
    """Whether anybody listens to one of the two signals."""
    for name in ('pre_dynamodb_send', 'post_dynamodb_send'):
        signal = globals().get(name)
        if signal is not None and getattr(signal, 'receivers', True) and not isinstance(signal, _FakeSignal):
            return True
    return False
