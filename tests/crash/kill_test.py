#!/usr/bin/env python3
"""Kills `cynamo serve file:…` with SIGKILL at random moments under load, and looks at what is there after each restart.

  kill_test.py [--rounds 5] [--seed N] [--binary build/cynamo] [--workers 8] [--keep]

Every worker writes keys of its own, so it knows what must be there: what was acknowledged; of a request without an answer
either all or nothing, a transaction over two tables as one. All workers share a counter (a transaction adds 1 and puts a
record: as many records as the counter says) and accounts (transfers: the sum stays). One thread creates a table, fills it,
adds an index with backfill and deletes it; now and then the file is compacted meanwhile. After each restart every index is
compared with its table, item by item; the change log of each table is played on from where the last round left it, and must
lead to exactly the items that are there, record after record without a gap; and `cynamo check` looks at the file as the kill has left it, and beside the server
after the restart. The durability mode and the number of event loops change from round to round; now and then the server is
killed while it starts.

Only the standard library is used. The last line: N passed, M failed, where each round is one.
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import wire
from wire import Refused

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEYS = 12                # of each worker and table
ACCOUNTS, BALANCE = 6, 1000
ROUNDS_PER_FOLDER = 25


class Lost(Exception):
    """The server went away: whether the request was carried out is not known."""


class Connection(wire.Connection):
    def call(self, operation, **request):
        try:
            return super().call(operation, **request)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise Lost(str(problem)) from problem
        except Refused as refused:
            if refused.status >= 500:
                raise Lost(str(refused)) from refused
            raise


class Server:
    def __init__(self, binary, folder, mode, threads, log):
        self.process = subprocess.Popen([binary, "serve", f"file:{folder}?durability={mode}&size_max=2G", "--port", "0",
                                         "--threads", str(threads)], stdout=subprocess.PIPE, stderr=log)

    def wait_ready(self):
        return wire.wait_ready(self.process)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


# ---- what must be there

class World:
    """Per key (table, partition, sort) what it may hold: one item (or None), two while the outcome is not known."""

    def __init__(self):
        self.certain = {}
        self.open = []       # [(key, before, after)…] of each request without an answer: all before or all after
        self.records = set()  # of the counter, acknowledged
        self.counter_max = 0  # requests that may have added
        self.temporary = set()           # keys of the passing table, acknowledged
        self.temporary_state = "absent"  # or "there", or "unknown" while it is created or deleted
        self.played = {}     # by table: its items as its change log says
        self.sequence = {}   # by table: the last record played
        self.lock = threading.Lock()
        self.acknowledged = self.unknown = self.applied = 0

    def write(self, changes, request):
        """`changes`: [(key, item after)]; `request` makes the call. Refused: nothing changed."""
        before = [(key, self.certain.get(key), after) for key, after in changes]
        try:
            request()
        except Lost:
            with self.lock:
                self.open.append(before)
            raise
        with self.lock:
            self.acknowledged += 1
            for key, after in changes:
                self.certain[key] = after

    def settle(self, found):
        """Checks what was found in the tables, and takes it as what is certain from now on."""
        for request in self.open:
            after = [found.get(key) == new for key, old, new in request]
            before = [found.get(key) == old for key, old, new in request]
            assert all(after) or all(before), "half of a request: " + json.dumps(
                [(key, found.get(key), old, new) for key, old, new in request])[:3000]
            self.unknown += 1
            self.applied += all(after)
            for key, old, new in request:
                self.certain[key] = found.get(key)
        self.open.clear()
        wanted = {key: item for key, item in self.certain.items() if item is not None}
        for key in wanted.keys() | found.keys():
            assert wanted.get(key) == found.get(key), \
                f"{key}: there is {str(found.get(key))[:500]}, acknowledged was {str(wanted.get(key))[:500]}"


TABLES = {
    "One": dict(KeySchema=[("pk", "HASH")], types="pk:S g:S v:N", gsi=[("g", "HASH"), ("v", "RANGE")], view="NEW_AND_OLD_IMAGES"),
    "Two": dict(KeySchema=[("pk", "HASH"), ("sk", "RANGE")], types="pk:S sk:N g:S", gsi=[("g", "HASH")], view="NEW_IMAGE"),
}


def schema(pairs):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in pairs]


def definitions(types):
    return [dict(zip(("AttributeName", "AttributeType"), word.split(":"))) for word in types.split()]


def create_tables(connection):
    for name, table in TABLES.items():
        connection.call("CreateTable", TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=schema(table["KeySchema"]),
                        AttributeDefinitions=definitions(table["types"]),
                        StreamSpecification={"StreamEnabled": True, "StreamViewType": table["view"]},
                        GlobalSecondaryIndexes=[{"IndexName": "byG", "KeySchema": schema(table["gsi"]),
                                                 "Projection": {"ProjectionType": "ALL"}}])
    for i in range(ACCOUNTS):
        connection.call("PutItem", TableName="One", Item={"pk": {"S": f"account{i}"}, "b": {"N": str(BALANCE)}})


# ---- load

class Worker(threading.Thread):
    def __init__(self, number, port, world, seed, problems):
        super().__init__(daemon=True)
        self.number, self.world, self.problems = number, world, problems
        self.random = random.Random(seed)
        self.connection = Connection(port)
        self.serial = seed % 1_000_000 * 1000

    def run(self):
        actions = [self.put, self.put, self.update, self.update, self.delete, self.transact, self.transact, self.count,
                   self.transfer, self.batch, self.get]
        try:
            while True:
                self.random.choice(actions)()
        except Lost:
            pass
        except Exception as problem:  # reported by the round
            self.problems.append(f"worker {self.number}: {type(problem).__name__}: {problem}")

    def key(self, table=None):
        table = table or self.random.choice(["One", "Two"])
        return table, f"w{self.number}k{self.random.randrange(KEYS)}", "7" if table == "Two" else None

    def item(self, key):
        self.serial += 1
        table, pk, sk = key
        size = self.random.choice([0, 10, 100, 1000, 3000, 3000, 20000])
        item = {"pk": {"S": pk}, "v": {"N": str(self.serial)}, "p": {"S": chr(97 + self.serial % 26) * size}}
        if sk:
            item["sk"] = {"N": sk}
        if self.random.random() < 0.8:
            item["g"] = {"S": f"g{self.random.randrange(4)}"}
        return item

    def put(self):
        key = self.key()
        item = self.item(key)
        self.world.write([(key, item)], lambda: self.connection.call("PutItem", TableName=key[0], Item=item))

    def update(self):
        key = self.key()
        old = self.world.certain.get(key)
        item = self.item(key)
        names = {"#" + name: name for name in ("v", "p", "g")}
        values = {":" + name: item[name] for name in ("v", "p", "g") if name in item}
        expression = "SET #v = :v, #p = :p" + (", #g = :g" if "g" in item else " REMOVE #g")
        condition = "attribute_not_exists(#v)" if old is None else "#v = :old"
        if old is not None:
            values[":old"] = old["v"]
        self.world.write([(key, item)], lambda: self.connection.call(
            "UpdateItem", TableName=key[0], Key=key_of(key), UpdateExpression=expression, ConditionExpression=condition,
            ExpressionAttributeNames=names, ExpressionAttributeValues=values))

    def delete(self):
        key = self.key()
        self.world.write([(key, None)], lambda: self.connection.call("DeleteItem", TableName=key[0], Key=key_of(key)))

    def transact(self):
        keys = {self.key(table) for table in ("One", "Two", "One", "Two", "Two")}
        changes, actions = [], []
        for key in keys:
            if self.random.random() < 0.2:
                changes.append((key, None))
                actions.append({"Delete": {"TableName": key[0], "Key": key_of(key)}})
            else:
                item = self.item(key)
                changes.append((key, item))
                actions.append({"Put": {"TableName": key[0], "Item": item}})
        self.world.write(changes, lambda: self.connection.call("TransactWriteItems", TransactItems=actions))

    def batch(self):
        """Each write of a batch stands alone, but the batch is answered as one: all of it is open until then."""
        keys = {self.key() for _ in range(4)}
        items = {key: self.item(key) for key in keys}
        requests = {}
        for key, item in items.items():
            requests.setdefault(key[0], []).append({"PutRequest": {"Item": item}})
        before = [[(key, self.world.certain.get(key), item)] for key, item in items.items()]
        try:
            left = self.connection.call("BatchWriteItem", RequestItems=requests)["UnprocessedItems"]
            assert not left, left
        except Lost:
            with self.world.lock:
                self.world.open += before
            raise
        with self.world.lock:
            self.world.acknowledged += 1
            self.world.certain.update(items)

    def count(self):
        self.serial += 1
        name = f"record{self.number}-{self.serial}"
        with self.world.lock:
            self.world.counter_max += 1
        try:
            self.connection.call("TransactWriteItems", TransactItems=[
                {"Update": {"TableName": "One", "Key": {"pk": {"S": "counter"}}, "UpdateExpression": "ADD n :one",
                            "ExpressionAttributeValues": {":one": {"N": "1"}}}},
                {"Put": {"TableName": "Two", "Item": {"pk": {"S": name}, "sk": {"N": "0"}, "g": {"S": "records"}}}}])
        except Refused as refused:
            self.conflict(refused)
            return
        with self.world.lock:
            self.world.records.add(name)
            self.world.acknowledged += 1

    def transfer(self):
        source, target = self.random.sample(range(ACCOUNTS), 2)
        amount = {":a": {"N": str(self.random.randrange(1, 300))}}
        try:
            self.connection.call("TransactWriteItems", TransactItems=[
                {"Update": {"TableName": "One", "Key": {"pk": {"S": f"account{source}"}}, "UpdateExpression": "SET b = b - :a",
                            "ConditionExpression": "b >= :a", "ExpressionAttributeValues": amount}},
                {"Update": {"TableName": "One", "Key": {"pk": {"S": f"account{target}"}}, "UpdateExpression": "SET b = b + :a",
                            "ExpressionAttributeValues": amount}}])
        except Refused as refused:
            self.conflict(refused)

    def conflict(self, refused):
        codes = {reason.get("Code") for reason in refused.body.get("CancellationReasons", [])}
        if refused.name != "TransactionCanceledException" or not codes <= {"None", "TransactionConflict", "ConditionalCheckFailed"}:
            raise refused

    def get(self):
        key = self.key()
        found = self.connection.call("GetItem", TableName=key[0], Key=key_of(key), ConsistentRead=True).get("Item")
        assert found == self.world.certain.get(key), f"{key}: read {found}, wrote {self.world.certain.get(key)}"


def key_of(key):
    return {"pk": {"S": key[1]}, **({"sk": {"N": key[2]}} if key[2] else {})}


class Passing(threading.Thread):
    """Creates a table, fills it, adds an index (backfill), deletes it, and begins again."""

    def __init__(self, port, world, seed, problems):
        super().__init__(daemon=True)
        self.world, self.problems = world, problems
        self.random = random.Random(seed)
        self.connection = Connection(port)

    def run(self):
        try:
            while True:
                self.cycle()
        except Lost:
            pass
        except Exception as problem:  # reported by the round
            self.problems.append(f"passing table: {type(problem).__name__}: {problem}")

    def cycle(self):
        call, world = self.connection.call, self.world
        if world.temporary_state == "there":
            world.temporary_state = "unknown"
            call("DeleteTable", TableName="Passing")
            world.temporary_state = "absent"
            self.wait_gone()
        world.temporary.clear()
        world.temporary_state = "unknown"
        call("CreateTable", TableName="Passing", BillingMode="PAY_PER_REQUEST", KeySchema=schema([("pk", "HASH")]),
             AttributeDefinitions=definitions("pk:S"),
             StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
        world.temporary_state = "there"
        for i in range(self.random.randrange(20, 120)):
            item = {"pk": {"S": f"p{i}"}, "q": {"N": str(i % 7)}, "fill": {"S": "x" * self.random.choice([1, 500, 5000])}}
            call("PutItem", TableName="Passing", Item=item)
            world.temporary.add(f"p{i}")
        call("UpdateTable", TableName="Passing", AttributeDefinitions=definitions("pk:S q:N"),
             GlobalSecondaryIndexUpdates=[{"Create": {"IndexName": "byQ", "KeySchema": schema([("q", "HASH")]),
                                                      "Projection": {"ProjectionType": "ALL"}}}])
        wait_active(self.connection, "Passing")

    def wait_gone(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                self.connection.call("DescribeTable", TableName="Passing")
            except Refused:
                return
            time.sleep(0.01)
        raise AssertionError("the table is still there after 30 s")


def wait_active(connection, name):
    end = time.monotonic() + 30
    while True:
        table = connection.call("DescribeTable", TableName=name)["Table"]
        states = [table["TableStatus"]] + [index["IndexStatus"] for index in table.get("GlobalSecondaryIndexes", [])]
        if all(state == "ACTIVE" for state in states):
            return table
        if time.monotonic() > end:
            raise AssertionError(f"{name} is still {states} after 30 s")
        time.sleep(0.01)


# ---- after a restart

def compare_index(items, entries, attributes, what):
    def by_key(rows):
        return sorted((json.dumps(row, sort_keys=True) for row in rows))
    wanted = by_key(item for item in items if all(name in item for name in attributes))
    found = by_key(entries)
    assert wanted == found, f"{what}: {len(wanted)} items have its keys, {len(found)} entries; " \
                            f"missing {[w[:200] for w in set(wanted) - set(found)][:3]}, too many {[f[:200] for f in set(found) - set(wanted)][:3]}"


def read_log(connection, arn, after):
    """The records behind one, or all."""
    shard, = connection.call("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
    start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after} if after else {"ShardIteratorType": "TRIM_HORIZON"}
    iterator = connection.call("GetShardIterator", StreamArn=arn, ShardId=shard["ShardId"], **start)["ShardIterator"]
    while True:
        page = connection.call("GetRecords", ShardIterator=iterator)
        if not page["Records"]:
            return
        yield from page["Records"]
        iterator = page["NextShardIterator"]


def compare_log(connection, world, name, described, items):
    """Plays the log on: each record fits what the ones before it left, and all of them make the table."""
    table, last = world.played.setdefault(name, {}), world.sequence.get(name)
    for record in read_log(connection, described["LatestStreamArn"], last):
        change, event = record["dynamodb"], record["eventName"]
        number, key = change["SequenceNumber"], json.dumps(change["Keys"], sort_keys=True)
        assert last is None or int(number) == int(last) + 1, f"{name}: record {number} comes after {last}"
        last, before, after = number, table.get(key), change.get("NewImage")
        assert (event == "INSERT") == (before is None), f"{name}: {event} of {key}, where there was {str(before)[:300]}"
        assert (event == "REMOVE") == (after is None), f"{name}: {event} of {key} to {str(after)[:300]}"
        if TABLES[name]["view"] == "NEW_AND_OLD_IMAGES":
            assert change.get("OldImage") == before, \
                f"{name}: {event} of {key} from {str(change.get('OldImage'))[:300]}, where there was {str(before)[:300]}"
        if after is None:
            table.pop(key)
        else:
            table[key] = after
    world.sequence[name] = last
    keys = [attribute for attribute, _ in TABLES[name]["KeySchema"]]
    found = {json.dumps({key: item[key] for key in keys}, sort_keys=True): item for item in items}
    for key in found.keys() | table.keys():
        assert found.get(key) == table.get(key), \
            f"{name}: {key} is {str(found.get(key))[:300]}, and the change log says {str(table.get(key))[:300]}"


def check(connection, world):
    found, records, balances, counter = {}, set(), 0, 0
    for name, table in TABLES.items():
        described = wait_active(connection, name)
        items = connection.all("Scan", TableName=name, ConsistentRead=True)
        entries = connection.all("Scan", TableName=name, IndexName="byG")
        compare_index(items, entries, [attribute for attribute, _ in table["gsi"]], f"{name}.byG")
        compare_log(connection, world, name, described, items)
        assert described["ItemCount"] == len(items), f"{name}: ItemCount {described['ItemCount']}, scanned {len(items)}"
        for item in items:
            pk = item["pk"]["S"]
            if pk == "counter":
                counter = int(item["n"]["N"])
            elif pk.startswith("account"):
                balances += int(item["b"]["N"])
            elif pk.startswith("record"):
                records.add(pk)
            else:
                found[(name, pk, item.get("sk", {}).get("N"))] = item
    world.settle(found)
    assert balances == ACCOUNTS * BALANCE, f"the accounts hold {balances}, not {ACCOUNTS * BALANCE}"
    assert counter == len(records), f"the counter says {counter}, there are {len(records)} records"
    assert world.records <= records, f"acknowledged records are gone: {sorted(world.records - records)[:5]}"
    assert counter <= world.counter_max, f"the counter says {counter}, only {world.counter_max} were asked for"
    world.records = records
    check_passing(connection, world)


def check_passing(connection, world):
    try:
        status = connection.call("DescribeTable", TableName="Passing")["Table"]["TableStatus"]
    except Refused:
        status = None
    if status == "DELETING":  # its deletion goes on
        assert world.temporary_state != "there", "the table is being deleted, which nobody asked for"
        end = time.monotonic() + 30
        while status and time.monotonic() < end:
            time.sleep(0.01)
            try:
                status = connection.call("DescribeTable", TableName="Passing")["Table"]["TableStatus"]
            except Refused:
                status = None
        assert status is None, "the deletion of a table does not go on"
    if status is None:
        assert world.temporary_state != "there", "a table whose creation was acknowledged is gone"
        world.temporary_state = "absent"
        return
    assert world.temporary_state != "absent", "a table is there whose deletion was acknowledged"
    table = wait_active(connection, "Passing")
    items = connection.all("Scan", TableName="Passing", ConsistentRead=True)
    if world.temporary_state == "there":
        gone = world.temporary - {item["pk"]["S"] for item in items}
        assert not gone, f"acknowledged items of the passing table are gone: {sorted(gone)[:5]}"
    for index in table.get("GlobalSecondaryIndexes", []):
        compare_index(items, connection.all("Scan", TableName="Passing", IndexName=index["IndexName"]), ["q"], "Passing.byQ")
    world.temporary_state = "there"


# ---- rounds

class Test:
    def __init__(self, arguments):
        self.arguments = arguments
        self.random = random.Random(arguments.seed)
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="cynamo-kill-"))
        self.folder, self.world = None, None
        self.acknowledged = self.unknown = self.applied = self.compacted = 0

    def start(self):
        mode = self.random.choice(["strict", "strict", "relaxed", "unsafe"])
        with open(self.base / "server.log", "ab") as log:
            return Server(self.arguments.binary, self.folder, mode, self.random.choice([1, 2]), log)

    def round(self, number):
        fresh = self.world is None or number % ROUNDS_PER_FOLDER == 0
        if fresh:
            if self.folder:
                shutil.rmtree(self.folder)
            self.folder, self.world = self.base / f"data{number}", World()
        server = self.start()
        try:
            connection = Connection(server.wait_ready())
            if fresh:
                create_tables(connection)
            self.load(server, connection)
        finally:
            server.kill()
        self.check_file("after the kill")
        if self.random.random() < 0.2:  # killed again while it recovers
            early = self.start()
            time.sleep(self.random.random() * 0.03)
            early.kill()
        server = self.start()
        try:
            check(Connection(server.wait_ready()), self.world)
            self.check_file("after the restart")
        finally:
            server.kill()

    def compact(self):
        return subprocess.Popen([self.arguments.binary, "compact", f"file:{self.folder}"], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def check_file(self, when):
        done = subprocess.run([self.arguments.binary, "check", f"file:{self.folder}"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"cynamo check {when}: status {done.returncode}\n{done.stdout}{done.stderr}"

    def load(self, server, connection):
        problems, port = [], connection.http.port
        threads = [Worker(i, port, self.world, self.random.randrange(1 << 40), problems) for i in range(self.arguments.workers)]
        threads.append(Passing(port, self.world, self.random.randrange(1 << 40), problems))
        for thread in threads:
            thread.start()
        compaction = self.compact() if self.random.random() < 0.3 else None
        time.sleep(self.random.choice([0.05, 0.2, 0.4, 0.8, 1.2]) * (0.2 + self.random.random()))
        assert server.process.poll() is None, f"the server ended by itself with status {server.process.poll()}"
        server.kill()
        if compaction:  # done, or its owner has gone meanwhile
            status = compaction.wait(60)
            self.compacted += status == 0
            assert status in (0, 3), f"cynamo compact: status {status}"
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a client still waits for a server that is gone"
        assert not problems, "\n".join(problems)

    def run(self):
        passed = failed = 0
        begin = time.monotonic()
        for number in range(self.arguments.rounds):
            try:
                self.round(number)
                passed += 1
            except (AssertionError, Refused, Lost) as problem:
                failed += 1
                print(f"FAIL round {number} (seed {self.arguments.seed}): {type(problem).__name__}: {problem}", flush=True)
                kept = self.base.with_name(f"{self.base.name}-failed-{number}")
                shutil.copytree(self.base, kept, dirs_exist_ok=True)
                print(f"     its data and log: {kept}", flush=True)
            if self.world:
                self.acknowledged += self.world.acknowledged
                self.unknown += self.world.unknown
                self.applied += self.world.applied
                self.world.acknowledged = self.world.unknown = self.world.applied = 0
            if failed:
                self.world = None
                self.folder = None
            if failed >= 5:
                break
            if (number + 1) % 50 == 0:
                print(f"{number + 1} kills in {time.monotonic() - begin:.0f} s, {failed} failed", flush=True)
        print(f"{passed + failed} kills in {time.monotonic() - begin:.0f} s: {self.acknowledged} writes acknowledged, "
              f"{self.unknown} without an answer, of which {self.applied} took place; compacted under load {self.compacted} times")
        if not self.arguments.keep:
            shutil.rmtree(self.base)
        print(f"{passed} passed, {failed} failed")
        return 0 if passed and not failed else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--binary", default=os.environ.get("CYNAMO_BIN", str(ROOT / "build/cynamo")))
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--keep", action="store_true", help="leave the data where it is")
    sys.exit(Test(parser.parse_args()).run())


if __name__ == "__main__":
    main()
