from typing import Any

from typing_extensions import dataclass_transform

from cynamo.attributes import (
    BinaryAttribute, BinarySetAttribute, BooleanAttribute, DecimalAttribute, DecimalSetAttribute, EnumAttribute,
    EnumSetAttribute, JSONAttribute, ListAttribute, MapAttribute, Mapped as Mapped, NumberAttribute, NumberSetAttribute,
    TTLAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute, VersionAttribute, mapped as mapped
)
from cynamo.models import Model

@dataclass_transform(
    kw_only_default=True,
    eq_default=False,
    field_specifiers=(
        mapped, BinaryAttribute, BinarySetAttribute, BooleanAttribute, DecimalAttribute, DecimalSetAttribute, EnumAttribute,
        EnumSetAttribute, JSONAttribute, ListAttribute, NumberAttribute, NumberSetAttribute, TTLAttribute, UnicodeAttribute,
        UnicodeSetAttribute, UTCDateTimeAttribute, VersionAttribute,
    ),
)
class TypedModel(Model): ...

@dataclass_transform(
    kw_only_default=True,
    eq_default=False,
    field_specifiers=(
        mapped, BinaryAttribute, BinarySetAttribute, BooleanAttribute, DecimalAttribute, DecimalSetAttribute, EnumAttribute,
        EnumSetAttribute, JSONAttribute, ListAttribute, NumberAttribute, NumberSetAttribute, TTLAttribute, UnicodeAttribute,
        UnicodeSetAttribute, UTCDateTimeAttribute,
    ),
)
class TypedMap(MapAttribute[str, Any]): ...
