"""Attributes of members of an Enum."""
from cynamo._attributes.base import Attribute
from cynamo._numbers import number_text, number_value
from cynamo.constants import NUMBER, NUMBER_SET, STRING, STRING_SET

_FAIL = '_fail'  # a text, so that it is the same one after pickling


class _EnumCodec:
    """What an attribute of one member and one of a set of members have in common."""

    def _set_enum(self, enum_type, by_name, unknown_value):
        self.enum_type = enum_type
        self.by_name = by_name
        self.unknown_value = unknown_value
        values = [member.value for member in enum_type]
        if by_name or all(isinstance(v, str) for v in values):
            self.is_number = False
        elif all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
            self.is_number = True
        else:
            raise ValueError(f'the values of {enum_type.__name__} are neither all texts nor all numbers; '
                             'by_name=True stores the names of its members')

    def _member_text(self, value):
        if not isinstance(value, self.enum_type):
            value = self.enum_type(value)  # a value that a member has will do, another is an error
        if self.by_name:
            return value.name
        return number_text(value.value) if self.is_number else str.__str__(value.value)

    def _member(self, text):
        try:
            if self.by_name:
                return self.enum_type[text]
            return self.enum_type(number_value(text) if self.is_number else text)
        except (KeyError, ValueError):
            if self.unknown_value == _FAIL:
                raise ValueError(f'{text!r} is not a valid {self.enum_type.__name__}') from None
            return self.unknown_value


class EnumAttribute(_EnumCodec, Attribute):
    """
    A member of an Enum, stored as its value: texts as strings, numbers as numbers.

    :param enum_type: the Enum
    :param by_name: store the member's name instead of its value
    :param unknown_value: what a stored value that no member has is read as; without it that is a ValueError
    """

    def __init__(self, enum_type, *args, by_name=False, unknown_value=_FAIL, **kwargs):
        super().__init__(*args, **kwargs)
        self._set_enum(enum_type, by_name, unknown_value)
        self.attr_type = NUMBER if self.is_number else STRING

    def serialize(self, value):
        return self._member_text(value)

    def deserialize(self, value):
        return self._member(value)


class EnumSetAttribute(_EnumCodec, Attribute):
    """A set of members of an Enum; its options are those of EnumAttribute."""

    null = True

    def __init__(self, enum_type, *args, by_name=False, unknown_value=_FAIL, **kwargs):
        super().__init__(*args, **kwargs)
        self._set_enum(enum_type, by_name, unknown_value)
        self.attr_type = NUMBER_SET if self.is_number else STRING_SET

    def serialize(self, value):
        return [self._member_text(v) for v in value] or None

    def deserialize(self, value):
        return {self._member(v) for v in value}
