"""cynamo._core keeps nothing: neither references nor memory grow with the number of calls, whatever way they end."""
import gc
import os
import sys

import pytest

from cynamo import _core

TABLE = dict(TableName='tbl', KeySchema=[{'AttributeName': 'pk', 'KeyType': 'HASH'}],
             AttributeDefinitions=[{'AttributeName': 'pk', 'AttributeType': 'S'}], BillingMode='PAY_PER_REQUEST')
KEY = {'pk': {'S': 'a'}}
ITEM = {'pk': {'S': 'a'}, 'b': {'B': b'\x00'}, 'ba': {'B': bytearray(b'x')}, 'ss': {'SS': ['a', 'b']}, 'ns': {'NS': ['1']},
        'bs': {'BS': [b'1']}, 'l': {'L': [{'S': 'x'}, {'M': {'q': {'NULL': True}}}]}, 'n': {'N': '1'}}


class Broken:
    def __str__(self):
        raise ValueError('broken')


class ReadsOut:
    def read(self):
        return b'read'


def fails(action, kind=_core.ServiceError):
    try:
        action()
    except kind:
        return
    raise AssertionError('it did not fail')


def submit(db, operation, params):
    told = []
    db.submit(operation, params, lambda result, error: told.append((result, error)))
    while not told:
        db.dispatch(5)


WAYS = {
    'get': lambda db: db.call('GetItem', {'TableName': 'tbl', 'Key': KEY}),
    'put': lambda db: db.call('PutItem', {'TableName': 'tbl', 'Item': ITEM, 'ReturnValues': 'ALL_OLD', 'ReturnConsumedCapacity': 'TOTAL'}),
    'scan': lambda db: db.call('Scan', {'TableName': 'tbl', 'Limit': 5, 'ExpressionAttributeNames': {'#a': 'n'},
                                        'ProjectionExpression': '#a'}),
    'describe': lambda db: db.call('DescribeTable', {'TableName': 'tbl'}),
    'batch': lambda db: db.call('BatchGetItem', {'RequestItems': {'tbl': {'Keys': [KEY]}}}),
    'read': lambda db: db.call('PutItem', {'TableName': 'tbl', 'Item': dict(KEY, q={'B': ReadsOut()})}),
    'odd value': lambda db: fails(lambda: db.call('PutItem', {'TableName': 'tbl', 'Item': dict(ITEM, q={}, r={'S': 'a', 'B': b'b'})})),
    'fault': lambda db: fails(lambda: db.call('PutItem', {'TableName': 'tbl', 'Item': dict(ITEM, q={'N': 'x'})})),
    'no table': lambda db: fails(lambda: db.call('GetItem', {'TableName': 'other', 'Key': KEY})),
    'reasons': lambda db: fails(lambda: db.call('TransactWriteItems', {'TransactItems': [{'Put': {
        'TableName': 'tbl', 'Item': KEY, 'ConditionExpression': 'attribute_not_exists(pk)',
        'ReturnValuesOnConditionCheckFailure': 'ALL_OLD'}}]})),
    'problems': lambda db: fails(lambda: db.call('GetItem', {'Key': {'pk': {'S': 5}, 'q': {'L': [{'BS': [1]}, 2]}}, 'X': 1, 2: 3})),
    'broken': lambda db: fails(lambda: db.call('GetItem', {'TableName': Broken(), 'Key': KEY}), ValueError),
    'surrogate': lambda db: fails(lambda: db.call('GetItem', {'TableName': '\ud800', 'Key': {'\ud800': {'S': '\ud800'}}})),
    'no operation': lambda db: fails(lambda: db.call('Nothing', {})),
    'submit': lambda db: submit(db, 'GetItem', {'TableName': 'tbl', 'Key': KEY}),
    'submit error': lambda db: submit(db, 'GetItem', {'TableName': 'other', 'Key': KEY}),
    'submit problem': lambda db: fails(lambda: db.submit('GetItem', {}, print)),
    'open': lambda db: _core.Database('memory:core-leaks', region='eu-west-1').call('ListTables', {}),
    'open badly': lambda db: fails(lambda: _core.Database('nothing:')),
    'open wrongly': lambda db: fails(lambda: _core.Database('memory:', region=5), TypeError),
    'attributes': lambda db: (db.url, db.region, db.endpoint_url, db.in_process, repr(db), db.fileno()),
}
SHARED = [KEY, ITEM, ITEM['l'], ITEM['b'], ITEM['b']['B'], 'tbl', None, True, _core.ServiceError, _core.Database]


@pytest.fixture(scope='module')
def db():
    database = _core.Database('memory:')
    keep = _core.Database('memory:core-leaks', region='eu-west-1')
    database.call('CreateTable', TABLE)
    database.call('PutItem', {'TableName': 'tbl', 'Item': ITEM})
    yield database
    keep.close()


CALLS = 300


@pytest.mark.parametrize('way', list(WAYS))
def test_no_references_are_kept(db, way):
    action = WAYS[way]
    for _ in range(30):
        action(db)
    rounds = []
    for _ in range(4):  # what is allocated once and kept may fall into one of them
        rounds.append(growth(action, db))
        if max(map(min, zip(*rounds))) < CALLS // 3:
            break
    assert max(map(min, zip(*rounds))) < CALLS // 3, rounds


def growth(action, db):
    """(references to what is shared, blocks of memory) that the calls leave. Python's own malloc counts no blocks."""
    gc.collect()
    before = [sys.getrefcount(shared) for shared in SHARED]
    start = sys.getallocatedblocks()
    for _ in range(CALLS):
        action(db)
    gc.collect()
    blocks = sys.getallocatedblocks() - start
    after = [sys.getrefcount(shared) for shared in SHARED]
    return max(b - a for a, b in zip(before, after)), blocks


@pytest.mark.skipif('PYTHONMALLOC' in os.environ, reason='AddressSanitizer keeps what is freed')
def test_memory_does_not_grow(db):
    """What tracemalloc cannot see: the core's own."""
    resource = pytest.importorskip('resource')

    def round_of(count):
        for _ in range(count):
            for way in ('get', 'put', 'scan', 'odd value', 'problems', 'reasons', 'submit'):
                WAYS[way](db)

    round_of(200)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    round_of(1500)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8192


def test_large_calls_give_their_memory_back(db):
    item = dict(KEY, **{'a%d' % i: {'S': 'x' * 1000} for i in range(300)})
    for _ in range(20):
        db.call('PutItem', {'TableName': 'tbl', 'Item': item})
        assert len(db.call('GetItem', {'TableName': 'tbl', 'Key': KEY})['Item']) == 301
    db.call('PutItem', {'TableName': 'tbl', 'Item': ITEM})
