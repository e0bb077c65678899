"""What cynamo._core makes of parameters: the same report as botocore's validation, for made-up and for random mistakes."""
import collections
import datetime
import decimal
import io
import random

import pytest

from cynamo import _core

TABLE = dict(TableName='tbl', KeySchema=[{'AttributeName': 'pk', 'KeyType': 'HASH'}],
             AttributeDefinitions=[{'AttributeName': 'pk', 'AttributeType': 'S'}], BillingMode='PAY_PER_REQUEST')


@pytest.fixture(scope='module')
def db():
    database = _core.Database('memory:')
    database.call('CreateTable', TABLE)
    yield database
    database.close()


@pytest.fixture(scope='module')
def shapes():
    """{operation: botocore's input shape}."""
    botocore = pytest.importorskip('botocore')
    if tuple(map(int, botocore.__version__.split('.')[:2])) < (1, 44):
        pytest.skip('an older model of the API')
    from botocore import loaders
    from botocore.model import ServiceModel
    model = ServiceModel(loaders.Loader().load_service_model('dynamodb', 'service-2'))
    return lambda operation: model.operation_model(operation).input_shape


def botocore_report(shape, params):
    from botocore.validate import ParamValidator
    report = ParamValidator().validate(params, shape)
    return 'Parameter validation failed:\n' + report.generate_report() if report.has_errors() else None


def our_report(db, operation, params):
    try:
        db.call(operation, params)
    except _core.ServiceError as error:
        return error.message if error.code == 'ParamValidation' else None
    return None


