"""BatchGetItem and BatchWriteItem."""
from conftest import error_of
from values import item as short


def test_twenty_five_writes_over_tables(client, make_table):
    one, two = make_table(), make_table(range="sk:N")
    got = client.batch_write_item(RequestItems={
        one: [{"PutRequest": {"Item": short({"pk": str(i)})}} for i in range(12)],
        two: [{"PutRequest": {"Item": short({"pk": "p", "sk": i})}} for i in range(13)]}, ReturnConsumedCapacity="TOTAL")
    assert got["UnprocessedItems"] == {}
    assert {c["TableName"]: c["CapacityUnits"] for c in got["ConsumedCapacity"]} == {one: 12.0, two: 13.0}
    client.batch_write_item(RequestItems={two: [{"DeleteRequest": {"Key": short({"pk": "p", "sk": i})}} for i in range(13)], one: [{"PutRequest": {"Item": short({"pk": "0", "new": 1})}}]})
    assert client.scan(TableName=two)["Count"] == 0
    assert client.get_item(TableName=one, Key=short({"pk": "0"}))["Item"] == short({"pk": "0", "new": 1})


def test_a_bad_write_stops_the_whole_batch(client, make_table):
    table = make_table(gsis=[("gsi", "g:S", None, "ALL")])
    name, _ = error_of(client.batch_write_item, RequestItems={table: [{"PutRequest": {"Item": short({"pk": "a"})}}, {"PutRequest": {"Item": short({"pk": "b", "g": 5})}}]})
    assert name == "ValidationException"
    assert client.scan(TableName=table)["Count"] == 0


# rules: 3.6.get.many
def test_a_hundred_keys(client, bare, make_table):
    one, two = make_table(), make_table()
    for table in (one, two):
        for at in range(0, 50, 25):
            client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": short({"pk": str(i), "v": i})}} for i in range(at, at + 25)]})
    keys = {"Keys": [short({"pk": str(i)}) for i in range(50)], "ProjectionExpression": "v"}
    got = client.batch_get_item(RequestItems={one: keys, two: {**keys, "ConsistentRead": True}}, ReturnConsumedCapacity="TOTAL")
    assert got["UnprocessedKeys"] == {}
    for table in (one, two):
        assert sorted(int(i["v"]["N"]) for i in got["Responses"][table]) == list(range(50))
    assert {c["TableName"]: c["CapacityUnits"] for c in got["ConsumedCapacity"]} == {one: 25.0, two: 50.0}
    more = {"Keys": [short({"pk": str(i)}) for i in range(51)]}
    assert error_of(bare.batch_get_item, RequestItems={one: more, two: more}) == ("ValidationException", "Too many items requested for the BatchGetItem call")


# rules: 3.6.get.16mb
def test_16_mb_and_the_rest_unprocessed(client, make_table):
    table = make_table()
    for i in range(60):
        client.put_item(TableName=table, Item=short({"pk": str(i), "f": "x" * 400_000}))
    wanted, got, rounds = {table: {"Keys": [short({"pk": str(i)}) for i in range(60)], "ConsistentRead": True, "ProjectionExpression": "pk, f"}}, [], 0
    while wanted:
        answer = client.batch_get_item(RequestItems=wanted)
        size = sum(len(i["f"]["S"]) for i in answer["Responses"][table])
        assert size <= 16_000_000
        got += [i["pk"]["S"] for i in answer["Responses"][table]]
        wanted = answer["UnprocessedKeys"]
        rounds += 1
        if wanted:
            assert wanted[table]["ConsistentRead"] is True and wanted[table]["ProjectionExpression"] == "pk, f"
    assert sorted(got, key=int) == [str(i) for i in range(60)]
    assert rounds == 2


# rules: 3.6.get.16mb
def test_of_items_of_300_kb_52_are_answered(client, make_table):
    """The service's own example (API reference, BatchGetItem)."""
    table = make_table()
    for i in range(60):
        client.put_item(TableName=table, Item=short({"pk": f"{i:02}", "f": "x" * (300 * 1024 - 5)}))
    got = client.batch_get_item(RequestItems={table: {"Keys": [short({"pk": f"{i:02}"}) for i in range(60)]}}, ReturnConsumedCapacity="TOTAL")
    assert len(got["Responses"][table]) == 52
    assert got["UnprocessedKeys"] == {table: {"Keys": [short({"pk": f"{i:02}"}) for i in range(52, 60)]}}
    assert got["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 52 * 37.5}]
