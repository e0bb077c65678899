"""TransactWriteItems and TransactGetItems."""
import json
import uuid

import pytest

from conftest import error_of
from values import item as short


def put(table, **attributes):
    return {"Put": {"TableName": table, "Item": short(attributes)}}


def cancelled(client, **request):
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(**request)
    return caught.value.response


# rules: 3.7.atomic
def test_all_or_nothing(client, make_table):
    one, two = make_table(), make_table(range="sk:N")
    client.put_item(TableName=one, Item=short({"pk": "old", "n": 1}))
    actions = [
        put(one, pk="new"),
        {"Update": {"TableName": one, "Key": short({"pk": "old"}), "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": short({":one": 1})}},
        {"Delete": {"TableName": two, "Key": short({"pk": "x", "sk": 1})}},
        {"ConditionCheck": {"TableName": two, "Key": short({"pk": "y", "sk": 1}), "ConditionExpression": "attribute_exists(pk)"}},
    ]
    got = cancelled(client, TransactItems=actions)
    assert got["Error"]["Message"] == "Transaction cancelled, please refer cancellation reasons for specific reasons [None, None, None, ConditionalCheckFailed]"
    assert got["CancellationReasons"] == [{"Code": "None"}] * 3 + [{"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}]
    assert client.scan(TableName=one)["Items"] == [short({"pk": "old", "n": 1})]
    client.put_item(TableName=two, Item=short({"pk": "y", "sk": 1}))
    client.transact_write_items(TransactItems=actions)
    assert {i["pk"]["S"]: i.get("n") for i in client.scan(TableName=one)["Items"]} == {"new": None, "old": {"N": "2"}}
    assert client.scan(TableName=two)["Count"] == 1


def test_the_body_of_a_cancellation(wire, make_table):
    table = make_table()
    answer = wire.call("TransactWriteItems", {"TransactItems": [{"ConditionCheck": {
        "TableName": table, "Key": short({"pk": "x"}), "ConditionExpression": "attribute_exists(pk)"}}]})
    assert answer.status == 400
    assert answer.json == {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed]",
        "CancellationReasons": [{"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}]}


@pytest.mark.parametrize("asked", ["ALL_OLD", "NONE", None])
def test_a_reason_carries_the_item_when_asked(client, make_table, asked):
    table, old = make_table(), short({"pk": "x", "n": 1, "l": ["a"]})
    client.put_item(TableName=table, Item=old)
    more = {"ReturnValuesOnConditionCheckFailure": asked} if asked else {}
    never = {"TableName": table, "ConditionExpression": "n > :n", "ExpressionAttributeValues": short({":n": 5}), **more}
    for action in ({"Put": {"Item": short({"pk": "x"}), **never}}, {"Delete": {"Key": short({"pk": "x"}), **never}},
                   {"ConditionCheck": {"Key": short({"pk": "x"}), **never}},
                   {"Update": {"Key": short({"pk": "x"}), **never, "UpdateExpression": "SET n = :n"}}):
        reasons = cancelled(client, TransactItems=[action, put(table, pk="y")])["CancellationReasons"]
        assert reasons[0].get("Item") == (old if asked == "ALL_OLD" else None)
        assert reasons[1] == {"Code": "None"}


def test_validation_errors_are_reasons(client, make_table):
    table = make_table(gsis=[("gsi", "g:S", None, "ALL")])
    client.put_item(TableName=table, Item=short({"pk": "x", "s": "t"}))
    got = cancelled(client, TransactItems=[
        {"Update": {"TableName": table, "Key": short({"pk": "x"}), "UpdateExpression": "SET n = s + :one", "ExpressionAttributeValues": short({":one": 1})}},
        {"Update": {"TableName": table, "Key": short({"pk": "y"}), "UpdateExpression": "SET n = zzz"}},
        put(table, pk="z")])
    assert [r["Code"] for r in got["CancellationReasons"]] == ["ValidationError", "ValidationError", "None"]
    assert "An operand in the update expression has an incorrect data type" in got["CancellationReasons"][0]["Message"]


# rules: 3.7.token
def test_a_token_makes_a_repetition_harmless(client, make_table):
    table, token = make_table(), str(uuid.uuid4())
    request = dict(ClientRequestToken=token, ReturnConsumedCapacity="TOTAL", TransactItems=[
        {"Update": {"TableName": table, "Key": short({"pk": "x"}), "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": short({":one": 1})}}])
    first = client.transact_write_items(**request)
    assert first["ConsumedCapacity"][0]["WriteCapacityUnits"] == 2
    for _ in range(3):
        again = client.transact_write_items(**request)
        assert again["ConsumedCapacity"][0].get("ReadCapacityUnits"), "a repetition reports what it read"
    assert client.get_item(TableName=table, Key=short({"pk": "x"}))["Item"]["n"] == {"N": "1"}
    request["TransactItems"][0]["Update"]["ExpressionAttributeValues"] = short({":one": 2})
    with pytest.raises(client.exceptions.IdempotentParameterMismatchException):
        client.transact_write_items(**request)
    request["ClientRequestToken"] = str(uuid.uuid4())
    client.transact_write_items(**request)
    assert client.get_item(TableName=table, Key=short({"pk": "x"}))["Item"]["n"] == {"N": "3"}


def test_a_token_of_a_cancelled_transaction_may_be_used_again(client, make_table):
    table, token = make_table(), str(uuid.uuid4())
    request = dict(ClientRequestToken=token, TransactItems=[
        {"ConditionCheck": {"TableName": table, "Key": short({"pk": "gate"}), "ConditionExpression": "attribute_exists(pk)"}}, put(table, pk="x")])
    cancelled(client, **request)
    client.put_item(TableName=table, Item=short({"pk": "gate"}))
    client.transact_write_items(**request)
    assert client.scan(TableName=table)["Count"] == 2


def test_a_hundred_actions_and_no_more(client, bare, make_table):
    table = make_table()
    client.transact_write_items(TransactItems=[put(table, pk=str(i)) for i in range(100)])
    assert client.scan(TableName=table)["Count"] == 100
    got = client.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": short({"pk": str(i)})}} for i in range(100)])
    assert [r["Item"]["pk"]["S"] for r in got["Responses"]] == [str(i) for i in range(100)]
    assert error_of(bare.transact_write_items, TransactItems=[put(table, pk=str(i)) for i in range(101)])[0] == "ValidationException"


# rules: 3.7.size
def test_4_mb_in_all(client, make_table):
    table = make_table()
    name, _ = error_of(client.transact_write_items, TransactItems=[put(table, pk=str(i), f="x" * 400_000) for i in range(11)])
    assert name in ("ValidationException", "TransactionCanceledException")
    assert client.scan(TableName=table, Select="COUNT")["Count"] == 0
    client.transact_write_items(TransactItems=[put(table, pk=str(i), f="x" * 400_000) for i in range(10)])


def test_transact_get(client, make_table):
    one, two = make_table(), make_table(range="sk:N")
    client.put_item(TableName=one, Item=short({"pk": "x", "m": {"a": 1, "b": 2}}))
    client.put_item(TableName=two, Item=short({"pk": "y", "sk": 2}))
    got = client.transact_get_items(TransactItems=[
        {"Get": {"TableName": two, "Key": short({"pk": "y", "sk": 2})}},
        {"Get": {"TableName": one, "Key": short({"pk": "x"}), "ProjectionExpression": "#m.a", "ExpressionAttributeNames": {"#m": "m"}}},
        {"Get": {"TableName": one, "Key": short({"pk": "nobody"})}}], ReturnConsumedCapacity="TOTAL")
    assert got["Responses"] == [{"Item": short({"pk": "y", "sk": 2})}, {"Item": short({"m": {"a": 1}})}, {}]
    assert {c["TableName"]: c["CapacityUnits"] for c in got["ConsumedCapacity"]} == {one: 4.0, two: 2.0}


def test_a_key_that_does_not_fit_is_a_reason(wire, make_table):
    one, two = make_table(), make_table(range="sk:N")
    get = lambda table, **key: {"Get": {"TableName": table, "Key": short(key)}}  # noqa: E731
    answer = wire.call("TransactGetItems", {"TransactItems": [get(one, pk="x"), get(one, pk=1), get(two, pk="x"), get(one, pk="h" * 2049)]})
    assert answer.status == 400
    mismatch = {"Code": "ValidationError", "Message": "The provided key element does not match the schema"}
    assert answer.json == {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError, ValidationError, ValidationError]",
        "CancellationReasons": [{"Code": "None"}, mismatch, mismatch, {"Code": "ValidationError", "Message":
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"}]}


def test_a_transaction_over_indexes(client, make_table):
    table = make_table(gsis=[("gsi", "g:S", None, "ALL")])
    client.transact_write_items(TransactItems=[put(table, pk="a", g="x"), put(table, pk="b", g="x")])
    assert client.scan(TableName=table, IndexName="gsi")["Count"] == 2
    client.transact_write_items(TransactItems=[
        {"Delete": {"TableName": table, "Key": short({"pk": "a"})}},
        {"Update": {"TableName": table, "Key": short({"pk": "b"}), "UpdateExpression": "REMOVE g"}}])
    assert client.scan(TableName=table, IndexName="gsi")["Count"] == 0


def test_an_update_sees_the_item_before_the_transaction(client, make_table):
    table = make_table()
    client.transact_write_items(TransactItems=[
        {"Update": {"TableName": table, "Key": short({"pk": "x"}), "UpdateExpression": "SET n = if_not_exists(n, :z) + :one",
                    "ConditionExpression": "attribute_not_exists(n)", "ExpressionAttributeValues": short({":z": 10, ":one": 1})}}])
    assert client.get_item(TableName=table, Key=short({"pk": "x"}))["Item"] == short({"pk": "x", "n": 11})


def test_concurrent_transactions_keep_the_sum(endpoint, client, make_table):
    """Money is moved between accounts by many threads; none is made or lost."""
    import random
    import threading
    from wire import Wire
    table = make_table()
    for i in range(5):
        client.put_item(TableName=table, Item=short({"pk": str(i), "n": 100}))
    problems = []

    def work(seed):
        rng, own = random.Random(seed), Wire(endpoint)
        for _ in range(60):
            a, b = rng.sample(range(5), 2)
            answer = own.call("TransactWriteItems", {"TransactItems": [
                {"Update": {"TableName": table, "Key": short({"pk": str(a)}), "UpdateExpression": "SET n = n - :v", "ConditionExpression": "n >= :v",
                            "ExpressionAttributeValues": short({":v": 7})}},
                {"Update": {"TableName": table, "Key": short({"pk": str(b)}), "UpdateExpression": "SET n = n + :v", "ExpressionAttributeValues": short({":v": 7})}}]})
            if answer.status != 200 and answer.type not in ("TransactionCanceledException",):
                problems.append(answer)
            seen = own.ok("TransactGetItems", {"TransactItems": [{"Get": {"TableName": table, "Key": short({"pk": str(i)})}} for i in range(5)]})
            if sum(int(r["Item"]["n"]["N"]) for r in seen["Responses"]) != 500:
                problems.append(json.dumps(seen))
        own.close()

    threads = [threading.Thread(target=work, args=(s,)) for s in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not problems, problems[0]
