"""Connection: each operation of the API by table name, keys and conditions.

Every call has three steps that stand alone: `_<operation>_kwargs` builds what is sent (DynamoDB's own shape), `dispatch` sends
it, `_failure` makes the error of it. Whoever sends in another way (asyncio, say) takes the first and the last.

`_make_api_call` decides where a call goes: to the C core, or through botocore where something waits for it there.
"""
from __future__ import annotations

from _thread import _local as local  # what threading.local is, without loading threading

from cynamo import _botocore, signals
from cynamo._log import LateLogger
from cynamo.connection import _transport
from cynamo.constants import (
    ATTR_DEFINITIONS, ATTR_NAME, ATTR_TYPE, ATTRIBUTE_TYPES, AVAILABLE_BILLING_MODES, BATCH_GET_ITEM, BATCH_WRITE_ITEM,
    BILLING_MODE, CAPACITY_UNITS, CLIENT_REQUEST_TOKEN, CONDITION_EXPRESSION, CONSISTENT_READ, CONSUMED_CAPACITY,
    CREATE_TABLE, DEFAULT_BILLING_MODE, DELETE_ITEM, DELETE_REQUEST, DELETE_TABLE, DESCRIBE_TABLE, ENABLED,
    EXCLUSIVE_START_KEY, EXCLUSIVE_START_TABLE_NAME, EXPRESSION_ATTRIBUTE_NAMES, EXPRESSION_ATTRIBUTE_VALUES,
    FILTER_EXPRESSION, GET_ITEM, GLOBAL_SECONDARY_INDEX_UPDATES, GLOBAL_SECONDARY_INDEXES, INDEX_NAME, ITEM, KEY,
    KEY_CONDITION_EXPRESSION, KEY_SCHEMA, KEY_TYPE, KEYS, LIMIT, LIST_TABLES, LOCAL_SECONDARY_INDEXES,
    PAY_PER_REQUEST_BILLING_MODE, PROJECTION, PROJECTION_EXPRESSION, PROVISIONED_BILLING_MODE, PROVISIONED_THROUGHPUT,
    PUT_ITEM, PUT_REQUEST, QUERY, READ_CAPACITY_UNITS, REQUEST_ITEMS, RETURN_CONSUMED_CAPACITY,
    RETURN_CONSUMED_CAPACITY_VALUES, RETURN_ITEM_COLL_METRICS, RETURN_ITEM_COLL_METRICS_VALUES, RETURN_VALUES,
    RETURN_VALUES_ON_CONDITION_FAILURE, RETURN_VALUES_ON_CONDITION_FAILURE_VALUES, RETURN_VALUES_VALUES, SCAN,
    SCAN_INDEX_FORWARD, SEGMENT, SELECT, SELECT_VALUES, SERVICE_NAME, STREAM_ENABLED, STREAM_SPECIFICATION,
    STREAM_VIEW_TYPE, TABLE_KEY, TABLE_NAME, TAGS, TIME_TO_LIVE_SPECIFICATION, TOTAL, TOTAL_SEGMENTS,
    TRANSACT_CONDITION_CHECK, TRANSACT_DELETE, TRANSACT_GET, TRANSACT_GET_ITEMS, TRANSACT_ITEMS, TRANSACT_PUT,
    TRANSACT_UPDATE, TRANSACT_WRITE_ITEMS, UPDATE, UPDATE_EXPRESSION, UPDATE_ITEM, UPDATE_TABLE, UPDATE_TIME_TO_LIVE,
    VALUE, WRITE_CAPACITY_UNITS,
)
from cynamo.exceptions import (
    DeleteError, GetError, PutError, PynamoDBException, QueryError, ScanError, TableDoesNotExist, TableError,
    TransactGetError, TransactWriteError, UpdateError,
)
from cynamo.expressions.condition import Condition
from cynamo.expressions.operand import Path
from cynamo.expressions.projection import create_projection_expression
from cynamo.expressions.update import Update
from cynamo.settings import get_settings_value
from cynamo.types import HASH, RANGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Type

    from cynamo.expressions.update import Action

RATE_LIMITING_ERROR_CODES = ['ProvisionedThroughputExceededException', 'ThrottlingException']

log = LateLogger(__name__)

# Operations that have no ReturnConsumedCapacity.
_WITHOUT_CAPACITY = frozenset((
    DESCRIBE_TABLE, LIST_TABLES, UPDATE_TABLE, UPDATE_TIME_TO_LIVE, DELETE_TABLE, CREATE_TABLE,
))

# Operation -> the error of a failed call, and its text, into which the cause goes.
_FAILURES: Dict[str, Tuple[Type[PynamoDBException], str]] = {
    CREATE_TABLE: (TableError, 'Failed to create table: {}'),
    UPDATE_TIME_TO_LIVE: (TableError, 'Failed to update TTL on table: {}'),
    DELETE_TABLE: (TableError, 'Failed to delete table: {}'),
    UPDATE_TABLE: (TableError, 'Failed to update table: {}'),
    LIST_TABLES: (TableError, 'Unable to list tables: {}'),
    DESCRIBE_TABLE: (TableError, 'Unable to describe table: {}'),
    DELETE_ITEM: (DeleteError, 'Failed to delete item: {}'),
    UPDATE_ITEM: (UpdateError, 'Failed to update item: {}'),
    PUT_ITEM: (PutError, 'Failed to put item: {}'),
    GET_ITEM: (GetError, 'Failed to get item: {}'),
    BATCH_WRITE_ITEM: (PutError, 'Failed to batch write items: {}'),
    BATCH_GET_ITEM: (GetError, 'Failed to batch get items: {}'),
    SCAN: (ScanError, 'Failed to scan table: {}'),
    QUERY: (QueryError, 'Failed to query items: {}'),
    TRANSACT_WRITE_ITEMS: (TransactWriteError, 'Failed to write transaction items'),
    TRANSACT_GET_ITEMS: (TransactGetError, 'Failed to get transaction items'),
}


def __getattr__(name: str) -> Any:
    """Names that others look for here, and that are slow to load: told when asked for."""
    if name == 'BOTOCORE_EXCEPTIONS':
        return _botocore.exceptions()
    if name == 'BotoCoreError':
        return _botocore.botocore_error()
    if name == 'ClientError':
        return _botocore.client_error()
    if name in ('VerboseClientError', 'CancellationReason'):
        from cynamo import exceptions
        return getattr(exceptions, name)
    if name in ('pre_dynamodb_send', 'post_dynamodb_send'):
        return getattr(signals, name)
    if name == 'uuid':
        import uuid
        return uuid
    raise AttributeError('module {!r} has no attribute {!r}'.format(__name__, name))


