"""What PynamoDB's own tests of expressions leave out, and what is mended against it."""
import pytest

from cynamo.attributes import (
    BinarySetAttribute, ListAttribute, MapAttribute, NumberAttribute, NumberSetAttribute, UnicodeAttribute,
    UnicodeSetAttribute
)
from cynamo.expressions.condition import Comparison, Condition, size
from cynamo.expressions.operand import Path, Value
from cynamo.expressions.projection import create_projection_expression
from cynamo.expressions.update import Update
from cynamo.expressions.util import PATH_SEGMENT_REGEX, get_path_segments, split_segment, substitute_names
from cynamo.models import Model


class Place(MapAttribute):
    street = UnicodeAttribute(attr_name='s')


class Thing(Model):
    class Meta:
        table_name = 'things'
        host = 'memory:'

    id = UnicodeAttribute(hash_key=True)
    s = UnicodeAttribute(null=True)
    number = NumberAttribute(null=True)
    tags = UnicodeSetAttribute()
    numbers = NumberSetAttribute()
    blobs = BinarySetAttribute(legacy_encoding=False)
    place = Place(null=True)
    places = ListAttribute(of=Place)
    words = ListAttribute(of=UnicodeAttribute)


def texts(expression):
    names, values = {}, {}
    return expression.serialize(names, values), names, values


@pytest.mark.parametrize('segment', [
    'a', 'a[0]', 'a[12][3]', 'a b', 'ä[٣]', '', '[0]', 'a[', 'a]', 'a[]', 'a[x]', 'a[0]b', 'a[0.5]', 'a[-1]', 'a[0]]', 'a][0]',
    'a[0[1]]', 'a[[0]]', '[]', 'a[²]',
])
def test_segments_are_split_as_the_expression_says(segment):
    match = PATH_SEGMENT_REGEX.match(segment)
    assert split_segment(segment) == (match.groups() if match else None)


def test_paths():
    assert get_path_segments('a.b[0].c') == ['a', 'b[0]', 'c']
    path = ['a.b']
    assert get_path_segments(path) == path and get_path_segments(path) is not path
    names = {'a': '#0'}
    assert substitute_names('a.b[1].a', names) == '#0.#1[1].#0'
    assert names == {'a': '#0', 'b': '#1'}
    with pytest.raises(ValueError, match='a.b.* is not a valid document path'):
        substitute_names(['a', 'b[x]'], {})
    with pytest.raises(ValueError, match='path cannot be empty'):
        Path('')


def test_path_does_not_iterate():
    with pytest.raises(TypeError, match="'Path' object is not iterable"):
        list(Path('a'))
    with pytest.raises(TypeError, match="'UnicodeAttribute' object is not iterable"):
        list(Thing.id)
    with pytest.raises(TypeError, match="'Place' object is not iterable"):
        list(Thing.place)


def test_what_has_no_elements_has_no_index():
    with pytest.raises(TypeError, match="'UnicodeAttribute' object has no attribute __getitem__"):
        Thing.id['a']
    with pytest.raises(TypeError, match='list indices must be integers, not str'):
        Thing.words['a']
    with pytest.raises(TypeError, match='map attributes must be strings, not int'):
        Path(Thing.place)[0]


def test_comparisons_take_known_operators():
    with pytest.raises(ValueError, match='~ is not a valid comparison operator: ~'):
        Comparison('~', Path('a'), Value(1))


def test_a_condition_has_no_truth():
    with pytest.raises(TypeError, match=r'unsupported operand type\(s\) for bool: Comparison'):
        if Thing.id == 'a':
            pass


@pytest.mark.parametrize('combine, sign, left, right', [
    (lambda c: c & 1, '&', 'Comparison', 'int'), (lambda c: 1 & c, '&', 'int', 'Comparison'),
    (lambda c: c | None, '|', 'Comparison', 'NoneType'),
])
def test_conditions_combine_with_conditions_only(combine, sign, left, right):
    with pytest.raises(TypeError) as error:
        combine(Thing.id == 'a')
    assert str(error.value) == f"unsupported operand type(s) for {sign}: '{left}' and '{right}'"


