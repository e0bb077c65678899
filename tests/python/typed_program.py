"""A typed program: mypy and pyright check it in test_types.py; the comments say what a line must be found to be."""
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Dict, List, Optional, Set

from cynamo.attributes import (
    BinaryAttribute, BooleanAttribute, DecimalAttribute, EnumAttribute, EnumSetAttribute, JSONAttribute, ListAttribute,
    MapAttribute, Mapped, NumberAttribute, NumberSetAttribute, TTLAttribute, UnicodeAttribute, UnicodeSetAttribute,
    UTCDateTimeAttribute, VersionAttribute, mapped
)
from cynamo.expressions.condition import Comparison, Condition, size
from cynamo.expressions.operand import Path
from cynamo.expressions.update import Action
from cynamo.indexes import AllProjection, GlobalSecondaryIndex
from cynamo.models import Model
from cynamo.pagination import ResultIterator
from cynamo.typed import TypedMap, TypedModel


class Color(Enum):
    RED = 'red'
    BLUE = 'blue'


class Address(MapAttribute[str, Any]):
    street = UnicodeAttribute()
    floor = NumberAttribute(null=True)


class ByAge(GlobalSecondaryIndex['Member']):
    class Meta:
        projection = AllProjection()

    age = NumberAttribute(hash_key=True)


class Member(Model):
    class Meta:
        table_name = 'members'
        host = 'memory:'

    id = UnicodeAttribute(hash_key=True)
    joined = UTCDateTimeAttribute(range_key=True)
    age = NumberAttribute(default=0)
    balance = DecimalAttribute(default=Decimal('0'))
    color = EnumAttribute(Color, default=Color.RED)
    colors = EnumSetAttribute(Color)
    active = BooleanAttribute(default=True)
    photo = BinaryAttribute(null=True, legacy_encoding=False)
    tags = UnicodeSetAttribute()
    numbers = NumberSetAttribute()
    extra = JSONAttribute(null=True)
    expires = TTLAttribute(null=True)
    version = VersionAttribute()
    address = Address(null=True)
    addresses = ListAttribute(of=Address)
    words = ListAttribute(of=UnicodeAttribute)
    nickname: Mapped[Optional[str]] = UnicodeAttribute(null=True)
    motto: Mapped[Optional[str]]
    points: Mapped[int] = mapped(default=0)
    by_age = ByAge()


def values(member: Member) -> None:
    text: str = member.id
    joined: datetime = member.joined
    age: float = member.age
    balance: Decimal = member.balance
    color: Color = member.color
    colors: Set[Color] = member.colors
    active: bool = member.active
    photo: bytes = member.photo
    tags: Set[str] = member.tags
    numbers: Set[float] = member.numbers
    street: str = member.address.street
    addresses: List[Address] = member.addresses
    first: str = member.addresses[0].street
    words: List[str] = member.words
    nickname: Optional[str] = member.nickname
    motto: Optional[str] = member.motto
    points: int = member.points
    stored: Dict[str, Dict[str, Any]] = member.to_dynamodb_dict()
    member.nickname = None
    member.color = Color.BLUE
    member.address = {'street': 'Main'}


def conditions() -> Condition:
    comparison: Comparison = Member.id == 'a'
    path: Path = Member.addresses[0]
    both = (Member.age > 3) & (Member.nickname.exists()) | ~Member.tags.contains('x')
    return comparison & both & (size(Member.words) >= 1) & (path == Address(street='Main')) & Member.id.is_in('a', 'b')


def actions() -> List[Action]:
    return [
        Member.age.set(Member.age + 1),
        Member.age.set(1 - Member.age),
        Member.nickname.set('nick'),
        Member.words.set(Member.words.append(['more'])),
        Member.motto.remove(),
        Member.tags.delete('x'),
    ]


def results() -> List[str]:
    found: ResultIterator[Member] = Member.by_age.query(3, limit=2)
    return [member.id for member in found] + [member.id for member in Member.scan(Member.age > 3)]


class Door(TypedMap):
    number: Mapped[int]
    name: Mapped[Optional[str]] = mapped(default=None)


class House(TypedModel):
    class Meta:
        table_name = 'houses'
        host = 'memory:'

    id: Mapped[str] = mapped(hash_key=True)
    doors: Mapped[List[Door]] = mapped(default=list)
    area: Mapped[float] = NumberAttribute(default=0)
    owner: Mapped[Optional[str]] = UnicodeAttribute(null=True, default=None)


def house() -> Optional[str]:
    made = House(id='a', doors=[Door(number=1), Door(number=2, name='front')], area=2.5)
    wide: Condition = House.area > 2
    return made.doors[0].name or made.owner or made.id or repr(wide)
