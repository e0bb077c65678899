"""Where calls go when they do not go through botocore: the databases of this process, and what their errors become.

Connections with equal settings share one database. `memory:` is one database for the process (and Region), whatever else the
settings say, so that a transaction can span models; so is a `file:` folder.
"""
from __future__ import annotations

import os
import sys
from _thread import allocate_lock  # what threading.Lock is, without loading threading

from cynamo import _botocore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional, Tuple, Type

_lock = allocate_lock()
_databases: Dict[Tuple, Any] = {}
# Where credentials and endpoints come from when nothing else says them: a database keeps what it found there at first.
_ENVIRONMENT = (
    'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_DEFAULT_PROFILE',
    'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_CA_BUNDLE', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY',
)

# Grows when databases are closed: a connection that holds one of an older generation asks for it again.
generation = 0


# Databases of the parent process, kept from being closed in a child.
_of_parent: list = []


def _after_fork() -> None:
    """In a child: another thread may have held the lock; and what the parent has in its memory, or locked, is not ours.
    Connections that were used before keep it, and say so; new ones open their own."""
    global _lock
    _lock = allocate_lock()
    for key in [key for key in _databases if is_in_process(key[0])]:
        _of_parent.append(_databases.pop(key))


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_after_fork)


def is_in_process(url: Optional[str]) -> bool:
    """Whether the engine runs in this process behind `url`."""
    return url is not None and (url.startswith('memory:') or url.startswith('file:'))


def effective_url(host: Optional[str]) -> Optional[str]:
    """The URL of a connection: its own host, else CYNAMO_URL, else None (the service of the region)."""
    return host or os.environ.get('CYNAMO_URL') or None


def endpoint_url(host: Optional[str], region: Optional[str]) -> str:
    """The endpoint's URL for texts; opens nothing."""
    url = effective_url(host) or 'aws:' + (region or find_region() or '')
    if not url.startswith('aws:') or url == 'aws:':
        return url
    region = url[len('aws:'):].partition('?')[0]
    suffix = 'amazonaws.com.cn' if region.startswith('cn-') else 'amazonaws.com'
    return 'https://dynamodb.{}.{}'.format(region, suffix)


def find_region(profile: Optional[str] = None) -> Optional[str]:
    """The region as botocore finds it: AWS_DEFAULT_REGION, AWS_REGION, the profile of the configuration file."""
    region = os.environ.get('AWS_DEFAULT_REGION') or os.environ.get('AWS_REGION')
    if region:
        return region
    path = os.path.expanduser(os.environ.get('AWS_CONFIG_FILE') or '~/.aws/config')
    if not os.path.isfile(path):
        return None
    from configparser import Error, RawConfigParser
    parser = RawConfigParser()
    try:
        parser.read(path)
    except (Error, UnicodeDecodeError):
        return None
    profile = profile or os.environ.get('AWS_PROFILE') or os.environ.get('AWS_DEFAULT_PROFILE') or 'default'
    for section in ('profile ' + profile, profile):
        if parser.has_option(section, 'region'):
            return parser.get(section, 'region')
    return None


def _is_amazon(url: str) -> bool:
    if url.startswith('aws:'):
        return True
    host = url.partition('://')[2].partition('/')[0].partition(':')[0]
    return host.endswith('.amazonaws.com') or host.endswith('.amazonaws.com.cn')


def _refuse_amazon_in_tests(url: str) -> None:
    """A test that forgot its mock must not reach a real table."""
    if not _is_amazon(url) or os.environ.get('CYNAMO_ALLOW_AWS') == '1':
        return
    if 'PYTEST_CURRENT_TEST' in os.environ or 'pytest' in sys.modules:
        raise RuntimeError(
            'cynamo: a call to AWS ({}) from a test is refused. Set CYNAMO_URL=memory: (or Meta.host), turn a mock on, '
            'or allow such calls by CYNAMO_ALLOW_AWS=1.'.format(url))


def _canonical(url: str) -> str:
    """One spelling for a folder, since it can be open only once."""
    if url.startswith('file:'):
        path, mark, options = url[len('file:'):].partition('?')
        if not path:
            return url  # the core says what is wrong
        return 'file:' + os.path.realpath(path) + mark + options
    return url


