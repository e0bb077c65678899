"""Global indexes whose keys have several attributes: up to four for the hash key and four for the range key."""
import pytest

from cynamo.attributes import NumberAttribute, UnicodeAttribute
from cynamo.indexes import AllProjection, GlobalSecondaryIndex
from cynamo.models import Model


class Standing(GlobalSecondaryIndex):
    class Meta:
        projection = AllProjection()

    tournament = UnicodeAttribute(hash_key=True)
    region = UnicodeAttribute(hash_key=True)
    round = UnicodeAttribute(range_key=True)
    bracket = NumberAttribute(range_key=True)


class Match(Model):
    class Meta:
        table_name = 'multi-part-matches'
        host = 'memory:'
        billing_mode = 'PAY_PER_REQUEST'

    id = UnicodeAttribute(hash_key=True)
    tournament = UnicodeAttribute()
    region = UnicodeAttribute()
    round = UnicodeAttribute()
    bracket = NumberAttribute()
    standing = Standing()


@pytest.fixture
def matches():
    Match.create_table(wait=True)
    for number in range(12):
        Match(f'm{number:02}', tournament='cup', region='EU' if number % 2 else 'US', round=f'r{number // 4}',
              bracket=number).save()
    yield Match
    Match.delete_table(wait=True)


def ids(results):
    return [match.id for match in results]


def test_parts_are_in_the_order_of_their_definition():
    schema = Standing._get_schema()
    assert [(e['AttributeName'], e['KeyType']) for e in schema['key_schema']] == [
        ('tournament', 'HASH'), ('region', 'HASH'), ('round', 'RANGE'), ('bracket', 'RANGE')]


def test_query(matches):
    standing = matches.standing
    assert ids(standing.query(('cup', 'EU'))) == ['m01', 'm03', 'm05', 'm07', 'm09', 'm11']
    assert ids(standing.query(('cup', 'EU'), matches.round == 'r1')) == ['m05', 'm07']
    assert ids(standing.query(['cup', 'US'], (matches.round == 'r1') & (matches.bracket > 4))) == ['m06']
    assert ids(standing.query(('cup', 'EU'), scan_index_forward=False, limit=2)) == ['m11', 'm09']
    assert standing.count(('cup', 'EU')) == 6
    assert standing.count(('cup', 'nowhere')) == 0


def test_a_query_goes_on_amid_a_page(matches):
    first = matches.standing.query(('cup', 'EU'), page_size=4)
    seen = [next(first).id]
    key = first.last_evaluated_key
    assert set(key) == {'id', 'tournament', 'region', 'round', 'bracket'}
    seen += ids(matches.standing.query(('cup', 'EU'), last_evaluated_key=key))
    assert seen == ['m01', 'm03', 'm05', 'm07', 'm09', 'm11']


@pytest.mark.parametrize('key', ['cup', ('cup',), ('cup', 'EU', 'r1')])
def test_all_parts_are_needed(key):
    with pytest.raises(ValueError, match='The hash key of Standing is a tuple of 2 values: tournament, region'):
        Match.standing.query(key)
