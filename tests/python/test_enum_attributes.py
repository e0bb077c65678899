"""Members of an Enum as attributes and in sets."""
import copy
import enum
import pickle

import pytest

from cynamo.attributes import EnumAttribute, EnumSetAttribute, ListAttribute, MapAttribute
from cynamo.models import Model


class Color(enum.Enum):
    RED = 'red'
    BLUE = 'blue'


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Mixed(enum.Enum):
    ONE = 1
    TWO = 'two'


class Paint(Model):
    class Meta:
        table_name = 'paints'
        host = 'memory:'

    color = EnumAttribute(Color, hash_key=True)
    level = EnumAttribute(Level, default=Level.LOW)
    mixed = EnumAttribute(Mixed, by_name=True, null=True)
    colors = EnumSetAttribute(Color)
    levels = EnumSetAttribute(Level)
    list = ListAttribute(of=EnumAttribute(Color), null=True)


def test_values_are_stored():
    paint = Paint(Color.RED, mixed=Mixed.TWO, colors={Color.BLUE}, levels={Level.HIGH}, list=[Color.RED, None])
    stored = paint.serialize()
    assert stored == {
        'color': {'S': 'red'}, 'level': {'N': '1'}, 'mixed': {'S': 'TWO'}, 'colors': {'SS': ['blue']},
        'levels': {'NS': ['2']}, 'list': {'L': [{'S': 'red'}, {'NULL': True}]},
    }
    read = Paint.from_raw_data(stored)
    assert read.attribute_values == paint.attribute_values
    assert read.color is Color.RED and read.level is Level.LOW


def test_a_value_stands_for_its_member():
    assert EnumAttribute(Color).serialize('red') == 'red'
    with pytest.raises(ValueError, match="'green' is not a valid Color"):
        EnumAttribute(Color).serialize('green')


def test_unknown_values():
    with pytest.raises(ValueError, match="'green' is not a valid Color"):
        EnumAttribute(Color).deserialize('green')
    assert EnumAttribute(Color, unknown_value=None).deserialize('green') is None
    assert EnumAttribute(Color, unknown_value=Color.RED).deserialize('green') is Color.RED
    with pytest.raises(ValueError, match="'THREE' is not a valid Mixed"):
        EnumAttribute(Mixed, by_name=True).deserialize('THREE')


def test_mixed_values_need_names():
    with pytest.raises(ValueError, match='the values of Mixed are neither all texts nor all numbers'):
        EnumAttribute(Mixed)


def test_empty_sets_are_left_out():
    assert EnumSetAttribute(Color).serialize(set()) is None


def test_conditions():
    names, values = {}, {}
    condition = (Paint.color == Color.RED) & Paint.colors.contains(Color.BLUE) & Paint.level.is_in(Level.LOW, 2)
    assert condition.serialize(names, values) == '((#0 = :0 AND contains (#1, :1)) AND #2 IN (:2, :3))'
    assert values == {':0': {'S': 'red'}, ':1': {'S': 'blue'}, ':2': {'N': '1'}, ':3': {'N': '2'}}


def test_members_in_a_map():
    class Place(MapAttribute):
        color = EnumAttribute(Color)

    assert Place().serialize({'color': Color.RED}) == {'color': {'S': 'red'}}


@pytest.mark.parametrize('twin', [copy.copy, copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_copies(twin):
    attribute = twin(Paint.color)
    assert attribute.deserialize('red') is Color.RED
    with pytest.raises(ValueError):
        attribute.deserialize('green')
