"""PutItem, GetItem, UpdateItem, DeleteItem through boto3, client and resource."""
import decimal

import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary

from conftest import error_of

Decimal = decimal.Decimal
EVERYTHING = {
    "pk": "x", "text": "é😀", "empty": "", "number": Decimal("-12.50"), "yes": True, "no": False, "nothing": None, "bytes": Binary(b"\0\xff"),
    "texts": {"a", "b"}, "numbers": {Decimal(1), Decimal("2.5")}, "binaries": {Binary(b"a"), Binary(b"b")},
    "list": [1, "a", [None, {"deep": [Decimal("1")]}]], "map": {"a": {"b": {"c": "d"}}, "": "empty name is refused elsewhere"},
}


def test_every_type_comes_back_as_it_went(resource, make_table):
    table = resource.Table(make_table())
    item = dict(EVERYTHING, map={"a": {"b": {"c": "d"}}})
    table.put_item(Item=item)
    assert table.get_item(Key={"pk": "x"})["Item"] == item


def test_resource_updates_and_conditions(resource, make_table):
    table = resource.Table(make_table(range="sk:N"))
    table.put_item(Item={"pk": "p", "sk": 1, "n": 1}, ConditionExpression=Attr("pk").not_exists())
    answer = table.update_item(Key={"pk": "p", "sk": 1}, UpdateExpression="SET #n = #n + :one ADD tags :t",
                               ConditionExpression=Attr("n").eq(1) & ~Attr("tags").exists() | Attr("never").size().gt(3),
                               ExpressionAttributeNames={"#n": "n"}, ExpressionAttributeValues={":one": 1, ":t": {"a"}}, ReturnValues="ALL_NEW")
    assert answer["Attributes"] == {"pk": "p", "sk": 1, "n": 2, "tags": {"a"}}
    assert table.query(KeyConditionExpression=Key("pk").eq("p") & Key("sk").between(0, 5))["Items"] == [answer["Attributes"]]
    assert table.scan(FilterExpression=Attr("tags").contains("a"))["Count"] == 1
    with table.batch_writer() as batch:
        for i in range(60):
            batch.put_item(Item={"pk": "b", "sk": i})
        for i in range(0, 60, 2):
            batch.delete_item(Key={"pk": "b", "sk": i})
    assert [i["sk"] for i in table.query(KeyConditionExpression=Key("pk").eq("b"))["Items"]] == list(range(1, 60, 2))
    assert table.item_count >= 0 and table.table_status == "ACTIVE"


# rules: 5.returns
@pytest.mark.parametrize("there", [True, False])
def test_return_values_of_put_and_delete(client, make_table, there):
    table, key = make_table(), {"pk": {"S": "x"}}
    old = {**key, "n": {"N": "1"}}
    for call, more in ((client.put_item, {"Item": {**key, "n": {"N": "2"}}}), (client.delete_item, {"Key": key})):
        if there:
            client.put_item(TableName=table, Item=old)
        else:
            client.delete_item(TableName=table, Key=key)
        assert call(TableName=table, ReturnValues="ALL_OLD", **more).get("Attributes") == (old if there else None)
        assert "Attributes" not in call(TableName=table, ReturnValues="NONE", **more)
        assert "Attributes" not in call(TableName=table, **more)


@pytest.mark.parametrize("operation", ["put_item", "delete_item", "update_item"])
def test_a_failed_condition_returns_the_item_when_asked(client, make_table, operation):
    table, key = make_table(), {"pk": {"S": "x"}}
    old = {**key, "n": {"N": "1"}}
    client.put_item(TableName=table, Item=old)
    more = {"Item": key} if operation == "put_item" else {"Key": key}
    for asked, item in (("ALL_OLD", old), ("NONE", None), (None, None)):
        extra = {"ReturnValuesOnConditionCheckFailure": asked} if asked else {}
        with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
            getattr(client, operation)(TableName=table, ConditionExpression="n > :n", ExpressionAttributeValues={":n": {"N": "5"}}, **more, **extra)
        assert caught.value.response.get("Item") == item
        assert caught.value.response["Error"]["Message"] == "The conditional request failed"
    client.delete_item(TableName=table, Key=key)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        getattr(client, operation)(TableName=table, ConditionExpression="attribute_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD", **more)
    assert "Item" not in caught.value.response
    assert "Item" not in client.get_item(TableName=table, Key=key)


