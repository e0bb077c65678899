"""Streams: what each write leaves in its table's stream, and the four operations that read it. validation.md section 8."""
import itertools
import re
import time

import pytest

from conftest import error_of, make_client, table_request, wait_active
from values import item

VIEWS = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]


@pytest.fixture(scope="session")
def streams(endpoint):
    return make_client(endpoint, "dynamodbstreams")


def short(**attributes):
    return item(attributes)


def with_stream(view):
    return {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view}}


@pytest.fixture
def logged(client):
    """logged(view) creates a table with a stream; answers its name and the stream's ARN."""
    made = []

    def make(view="NEW_AND_OLD_IMAGES", range=None):
        name = f"Logged{next(itertools.count(len(made)))}_{time.monotonic_ns()}"
        client.create_table(**table_request(name, "pk:S", range), **with_stream(view))
        made.append(name)
        return name, wait_active(client, name)["LatestStreamArn"]

    yield make
    for name in made:
        try:
            client.delete_table(TableName=name)
        except client.exceptions.ClientError:
            pass


def shard_of(streams, arn):
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    assert len(shards) == 1 and "ParentShardId" not in shards[0]
    return shards[0]


def iterator_of(streams, arn, kind="TRIM_HORIZON", **more):
    return streams.get_shard_iterator(StreamArn=arn, ShardId=shard_of(streams, arn)["ShardId"], ShardIteratorType=kind,
                                      **more)["ShardIterator"]


def read_all(streams, arn, kind="TRIM_HORIZON", **more):
    records, iterator = [], iterator_of(streams, arn, kind, **more)
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        if not answer["Records"]:
            break
        records += answer["Records"]
        iterator = answer.get("NextShardIterator")
    return records


def told(record):
    """Event, key, new and old image."""
    change = record["dynamodb"]
    return record["eventName"], change["Keys"], change.get("NewImage"), change.get("OldImage")


@pytest.mark.parametrize("view", VIEWS)
def test_each_event_in_each_view(client, streams, logged, view):
    name, arn = logged(view)
    key, one, two = short(pk="a"), short(pk="a", n=1), short(pk="a", n=2, t="x")
    client.put_item(TableName=name, Item=one)
    client.put_item(TableName=name, Item=two)
    client.delete_item(TableName=name, Key=key)
    records = read_all(streams, arn)
    new, old = view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"), view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES")
    assert [told(r) for r in records] == [
        ("INSERT", key, one if new else None, None),
        ("MODIFY", key, two if new else None, one if old else None),
        ("REMOVE", key, None, two if old else None)]
    sizes = {"KEYS_ONLY": [3, 3, 3], "NEW_IMAGE": [9, 11, 3], "OLD_IMAGE": [3, 9, 11], "NEW_AND_OLD_IMAGES": [9, 17, 11]}
    assert [r["dynamodb"]["SizeBytes"] for r in records] == sizes[view]
    numbers = [r["dynamodb"]["SequenceNumber"] for r in records]
    assert numbers == sorted(numbers) and len(set(numbers)) == 3 and all(re.fullmatch(r"\d{21,40}", n) for n in numbers)
    assert len({r["eventID"] for r in records}) == 3
    for record in records:
        assert re.fullmatch("[0-9a-f]{32}", record["eventID"])
        assert record["eventVersion"] == "1.1" and record["eventSource"] == "aws:dynamodb" and record["awsRegion"] == "us-east-1"
        assert record["dynamodb"]["StreamViewType"] == view and "userIdentity" not in record
        made = record["dynamodb"]["ApproximateCreationDateTime"]
        assert made.microsecond == 0 and abs(made.timestamp() - time.time()) < 100


