"""
Each attribute through a database in the process, with the fast path and without it (CYNAMO_FAST=0): the same values come
back, and the same refusals come before anything is sent.
"""
import os
import subprocess
import sys

import pytest

PROGRAM = '''
import enum
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Optional

from cynamo.attributes import *
from cynamo.attributes import mapped
from cynamo.exceptions import AttributeNullError, PutError
from cynamo.models import Model

PI = Decimal('3.1415926535897932384626433832795028842')


class Color(enum.Enum):
    RED = 'red'
    BLUE = 'blue'


class Level(enum.IntEnum):
    LOW = 1


class Upper(UnicodeAttribute):
    def serialize(self, value):
        return value.upper()

    def deserialize(self, value):
        return value.lower()


class Place(MapAttribute):
    street = UnicodeAttribute(attr_name='s')
    exact = DecimalAttribute(null=True)
    color = EnumAttribute(Color, null=True)
    upper = Upper(null=True)


class Loose(DynamicMapAttribute):
    note = UnicodeAttribute(null=True)


class Item(Model):
    class Meta:
        table_name = 'attributes'
        host = 'memory:'
        billing_mode = 'PAY_PER_REQUEST'

    id = UnicodeAttribute(hash_key=True)
    at = NumberAttribute(range_key=True, as_decimal=True)
    number = NumberAttribute(null=True)
    exact = NumberAttribute(as_decimal=True, null=True)
    decimal = DecimalAttribute(null=True, attr_name='d')
    numbers = NumberSetAttribute()
    exacts = NumberSetAttribute(as_decimal=True)
    decimals = DecimalSetAttribute()
    color = EnumAttribute(Color, null=True)
    level = EnumAttribute(Level, null=True)
    colors = EnumSetAttribute(Color)
    upper = Upper(null=True)
    uppers = ListAttribute(of=Upper, null=True)
    elements = ListAttribute(of=NumberAttribute(as_decimal=True), null=True)
    members = ListAttribute(of=EnumAttribute(Color), null=True)
    place = Place(null=True)
    places = ListAttribute(of=Place, null=True)
    raw = MapAttribute(null=True)
    loose = Loose(null=True)
    anything = ListAttribute(null=True)
    blob = BinaryAttribute(legacy_encoding=False, null=True)
    legacy = BinaryAttribute(legacy_encoding=True, null=True)
    blobs = BinarySetAttribute(legacy_encoding=True)
    flag = BooleanAttribute(null=True)
    nothing = NullAttribute(null=True)
    json = JSONAttribute(null=True)
    when = UTCDateTimeAttribute(null=True)
    ttl = TTLAttribute(null=True)
    version = VersionAttribute()
    motto: Mapped[Optional[str]]
    amount: Mapped[Optional[Decimal]]


FULL = dict(
    number=-1.5, exact=PI, decimal=Decimal('1E-130'), numbers={1, 2.5}, exacts={PI, Decimal(1)}, decimals={Decimal('0.1')},
    color=Color.RED, level=Level.LOW, colors={Color.RED, Color.BLUE}, upper='up', uppers=['a', 'b'], elements=[PI, None],
    members=[Color.BLUE], place=Place(street='Main', exact=PI, color=Color.BLUE, upper='x'), places=[Place(street='Side')],
    raw={'a': 1, 'b': [1.5, None, {'c': {'x'}}], 'd': b'y'}, loose={'note': 'n', 'any': [1]},
    anything=['a', 1, None, {'b': b'c'}, [True]], blob=bytes(range(256)), legacy=bytes(range(256)), blobs={b'a', b''},
    flag=False, json={'a': [1, None]}, when=datetime(1, 2, 3, 4, 5, 6, 7, timezone.utc),
    ttl=datetime(2030, 1, 1, tzinfo=timezone.utc), motto='m', amount=PI,
)


def plain(value):
    if isinstance(value, MapAttribute):
        return {name: plain(v) for name, v in value.attribute_values.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def check(item, expected):
    found = plain(item)
    wanted = plain(expected)
    assert found == wanted, {n: (found.get(n), wanted.get(n)) for n in {*found, *wanted} if found.get(n) != wanted.get(n)}
    for name, value in wanted.items():
        assert type(found[name]) is type(value), (name, found[name])


def values(item):
    holder = MapAttribute()
    holder.__dict__['attribute_values'] = dict(item.attribute_values)
    return holder


def write_batch(item):
    with Item.batch_write() as batch:
        batch.save(item)


Item.create_table(wait=True)
full = Item('full', Decimal('1.10'), **FULL)
full.save()
assert full.version == 1
empty = Item('empty', 2)
empty.save()

for got in (Item.get('full', Decimal('1.1')), next(Item.query('full')), next(Item.scan(Item.id == 'full')),
            next(Item.batch_get([('full', Decimal('1.1'))]))):
    check(values(got), values(full))
    assert type(got.at) is Decimal and type(got.exact) is Decimal and got.exact == PI and got.decimals == {Decimal('0.1')}
    assert got.place.exact == PI and got.elements == [PI, None] and got.place.upper == 'x'
got = Item.get('empty', 2)
assert got.attribute_values == {'id': 'empty', 'at': Decimal(2), 'version': 1}, got

full.refresh()
check(values(full), values(Item.get('full', Decimal('1.1'))))
full.update(actions=[Item.exact.set(Decimal('0.3')), Item.color.set(Color.BLUE), Item.place.color.set(Color.RED),
                     Item.decimals.add({Decimal('0.2')}), Item.uppers[0].set('new')])
assert full.exact == Decimal('0.3') and full.color is Color.BLUE and full.place.color is Color.RED
assert full.decimals == {Decimal('0.1'), Decimal('0.2')} and full.uppers == ['new', 'b'], full.uppers
assert [i.id for i in Item.scan((Item.color == Color.BLUE) & Item.colors.contains(Color.RED) & (Item.exact < PI))] == ['full']

for wrong, error in [
    ({'number': True}, TypeError), ({'number': float('nan')}, ValueError), ({'number': Decimal('Infinity')}, ValueError),
    ({'numbers': {float('inf')}}, ValueError), ({'exact': [1]}, TypeError), ({'color': 'green'}, ValueError),
    ({'decimal': Decimal('1' * 39)}, ValueError), ({'raw': {'x': object()}}, ValueError), ({'raw': {'x': set()}}, ValueError),
    ({'place': Place()}, AttributeNullError), ({'places': [Place()]}, AttributeNullError), ({'raw': {'n': float('nan')}}, ValueError),
    ({'ttl': 'x'}, ValueError), ({'when': 'x'}, AttributeError), ({'anything': [{1, 'a'}]}, ValueError),
]:
    for write in (lambda i: i.save(), lambda i: i.serialize(), write_batch):
        try:
            write(Item('wrong', 3, **wrong))
        except error:
            pass
        except Exception as other:
            raise AssertionError((wrong, repr(other))) from other
        else:
            raise AssertionError(wrong)


assert Item.count('wrong') == 0
print('done')
'''


