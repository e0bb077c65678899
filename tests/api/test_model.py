"""Random operations on the server and on the model, every answer compared.

CYNAMO_MODEL_SEED=n repeats a run, CYNAMO_MODEL_OPERATIONS=n sets its length. A failure prints its seed and the shortest list of operations
found that still fails.
"""
import itertools
import json
import os
import random
import time

import pytest

from conftest import table_request, wait_active
from model import Model, Refused, comparable_item, item_size, project, read_units
from random_requests import TABLES, Generator, model_tables, requests_of

OPERATIONS = int(os.environ.get("CYNAMO_MODEL_OPERATIONS", "12000"))
SHRINK_SECONDS = 30
counter = itertools.count()


class Different(Exception):
    pass


def same(what, got, wanted):
    if got != wanted:
        raise Different(f"{what}:\n  server {got!r}\n  model  {wanted!r}")


def make_tables(client):
    """New empty tables; {name in random_requests.TABLES: name on the server}."""
    names = {}
    for short, spec in TABLES.items():
        def words(attributes):
            return " ".join(f"{a}:{spec['types'][a]}" for a in attributes)
        names[short] = f"Model{short}{next(counter)}"
        request = table_request(
            names[short], words(spec["keys"][:1]), words(spec["keys"][1:]),
            gsis=[(i.name, words(i.hashes), words(i.ranges), i.projection) for i in spec["indexes"] if not i.is_local],
            lsis=[(i.name, words(i.ranges), i.projection) for i in spec["indexes"] if i.is_local])
        client.create_table(**request)
        wait_active(client, names[short])
    return names


def drop_tables(client, names):
    for name in names.values():
        client.delete_table(TableName=name)


