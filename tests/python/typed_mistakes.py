"""What mypy and pyright must refuse: each line that is marked with a comment, and no other (test_types.py)."""
from enum import Enum
from typing import Optional

from cynamo.attributes import EnumAttribute, ListAttribute, MapAttribute, Mapped, UnicodeAttribute
from cynamo.models import Model
from cynamo.typed import TypedModel, mapped


class Color(Enum):
    RED = 'red'


class Place(MapAttribute):
    street = UnicodeAttribute()


class Member(Model):
    id = UnicodeAttribute(hash_key=True)
    color = EnumAttribute(Color)
    places = ListAttribute(of=Place)
    nickname: Mapped[Optional[str]] = UnicodeAttribute(null=True)


class House(TypedModel):
    id: Mapped[str] = mapped(hash_key=True)
    area: Mapped[float] = mapped(default=0)


def mistakes(member: Member) -> None:
    number: int = member.id  # wrong
    color: str = member.color  # wrong
    nickname: str = member.nickname  # wrong
    Member.id.is_in(1)  # wrong
    Member.places.append(1)  # wrong
    member.color = 'red'  # wrong
    street: int = member.places[0].street  # wrong
    House(area=1)  # wrong
    House(id=1)  # wrong
    House(id='a', other=1)  # wrong