def _late(name: str) -> Any:
    """A name of `__getattr__`'s, from within: what somebody put in its place comes first."""
    return globals().get(name) or __getattr__(name)


def _failure(operation_name: str, cause: Exception) -> PynamoDBException:
    """The error that a failed `operation_name` raises."""
    error, text = _FAILURES[operation_name]
    return error(text.format(cause), cause)


def _one_of(value: str, name: str, allowed: Sequence[str], told_as: Optional[str] = None) -> Dict[str, str]:
    """{name: VALUE}, or ValueError where `value` is none of `allowed`."""
    if value.upper() not in allowed:
        raise ValueError('{} must be one of {}'.format(told_as or name, allowed))
    return {name: str(value).upper()}


class MetaTable:
    """What DescribeTable says of a table: its keys, indexes and attribute types."""

    def __init__(self, data: Optional[Dict]) -> None:
        self.data = data or {}
        self._range_keyname: Optional[str] = None
        self._hash_keyname: Optional[str] = None

    def __repr__(self) -> str:
        return 'MetaTable<{}>'.format(self.data.get(TABLE_NAME)) if self.data else ''

    @property
    def table_name(self) -> str:
        return self.data[TABLE_NAME]

    @staticmethod
    def _find_key(schema: Any, key_type: str) -> Optional[str]:
        for element in schema or ():
            if element.get(KEY_TYPE) == key_type:
                return element.get(ATTR_NAME)
        return None

    @property
    def range_keyname(self) -> Optional[str]:
        """The range key's attribute name, or None."""
        if self._range_keyname is None:
            self._range_keyname = self._find_key(self.data.get(KEY_SCHEMA), RANGE)
        return self._range_keyname

    @property
    def hash_keyname(self) -> str:
        """The hash key's attribute name."""
        if self._hash_keyname is None:
            self._hash_keyname = self._find_key(self.data.get(KEY_SCHEMA), HASH)
            if self._hash_keyname is None:
                raise ValueError('No hash_key found in key schema')
        return self._hash_keyname

    def _all_indexes(self) -> List[Dict]:
        return (self.data.get(LOCAL_SECONDARY_INDEXES) or []) + (self.data.get(GLOBAL_SECONDARY_INDEXES) or [])

    def _find_index_key(self, index_name: str, key_type: str) -> Optional[str]:
        for index in self._all_indexes():
            if index.get(INDEX_NAME) == index_name:
                found = self._find_key(index.get(KEY_SCHEMA), key_type)
                if found is not None:
                    return found
        return None

    def get_key_names(self, index_name: Optional[str] = None) -> List[str]:
        """The names of the primary key's attributes, and the index's where one is named; each once."""
        names = [self.hash_keyname, self.range_keyname]
        if index_name is not None:
            names.append(self.get_index_hash_keyname(index_name))
            names.append(self.get_index_range_keyname(index_name))
            # Keys of global indexes may have several parts.
            names += [element.get(ATTR_NAME) for index in self._all_indexes() if index.get(INDEX_NAME) == index_name
                      for element in index.get(KEY_SCHEMA) or ()]
        return list(dict.fromkeys(name for name in names if name))

    def has_index_name(self, index_name: str) -> bool:
        """Whether the table has a global or local secondary index of this name."""
        return any(index.get(INDEX_NAME) == index_name for index in self._all_indexes())

    def get_index_hash_keyname(self, index_name: str) -> str:
        """The name of the index's hash key."""
        found = self._find_index_key(index_name, HASH)
        if found is None:
            raise ValueError('No hash key attribute for index: {}'.format(index_name))
        return found

    def get_index_range_keyname(self, index_name: str) -> Optional[str]:
        """The name of the index's range key, or None."""
        return self._find_index_key(index_name, RANGE)

    def get_item_attribute_map(self, attributes: Dict, item_key: str = ITEM, pythonic_key: bool = True) -> Dict:
        """{item_key: attributes}, with the type put before each value that stands without it."""
        return {item_key: {
            name: value if isinstance(value, dict) else {self.get_attribute_type(name): value}
            for name, value in attributes.items()
        }}

    def get_attribute_type(self, attribute_name: str, value: Optional[Any] = None) -> str:
        """The type of an attribute: the table's definition, else what `value` says of itself."""
        definitions = self.data.get(ATTR_DEFINITIONS, [])
        for definition in definitions:
            if definition.get(ATTR_NAME) == attribute_name:
                return definition.get(ATTR_TYPE)
        if isinstance(value, dict):
            for attr_type in ATTRIBUTE_TYPES:
                if attr_type in value:
                    return attr_type
        names = [definition.get(ATTR_NAME) for definition in definitions]
        raise ValueError('No attribute {} in {}'.format(attribute_name, names))

    def get_identifier_map(self, hash_key: str, range_key: Optional[str] = None, key: str = KEY) -> Dict:
        """{key: {hash key's name: {type: value}, ...}}."""
        names = {self.hash_keyname: {self.get_attribute_type(self.hash_keyname): hash_key}}
        if range_key is not None and self.range_keyname is not None:
            names[self.range_keyname] = {self.get_attribute_type(self.range_keyname): range_key}
        return {key: names}

    def get_exclusive_start_key_map(self, exclusive_start_key: Any) -> Dict:
        """ExclusiveStartKey: a LastEvaluatedKey as it came, or a bare hash key value."""
        hash_keyname = self.hash_keyname
        if isinstance(exclusive_start_key, dict) and hash_keyname in exclusive_start_key:
            return {EXCLUSIVE_START_KEY: exclusive_start_key}
        return {EXCLUSIVE_START_KEY: {hash_keyname: {self.get_attribute_type(hash_keyname): exclusive_start_key}}}


