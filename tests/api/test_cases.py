"""Runs the tables in cases/ over raw HTTP; how a line is read stands in case_files.py."""
import json
import re

import pytest

import case_files
from case_files import PREFIX, message_fits
from conftest import table_request, wait_active, wait_gone
from values import canonical_item, item, parse, value
from wire import CONTENT_TYPE, TARGET, authorization

REQUEST_FILES = ["types.tsv", "constraints.tsv", "values.tsv", "items.tsv", "query.tsv", "batch.tsv", "legacy.tsv", "tables.tsv"]

HASH_ITEM = {"a": "item", "s": "text", "n": 5, "l": [1, 2, 3], "m": {"k": "v"}, "ss": {"$SS": ["x", "y"]}}
RANGE_ITEMS = [
    {"a": "p", "b": "1", "c": "c1", "d": 1, "x": 10},
    {"a": "p", "b": "2", "c": "c1", "d": 2, "x": 20},
    {"a": "p", "b": "3", "x": 30},
    {"a": "p", "b": "4", "c": "c2", "d": 4, "x": 40},
    {"a": "q", "b": "1", "c": "c1", "d": 5, "x": 50},
]
TABLES = [
    table_request("CaseHash", "a:S"),
    table_request("CaseNum", "n:N", throughput=5),
    table_request("CaseBin", "b:B"),
    table_request("CaseRange", "a:S", "b:S",
                  lsis=[("lsiAll", "c:S", "ALL"), ("lsiKeys", "d:N", "KEYS_ONLY")],
                  gsis=[("gsiAll", "c:S", "d:N", "ALL"), ("gsiKeys", "d:N", None, "KEYS_ONLY"), ("gsiInc", "c:S", None, ["x"])]),
    table_request("CaseNumIndexed", "n:N", gsis=[("gsi", "g:S", None, "ALL")], throughput=5),
    table_request("CaseScratch", "k:S"),
    table_request("CaseOne", "k:S"),
]
TABLES[1]["ProvisionedThroughput"]["WriteCapacityUnits"] = 6


@pytest.fixture(scope="module")
def tables(client, wire):
    for request in TABLES:
        try:
            client.delete_table(TableName=request["TableName"])
            wait_gone(client, request["TableName"])
        except client.exceptions.ResourceNotFoundException:
            pass
        wire.ok("CreateTable", request)
    for request in TABLES:
        wait_active(client, request["TableName"])


@pytest.fixture(scope="module")
def filled(tables, wire):
    wire.ok("PutItem", {"TableName": "CaseHash", "Item": item(HASH_ITEM)})
    wire.ok("PutItem", {"TableName": "CaseNum", "Item": item({"n": 1})})
    for short in RANGE_ITEMS:
        wire.ok("PutItem", {"TableName": "CaseRange", "Item": item(short)})


def named(*files):
    cases = [case for file in files for case in case_files.read(file)]
    return pytest.mark.parametrize("case", cases, ids=[f"{c}-{c.rule}" for c in cases])


def check_full_type(answer):
    """validation.md 1.2: which namespace an error's name has."""
    name, full = answer.type, answer.full_type
    if name == "ValidationException":
        assert full == "com.amazon.coral.validate#ValidationException"
    elif name in ("SerializationException", "UnknownOperationException"):
        assert full == "com.amazon.coral.service#" + name
    elif name != "AccessDeniedException":
        assert full == "com.amazonaws.dynamodb.v20120810#" + name


@named(*REQUEST_FILES)
def test_request(filled, wire, case):
    answer = wire.call(case.operation, case.request)
    wanted = case.answer
    head, _, text = wanted.partition(" ValidationException ")
    if text.startswith(";"):  # several constraint errors, in any order
        case_files.check(answer, head + " ValidationException")
        def parts(message):
            intro, _, rest = message.partition("detected: ")
            return [intro] + sorted(rest.split("; "))
        assert parts(answer.message) == parts(text[1:])
    else:
        case_files.check(answer, wanted)
    if answer.status != 200:
        check_full_type(answer)


@named("protocol.tsv")
def test_protocol(tables, wire, case):
    headers = {"Content-Type": CONTENT_TYPE, "X-Amz-Target": TARGET + "ListTables", **authorization(), **json.loads(case.headers)}
    answer = wire.request(case.method, case.path, headers, case.body)
    status, _, rest = case.answer.partition(" ")
    assert answer.status == int(status), answer
    assert re.fullmatch(r"[0-9A-Z]{52}", answer.headers["x-amzn-requestid"])
    if rest.startswith(("healthy", "<")):
        assert answer.body.decode() == rest.replace("\\n", "\n")
        assert "x-amz-crc32" in answer.headers
    elif rest:
        name, _, text = rest.partition(" ")
        assert answer.full_type == name, answer
        assert message_fits(text, answer.message), f"{answer.message!r}\nis not\n{text!r}"
        # validation.md 1.2: the key is written with a capital in SerializationException only
        if text and "SerializationException" in name and text != "=none":
            assert "Message" in answer.json and "message" not in answer.json


@named("numbers.tsv")
def test_number(tables, wire, case):
    put = wire.call("PutItem", {"TableName": "CaseScratch", "Item": {"k": {"S": "number"}, "n": {"N": case.text}, "s": {"NS": [case.text]}}})
    if case.stored[0].isalpha():
        assert put.type == "ValidationException"
        assert message_fits("?" + case.stored, put.message), put.message
    else:
        assert put.status == 200, put
        got = wire.ok("GetItem", {"TableName": "CaseScratch", "Key": {"k": {"S": "number"}}})["Item"]
        assert got["n"] == {"N": case.stored}
        assert got["s"] == {"NS": [case.stored]}


