"""Tables and items that three of PynamoDB's test files expect in a module `data`, which its distribution does not carry.

Only the names and the values that the tests look at are PynamoDB's; the rest is made up by the functions here."""


def _table(name, hash_key, range_key=None, types=None, item_count=0, **more):
    keys = [{'AttributeName': hash_key, 'KeyType': 'HASH'}]
    if range_key:
        keys.append({'AttributeName': range_key, 'KeyType': 'RANGE'})
    definitions = {hash_key: 'S'}
    definitions.update({range_key: 'S'} if range_key else {})
    definitions.update(types or {})
    return {'Table': {
        'TableName': name,
        'TableStatus': 'ACTIVE',
        'CreationDateTime': 1.7e9,
        'ItemCount': item_count,
        'TableSizeBytes': 0,
        'AttributeDefinitions': [
            {'AttributeName': attr, 'AttributeType': attr_type} for attr, attr_type in definitions.items()],
        'KeySchema': keys,
        'ProvisionedThroughput': {'NumberOfDecreasesToday': 0, 'ReadCapacityUnits': 5, 'WriteCapacityUnits': 5},
        **more,
    }}


def _index(name, hash_key, range_key):
    return {
        'IndexName': name,
        'IndexSizeBytes': 0,
        'ItemCount': 0,
        'KeySchema': [
            {'AttributeName': hash_key, 'KeyType': 'HASH'},
            {'AttributeName': range_key, 'KeyType': 'RANGE'},
        ],
        'Projection': {'ProjectionType': 'KEYS_ONLY'},
    }


def _attr(value):
    """{type: value}"""
    if isinstance(value, bool):
        return {'BOOL': value}
    if value is None:
        return {'NULL': True}
    if isinstance(value, (int, float)):
        return {'N': str(value)}
    if isinstance(value, set):
        return {'SS': sorted(value)}
    if isinstance(value, dict):
        return {'M': _attrs(value)}
    if isinstance(value, list):
        return {'L': [_attr(element) for element in value]}
    return {'S': value}


def _attrs(values):
    return {name: _attr(value) for name, value in values.items()}


def _item(**values):
    return {'Item': _attrs(values)}


# Tables

LIST_TABLE_DATA = {'LastEvaluatedTableName': 'Thread', 'TableNames': ['Forum', 'Reply', 'Thread']}

MODEL_TABLE_DATA = _table(
    'Thread', 'user_name', 'user_id', {'email': 'S', 'picture': 'B', 'zip_code': 'N'}, item_count=42)

_last_post = [_index('LastPostIndex', 'ForumName', 'LastPostDateTime')]
DESCRIBE_TABLE_DATA = _table(
    'Thread', 'ForumName', 'Subject', {'LastPostDateTime': 'S'},
    GlobalSecondaryIndexes=_last_post, LocalSecondaryIndexes=_last_post)

DOG_TABLE_DATA = _table('Dog', 'name', item_count=42)
OFFICE_EMPLOYEE_MODEL_TABLE_DATA = _table('OfficeEmployeeModel', 'office_employee_id', types={
    'office_employee_id': 'N', 'person': 'M', 'office_location': 'M'})
OFFICE_MODEL_TABLE_DATA = _table('OfficeModel', 'office_id', types={'office_id': 'N', 'address': 'M', 'employees': 'L'})
GROCERY_LIST_MODEL_TABLE_DATA = _table('GroceryListModel', 'store_name', types={'groceries': 'L'})
COMPLEX_MODEL_TABLE_DATA = _table('ComplexModel', 'key', types={'key': 'N', 'person': 'M'})
CAR_MODEL_TABLE_DATA = _table('CarModel', 'car_id', types={'car_id': 'N', 'car_info': 'M'})
BOOLEAN_MODEL_TABLE_DATA = _table('BooleanTable', 'user_name', types={'is_human': 'BOOL'})
TREE_MODEL_TABLE_DATA = _table('TreeModelTable', 'tree_key', types={'left': 'M', 'right': 'M'})
EXPLICIT_RAW_MAP_MODEL_TABLE_DATA = _table('ExplicitRawMapModel', 'map_id', types={'map_id': 'N', 'map_attr': 'M'})
EXPLICIT_RAW_MAP_MODEL_AS_SUB_MAP_IN_TYPED_MAP_TABLE_DATA = _table(
    'ExplicitRawMapAsMemberOfSubClass', 'map_id', types={'map_id': 'N'})

