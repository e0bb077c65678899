"""Signals around each call to the database, by blinker where it is installed.

A receiver gets `(sender, operation_name, table_name, req_uuid)`; the same uuid before and after the call. Without blinker,
sending does nothing, and anything else says that blinker is missing.
"""
signals_available = False


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


try:
    from blinker import Namespace
    signals_available = True
except ImportError:
    Namespace = _FakeNamespace  # type: ignore[assignment, misc]

_signals = Namespace()

pre_dynamodb_send = _signals.signal('pre_dynamodb_send')
post_dynamodb_send = _signals.signal('post_dynamodb_send')