def test_what_changes_nothing_leaves_nothing(client, streams, logged):
    name, arn = logged()
    client.put_item(TableName=name, Item=short(pk="a", n=1, m={"x": 1, "y": 2}))
    client.put_item(TableName=name, Item=short(m={"y": 2, "x": 1}, n=1, pk="a"))
    client.update_item(TableName=name, Key=short(pk="a"), UpdateExpression="SET n = :n",
                       ExpressionAttributeValues={":n": {"N": "1.0"}})
    client.update_item(TableName=name, Key=short(pk="a"), UpdateExpression="REMOVE nothing")
    client.delete_item(TableName=name, Key=short(pk="b"))
    assert error_of(client.put_item, TableName=name, Item=short(pk="a"),
                    ConditionExpression="attribute_not_exists(pk)")[0] == "ConditionalCheckFailedException"
    assert [told(r)[0] for r in read_all(streams, arn)] == ["INSERT"]


def test_updates(client, streams, logged):
    name, arn = logged(range="sk:N")
    key = short(pk="a", sk=1)
    client.update_item(TableName=name, Key=key, UpdateExpression="SET x = :x", ExpressionAttributeValues={":x": {"S": "1"}})
    client.update_item(TableName=name, Key=key, UpdateExpression="SET x = :x", ExpressionAttributeValues={":x": {"S": "2"}})
    client.update_item(TableName=name, Key=key, UpdateExpression="REMOVE x")
    first, second = short(pk="a", sk=1, x="1"), short(pk="a", sk=1, x="2")
    assert [told(r) for r in read_all(streams, arn)] == [
        ("INSERT", key, first, None), ("MODIFY", key, second, first), ("MODIFY", key, key, second)]


def test_batches_and_transactions(client, streams, logged):
    name, arn = logged("NEW_IMAGE")
    other, other_arn = logged("KEYS_ONLY")
    client.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": short(pk=str(i))}} for i in range(25)]})
    client.batch_write_item(RequestItems={name: [{"DeleteRequest": {"Key": short(pk=str(i))}} for i in range(20, 30)]})
    assert sorted(told(r)[0] for r in read_all(streams, arn)) == ["INSERT"] * 25 + ["REMOVE"] * 5
    actions = [{"Put": {"TableName": name, "Item": short(pk="t", v=1)}},
               {"Update": {"TableName": other, "Key": short(pk="t"), "UpdateExpression": "SET a = :a",
                           "ExpressionAttributeValues": {":a": {"S": "x"}}}},
               {"Delete": {"TableName": name, "Key": short(pk="1")}},
               {"ConditionCheck": {"TableName": name, "Key": short(pk="2"), "ConditionExpression": "attribute_exists(pk)"}}]
    client.transact_write_items(TransactItems=actions, ClientRequestToken="token-of-streams")
    client.transact_write_items(TransactItems=actions, ClientRequestToken="token-of-streams")  # a repetition
    assert sorted(told(r)[:2] for r in read_all(streams, arn)[30:]) == [("INSERT", short(pk="t")), ("REMOVE", short(pk="1"))]
    assert [told(r)[:2] for r in read_all(streams, other_arn)] == [("INSERT", short(pk="t"))]
    actions[3]["ConditionCheck"]["ConditionExpression"] = "attribute_not_exists(pk)"
    actions[0]["Put"]["Item"] = short(pk="t", v=2)
    assert error_of(client.transact_write_items, TransactItems=actions)[0] == "TransactionCanceledException"
    assert len(read_all(streams, arn)) == 32 and len(read_all(streams, other_arn)) == 1


