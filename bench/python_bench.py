#!/usr/bin/env python3
"""The Python package beside PynamoDB and pydynox: CPU of the caller per call, on an item of ten attributes.

  python_bench.py BUILD [--rounds N] [--venv FOLDER] [--only NAME]

One Cynamo server in a process of its own answers all of them over HTTP; Cynamo is measured on `memory:` too. Each subject is
a process that is asked for one round at a time, so that rounds alternate; the best of each is printed, since what disturbs a
measurement only adds. CPU is the whole process's, all its threads. Exits with 1 where a target of issue 5 is missed.
The venv has what the bench compares with; it is made by `tools/bench.sh`.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

CALLS = {'get': 400, 'save': 400, 'query of 100': 20, 'batch write of 25': 20}
# Operation -> how many times less than PynamoDB: over HTTP, in process.
TARGETS = {'get': (15, 80), 'save': (15, 60), 'query of 100': (15, 20), 'batch write of 25': (8, 15)}
OVER_PYDYNOX = 3
THREADS_TARGET = 1.7
FIELDS = {'name': 'Somebody Else', 'email': 'somebody@example.com', 'age': 42, 'score': 12.5, 'active': True,
          'tags': {'one', 'two', 'three'}, 'bio': 'x' * 120}


def created():
    from datetime import datetime, timezone
    return datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)


def pynamodb_calls(url):
    """PynamoDB's calls, also Cynamo's under its name."""
    from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
    from pynamodb.models import Model

    class Person(Model):
        class Meta:
            table_name = 'python_bench'
            host = url
            region = 'us-east-1'
            aws_access_key_id = aws_secret_access_key = 'cynamo'
            billing_mode = 'PAY_PER_REQUEST'
        pk = UnicodeAttribute(hash_key=True)
        sk = UnicodeAttribute(range_key=True)
        name = UnicodeAttribute()
        email = UnicodeAttribute()
        age = NumberAttribute()
        score = NumberAttribute()
        active = BooleanAttribute()
        created = UTCDateTimeAttribute()
        tags = UnicodeSetAttribute()
        bio = UnicodeAttribute(null=True)

    people = [Person('user#1', '%06d' % i, created=created(), **FIELDS) for i in range(100)]
    if not Person.exists():
        Person.create_table(wait=True)
    for person in people:
        person.save()

    def batch():
        with Person.batch_write() as writes:
            for person in people[:25]:
                writes.save(person)

    found = Person.get('user#1', '000050')
    assert found.attribute_values == people[50].attribute_values and len(list(Person.query('user#1'))) == 100
    return {'get': lambda: Person.get('user#1', '000050'), 'save': people[50].save,
            'query of 100': lambda: list(Person.query('user#1')), 'batch write of 25': batch}


def cynamo_calls(url):
    import cynamo
    cynamo.install_as_pynamodb()
    return pynamodb_calls(url)


def pydynox_calls(url):
    import pydynox
    from pydynox.attributes import (
        BooleanAttribute, DatetimeAttribute, NumberAttribute, StringAttribute, StringSetAttribute,
    )
    client = pydynox.DynamoDBClient(region='us-east-1', access_key='cynamo', secret_key='cynamo', endpoint_url=url)

    class Person(pydynox.Model):
        model_config = pydynox.ModelConfig(table='pydynox_bench', client=client)
        pk = StringAttribute(partition_key=True)
        sk = StringAttribute(sort_key=True)
        name = StringAttribute()
        email = StringAttribute()
        age = NumberAttribute()
        score = NumberAttribute()
        active = BooleanAttribute()
        created = DatetimeAttribute()
        tags = StringSetAttribute()
        bio = StringAttribute()

    people = [Person(pk='user#1', sk='%06d' % i, created=created(), **FIELDS) for i in range(100)]
    if not Person.sync_table_exists():
        Person.sync_create_table()
    for person in people:
        person.sync_save()

    def batch():
        with pydynox.SyncBatchWriter(client, 'pydynox_bench') as writes:
            for person in people[:25]:
                writes.put(person.to_dict())

    def save():
        people[50].sync_save(full_replace=True)  # else it sends only what has changed since: nothing

    assert len(list(Person.sync_query(partition_key='user#1'))) == 100
    return {'get': lambda: Person.sync_get(pk='user#1', sk='000050'), 'save': save,
            'query of 100': lambda: list(Person.sync_query(partition_key='user#1')), 'batch write of 25': batch}


SUBJECTS = {'pynamodb': pynamodb_calls, 'cynamo': cynamo_calls, 'pydynox': pydynox_calls}


def cpu_us(call, count):
    start = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - start) / count * 1e6


def calls_a_second(call, threads, seconds=1.0):
    from threading import Thread
    done = [0] * threads
    end = time.perf_counter() + seconds

    def work(number):
        while time.perf_counter() < end:
            call()
            done[number] += 1

    workers = [Thread(target=work, args=(number,)) for number in range(threads)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(done) / (time.perf_counter() - start)


def work(subject, url):
    """Answers each line of the input, an operation, with its CPU per call."""
    calls = SUBJECTS[subject](url)
    scale = 10 if url.startswith('memory:') else 1
    for name, call in calls.items():
        cpu_us(call, CALLS[name] // 4)
    print('ready', flush=True)
    for line in sys.stdin:
        name = line.strip()
        if name == 'threads':
            print(json.dumps([calls_a_second(calls['get'], threads) for threads in (1, 4)]), flush=True)
        else:
            print(cpu_us(calls[name], CALLS[name] * scale), flush=True)


class Worker:
    def __init__(self, python, subject, url, build):
        environment = dict(os.environ, PYTHONPATH=str(build / 'python') if subject == 'cynamo' else '')
        self.process = subprocess.Popen([python, __file__, str(build), '--worker', subject, '--url', url], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        assert self.process.stdout.readline() == 'ready\n', subject + ' did not start'

    def ask(self, name):
        self.process.stdin.write(name + '\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def measure(build, python, url, rounds, names):
    """{subject: {operation: µs}}, and how threads scale."""
    places = {'pynamodb': ('pynamodb', url), 'pydynox': ('pydynox', url), 'http': ('cynamo', url), 'memory': ('cynamo', 'memory:')}
    workers = {place: Worker(python, subject, where, build) for place, (subject, where) in places.items()}
    best = {place: dict.fromkeys(names, float('inf')) for place in places}
    for _ in range(rounds):
        for name in names:
            for place, worker in workers.items():
                best[place][name] = min(best[place][name], worker.ask(name))
    threads = max((workers['http'].ask('threads') for _ in range(rounds)), key=lambda pair: pair[1] / pair[0])
    for worker in workers.values():
        worker.end()
    return best, threads


def report(best, threads, names):
    missed = []

    def check(text, ratio, target):
        if ratio < target:
            missed.append('{}: {:.1f}, wanted {}'.format(text, ratio, target))
        return '{:5.1f}x ({})'.format(ratio, target)

    print('CPU of the caller, µs a call: PynamoDB {:>6} pydynox {:>3} Cynamo over HTTP {:>3} Cynamo in process'.format('', '', ''))
    for name in names:
        old, rust, http, memory = (best[place][name] for place in ('pynamodb', 'pydynox', 'http', 'memory'))
        print('  {:18} {:12.1f} {:14.1f} {:16.1f} {:16.1f}'.format(name, old, rust, http, memory))
        print('    times less (wanted): over HTTP {}, in process {}, than pydynox {}'.format(
            check(name + ' over HTTP', old / http, TARGETS[name][0]), check(name + ' in process', old / memory, TARGETS[name][1]),
            check(name + ' than pydynox', rust / http, OVER_PYDYNOX)))
    print('  gets a second over HTTP: 1 thread {:.0f}, 4 threads {:.0f}: {}'.format(
        *threads, check('threads', threads[1] / threads[0], THREADS_TARGET)))
    for text in missed:
        print('MISSED', text)
    return 1 if missed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--venv', type=pathlib.Path)
    parser.add_argument('--only', choices=list(CALLS))
    parser.add_argument('--worker', choices=list(SUBJECTS), help=argparse.SUPPRESS)
    parser.add_argument('--url', help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return work(arguments.worker, arguments.url)
    build = arguments.build.resolve()
    python = (arguments.venv or build / 'bench-venv') / 'bin' / 'python'
    names = [arguments.only] if arguments.only else list(CALLS)
    server = subprocess.Popen([build / 'cynamo', 'serve', 'memory:', '--port', '0'], stdout=subprocess.PIPE, text=True,
                              start_new_session=True)
    try:
        url = re.search(r'http://[\w.:]+', server.stdout.readline()).group()
        best, threads = measure(build, python, url, arguments.rounds, names)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    return report(best, threads, names)


sys.exit(main())
