"""cynamo._core: databases and their calls, over memory and over HTTP."""
import copy
import datetime
import os
import pickle
import subprocess
import sys

import pytest

from cynamo import _core

TABLE = dict(TableName='tbl', KeySchema=[{'AttributeName': 'pk', 'KeyType': 'HASH'}],
             AttributeDefinitions=[{'AttributeName': 'pk', 'AttributeType': 'S'}], BillingMode='PAY_PER_REQUEST')
KEYS = dict(access_key_id='key', secret_access_key='secret')


@pytest.fixture(scope='module')
def server():
    with _core.serve() as running:
        yield running


@pytest.fixture(params=['memory', 'file', 'http'])
def db(request, server, tmp_path):
    database = (_core.Database('memory:') if request.param == 'memory' else
                _core.Database('file:%s' % (tmp_path / 'data')) if request.param == 'file' else
                _core.Database(server.url, **KEYS))
    for name in database.call('ListTables', {})['TableNames']:
        database.call('DeleteTable', {'TableName': name})
    database.call('CreateTable', TABLE)
    yield database
    database.close()


def put(db, pk, **attributes):
    return db.call('PutItem', {'TableName': 'tbl', 'Item': dict(attributes, pk={'S': pk})})


def test_the_operations_of_a_table(db):
    description = db.call('DescribeTable', {'TableName': 'tbl'})['Table']
    assert description['TableStatus'] == 'ACTIVE'
    assert isinstance(description['CreationDateTime'], datetime.datetime)
    assert description['CreationDateTime'].tzinfo is not None
    assert abs(description['CreationDateTime'].timestamp() - datetime.datetime.now().timestamp()) < 60
    assert type(description['ItemCount']) is int
    assert description['KeySchema'] == [{'AttributeName': 'pk', 'KeyType': 'HASH'}]
    assert db.call('ListTables', {}) == {'TableNames': ['tbl']}