KEY = {'pk': {'S': 'a'}}
MISTAKES = [
    ('GetItem', {}),
    ('GetItem', []),
    ('GetItem', None),
    ('GetItem', {'TableName': 3, 'Key': KEY}),
    ('GetItem', {'TableName': None, 'Key': KEY}),
    ('GetItem', {'TableName': '', 'Key': KEY}),
    ('GetItem', {'TableName': 'tbl', 'Key': KEY, 'Other': 1, 5: 6}),
    ('GetItem', {'TableName': 'tbl', 'Key': [KEY]}),
    ('GetItem', {'TableName': 'tbl', 'Key': {1: {'S': 'a'}}}),
    ('GetItem', {'TableName': 'tbl', 'Key': {'pk': 'a'}}),
    ('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'N': 1}}}),
    ('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'N': 1.5}, 'b': {'B': 7}, 'c': {'BS': ['x', None]}}}),
    ('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'S': b'a'}}}),
    ('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'X': 'a'}}}),
    ('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'SS': {'a'}, 'NS': 'x'}}}),
    ('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'L': [{'S': 1}, 2, {'M': {'q': {'BOOL': 'yes'}}}]}}}),
    ('GetItem', {'TableName': 'tbl', 'Key': {'pk': {'M': []}, 'q': {'NULL': 1}, 'r': {'BOOL': None}}}),
    ('GetItem', {'TableName': 'tbl', 'Key': KEY, 'ConsistentRead': 1}),
    ('GetItem', {'TableName': 'tbl', 'Key': KEY, 'AttributesToGet': []}),
    ('GetItem', {'TableName': 'tbl', 'Key': KEY, 'AttributesToGet': ['a', 5]}),
    ('GetItem', {'TableName': 'tbl', 'Key': KEY, 'ExpressionAttributeNames': {'#a': 1, 2: 'b'}}),
    ('Query', {'TableName': 'tbl', 'Limit': 0}),
    ('Query', {'TableName': 'tbl', 'Limit': '5'}),
    ('Query', {'TableName': 'tbl', 'Limit': 1.5}),
    ('Scan', {'TableName': 'tbl', 'Segment': -1, 'TotalSegments': 0}),
    ('BatchGetItem', {'RequestItems': {'': {'Keys': [KEY]}}}),
    ('BatchGetItem', {'RequestItems': {'tbl': {}}}),
    ('BatchWriteItem', {'RequestItems': {'tbl': [{'PutRequest': {}}, {'DeleteRequest': {'Key': 5}}]}}),
    ('TransactWriteItems', {'TransactItems': [{'Put': {'TableName': 'tbl'}}, {'Nothing': 1}]}),
    ('CreateTable', {'TableName': 'tbl', 'KeySchema': [], 'AttributeDefinitions': [{'AttributeName': 'pk'}]}),
    ('CreateTable', dict(TABLE, ProvisionedThroughput={'ReadCapacityUnits': 0, 'WriteCapacityUnits': '1'})),
    ('UpdateItem', {'TableName': 'tbl', 'Key': KEY, 'AttributeUpdates': {'a': {'Value': {'S': 5}, 'Action': 7}}}),
]


@pytest.mark.parametrize('operation,params', MISTAKES, ids=[str(i) for i in range(len(MISTAKES))])
def test_mistakes_are_reported_as_botocore_does(db, shapes, operation, params):
    expected = botocore_report(shapes(operation), params)
    assert expected is not None
    assert our_report(db, operation, params) == expected


WRONG = [None, 0, 1, -3, 1.5, 'text', '', b'bytes', bytearray(b'x'), [], ['a'], (), {}, {'S': 'a'}, {'a': {'S': 'b'}}, True,
         {'a': 5}, {'': ''}, [{'S': 'x'}], {'S', 'T'}, decimal.Decimal(3)]


def random_value(rng, depth=0):
    kind = rng.randrange(12)
    if kind == 0 or depth > 3:
        return rng.choice(WRONG)
    if kind < 4:
        return {'S': rng.choice(['a', '', 'é', 5])} if kind < 3 else {rng.choice(['N', 'B', 'Q']): rng.choice(['1', b'1', 1])}
    if kind < 6:
        return {rng.choice(['SS', 'NS', 'BS']): rng.choice([['1', '2'], ('1',), ['1', 2], [None], '12', [b'x']])}
    if kind < 8:
        return {'L': [random_value(rng, depth + 1) for _ in range(rng.randrange(3))]}
    if kind < 10:
        return {'M': {rng.choice(['a', 'b', 'c', 7]): random_value(rng, depth + 1) for _ in range(rng.randrange(3))}}
    return rng.choice([{'NULL': True}, {'BOOL': False}, {'NULL': 1}, {'BOOL': None}, {}, {'S': 'a', 'N': 2}])


def random_params(rng, shape, depth=0):
    """Mostly of the shape, with a mistake here and there."""
    if rng.random() < 0.05:
        return rng.choice(WRONG)
    if shape.name == 'AttributeValue':
        return random_value(rng)
    if shape.type_name == 'structure':
        members = list(shape.members.items())
        chosen = [pair for pair in members if pair[0] in shape.required_members or rng.random() < 0.25]
        if rng.random() < 0.1 and chosen:
            chosen.pop()
        params = {name: random_params(rng, member, depth + 1) for name, member in chosen}
        if rng.random() < 0.05:
            params['Unknown'] = 1
        return params
    if shape.type_name == 'list':
        values = [random_params(rng, shape.member, depth + 1) for _ in range(rng.randrange(3))]
        return values if rng.random() < 0.9 else tuple(values)
    if shape.type_name == 'map':
        return {rng.choice(['tbl', 'pk', '', '#a', 'x']): random_params(rng, shape.value, depth + 1) for _ in range(rng.randrange(3))}
    if shape.type_name in ('integer', 'long'):
        return rng.choice([1, 5, 0, -1, True])
    if shape.type_name in ('double', 'float'):
        return rng.choice([1, 0.5])
    if shape.type_name == 'timestamp':
        return datetime.datetime(2026, 1, 1)
    if shape.type_name == 'boolean':
        return rng.random() < 0.5
    if shape.type_name == 'blob':
        return b'x'
    return rng.choice(['tbl', 'pk', 'S', '', 'NONE'])


def test_random_parameters_are_judged_as_botocore_does(db, shapes):
    rng = random.Random(5)
    operations = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem',
                  'TransactGetItems', 'TransactWriteItems', 'UpdateTable', 'UpdateTimeToLive', 'TagResource', 'ListTables',
                  'ExecuteStatement', 'BatchExecuteStatement', 'ImportTable', 'ExportTableToPointInTime']
    refused = 0
    for _ in range(6000):
        operation = rng.choice(operations)
        params = random_params(rng, shapes(operation))
        expected = botocore_report(shapes(operation), params)
        assert our_report(db, operation, params) == expected, (operation, params)
        refused += expected is not None
    assert refused > 1000


def put(db, **attributes):
    db.call('PutItem', {'TableName': 'tbl', 'Item': dict(attributes, pk={'S': 'a'})})
    item = db.call('GetItem', {'TableName': 'tbl', 'Key': KEY})['Item']
    del item['pk']
    return item


def test_every_type_comes_back(db):
    attributes = {
        's': {'S': 'é\U0001f600'}, 'empty': {'S': ''}, 'n': {'N': '-12.5'}, 'big': {'N': '9' * 38}, 'b': {'B': b'\x00\xff'},
        'none': {'B': b''}, 'ss': {'SS': ['a', 'b']}, 'ns': {'NS': ['1', '2']}, 'bs': {'BS': [b'a', b'b']}, 'null': {'NULL': True},
        'yes': {'BOOL': True}, 'no': {'BOOL': False}, 'l': {'L': [{'S': 'x'}, {'L': []}, {'M': {}}]}, 'm': {'M': {'k': {'N': '1'}}}}
    assert put(db, **attributes) == attributes


def test_what_botocore_takes_for_bytes(db):
    class Text(str):
        pass
    item = put(db, a={'B': bytearray(b'a')}, b={'B': memoryview(b'b')}, c={'B': 'é'}, d={'B': io.BytesIO(b'd')},
               e={'S': Text('sub')}, f={'BS': (b'x', bytearray(b'y'))})
    assert item == {'a': {'B': b'a'}, 'b': {'B': b'b'}, 'c': {'B': 'é'.encode()}, 'd': {'B': b'd'}, 'e': {'S': 'sub'},
                    'f': {'BS': [b'x', b'y']}}


def test_subclasses_of_dict_and_list(db):
    class Items(list):
        pass
    item = put(db, l={'L': Items([collections.OrderedDict(S='x')])}, m=collections.defaultdict(dict, M={'q': {'S': 'y'}}))
    assert item == {'l': {'L': [{'S': 'x'}]}, 'm': {'M': {'q': {'S': 'y'}}}}


@pytest.mark.parametrize('value,text', [
    ({}, 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'),
    ({'S': 'a', 'N': '1'}, 'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes'),
    ({'NULL': False}, 'Null attribute value types must have the value of true'),
    ({'N': 'x'}, 'The parameter cannot be converted to a numeric value: x'),
    ({'SS': []}, 'An string set  may not be empty'),
    ({'SS': ['a', 'a']}, 'Input collection [a, a] contains duplicates.'),
])
def test_what_only_the_service_refuses(db, value, text):
    for attributes in ({'q': value}, {'q': {'L': [value]}}):
        with pytest.raises(_core.ServiceError) as caught:
            put(db, **attributes)
        assert caught.value.code == 'ValidationException'
        assert text in caught.value.message


def test_lone_surrogates_are_no_text(db):
    for attributes in ({'q': {'S': '\ud800'}}, {'\udfff': {'S': 'a'}}, {'q': {'SS': ['\ud800']}}, {'q': {'M': {'\ud800': {'S': 'a'}}}}):
        with pytest.raises(_core.ServiceError) as caught:
            put(db, **attributes)
        assert caught.value.code == 'ParamValidation'
    with pytest.raises(_core.ServiceError):
        db.call('GetItem', {'TableName': 'tbl', 'Key': KEY, '\ud800': 1})


def nested(levels):
    value = {'S': 'deep'}
    for _ in range(levels):
        value = {'L': [value]}
    return value


def test_depth_is_bounded(db):
    assert put(db, q=nested(31)) == {'q': nested(31)}
    for levels in (32, 33, 50, 100000):
        with pytest.raises(_core.ServiceError) as caught:
            put(db, q=nested(levels))
        assert 'Nesting Levels have exceeded supported limits' in caught.value.message
    everlasting = {'L': []}
    everlasting['L'].extend([everlasting] * 3)
    with pytest.raises(_core.ServiceError):
        put(db, q=everlasting)
    with pytest.raises(_core.ServiceError):
        put(db, q={'S': 'a', 'L': [everlasting, {}]})


def test_objects_that_change_while_they_are_read(db):
    class Vandal:
        def __init__(self, victim):
            self.victim = victim

        def read(self):
            self.victim.clear()
            return b'gone'

        def __str__(self):
            self.victim.clear()
            return 'vandal'

    for _ in range(50):
        values = [{'S': 'x'}] * 10
        values.insert(3, {'B': Vandal(values)})
        put(db, q={'L': values})
        item = {'a%d' % i: {'S': 'x'} for i in range(20)}
        item['pk'] = {'S': 'a'}
        item['z'] = {'N': Vandal(item)}
        with pytest.raises(_core.ServiceError):
            db.call('PutItem', {'TableName': 'tbl', 'Item': item})


def test_an_exception_of_an_object_comes_through(db):
    class Loud:
        def __str__(self):
            raise RuntimeError('loud')

        def read(self):
            raise OSError('broken')

    with pytest.raises(OSError, match='broken'):
        put(db, q={'B': Loud()})
    with pytest.raises(RuntimeError, match='loud'):
        put(db, q={'S': Loud()})


def test_numbers_out_of_bounds(db):
    for value in (2 ** 63, -2 ** 70, 10 ** 500):
        with pytest.raises(_core.ServiceError) as caught:
            db.call('Scan', {'TableName': 'tbl', 'Limit': value})
        assert caught.value.code == 'ParamValidation'


def test_unknown_operations_and_arguments(db):
    with pytest.raises(_core.ServiceError) as caught:
        db.call('DropEverything', {})
    assert caught.value.code == 'CynamoUsageError' and 'DropEverything' in caught.value.message
    for arguments in ((), ('ListTables',), ('ListTables', {}, 1), (5, {}), (None, {})):
        with pytest.raises(TypeError):
            db.call(*arguments)


def test_a_model_says_once_that_the_validation_failed():
    """botocore's ParamValidationError puts the first line in front by itself."""
    from cynamo.connection import Connection
    from cynamo.exceptions import PutError
    connection = Connection(host='memory:', region='us-east-1')
    connection.create_table(
        'params', attribute_definitions=[{'attribute_name': 'id', 'attribute_type': 'S'}],
        key_schema=[{'attribute_name': 'id', 'key_type': 'HASH'}], billing_mode='PAY_PER_REQUEST')
    connection.describe_table('params')
    with pytest.raises(PutError) as caught:
        connection.put_item('params', 'a', attributes={'text': {'S': 5}})
    assert str(caught.value.cause).count('Parameter validation failed:') == 1, caught.value
    connection.delete_table('params')
