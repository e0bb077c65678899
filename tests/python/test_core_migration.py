"""Database.migrate and cynamo.migration: changes, what is recorded, going on after an error, what functions may do."""
import gc
import os
import subprocess
import sys
import threading
import time

import pytest

import cynamo
from cynamo import migration
from cynamo.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from cynamo.models import Model


class User(Model):
    class Meta:
        table_name = 'users'
        region = 'us-east-1'
        billing_mode = 'PAY_PER_REQUEST'

    mail = UnicodeAttribute(hash_key=True)
    lang = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    visits = NumberAttribute(null=True)
    is_active = BooleanAttribute(null=True)
    tags = UnicodeSetAttribute(null=True)


class Other(User):
    class Meta(User.Meta):
        table_name = 'others'


@pytest.fixture(params=['memory', 'server'])
def users(request):
    """The model with 30 items, in a database of its own."""
    if request.param == 'memory':
        model = User.bind(host='memory:migration-{}'.format(time.monotonic_ns()))
        server = None
    else:
        server = cynamo.serve('memory:')
        model = User.bind(host=server.url)
    model.create_table(wait=True)
    with model.batch_write() as batch:
        for i in range(30):
            batch.save(model('user%02d' % i, visits=i, **({'lang': 'de'} if i % 3 == 0 else {})))
    yield model
    if server:
        server.close()


def test_changes_that_are_ready(users):
    step = migration.Migration('fill', users, migration.backfill(User.lang, 'en'))
    report = step.run()
    assert (report.scanned, report.changed, report.was_applied, report.is_stopped) == (30, 20, False, False)
    assert {user.lang for user in users.scan()} == {'de', 'en'}
    report = migration.Migration('rename', users, migration.rename(User.lang, 'language')).run()
    assert report.changed == 30 and users.get('user00').language == 'de' and users.get('user00').lang is None
    assert migration.Migration('remove', users, migration.remove('language')).run().changed == 30
    assert users.get('user00').language is None
    step = migration.Migration('bump', users, migration.update(User.visits.add(100)), where=User.visits < 100)
    assert step.run().changed == 30 and users.get('user03').visits == 103
    assert migration.Migration('text', users, migration.string('visits')).run().changed == 30
    assert migration.Migration('number', users, migration.number('visits')).run().changed == 30
    assert users.get('user03').visits == 103


def test_encodings_of_old_releases(users):
    users('old').save()
    connection = users._get_connection().connection
    connection.dispatch('PutItem', {'TableName': 'users', 'Item': {
        'mail': {'S': 'old'}, 'is_active': {'N': '1'}, 'tags': {'SS': ['"a"', '"b"']}}})
    step = migration.Migration('old', users, migration.boolean(User.is_active), migration.unicode_set('tags'), where=User.mail == 'old')
    assert step.run().changed == 1
    assert users.get('old').is_active is True and users.get('old').tags == {'a', 'b'}


def test_functions(users):
    def change(item):
        if 'lang' in item:
            item['lang'] = {'S': item['lang']['S'].upper()}  # the item itself may be changed
            return item

    assert migration.Migration('upper', users, change).run().changed == 10
    assert users.get('user00').lang == 'DE' and users.get('user01').lang is None
    same = migration.Migration('same', users, lambda item: dict(item)).run()
    assert (same.scanned, same.changed) == (30, 0)

    def add(user):
        user.is_active = user.visits > 9

    users._get_connection().connection.dispatch('PutItem', {'TableName': 'users', 'Item': {
        'mail': {'S': 'extra'}, 'visits': {'N': '1'}, 'undeclared': {'L': [{'N': '1'}]}}})
    assert migration.Migration('model', users, migration.on_model(users, add)).run().changed == 31
    assert len(list(users.scan(User.is_active == True))) == 20  # noqa: E712
    raw = users._get_connection().get_item('extra')['Item']
    assert raw == {'mail': {'S': 'extra'}, 'visits': {'N': '1'}, 'undeclared': {'L': [{'N': '1'}]}, 'is_active': {'BOOL': False}}


def test_several_changes_one_on_the_other(users):
    step = migration.Migration(
        'both', users, migration.backfill('lang', {'S': 'en'}), lambda item: dict(item, language={'S': item['lang']['S'] + '!'}),
        where=User.visits < 4)
    assert step.run().changed == 4
    assert [users.get('user0%d' % i).language for i in range(5)] == ['de!', 'en!', 'en!', 'de!', None]


def test_applied_once_and_recorded(users):
    calls = []
    step = migration.Migration('once', users, lambda item: calls.append(item), definition='counts')
    assert step.run().was_applied is False and len(calls) == 30
    report = step.run()
    assert report.was_applied and report.scanned == 30 and len(calls) == 30
    with pytest.raises(cynamo.ServiceError, match='definition|other words'):
        migration.Migration('once', users, lambda item: None, definition='something else').run()
    assert migration.Migration('once', users, lambda item: None, version=2).run().was_applied is False
    first, second = migration.history(users)
    assert (first.table, first.name, first.version, first.is_applied) == ('users', 'once', 1, True)
    assert first.definition == 'counts' and first.scanned == 30 and first.applied_at and second.version == 2
    assert repr(step) == 'Migration<once/1 of users>'


def test_a_dry_run(users):
    step = migration.Migration('dry', users, migration.backfill('lang', {'S': 'en'}))
    report = step.run(dry_run=True)
    assert (report.scanned, report.changed) == (30, 20)
    assert users.get('user01').lang is None and migration.history(users) == []


