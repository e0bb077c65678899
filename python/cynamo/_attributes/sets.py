"""Attributes of sets. DynamoDB has no empty sets: they serialize to None, and the attribute is left out."""
from cynamo._attributes.base import Attribute
from cynamo._attributes.scalars import b64decode, b64encode
from cynamo._numbers import decimal_value, number_text, number_value
from cynamo.constants import BINARY_SET, NUMBER_SET, STRING_SET


class UnicodeSetAttribute(Attribute):
    """A set of texts."""

    attr_type = STRING_SET
    null = True

    def serialize(self, value):
        return list(value) or None

    def deserialize(self, value):
        return set(value)


class NumberSetAttribute(Attribute):
    """
    A set of numbers.

    :param as_decimal: read as Decimals, exactly; otherwise whole numbers are ints and others floats
    """

    attr_type = NUMBER_SET
    null = True
    as_decimal = False

    def __init__(self, *args, as_decimal=None, **kwargs):
        super().__init__(*args, **kwargs)
        if as_decimal is not None:
            self.as_decimal = as_decimal

    def serialize(self, value):
        return [number_text(v) for v in value] or None

    def deserialize(self, value):
        # Programs borrow this method for attribute classes of their own, which have no such option.
        read = decimal_value if getattr(self, 'as_decimal', False) else number_value
        return {read(v) for v in value}


class DecimalSetAttribute(NumberSetAttribute):
    """A set of numbers that are always read as Decimals."""

    as_decimal = True


class BinarySetAttribute(Attribute):
    """
    A set of bytes.

    :param legacy_encoding: whether the bytes are stored in base64 once more, as PynamoDB 5 and earlier did; False for
      new tables and always False inside maps
    """

    attr_type = BINARY_SET
    null = True

    def __init__(self, *args, legacy_encoding, **kwargs):
        super().__init__(*args, **kwargs)
        self.legacy_encoding = legacy_encoding

    def serialize(self, value):
        elements = [b64encode(v) for v in value] if self.legacy_encoding else list(value)
        return elements or None

    def deserialize(self, value):
        return {b64decode(v) for v in value} if self.legacy_encoding else set(value)
