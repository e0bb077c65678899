"""Attributes of one value: texts, bytes, numbers, booleans, null and JSON."""
from cynamo._attributes.base import Attribute
from cynamo._numbers import decimal_value, number_text, number_value
from cynamo.constants import BINARY, BOOLEAN, NULL, NUMBER, STRING


class UnicodeAttribute(Attribute):
    """A text."""

    attr_type = STRING


class BinaryAttribute(Attribute):
    """
    Bytes.

    :param legacy_encoding: whether the bytes are stored in base64 once more, as PynamoDB 5 and earlier did; False for
      new tables and always False inside maps
    """

    attr_type = BINARY

    def __init__(self, *args, legacy_encoding, **kwargs):
        super().__init__(*args, **kwargs)
        self.legacy_encoding = legacy_encoding

    def serialize(self, value):
        return b64encode(value) if self.legacy_encoding else value

    def deserialize(self, value):
        return b64decode(value) if self.legacy_encoding else value


def b64encode(value):
    from binascii import b2a_base64
    return b2a_base64(value, newline=False)


def b64decode(value):
    from binascii import a2b_base64
    return a2b_base64(value)


class BooleanAttribute(Attribute):
    """True or false."""

    attr_type = BOOLEAN

    def serialize(self, value):
        return None if value is None else bool(value)

    def deserialize(self, value):
        return bool(value)


class NumberAttribute(Attribute):
    """
    A number. Ints, floats and Decimals are written exactly, to 38 digits.

    :param as_decimal: read as Decimals, exactly; otherwise whole numbers are ints and others floats
    """

    attr_type = NUMBER
    as_decimal = False

    def __init__(self, *args, as_decimal=None, **kwargs):
        super().__init__(*args, **kwargs)
        if as_decimal is not None:
            self.as_decimal = as_decimal

    def serialize(self, value):
        return number_text(value)

    def deserialize(self, value):
        # Programs borrow this method for attribute classes of their own, which have no such option.
        return decimal_value(value) if getattr(self, 'as_decimal', False) else number_value(value)


class DecimalAttribute(NumberAttribute):
    """A number that is always read as a Decimal."""

    as_decimal = True


class VersionAttribute(NumberAttribute):
    """
    The number of times that an item was saved.

    A model that has one is saved, updated and deleted only where nobody else has changed the item since it was read.
    """

    null = True

    def __set__(self, instance, value):
        super().__set__(instance, None if value is None else int(value))

    def __get__(self, instance, owner):
        value = super().__get__(instance, owner)
        return int(value) if isinstance(value, float) else value

    def serialize(self, value):
        return super().serialize(int(value))

    def deserialize(self, value):
        return int(super().deserialize(value))


class NullAttribute(Attribute):
    """DynamoDB's NULL. An attribute of another kind that may be None is made with null=True instead."""

    attr_type = NULL

    def serialize(self, value):
        return True

    def deserialize(self, value):
        return None


class JSONAttribute(Attribute):
    """Any value that JSON can hold, stored as its text."""

    attr_type = STRING

    def serialize(self, value):
        if value is None:
            return None
        import json
        return json.dumps(value)

    def deserialize(self, value):
        import json
        return json.loads(value, strict=False)  # control characters are taken within strings
