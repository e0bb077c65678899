"""copy, deepcopy, pickle and hash of attributes, maps, conditions, updates and errors."""
import copy
import pickle

import pytest

from cynamo.attributes import (
    BinaryAttribute, DiscriminatorAttribute, DynamicMapAttribute, JSONAttribute, ListAttribute, MapAttribute,
    NumberAttribute, TTLAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute, VersionAttribute
)
from cynamo.exceptions import (
    AttributeDeserializationError, AttributeNullError, CancellationReason, DoesNotExist, GetError, InvalidStateError,
    PutError, PynamoDBException, TableDoesNotExist, TransactGetError, TransactWriteError, VerboseClientError
)
from cynamo.expressions.condition import Condition, size
from cynamo.expressions.operand import Path, Value
from cynamo.expressions.update import Action, Update
from cynamo.models import Model


def by_pickle(protocol):
    def twin(value):
        return pickle.loads(pickle.dumps(value, protocol))
    twin.__name__ = f'pickle{protocol}'
    return twin


TWINS = [copy.copy, copy.deepcopy, *map(by_pickle, range(pickle.HIGHEST_PROTOCOL + 1))]


@pytest.fixture(params=TWINS, ids=lambda twin: twin.__name__)
def twin(request):
    return request.param


class Shape(MapAttribute):
    kind = DiscriminatorAttribute(attr_name='k')
    name = UnicodeAttribute(attr_name='n')


class Circle(Shape, discriminator='circle'):
    radius = NumberAttribute()


class Loose(DynamicMapAttribute):
    note = UnicodeAttribute(null=True)


class Thing(Model):
    class Meta:
        table_name = 'things'
        host = 'memory:'

    id = UnicodeAttribute(hash_key=True)
    size = NumberAttribute(range_key=True, default=1)
    blob = BinaryAttribute(null=True, legacy_encoding=True)
    tags = UnicodeSetAttribute()
    shape = Shape(null=True)
    raw = MapAttribute(null=True)
    loose = Loose(null=True)
    shapes = ListAttribute(of=Shape, null=True)
    when = UTCDateTimeAttribute(null=True)
    ttl = TTLAttribute(null=True)
    json = JSONAttribute(default=dict)
    version = VersionAttribute()


def texts(expression):
    names, values = {}, {}
    return expression.serialize(names, values), names, values


@pytest.mark.parametrize('name', sorted(Thing.get_attributes()))
def test_attributes(name, twin):
    attribute = Thing.get_attributes()[name]
    other = twin(attribute)
    assert type(other) is type(attribute)
    assert other.attr_path == attribute.attr_path and other.null == attribute.null
    assert other.is_hash_key == attribute.is_hash_key and other.default == attribute.default
    assert texts(other.exists()) == texts(attribute.exists())


def test_a_deep_copy_has_a_path_of_its_own():
    other = copy.deepcopy(Thing.size)
    other.attr_name = 'else'
    assert Thing.size.attr_name == 'size'


def test_attributes_in_a_map(twin):
    assert texts(twin(Thing.shape).name == 'x') == ('#0.#1 = :0', {'shape': '#0', 'n': '#1'}, {':0': {'S': 'x'}})


def test_a_copied_discriminator_knows_later_classes():
    class Base(MapAttribute):
        kind = DiscriminatorAttribute()

    class Holder(Model):
        held = Base(null=True)

    class Later(Base, discriminator='later'):
        pass

    assert texts(Holder.held.kind == Later) == ('#0.#1 = :0', {'held': '#0', 'kind': '#1'}, {':0': {'S': 'later'}})


def test_containers(twin):
    raw = MapAttribute(a=1, inner={'b': 2})
    assert twin(raw).as_dict() == raw.as_dict()
    circle = twin(Circle(name='c', radius=2))
    assert type(circle) is Circle and circle.attribute_values == {'kind': Circle, 'name': 'c', 'radius': 2}
    loose = Loose(note='n')
    loose.other = [1]
    assert twin(loose).attribute_values == {'note': 'n', 'other': [1]}