def test_items(db):
    item = {'pk': {'S': 'a'}, 'n': {'N': '1'}, 'b': {'B': b'\x00'}}
    assert db.call('PutItem', {'TableName': 'tbl', 'Item': item}) == {}
    assert db.call('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'S': 'a'}}}) == {'Item': item}
    assert db.call('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'S': 'z'}}}) == {}
    answer = db.call('UpdateItem', {
        'TableName': 'tbl', 'Key': {'pk': {'S': 'a'}}, 'UpdateExpression': 'SET #n = #n + :one', 'ReturnValues': 'ALL_NEW',
        'ExpressionAttributeNames': {'#n': 'n'}, 'ExpressionAttributeValues': {':one': {'N': '1'}}, 'ReturnConsumedCapacity': 'TOTAL'})
    assert answer == {'Attributes': dict(item, n={'N': '2'}), 'ConsumedCapacity': {'TableName': 'tbl', 'CapacityUnits': 1.0}}
    page = db.call('Scan', {'TableName': 'tbl'})
    assert page == {'Items': [dict(item, n={'N': '2'})], 'Count': 1, 'ScannedCount': 1}
    assert db.call('Query', {'TableName': 'tbl', 'KeyConditions': {
        'pk': {'ComparisonOperator': 'EQ', 'AttributeValueList': [{'S': 'a'}]}}})['Count'] == 1


def test_batches_and_transactions(db):
    writes = [{'PutRequest': {'Item': {'pk': {'S': str(i)}}}} for i in range(25)]
    assert db.call('BatchWriteItem', {'RequestItems': {'tbl': writes}}) == {'UnprocessedItems': {}}
    found = db.call('BatchGetItem', {'RequestItems': {'tbl': {'Keys': [{'pk': {'S': str(i)}} for i in range(30)]}}})
    assert len(found['Responses']['tbl']) == 25 and found['UnprocessedKeys'] == {}
    got = db.call('TransactGetItems', {'TransactItems': [{'Get': {'TableName': 'tbl', 'Key': {'pk': {'S': k}}}} for k in ('1', 'zz')]})
    assert got == {'Responses': [{'Item': {'pk': {'S': '1'}}}, {}]}
    with pytest.raises(_core.ServiceError) as caught:
        db.call('TransactWriteItems', {'TransactItems': [
            {'Put': {'TableName': 'tbl', 'Item': {'pk': {'S': 'new'}}}},
            {'Put': {'TableName': 'tbl', 'Item': {'pk': {'S': '1'}}, 'ConditionExpression': 'attribute_not_exists(pk)',
                     'ReturnValuesOnConditionCheckFailure': 'ALL_OLD'}}]})
    error = caught.value
    assert error.code == 'TransactionCanceledException'
    assert error.response['CancellationReasons'] == [
        {'Code': 'None'},
        {'Code': 'ConditionalCheckFailed', 'Message': 'The conditional request failed', 'Item': {'pk': {'S': '1'}}}]


def test_errors_have_the_fields_of_botocore(db):
    with pytest.raises(_core.ServiceError) as caught:
        db.call('PutItem', {'TableName': 'other', 'Item': {'pk': {'S': 'a'}}})
    error = caught.value
    assert (error.code, error.message, error.http_status, error.operation) == (
        'ResourceNotFoundException', 'Requested resource not found', 400, 'PutItem')
    assert len(error.request_id) == 52
    assert str(error) == 'An error occurred (ResourceNotFoundException) when calling the PutItem operation: Requested resource not found'
    assert error.response == {
        'Error': {'Code': 'ResourceNotFoundException', 'Message': 'Requested resource not found'}, 'message': error.message,
        'ResponseMetadata': {'RequestId': error.request_id, 'HTTPStatusCode': 400, 'HTTPHeaders': {}, 'RetryAttempts': 0}}


def test_a_failed_condition_gives_its_item(db):
    put(db, 'a', n={'N': '1'})
    with pytest.raises(_core.ServiceError) as caught:
        db.call('PutItem', {'TableName': 'tbl', 'Item': {'pk': {'S': 'a'}}, 'ConditionExpression': 'attribute_not_exists(pk)',
                            'ReturnValuesOnConditionCheckFailure': 'ALL_OLD'})
    assert caught.value.code == 'ConditionalCheckFailedException'
    assert caught.value.response['Item'] == {'pk': {'S': 'a'}, 'n': {'N': '1'}}


def test_errors_pickle_and_copy(db):
    with pytest.raises(_core.ServiceError) as caught:
        db.call('DescribeTable', {'TableName': 'other'})
    error = caught.value
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is _core.ServiceError and vars(other) == vars(error) and str(other) == str(error)
    assert vars(_core.ServiceError('made by hand')) == {} and _core.ServiceError('x').code is None


def test_answers_share_the_strings_of_names(db):
    for i in range(3):
        put(db, str(i), a_long_attribute_name={'S': 'x'})
    items = db.call('Scan', {'TableName': 'tbl'})['Items']
    names = {id(name) for item in items for name in item}
    assert len(items) == 3 and len(names) == 2


def test_many_names_do_not_mix(db):
    items = {'name%d' % i: {'N': str(i)} for i in range(2000)}
    put(db, 'a', **items)
    item = db.call('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'S': 'a'}}})['Item']
    assert item == dict(items, pk={'S': 'a'})


def test_all_operations_are_known():
    db = _core.Database('memory:')
    for name in ('DescribeLimits', 'DescribeEndpoints', 'ListStreams', 'ListBackups'):
        try:
            assert isinstance(db.call(name, {}), dict)
        except _core.ServiceError as error:
            assert error.code == 'NotImplementedException'


def test_a_closed_database():
    db = _core.Database('memory:')
    db.close()
    db.close()
    for attempt in (lambda: db.call('ListTables', {}), lambda: db.submit('ListTables', {}, print), db.fileno, db.dispatch):
        with pytest.raises(_core.ServiceError) as caught:
            attempt()
        assert caught.value.code == 'CynamoUsageError'
    with pytest.raises(RuntimeError):
        db.__init__('memory:')


def test_urls_and_arguments(server):
    for bad in ('', 'nothing', 'ftp://x', 'memory:?color=red'):
        with pytest.raises(_core.ServiceError) as caught:
            _core.Database(bad)
        assert caught.value.code == 'CynamoUsageError'
    for arguments, options in (((), {}), ((5,), {}), (('memory:', 'x'), {}), (('memory:',), {'colour': 1}), (('memory:',), {'region': 5})):
        with pytest.raises(TypeError):
            _core.Database(*arguments, **options)
    for options in ({'connect_timeout': 0}, {'read_timeout': -1}, {'max_attempts': 0}, {'region': 'a\0b'}):
        with pytest.raises(ValueError):
            _core.Database('memory:', **options)
    db = _core.Database('aws:eu-west-1', **KEYS)
    assert (db.region, db.endpoint_url, db.in_process) == ('eu-west-1', 'https://dynamodb.eu-west-1.amazonaws.com', False)
    db = _core.Database('memory:', region='eu-west-2')
    assert (db.url, db.region, db.endpoint_url, db.in_process, repr(db)) == (
        'memory:', 'eu-west-2', 'memory:', True, "Database('memory:')")
    blank = _core.Database.__new__(_core.Database)
    with pytest.raises(_core.ServiceError):
        blank.call('ListTables', {})


def test_a_named_memory_is_shared():
    one, other = _core.Database('memory:core-calls'), _core.Database('memory:core-calls')
    one.call('CreateTable', TABLE)
    assert other.call('ListTables', {}) == {'TableNames': ['tbl']}
    one.close()
    assert other.call('ListTables', {}) == {'TableNames': ['tbl']}


def test_headers_and_attempts(server):
    db = _core.Database(server.url, extra_headers={'X-One': 'a', 'X-Two': ''}, connect_timeout=2, read_timeout=2.5, max_attempts=1,
                        retry_mode='standard', max_connections=2, proxy='', **KEYS)
    assert isinstance(db.call('ListTables', {}), dict)
    unreachable = _core.Database('http://127.0.0.1:1', max_attempts=1, **KEYS)
    with pytest.raises(_core.ServiceError) as caught:
        unreachable.call('ListTables', {})
    assert caught.value.code == 'CynamoConnectionError' and caught.value.request_id is None
    with pytest.raises(TypeError):
        _core.Database(server.url, extra_headers={'X-One': 1})


def test_servers():
    server = _core.serve()
    assert server.url == 'http://%s:%d' % (server.address, server.port) and server.url in repr(server)
    with pytest.raises(_core.ServiceError):
        _core.serve(port=server.port)
    server.close()
    server.close()
    with _core.serve('memory:core-served', region='eu-west-1') as server:
        behind = _core.Database('memory:core-served', region='eu-west-1')
        behind.call('CreateTable', TABLE)
        assert _core.Database(server.url, region='eu-west-1', **KEYS).call('ListTables', {}) == {'TableNames': ['tbl']}
    with pytest.raises(ValueError):
        _core.serve(split='sometimes')


def test_certificates(tmp_path, monkeypatch):
    """AWS_CA_BUNDLE, SSL_CERT_FILE, then certifi, where it is installed."""
    monkeypatch.delenv('AWS_CA_BUNDLE', raising=False)
    monkeypatch.delenv('SSL_CERT_FILE', raising=False)
    certificate = tmp_path / 'own.pem'
    with _core.serve(tls=True) as server:
        import ssl
        certificate.write_text(ssl.get_server_certificate((server.address, server.port)))
        with pytest.raises(_core.ServiceError) as caught:
            _core.Database(server.url, max_attempts=1, **KEYS).call('ListTables', {})
        assert caught.value.code == 'CynamoConnectionError' and 'certificate' in caught.value.message.lower()
        trusted = server.url.replace('127.0.0.1', 'localhost')
        assert _core.Database(trusted, ca_bundle=str(certificate), **KEYS).call('ListTables', {}) == {'TableNames': []}
        for name in ('AWS_CA_BUNDLE', 'SSL_CERT_FILE'):
            program = ('from cynamo import _core; print(_core.Database(%r, access_key_id="a", secret_access_key="b")'
                       '.call("ListTables", {}))' % trusted)
            done = subprocess.run([sys.executable, '-c', program], env=dict(os.environ, **{name: str(certificate)}),
                                  capture_output=True, text=True, timeout=60)
            assert done.stdout == "{'TableNames': []}\n", done.stderr
        # certifi by a stand-in of the same shape, which is never imported
        package = tmp_path / 'certifi'
        package.mkdir()
        (package / '__init__.py').write_text('raise RuntimeError("imported")')
        (package / 'cacert.pem').write_text(certificate.read_text())
        done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, PYTHONPATH='%s:%s' % (tmp_path, os.environ.get('PYTHONPATH', ''))))
        assert done.stdout == "{'TableNames': []}\n", done.stderr


def test_import_is_quick():
    """_core alone: a few milliseconds (issue 5 wants 15 for all of `import cynamo`)."""
    program = ('import time, importlib.util as u; s = u.find_spec("cynamo._core"); t = time.process_time(); '
               'm = u.module_from_spec(s); s.loader.exec_module(m); print(time.process_time() - t)')
    times = [float(subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, timeout=60).stdout) for _ in range(5)]
    assert min(times) < (0.015 if 'PYTHONMALLOC' not in os.environ else 0.15)


def test_no_botocore_is_needed():
    program = ('import sys; sys.modules["botocore"] = None; sys.modules["boto3"] = None; import cynamo; from cynamo import _core; '
               'print(_core.Database("memory:").call("ListTables", {}))')
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "{'TableNames': []}\n", done.stderr