@pytest.mark.parametrize('fast', ['1', '0'])
def test_values_come_back(fast):
    done = subprocess.run([sys.executable, '-c', PROGRAM], capture_output=True, text=True,
                          env={**os.environ, 'CYNAMO_FAST': fast})
    assert done.stdout == 'done\n', done.stderr


REFUSED = '''
from cynamo.attributes import ListAttribute, MapAttribute, NumberAttribute, NumberSetAttribute, UnicodeAttribute
from cynamo.exceptions import PutError, QueryError, UpdateError
from cynamo.models import Model
import cynamo

NO_NUMBER = 'The parameter cannot be converted to a numeric value: "x"'


def texts_of(host):
    class Thing(Model):
        class Meta:
            table_name = 'refused'
            billing_mode = 'PAY_PER_REQUEST'

        id = UnicodeAttribute(hash_key=True)
        number = NumberAttribute(null=True)
        numbers = NumberSetAttribute(null=True)
        listed = ListAttribute(of=NumberAttribute, null=True)
        loose = MapAttribute(null=True)

    Thing.Meta.host = host
    Thing.create_table(wait=True)
    Thing('kept', number=1).save()
    texts = []

    def refused(kind, call):
        try:
            call()
        except kind as error:
            assert error.cause_response_code == 'ValidationException', error
            texts.append(error.cause_response_message)
        else:
            raise AssertionError('taken')

    def batch():
        with Thing.batch_write() as writer:
            writer.save(Thing('new', number='x'))

    for values in ({'number': 'x'}, {'numbers': {'x'}}, {'listed': [1, 'x']}, {'loose': {'': 1}}):
        refused(PutError, lambda: Thing('new', **values).save())
    refused(UpdateError, lambda: Thing('kept').update([Thing.number.set('x')]))
    refused(QueryError, lambda: list(Thing.query('kept', filter_condition=Thing.number == 'x')))
    refused(PutError, batch)
    assert [(thing.id, thing.number) for thing in Thing.scan()] == [('kept', 1)]
    return texts


server = cynamo.serve('memory:')
theirs, ours = texts_of(server.url), texts_of('memory:')
server.close()
assert theirs == ours, (theirs, ours)
assert theirs[0] == '1 validation error detected: ' + NO_NUMBER, theirs
assert theirs[5] == 'ExpressionAttributeValues contains invalid value: ' + NO_NUMBER + ' for key :1', theirs
'''


@pytest.mark.parametrize('fast', ['1', '0'])
def test_what_is_no_number_is_never_sent(fast):
    """A client has no bytes for it: it must not send another number instead."""
    subprocess.run([sys.executable, '-c', REFUSED], env=dict(os.environ, CYNAMO_FAST=fast), check=True, timeout=120)
