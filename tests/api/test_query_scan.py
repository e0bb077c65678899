"""Query and Scan: pages of 1 MB, LastEvaluatedKey, Limit before the filter, segments, order. validation.md 3.4 and 3.5."""
import pytest

from conftest import error_of
from values import item as short


def fill(client, table, count, size=0, pk="p", **more):
    """`count` items p/0, p/1, …, each with about `size` bytes of filler."""
    for at in range(0, count, 25):
        client.batch_write_item(RequestItems={table: [
            {"PutRequest": {"Item": {"pk": {"S": pk}, "sk": {"N": str(i)}, **({"f": {"S": "x" * size}} if size else {}), **more}}}
            for i in range(at, min(at + 25, count))]})


def all_pages(call, **request):
    pages = []
    while True:
        page = call(**request)
        pages.append(page)
        if "LastEvaluatedKey" not in page:
            return pages
        assert len(pages) < 5000
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def query_of(table, pk="p", **more):
    return dict(TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": pk}, **more.pop("values", {})}, **more)


def numbers(pages):
    return [int(i["sk"]["N"]) for p in pages for i in p["Items"]]


# rules: 3.4.paging 3.4.count
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 11, None])
def test_pages_by_limit(client, make_table, limit, forward):
    table = make_table(range="sk:N")
    fill(client, table, 10)
    pages = all_pages(client.query, **query_of(table, ScanIndexForward=forward, **({"Limit": limit} if limit else {})))
    assert numbers(pages) == (list(range(10)) if forward else list(range(9, -1, -1)))
    assert all(p["Count"] == p["ScannedCount"] == len(p["Items"]) for p in pages)
    if limit == 10:  # a page that reaches its limit cannot know that it was the last
        assert len(pages) == 2 and pages[1]["Count"] == 0
    elif limit and limit < 10:
        assert pages[0]["LastEvaluatedKey"] == {"pk": {"S": "p"}, "sk": pages[0]["Items"][-1]["sk"]}
    else:
        assert len(pages) == 1


def test_the_limit_counts_before_the_filter(client, make_table):
    table = make_table(range="sk:N")
    fill(client, table, 20)
    pages = all_pages(client.query, **query_of(table, Limit=5, FilterExpression="#f = :f", ExpressionAttributeNames={"#f": "no"},
                                               values={":f": {"N": "1"}}))
    assert [(p["Count"], p["ScannedCount"]) for p in pages] == [(0, 5)] * 4 + [(0, 0)]


@pytest.mark.parametrize("walk", ["query", "scan"])
def test_pages_end_at_1_mb(client, make_table, walk):
    table = make_table(range="sk:N")
    fill(client, table, 60, size=50_000)
    if walk == "query":
        pages = all_pages(client.query, **query_of(table))
        assert numbers(pages) == list(range(60))
    else:
        pages = all_pages(client.scan, TableName=table)
        assert sorted(numbers(pages)) == list(range(60))
    counts = [p["Count"] for p in pages]
    assert all(19 <= c <= 22 for c in counts[:-1]) and len(counts) == 3, counts
    counted = all_pages(client.query, **query_of(table, Select="COUNT")) if walk == "query" else all_pages(client.scan, TableName=table, Select="COUNT")
    assert [p["Count"] for p in counted] == counts and all("Items" not in p for p in counted)


def test_the_1_mb_is_counted_before_the_filter_and_the_projection(client, make_table):
    table = make_table(range="sk:N")
    fill(client, table, 60, size=50_000)
    pages = all_pages(client.query, **query_of(table, ProjectionExpression="sk", FilterExpression="zzz = :z", values={":z": {"N": "1"}}))
    assert len(pages) == 3 and all(p["Count"] == 0 for p in pages)
    assert sum(p["ScannedCount"] for p in pages) == 60


def test_large_items_come_one_a_page_and_more(client, make_table):
    table = make_table(range="sk:N")
    for i in range(6):
        client.put_item(TableName=table, Item={"pk": {"S": "p"}, "sk": {"N": str(i)}, "f": {"S": "x" * 409_000}})
    pages = all_pages(client.query, **query_of(table))
    assert numbers(pages) == list(range(6))
    assert all(2 <= p["Count"] <= 3 for p in pages if p["Count"])


def test_a_start_key_need_not_exist(client, make_table):
    table = make_table(range="sk:N")
    fill(client, table, 5)
    start = {"pk": {"S": "p"}, "sk": {"N": "2.5"}}
    assert numbers([client.query(**query_of(table, ExclusiveStartKey=start))]) == [3, 4]
    assert numbers([client.query(**query_of(table, ExclusiveStartKey=start, ScanIndexForward=False))]) == [2, 1, 0]
    assert numbers([client.query(**query_of(table, ExclusiveStartKey={"pk": {"S": "p"}, "sk": {"N": "2.0"}}))]) == [3, 4]
    client.delete_item(TableName=table, Key={"pk": {"S": "p"}, "sk": {"N": "2"}})
    assert numbers([client.query(**query_of(table, ExclusiveStartKey={"pk": {"S": "p"}, "sk": {"N": "2"}}))]) == [3, 4]


