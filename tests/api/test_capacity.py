"""ConsumedCapacity and ItemCollectionMetrics, validation.md section 5."""
import pytest

from values import item as short


def sized(pk, size):
    """An item of exactly `size` bytes."""
    return {"pk": {"S": pk}, "f": {"S": "x" * (size - len(pk) - 3)}}


def units(answer):
    return answer["ConsumedCapacity"]["CapacityUnits"]


# rules: 5.write
@pytest.mark.parametrize("size,expected", [(10, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 3), (102400, 100), (409600, 400)])
def test_write_units(client, make_table, size, expected):
    table = make_table()
    assert units(client.put_item(TableName=table, Item=sized("x", size), ReturnConsumedCapacity="TOTAL")) == expected
    assert units(client.put_item(TableName=table, Item=sized("x", 10), ReturnConsumedCapacity="TOTAL")) == expected
    assert units(client.put_item(TableName=table, Item=sized("x", 10), ReturnConsumedCapacity="TOTAL")) == 1
    client.put_item(TableName=table, Item=sized("x", size))
    assert units(client.delete_item(TableName=table, Key=short({"pk": "x"}), ReturnConsumedCapacity="TOTAL")) == expected
    assert units(client.delete_item(TableName=table, Key=short({"pk": "x"}), ReturnConsumedCapacity="TOTAL")) == 1
    update = dict(TableName=table, Key=short({"pk": "x"}), ReturnConsumedCapacity="TOTAL")
    assert units(client.update_item(UpdateExpression="SET f = :f", ExpressionAttributeValues={":f": {"S": "x" * (size - 4)}}, **update)) == expected
    assert units(client.update_item(UpdateExpression="REMOVE f", **update)) == expected
    assert units(client.update_item(UpdateExpression="REMOVE f", **update)) == 1


