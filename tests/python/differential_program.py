"""A random program of a mapper's calls, told by a seed: run with PynamoDB and with Cynamo, and compared by test_differential.

    python differential_program.py pynamodb|cynamo SEED STEPS

It prints JSON: what each call returned or raised, and what went over the wire, from a proxy in front of a server of its own."""
import datetime
import http.client
import http.server
import json
import os
import random
import re
import sys
import threading

import cynamo

if sys.argv[1] == 'cynamo':
    cynamo.install_as_pynamodb()

from pynamodb.attributes import (  # noqa: E402
    BinaryAttribute, BooleanAttribute, DiscriminatorAttribute, JSONAttribute, ListAttribute, MapAttribute, NumberAttribute,
    NumberSetAttribute, TTLAttribute, UTCDateTimeAttribute, UnicodeAttribute, UnicodeSetAttribute, VersionAttribute,
)
from pynamodb.connection import Connection  # noqa: E402
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection, LocalSecondaryIndex  # noqa: E402
from pynamodb.models import Model  # noqa: E402
from pynamodb.transactions import TransactGet, TransactWrite  # noqa: E402

requests = []


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands each request on, and notes it."""
    protocol_version = 'HTTP/1.1'

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        requests.append([self.headers['X-Amz-Target'].partition('.')[2], json.loads(body)])
        upstream = http.client.HTTPConnection('127.0.0.1', server.port)
        upstream.request('POST', '/', body, dict(self.headers))
        answer = upstream.getresponse()
        data = answer.read()
        upstream.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ('date', 'server', 'connection'):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


server = cynamo.serve('memory:')
proxy = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Proxy)
proxy.daemon_threads = True
threading.Thread(target=proxy.serve_forever, daemon=True).start()
URL = 'http://127.0.0.1:{}'.format(proxy.server_port)


class Meta:
    host = URL
    region = 'us-east-1'
    billing_mode = 'PAY_PER_REQUEST'
    aws_access_key_id = 'key'
    aws_secret_access_key = 'secret'
    max_retry_attempts = 0


class ViewIndex(GlobalSecondaryIndex):
    class Meta:
        index_name = 'views'
        projection = AllProjection()

    views = NumberAttribute(hash_key=True)
    title = UnicodeAttribute(range_key=True)


class AuthorIndex(LocalSecondaryIndex):
    class Meta:
        projection = KeysOnlyProjection()

    forum = UnicodeAttribute(hash_key=True)
    author = UnicodeAttribute(range_key=True)


class Place(MapAttribute):
    city = UnicodeAttribute()
    number = NumberAttribute(null=True, attr_name='no')


class Thread(Model):
    class Meta(Meta):
        table_name = 'Thread'

    forum = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(range_key=True)
    title = UnicodeAttribute(null=True)
    author = UnicodeAttribute(null=True)
    views = NumberAttribute(default=0)
    tags = UnicodeSetAttribute()
    scores = NumberSetAttribute()
    parts = ListAttribute(null=True)
    places = ListAttribute(of=Place, null=True)
    place = Place(null=True)
    raw = MapAttribute(null=True)
    extra = JSONAttribute(null=True)
    picture = BinaryAttribute(null=True, legacy_encoding=False)
    is_open = BooleanAttribute(null=True)
    created = UTCDateTimeAttribute(null=True, attr_name='when')
    expires = TTLAttribute(null=True)
    view_index = ViewIndex()
    author_index = AuthorIndex()


class Office(Model):
    class Meta(Meta):
        table_name = 'Office'

    name = UnicodeAttribute(hash_key=True)
    version = VersionAttribute()
    staff = NumberAttribute(null=True)


class Animal(Model):
    class Meta(Meta):
        table_name = 'Animal'

    name = UnicodeAttribute(hash_key=True)
    kind = DiscriminatorAttribute()


class Cat(Animal, discriminator='cat'):
    lives = NumberAttribute(default=9)


class Dog(Animal, discriminator='dog'):
    breed = UnicodeAttribute(null=True)


chance = random.Random(int(sys.argv[2]))
connection = Connection(host=URL, region='us-east-1', aws_access_key_id='key', aws_secret_access_key='secret', max_retry_attempts=0)


def text():
    return chance.choice(['', 'a', 'b', 'ann', 'Zoë', 'x' * 30, '#0', ':0'])


def number():
    return chance.choice([0, 1, -1, 2, 7, 3.5, -0.25, 10 ** 12, 12345678901234567890])


def keys():
    return chance.choice(['f', 'g', 'h']), chance.randrange(6)


def moment():
    return datetime.datetime(2020, 1, 1, chance.randrange(24), 0, 0, chance.randrange(1000000), datetime.timezone.utc)


def place():
    return Place(city=text() or 'c', number=chance.choice([None, number()]))


def values():
    makers = {
        'title': text, 'author': text, 'views': number, 'extra': lambda: chance.choice([None, 1, [text()], {'k': number()}]),
        'tags': lambda: set(chance.sample(['a', 'b', 'c', 'd'], chance.randrange(4))),
        'scores': lambda: set(chance.sample([1, 2, 3.5, -4], chance.randrange(4))),
        'parts': lambda: [chance.choice([None, True, 1, 2.5, 'x', ['y'], {'z': 1}]) for _ in range(chance.randrange(4))],
        'places': lambda: [place() for _ in range(chance.randrange(3))],
        'place': place, 'raw': lambda: {'k': number(), 'l': [text(), None, {'m': True}]},
        'picture': lambda: bytes(chance.randrange(256) for _ in range(chance.randrange(5))),
        'is_open': lambda: chance.choice([True, False]), 'created': moment, 'expires': moment,
    }
    return {name: makers[name]() for name in sorted(chance.sample(sorted(makers), chance.randrange(7)))}


def condition(depth=0):
    def leaf():
        return chance.choice([
            lambda: Thread.views == number(), lambda: Thread.views > number(), lambda: Thread.title.exists(),
            lambda: Thread.author.does_not_exist(), lambda: Thread.tags.contains('a'), lambda: Thread.title.startswith(text()),
            lambda: Thread.views.between(0, 5), lambda: Thread.author.is_in('a', 'ann'), lambda: Thread.place.city == text(),
            lambda: Thread.parts[0] == 'x', lambda: Thread.raw['k'] >= 1, lambda: Thread.created < moment(),
            lambda: Thread.picture != b'\x00', lambda: Thread.is_open == True, lambda: Thread.views.is_type(),  # noqa: E712
            lambda: Thread.scores == {1, 2}, lambda: Thread.place == place(), lambda: Thread.title <= Thread.author,
        ])()
    if depth > 2 or chance.random() < 0.5:
        return leaf()
    kind = chance.randrange(3)
    if kind == 0:
        return condition(depth + 1) & condition(depth + 1)
    if kind == 1:
        return condition(depth + 1) | condition(depth + 1)
    return ~condition(depth + 1)


def actions():
    makers = [
        lambda: Thread.views.set(Thread.views + 1), lambda: Thread.views.add(number()), lambda: Thread.title.set(text()),
        lambda: Thread.author.remove(), lambda: Thread.tags.add({'q', 'r'}), lambda: Thread.tags.delete({'a'}),
        lambda: Thread.parts.set(Thread.parts.append(['end'])), lambda: Thread.parts.set(Thread.parts.prepend([1])),
        lambda: Thread.place.set(place()), lambda: Thread.place.city.set('Rome'), lambda: Thread.raw['k'].set(2),
        lambda: Thread.views.set(Thread.views | 3), lambda: Thread.created.set(moment()), lambda: Thread.picture.set(b'p'),
        lambda: Thread.parts[0].remove(), lambda: Thread.scores.add({9}), lambda: Thread.extra.set({'e': [1]}),
        lambda: Thread.views.set(Thread.views - 2), lambda: Thread.expires.set(moment()),
    ]
    return [make() for make in chance.sample(makers, chance.randrange(1, 4))]


def maybe(make):
    return make() if chance.random() < 0.4 else None


def show(value):
    """A value as text that is the same in both packages."""
    if isinstance(value, Model):
        return '{}({})'.format(type(value).__name__, ', '.join(
            '{}={}'.format(name, show(inner)) for name, inner in sorted(value.attribute_values.items())))
    if isinstance(value, MapAttribute):
        return 'M' + show(dict(value.attribute_values))
    if isinstance(value, dict):
        return '{%s}' % ', '.join('{!r}: {}'.format(name, show(inner)) for name, inner in sorted(value.items())
                                  if name != 'ResponseMetadata')
    if isinstance(value, (list, tuple)):
        return '[%s]' % ', '.join(map(show, value))
    if isinstance(value, (set, frozenset)):
        return '<%s>' % ', '.join(sorted(map(show, value)))
    if isinstance(value, type):
        return value.__name__
    return repr(value)


def save():
    return Thread(*keys(), **values()).save(maybe(condition))


def update():
    item = Thread(*keys())
    return [item.update(actions(), condition=maybe(condition)), item]


def delete():
    return Thread(*keys()).delete(maybe(condition))


def get():
    return Thread.get(*keys(), consistent_read=chance.choice([True, False]),
                      attributes_to_get=maybe(lambda: ['forum', 'number', 'place', 'when']))


def refresh():
    item = Thread(*keys(), title='t')
    item.refresh()
    return item


def query():
    found = Thread.query(
        keys()[0], maybe(lambda: chance.choice([Thread.number > 2, Thread.number.between(1, 4), Thread.number == 3])),
        maybe(condition), scan_index_forward=maybe(lambda: False), limit=maybe(lambda: chance.randrange(1, 5)),
        page_size=maybe(lambda: chance.randrange(1, 4)), consistent_read=chance.choice([True, False]))
    return [list(found), found.total_count, found.last_evaluated_key]


def query_index():
    if chance.random() < 0.5:
        return list(Thread.view_index.query(number(), maybe(lambda: Thread.title.startswith('a')), page_size=2))
    return list(Thread.author_index.query(keys()[0], maybe(lambda: Thread.author > 'a'), maybe(condition)))


def scan():
    found = Thread.scan(maybe(condition), limit=maybe(lambda: chance.randrange(1, 9)), page_size=maybe(lambda: 3),
                        **chance.choice([{}, {'segment': 0, 'total_segments': 2}, {'index_name': 'views'}]))
    return [list(found), found.total_count, found.last_evaluated_key]


def count():
    return Thread.count(keys()[0], maybe(lambda: Thread.number < 4), maybe(condition))


def batch():
    with Thread.batch_write() as writing:
        for row in range(chance.randrange(8)):
            item = Thread(chance.choice(['f', 'g']), row, **values())
            (writing.save if chance.random() < 0.7 else writing.delete)(item)
    return sorted(show(item) for item in Thread.batch_get({keys() for _ in range(5)}))


def office():
    name = chance.choice(['x', 'y'])
    item = Office(name, version=chance.choice([None, 1, 2]) or 1) if chance.random() < 0.5 else Office(name)
    kind = chance.randrange(4)
    done = [
        lambda: item.save(add_version_condition=chance.choice([True, False])),
        lambda: item.update([Office.staff.set(number())], add_version_condition=chance.choice([True, False])),
        lambda: item.delete(),
        lambda: Office.get(name),
    ][kind]()
    return [done, item]


def animal():
    name = chance.choice(['t', 'r'])
    kind = chance.choice([Cat, Dog])
    return [
        lambda: kind(name).save(), lambda: Animal.get(name), lambda: kind.get(name), lambda: list(kind.scan()),
        lambda: list(kind.query(name)), lambda: list(Animal.scan()), lambda: kind.count(name),
    ][chance.randrange(7)]()


def transact():
    saved = Office(chance.choice(['x', 'y', 'z']))
    with TransactWrite(connection=connection, client_request_token=str(chance.random())) as transaction:
        transaction.save(Thread(*keys(), **values()), maybe(condition))
        if chance.random() < 0.5:
            transaction.update(Thread(*keys()), actions(), maybe(condition), return_values=maybe(lambda: 'ALL_OLD'))
        if chance.random() < 0.5:
            transaction.save(saved)
        if chance.random() < 0.3:
            transaction.condition_check(Animal, 't', condition=Animal.name.exists())
        if chance.random() < 0.3:
            transaction.delete(Animal('r'))
    with TransactGet(connection=connection) as transaction:
        futures = [transaction.get(Thread, *keys()), transaction.get(Office, 'x')]
    return [saved, [future.get() for future in futures]]


def mistakes():
    return [
        lambda: Thread(nothing=1), lambda: Thread('f').save(), lambda: Office('x').update([]),
        lambda: Thread('f', 1, place=Place()).save(), lambda: Thread.from_raw_data(None), lambda: list(Thread.batch_get(['f'])),
        lambda: list(Thread.query('f', Thread.title == 'x')), lambda: Thread.count(None, filter_condition=Thread.views > 1),
        lambda: connection.describe_table('None'), lambda: connection.query('Thread', 'f', index_name='none'),
        lambda: connection.put_item('Thread', 'f', 1, return_values='WRONG'), lambda: Thread.scan(filter_condition='x').next(),
        lambda: connection.update_table('Thread', read_capacity_units=1), lambda: connection.get_item('Other', 'k'),
        lambda: Thread.get('', 1), lambda: Thread('f', 1, expires=datetime.datetime.now()),
    ][chance.randrange(16)]()


def main():
    calls = [save, save, update, delete, get, refresh, query, query_index, scan, count, batch, office, animal, transact, mistakes]
    log = []
    for model in (Thread, Office, Animal):
        model.create_table(wait=True)
    for _ in range(int(sys.argv[3])):
        call = chance.choice(calls)
        try:
            told = show(call())
        except Exception as e:
            # Cynamo tells the reasons in the order of the calls, PynamoDB by kind.
            reasons = sorted(map(repr, getattr(e, 'cancellation_reasons', [])))
            told = '{}: {} {} {}'.format(type(e).__name__, e, getattr(e, 'cause_response_code', None), reasons)
        told = re.sub(r'on request \([^)]*\)', 'on request ()', told)
        log.append([call.__name__, told.replace(str(proxy.server_port), 'PORT'), requests[:]])
        del requests[:]
    json.dump(log, sys.stdout)


os.environ['TZ'] = 'UTC'
main()
