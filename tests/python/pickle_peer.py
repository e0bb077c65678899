"""
One side of test_pickles.py: a worker of PynamoDB or of Cynamo under its name, which pickles objects or checks those that
the other has pickled. `python pickle_peer.py pynamodb|cynamo dump|load FILE`
"""
import pickle
import sys

if sys.argv[1] == 'cynamo':
    import cynamo
    cynamo.install_as_pynamodb()

from pynamodb.attributes import (  # noqa: E402
    BinaryAttribute, DiscriminatorAttribute, DynamicMapAttribute, ListAttribute, MapAttribute, NumberAttribute,
    NumberSetAttribute, TTLAttribute, UnicodeAttribute, UTCDateTimeAttribute, VersionAttribute
)
from pynamodb.exceptions import (  # noqa: E402
    AttributeNullError, CancellationReason, DoesNotExist, PutError, TransactWriteError, VerboseClientError
)
from pynamodb.expressions.condition import size  # noqa: E402
from pynamodb.expressions.operand import Path, Value  # noqa: E402
from pynamodb.expressions.update import Update  # noqa: E402
from pynamodb.models import Model  # noqa: E402


class Address(MapAttribute):
    street = UnicodeAttribute()
    kind = DiscriminatorAttribute()


class Home(Address, discriminator='home'):
    floor = NumberAttribute(null=True)


class Loose(DynamicMapAttribute):
    seen = UTCDateTimeAttribute(null=True)


class User(Model):
    class Meta:
        table_name = 'users'
        host = 'http://127.0.0.1:1'
        region = 'us-east-1'

    id = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(default=3)
    photo = BinaryAttribute(null=True, legacy_encoding=True)
    numbers = NumberSetAttribute()
    expires = TTLAttribute(null=True)
    version = VersionAttribute()
    address = Address(null=True)
    raw = MapAttribute(null=True)
    loose = Loose(null=True)
    words = ListAttribute(of=UnicodeAttribute, null=True)


def make_objects():
    user = User('a', number=4, address=Home(street='Main', floor=2), raw={'x': 1, 'inner': {'y': 2}}, words=['w'])
    user.loose = {'any': 'thing'}
    answer = {'Error': {'Code': 'TransactionCanceledException', 'Message': 'because'}}
    cause = VerboseClientError(answer, 'TransactWriteItems', {'table_name': 'users', 'request_id': 'r'},
                               cancellation_reasons=[None, CancellationReason(code='ConditionalCheckFailed')])
    return {
        'user': user,
        'attribute': User.number,
        'map attribute': User.address,
        'raw map': MapAttribute(a=1),
        'condition': (User.id == 'a') & ~(User.address.street.startswith('M') | User.number.is_in(1, 2)) & (size(Path('w')) > 1),
        'update': Update(User.number.set(User.number + 1), User.numbers.add({1}), User.raw['x'].remove()),
        'value': Value({'S': 'x'}),
        'error': PutError('why'),
        'gone': User.DoesNotExist(),
        'null': AttributeNullError('path'),
        'cancelled': TransactWriteError('cancelled', cause=cause),
    }


def check(objects):
    mine = make_objects()
    user = objects['user']
    assert type(user) is User and user.serialize() == mine['user'].serialize(), user
    assert type(user.address) is Home and user.raw.inner == {'y': 2} and user.loose['any'] == 'thing'
    assert type(objects['attribute']) is NumberAttribute and objects['attribute'].default == 3
    assert repr(objects['map attribute'].street == 'x') == repr(User.address.street == 'x')
    assert objects['raw map'].as_dict() == {'a': 1}
    for name in ('condition', 'update'):
        assert texts(objects[name]) == texts(mine[name]), name
    assert objects['value'].value == {'S': 'x'}
    assert (type(objects['error']), objects['error'].msg) == (PutError, 'why')
    assert type(objects['gone']) is User.DoesNotExist and isinstance(objects['gone'], DoesNotExist)
    assert str(objects['null']) == str(mine['null'])
    cancelled = objects['cancelled']
    assert cancelled.cause_response_code == 'TransactionCanceledException' and cancelled.cause.operation_name
    # PynamoDB pickles its VerboseClientError as botocore's ClientError, whose text is shorter.
    if sys.argv[1] == 'pynamodb' or objects['by'] == 'cynamo':
        assert cancelled.cancellation_reasons == mine['cancelled'].cancellation_reasons
        assert str(cancelled.cause) == str(mine['cancelled'].cause)


def texts(expression):
    names, values = {}, {}
    return expression.serialize(names, values), names, values


if sys.argv[2] == 'dump':
    with open(sys.argv[3], 'wb') as file:
        for protocol in range(2, 6):
            pickle.dump(dict(make_objects(), by=sys.argv[1]), file, protocol=protocol)
elif sys.argv[2] == 'load':
    with open(sys.argv[3], 'rb') as file:
        for _ in range(2, 6):
            check(pickle.load(file))