def test_it_goes_on_after_an_error(users):
    class Mine(Exception):
        pass

    seen, broken = [], [True]

    def change(item):
        seen.append(item['mail']['S'])
        if broken[0] and len(seen) > 12:
            raise Mine('at ' + item['mail']['S'])
        return dict(item, lang={'S': 'x'})

    step = migration.Migration('broken', users, change)
    with pytest.raises(Mine, match='at user'):
        step.run(segments=1, page_size=5)
    broken[0] = False
    report = step.run(page_size=5)
    assert report.was_resumed and report.scanned == 30
    assert {user.lang for user in users.scan()} == {'x'}


def test_it_stops_and_goes_on(users):
    pages = []
    step = migration.Migration('stops', users, migration.backfill('language', {'S': 'en'}))
    report = step.run(segments=1, page_size=5, progress=pages.append, stops=lambda: len(pages) >= 2)
    assert report.is_stopped and 10 <= report.scanned < 30 and pages[0].scanned == 5
    report = step.run()
    assert report.was_resumed and not report.is_stopped and report.changed == 30


def test_an_error_in_progress(users):
    def progress(report):
        raise KeyError('progress')

    with pytest.raises(KeyError, match='progress'):
        migration.Migration('progress', users, lambda item: None).run(progress=progress)


def test_what_is_refused(users):
    with pytest.raises(cynamo.ServiceError, match='again'):
        migration.Migration('twice', users, migration.update(User.visits.add(1))).run()
    with pytest.raises(cynamo.ServiceError, match='key'):
        migration.Migration('key', users, lambda item: dict(item, mail={'S': item['mail']['S'] + '!'})).run()
    for changes in ([17], [('none', 'x')], [('rename', 'x')], [('backfill', 'x')], [()]):
        with pytest.raises(TypeError, match='a change is'):
            migration.Migration('wrong', users, *changes).run()
    with pytest.raises(cynamo.ServiceError, match='Unknown parameter|valid type'):
        migration.Migration('shape', users, lambda item: dict(item, x=1)).run()
    with pytest.raises(ValueError, match='database'):
        migration.Migration('place', 'users', migration.remove('x')).run()
    with pytest.raises(Exception, match='(?i)not found'):
        migration.Migration('table', 'no-such-table', migration.remove('x'), database=users).run()


def test_a_copy_into_another_table(users):
    other = Other.bind(host=users.Meta.host)
    other.create_table(wait=True)
    step = migration.Migration('copy', users, lambda item: dict(item, mail={'S': item['mail']['S'] + '@b'}), into=other)
    assert step.run().changed == 30
    assert users.count('user01') == 1 and other.get('user01@b').visits == 1
    assert migration.Migration('plain', 'users', into='others', database=users.Meta.host).run().changed == 30
    assert len(list(other.scan())) == 60


def test_items_that_others_change_meanwhile(users):
    lock = threading.Lock()
    done = set()

    def change(item):
        mail = item['mail']['S']
        with lock:
            is_first = mail not in done
            done.add(mail)
        if is_first:
            users(mail).update([User.lang.set('meanwhile')])
        return dict(item, lang={'S': item.get('lang', {}).get('S', '') .rstrip('!') + '!'})

    report = migration.Migration('busy', users, change).run()
    assert report.conflicts == 30
    assert {user.lang for user in users.scan()} == {'meanwhile!'}


def test_nothing_is_kept(users):
    def change(item):
        return dict(item, lang={'S': 'x'})

    def raises(item):
        raise KeyError(item)

    def counts():
        gc.collect()
        return [sys.getrefcount(thing) for thing in (change, raises, User, None.__class__)]

    for i in range(3):
        migration.Migration('kept-%d' % i, users, change, migration.remove('none')).run(progress=lambda report: None)
        with pytest.raises(KeyError):
            migration.Migration('raises-%d' % i, users, raises).run()
        if i == 0:
            before = counts()
    assert counts() == before


def test_a_rate(users):
    begin = time.monotonic()
    migration.Migration('rate', users, migration.backfill('lang', {'S': 'en'})).run(rate_limit=40, page_size=5)
    assert time.monotonic() - begin > 0.2


def test_not_through_botocore(users):
    pytest.importorskip('botocore')
    from botocore.stub import Stubber
    with Stubber(users._get_connection().connection.client):
        with pytest.raises(RuntimeError, match='botocore'):
            migration.Migration('stub', users, migration.remove('x')).run()


def test_interrupted(tmp_path):
    program = '''
import os, signal, sys, threading, time
from cynamo import migration
from cynamo.models import Model
from cynamo.attributes import UnicodeAttribute
class User(Model):
    class Meta:
        table_name = 'users'
        host = 'memory:'
        region = 'us-east-1'
        billing_mode = 'PAY_PER_REQUEST'
    mail = UnicodeAttribute(hash_key=True)
User.create_table()
with User.batch_write() as batch:
    for i in range(100):
        batch.save(User(str(i)))
def change(item):
    time.sleep(0.02)
    return dict(item, x={'S': 'x'})
step = migration.Migration('slow', User, change)
threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    step.run(segments=1, page_size=5)
except KeyboardInterrupt:
    report = step.run()
    assert report.was_resumed and report.scanned == 100, report
    print('interrupted')
'''
    done = subprocess.run([sys.executable, '-X', 'faulthandler', '-c', program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60, env={name: value for name, value in os.environ.items() if name != 'PYTEST_CURRENT_TEST'})
    assert done.stdout == b'interrupted\n', done.stdout.decode()
