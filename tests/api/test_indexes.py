"""Local and global secondary indexes: sparse, projections, keys of several attributes, upkeep."""
import pytest

from conftest import error_of, wait_active
from values import item as short

NAMES = {"#g": "g"}


def put(client, table, **attributes):
    client.put_item(TableName=table, Item=short(attributes))


def ask(client, table, index, **equal):
    """All items of an index for equalities, as {attribute: text}."""
    got = client.query(TableName=table, IndexName=index, KeyConditionExpression=" AND ".join(f"#{n} = :{n}" for n in equal),
                       ExpressionAttributeNames={f"#{n}": n for n in equal}, ExpressionAttributeValues={f":{n}": v for n, v in short(equal).items()})
    return [{n: next(iter(v.values())) for n, v in i.items()} for i in got["Items"]]


@pytest.mark.parametrize("projection,shown", [
    ("ALL", {"pk", "sk", "g", "h", "a", "b"}), ("KEYS_ONLY", {"pk", "sk", "g", "h"}), (["a"], {"pk", "sk", "g", "h", "a"}), (["a", "zz"], {"pk", "sk", "g", "h", "a"})])
def test_projections(client, make_table, projection, shown):
    table = make_table(range="sk:N", gsis=[("gsi", "g:S", "h:N", projection)], lsis=[("lsi", "h:N", projection)])
    put(client, table, pk="p", sk=1, g="x", h=5, a="a", b="b")
    assert set(ask(client, table, "gsi", g="x")[0]) == shown
    assert set(ask(client, table, "lsi", pk="p")[0]) == shown - ({"g"} if projection != "ALL" else set())
    got = client.query(TableName=table, IndexName="lsi", Select="ALL_ATTRIBUTES", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p"}})
    assert set(got["Items"][0]) == {"pk", "sk", "g", "h", "a", "b"}
    got = client.query(TableName=table, IndexName="lsi", ProjectionExpression="b", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p"}})
    assert got["Items"] == [{"b": {"S": "b"}}], "a local index fetches from the table what it does not project"


def test_a_filter_on_a_local_index_sees_fetched_attributes(client, make_table):
    table = make_table(range="sk:N", lsis=[("lsi", "h:N", "KEYS_ONLY")])
    put(client, table, pk="p", sk=1, h=5, a="a")
    got = client.query(TableName=table, IndexName="lsi", Select="ALL_ATTRIBUTES", KeyConditionExpression="pk = :p", FilterExpression="a = :a",
                       ExpressionAttributeValues={":p": {"S": "p"}, ":a": {"S": "a"}})
    assert got["Count"] == 1


def test_asking_a_global_index_for_what_it_does_not_project(client, make_table):
    table = make_table(gsis=[("gsi", "g:S", None, "KEYS_ONLY")])
    put(client, table, pk="p", g="x", a="a")
    assert error_of(client.query, TableName=table, IndexName="gsi", KeyConditionExpression="g = :g", ProjectionExpression="pk, a",
                    ExpressionAttributeValues={":g": {"S": "x"}}) == (
        "ValidationException", "One or more parameter values were invalid: Global secondary index gsi does not project [a]")


def test_sparse(client, make_table):
    table = make_table(range="sk:N", gsis=[("gsi", "g:S", "h:N", "ALL")], lsis=[("lsi", "h:N", "ALL")])
    put(client, table, pk="p", sk=1, g="x", h=1)
    put(client, table, pk="p", sk=2, g="x")
    put(client, table, pk="p", sk=3, h=3)
    put(client, table, pk="p", sk=4)
    assert [i["sk"] for i in ask(client, table, "gsi", g="x")] == ["1"]
    assert [i["sk"] for i in ask(client, table, "lsi", pk="p")] == ["1", "3"]
    assert client.scan(TableName=table, IndexName="gsi")["Count"] == 1
    assert client.scan(TableName=table, IndexName="lsi")["Count"] == 2


def test_upkeep(client, make_table):
    table, key = make_table(gsis=[("gsi", "g:S", "h:N", "ALL")]), short({"pk": "p"})

    def update(text, **values):
        client.update_item(TableName=table, Key=key, UpdateExpression=text, **({"ExpressionAttributeValues": short({f":{n}": v for n, v in values.items()})} if values else {}))

    put(client, table, pk="p", g="x", h=1)
    update("SET g = :g", g="y")
    assert ask(client, table, "gsi", g="x") == [] and len(ask(client, table, "gsi", g="y")) == 1
    update("SET h = h + :one, a = :one", one=1)
    assert ask(client, table, "gsi", g="y") == [{"pk": "p", "g": "y", "h": "2", "a": "1"}]
    update("REMOVE h")
    assert ask(client, table, "gsi", g="y") == []
    update("SET h = :h", h=7)
    assert len(ask(client, table, "gsi", g="y")) == 1
    put(client, table, pk="p", a="only")
    assert ask(client, table, "gsi", g="y") == []
    put(client, table, pk="p", g="y", h=0)
    client.delete_item(TableName=table, Key=key)
    assert client.scan(TableName=table, IndexName="gsi")["Count"] == 0


def test_many_items_share_an_index_key(client, make_table):
    table = make_table(gsis=[("gsi", "g:S", "h:N", "KEYS_ONLY"), ("bare", "g:S", None, "KEYS_ONLY")])
    for i in range(50):
        put(client, table, pk=f"p{i}", g="x", h=i % 3)
    for index in ("gsi", "bare"):
        seen, start = [], {}
        while True:
            page = client.query(TableName=table, IndexName=index, KeyConditionExpression="g = :g", ExpressionAttributeValues={":g": {"S": "x"}}, Limit=7, **start)
            seen += page["Items"]
            if "LastEvaluatedKey" not in page:
                break
            wanted = {"pk", "g", "h"} if index == "gsi" else {"pk", "g"}
            assert set(page["LastEvaluatedKey"]) == wanted
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        assert len({i["pk"]["S"] for i in seen}) == len(seen) == 50
        if index == "gsi":
            assert [i["h"]["N"] for i in seen] == sorted(i["h"]["N"] for i in seen)


def test_backwards_and_paged_through_a_global_index(client, make_table):
    table = make_table(range="sk:N", gsis=[("gsi", "g:S", "h:N", "ALL")])
    for i in range(20):
        put(client, table, pk=f"p{i % 4}", sk=i, g="x", h=i)
    for forward in (True, False):
        pages = client.get_paginator("query").paginate(
            TableName=table, IndexName="gsi", KeyConditionExpression="g = :g AND h BETWEEN :a AND :b", ScanIndexForward=forward,
            ExpressionAttributeValues=short({":g": "x", ":a": 3, ":b": 12}), PaginationConfig={"PageSize": 3})
        got = [int(i["h"]["N"]) for p in pages for i in p["Items"]]
        assert got == (list(range(3, 13)) if forward else list(range(12, 2, -1)))


# rules: e7.multi
@pytest.fixture
def many(client, make_table):
    table = make_table(gsis=[("many", "h1:S h2:N", "r1:S r2:N r3:B", "ALL")])
    for i in range(24):
        put(client, table, pk=f"p{i}", h1="ab"[i % 2], h2=i % 2, r1="xyz"[i % 3], r2=i, r3={"$B": "AA=="})
    put(client, table, pk="no r3", h1="a", h2=0, r1="x", r2=0)
    return table


def many_query(client, table, text, **values):
    return client.query(TableName=table, IndexName="many", KeyConditionExpression=text, ExpressionAttributeValues=short({f":{n}": v for n, v in values.items()}))


def test_keys_of_several_attributes(client, many):
    def ids(text, **values):
        return [i["pk"]["S"] for i in many_query(client, many, text, **values)["Items"]]
    assert ids("h1 = :a AND h2 = :b", a="a", b=0) == [f"p{i}" for r in range(3) for i in range(0, 24, 2) if i % 3 == r]
    assert ids("h2 = :b AND h1 = :a", a="a", b=1) == []
    assert ids("h1 = :a AND h2 = :b AND r1 = :r", a="a", b=0, r="y") == ["p4", "p10", "p16", "p22"]
    assert ids("h1 = :a AND h2 = :b AND r1 = :r AND r2 > :s", a="a", b=0, r="y", s=10) == ["p16", "p22"]
    assert ids("h1 = :a AND h2 = :b AND r1 > :r", a="a", b=0, r="x") == [f"p{i}" for r in (1, 2) for i in range(0, 24, 2) if i % 3 == r]
    assert ids("h1 = :a AND h2 = :b AND r1 = :r AND r2 = :s AND begins_with(r3, :t)", a="a", b=0, r="y", s=10, t={"$B": "AA=="}) == ["p10"]
    assert ids("h1 = :a AND h2 = :b AND r1 BETWEEN :r AND :s", a="b", b=1, r="x", s="y") == [f"p{i}" for r in (0, 1) for i in range(1, 24, 2) if i % 3 == r]


def test_pages_over_keys_of_several_attributes(client, many):
    for forward in (True, False):
        pages = client.get_paginator("query").paginate(TableName=many, IndexName="many", KeyConditionExpression="h1 = :a AND h2 = :b", ScanIndexForward=forward,
                                                       ExpressionAttributeValues=short({":a": "a", ":b": 0}), PaginationConfig={"PageSize": 5})
        pages = list(pages)
        assert set(pages[0]["LastEvaluatedKey"]) == {"pk", "h1", "h2", "r1", "r2", "r3"}
        got = [i["pk"]["S"] for p in pages for i in p["Items"]]
        wanted = [f"p{i}" for r in range(3) for i in range(0, 24, 2) if i % 3 == r]
        assert got == (wanted if forward else wanted[::-1])
    assert client.scan(TableName=many, IndexName="many")["Count"] == 24


@pytest.mark.parametrize("text,values", [
    ("h1 = :a", {"a": "a"}), ("h2 = :b", {"b": 0}), ("h1 = :a AND h2 > :b", {"a": "a", "b": 0}),
    ("h1 = :a AND h2 = :b AND r2 = :s", {"a": "a", "b": 0, "s": 1}), ("h1 = :a AND h2 = :b AND r1 > :r AND r2 = :s", {"a": "a", "b": 0, "r": "x", "s": 1}),
    ("h1 = :a AND h2 = :b AND r1 = :r AND r3 = :s", {"a": "a", "b": 0, "r": "x", "s": {"$B": "AA=="}})])
def test_conditions_that_a_key_of_several_attributes_refuses(client, many, text, values):
    name, message = error_of(many_query, client, many, text, **values)
    assert name == "ValidationException"
    if "r2 = :s" in text and "r1" not in text:
        assert "r1" in message, message


def test_a_key_of_four_and_four_attributes(client, make_table):
    table = make_table(gsis=[("many", "a:S b:S c:S d:S", "e:S f:S g:S h:S", "KEYS_ONLY")])
    put(client, table, pk="p", **{n: n for n in "abcdefgh"})
    text = " AND ".join(f"#{n} = :{n}" for n in "abcdefgh")
    got = client.query(TableName=table, IndexName="many", KeyConditionExpression=text, ExpressionAttributeNames={f"#{n}": n for n in "abcdefgh"},
                       ExpressionAttributeValues=short({f":{n}": n for n in "abcdefgh"}))
    assert got["Count"] == 1
    assert client.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"][0]["KeySchema"] == [
        {"AttributeName": n, "KeyType": "HASH" if n in "abcd" else "RANGE"} for n in "abcdefgh"]


def test_too_many_key_attributes(client):
    from conftest import table_request
    for hashes, ranges in (("a:S b:S c:S d:S e:S", None), ("a:S", "b:S c:S d:S e:S f:S")):
        name, _ = error_of(client.create_table, **table_request("TooMany", gsis=[("many", hashes, ranges, "ALL")]))
        assert name == "ValidationException"


# rules: 3.8.update.backfill
def test_a_new_index_is_filled_and_kept(client, make_table):
    table = make_table(range="sk:N")
    for i in range(0, 300, 25):
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": short({"pk": "p", "sk": n, **({"g": f"g{n % 5}"} if n % 2 else {})})}} for n in range(i, i + 25)]})
    put(client, table, pk="p", sk=1000, g=7)  # of the wrong type: left out
    answer = client.update_table(TableName=table, AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}], GlobalSecondaryIndexUpdates=[
        {"Create": {"IndexName": "late", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}}])
    assert answer["TableDescription"]["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    described = wait_active(client, table)
    assert {d["AttributeName"] for d in described["AttributeDefinitions"]} == {"pk", "sk", "g"}
    assert client.scan(TableName=table, IndexName="late")["Count"] == 150
    assert [i["sk"] for i in ask(client, table, "late", g="g1")] and len(ask(client, table, "late", g="g1")) == 30
    put(client, table, pk="p", sk=2000, g="new")
    assert len(ask(client, table, "late", g="new")) == 1
    answer = client.update_table(TableName=table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "late"}}])
    described = wait_active(client, table)
    for _ in range(200):
        described = client.describe_table(TableName=table)["Table"]
        if "GlobalSecondaryIndexes" not in described:
            break
    assert "GlobalSecondaryIndexes" not in described
    assert error_of(client.query, TableName=table, IndexName="late", KeyConditionExpression="g = :g", ExpressionAttributeValues={":g": {"S": "x"}}) == (
        "ValidationException", "The table does not have the specified index: late")