KEY = {"k": {"S": "item"}}


def with_placeholders(case, request):
    if case.names:
        request["ExpressionAttributeNames"] = json.loads(case.names)
    if getattr(case, "values", ""):
        request["ExpressionAttributeValues"] = item(parse(case.values))
    return request


def put_only(wire, short):
    """The item alone in CaseOne."""
    wire.ok("PutItem", {"TableName": "CaseOne", "Item": {**item(short), **KEY}})


def error_text(text, head):
    """A case's text with `head` in front, whatever way the text is written."""
    if text.startswith("/") and text.endswith("/"):
        inner = text[1:-1]
        return "/^" + re.escape(head) + inner[1:] + "/" if inner.startswith("^") else text
    return head + text


def assert_error(answer, text):
    assert answer.status == 400, f"{answer}\nshould be {text}"
    assert answer.type == "ValidationException", answer
    assert message_fits(text, answer.message), f"{answer.message!r}\nis not\n{text!r}"


@named("conditions.tsv")
def test_condition(tables, wire, case):
    short = parse(case.item)
    put_only(wire, short)
    scan = wire.call("Scan", with_placeholders(case, {"TableName": "CaseOne", "FilterExpression": case.condition}))
    put = wire.call("PutItem", with_placeholders(
        case, {"TableName": "CaseOne", "Item": {**item(short), **KEY}, "ConditionExpression": case.condition}))
    check = wire.call("TransactWriteItems", {"TransactItems": [{"ConditionCheck": with_placeholders(
        case, {"TableName": "CaseOne", "Key": KEY, "ConditionExpression": case.condition})}]})
    if case.result == "true":
        assert scan.status == 200 and scan.json["Count"] == 1, scan
        assert put.status == 200, put
        assert check.status == 200, check
    elif case.result == "false":
        assert scan.status == 200 and scan.json["Count"] == 0, scan
        assert put.type == "ConditionalCheckFailedException", put
        assert check.type == "TransactionCanceledException", check
        assert check.json["CancellationReasons"] == [{"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}]
    else:
        assert_error(scan, error_text(case.result, "Invalid FilterExpression: "))
        text = error_text(case.result, "Invalid ConditionExpression: ")
        assert_error(put, "/^(" + PREFIX + ")?" + text[2:] if text.startswith("/^") else text if text.startswith("/") else "?" + text)
        assert_error(check, text)


@named("updates.tsv")
def test_update(tables, wire, case):
    before = None if case.before == "-" else parse(case.before)
    if before is None:
        wire.ok("DeleteItem", {"TableName": "CaseOne", "Key": KEY})
    else:
        put_only(wire, before)
    request = with_placeholders(case, {"TableName": "CaseOne", "Key": KEY, "UpdateExpression": case.update})
    kind, _, returned = case.returned.partition(" ")
    if kind:
        request["ReturnValues"] = kind
    answer = wire.call("UpdateItem", request)
    now = wire.ok("GetItem", {"TableName": "CaseOne", "Key": KEY}).get("Item")
    if case.after.startswith("{"):
        assert answer.status == 200, answer
        assert canonical_item(now) == canonical_item({**item(parse(case.after)), **KEY})
        if returned:
            assert canonical_item(answer.json["Attributes"]) == canonical_item(item(parse(returned)))
        else:
            assert answer.json == {}
    elif case.after in ("/./", "/^/"):  # whatever the answer, the item is whole
        assert answer.status in (200, 400)
    else:
        assert_error(answer, case.after)
        unchanged = None if before is None else canonical_item({**item(before), **KEY})
        assert canonical_item(now) == unchanged, "the item was touched"


@named("projections.tsv")
def test_projection(tables, wire, case):
    put_only(wire, parse(case.item))
    got = wire.call("GetItem", with_placeholders(case, {"TableName": "CaseOne", "Key": KEY, "ProjectionExpression": case.projection}))
    query = with_placeholders(case, {"TableName": "CaseOne", "KeyConditionExpression": "k = :k", "ProjectionExpression": case.projection})
    query["ExpressionAttributeValues"] = {":k": {"S": "item"}}
    queried = wire.call("Query", query)
    if case.result.startswith("{"):
        wanted = item(parse(case.result))
        assert got.status == 200, got
        assert got.json["Item"] == wanted
        assert queried.json["Items"] == [wanted], queried
    else:
        text = error_text(case.result, "Invalid ProjectionExpression: ")
        assert_error(got, text)
        assert_error(queried, text)


@named("keyconditions.tsv")
def test_key_condition(filled, wire, case):
    answer = wire.call("Query", with_placeholders(case, {"TableName": "CaseRange", "KeyConditionExpression": case.condition}))
    if case.result.startswith("["):
        assert answer.status == 200, answer
        assert [i["b"]["S"] for i in answer.json["Items"]] == json.loads(case.result)
        assert answer.json["Count"] == answer.json["ScannedCount"] == len(answer.json["Items"])
    elif case.result.startswith("?"):  # reference unsure whether the group carries the prefix today
        text = case.result[1:]
        assert answer.type == "ValidationException", answer
        assert answer.message in (text, "Invalid KeyConditionExpression: " + text)
    else:
        assert_error(answer, case.result)


def test_every_rule_named_by_a_case_is_known():
    import rules_without_case
    unknown = set(case_files.all_rules()) - set(rules_without_case.known_rules())
    assert not unknown, f"not in rules.tsv: {sorted(unknown)}"


def test_short_values():
    assert value(parse('{"a": [1.50, "x", null, {"$NS": [1]}]}')) == {
        "M": {"a": {"L": [{"N": "1.50"}, {"S": "x"}, {"NULL": True}, {"NS": ["1"]}]}}}
