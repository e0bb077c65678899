"""Requests that are almost right: pieces of good ones replaced, dropped, doubled and bent. Each must get an answer of the API, never a
500, and the server must live on. CYNAMO_MUTATION_SEED=n repeats a run.
"""
import json
import os
import random

import pytest

from case_files import read
from conftest import table_request
from random_requests import TABLES, Generator, requests_of

JUNK = [None, True, False, 0, -1, 1.5, 1e300, 2**63, 2**31, "", "x", "é" * 300, [], {}, [[]], [{}], {"S": "x"}, {"N": "x"}, {"N": "1e999"}, {"M": {}}, {"L": [{}]},
        {"SS": []}, {"NS": ["1", "1.0"]}, {"NULL": False}, {"B": "%%%%"}, {"S": "a", "N": "1"}, "ALL_OLD", "#a", ":a", "a.b[0]", "SET a = b", "\x00", "(((((", "a BETWEEN b AND c",
        "arn:aws:dynamodb:us-east-1:000000000000:table/MutHash", "9" * 400, "-", {"ComparisonOperator": "EQ"}, "size(a) > :v0", "begins_with(#n0, :v0)"]
KNOWN = {"ValidationException", "SerializationException", "ResourceNotFoundException", "ConditionalCheckFailedException", "TransactionCanceledException",
         "ResourceInUseException", "LimitExceededException", "IdempotentParameterMismatchException", "AccessDeniedException"}
SEED = int(os.environ.get("CYNAMO_MUTATION_SEED") or random.randrange(2**32))
NAMES = {t: "Mut" + t for t in TABLES}


def nodes(tree, path=()):
    yield path
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from nodes(value, path + (key,))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from nodes(value, path + (index,))


def junk(rng):
    return json.loads(json.dumps(rng.choice(JUNK)))


def mutate(rng, tree, all_members):
    tree = json.loads(json.dumps(tree))
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        path = rng.choice(list(nodes(tree)))
        if not path:
            if isinstance(tree, dict):
                tree[rng.choice(all_members)] = junk(rng)
            continue
        parent = tree
        for step in path[:-1]:
            parent = parent[step]
        how = rng.randrange(6)
        if how == 0:
            del parent[path[-1]]
        elif how == 1 and isinstance(parent[path[-1]], str) and parent[path[-1]]:
            text = parent[path[-1]]
            at = rng.randrange(len(text))
            parent[path[-1]] = text[:at] + rng.choice(["", "(", ")", " ", ",", "#", ":", "[", "\"", "AND", "é", "\0", text]) + text[at + rng.randrange(2):]
        elif how == 2 and isinstance(parent, list):
            parent.append(json.loads(json.dumps(parent[path[-1]])))
        elif how == 3 and isinstance(parent, dict):
            parent[rng.choice(all_members + list(parent))] = parent.pop(path[-1])
        else:
            parent[path[-1]] = junk(rng)
    return tree


@pytest.fixture(scope="module")
def tables(client):
    for short, spec in TABLES.items():
        def words(attributes):
            return " ".join(f"{a}:{spec['types'][a]}" for a in attributes)
        client.create_table(**table_request(
            NAMES[short], words(spec["keys"][:1]), words(spec["keys"][1:]),
            gsis=[(i.name, words(i.hashes), words(i.ranges), i.projection) for i in spec["indexes"] if not i.is_local],
            lsis=[(i.name, words(i.ranges), i.projection) for i in spec["indexes"] if i.is_local]))
    yield
    for name in NAMES.values():
        try:
            client.delete_table(TableName=name)
        except client.exceptions.ResourceNotFoundException:
            assert name == "MutHash"  # its ARN is among the junk: a bent DeleteTable may have named it


def good_requests(rng, count):
    generator = Generator(rng)
    return [requests_of(generator.operation(), NAMES) for _ in range(count)]


def check(answer, told):
    assert answer.status in (200, 400), f"{told}\n{answer}"
    if answer.status == 400:
        assert answer.type in KNOWN, f"{told}\n{answer}"
    else:
        answer.json


@pytest.mark.parametrize("part", range(4))
def test_bent_requests(tables, wire, part):
    rng = random.Random(SEED + part)
    good = good_requests(rng, 300)
    members = sorted({m for _, r in good for m in r} | {"Expected", "AttributeUpdates", "KeyConditions", "QueryFilter", "ScanFilter", "AttributesToGet",
                     "ExclusiveStartKey", "ConditionalOperator", "Segment", "TotalSegments", "S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL"})
    for operation, request in good:
        wire.call(operation, request)
        for _ in range(5):
            if rng.random() < 0.1:
                operation = rng.choice(good)[0]
            bent = mutate(rng, request, members)
            check(wire.call(operation, bent), f"CYNAMO_MUTATION_SEED={SEED} {operation} {json.dumps(bent)[:3000]}")


def test_bent_control_requests(tables, wire):
    rng = random.Random(SEED)
    good = [(c.operation, json.loads(c.request)) for c in read("tables.tsv") if c.request.startswith("{")]
    members = sorted({m for _, r in good for m in r})
    before = set(wire.ok("ListTables", {})["TableNames"])
    for operation, request in good:
        for _ in range(8):
            bent = mutate(rng, request, members)
            check(wire.call(operation, bent), f"CYNAMO_MUTATION_SEED={SEED} {operation} {json.dumps(bent)[:3000]}")
    for name in wire.ok("ListTables", {})["TableNames"]:
        if name not in before:
            wire.call("UpdateTable", {"TableName": name, "DeletionProtectionEnabled": False})
            wire.call("DeleteTable", {"TableName": name})


def test_bent_bytes(tables, wire):
    rng = random.Random(SEED)
    for operation, request in good_requests(rng, 400):
        text = bytearray(json.dumps(request).encode())
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(text))
            how = rng.randrange(3)
            if how == 0:
                text[at] = rng.randrange(256)
            elif how == 1:
                del text[at:at + rng.randrange(1, 20)]
            else:
                text[at:at] = rng.choice([b"\\u", b"\\ud800", b"\0", b"\xff", b"{", b"]", b"1e9999", b"\"", b"null", b"\\"])
            if not text:
                break
        check(wire.call(operation, bytes(text)), f"CYNAMO_MUTATION_SEED={SEED} {operation} {bytes(text)[:3000]!r}")


def test_cut_requests(tables, wire):
    rng = random.Random(SEED)
    for operation, request in good_requests(rng, 40):
        text = json.dumps(request).encode()
        for at in sorted(rng.sample(range(1, len(text)), min(20, len(text) - 1))):
            answer = wire.call(operation, text[:at])
            assert answer.status == 400 and answer.type == "SerializationException", f"{operation} {text[:at]!r} {answer}"
