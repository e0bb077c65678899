"""Subscripts of attribute classes at run time, which programs for PynamoDB use as those of typing.Generic."""
import typing
from typing import Any, Generic, List, Optional, TypeVar

import pytest

from cynamo.attributes import Attribute, ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute
from cynamo.models import Model
from cynamo.pagination import PageIterator, ResultIterator

T = TypeVar('T')


class Plain(Attribute[T]):
    attr_type = 'S'

    def __init__(self, kind: type, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind


class Both(Generic[T], Attribute[List[T]]):
    attr_type = 'L'


class Place(MapAttribute[str, Any]):
    street = UnicodeAttribute()


class Thing(Model):
    plain = Plain(int)
    subscripted = Plain[int](int, null=True)
    both = Both[int](null=True)
    place = Place(null=True)
    words = ListAttribute[str](of=UnicodeAttribute, null=True)
    raw = MapAttribute[str, int](null=True)


def test_subclasses():
    assert Thing.subscripted.kind is int and Thing.subscripted.null
    assert isinstance(Thing.both, Attribute) and Thing.both.attr_name == 'both'
    assert isinstance(Plain[int](int), Plain) and issubclass(Both, Attribute)
    assert set(Thing.get_attributes()) == {'plain', 'subscripted', 'both', 'place', 'words', 'raw'}


def test_a_map_made_by_subscript_holds_values_only():
    value = MapAttribute[str, int](a=1)
    assert value.as_dict() == {'a': 1}
    assert MapAttribute().serialize(value) == {'a': {'N': '1'}}


@pytest.mark.parametrize('cls', [Attribute, ListAttribute, NumberAttribute, PageIterator, ResultIterator])
def test_typing_understands_subscripts(cls):
    assert typing.get_origin(cls[int]) is cls and typing.get_args(cls[int]) == (int,)
    assert Optional[cls[int]] is not None
    assert cls[T][int] == cls[int]