class Connection:
    """Calls of one endpoint: region or host, credentials, timeouts."""

    def __init__(
        self,
        region: Optional[str] = None,
        host: Optional[str] = None,
        read_timeout_seconds: Optional[float] = None,
        connect_timeout_seconds: Optional[float] = None,
        max_retry_attempts: Optional[int] = None,
        retry_configuration: Optional[Any] = None,
        max_pool_connections: Optional[int] = None,
        extra_headers: Optional[Mapping[str, str]] = None,
        aws_access_key_id: Optional[str] = None,
        aws_secret_access_key: Optional[str] = None,
        aws_session_token: Optional[str] = None,
        *,
        aws_profile: Optional[str] = None,
    ) -> None:
        def setting(value: Any, name: str) -> Any:
            return value if value is not None else get_settings_value(name)

        self._tables: Dict[str, MetaTable] = {}
        self.host = host
        self._local = local()
        self._client: Any = None
        self._convert_to_request_dict__endpoint_url = False
        self.region = region or get_settings_value('region')
        self._connect_timeout_seconds = setting(connect_timeout_seconds, 'connect_timeout_seconds')
        self._read_timeout_seconds = setting(read_timeout_seconds, 'read_timeout_seconds')
        self._max_retry_attempts_exception = setting(max_retry_attempts, 'max_retry_attempts')
        # "UNSET" asks for botocore's own discovery, as None already means "what the settings say".
        self._retry_configuration = setting(retry_configuration, 'retry_configuration')
        if retry_configuration == 'UNSET':
            self._retry_configuration = None
        self._max_pool_connections = setting(max_pool_connections, 'max_pool_connections')
        self._extra_headers = setting(extra_headers, 'extra_headers')
        self._aws_access_key_id = aws_access_key_id
        self._aws_secret_access_key = aws_secret_access_key
        self._aws_session_token = aws_session_token
        self._aws_profile = aws_profile
        self._database: Any = None
        self._database_generation = -1
        self._client_watch: Any = None

    def __repr__(self) -> str:
        if self._client is not None and not _transport.is_in_process(_transport.effective_url(self.host)):
            return 'Connection<{}>'.format(self._client.meta.endpoint_url)
        return 'Connection<{}>'.format(_transport.endpoint_url(self.host, self.region))

    # Sending

    def dispatch(self, operation_name: str, operation_kwargs: Dict) -> Dict:
        """Calls `operation_name` with DynamoDB's own parameters, between the two signals, and returns its answer."""
        req_uuid = self._begin_call(operation_name, operation_kwargs)
        data = self._make_api_call(operation_name, operation_kwargs)
        self._end_call(operation_name, operation_kwargs, req_uuid, data)
        return data

    def _begin_call(self, operation_name: str, operation_kwargs: Dict) -> Any:
        """What comes before a call; returns the uuid of its signals."""
        if operation_name not in _WITHOUT_CAPACITY and RETURN_CONSUMED_CAPACITY not in operation_kwargs:
            operation_kwargs.update(self.get_consumed_capacity_map(TOTAL))
        log.debug('Calling %s with arguments %s', operation_name, operation_kwargs)

        req_uuid = _late('uuid').uuid4()
        self.send_pre_boto_callback(operation_name, req_uuid, operation_kwargs.get(TABLE_NAME))
        return req_uuid

    def _end_call(self, operation_name: str, operation_kwargs: Dict, req_uuid: Any, data: Dict) -> None:
        """What comes after it"""
        self.send_post_boto_callback(operation_name, req_uuid, operation_kwargs.get(TABLE_NAME))
        if data and CONSUMED_CAPACITY in data:
            capacity = data.get(CONSUMED_CAPACITY)
            if isinstance(capacity, dict) and CAPACITY_UNITS in capacity:
                capacity = capacity.get(CAPACITY_UNITS)
            log.debug('%s %s consumed %s units', data.get(TABLE_NAME, ''), operation_name, capacity)

    def send_post_boto_callback(self, operation_name, req_uuid, table_name):
        self._send_signal('post_dynamodb_send', 'post_boto', operation_name, req_uuid, table_name)

    def send_pre_boto_callback(self, operation_name, req_uuid, table_name):
        self._send_signal('pre_dynamodb_send', 'pre_boto', operation_name, req_uuid, table_name)

    def _send_signal(self, name, told_as, operation_name, req_uuid, table_name):
        """A receiver's error is logged; the call goes on."""
        signal = globals().get(name) or signals.asked_for(name)
        if signal is None:
            return
        try:
            signal.send(self, operation_name=operation_name, table_name=table_name, req_uuid=req_uuid)
        except Exception:
            log.exception('%s callback threw an exception.', told_as)

    def _before_send(self, request, **_) -> None:
        """botocore's last step before a request leaves."""
        if self._extra_headers is not None:
            request.headers.update(self._extra_headers)

    def _make_api_call(self, operation_name: str, operation_kwargs: Dict) -> Dict:
        if not self._goes_through_botocore():
            database = self._get_database()
            try:
                return _transport.with_metadata(database.call(operation_name, operation_kwargs))
            except _transport.service_error() as e:
                table_name = self._get_table_name_for_error_context(operation_kwargs)
                raise _transport.translate(e, operation_name, table_name, database.endpoint_url) from e
        try:
            return self.client._make_api_call(operation_name, operation_kwargs)
        except _botocore.client_error() as e:
            request_id = e.response.get('ResponseMetadata', {}).get('HTTPHeaders', {}).get('x-amzn-requestid', '')
            table_name = self._get_table_name_for_error_context(operation_kwargs)
            raise _transport.verbose_error(e.response, request_id, operation_name, table_name) from e

    def _goes_through_botocore(self) -> bool:
        """Whether a call must pass through botocore: it is patched or mocked, or this connection's own client was."""
        cls = type(self)
        if cls.client is not _CLIENT or cls.session is not _SESSION or cls._before_send is not _BEFORE_SEND:
            return True
        if self._client is not None and self._is_client_touched():
            return True
        return _botocore.intercepted() and not _transport.is_in_process(_transport.effective_url(self.host))

    def _get_database(self) -> Any:
        """The core's database for this connection."""
        if self._database_generation != _transport.generation:
            self._database = self._open_database()
            self._database_generation = _transport.generation
        return self._database

    def _open_database(self) -> Any:
        retries = self._get_retries() or {}
        attempts = retries.get('total_max_attempts')
        if attempts is None and retries.get('max_attempts') is not None:
            attempts = 1 + retries['max_attempts']
        return _transport.get_database(
            self.host,
            region=self.region,
            access_key_id=self._aws_access_key_id,
            secret_access_key=self._aws_secret_access_key,
            session_token=self._aws_session_token,
            profile=self._aws_profile,
            connect_timeout=self._connect_timeout_seconds,
            read_timeout=self._read_timeout_seconds,
            max_attempts=attempts,
            retry_mode=retries.get('mode'),
            max_connections=self._max_pool_connections,
            extra_headers=self._extra_headers,
        )

    def _get_retries(self) -> Optional[Dict[str, Any]]:
        """Retries in botocore's terms; None leaves them to the environment and the profile."""
        if self._retry_configuration != 'LEGACY':
            return self._retry_configuration
        return {'total_max_attempts': 1 + self._max_retry_attempts_exception, 'mode': 'standard'}

    def _get_table_name_for_error_context(self, operation_kwargs) -> Optional[str]:
        if REQUEST_ITEMS in operation_kwargs:
            return ','.join(operation_kwargs[REQUEST_ITEMS])
        if TRANSACT_ITEMS in operation_kwargs:
            return ','.join(
                request[TABLE_NAME] for item in operation_kwargs[TRANSACT_ITEMS] for request in item.values())
        return operation_kwargs.get(TABLE_NAME)

    # botocore's client, for those who ask for it

    @property
    def session(self) -> Any:
        """A botocore session of this thread: making clients of one session is not safe across threads."""
        if getattr(self._local, 'session', None) is None:
            from botocore.session import get_session
            self._local.session = get_session()
            if self._aws_profile:
                self._local.session.set_config_variable('profile', self._aws_profile)
            if self._aws_access_key_id and self._aws_secret_access_key:
                self._local.session.set_credentials(
                    self._aws_access_key_id, self._aws_secret_access_key, self._aws_session_token)
        return self._local.session

    @property
    def client(self) -> Any:
        """A botocore client of the same endpoint. One that found no credentials is made anew at the next use."""
        if not self._client or (self._client._request_signer and not self._client._request_signer._credentials):
            self._client = self._make_client()
            self._client_watch = _botocore.ClientWatch(self._client)
        return self._client

    def _make_client(self) -> Any:
        import botocore.client
        config = botocore.client.Config(
            parameter_validation=False,
            connect_timeout=self._connect_timeout_seconds,
            read_timeout=self._read_timeout_seconds,
            max_pool_connections=self._max_pool_connections,
            retries=self._get_retries(),
        )
        url = _transport.effective_url(self.host)
        if _transport.is_in_process(url):
            return self._make_in_process_client(config)
        region = self.region
        if url is not None and url.startswith('aws:'):
            region, url = url[len('aws:'):].partition('?')[0] or region, None
        client = self.session.create_client(SERVICE_NAME, region, endpoint_url=url, config=config)
        client.meta.events.register_first('before-send.*.*', self._before_send)
        return client

    def _make_in_process_client(self, config: Any) -> Any:
        """A botocore client whose calls end in this process's engine."""
        from botocore.session import get_session
        session = get_session()
        session.set_credentials('cynamo', 'cynamo')
        client = session.create_client(
            SERVICE_NAME, self.region or 'us-east-1', endpoint_url='http://in-process.invalid', config=config)

        def call(operation_name, operation_kwargs):
            if self._is_client_touched():  # a Stubber answers in the database's place
                return type(client)._make_api_call(client, operation_name, operation_kwargs)
            database = self._get_database()
            try:
                return _transport.with_metadata(database.call(operation_name, operation_kwargs))
            except _transport.service_error() as e:
                local_error = _transport.translate(e, operation_name, None, database.url)
                if isinstance(local_error, _botocore.botocore_error()):
                    raise local_error from e
                raise _botocore.client_error()(e.response, operation_name) from e

        client._make_api_call = call
        return client

    def _is_client_touched(self) -> bool:
        """Whether somebody put another client in place of ours, or hooks into it, as a Stubber does."""
        return self._client_watch is None or self._client_watch.is_touched(self._client)

    # Tables

    def add_meta_table(self, meta_table: MetaTable) -> None:
        """Makes a table's schema known."""
        if meta_table.table_name in self._tables:
            raise ValueError(f"Meta-table for '{meta_table.table_name}' already added")
        self._tables[meta_table.table_name] = meta_table

    def get_meta_table(self, table_name: str) -> MetaTable:
        """Returns a table's schema, made known before."""
        try:
            return self._tables[table_name]
        except KeyError:
            raise TableError(f"Meta-table for '{table_name}' not initialized") from None

    def _send(self, operation_name: str, operation_kwargs: Dict) -> Dict:
        """dispatch, with the operation's own error."""
        try:
            return self.dispatch(operation_name, operation_kwargs)
        except _botocore.exceptions() as e:
            raise _failure(operation_name, e)

    def create_table(
        self,
        table_name: str,
        attribute_definitions: Optional[Any] = None,
        key_schema: Optional[Any] = None,
        read_capacity_units: Optional[int] = None,
        write_capacity_units: Optional[int] = None,
        global_secondary_indexes: Optional[Any] = None,
        local_secondary_indexes: Optional[Any] = None,
        stream_specification: Optional[Dict] = None,
        billing_mode: str = DEFAULT_BILLING_MODE,
        tags: Optional[Dict[str, str]] = None,
    ) -> Dict:
        """CreateTable"""
        return self._send(CREATE_TABLE, self._create_table_kwargs(
            table_name, attribute_definitions, key_schema, read_capacity_units, write_capacity_units,
            global_secondary_indexes, local_secondary_indexes, stream_specification, billing_mode, tags))

    def _create_table_kwargs(
        self, table_name, attribute_definitions, key_schema, read_capacity_units, write_capacity_units,
        global_secondary_indexes, local_secondary_indexes, stream_specification, billing_mode, tags,
    ) -> Dict:
        if attribute_definitions is None:
            raise ValueError('attribute_definitions argument is required')
        if billing_mode not in AVAILABLE_BILLING_MODES:
            raise ValueError('incorrect value for billing_mode, available modes: {}'.format(AVAILABLE_BILLING_MODES))
        if key_schema is None:
            raise ValueError('key_schema is required')
        is_on_demand = billing_mode == PAY_PER_REQUEST_BILLING_MODE
        kwargs: Dict[str, Any] = {
            TABLE_NAME: table_name,
            ATTR_DEFINITIONS: self._definitions_kwargs(attribute_definitions),
            KEY_SCHEMA: self._sort_keys(
                {
                    ATTR_NAME: element.get(ATTR_NAME) or element['attribute_name'],
                    KEY_TYPE: str(element.get(KEY_TYPE) or element['key_type']).upper(),
                }
                for element in key_schema
            ),
        }
        if billing_mode != PROVISIONED_BILLING_MODE:
            kwargs[BILLING_MODE] = billing_mode
        if not is_on_demand:
            kwargs[PROVISIONED_THROUGHPUT] = {
                READ_CAPACITY_UNITS: read_capacity_units,
                WRITE_CAPACITY_UNITS: write_capacity_units,
            }
        if global_secondary_indexes:
            kwargs[GLOBAL_SECONDARY_INDEXES] = [self._index_kwargs(index) for index in global_secondary_indexes]
            if not is_on_demand:
                for index, told in zip(kwargs[GLOBAL_SECONDARY_INDEXES], global_secondary_indexes):
                    index[PROVISIONED_THROUGHPUT] = told.get('provisioned_throughput')
        if local_secondary_indexes:
            kwargs[LOCAL_SECONDARY_INDEXES] = [self._index_kwargs(index) for index in local_secondary_indexes]
        self._drop_unused_definitions(kwargs)
        if stream_specification:
            kwargs[STREAM_SPECIFICATION] = {
                STREAM_ENABLED: stream_specification['stream_enabled'],
                STREAM_VIEW_TYPE: stream_specification['stream_view_type'],
            }
        if tags:
            kwargs[TAGS] = [{KEY: name, VALUE: value} for name, value in tags.items()]
        return kwargs

    @staticmethod
    def _definitions_kwargs(attribute_definitions) -> List[Dict]:
        """AttributeDefinitions. Indexes of one table that give an attribute two types are told apart here, by the name."""
        definitions = [
            {
                ATTR_NAME: attr.get(ATTR_NAME) or attr['attribute_name'],
                ATTR_TYPE: attr.get(ATTR_TYPE) or attr['attribute_type'],
            }
            for attr in attribute_definitions
        ]
        types: Dict[str, str] = {}
        for definition in definitions:
            name, attr_type = definition[ATTR_NAME], definition[ATTR_TYPE]
            if types.setdefault(name, attr_type) != attr_type:
                raise TableError('Failed to create table: Cannot have two attributes with the same name: {} ({} and {})'.format(
                    name, types[name], attr_type))
        return definitions

    @staticmethod
    def _sort_keys(schema) -> List[Dict]:
        """HASH before RANGE, as DynamoDB wants them."""
        return sorted(schema, key=lambda element: element.get(KEY_TYPE))

    @staticmethod
    def _drop_unused_definitions(kwargs: Dict) -> None:
        """Leaves out attributes that are no key: the service refuses them, DynamoDB Local takes no notice of them."""
        schemas = [kwargs[KEY_SCHEMA]]
        for indexes in (GLOBAL_SECONDARY_INDEXES, LOCAL_SECONDARY_INDEXES):
            schemas += [index[KEY_SCHEMA] for index in kwargs.get(indexes, ())]
        used = {element.get(ATTR_NAME) for schema in schemas for element in schema}
        kwargs[ATTR_DEFINITIONS] = [
            definition for definition in kwargs[ATTR_DEFINITIONS] if definition[ATTR_NAME] in used]

    def _index_kwargs(self, index) -> Dict[str, Any]:
        return {
            INDEX_NAME: index.get('index_name'),
            KEY_SCHEMA: self._sort_keys(index.get('key_schema')),
            PROJECTION: index.get('projection'),
        }

    def update_time_to_live(self, table_name: str, ttl_attribute_name: str) -> Dict:
        """UpdateTimeToLive"""
        return self._send(UPDATE_TIME_TO_LIVE, {
            TABLE_NAME: table_name,
            TIME_TO_LIVE_SPECIFICATION: {ATTR_NAME: ttl_attribute_name, ENABLED: True},
        })

    def delete_table(self, table_name: str) -> Dict:
        """DeleteTable"""
        return self._send(DELETE_TABLE, {TABLE_NAME: table_name})

    def update_table(
        self,
        table_name: str,
        read_capacity_units: Optional[int] = None,
        write_capacity_units: Optional[int] = None,
        global_secondary_index_updates: Optional[Any] = None,
    ) -> Dict:
        """UpdateTable"""
        if bool(read_capacity_units) != bool(write_capacity_units):
            raise ValueError('read_capacity_units and write_capacity_units are required together')
        kwargs: Dict[str, Any] = {TABLE_NAME: table_name}
        if read_capacity_units:
            kwargs[PROVISIONED_THROUGHPUT] = {
                READ_CAPACITY_UNITS: read_capacity_units,
                WRITE_CAPACITY_UNITS: write_capacity_units,
            }
        if global_secondary_index_updates:
            kwargs[GLOBAL_SECONDARY_INDEX_UPDATES] = [
                {UPDATE: {
                    INDEX_NAME: index.get('index_name'),
                    PROVISIONED_THROUGHPUT: {
                        READ_CAPACITY_UNITS: index.get('read_capacity_units'),
                        WRITE_CAPACITY_UNITS: index.get('write_capacity_units'),
                    },
                }}
                for index in global_secondary_index_updates
            ]
        return self._send(UPDATE_TABLE, kwargs)

    def list_tables(self, exclusive_start_table_name: Optional[str] = None, limit: Optional[int] = None) -> Dict:
        """ListTables"""
        kwargs: Dict[str, Any] = {}
        if exclusive_start_table_name:
            kwargs[EXCLUSIVE_START_TABLE_NAME] = exclusive_start_table_name
        if limit is not None:
            kwargs[LIMIT] = limit
        return self._send(LIST_TABLES, kwargs)

    def describe_table(self, table_name: str) -> Dict:
        """DescribeTable; the schema is kept for later calls. Raises TableDoesNotExist where there is no such table."""
        try:
            data = self.dispatch(DESCRIBE_TABLE, {TABLE_NAME: table_name})
        except _botocore.exceptions() as e:
            raise self._describe_failure(e)
        return self._described(data)

    def _describe_failure(self, cause: Any) -> Exception:
        """The error of a failed DescribeTable"""
        if not isinstance(cause, _botocore.client_error()):
            return _failure(DESCRIBE_TABLE, cause)
        if 'ResourceNotFound' in cause.response['Error']['Code']:
            return TableDoesNotExist(cause.response['Error']['Message'])
        return cause

    def _described(self, data: Dict) -> Any:
        """DescribeTable's Table, whose schema is kept"""
        table_data = data.get(TABLE_KEY)
        if table_data:
            meta_table = MetaTable(table_data)
            if meta_table.table_name not in self._tables:
                self.add_meta_table(meta_table)
        return table_data

    # Parts of requests

    def get_item_attribute_map(
        self,
        table_name: str,
        attributes: Any,
        item_key: str = ITEM,
        pythonic_key: bool = True,
    ) -> Dict:
        """MetaTable.get_item_attribute_map of the table."""
        return self._require_table(table_name).get_item_attribute_map(
            attributes, item_key=item_key, pythonic_key=pythonic_key)

    def _require_table(self, table_name: str) -> MetaTable:
        table = self.get_meta_table(table_name)
        if table is None:  # get_meta_table is public, and overridden
            raise TableError('No such table {}'.format(table_name))
        return table

    def parse_attribute(self, attribute: Any, return_type: bool = False) -> Any:
        """The value of `attribute`, which is bare or {type: value}; with `return_type`, (type or None, value)."""
        attr_type = None
        if isinstance(attribute, dict):
            attr_type = next((name for name in ATTRIBUTE_TYPES if name in attribute), None)
            if attr_type is None:
                raise ValueError('Invalid attribute supplied: {}'.format(attribute))
            attribute = attribute.get(attr_type)
        return (attr_type, attribute) if return_type else attribute

    def get_attribute_type(self, table_name: str, attribute_name: str, value: Optional[Any] = None) -> str:
        """MetaTable.get_attribute_type of the table."""
        return self._require_table(table_name).get_attribute_type(attribute_name, value=value)

    def get_identifier_map(
        self,
        table_name: str,
        hash_key: str,
        range_key: Optional[str] = None,
        key: str = KEY,
    ) -> Dict:
        """MetaTable.get_identifier_map of the table."""
        return self._require_table(table_name).get_identifier_map(hash_key, range_key=range_key, key=key)

    def get_consumed_capacity_map(self, return_consumed_capacity: str) -> Dict:
        """ReturnConsumedCapacity"""
        return _one_of(return_consumed_capacity, RETURN_CONSUMED_CAPACITY, RETURN_CONSUMED_CAPACITY_VALUES,
                       told_as=RETURN_ITEM_COLL_METRICS)

    def get_return_values_map(self, return_values: str) -> Dict:
        """ReturnValues"""
        return _one_of(return_values, RETURN_VALUES, RETURN_VALUES_VALUES)

    def get_return_values_on_condition_failure_map(self, return_values_on_condition_failure: str) -> Dict:
        """ReturnValuesOnConditionCheckFailure"""
        if return_values_on_condition_failure.upper() not in RETURN_VALUES_VALUES:
            raise ValueError('{} must be one of {}'.format(
                RETURN_VALUES_ON_CONDITION_FAILURE, RETURN_VALUES_ON_CONDITION_FAILURE_VALUES))
        return {RETURN_VALUES_ON_CONDITION_FAILURE: str(return_values_on_condition_failure).upper()}

    def get_item_collection_map(self, return_item_collection_metrics: str) -> Dict:
        """ReturnItemCollectionMetrics"""
        return _one_of(return_item_collection_metrics, RETURN_ITEM_COLL_METRICS, RETURN_ITEM_COLL_METRICS_VALUES)

    def get_exclusive_start_key_map(self, table_name: str, exclusive_start_key: str) -> Dict:
        """MetaTable.get_exclusive_start_key_map of the table."""
        return self._require_table(table_name).get_exclusive_start_key_map(exclusive_start_key)

    @staticmethod
    def _check_condition(name, condition):
        if condition is not None and not isinstance(condition, Condition):
            raise ValueError("'{}' must be an instance of Condition".format(name))

    @staticmethod
    def _reverse_dict(d):
        return {value: key for key, value in d.items()}

    def _add_placeholders(self, kwargs: Dict, names: Dict[str, str], values: Dict[str, Any]) -> None:
        """ExpressionAttributeNames and ExpressionAttributeValues, where expressions used any."""
        if names:
            kwargs[EXPRESSION_ATTRIBUTE_NAMES] = self._reverse_dict(names)
        if values:
            kwargs[EXPRESSION_ATTRIBUTE_VALUES] = values

    def get_operation_kwargs(
        self,
        table_name: str,
        hash_key: str,
        range_key: Optional[str] = None,
        key: str = KEY,
        attributes: Optional[Any] = None,
        attributes_to_get: Optional[Any] = None,
        actions: Optional[Sequence[Action]] = None,
        condition: Optional[Condition] = None,
        consistent_read: Optional[bool] = None,
        return_values: Optional[str] = None,
        return_consumed_capacity: Optional[str] = None,
        return_item_collection_metrics: Optional[str] = None,
        return_values_on_condition_failure: Optional[str] = None,
    ) -> Dict:
        """What GetItem, PutItem, UpdateItem, DeleteItem and the parts of a transaction send."""
        self._check_condition('condition', condition)
        names: Dict[str, str] = {}
        values: Dict[str, Any] = {}

        kwargs: Dict[str, Any] = {TABLE_NAME: table_name}
        kwargs.update(self.get_identifier_map(table_name, hash_key, range_key, key=key))
        if attributes and kwargs.get(ITEM) is not None:
            kwargs[ITEM].update(self.get_item_attribute_map(table_name, attributes)[ITEM])
        if attributes_to_get is not None:
            kwargs[PROJECTION_EXPRESSION] = create_projection_expression(attributes_to_get, names)
        # The condition takes its placeholders before the update does.
        if condition is not None:
            kwargs[CONDITION_EXPRESSION] = condition.serialize(names, values)
        if consistent_read is not None:
            kwargs[CONSISTENT_READ] = consistent_read
        if return_values is not None:
            kwargs.update(self.get_return_values_map(return_values))
        if return_values_on_condition_failure is not None:
            kwargs.update(self.get_return_values_on_condition_failure_map(return_values_on_condition_failure))
        if return_consumed_capacity is not None:
            kwargs.update(self.get_consumed_capacity_map(return_consumed_capacity))
        if return_item_collection_metrics is not None:
            kwargs.update(self.get_item_collection_map(return_item_collection_metrics))
        if actions is not None:
            kwargs[UPDATE_EXPRESSION] = Update(*actions).serialize(names, values)
        self._add_placeholders(kwargs, names, values)
        return kwargs

    # Items

    def delete_item(
        self,
        table_name: str,
        hash_key: str,
        range_key: Optional[str] = None,
        condition: Optional[Condition] = None,
        return_values: Optional[str] = None,
        return_consumed_capacity: Optional[str] = None,
        return_item_collection_metrics: Optional[str] = None,
    ) -> Dict:
        """DeleteItem"""
        return self._send(DELETE_ITEM, self.get_operation_kwargs(
            table_name,
            hash_key,
            range_key=range_key,
            condition=condition,
            return_values=return_values,
            return_consumed_capacity=return_consumed_capacity,
            return_item_collection_metrics=return_item_collection_metrics,
        ))

    def update_item(
        self,
        table_name: str,
        hash_key: str,
        range_key: Optional[str] = None,
        actions: Optional[Sequence[Action]] = None,
        condition: Optional[Condition] = None,
        return_consumed_capacity: Optional[str] = None,
        return_item_collection_metrics: Optional[str] = None,
        return_values: Optional[str] = None,
    ) -> Dict:
        """UpdateItem"""
        if not actions:
            raise ValueError("'actions' cannot be empty")
        return self._send(UPDATE_ITEM, self.get_operation_kwargs(
            table_name=table_name,
            hash_key=hash_key,
            range_key=range_key,
            actions=actions,
            condition=condition,
            return_values=return_values,
            return_consumed_capacity=return_consumed_capacity,
            return_item_collection_metrics=return_item_collection_metrics,
        ))

    def put_item(
        self,
        table_name: str,
        hash_key: str,
        range_key: Optional[str] = None,
        attributes: Optional[Any] = None,
        condition: Optional[Condition] = None,
        return_values: Optional[str] = None,
        return_consumed_capacity: Optional[str] = None,
        return_item_collection_metrics: Optional[str] = None,
    ) -> Dict:
        """PutItem"""
        return self._send(PUT_ITEM, self.get_operation_kwargs(
            table_name=table_name,
            hash_key=hash_key,
            range_key=range_key,
            key=ITEM,
            attributes=attributes,
            condition=condition,
            return_values=return_values,
            return_consumed_capacity=return_consumed_capacity,
            return_item_collection_metrics=return_item_collection_metrics,
        ))

    def get_item(
        self,
        table_name: str,
        hash_key: str,
        range_key: Optional[str] = None,
        consistent_read: bool = False,
        attributes_to_get: Optional[Any] = None,
    ) -> Dict:
        """GetItem"""
        return self._send(GET_ITEM, self.get_operation_kwargs(
            table_name=table_name,
            hash_key=hash_key,
            range_key=range_key,
            consistent_read=consistent_read,
            attributes_to_get=attributes_to_get,
        ))

    # Transactions

    def _get_transact_operation_kwargs(
        self,
        client_request_token: Optional[str] = None,
        return_consumed_capacity: Optional[str] = None,
        return_item_collection_metrics: Optional[str] = None,
    ) -> Dict:
        kwargs: Dict[str, Any] = {}
        if client_request_token is not None:
            kwargs[CLIENT_REQUEST_TOKEN] = client_request_token
        if return_consumed_capacity is not None:
            kwargs.update(self.get_consumed_capacity_map(return_consumed_capacity))
        if return_item_collection_metrics is not None:
            kwargs.update(self.get_item_collection_map(return_item_collection_metrics))
        return kwargs

    def transact_write_items(
        self,
        condition_check_items: Sequence[Dict],
        delete_items: Sequence[Dict],
        put_items: Sequence[Dict],
        update_items: Sequence[Dict],
        client_request_token: Optional[str] = None,
        return_consumed_capacity: Optional[str] = None,
        return_item_collection_metrics: Optional[str] = None,
    ) -> Dict:
        """TransactWriteItems: condition checks, then deletes, puts and updates."""
        kwargs = self._get_transact_operation_kwargs(
            client_request_token=client_request_token,
            return_consumed_capacity=return_consumed_capacity,
            return_item_collection_metrics=return_item_collection_metrics,
        )
        kwargs[TRANSACT_ITEMS] = [
            {kind: item}
            for kind, items in (
                (TRANSACT_CONDITION_CHECK, condition_check_items),
                (TRANSACT_DELETE, delete_items),
                (TRANSACT_PUT, put_items),
                (TRANSACT_UPDATE, update_items),
            )
            for item in items
        ]
        return self._send(TRANSACT_WRITE_ITEMS, kwargs)

    def transact_get_items(
        self,
        get_items: Sequence[Dict],
        return_consumed_capacity: Optional[str] = None,
    ) -> Dict:
        """TransactGetItems"""
        kwargs = self._get_transact_operation_kwargs(return_consumed_capacity=return_consumed_capacity)
        kwargs[TRANSACT_ITEMS] = [{TRANSACT_GET: item} for item in get_items]
        return self._send(TRANSACT_GET_ITEMS, kwargs)

    # Batches

    def batch_write_item(
        self,
        table_name: str,
        put_items: Optional[Any] = None,
        delete_items: Optional[Any] = None,
        return_consumed_capacity: Optional[str] = None,
        return_item_collection_metrics: Optional[str] = None,
    ) -> Dict:
        """BatchWriteItem on one table"""
        if put_items is None and delete_items is None:
            raise ValueError('Either put_items or delete_items must be specified')
        requests = [
            {DELETE_REQUEST: self.get_item_attribute_map(table_name, item, item_key=KEY, pythonic_key=False)}
            for item in delete_items or ()
        ]
        requests += [
            {PUT_REQUEST: self.get_item_attribute_map(table_name, item, pythonic_key=False)}
            for item in put_items or ()
        ]
        kwargs: Dict[str, Any] = {REQUEST_ITEMS: {table_name: requests}}
        if return_consumed_capacity:
            kwargs.update(self.get_consumed_capacity_map(return_consumed_capacity))
        if return_item_collection_metrics:
            kwargs.update(self.get_item_collection_map(return_item_collection_metrics))
        return self._send(BATCH_WRITE_ITEM, kwargs)

    def batch_get_item(
        self,
        table_name: str,
        keys: Sequence[str],
        consistent_read: Optional[bool] = None,
        return_consumed_capacity: Optional[str] = None,
        attributes_to_get: Optional[Any] = None,
    ) -> Dict:
        """BatchGetItem on one table"""
        kwargs: Dict[str, Any] = {REQUEST_ITEMS: {
            table_name: self._batch_get_table_kwargs(table_name, keys, consistent_read, attributes_to_get),
        }}
        if return_consumed_capacity:
            kwargs.update(self.get_consumed_capacity_map(return_consumed_capacity))
        return self._send(BATCH_GET_ITEM, kwargs)

    def _batch_get_table_kwargs(self, table_name, keys, consistent_read=None, attributes_to_get=None) -> Dict[str, Any]:
        """One table's part of RequestItems."""
        part: Dict[str, Any] = {}
        names: Dict[str, str] = {}
        if consistent_read:
            part[CONSISTENT_READ] = consistent_read
        if attributes_to_get is not None:
            part[PROJECTION_EXPRESSION] = create_projection_expression(attributes_to_get, names)
        self._add_placeholders(part, names, {})
        part[KEYS] = [self.get_item_attribute_map(table_name, key)[ITEM] for key in keys]
        return part

    # Query and scan

    def scan(
        self,
        table_name: str,
        filter_condition: Optional[Any] = None,
        attributes_to_get: Optional[Any] = None,
        limit: Optional[int] = None,
        return_consumed_capacity: Optional[str] = None,
        exclusive_start_key: Optional[str] = None,
        segment: Optional[int] = None,
        total_segments: Optional[int] = None,
        consistent_read: Optional[bool] = None,
        index_name: Optional[str] = None,
    ) -> Dict:
        """Scan: one page"""
        return self._send(SCAN, self._scan_kwargs(
            table_name,
            filter_condition=filter_condition,
            attributes_to_get=attributes_to_get,
            limit=limit,
            return_consumed_capacity=return_consumed_capacity,
            exclusive_start_key=exclusive_start_key,
            segment=segment,
            total_segments=total_segments,
            consistent_read=consistent_read,
            index_name=index_name,
        ))

    def _scan_kwargs(
        self, table_name, filter_condition=None, attributes_to_get=None, limit=None, return_consumed_capacity=None,
        exclusive_start_key=None, segment=None, total_segments=None, consistent_read=None, index_name=None,
    ) -> Dict:
        self._check_condition('filter_condition', filter_condition)
        names: Dict[str, str] = {}
        values: Dict[str, Any] = {}
        kwargs: Dict[str, Any] = {TABLE_NAME: table_name}
        if filter_condition is not None:
            kwargs[FILTER_EXPRESSION] = filter_condition.serialize(names, values)
        if attributes_to_get is not None:
            kwargs[PROJECTION_EXPRESSION] = create_projection_expression(attributes_to_get, names)
        if consistent_read:
            kwargs[CONSISTENT_READ] = consistent_read
        if segment is not None:
            kwargs[SEGMENT] = segment
        if total_segments:
            kwargs[TOTAL_SEGMENTS] = total_segments
        self._add_page(kwargs, exclusive_start_key, index_name, limit, return_consumed_capacity)
        self._add_placeholders(kwargs, names, values)
        return kwargs

    def _add_page(self, kwargs: Dict, exclusive_start_key, index_name, limit, return_consumed_capacity) -> None:
        """What a page of a query and of a scan have in common."""
        if exclusive_start_key:
            kwargs.update(self.get_exclusive_start_key_map(kwargs[TABLE_NAME], exclusive_start_key))
        if index_name:
            kwargs[INDEX_NAME] = index_name
        if limit is not None:
            kwargs[LIMIT] = limit
        if return_consumed_capacity:
            kwargs.update(self.get_consumed_capacity_map(return_consumed_capacity))

    def query(
        self,
        table_name: str,
        hash_key: str,
        range_key_condition: Optional[Condition] = None,
        filter_condition: Optional[Any] = None,
        attributes_to_get: Optional[Any] = None,
        consistent_read: bool = False,
        exclusive_start_key: Optional[Any] = None,
        index_name: Optional[str] = None,
        limit: Optional[int] = None,
        return_consumed_capacity: Optional[str] = None,
        scan_index_forward: Optional[bool] = None,
        select: Optional[str] = None,
    ) -> Dict:
        """Query: one page"""
        return self._send(QUERY, self._query_kwargs(
            table_name,
            hash_key,
            range_key_condition=range_key_condition,
            filter_condition=filter_condition,
            attributes_to_get=attributes_to_get,
            consistent_read=consistent_read,
            exclusive_start_key=exclusive_start_key,
            index_name=index_name,
            limit=limit,
            return_consumed_capacity=return_consumed_capacity,
            scan_index_forward=scan_index_forward,
            select=select,
        ))

    def _query_kwargs(
        self, table_name, hash_key, range_key_condition=None, filter_condition=None, attributes_to_get=None,
        consistent_read=False, exclusive_start_key=None, index_name=None, limit=None, return_consumed_capacity=None,
        scan_index_forward=None, select=None,
    ) -> Dict:
        self._check_condition('range_key_condition', range_key_condition)
        self._check_condition('filter_condition', filter_condition)
        names: Dict[str, str] = {}
        values: Dict[str, Any] = {}
        kwargs: Dict[str, Any] = {TABLE_NAME: table_name}

        key_condition = self._hash_key_condition(table_name, index_name, hash_key)
        if range_key_condition is not None:
            key_condition &= range_key_condition
        kwargs[KEY_CONDITION_EXPRESSION] = key_condition.serialize(names, values)
        if filter_condition is not None:
            kwargs[FILTER_EXPRESSION] = filter_condition.serialize(names, values)
        if attributes_to_get:
            kwargs[PROJECTION_EXPRESSION] = create_projection_expression(attributes_to_get, names)
        if consistent_read:
            kwargs[CONSISTENT_READ] = True
        if select:
            kwargs.update(_one_of(select, SELECT, SELECT_VALUES))
        if scan_index_forward is not None:
            kwargs[SCAN_INDEX_FORWARD] = scan_index_forward
        self._add_page(kwargs, exclusive_start_key, index_name, limit, return_consumed_capacity)
        self._add_placeholders(kwargs, names, values)
        return kwargs

    def _hash_key_condition(self, table_name: str, index_name: Optional[str], hash_key: Any) -> Condition:
        """The table's or the index's hash key == `hash_key`."""
        table = self.get_meta_table(table_name)
        if table is None:
            raise TableError('No such table: {}'.format(table_name))
        if not index_name:
            hash_keyname = table.hash_keyname
        elif table.has_index_name(index_name):
            hash_keyname = table.get_index_hash_keyname(index_name)
        else:
            raise ValueError('Table {} has no index: {}'.format(table_name, index_name))
        attr_type = self.get_attribute_type(table_name, hash_keyname, hash_key)
        return Path([hash_keyname]) == {attr_type: self.parse_attribute(hash_key)}


# The stock hooks: a program that overrides or patches one of them wants botocore to make the call.
_CLIENT = Connection.client
_SESSION = Connection.session
_BEFORE_SEND = Connection._before_send
# And those that asyncio calls in another way (cynamo.aio), unless they are overridden or patched.
_STOCK_CALLS = {'dispatch': Connection.dispatch, '_make_api_call': Connection._make_api_call}
