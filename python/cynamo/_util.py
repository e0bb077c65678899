"""Attribute values in their three forms: as botocore has them, as DynamoDB's JSON and as plain JSON."""
from cynamo._numbers import is_decimal, number_text, number_value
from cynamo.constants import BINARY, BINARY_SET, BOOLEAN, LIST, MAP, NULL, NUMBER, NUMBER_SET, STRING, STRING_SET

_NAMES_OF_AMBIGUOUS = {
    BINARY: 'Binary',
    BINARY_SET: 'Binary set',
    STRING_SET: 'String set',
    NUMBER_SET: 'Number set',
}


def attr_value_to_simple_dict(attribute_value, force):
    """Plain JSON's form of a typed value; `force` allows what cannot be read back without its type."""
    attr_type, value = next(iter(attribute_value.items()))
    if attr_type == LIST:
        return [attr_value_to_simple_dict(v, force) for v in value]
    if attr_type == MAP:
        return {k: attr_value_to_simple_dict(v, force) for k, v in value.items()}
    if attr_type == NULL:
        return None
    if attr_type == BOOLEAN or attr_type == STRING:
        return value
    if attr_type == NUMBER:
        return number_value(value)
    if attr_type not in _NAMES_OF_AMBIGUOUS:
        raise ValueError(f'Unknown attribute type: {attr_type}')
    if not force:
        raise ValueError(f'{_NAMES_OF_AMBIGUOUS[attr_type]} attributes are not supported')
    if attr_type == BINARY:
        return _b64encode(value)
    if attr_type == BINARY_SET:
        return [_b64encode(v) for v in value]
    if attr_type == NUMBER_SET:
        return [number_value(v) for v in value]
    return value


def simple_dict_to_attr_value(value):
    """The typed value of plain JSON."""
    if value is None:
        return {NULL: True}
    if value is True or value is False:
        return {BOOLEAN: value}
    if isinstance(value, (int, float)) or is_decimal(value):
        return {NUMBER: number_text(value)}
    if isinstance(value, str):
        return {STRING: value}
    if isinstance(value, list):
        return {LIST: [simple_dict_to_attr_value(v) for v in value]}
    if isinstance(value, dict):
        return {MAP: {k: simple_dict_to_attr_value(v) for k, v in value.items()}}
    raise ValueError(f'Unknown value type: {type(value).__name__}')


def copy_attribute_values(values):
    """A copy of typed values by name, with maps and lists of their own; texts and bytes are shared."""
    return {name: _copy_attribute_value(value) for name, value in values.items()}


def _copy_attribute_value(value):
    twin = dict(value)
    if MAP in twin:
        twin[MAP] = copy_attribute_values(twin[MAP])
    elif LIST in twin:
        twin[LIST] = [_copy_attribute_value(v) for v in twin[LIST]]
    return twin


def _b64encode(b):
    from binascii import b2a_base64
    return b2a_base64(b, newline=False).decode('ascii')


def _b64decode(text):
    from binascii import a2b_base64
    return a2b_base64(text)


def bin_encode_attr(attr):
    """Binary values inside a typed value become texts, in place."""
    _convert_binary(attr, _b64encode)


def bin_decode_attr(attr):
    """Texts of binary values inside a typed value become bytes, in place."""
    _convert_binary(attr, _b64decode)


def _convert_binary(attr, convert):
    if BINARY in attr:
        attr[BINARY] = convert(attr[BINARY])
    elif BINARY_SET in attr:
        attr[BINARY_SET] = [convert(v) for v in attr[BINARY_SET]]
    elif MAP in attr:
        for inner in attr[MAP].values():
            _convert_binary(inner, convert)
    elif LIST in attr:
        for inner in attr[LIST]:
            _convert_binary(inner, convert)