def test_models(twin):
    thing = Thing('a', 2, shape=Circle(name='c', radius=2), raw={'x': 1}, shapes=[Circle(name='d', radius=1)])
    other = twin(thing)
    assert type(other) is Thing and other.serialize() == thing.serialize()
    assert vars(other) == {'attribute_values': other.attribute_values}
    assert hash(thing) == hash(thing) and len({thing, other}) == 2


def test_a_deep_copy_of_a_model_shares_nothing():
    thing = Thing('a', tags={'x'}, raw={'x': [1]})
    other = copy.deepcopy(thing)
    other.tags.add('y')
    other.raw['x'].append(2)
    assert thing.tags == {'x'} and thing.raw['x'] == [1]


CONDITIONS = [
    Thing.id == 'a',
    Thing.size.between(1, 2),
    Thing.size.is_in(1, 2, 3),
    Thing.tags.contains('x') & ~Thing.raw['x'].exists(),
    (size(Thing.tags) > 1) | Thing.shape.name.startswith('n') | Thing.shapes[0].name.does_not_exist(),
    Thing.blob.is_type() & (Thing.shape.kind == Circle),
]


@pytest.mark.parametrize('condition', CONDITIONS, ids=repr)
def test_conditions(condition, twin):
    other = twin(condition)
    assert type(other) is type(condition) and isinstance(other, Condition)
    assert texts(other) == texts(condition) and repr(other) == repr(condition)


ACTIONS = [
    Thing.size.set(Thing.size + 1), Thing.size.set(2 - Thing.size), Thing.shapes.set(Thing.shapes.append([])),
    Thing.raw['x'].set(Path('raw.y') | 3), Thing.tags.add('x'), Thing.tags.delete('x'), Thing.raw.remove(),
    Path('w').set(Value({'S': 'x'})),
]


@pytest.mark.parametrize('action', ACTIONS, ids=repr)
def test_updates(action, twin):
    other = twin(action)
    assert type(other) is type(action) and isinstance(other, Action)
    assert texts(other) == texts(action) and repr(other) == repr(action)
    assert texts(twin(Update(action))) == texts(Update(action))


def test_hash():
    # They compare by making conditions, so they are no keys of dictionaries, as with PynamoDB.
    for value in (Thing.id, Thing.shape, Path('a'), Value(1), Thing.id == 'a', Thing.id.set('a')):
        with pytest.raises(TypeError):
            hash(value)


def make_client_error():
    answer = {'Error': {'Code': 'TransactionCanceledException', 'Message': 'why'}, 'ResponseMetadata': {'RequestId': 'r'}}
    return VerboseClientError(answer, 'TransactWriteItems', {'table_name': 't', 'request_id': 'r'},
                              cancellation_reasons=[None, CancellationReason('Code', 'text', {'a': {'S': 'b'}})])


ERRORS = [
    PynamoDBException('text'), PutError(), GetError('text', ValueError('cause')), DoesNotExist(), Thing.DoesNotExist(),
    TableDoesNotExist('things'), InvalidStateError(), AttributeDeserializationError('name', 'S'),
    AttributeNullError('name'), TransactGetError('text'), make_client_error(),
    TransactWriteError('text', make_client_error()),
]


@pytest.mark.parametrize('error', ERRORS, ids=repr)
def test_errors(error, twin):
    other = twin(error)
    assert type(other) is type(error)
    assert (str(other), repr(other), other.args) == (str(error), repr(error), error.args)
    for name in ('msg', 'cause_response_code', 'cause_response_message', 'cancellation_reasons', 'response'):
        assert getattr(other, name, None) == getattr(error, name, None)
    assert hash(error) == hash(error)


def test_a_path_that_grows_stays_in_the_pickle():
    error = AttributeNullError('street')
    error.prepend_path('place')
    assert str(pickle.loads(pickle.dumps(error))) == "Attribute 'place.street' cannot be None"