# rules: 5.read
@pytest.mark.parametrize("size,expected", [(10, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3), (409600, 100)])
def test_read_units(client, make_table, size, expected):
    table = make_table()
    client.put_item(TableName=table, Item=sized("x", size))
    for consistent, factor in ((True, 1), (False, 0.5)):
        assert units(client.get_item(TableName=table, Key=short({"pk": "x"}), ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL")) == expected * factor
        assert units(client.get_item(TableName=table, Key=short({"pk": "x"}), ConsistentRead=consistent, ProjectionExpression="pk", ReturnConsumedCapacity="TOTAL")) == expected * factor
        assert units(client.get_item(TableName=table, Key=short({"pk": "y"}), ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL")) == factor


# rules: 5.pages
@pytest.mark.parametrize("walk", ["query", "scan"])
def test_a_page_is_rounded_as_a_whole(client, make_table, walk):
    table = make_table(range="sk:N")
    for i in range(10):  # 1,000 bytes each: pk p 3, sk and its number 4, f 1
        client.put_item(TableName=table, Item={"pk": {"S": "p"}, "sk": {"N": str(i + 1)}, "f": {"S": "x" * 992}})

    def read(**more):
        if walk == "query":
            return client.query(TableName=table, KeyConditionExpression="pk = :p", ReturnConsumedCapacity="TOTAL",
                                ExpressionAttributeValues={":p": {"S": "p"}, **more.pop("values", {})}, **more)
        more.pop("values", None) if not more.get("FilterExpression") else more.update(ExpressionAttributeValues=more.pop("values"))
        return client.scan(TableName=table, ReturnConsumedCapacity="TOTAL", **more)

    assert units(read()) == 1.5
    assert units(read(ConsistentRead=True)) == 3
    assert units(read(ConsistentRead=True, Limit=4)) == 1
    assert units(read(ConsistentRead=True, Limit=5)) == 2
    assert units(read(ConsistentRead=True, Select="COUNT")) == 3
    assert units(read(ConsistentRead=True, ProjectionExpression="pk")) == 3
    assert units(read(ConsistentRead=True, FilterExpression="f = :f", values={":f": {"S": "no"}})) == 3
    if walk == "query":
        empty = client.query(TableName=table, KeyConditionExpression="pk = :p", ReturnConsumedCapacity="TOTAL", ExpressionAttributeValues={":p": {"S": "none"}})
        assert units(empty) == 0.5


# rules: 5.form
def test_the_forms(client, make_table):
    table = make_table(range="sk:N", gsis=[("gsi", "g:S", None, "ALL")], lsis=[("lsi", "h:N", "KEYS_ONLY")])
    item = short({"pk": "p", "sk": 1, "g": "x", "h": 1})
    for asked in ("NONE", None):
        more = {"ReturnConsumedCapacity": asked} if asked else {}
        assert "ConsumedCapacity" not in client.put_item(TableName=table, Item=item, **more)
    client.delete_item(TableName=table, Key=short({"pk": "p", "sk": 1}))
    assert client.put_item(TableName=table, Item=item, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 3.0}
    client.delete_item(TableName=table, Key=short({"pk": "p", "sk": 1}))
    assert client.put_item(TableName=table, Item=item, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"] == {
        "TableName": table, "CapacityUnits": 3.0, "Table": {"CapacityUnits": 1.0},
        "GlobalSecondaryIndexes": {"gsi": {"CapacityUnits": 1.0}}, "LocalSecondaryIndexes": {"lsi": {"CapacityUnits": 1.0}}}
    assert client.get_item(TableName=table, Key=short({"pk": "p", "sk": 1}), ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"] == {
        "TableName": table, "CapacityUnits": 0.5, "Table": {"CapacityUnits": 0.5}}
    query = dict(TableName=table, IndexName="gsi", KeyConditionExpression="g = :g", ExpressionAttributeValues=short({":g": "x"}))
    assert client.query(ReturnConsumedCapacity="TOTAL", **query)["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 0.5}
    got = client.query(ReturnConsumedCapacity="INDEXES", **query)["ConsumedCapacity"]
    assert got["GlobalSecondaryIndexes"] == {"gsi": {"CapacityUnits": 0.5}} and got["CapacityUnits"] == 0.5
    assert got.get("Table", {"CapacityUnits": 0.0}) == {"CapacityUnits": 0.0}


# rules: 5.index
def test_index_writes(client, make_table):
    table = make_table(gsis=[("all", "g:S", None, "ALL"), ("keys", "g:S", None, "KEYS_ONLY"), ("some", "g:S", None, ["a"])])

    def write(update, **values):
        got = client.update_item(TableName=table, Key=short({"pk": "p"}), UpdateExpression=update, ReturnConsumedCapacity="INDEXES",
                                 **({"ExpressionAttributeValues": short({f":{n}": v for n, v in values.items()})} if values else {}))["ConsumedCapacity"]
        return {n: u["CapacityUnits"] for n, u in got.get("GlobalSecondaryIndexes", {}).items() if u["CapacityUnits"]}

    assert write("SET b = :v", v=1) == {}
    assert write("SET g = :v", v="x") == {"all": 1, "keys": 1, "some": 1}
    assert write("SET b = :v", v=2) == {"all": 1}
    assert write("SET b = :v", v=2) == {}
    assert write("SET a = :v", v=2) == {"all": 1, "some": 1}
    assert write("SET g = :v", v="y") == {"all": 2, "keys": 2, "some": 2}
    assert write("SET a = :v", v="x" * 1500) == {"all": 2, "some": 2}
    assert write("SET b = :v", v=3) == {"all": 2}
    assert write("REMOVE g") == {"all": 2, "keys": 1, "some": 2}


def test_reading_the_table_through_a_local_index(client, make_table):
    table = make_table(range="sk:N", lsis=[("lsi", "h:N", "KEYS_ONLY")])
    for i in range(4):
        client.put_item(TableName=table, Item=short({"pk": "p", "sk": i, "h": i, "f": "x"}))
    query = dict(TableName=table, IndexName="lsi", KeyConditionExpression="pk = :p", ExpressionAttributeValues=short({":p": "p"}), ConsistentRead=True)
    assert units(client.query(ReturnConsumedCapacity="TOTAL", **query)) == 1
    got = client.query(ReturnConsumedCapacity="INDEXES", Select="ALL_ATTRIBUTES", **query)["ConsumedCapacity"]
    assert got["CapacityUnits"] == 5
    assert got["Table"] == {"CapacityUnits": 4.0} and got["LocalSecondaryIndexes"] == {"lsi": {"CapacityUnits": 1.0}}


# rules: 5.transact
def test_transactions_cost_double(client, make_table):
    table = make_table()
    got = client.transact_write_items(ReturnConsumedCapacity="INDEXES", TransactItems=[
        {"Put": {"TableName": table, "Item": sized("a", 1024)}}, {"Put": {"TableName": table, "Item": sized("b", 1025)}}])["ConsumedCapacity"]
    assert got == [{"TableName": table, "CapacityUnits": 6.0, "WriteCapacityUnits": 6.0, "Table": {"CapacityUnits": 6.0, "WriteCapacityUnits": 6.0}}]
    got = client.transact_get_items(ReturnConsumedCapacity="TOTAL", TransactItems=[
        {"Get": {"TableName": table, "Key": short({"pk": pk})}} for pk in "abc"])["ConsumedCapacity"]
    assert got == [{"TableName": table, "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}]


# rules: 5.batch
def test_batches_sum_by_table(client, make_table):
    table = make_table(gsis=[("gsi", "g:S", None, "ALL")])
    got = client.batch_write_item(ReturnConsumedCapacity="INDEXES", RequestItems={table: [
        {"PutRequest": {"Item": {**sized("a", 1500), "g": {"S": "x"}}}}, {"PutRequest": {"Item": sized("b", 10)}}]})["ConsumedCapacity"]
    assert got == [{"TableName": table, "CapacityUnits": 5.0, "Table": {"CapacityUnits": 3.0}, "GlobalSecondaryIndexes": {"gsi": {"CapacityUnits": 2.0}}}]
    got = client.batch_get_item(ReturnConsumedCapacity="INDEXES", RequestItems={table: {"Keys": [short({"pk": pk}) for pk in "abc"], "ConsistentRead": True}})
    assert got["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 3.0, "Table": {"CapacityUnits": 3.0}}]


# rules: 4.1.numbersize
@pytest.mark.parametrize("number,size", [("0", 1), ("1", 2), ("12", 2), ("123", 3), ("100", 3), ("-1", 3), ("0.1", 2), ("1234567890", 6), ("1e125", 2), ("9" * 38, 20)])
def test_size_of_a_number(client, make_table, number, size):
    """By the unit that it pushes over the edge of 1 KB. 100 has one digit and 10² leads: odd count, so no byte more."""
    if number == "100":
        size = 2
    table = make_table()
    exact = {"pk": {"S": "p"}, "n": {"N": number}, "f": {"S": "x" * (1024 - 3 - 1 - size - 1)}}
    assert units(client.put_item(TableName=table, Item=exact, ReturnConsumedCapacity="TOTAL")) == 1
    exact["f"]["S"] += "x"
    assert units(client.put_item(TableName=table, Item=exact, ReturnConsumedCapacity="TOTAL")) == 2


# rules: 5.metrics
def test_item_collection_metrics(client, make_table):
    table, plain = make_table(range="sk:N", lsis=[("lsi", "h:N", "ALL")]), make_table(range="sk:N")
    item, key = short({"pk": "p", "sk": 1}), short({"pk": "p", "sk": 1})
    for call, more in ((client.put_item, {"Item": item}), (client.update_item, {"Key": key}), (client.delete_item, {"Key": key})):
        got = call(TableName=table, ReturnItemCollectionMetrics="SIZE", **more)["ItemCollectionMetrics"]
        assert got == {"ItemCollectionKey": {"pk": {"S": "p"}}, "SizeEstimateRangeGB": [0.0, 1.0]}
        assert "ItemCollectionMetrics" not in call(TableName=table, ReturnItemCollectionMetrics="NONE", **more)
        assert "ItemCollectionMetrics" not in call(TableName=table, **more)
        assert "ItemCollectionMetrics" not in call(TableName=plain, ReturnItemCollectionMetrics="SIZE", **more)
    got = client.batch_write_item(ReturnItemCollectionMetrics="SIZE", RequestItems={table: [{"PutRequest": {"Item": item}}], plain: [{"PutRequest": {"Item": item}}]})
    assert got["ItemCollectionMetrics"] == {table: [{"ItemCollectionKey": {"pk": {"S": "p"}}, "SizeEstimateRangeGB": [0.0, 1.0]}]}
    got = client.transact_write_items(ReturnItemCollectionMetrics="SIZE", TransactItems=[{"Put": {"TableName": table, "Item": item}}])
    assert got["ItemCollectionMetrics"] == {table: [{"ItemCollectionKey": {"pk": {"S": "p"}}, "SizeEstimateRangeGB": [0.0, 1.0]}]}