class Runner:
    """Runs operations on a server and a model side by side."""

    def __init__(self, wire, names):
        self.wire, self.names, self.model = wire, names, Model(model_tables())

    def step(self, op):
        operation, request = requests_of(op, self.names)
        getattr(self, "check_" + op["op"], self.check_item)(op, operation, request)

    def predicted(self, call, op):
        try:
            return call(op), None
        except Refused as refused:
            return None, refused

    def refused_alike(self, answer, refused):
        """True when both refuse; raises when one does or they differ."""
        if refused is None:
            if answer.status != 200:
                raise Different(f"server refused: {answer}")
            return False
        if answer.status != 400:
            raise Different(f"model refused with {refused}, server answered {answer}")
        same("error", answer.type, refused.name)
        if isinstance(refused.message, set):
            same("message is one of those possible", answer.message in refused.message, True)
        elif refused.message is not None:
            same("message", answer.message, refused.message)
        if refused.name == "ConditionalCheckFailedException":
            same("Item", comparable_item(answer.json.get("Item")), comparable_item(refused.item))
        if refused.reasons is not None:
            same("CancellationReasons",
                 [{"Code": r["Code"], "Item": comparable_item(r.get("Item"))} for r in answer.json["CancellationReasons"]],
                 [{"Code": r["Code"], "Item": comparable_item(r.get("Item"))} for r in refused.reasons])
        return True

    def check_item(self, op, operation, request):
        wanted, refused = self.predicted(getattr(self.model, op["op"]), op)
        if refused and op.get("legacy") and refused.name == "ValidationException":
            refused.message = None  # AttributeUpdates have a text of their own, and the reference is unsure of it
        answer = self.wire.call(operation, request)
        if self.refused_alike(answer, refused):
            return
        got = answer.json
        for member in ("Attributes", "Item"):
            same(member, comparable_item(got.pop(member, None)), comparable_item(wanted.get(member)))
        same("ConsumedCapacity", self.local_names(got.pop("ConsumedCapacity", None)), wanted["ConsumedCapacity"])
        same("the rest of the answer", got, {})

    def local_names(self, capacity):
        if capacity is not None:
            capacity["TableName"] = next(s for s, n in self.names.items() if n == capacity["TableName"])
        return capacity

    def check_batch_get(self, op, operation, request):
        found, units = self.model.batch_get(op)
        got = self.wire.ok(operation, request)
        for table, items in found.items():
            same("items of " + table, sorted(map(sortable, got["Responses"][self.names[table]])), sorted(map(sortable, items)))
        same("UnprocessedKeys", got["UnprocessedKeys"], {})
        if op["capacity"]:
            same("capacity", {c["TableName"]: c["CapacityUnits"] for c in got["ConsumedCapacity"]},
                 {self.names[t]: u for t, u in units.items()})

    def check_batch_write(self, op, operation, request):
        self.model.batch_write(op)
        same("answer", self.wire.ok(operation, request), {"UnprocessedItems": {}})

    def check_transact_write(self, op, operation, request):
        _, refused = self.predicted(self.model.transact_write, op)
        answer = self.wire.call(operation, request)
        if not self.refused_alike(answer, refused):
            same("answer", answer.json, {})

    def check_transact_get(self, op, operation, request):
        got = self.wire.ok(operation, request)["Responses"]
        wanted = []
        for table, key, paths in op["gets"]:
            item = self.model.tables[table].find(key)
            wanted.append(comparable_item(item if item is None or not paths else project(item, paths)))
        same("Responses", [comparable_item(r.get("Item")) for r in got], wanted)

    def check_query(self, op, operation, request):
        entries = self.model.entries(op)
        pages = self.pages(op, operation, request, len(entries))
        if self.is_ordered(op):  # every page is known exactly
            at = 0
            for page in pages:
                part = entries[at:at + page["ScannedCount"]]
                at += page["ScannedCount"]
                self.same_page(op, page, part)
                if op["capacity"]:
                    same("CapacityUnits", page["ConsumedCapacity"]["CapacityUnits"],
                         read_units(sum(item_size(e) for _, e, _ in part), op["consistent"]))
                if "LastEvaluatedKey" in page:
                    same("LastEvaluatedKey", comparable_item(page["LastEvaluatedKey"]), comparable_item(part[-1][2]))
        else:
            self.same_items(op, pages, entries)

    def is_ordered(self, op):
        return not op["index"]

    def passes(self, op, entries):
        return [e for _, e, _ in entries if "filter" not in op or op["filter"].holds(e)]

    def same_page(self, op, page, part):
        shown = self.passes(op, part)
        same("Count", page["Count"], len(shown))
        same("Items", [comparable_item(i) for i in page["Items"]] if "Items" in page else None,
             None if op.get("count") else [comparable_item(i) for i in shown])

    def same_items(self, op, pages, entries):
        shown = self.passes(op, entries)
        same("Count", sum(p["Count"] for p in pages), len(shown))
        if not op.get("count"):
            got = [i for p in pages for i in p["Items"]]
            same("Items", sorted(map(sortable, got)), sorted(map(sortable, shown)))
            if op["op"] == "query":
                order = [s for s, e, _ in entries if "filter" not in op or op["filter"].holds(e)]
                by_item = {sortable(e): s for s, e, _ in entries}
                same("order", [by_item[sortable(i)] for i in got], order)

    def pages(self, op, operation, request, total):
        """All pages of a Query or Scan; how many each may walk is checked."""
        pages, left = [], total
        while True:
            page = self.wire.ok(operation, request)
            pages.append(page)
            scanned = min(op["limit"] or left, left)
            same("ScannedCount", page["ScannedCount"], scanned)
            left -= scanned
            same("has LastEvaluatedKey", "LastEvaluatedKey" in page, op["limit"] is not None and scanned == op["limit"])
            if "LastEvaluatedKey" not in page:
                return pages
            request = {**request, "ExclusiveStartKey": page["LastEvaluatedKey"]}

    def check_scan(self, op, operation, request):
        entries = self.model.entries(op)
        if op["segments"] == 1:
            self.same_items(op, self.pages(op, operation, request, len(entries)), entries)
            return
        pages = []
        for segment in range(op["segments"]):
            part = {**request, "Segment": segment, "TotalSegments": op["segments"]}
            while True:
                page = self.wire.ok(operation, part)
                pages.append(page)
                if "LastEvaluatedKey" not in page:
                    break
                part["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        same("ScannedCount", sum(p["ScannedCount"] for p in pages), len(entries))
        self.same_items(op, pages, entries)


def sortable(item):
    return repr(sorted((name, repr(canonical_order(v))) for name, v in item.items()))


def canonical_order(value):
    from values import canonical
    return canonical(value)


def first_difference(wire, client, operations):
    """(index, text) of the first operation whose answers differ, None when there is none."""
    names = make_tables(client)
    try:
        runner = Runner(wire, names)
        for index, op in enumerate(operations):
            try:
                runner.step(op)
            except (Different, AssertionError) as error:
                return index, str(error)
    finally:
        drop_tables(client, names)
    return None


def shrink(wire, client, operations, seconds):
    """Drops operations, large pieces first, as long as some difference remains."""
    end = time.monotonic() + seconds
    size = max(1, len(operations) // 2)
    while time.monotonic() < end:
        at, dropped = 0, False
        while at < len(operations) - 1 and time.monotonic() < end:
            fewer = operations[:at] + operations[at + size:]
            found = first_difference(wire, client, fewer) if fewer else None
            if found:
                operations, dropped = fewer[:found[0] + 1], True
            else:
                at += size
        if size == 1 and not dropped:
            break
        size = max(1, size // 2)
    return operations


def describe(operations):
    names = {t: t for t in TABLES}
    return "\n".join(f"{name} {json.dumps(request, ensure_ascii=False)}" for name, request in (requests_of(op, names) for op in operations))


@pytest.mark.parametrize("round", range(3))
def test_random_operations_answer_as_the_model(wire, client, round):
    seed = int(os.environ.get("CYNAMO_MODEL_SEED") or random.randrange(2**32))
    generator = Generator(random.Random(seed))
    operations = [generator.operation() for _ in range(OPERATIONS // 3)]
    found = first_difference(wire, client, operations)
    if found is None:
        return
    index, text = found
    short = shrink(wire, client, operations[:index + 1], SHRINK_SECONDS)
    again = first_difference(wire, client, short)
    pytest.fail(f"CYNAMO_MODEL_SEED={seed}, operation {index}: {text}\n\nshortest found ({len(short)} operations):\n{describe(short)}\n"
                f"\n{again[1] if again else 'the short list passes now'}", pytrace=False)
