"""Makes `import pynamodb` mean Cynamo, for programs written for PynamoDB.

    import cynamo; cynamo.install_as_pynamodb()        # the first line of a program
    python -m cynamo.as_pynamodb program.py            # for a program that cannot be changed; -m module too
    pytest -p cynamo.as_pynamodb                       # for its tests

Each module `pynamodb.x` is then the same object as `cynamo.x`, so what is patched in one is patched in both. Classes say that
they live in `pynamodb.x`, so that pickles pass between workers of both packages.
"""
import importlib
import sys
from types import ModuleType

# PynamoDB's modules, parents first.
_MODULES = (
    'constants', 'types', 'exceptions', 'settings', 'signals', '_schema', '_util',
    'expressions', 'expressions.util', 'expressions.operand', 'expressions.condition', 'expressions.projection',
    'expressions.update', 'pagination', 'attributes', 'indexes', 'connection', 'connection.base', 'connection.table',
    'models', 'transactions',
)


class _Package(ModuleType):
    """The package `pynamodb`: its version and the modules above."""

    def __getattr__(self, name):
        import cynamo
        try:
            return getattr(cynamo, name)
        except AttributeError:
            raise AttributeError("module 'pynamodb' has no attribute {!r}".format(name)) from None


def _make_package() -> _Package:
    from importlib.machinery import ModuleSpec
    package = _Package('pynamodb', "Cynamo under PynamoDB's name.")
    spec = ModuleSpec('pynamodb', None, is_package=True)
    package.__spec__ = spec
    package.__path__ = spec.submodule_search_locations  # empty: no other module is found below
    package.__package__ = 'pynamodb'
    package.__license__ = 'MIT'
    package.__version__ = '6.1.0'  # the release whose behaviour this is
    return package


def _rename_classes(module: ModuleType, name: str) -> None:
    for value in list(vars(module).values()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            try:
                value.__module__ = name
            except (AttributeError, TypeError):
                pass  # a class of the extension


def install_as_pynamodb() -> None:
    """Makes `import pynamodb` mean Cynamo in this process. A second call does nothing.

    Raises ImportError, naming the modules, where another pynamodb was imported before."""
    if isinstance(sys.modules.get('pynamodb'), _Package):
        return
    foreign = sorted(name for name in sys.modules if name == 'pynamodb' or name.startswith('pynamodb.'))
    if foreign:
        raise ImportError('cynamo.install_as_pynamodb() must be called before pynamodb is imported; imported already: '
                          + ', '.join(foreign))
    modules = {name: importlib.import_module('cynamo.' + name) for name in _MODULES}
    package = _make_package()
    sys.modules['pynamodb'] = package
    for name, module in modules.items():
        sys.modules['pynamodb.' + name] = module
        _rename_classes(module, 'pynamodb.' + name)
        if '.' not in name:
            setattr(package, name, module)


def _run(arguments) -> None:
    """Runs a program as `python` would: `PROGRAM ARGUMENT...` or `-m MODULE ARGUMENT...`."""
    import os
    import runpy
    if not arguments or arguments == ['-m']:
        sys.exit('usage: python -m cynamo.as_pynamodb PROGRAM.py [ARGUMENT...] | -m MODULE [ARGUMENT...]')
    install_as_pynamodb()
    if arguments[0] == '-m':
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name='__main__', alter_sys=True)
    else:
        sys.argv = list(arguments)
        sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
        runpy.run_path(arguments[0], run_name='__main__')


def pytest_addoption(parser) -> None:
    """`pytest -p cynamo.as_pynamodb`: the first hook that pytest calls, before a conftest is imported."""
    install_as_pynamodb()


if __name__ == '__main__':
    # The module that other code imports must be the one that keeps the state, not this copy named __main__.
    from cynamo.as_pynamodb import _run as run
    run(sys.argv[1:])