def test_conditions_compare():
    one = (Thing.id == 'a') & (Thing.number > 1)
    assert one == ((Thing.id == 'a') & (Thing.number > 1))
    assert one != ((Thing.id == 'a') & (Thing.number > 2))
    assert one != ((Thing.id == 'a') | (Thing.number > 1))
    assert one != 'text'
    # Conditions of conditions, which PynamoDB cannot compare.
    assert ~one == ~one and (size(Thing.tags) > 1) == (size(Thing.tags) > 1)
    assert (size(Thing.tags) > 1) != (size(Thing.words) > 1)


def test_reprs():
    assert repr((Thing.id == 'a') & ~Thing.number.is_in(1, 2)) == "(id = {'S': 'a'} AND (NOT number IN ({'N': '1'}, {'N': '2'})))"
    assert repr(Thing.place.street.exists()) == 'attribute_exists (place.s)'
    assert repr(Thing.number.set(Thing.number + 1)) == "number = number + {'N': '1'}"
    assert repr(size('a.b')) == 'size (a.b)'
    assert repr(Path('a.b')) == "Path(['a', 'b'])"
    assert str(Path(['a.b', 'c'])) == "'a.b'.c"


def test_type_checks():
    with pytest.raises(ValueError, match=r"The data type of '\{'S': 'x'\}' must be one of \['N'\]"):
        Path('a') + 'x'
    with pytest.raises(ValueError, match=r"must be one of \['L'\]"):
        Path('a').append('x')
    with pytest.raises(ValueError, match=r"must be one of \['S'\]"):
        Path('a').startswith(1)
    with pytest.raises(ValueError, match='X is not a valid attribute type. Must be one of'):
        Path('a').is_type('X')
    with pytest.raises(ValueError, match="unsupported action type: 'str'"):
        Update('x')


@pytest.mark.parametrize('action, value', [
    (Thing.tags.add('abc'), {'SS': ['abc']}), (Thing.tags.delete('abc'), {'SS': ['abc']}),
    (Thing.numbers.add(12), {'NS': ['12']}), (Thing.blobs.add(b'abc'), {'BS': [b'abc']}),
    (Thing.tags.add({'abc'}), {'SS': ['abc']}), (Thing.numbers.add(1, 2), {'NS': ['1', '2']}),
    (Thing.number.add(1), {'N': '1'}),
])
def test_one_element_is_one_element(action, value):
    assert texts(action)[2] == {':0': value}


def test_elements_of_sets():
    assert texts(Thing.tags.contains('x'))[2] == {':0': {'S': 'x'}}
    assert texts(Thing.numbers.contains(1))[2] == {':0': {'N': '1'}}
    assert texts(Thing.blobs.contains(b'x'))[2] == {':0': {'B': b'x'}}
    assert texts(Thing.tags.contains(Path('other')))[1] == {'tags': '#0', 'other': '#1'}
    assert texts(Thing.tags.contains(Thing.s))[1] == {'tags': '#0', 's': '#1'}


def test_if_not_exists_knows_its_type():
    assert texts(Thing.number.set((Thing.number | 0) + 1))[0] == '#0 = if_not_exists (#0, :0) + :1'
    with pytest.raises(ValueError):
        (Thing.s | 'x') + 1


def test_projections():
    assert create_projection_expression(['a', Path('b.c'), Thing.id], {}) == '#0, #1.#2, #3'
    assert create_projection_expression(('a', 'b'), {}) == '#0, #1'
    names = {}
    # An attribute in a map is projected by its whole path; PynamoDB asks for another attribute of its name.
    assert create_projection_expression([Thing.place.street, Thing.s, Thing.places[1].street], names) == '#0.#1, #1, #2[1].#1'
    assert names == {'place': '#0', 's': '#1', 'places': '#2'}


def test_an_update_takes_its_clauses_in_order():
    update = Update(Thing.tags.delete('x'), Thing.number.add(1), Thing.s.remove(), Thing.words.set([]))
    assert texts(update)[0] == 'SET #0 = :0 REMOVE #1 ADD #2 :1 DELETE #3 :2'


def test_a_condition_of_another_kind():
    class Custom(Condition):
        format_string = 'custom ({0}) {operator}'

    assert texts(Custom('X', Path('a')))[0] == 'custom (#0) X'