def test_a_start_key_with_a_sort_condition(client, make_table):
    table = make_table(range="sk:N")
    fill(client, table, 10)
    request = dict(TableName=table, KeyConditionExpression="pk = :p AND sk BETWEEN :a AND :b", Limit=2,
                   ExpressionAttributeValues={":p": {"S": "p"}, ":a": {"N": "2"}, ":b": {"N": "6"}})
    assert numbers(all_pages(client.query, **request)) == [2, 3, 4, 5, 6]
    assert numbers(all_pages(client.query, ScanIndexForward=False, **request)) == [6, 5, 4, 3, 2]


def test_scan_order_is_stable_and_complete(client, make_table):
    table = make_table()
    for i in range(100):
        client.put_item(TableName=table, Item={"pk": {"S": f"key {i}"}})
    whole = [i["pk"]["S"] for i in client.scan(TableName=table)["Items"]]
    assert sorted(whole) == sorted(f"key {i}" for i in range(100))
    assert whole != sorted(whole), "a hash table's scan is not in the order of its keys"
    for limit in (1, 7, 100):
        assert [i["pk"]["S"] for p in all_pages(client.scan, TableName=table, Limit=limit) for i in p["Items"]] == whole


# rules: 3.5.segments
@pytest.mark.parametrize("total", [1, 2, 3, 4, 10, 64])
def test_segments_part_the_table(client, make_table, total):
    table = make_table(range="sk:N")
    for pk in range(40):
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": short({"pk": f"p{pk}", "sk": i})}} for i in range(3)]})
    seen = {}
    for segment in range(total):
        for page in all_pages(client.scan, TableName=table, Segment=segment, TotalSegments=total, Limit=4):
            for i in page["Items"]:
                key = (i["pk"]["S"], i["sk"]["N"])
                assert key not in seen
                seen[key] = segment
    assert len(seen) == 120
    for pk in range(40):
        assert len({s for (p, _), s in seen.items() if p == f"p{pk}"}) == 1, "one partition lies in one segment"
    if total in (2, 4):
        assert len(set(seen.values())) == total


# rules: 3.5.12
def test_a_start_key_of_another_segment_is_refused(client, make_table):
    table = make_table()
    for i in range(30):
        client.put_item(TableName=table, Item={"pk": {"S": str(i)}})
    page = client.scan(TableName=table, Segment=0, TotalSegments=2, Limit=1)
    name, message = error_of(client.scan, TableName=table, Segment=1, TotalSegments=2, ExclusiveStartKey=page["LastEvaluatedKey"])
    assert (name, message) == ("ValidationException", "The provided starting key is invalid: Invalid ExclusiveStartKey. "
                               "Please use ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: 1")


def test_order_of_a_scan_within_a_partition(client, make_table):
    table = make_table(range="sk:N")
    fill(client, table, 30)
    assert numbers(all_pages(client.scan, TableName=table, Limit=7)) == list(range(30))


def test_filters_projections_and_counts_together(client, make_table):
    table = make_table(range="sk:N")
    fill(client, table, 10)
    client.put_item(TableName=table, Item=short({"pk": "p", "sk": 4, "name": "x", "m": {"a": [1, 2]}}))
    got = client.query(**query_of(table, FilterExpression="#n = :x AND m.a[1] > :one", ProjectionExpression="m.a[1], #n",
                                  ExpressionAttributeNames={"#n": "name"}, values={":x": {"S": "x"}, ":one": {"N": "1"}}))
    assert got["Items"] == [short({"name": "x", "m": {"a": [2]}})] and (got["Count"], got["ScannedCount"]) == (1, 10)


def test_a_million_is_like_one_but_longer(client, make_table):
    """Not a million here, but enough pages that page edges, index edges and resumption meet."""
    table = make_table(range="sk:N", gsis=[("gsi", "g:S", "sk:N", ["f"])])
    for pk in range(4):
        fill(client, table, 500, size=2000, pk=f"p{pk}", g={"S": "all"})
    assert sum(p["Count"] for p in all_pages(client.scan, TableName=table)) == 2000
    pages = all_pages(client.query, TableName=table, IndexName="gsi", KeyConditionExpression="g = :g", ExpressionAttributeValues={":g": {"S": "all"}})
    assert numbers(pages) == sorted(list(range(500)) * 4)
    assert len({(i["pk"]["S"], i["sk"]["N"]) for p in pages for i in p["Items"]}) == 2000
    assert 3 < len(pages) < 6


def test_writes_between_pages(client, make_table):
    table = make_table(range="sk:N")
    fill(client, table, 10)
    page = client.query(**query_of(table, Limit=5))
    fill(client, table, 3)
    client.put_item(TableName=table, Item=short({"pk": "p", "sk": 44}))
    client.delete_item(TableName=table, Key=short({"pk": "p", "sk": 7}))
    rest = client.query(**query_of(table, ExclusiveStartKey=page["LastEvaluatedKey"]))
    assert numbers([rest]) == [5, 6, 8, 9, 44]


def test_paginators(client, make_table):
    table = make_table(range="sk:N")
    fill(client, table, 23)
    query = client.get_paginator("query").paginate(**query_of(table), PaginationConfig={"PageSize": 5})
    assert numbers(query) == list(range(23))
    capped = client.get_paginator("query").paginate(**query_of(table), PaginationConfig={"PageSize": 5, "MaxItems": 12}).build_full_result()
    assert len(capped["Items"]) == 12 and "NextToken" in capped
    scan = client.get_paginator("scan").paginate(TableName=table, PaginationConfig={"PageSize": 4}).build_full_result()
    assert scan["Count"] == 23 and len(scan["Items"]) == 23
