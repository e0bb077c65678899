"""What PynamoDB's own tests of attributes leave out, and what is mended against it."""
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from cynamo import attributes
from cynamo.attributes import (
    Attribute, BinaryAttribute, DiscriminatorAttribute, DynamicMapAttribute, JSONAttribute, ListAttribute, MapAttribute,
    NumberAttribute, TTLAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute, VersionAttribute,
    _get_class_for_serialize
)
from cynamo.exceptions import AttributeDeserializationError, AttributeNullError
from cynamo.models import Model


class Place(MapAttribute):
    street = UnicodeAttribute(attr_name='s')
    floor = NumberAttribute(null=True)


class Thing(Model):
    class Meta:
        table_name = 'things'
        host = 'memory:'

    id = UnicodeAttribute(hash_key=True)
    place = Place(null=True)
    places = ListAttribute(of=Place, null=True)
    raw = MapAttribute(null=True)
    blob = BinaryAttribute(null=True, legacy_encoding=False)
    tags = UnicodeSetAttribute()
    version = VersionAttribute()
    when = UTCDateTimeAttribute(null=True)


def test_defaults_that_do_not_change_are_allowed():
    for default in ('x', 1, Decimal(1), date(2000, 1, 1), datetime(2000, 1, 1), timedelta(1), UUID(int=1), (1,), dict):
        assert Attribute(default=default).default is default
    with pytest.raises(ValueError) as error:
        Attribute(default={})
    assert str(error.value) == (
        "An attribute's 'default' must be immutable (str, int, float, datetime, timedelta, bytes, bool, tuple, frozenset, "
        'NoneType) or a callable (see https://pynamodb.readthedocs.io/en/latest/api.html#pynamodb.attributes.Attribute)')
    assert attributes._IMMUTABLE_TYPES == (str, int, float, datetime, timedelta, bytes, bool, tuple, frozenset, type(None))


def test_default_for_new_is_for_new_items():
    class Item(Model):
        id = UnicodeAttribute(hash_key=True)
        both = NumberAttribute(default=lambda: 1)
        new = NumberAttribute(default_for_new=2, null=True)
        words = ListAttribute(default_for_new=list, null=True)

    assert Item('a').attribute_values == {'id': 'a', 'both': 1, 'new': 2, 'words': []}
    assert Item.from_raw_data({'id': {'S': 'a'}}).attribute_values == {'id': 'a', 'both': 1}


def test_nulls_are_named_by_path():
    for item, path in [
        (Thing('a', place=Place()), 'place.street'),
        (Thing('a', places=[Place(street='s'), Place()]), r'places.\[1\].street'),
        (Thing(), 'id'),
    ]:
        with pytest.raises(AttributeNullError, match=f"^Attribute '{path}' cannot be None$"):
            item.serialize()
        item.serialize(null_check=False)


def test_a_wrong_type_is_named():
    with pytest.raises(AttributeDeserializationError, match="^Cannot deserialize 'id' attribute from type: S$"):
        Thing.from_raw_data({'id': {'N': '1'}})
    with pytest.raises(TypeError, match=r"'places\[0\]' attribute from type: M"):
        Thing.from_raw_data({'id': {'S': 'a'}, 'places': {'L': [{'S': 'x'}]}})


def test_unknown_attributes_are_refused():
    with pytest.raises(ValueError, match='Attribute other specified does not exist'):
        Thing('a', other=1)


def test_dictionaries_are_not_changed():
    stored = {'id': {'S': 'a'}, 'blob': {'B': 'eA=='}, 'raw': {'M': {'b': {'B': 'eQ=='}, 'l': {'L': [{'B': 'eg=='}]}}},
              'tags': {'L': [{'S': 't'}]}}
    import copy
    before = copy.deepcopy(stored)
    for _ in range(2):
        thing = Thing()
        thing.from_dynamodb_dict(stored)
        assert stored == before
        assert thing.blob == b'x' and thing.raw['b'] == b'y' and thing.raw['l'] == [b'z'] and thing.tags == {'t'}