def test_an_index_of_the_same_name_again(client, make_table):
    table = make_table()
    put(client, table, pk="p", g="x", h="y")
    for attribute in ("g", "h", "g"):
        client.update_table(TableName=table, AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"}], GlobalSecondaryIndexUpdates=[
            {"Create": {"IndexName": "again", "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}}])
        wait_active(client, table)
        got = client.scan(TableName=table, IndexName="again")["Items"]
        assert [set(i) for i in got] == [{"pk", attribute}]
        client.update_table(TableName=table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "again"}}])
        wait_active(client, table)


def test_twenty_global_and_five_local_indexes(client, make_table):
    table = make_table(range="sk:N", gsis=[(f"gsi{i}", f"g{i}:S", "sk:N", "KEYS_ONLY") for i in range(20)], lsis=[(f"lsi{i}", f"g{i}:S", "ALL") for i in range(5)])
    put(client, table, pk="p", sk=1, **{f"g{i}": "x" for i in range(20)})
    for i in range(20):
        assert len(ask(client, table, f"gsi{i}", **{f"g{i}": "x"})) == 1
    answer = client.put_item(TableName=table, Item=short({"pk": "p", "sk": 1}), ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert answer["CapacityUnits"] == 26 and len(answer["GlobalSecondaryIndexes"]) == 20 and len(answer["LocalSecondaryIndexes"]) == 5


def test_an_index_on_the_tables_own_keys(client, make_table):
    table = make_table(range="sk:N", gsis=[("turned", "sk:N", "pk:S", "KEYS_ONLY")])
    put(client, table, pk="p", sk=1)
    put(client, table, pk="q", sk=1)
    assert [i["pk"] for i in ask(client, table, "turned", sk=1)] == ["p", "q"]