def test_a_failed_write_leaves_the_item(client, make_table):
    table, item = make_table(), {"pk": {"S": "x"}, "n": {"N": "1"}, "s": {"S": "t"}}
    client.put_item(TableName=table, Item=item)
    assert error_of(client.update_item, TableName=table, Key={"pk": {"S": "x"}}, UpdateExpression="SET n = :v, s = s + :v",
                    ExpressionAttributeValues={":v": {"N": "9"}}) == (
        "ValidationException", "An operand in the update expression has an incorrect data type")
    assert client.get_item(TableName=table, Key={"pk": {"S": "x"}})["Item"] == item


def test_numbers_as_keys_are_one_however_written(client, make_table):
    table = make_table(hash="n:N")
    for text in ("1", "1.0", "1e0", "0.1e1", "01"):
        client.put_item(TableName=table, Item={"n": {"N": text}, "as": {"S": text}})
    assert client.scan(TableName=table)["Items"] == [{"n": {"N": "1"}, "as": {"S": "01"}}]
    assert client.get_item(TableName=table, Key={"n": {"N": "100e-2"}})["Item"]["as"] == {"S": "01"}


@pytest.mark.parametrize("hash_size", [1, 32, 33, 511, 2048])
@pytest.mark.parametrize("range_size", [1, 400, 495, 496, 511, 1024])
def test_keys_of_every_legal_length(client, make_table, hash_size, range_size):
    table = make_table(hash="pk:B", range="sk:B", name=f"Long{hash_size}x{range_size}")
    for last in (b"\0", b"\1", b"\xff"):
        key = {"pk": {"B": b"h" * hash_size}, "sk": {"B": b"\0" * (range_size - 1) + last}}
        client.put_item(TableName=table, Item={**key, "v": {"B": last}})
    for last in (b"\0", b"\1", b"\xff"):
        key = {"pk": {"B": b"h" * hash_size}, "sk": {"B": b"\0" * (range_size - 1) + last}}
        assert client.get_item(TableName=table, Key=key)["Item"]["v"] == {"B": last}
    query = dict(TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"B": b"h" * hash_size}})
    assert [i["v"]["B"] for i in client.query(**query)["Items"]] == [b"\0", b"\1", b"\xff"]
    assert [i["v"]["B"] for i in client.query(ScanIndexForward=False, **query)["Items"]] == [b"\xff", b"\1", b"\0"]
    client.delete_item(TableName=table, Key=key)
    assert client.query(**query)["Count"] == 2