def test_the_two_forms_of_json():
    thing = Thing('a', place={'street': 'Main'}, blob=b'x', tags={'t'}, raw={'d': Decimal('1.50')})
    assert thing.to_dynamodb_dict() == {
        'id': {'S': 'a'}, 'place': {'M': {'s': {'S': 'Main'}}}, 'blob': {'B': 'eA=='}, 'tags': {'SS': ['t']},
        'raw': {'M': {'d': {'N': '1.50'}}}}
    simple = thing.to_simple_dict(force=True)
    assert simple == {'id': 'a', 'place': {'s': 'Main'}, 'blob': 'eA==', 'tags': ['t'], 'raw': {'d': 1.5}}
    other = Thing()
    other.from_simple_dict(simple)
    assert other.to_simple_dict(force=True) == simple
    for name, text in (('blob', 'Binary'), ('tags', 'String set')):
        with pytest.raises(ValueError, match=f'^{text} attributes are not supported$'):
            Thing('a', **{name: getattr(thing, name)}).to_simple_dict()


@pytest.mark.parametrize('value, error', [
    (object(), "Unsupported value type '<class 'object'>'"), (set(), 'Cannot serialize empty set'),
    ({1, 'a'}, "Cannot serialize set consisting of types: <class 'int'>, <class 'str'>"),
])
def test_values_that_have_no_attribute(value, error):
    with pytest.raises(ValueError) as raised:
        _get_class_for_serialize(value)
    assert str(raised.value) == error


def test_raw_maps_by_name_and_item():
    raw = MapAttribute(a=1)
    raw.b = 2
    raw['c'] = 3
    assert list(raw) == ['a', 'b', 'c'] and raw.c == raw['c'] == 3
    with pytest.raises(AttributeError, match="'MapAttribute' has no attribute 'nothing'"):
        raw.nothing
    with pytest.raises(KeyError):
        raw['nothing']


def test_declared_maps_take_declared_names():
    place = Place(street='Main')
    place['floor'] = 2
    assert place.as_dict() == {'street': 'Main', 'floor': 2}
    with pytest.raises(AttributeError, match="'Place' has no attribute 'other'"):
        place['other'] = 1
    with pytest.raises(AttributeError, match="'Place' has no attribute 'other'"):
        Thing.place['other']
    with pytest.raises(TypeError, match="'Place' object does not support item assignment"):
        Thing.place['street'] = 1
    with pytest.raises(AssertionError):
        Thing.place._make_attribute()
    with pytest.raises(AssertionError):
        place._update_attribute_paths('x')


def test_names_of_options_may_be_names_of_attributes():
    class Odd(MapAttribute):
        default = UnicodeAttribute()
        null = NumberAttribute(null=True)

    assert Odd(default='x', null=1).attribute_values == {'default': 'x', 'null': 1}
    assert MapAttribute(default='x').as_dict() == {'default': 'x'}


def test_instances_may_have_a_length():
    class Sized(Model):
        id = UnicodeAttribute(hash_key=True)

        def __len__(self):
            return 0

    assert Sized('a').id == 'a'  # PynamoDB gives the attribute, as the instance is false


def test_versions_may_be_none():
    thing = Thing('a')
    thing.version = 2.0
    assert thing.version == 2 and type(thing.version) is int
    thing.version = None
    assert thing.version is None


def test_elements_by_an_attribute():
    words = ListAttribute(of=NumberAttribute(as_decimal=True), attr_name='w')
    assert words.deserialize([{'N': '0.1'}, {'NULL': True}]) == [Decimal('0.1'), None]
    assert words[1].attr_path == ['w[1]'] and words.element_type is NumberAttribute
    for of in (str, Thing):
        with pytest.raises(ValueError, match="'of' must be a subclass of Attribute"):
            ListAttribute(of=of)


