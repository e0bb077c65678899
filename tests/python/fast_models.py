"""Random models, items and programs for the tests of the fast path (test_fast_*.py)."""
import string
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum

from cynamo.attributes import (
    BinaryAttribute, BinarySetAttribute, BooleanAttribute, DiscriminatorAttribute, DynamicMapAttribute, JSONAttribute, ListAttribute, MapAttribute, NullAttribute,
    NumberAttribute, NumberSetAttribute, TTLAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute,
    VersionAttribute, DecimalAttribute,
)
from cynamo.models import Model


class Place(MapAttribute):
    city = UnicodeAttribute()
    code = NumberAttribute(null=True, attr_name='c')
    since = UTCDateTimeAttribute(null=True)


class House(MapAttribute):
    place = Place(null=True)
    rooms = ListAttribute(of=NumberAttribute, null=True)
    notes = MapAttribute(null=True)
    kind = UnicodeAttribute(default='flat')


class Shape(MapAttribute):
    kind = DiscriminatorAttribute()
    name = UnicodeAttribute(null=True)


class Circle(Shape, discriminator='circle'):
    radius = NumberAttribute(default=1)


class Square(Shape, discriminator='square'):
    side = NumberAttribute()


class Loose(DynamicMapAttribute):
    known = UnicodeAttribute(null=True)


class Text(str):
    pass


class Level(IntEnum):
    LOW = 1


class Nothing:
    def __repr__(self):
        return 'Nothing'


class Shout(UnicodeAttribute):
    """An attribute with code of its own."""

    def serialize(self, value):
        return value.upper()

    def deserialize(self, value):
        return value.lower()


class Even(NumberAttribute):
    def __set__(self, instance, value):
        super().__set__(instance, value if value is None else value - value % 2)


def text(random):
    return ''.join(random.choice(string.ascii_letters + 'äß€𝄞 "\\') for _ in range(random.choice((1, 3, 12, 70))))


def number(random):
    return random.choice((0, 1, -7, random.randrange(-10 ** 6, 10 ** 6), random.randrange(10 ** 30), 1.5, -0.25, 1e-9, 12345.678,
                          1e20, True, Decimal('3.14'), 2 ** 63, -2 ** 63))


def raw(random, depth=0):
    kinds = ('text', 'number', 'bool', 'none', 'bytes', 'set') + (('list', 'map') if depth < 3 else ())
    kind = random.choice(kinds)
    return {
        'text': lambda: text(random), 'number': lambda: random.choice((5, -1, 2.5, 10 ** 25)),
        'bool': lambda: random.random() < 0.5, 'none': lambda: None, 'bytes': lambda: text(random).encode(),
        'set': lambda: random.choice(({1, 2.5}, {'a', 'b'}, {b'x'}, frozenset((3,)))),
        'list': lambda: [raw(random, depth + 1) for _ in range(random.randrange(4))],
        'map': lambda: {text(random): raw(random, depth + 1) for _ in range(random.randrange(4))},
    }[kind]()


def nested(levels):
    value = 'end'
    for _ in range(levels):
        value = [value]
    return value


def wrong(random):
    """What few attributes take, or only DynamoDB refuses."""
    return random.choice((
        5, 'text', Text('text'), Level.LOW, b'bytes', float('nan'), float('inf'), 10 ** 40, 1e300, Decimal('NaN'), '\ud800', '', {},
        [], set(), frozenset({'x'}), {1, 'x'}, {'x', None}, {5: 6}, {'a': Nothing()}, [Nothing()], Nothing(), nested(31), nested(33),
        nested(60), {'': 1}, ('a', 'b'), bytearray(b'xy'), True, {'null': 1}, {'default': 2, 'x': 1}, {'self': 1}, Place(city=None),
        Place(city='c'), MapAttribute(x=1), Loose(known='k', y=[1]), Circle(), range(3), {'x': {'y': {Decimal('1.5')}}}, -0.0, 'x' * 5000,
        Decimal('1E+5'), {2.0, 2}, {float('nan')}, datetime(2020, 1, 1), timedelta(1)))


def moment(random):
    zone = random.choice((None, timezone.utc, timezone(timedelta(hours=5, minutes=30))))
    return datetime(random.randrange(1, 9999), random.randrange(1, 13), random.randrange(1, 29), random.randrange(24),
                    random.randrange(60), random.randrange(60), random.randrange(10 ** 6), zone)


def place(random):
    return Place(city=text(random), code=random.choice((None, 7, 2.5)), since=random.choice((None, moment(random))))


def house(random):
    return House(place=random.choice((None, place(random))), rooms=random.choice((None, [], [1, 2.5, None])),
                 notes=random.choice((None, {}, {text(random): raw(random, 2)})))


