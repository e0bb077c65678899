"""The fast path does what the Python path does: random models, items and programs, on both, compared to the last detail."""
import json
import random
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import cynamo
import fast_models
from cynamo import _fast
from cynamo.attributes import MapAttribute
from cynamo.connection import _transport
from cynamo.models import Model

PROGRAMS = 60


@pytest.fixture(autouse=True)
def fast_path_is_on_afterwards():
    yield
    _fast.switch(True)


def picture(value):
    """A value with the types of all its parts and the order of its names, so that two can be compared."""
    if isinstance(value, (Model, MapAttribute)):
        return type(value).__name__, [(name, picture(held)) for name, held in vars(value).items()]
    if isinstance(value, dict):
        return 'dict', [(name, picture(held)) for name, held in value.items()]
    if isinstance(value, list):
        return 'list', [picture(held) for held in value]
    if isinstance(value, (set, frozenset)):
        return type(value).__name__, sorted(map(repr, value))
    if isinstance(value, memoryview):
        return 'memoryview', bytes(value)
    return type(value).__name__, repr(value)


def outcome(call):
    try:
        return 'value', picture(call())
    except Exception as e:
        chain = [(type(e).__name__, str(e).partition(' on request')[0])]
        cause = getattr(e, 'cause', None)
        while cause is not None:
            chain.append((type(cause).__name__, getattr(cause, 'response', {}).get('Error')))
            cause = cause.__cause__
        chain.append(type(e.__context__).__name__)
        return 'error', chain


class Program:
    """The same calls on a model of its own."""

    def __init__(self, parts, url, is_fast, seed):
        self.parts, self.is_fast = parts, is_fast
        self.random = random.Random(seed)
        self.model = fast_models.make_model(parts, url)
        self.items = []

    def key(self):
        return ['p%d' % self.random.randrange(3)] + ([self.random.randrange(4)] if self.parts[1] else [])

    def step(self):
        _fast.switch(self.is_fast)
        name = self.random.choice(('save', 'save', 'save', 'get', 'get', 'query', 'scan', 'delete', 'update', 'refresh',
                                   'batch_write', 'batch_get', 'change', 'page'))
        return name, outcome(getattr(self, name))

    def save(self):
        item = self.model(*self.key(), **fast_models.values(self.random, self.parts))
        self.items.append(item)
        condition = self.model.pk.does_not_exist() if self.random.random() < 0.2 else None
        answer = item.save(condition, add_version_condition=self.random.random() < 0.8)
        return [answer, item]

    def change(self):
        if self.items:
            item = self.random.choice(self.items)
            for name, value in fast_models.values(self.random, self.parts).items():
                setattr(item, name, value)
            return [item.save(), item]

    def get(self):
        key = self.key()
        attributes = ['pk', 'version'] if self.random.random() < 0.2 else None
        return self.model.get(*key, consistent_read=self.random.random() < 0.5, attributes_to_get=attributes)

    def query(self):
        return list(self.model.query('p1', limit=self.random.choice((None, 2)), scan_index_forward=self.random.choice((None, False))))

    def page(self):
        """A query that stops amid a page and goes on from there."""
        results = self.model.query('p1', page_size=3)
        first = next(results, None)
        key = results.last_evaluated_key
        rest = list(self.model.query('p1', last_evaluated_key=key)) if key else []
        return [first, key, rest, results.total_count, results.page_iter.total_scanned_count]

    def scan(self):
        return sorted((picture(item) for item in self.model.scan(self.model.pk != 'p2', page_size=4)), key=repr)

    def delete(self):
        if self.items:
            item = self.items[self.random.randrange(len(self.items))]
            condition = self.model.pk.exists() if self.random.random() < 0.5 else None
            return item.delete(condition)

    def update(self):
        if self.items:
            item = self.random.choice(self.items)
            name = next((name for name in ('a_text', 'a_shout') if hasattr(self.model, name)), None)
            actions = [getattr(self.model, name).set('new')] if name else [self.model.pk.set('x')]
            return [item.update(actions), item]

    def refresh(self):
        if self.items:
            item = self.random.choice(self.items)
            return [item.refresh(), item]

    def batch_write(self):
        with self.model.batch_write() as batch:
            seen = set()
            for _ in range(self.random.randrange(1, 30)):
                key = self.key()
                if tuple(key) in seen:
                    continue
                seen.add(tuple(key))
                item = self.model(*key, **fast_models.values(self.random, self.parts))
                batch.delete(item) if self.random.random() < 0.3 else batch.save(item)

    def batch_get(self):
        keys = [self.key() for _ in range(5)]
        return sorted((picture(item) for item in self.model.batch_get([tuple(k) if len(k) > 1 else k[0] for k in keys])), key=repr)


@pytest.mark.parametrize('seed', range(PROGRAMS))
def test_programs(seed):
    parts = fast_models.model_parts(random.Random(seed))
    programs = [Program(parts, 'memory:fast%d' % is_fast, is_fast, seed) for is_fast in (True, False)]
    try:
        for program in programs:
            program.model.create_table()
        for _ in range(40):
            fast, plain = [program.step() for program in programs]
            assert fast == plain
        stored = [outcome(lambda: list(program.model._get_connection().scan()['Items'])) for program in programs]
        assert stored[0] == stored[1]
        assert programs[0].model.__dict__['_fast_plan'].is_usable
    finally:
        _transport.close_databases()


class Recorder(BaseHTTPRequestHandler):
    """Notes each request, and passes it on to a server."""
    protocol_version = 'HTTP/1.1'

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.seen.append((self.headers['X-Amz-Target'], json.loads(body)))
        connection = HTTPConnection(self.server.upstream)
        connection.request('POST', '/', body, {k: v for k, v in self.headers.items() if k.lower() not in ('host', 'accept-encoding')})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ('content-length', 'date', 'server', 'connection'):
                self.send_header(name, value)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def recorders():
    """Two recording proxies, each before a server of its own."""
    made = []
    for _ in range(2):
        server = cynamo.serve('memory:')
        recorder = ThreadingHTTPServer(('127.0.0.1', 0), Recorder)
        recorder.daemon_threads = True
        recorder.seen, recorder.upstream = [], server.url.partition('//')[2]
        threading.Thread(target=recorder.serve_forever, daemon=True).start()
        made.append((recorder, server))
    yield [recorder for recorder, _ in made]
    _transport.close_databases()
    for recorder, server in made:
        recorder.shutdown()
        recorder.server_close()
        server.close()


@pytest.mark.parametrize('seed', range(1000, 1006))
def test_what_is_sent(recorders, seed):
    """A server sees the same requests from both."""
    parts = fast_models.model_parts(random.Random(seed))
    programs = [Program(parts, 'http://127.0.0.1:%d' % recorder.server_port, is_fast, seed)
                for recorder, is_fast in zip(recorders, (True, False))]
    for program in programs:
        program.model.create_table()
    for _ in range(30):
        fast, plain = [program.step() for program in programs]
        assert fast == plain
        assert json.dumps(recorders[0].seen) == json.dumps(recorders[1].seen)
        for recorder in recorders:
            recorder.seen.clear()