def test_times():
    attr = UTCDateTimeAttribute()
    eastern = timezone(timedelta(hours=-5))
    assert attr.serialize(datetime(2024, 2, 29, 23, 0, 0, 5, eastern)) == '2024-03-01T04:00:00.000005+0000'
    assert attr.serialize(datetime(1, 1, 1)) == '0001-01-01T00:00:00.000000+0000'
    for moment in (datetime.min, datetime.max, datetime(1969, 12, 31, 23, 59, 59, 999999)):
        assert attr.deserialize(attr.serialize(moment)) == moment.replace(tzinfo=timezone.utc)


@pytest.mark.parametrize('moment', [
    datetime(2024, 1, 1, tzinfo=timezone.utc), datetime(1960, 1, 1, 0, 0, 0, 500000, tzinfo=timezone.utc),
    datetime(2200, 1, 1, 1, 2, 3, 999999, tzinfo=timezone(timedelta(hours=9))),
])
def test_seconds_of_a_ttl(moment):
    import calendar
    assert TTLAttribute().serialize(moment) == str(calendar.timegm(moment.utctimetuple()))


def test_discriminators():
    class Base(MapAttribute):
        kind = DiscriminatorAttribute()

    class One(Base, discriminator='one'):
        pass

    with pytest.raises(ValueError, match="The discriminator value 'one' is already assigned to a class: One"):
        class Two(Base, discriminator='one'):
            pass
    with pytest.raises(ValueError, match='NoKind does not have a discriminator attribute'):
        class NoKind(MapAttribute, discriminator='x'):
            pass
    with pytest.raises(ValueError, match='Many has more than one discriminator attribute: kind, other'):
        class Many(Base):
            other = DiscriminatorAttribute()
    with pytest.raises(ValueError, match='Unknown discriminator value: three'):
        Base.kind.deserialize('three')
    with pytest.raises(ValueError, match='The discriminator attribute must be set to the instance type'):
        One().kind = Base
    assert Base.kind.get_registered_subclasses(Base) == [One]


def test_json_is_ascii_and_lenient():
    attr = JSONAttribute()
    assert attr.serialize({'a': 'ä'}) == '{"a": "\\u00e4"}'
    assert attr.deserialize('{"a": "x\ty"}') == {'a': 'x\ty'}


def test_subclasses_hook_serialize():
    class Upper(UnicodeAttribute):
        def serialize(self, value):
            return super().serialize(value.upper())

        def deserialize(self, value):
            return super().deserialize(value).lower()

    class Item(Model):
        id = Upper(hash_key=True)
        words = ListAttribute(of=Upper, default=list)

    item = Item('a', words=['b'])
    assert item.serialize() == {'id': {'S': 'A'}, 'words': {'L': [{'S': 'B'}]}}
    assert Item.from_raw_data(item.serialize()).attribute_values == item.attribute_values


def test_dynamic_maps():
    class Loose(DynamicMapAttribute):
        note = UnicodeAttribute(attr_name='n', null=True)

    loose = Loose(note='x')
    loose.other = {'deep': [1, {'a'}]}
    stored = loose.serialize(loose)
    assert stored == {'n': {'S': 'x'}, 'other': {'M': {'deep': {'L': [{'N': '1'}, {'SS': ['a']}]}}}}
    assert Loose().deserialize(stored).attribute_values == loose.attribute_values
    assert Loose().serialize({'note': 'x', 'more': None}) == {'n': {'S': 'x'}, 'more': {'NULL': True}}


def test_reprs():
    assert repr(Thing('a', place=Place(street='Main'))) == "Thing(place=Place(street='Main'), id='a')"
    assert repr(MapAttribute(a=1)) == 'MapAttribute(a=1)'
    assert repr(NumberAttribute()).startswith('<cynamo.attributes.NumberAttribute object at')