# Name -> (makes the attribute of these options, makes a value)
KINDS = {
    'text': (UnicodeAttribute, text),
    'number': (NumberAttribute, number),
    'decimal': (DecimalAttribute, lambda r: r.choice((Decimal('1.10'), 3, 2.5))),
    'boolean': (BooleanAttribute, lambda r: r.choice((True, False, 0, 'yes'))),
    'binary': (lambda **o: BinaryAttribute(legacy_encoding=False, **o), lambda r: r.choice((text(r).encode(), bytearray(b'xy')))),
    'old_binary': (lambda **o: BinaryAttribute(legacy_encoding=True, **o), lambda r: text(r).encode()),
    'moment': (UTCDateTimeAttribute, moment),
    'json': (JSONAttribute, lambda r: r.choice(([1, {'a': None}], {'b': 'ü'}, 'x', 5))),
    'nothing': (NullAttribute, lambda r: True),
    'texts': (UnicodeSetAttribute, lambda r: {text(r) for _ in range(r.randrange(4))}),
    'numbers': (NumberSetAttribute, lambda r: r.choice(({1, 2.5, -10 ** 25}, [3, 4], set(), {7}))),
    'binaries': (lambda **o: BinarySetAttribute(legacy_encoding=False, **o), lambda r: {text(r).encode() for _ in range(r.randrange(3))}),
    'things': (ListAttribute, lambda r: [raw(r) for _ in range(r.randrange(4))]),
    'counts': (lambda **o: ListAttribute(of=NumberAttribute, **o), lambda r: [r.choice((1, 2.5, None)) for _ in range(r.randrange(4))]),
    'places': (lambda **o: ListAttribute(of=Place, **o), lambda r: [place(r) for _ in range(r.randrange(3))]),
    'anything': (MapAttribute, lambda r: {text(r): raw(r) for _ in range(r.randrange(4))}),
    'place': (Place, place),
    'house': (House, house),
    'shape': (Shape, lambda r: r.choice((Circle(name=text(r)), Square(side=2), Circle(radius=None)))),
    'shapes': (lambda **o: ListAttribute(of=Shape, **o), lambda r: [Square(side=3)] * r.randrange(3) + [Circle()]),
    'loose': (Loose, lambda r: Loose(known=text(r), other=raw(r, 2))),
    'shout': (Shout, text),
    'even': (Even, lambda r: r.randrange(100)),
}
DEFAULTS = {'text': 'some text', 'number': 12, 'boolean': True, 'even': 7, 'anything': lambda: {'a': 1}, 'texts': lambda: {'d'}}


def model_parts(random):
    """What a random model is made of: {name: (kind, options)}, and whether it has a range key, a version, a TTL."""
    parts = {}
    for kind in random.sample(sorted(KINDS), random.randrange(1, len(KINDS))):
        options = {'null': True} if random.random() < 0.6 else {}
        if random.random() < 0.3:
            options['attr_name'] = 'stored_' + kind
        if kind in DEFAULTS and random.random() < 0.4:
            options['default'] = DEFAULTS[kind]
        parts[kind] = (kind, options)
    return parts, random.random() < 0.6, random.random() < 0.4, random.random() < 0.3


def make_model(parts, url, table='fast_test'):
    kinds, has_range, has_version, has_ttl = parts
    meta = type('Meta', (), {'table_name': table, 'host': url, 'region': 'us-east-1', 'billing_mode': 'PAY_PER_REQUEST',
                             'aws_access_key_id': 'a', 'aws_secret_access_key': 'b', 'max_retry_attempts': 2})
    namespace = {'Meta': meta, '__module__': __name__, 'pk': UnicodeAttribute(hash_key=True)}
    if has_range:
        namespace['sk'] = NumberAttribute(range_key=True)
    if has_version:
        namespace['version'] = VersionAttribute()
    if has_ttl:
        namespace['dies'] = TTLAttribute(null=True)
    for name, (kind, options) in kinds.items():
        namespace['a_' + name] = KINDS[kind][0](**options)
    return type(Model)('Thing', (Model,), namespace)


def values(random, parts):
    """Values for most of a model's attributes; now and then one that is None though it must not be."""
    kinds, has_range, has_version, has_ttl = parts
    found = {}
    for name, (kind, options) in kinds.items():
        chance = random.random()
        if chance < (0.3 if options.get('null') else 0.02):
            if random.random() < 0.5:
                found['a_' + name] = None
            continue
        found['a_' + name] = KINDS[kind][1](random) if random.random() > 0.03 else wrong(random)
    if has_ttl and random.random() < 0.7:
        found['dies'] = datetime(2030, 1, 2, 3, 4, random.randrange(60), random.randrange(2), timezone.utc)
    return found
