"""Numbers: written exactly, to DynamoDB's 38 digits; read as PynamoDB reads them, or as Decimals where that is asked for."""
import enum
from decimal import Decimal

import pytest

from cynamo.attributes import (
    DESERIALIZE_CLASS_MAP, DecimalAttribute, DecimalSetAttribute, ListAttribute, MapAttribute, NumberAttribute,
    NumberSetAttribute, VersionAttribute
)

PI = '3.1415926535897932384626433832795028842'  # 38 digits


class Level(enum.IntEnum):
    HIGH = 3


class Index:
    """An integer of another package's, as numpy's are."""

    def __index__(self):
        return 12


@pytest.mark.parametrize('value, text', [
    (0, '0'), (-1, '-1'), (3.5, '3.5'), (-0.0, '-0.0'), (1e100, '1e+100'), (10 ** 37 + 1, '1' + '0' * 36 + '1'),
    (Decimal(PI), PI), (Decimal('1.10'), '1.10'), (Decimal('1E+3'), '1E+3'), (Decimal('-1E-130'), '-1E-130'),
    (Decimal('1E+50'), '1E+50'), (Decimal('1' + '0' * 50), '1E+50'), (Level.HIGH, '3'), (Index(), '12'),
])
def test_numbers_are_written_exactly(value, text):
    assert NumberAttribute().serialize(value) == text
    assert NumberSetAttribute().serialize([value]) == [text]


@pytest.mark.parametrize('value, error', [
    (True, TypeError), (False, TypeError), (None, TypeError), ([1], TypeError), (1j, TypeError), (b'1', TypeError),
    (float('nan'), ValueError), (float('inf'), ValueError), (float('-inf'), ValueError),
    (Decimal('NaN'), ValueError), (Decimal('Infinity'), ValueError), (Decimal(PI + '1'), ValueError),
])
def test_what_is_no_number_is_refused(value, error):
    with pytest.raises(error):
        NumberAttribute().serialize(value)


def test_the_refusal_names_what_to_do():
    with pytest.raises(TypeError, match='True is not a number: a BooleanAttribute holds booleans'):
        NumberAttribute().serialize(True)
    with pytest.raises(ValueError, match='DynamoDB keeps 38 significant digits of a number; this one has 39'):
        NumberAttribute().serialize(Decimal(PI + '1'))


@pytest.mark.parametrize('text, value', [('1', 1), ('-12', -12), ('1.5', 1.5), ('1E3', 1000.0), ('1e-3', 0.001)])
def test_numbers_are_read_as_int_or_float(text, value):
    read = NumberAttribute().deserialize(text)
    assert read == value and type(read) is type(value)
    assert NumberSetAttribute().deserialize([text]) == {value}


def test_text_is_needed_to_read_a_number():
    with pytest.raises(TypeError):
        NumberAttribute().deserialize(1)


@pytest.mark.parametrize('attribute', [NumberAttribute(as_decimal=True), DecimalAttribute()])
def test_decimals_are_read_exactly(attribute):
    assert attribute.deserialize(attribute.serialize(Decimal(PI))) == Decimal(PI)
    assert type(attribute.deserialize('1')) is Decimal
    assert attribute.serialize(0.1) == '0.1'


def test_decimal_sets():
    assert DecimalSetAttribute().deserialize(['0.1', '2']) == {Decimal('0.1'), Decimal(2)}
    assert NumberSetAttribute(as_decimal=True).deserialize(['0.1']) == {Decimal('0.1')}


def test_as_decimal_may_be_turned_off():
    assert type(DecimalAttribute(as_decimal=False).deserialize('1')) is int


def test_decimals_without_an_attribute():
    assert MapAttribute().serialize({'a': Decimal(PI)}) == {'a': {'N': PI}}
    assert ListAttribute().serialize([Decimal('1.5'), {Decimal('1.5')}]) == [{'N': '1.5'}, {'NS': ['1.5']}]


def test_raw_maps_may_read_decimals(monkeypatch):
    monkeypatch.setitem(DESERIALIZE_CLASS_MAP, 'N', DecimalAttribute())
    assert MapAttribute().deserialize({'a': {'N': PI}, 'l': {'L': [{'N': '1'}]}}) == {'a': Decimal(PI), 'l': [Decimal(1)]}


def test_decimals_in_conditions():
    names, values = {}, {}
    (NumberAttribute(attr_name='n') > Decimal(PI)).serialize(names, values)
    assert values == {':0': {'N': PI}}


def test_versions_are_whole():
    assert VersionAttribute().serialize(2.9) == '2'
    assert VersionAttribute().deserialize('2') == 2