def get_database(
    host: Optional[str],
    *,
    region: Optional[str] = None,
    access_key_id: Optional[str] = None,
    secret_access_key: Optional[str] = None,
    session_token: Optional[str] = None,
    profile: Optional[str] = None,
    connect_timeout: Optional[float] = None,
    read_timeout: Optional[float] = None,
    max_attempts: Optional[int] = None,
    retry_mode: Optional[str] = None,
    max_connections: Optional[int] = None,
    extra_headers: Optional[Any] = None,
) -> Any:
    """Returns the process's database for these settings, opened at first use."""
    url = effective_url(host)
    if url is None:
        region = region or find_region(profile)
        if region is None:
            raise _no_region()
        url = 'aws:' + region
    if is_in_process(url):
        url = _canonical(url)
        # As in the service, each Region has tables of its own.
        options: Dict[str, Any] = {
            'region': None if 'region=' in url else region or find_region(profile) or 'us-east-1',
        }
    else:
        _refuse_amazon_in_tests(url)
        options = {
            'region': region,
            'access_key_id': access_key_id,
            'secret_access_key': secret_access_key,
            'session_token': session_token,
            'profile': profile,
            'connect_timeout': connect_timeout,
            'read_timeout': read_timeout,
            'max_attempts': max_attempts,
            'retry_mode': retry_mode,
            'max_connections': max_connections,
            'extra_headers': dict(extra_headers) if extra_headers else None,
        }
        if not (access_key_id and secret_access_key):
            # botocore takes the three together, and else goes its own chain.
            options['access_key_id'] = options['secret_access_key'] = options['session_token'] = None
    key: Tuple = (url,) + tuple(
        tuple(sorted(value.items())) if isinstance(value, dict) else value for value in options.values())
    if not is_in_process(url):
        key += tuple(map(os.environ.get, _ENVIRONMENT))
    with _lock:
        database = _databases.get(key)
        if database is None:
            database = _open(url, {name: value for name, value in options.items() if value is not None})
            _databases[key] = database
        return database


def service_error() -> Type[Exception]:
    """The core's error class, loaded with the core at the first call."""
    from cynamo._core import ServiceError
    return ServiceError


def _open(url: str, options: Dict[str, Any]) -> Any:
    from cynamo import _core
    try:
        return _core.Database(url, **options)
    except _core.ServiceError as e:
        raise _local_error(e, url) or ValueError(e.message) from e


def close_databases() -> None:
    """Closes every database that connections of this process opened; what `memory:` held is lost. No call may be under way."""
    global generation
    with _lock:
        databases = list(_databases.values())
        _databases.clear()
        generation += 1
    for database in databases:
        database.close()


def _no_region() -> Exception:
    if _botocore.importable():
        from botocore.exceptions import NoRegionError
        return NoRegionError()
    return _botocore.BotoCoreErrorWithText('You must specify a region.')


# Cynamo's codes for what never became an answer of the service -> botocore's exception for it, and what it is built from.
_LOCAL_ERRORS = {
    'CynamoConnectionError': ('EndpointConnectionError', True),
    'CynamoTimeout': ('ReadTimeoutError', True),
    'CynamoNoCredentials': ('NoCredentialsError', False),
    'CynamoBadAnswer': ('HTTPClientError', True),
    'CynamoChecksumError': ('HTTPClientError', True),
}


def _local_error(error: Any, url: Optional[str]) -> Optional[Exception]:
    """The BotoCoreError for an error that is none of the service's; None where the service answered."""
    code, text = error.code, error.message
    if code == 'ParamValidation':
        if _botocore.importable():
            from botocore.exceptions import ParamValidationError
            return ParamValidationError(report=text.split('\n', 1)[-1])  # it puts the first line in front by itself
        return _botocore.BotoCoreErrorWithText(text)
    if code not in _LOCAL_ERRORS:
        return None
    if not _botocore.importable():
        return _botocore.BotoCoreErrorWithText(text)
    import botocore.exceptions
    name, has_endpoint = _LOCAL_ERRORS[code]
    kwargs = {'endpoint_url': url, 'error': text} if has_endpoint else {}
    result = getattr(botocore.exceptions, name)(**kwargs)
    if text and text not in str(result):
        result.args = ('{} ({})'.format(result, text),)
    return result


def translate(error: Any, operation_name: str, table_name: Optional[str], url: Optional[str]) -> Exception:
    """What a ServiceError of the core becomes for the caller: a BotoCoreError or a VerboseClientError."""
    return _local_error(error, url) or verbose_error(error.response, error.request_id, operation_name, table_name)


def verbose_error(
    response: Dict[str, Any],
    request_id: Optional[str],
    operation_name: str,
    table_name: Optional[str],
) -> Exception:
    """The VerboseClientError for an answer in botocore's shape."""
    from cynamo import exceptions
    reasons = [
        None if reason['Code'] == 'None' else exceptions.CancellationReason(
            code=reason['Code'], message=reason.get('Message'), raw_item=reason.get('Item'))
        for reason in response.get('CancellationReasons', ())
    ]
    kept = {'Error': response.get('Error', {})}
    for name in ('ResponseMetadata', 'CancellationReasons', 'Item'):
        if name in response:
            kept[name] = response[name]
    return exceptions.VerboseClientError(
        kept,
        operation_name,
        {'request_id': request_id or '', 'table_name': table_name},
        cancellation_reasons=reasons,
    )


def with_metadata(data: Dict[str, Any]) -> Dict[str, Any]:
    """An answer of the core as botocore gives it to its callers; the core keeps no headers of what went well."""
    data['ResponseMetadata'] = {'RequestId': '', 'HTTPStatusCode': 200, 'HTTPHeaders': {}, 'RetryAttempts': 0}
    return data
