"""Attributes declared by annotations."""
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Dict, List, Optional, Set, Union

import pytest

from cynamo import attributes
from cynamo.attributes import MapAttribute, Mapped, NumberAttribute, UnicodeAttribute, mapped
from cynamo.models import Model
from cynamo.typed import TypedMap, TypedModel


class Color(Enum):
    RED = 'red'


class Place(MapAttribute):
    street: Mapped[str]
    floor: Mapped[Optional[int]]


class Everything(Model):
    class Meta:
        table_name = 'everything'
        host = 'memory:'

    id: Mapped[str] = mapped(hash_key=True)
    number: Mapped[int] = mapped(default=1, attr_name='n')
    real: Mapped[Optional[float]]
    exact: Mapped[Optional[Decimal]]
    flag: Mapped[Optional[bool]]
    raw: Mapped[Optional[bytes]]
    when: Mapped[Optional[datetime]]
    color: Mapped[Optional[Color]]
    texts: Mapped[Set[str]]
    numbers: Mapped[Set[int]]
    exacts: Mapped[Set[Decimal]]
    blobs: Mapped[Set[bytes]]
    colors: Mapped[Set[Color]]
    words: Mapped[Optional[List[str]]]
    reals: Mapped[Optional[List[Decimal]]]
    places: Mapped[Optional[List[Place]]]
    any: Mapped[Optional[List[Any]]]
    place: Mapped[Optional[Place]]
    map: Mapped[Optional[Dict[str, Any]]]
    quoted: 'Mapped[Optional[str]]'
    given: Mapped[float] = NumberAttribute(null=True)
    transient: Optional[str] = None


KINDS = {
    'id': 'UnicodeAttribute', 'number': 'NumberAttribute', 'real': 'NumberAttribute', 'exact': 'DecimalAttribute',
    'flag': 'BooleanAttribute', 'raw': 'BinaryAttribute', 'when': 'UTCDateTimeAttribute', 'color': 'EnumAttribute',
    'texts': 'UnicodeSetAttribute', 'numbers': 'NumberSetAttribute', 'exacts': 'DecimalSetAttribute',
    'blobs': 'BinarySetAttribute', 'colors': 'EnumSetAttribute', 'words': 'ListAttribute', 'reals': 'ListAttribute',
    'places': 'ListAttribute', 'any': 'ListAttribute', 'place': 'Place', 'map': 'MapAttribute',
    'quoted': 'UnicodeAttribute', 'given': 'NumberAttribute',
}


def test_annotations_make_attributes():
    made = {name: type(attribute).__name__ for name, attribute in Everything.get_attributes().items()}
    assert made == KINDS
    assert Everything.id.is_hash_key and not Everything.id.null
    assert Everything.number.attr_name == 'n' and Everything.number.default == 1
    assert Everything.real.null and Everything.place.null
    assert Everything.place.street.attr_path == ['place', 'street']
    assert not hasattr(Everything.raw, 'nothing') and Everything.raw.legacy_encoding is False


def test_values_pass():
    item = Everything('a', exact=Decimal('1.5'), raw=b'x', color=Color.RED, texts={'t'}, reals=[Decimal('0.1')],
                      places=[Place(street='Main')], place=Place(street='Side', floor=2), map={'k': 1})
    item.transient = 'not stored'
    stored = item.serialize()
    assert stored['n'] == {'N': '1'} and 'transient' not in stored
    read = Everything.from_raw_data(stored)
    assert read.exact == Decimal('1.5') and read.reals == [Decimal('0.1')]
    assert read.places[0].street == 'Main' and read.place.floor == 2 and read.map['k'] == 1
    assert read.serialize() == stored


def test_subclasses_inherit_attributes():
    class Child(Everything):
        more: Mapped[Optional[str]]

    assert set(Child.get_attributes()) == set(KINDS) | {'more'}


@pytest.mark.parametrize('kind', [object, complex, Union[str, int], Union[str, int, None], Set[bool], Mapped])
def test_a_type_without_an_attribute_is_refused(kind):
    with pytest.raises(TypeError, match='^Bad.field: no attribute holds'):
        attributes.AttributeContainerMeta('Bad', (attributes.AttributeContainer,), {
            '__module__': __name__, '__annotations__': {'field': Mapped[kind]}})


def test_a_plain_default_is_refused():
    with pytest.raises(TypeError, match=r'Bad.name: a default is given with mapped\(default=…\)'):
        class Bad(MapAttribute):
            name: Mapped[str] = 'text'


def test_an_unknown_name_is_named():
    with pytest.raises(TypeError, match="Bad.name: name 'Unknown' is not defined"):
        class Bad(MapAttribute):
            name: 'Mapped[Unknown]'  # noqa: F821


def test_other_annotations_are_left_alone():
    class Plain(MapAttribute):
        name: str = UnicodeAttribute()
        note: str

    assert list(Plain.get_attributes()) == ['name']


def test_annotations_as_text():
    import subprocess
    import sys
    program = '''
from __future__ import annotations
from typing import Optional
from cynamo.attributes import MapAttribute, Mapped, mapped
class Place(MapAttribute):
    street: Mapped[str] = mapped(attr_name='s')
    floor: Mapped[Optional[int]]
assert Place().serialize({'street': 'Main'}) == {'s': {'S': 'Main'}}
assert Place.floor.null
'''
    subprocess.run([sys.executable, '-c', program], check=True)


def test_typed_models():
    class Door(TypedMap):
        number: Mapped[int]

    class House(TypedModel):
        id: Mapped[str] = mapped(hash_key=True)
        doors: Mapped[List[Door]] = mapped(default=list)
        owner: Mapped[Optional[str]] = UnicodeAttribute(null=True, default=None)

    house = House(id='a', doors=[Door(number=1)])
    assert house.serialize() == {'id': {'S': 'a'}, 'doors': {'L': [{'M': {'number': {'N': '1'}}}]}}
    assert House('b').doors == [] and House('b').owner is None
    with pytest.raises(ValueError, match='Attribute other specified does not exist'):
        House(id='a', other=1)