# Items

GET_MODEL_ITEM_DATA = _item(
    user_name='foo', user_id='bar', zip_code=88030, epoch='2014-01-21T22:02:36.265046+0000')
CUSTOM_ATTR_NAME_ITEM_DATA = _item(user_name='foo', user_id='bar', foo_attr='2014-01-21T22:02:36.265046+0000')
COMPLEX_ITEM_DATA = dict(
    _item(date_created='2014-02-03T23:58:10.963333+0000', name='bar'),
    ConsumedCapacity={'CapacityUnits': 1, 'TableName': 'Thread'})
GET_ITEM_DATA = dict(
    _item(Tags={'Update', 'Multiple Items', 'HelpMe'}, LastPostDateTime='201303190436', Message='How is this done?'),
    ConsumedCapacity={'CapacityUnits': 1, 'TableName': 'Thread'})


def _person(first, last, age, is_dude):
    return {'firstName': first, 'lname': last, 'age': age, 'is_dude': is_dude}


def _place(name):
    return {'latitude': 37.77461, 'longitude': 122.3957216, 'name': name}


def _employee(number, person, place):
    return {'office_employee_id': number, 'person': person, 'office_location': _place(place)}


_justin = _person('Justin', 'Phillips', 31, True)
GET_OFFICE_EMPLOYEE_ITEM_DATA = _item(**_employee(123, _justin, 'Lyft HQ'))
GET_OFFICE_EMPLOYEE_ITEM_DATA_WITH_NULL = _item(
    **_employee(123, _person('Justin', 'Phillips', None, None), 'Lyft HQ'))
GET_OFFICE_ITEM_DATA = _item(office_id=6161, address=_place('Lyft HQ'), employees=[
    _employee(123, _justin, 'Lyft HQ'),
    _employee(456, _person('Garrett', 'Heel', 30, True), 'Lyft HQ gh'),
    _employee(789, _person('Lei', 'Ding', 32, True), 'Lyft HQ ld'),
    _employee(901, _person('Tanya', 'Ashkenazi', 30, False), 'Lyft HQ ta'),
])
GET_GROCERY_LIST_ITEM_DATA = _item(
    store_name='Haight Street Market', groceries=['bread', 1, 'butter', 6, 'milk', 1])
COMPLEX_MODEL_ITEM_DATA = _item(key=123, weird_person=_justin)
FULL_CAR_MODEL_ITEM_DATA = _item(car_id=123, car_info={'make': 'Volkswagen', 'model': 'Beetle'})
CAR_MODEL_WITH_NULL_ITEM_DATA = _item(car_id=123, car_info={'make': 'Dodge'})
INVALID_CAR_MODEL_WITH_NULL_ITEM_DATA = _item(car_id=123, car_info={'model': 'Envoy'})
BOOLEAN_MODEL_TRUE_ITEM_DATA = _item(user_name='justin', is_human=True)
BOOLEAN_MODEL_FALSE_ITEM_DATA = _item(user_name='alf', is_human=False)


_branch = {'value': 2, 'left': {'value': 3}, 'right': {'value': 4}}
_tree = {'value': 1, 'left': _branch, 'right': _branch}
TREE_MODEL_ITEM_DATA = _item(tree_key='123', left=_tree, right=_tree)


def _raw_map(last):
    return {
        'foo': 'bar', 'num': 1, 'bool_type': True, 'other_b_type': False, 'floaty': 1.2, 'listy': [1, 2, last],
        'mapy': {'baz': 'bongo'},
    }


EXPLICIT_RAW_MAP_MODEL_ITEM_DATA = _item(map_id=123, map_attr=_raw_map(12345678909876543211234234324234))
EXPLICIT_RAW_MAP_MODEL_AS_SUB_MAP_IN_TYPED_MAP_ITEM_DATA = _item(
    map_id=123, sub_attr={'num_field': 37, 'str_field': 'hi', 'map_field': _raw_map(3)})


def _users(table):
    return {'UnprocessedKeys': {}, 'Responses': {table: [
        _attrs({
            'user_name': str(number),
            'user_id': 'hash-{}'.format(number),
            'epoch': '2014-01-22T15:06:48.15{:04}+0000'.format(number),
        })
        for number in range(9, -1, -1)
    ]}}


SIMPLE_BATCH_GET_ITEMS = _users('SimpleModel')
BATCH_GET_ITEMS = _users('UserModel')
