"""Names that other programs import from a module though they live elsewhere: found when asked for, so that they cost nothing."""
import sys


def getter(module_name, homes):
    """A module's `__getattr__`: `homes` says for each name the module that has it."""
    def find(name):
        if name == '_KeyType':
            from typing import Any
            value = Any
        elif name in ('_T', '_M', '_TTransaction'):
            from typing import TypeVar
            value = TypeVar(name)
        elif name in homes:
            from importlib import import_module
            value = getattr(import_module(homes[name]), name)
        else:
            raise AttributeError('module {!r} has no attribute {!r}'.format(module_name, name))
        setattr(sys.modules[module_name], name, value)
        return value
    return find
