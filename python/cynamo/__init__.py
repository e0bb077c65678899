"""Cynamo: DynamoDB's object mapper of PynamoDB on a C core, with the database inside the process or behind a URL.

`from cynamo.models import Model` is all that most programs need. `install_as_pynamodb()` makes `import pynamodb` mean this
package, so that a program written for PynamoDB changes one line.

Everything here is loaded at first use: `import cynamo` alone stays cheap, which cold starts pay for.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cynamo._core import Database, Server, ServiceError, serve
    from cynamo._models.batch_get import batch_get
    from cynamo.as_pynamodb import install_as_pynamodb

__license__ = 'MIT'
__version__ = '0.1.0'

# Name here -> the module of this package that has it.
_LAZY = {
    'Database': '_core',
    'Server': '_core',
    'ServiceError': '_core',
    'batch_get': '_models.batch_get',
    'install_as_pynamodb': 'as_pynamodb',
    'serve': '_core',
}

__all__ = ['Database', 'Server', 'ServiceError', 'batch_get', 'install_as_pynamodb', 'serve']


def __getattr__(name):
    home = _LAZY.get(name)
    if home is None:
        raise AttributeError('module {!r} has no attribute {!r}'.format(__name__, name))
    import importlib
    value = getattr(importlib.import_module('cynamo.' + home), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(set(globals()) | set(__all__))
