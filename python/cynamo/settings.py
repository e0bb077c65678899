"""Default settings of connections, and the file that overrides them.

The file is a Python module: what `PYNAMODB_CONFIG` names, else /etc/pynamodb/global_default_settings.py. It is read when this
module is loaded (or reloaded), so a setting changed later in the file is not seen.
"""
from __future__ import annotations

import os

from cynamo._log import LateLogger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

log = LateLogger(__name__)

default_settings_dict = {
    'connect_timeout_seconds': 15,
    'read_timeout_seconds': 30,
    'max_retry_attempts': 3,
    'region': None,
    'max_pool_connections': 10,
    'extra_headers': None,
    'retry_configuration': 'LEGACY',
}

OVERRIDE_SETTINGS_PATH = os.getenv('PYNAMODB_CONFIG', '/etc/pynamodb/global_default_settings.py')

# Options that PynamoDB had before it moved to botocore.
_DROPPED_OPTIONS = ('session_cls', 'request_timeout_seconds')


def _load_module(name, path):
    from importlib import util
    spec = util.spec_from_file_location(name, path)
    module = util.module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module


def _warn_dropped(options: Any) -> None:
    """Warns where `options` (a settings module or a Meta class) has an option that nothing reads."""
    if any(hasattr(options, name) for name in _DROPPED_OPTIONS):
        import warnings
        warnings.warn("The `session_cls` and `request_timeout_second` options are no longer supported")


override_settings: Any = {}
if os.path.isfile(OVERRIDE_SETTINGS_PATH):
    override_settings = _load_module('__pynamodb_override_settings__', OVERRIDE_SETTINGS_PATH)
    _warn_dropped(override_settings)
    log.info('Settings are overridden by %s', OVERRIDE_SETTINGS_PATH)
else:
    log.info('No settings file at %s: default settings are used', OVERRIDE_SETTINGS_PATH)


def get_settings_value(key: str) -> Any:
    """Returns the setting `key`: the override file's, else the default, else None."""
    try:
        return getattr(override_settings, key)
    except AttributeError:
        return default_settings_dict.get(key)
