"""
Numbers as DynamoDB writes them: decimal texts of up to 38 significant digits.

Whole numbers, floats and Decimals go out exactly. What DynamoDB has no number for (NaN, the infinities, booleans, which
Python counts among its integers) is refused here, before a call is made, since DynamoDB would refuse it later.
"""

DIGITS_MAX = 38


def number_text(value):
    """The text of a number; TypeError where it is none, ValueError where DynamoDB cannot hold it."""
    kind = type(value)
    if kind is int:
        return int.__repr__(value)
    if kind is float:
        return _float_text(value)
    if isinstance(value, bool):
        raise TypeError(f'{value!r} is not a number: a BooleanAttribute holds booleans')
    if isinstance(value, int):
        return int.__repr__(value)  # an IntEnum has a text of its own
    if isinstance(value, float):
        return _float_text(value)
    if is_decimal(value):
        return _decimal_text(value)
    if hasattr(kind, '__index__') and kind.__module__ != 'builtins':
        return int.__repr__(value.__index__())  # the integers of numpy and others
    if isinstance(value, str):
        # As PynamoDB does: a text in quotes, which DynamoDB refuses. Programs (and tests) that never send it work.
        from json import dumps
        return dumps(value)
    raise TypeError(f"'{kind.__name__}' is not a number: {value!r}")


def _float_text(value):
    if value - value != 0.0:  # NaN and the infinities differ from themselves by NaN
        raise ValueError(f'DynamoDB has no number {value!r}')
    return float.__repr__(value)


def _decimal_text(value):
    if not value.is_finite():
        raise ValueError(f'DynamoDB has no number {value!r}')
    sign, digits, exponent = value.as_tuple()
    if len(digits) > DIGITS_MAX:
        value = _without_zeros_at_end(sign, digits, exponent, type(value))
    return str(value)


def _without_zeros_at_end(sign, digits, exponent, decimal):
    end = len(digits)
    while end > 1 and digits[end - 1] == 0:
        end -= 1
    if end > DIGITS_MAX:
        raise ValueError(f'DynamoDB keeps {DIGITS_MAX} significant digits of a number; this one has {end}')
    return decimal((sign, digits[:end], exponent + len(digits) - end))


def is_decimal(value):
    """Whether the value is a Decimal; the decimal module is not loaded to find out."""
    for kind in type(value).__mro__:
        if kind.__name__ == 'Decimal' and kind.__module__ in ('decimal', '_pydecimal'):
            return True
    return False


def number_value(text):
    """The number of a text: an int where it has no point and no exponent, else the nearest float."""
    if not isinstance(text, str):
        raise TypeError(f'a number is read from text, not from {type(text).__name__}')
    try:
        return int(text)
    except ValueError:
        return float(text)


def decimal_value(text):
    """The number of a text, exactly."""
    from decimal import Decimal
    return Decimal(text)