def test_expired_items(client, streams, logged):
    name, arn = logged("OLD_IMAGE")
    now = int(time.time())
    client.put_item(TableName=name, Item=short(pk="a", until=now - 100))
    client.put_item(TableName=name, Item=short(pk="b", until=now + 1000))
    client.put_item(TableName=name, Item=short(pk="c", until=now + 1000))
    client.delete_item(TableName=name, Key=short(pk="c"))
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    end, records = time.monotonic() + 20, []
    while len(records) < 5 and time.monotonic() < end:
        time.sleep(0.1)
        records = read_all(streams, arn)
    removed = {r["dynamodb"]["Keys"]["pk"]["S"]: r for r in records if r["eventName"] == "REMOVE"}
    assert removed.keys() == {"a", "c"}
    assert removed["a"]["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    assert removed["a"]["dynamodb"]["OldImage"] == short(pk="a", until=now - 100)
    assert "userIdentity" not in removed["c"]


def test_list_and_describe(client, streams, logged):
    name, arn = logged("OLD_IMAGE", range="sk:B")
    table = client.describe_table(TableName=name)["Table"]
    assert arn == f"{table['TableArn']}/stream/{table['LatestStreamLabel']}"
    assert streams.list_streams(TableName=name)["Streams"] == [
        {"StreamArn": arn, "TableName": name, "StreamLabel": table["LatestStreamLabel"]}]
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert described["StreamArn"] == arn and described["StreamLabel"] == table["LatestStreamLabel"]
    assert described["StreamStatus"] == "ENABLED" and described["StreamViewType"] == "OLD_IMAGE"
    assert described["TableName"] == name and described["KeySchema"] == table["KeySchema"]
    assert re.fullmatch(r"shardId-\d{20}-[0-9a-f]{8}", described["Shards"][0]["ShardId"])
    assert described["Shards"][0]["SequenceNumberRange"].keys() == {"StartingSequenceNumber"}
    every, start = [], {}
    while True:
        page = streams.list_streams(Limit=1, **start)
        every += [s["StreamArn"] for s in page["Streams"]]
        if "LastEvaluatedStreamArn" not in page:
            break
        start = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
    assert arn in every and len(set(every)) == len(every)
    assert every == [s["StreamArn"] for s in streams.list_streams()["Streams"]]


def test_off_and_on_again(client, streams, logged):
    name, first = logged("KEYS_ONLY")
    client.put_item(TableName=name, Item=short(pk="a"))
    waiting = iterator_of(streams, first, "LATEST")
    client.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    table = wait_active(client, name)
    assert "StreamSpecification" not in table and table["LatestStreamArn"] == first
    client.put_item(TableName=name, Item=short(pk="b"))
    client.update_table(TableName=name, **with_stream("NEW_IMAGE"))
    second = wait_active(client, name)["LatestStreamArn"]
    assert second != first and [s["StreamArn"] for s in streams.list_streams(TableName=name)["Streams"]] == [first, second]
    client.put_item(TableName=name, Item=short(pk="c"))
    closed = streams.describe_stream(StreamArn=first)["StreamDescription"]
    assert closed["StreamStatus"] == "DISABLED"
    numbers = closed["Shards"][0]["SequenceNumberRange"]
    assert numbers["StartingSequenceNumber"] == numbers["EndingSequenceNumber"]
    assert [told(r)[1] for r in read_all(streams, first)] == [short(pk="a")]
    assert [told(r)[1] for r in read_all(streams, second)] == [short(pk="c")]
    assert streams.get_records(ShardIterator=waiting).keys() & {"Records", "NextShardIterator"} == {"Records"}
    client.delete_table(TableName=name)
    assert [told(r)[1] for r in read_all(streams, second)] == [short(pk="c")]
    assert streams.describe_stream(StreamArn=second)["StreamDescription"]["StreamStatus"] == "DISABLED"


def test_a_table_of_the_same_name(client, streams, logged):
    name, first = logged("KEYS_ONLY")
    client.put_item(TableName=name, Item=short(pk="a"))
    client.delete_table(TableName=name)
    client.create_table(**table_request(name, "pk:S"), **with_stream("KEYS_ONLY"))
    second = wait_active(client, name)["LatestStreamArn"]
    assert second != first
    assert len(read_all(streams, first)) == 1 and read_all(streams, second) == []


def test_iterators(client, streams, logged):
    name, arn = logged("NEW_IMAGE")
    latest = iterator_of(streams, arn, "LATEST")
    for n in range(1, 6):
        client.put_item(TableName=name, Item=short(pk="a", n=n))

    def numbers(kind, **more):
        return [int(r["dynamodb"]["NewImage"]["n"]["N"]) for r in read_all(streams, arn, kind, **more)]

    records = read_all(streams, arn)
    third = records[2]["dynamodb"]["SequenceNumber"]
    assert numbers("TRIM_HORIZON") == [1, 2, 3, 4, 5] and numbers("LATEST") == []
    assert numbers("AT_SEQUENCE_NUMBER", SequenceNumber=third) == [3, 4, 5]
    assert numbers("AFTER_SEQUENCE_NUMBER", SequenceNumber=third) == [4, 5]
    start = shard_of(streams, arn)["SequenceNumberRange"]["StartingSequenceNumber"]
    assert numbers("AT_SEQUENCE_NUMBER", SequenceNumber=start) == [1, 2, 3, 4, 5]
    assert [int(r["dynamodb"]["NewImage"]["n"]["N"]) for r in streams.get_records(ShardIterator=latest)["Records"]] == [1, 2, 3, 4, 5]
    page = streams.get_records(ShardIterator=iterator_of(streams, arn), Limit=2)
    assert len(page["Records"]) == 2
    assert len(streams.get_records(ShardIterator=page["NextShardIterator"])["Records"]) == 3
    assert page["Records"] == records[:2]  # the same at each reading
    assert iterator_of(streams, arn).startswith(arn + "|1|")


def test_refusals(client, streams, logged):
    name, arn = logged("KEYS_ONLY")
    client.put_item(TableName=name, Item=short(pk="a"))
    shard = shard_of(streams, arn)["ShardId"]
    unknown = arn[:-1] + str((int(arn[-1]) + 1) % 10)
    not_found = ("ResourceNotFoundException", f"Requested resource not found: Stream: {unknown} not found")
    assert error_of(streams.describe_stream, StreamArn=unknown) == not_found
    assert error_of(streams.get_shard_iterator, StreamArn=unknown, ShardId=shard, ShardIteratorType="LATEST") == not_found
    assert error_of(streams.get_shard_iterator, StreamArn=arn, ShardId="shardId-00000000000000000000-00000000",
                    ShardIteratorType="LATEST") == ("ResourceNotFoundException", "Requested resource not found: Shard does not exist")
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        assert error_of(streams.get_shard_iterator, StreamArn=arn, ShardId=shard, ShardIteratorType=kind)[0] == "ValidationException"
    assert error_of(streams.get_records, ShardIterator="nonsense")[0] == "ValidationException"
    limit = error_of(streams.get_records, ShardIterator=iterator_of(streams, arn), Limit=1001)
    assert limit[0] == "ValidationException" and "less than or equal to 1000" in limit[1]
    assert error_of(streams.describe_stream, StreamArn="x" * 40) == ("ValidationException", "Invalid StreamArn")


def test_over_the_wrong_target(wire):
    """The two services share an endpoint; each knows its own operations."""
    for target in ("DynamoDB_20120810.ListStreams", "DynamoDBStreams_20120810.ListTables"):
        answer = wire.call(target, {})
        assert answer.status == 400 and b"UnknownOperationException" in answer.body


def test_pages_of_a_thousand_and_a_megabyte(client, streams, logged):
    name, arn = logged("NEW_AND_OLD_IMAGES")
    for first in range(0, 1200, 25):
        client.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": short(pk=str(i))}} for i in range(first, first + 25)]})
    page = streams.get_records(ShardIterator=iterator_of(streams, arn))
    assert len(page["Records"]) == 1000
    assert len(streams.get_records(ShardIterator=page["NextShardIterator"])["Records"]) == 200
    for n in range(8):
        client.put_item(TableName=name, Item=short(pk="large", n=n, text="x" * 300_000))
    iterator, sizes = page["NextShardIterator"], []
    while page := streams.get_records(ShardIterator=iterator):
        if not page["Records"]:
            break
        sizes.append(sum(r["dynamodb"]["SizeBytes"] for r in page["Records"]))
        iterator = page["NextShardIterator"]
    assert max(sizes) <= 1024 * 1024 and len(sizes) >= 4