def test_long_sort_keys_in_indexes(client, make_table):
    table = make_table(hash="pk:S", range="sk:S", gsis=[("gsi", "g:S", "h:S", "ALL")], lsis=[("lsi", "h:S", "ALL")])
    keys = ["a" * n for n in (1, 494, 495, 496, 800, 1023, 1024)] + ["b", "a" * 700 + "b"]
    for i, k in enumerate(keys):
        client.put_item(TableName=table, Item={"pk": {"S": "p" * 2048}, "sk": {"S": k}, "g": {"S": "g" * 2000}, "h": {"S": k}, "i": {"N": str(i)}})
    for more in ({}, {"IndexName": "lsi"}):
        got = client.query(TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p" * 2048}}, **more)
        assert [i["sk"]["S"] for i in got["Items"]] == sorted(keys)
    start, found = {}, []
    while True:
        got = client.query(TableName=table, IndexName="gsi", KeyConditionExpression="g = :g AND begins_with(h, :h)", Limit=2,
                           ExpressionAttributeValues={":g": {"S": "g" * 2000}, ":h": {"S": "a" * 490}}, **start)
        found += [i["h"]["S"] for i in got["Items"]]
        if "LastEvaluatedKey" not in got:
            break
        start = {"ExclusiveStartKey": got["LastEvaluatedKey"]}
    assert found == sorted(k for k in keys if k.startswith("a" * 490))


def test_partition_keys_that_share_a_beginning_do_not_meet(client, make_table):
    table = make_table(hash="pk:S", range="sk:S")
    keys = ["k" * n for n in range(30, 70)] + ["k" * 40 + c for c in "abc"] + ["k" * 2047 + c for c in "abc"]
    for k in keys:
        client.put_item(TableName=table, Item={"pk": {"S": k}, "sk": {"S": "s"}, "own": {"S": k}})
    for k in keys:
        got = client.query(TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": k}})
        assert [i["own"]["S"] for i in got["Items"]] == [k]


def test_binary_and_unicode_order(client, make_table):
    table = make_table(hash="pk:S", range="sk:S")
    keys = ["A", "a", "é", "z", "\uffee", "\U0001f600", "", "\0", "a\0", "a\0b", "a\x01"][:]
    keys.remove("")
    for k in keys:
        client.put_item(TableName=table, Item={"pk": {"S": "p"}, "sk": {"S": k}})
    got = client.query(TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p"}})
    assert [i["sk"]["S"] for i in got["Items"]] == sorted(keys, key=lambda k: k.encode())


def test_number_order(client, make_table):
    table = make_table(hash="pk:S", range="n:N")
    texts = ["-1e125", "-1000", "-100.5", "-100", "-1", "-0.5", "-1e-130", "0", "1e-130", "0.001", "0.01", "0.1", "1", "1.5", "2", "9.99", "10",
             "11", "99", "100", "123456789012345678901234567890", "1e125"]
    for t in reversed(texts):
        client.put_item(TableName=table, Item={"pk": {"S": "p"}, "n": {"N": t}, "t": {"S": t}})
    query = dict(TableName=table, ExpressionAttributeValues={":p": {"S": "p"}}, KeyConditionExpression="pk = :p")
    assert [i["t"]["S"] for i in client.query(**query)["Items"]] == texts
    assert [i["t"]["S"] for i in client.query(ScanIndexForward=False, **query)["Items"]] == texts[::-1]
    got = client.query(TableName=table, KeyConditionExpression="pk = :p AND n BETWEEN :a AND :b",
                       ExpressionAttributeValues={":p": {"S": "p"}, ":a": {"N": "-0.50"}, ":b": {"N": "1e1"}})
    assert [i["t"]["S"] for i in got["Items"]] == texts[5:17]


def test_an_update_of_nothing_makes_the_key_only(client, make_table):
    table = make_table()
    client.update_item(TableName=table, Key={"pk": {"S": "x"}})
    assert client.get_item(TableName=table, Key={"pk": {"S": "x"}})["Item"] == {"pk": {"S": "x"}}


def test_consistent_and_eventual_reads_both_see_the_last_write(client, make_table):
    table = make_table()
    for i in range(20):
        client.put_item(TableName=table, Item={"pk": {"S": "x"}, "i": {"N": str(i)}})
        for consistent in (True, False):
            assert client.get_item(TableName=table, Key={"pk": {"S": "x"}}, ConsistentRead=consistent)["Item"]["i"] == {"N": str(i)}


def test_botocore_checks_nothing_for_the_bare_client(bare, make_table):
    table = make_table()
    assert error_of(bare.put_item, TableName=table) == (
        "ValidationException", "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null")


def test_table_by_arn(client, make_table):
    name = make_table()
    arn = client.describe_table(TableName=name)["Table"]["TableArn"]
    client.put_item(TableName=arn, Item={"pk": {"S": "x"}})
    assert client.get_item(TableName=name, Key={"pk": {"S": "x"}})["Item"] == {"pk": {"S": "x"}}
    assert client.query(TableName=arn, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "x"}})["Count"] == 1
    got = client.batch_get_item(RequestItems={arn: {"Keys": [{"pk": {"S": "x"}}]}})
    assert got["Responses"] == {arn: [{"pk": {"S": "x"}}]}
    client.transact_write_items(TransactItems=[{"Delete": {"TableName": arn, "Key": {"pk": {"S": "x"}}}}])
    assert "Item" not in client.get_item(TableName=name, Key={"pk": {"S": "x"}})
    # rules: 5.form
    capacity = client.get_item(TableName=arn, Key={"pk": {"S": "x"}}, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert capacity["TableName"] == arn
