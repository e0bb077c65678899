"""CreateTable, UpdateTable, DeleteTable, DescribeTable, ListTables, TTL, tags, limits, waiters. validation.md 3.8 and 3.9."""
import datetime
import os
import re
import time

import boto3
import pytest

from conftest import Server, error_of, make_client, table_request, wait_active, wait_gone
from values import item as short


@pytest.fixture
def new(client):
    """new(**CreateTable request) answers its TableDescription; the table goes with the test."""
    made = []

    def create(request):
        answer = client.create_table(**request)["TableDescription"]
        made.append(request["TableName"])
        return answer

    yield create
    for name in made:
        try:
            client.update_table(TableName=name, DeletionProtectionEnabled=False)
            wait_active(client, name)
        except client.exceptions.ClientError:
            pass
        try:
            client.delete_table(TableName=name)
        except client.exceptions.ClientError:
            pass


# rules: 3.8.create.answer
def test_what_create_answers_on_demand(client, new):
    got = new(table_request("Answer1", "pk:S", "sk:N", gsis=[("gsi", "g:S", None, ["a"])], lsis=[("lsi", "l:B", "KEYS_ONLY")]))
    assert got["TableName"] == "Answer1" and got["TableStatus"] in ("CREATING", "ACTIVE")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", got["TableId"])
    assert got["TableArn"] == "arn:aws:dynamodb:us-east-1:000000000000:table/Answer1"
    assert isinstance(got["CreationDateTime"], datetime.datetime)
    assert (got["ItemCount"], got["TableSizeBytes"]) == (0, 0)
    assert got["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    assert {(d["AttributeName"], d["AttributeType"]) for d in got["AttributeDefinitions"]} == {("pk", "S"), ("sk", "N"), ("g", "S"), ("l", "B")}
    assert got["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert got["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    assert got["DeletionProtectionEnabled"] is False
    for absent in ("StreamSpecification", "LatestStreamArn", "SSEDescription", "Replicas", "RestoreSummary", "TableClassSummary"):
        assert absent not in got
    gsi, lsi = got["GlobalSecondaryIndexes"][0], got["LocalSecondaryIndexes"][0]
    assert gsi["IndexArn"] == got["TableArn"] + "/index/gsi" and lsi["IndexArn"] == got["TableArn"] + "/index/lsi"
    assert gsi["IndexStatus"] in ("CREATING", "ACTIVE") and "IndexStatus" not in lsi
    assert gsi["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]} and lsi["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert gsi["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    assert "ProvisionedThroughput" not in lsi
    for index in (gsi, lsi):
        assert (index["IndexSizeBytes"], index["ItemCount"]) == (0, 0)
    described = wait_active(client, "Answer1")
    assert "LastUpdateToPayPerRequestDateTime" in described["BillingModeSummary"]
    assert described["WarmThroughput"] == {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}
    assert described["GlobalSecondaryIndexes"][0]["WarmThroughput"] == {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}


def test_what_create_answers_provisioned(client, new):
    got = new(table_request("Answer2", "pk:S", gsis=[("gsi", "g:S", None, "ALL")], throughput=7))
    assert "BillingModeSummary" not in got
    assert got["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 7, "WriteCapacityUnits": 7}
    assert got["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 7, "WriteCapacityUnits": 7}
    described = wait_active(client, "Answer2")
    assert described["WarmThroughput"] == {"ReadUnitsPerSecond": 7, "WriteUnitsPerSecond": 7, "Status": "ACTIVE"}


def test_options_of_create(client, new):
    request = {**table_request("Options"), "TableClass": "STANDARD_INFREQUENT_ACCESS", "DeletionProtectionEnabled": True,
               "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
               "OnDemandThroughput": {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20},
               "WarmThroughput": {"ReadUnitsPerSecond": 13000, "WriteUnitsPerSecond": 5000},
               "SSESpecification": {"Enabled": True, "SSEType": "KMS"}, "Tags": [{"Key": "a", "Value": "b"}]}
    got = new(request)
    assert got["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert got["DeletionProtectionEnabled"] is True
    # rules: 3.8.streams
    assert got["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", got["LatestStreamLabel"])
    assert got["LatestStreamArn"] == got["TableArn"] + "/stream/" + got["LatestStreamLabel"]
    assert got["OnDemandThroughput"] == {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20}
    assert got["WarmThroughput"]["ReadUnitsPerSecond"] == 13000
    described = wait_active(client, "Options")
    assert described["SSEDescription"]["Status"] == "ENABLED"
    assert client.list_tags_of_resource(ResourceArn=got["TableArn"])["Tags"] == [{"Key": "a", "Value": "b"}]


def test_creating_twice(client, new):
    new(table_request("Twice"))
    assert error_of(client.create_table, **table_request("Twice")) == ("ResourceInUseException", "Table already exists: Twice")


def test_delete(client, new):
    new(table_request("Gone", gsis=[("gsi", "g:S", None, "ALL")]))
    wait_active(client, "Gone")
    client.put_item(TableName="Gone", Item=short({"pk": "x", "g": "y"}))
    answer = client.delete_table(TableName="Gone")["TableDescription"]
    assert answer["TableStatus"] == "DELETING" and answer["TableName"] == "Gone"
    for absent in ("AttributeDefinitions", "KeySchema", "CreationDateTime", "GlobalSecondaryIndexes"):
        assert absent not in answer
    wait_gone(client, "Gone")
    assert error_of(client.delete_table, TableName="Gone") == ("ResourceNotFoundException", "Requested resource not found: Table: Gone not found")
    assert error_of(client.get_item, TableName="Gone", Key=short({"pk": "x"})) == ("ResourceNotFoundException", "Requested resource not found")


def test_a_table_made_anew_is_empty(client, new):
    for _ in range(3):
        new(table_request("Anew", gsis=[("gsi", "g:S", None, "ALL")]))
        wait_active(client, "Anew")
        assert client.scan(TableName="Anew")["Count"] == client.scan(TableName="Anew", IndexName="gsi")["Count"] == 0
        client.put_item(TableName="Anew", Item=short({"pk": "x", "g": "y"}))
        client.delete_table(TableName="Anew")
        wait_gone(client, "Anew")


# rules: 3.8.protect
def test_deletion_protection(client, new):
    new(table_request("Protected"))
    wait_active(client, "Protected")
    assert client.update_table(TableName="Protected", DeletionProtectionEnabled=True)["TableDescription"]["DeletionProtectionEnabled"] is True
    wait_active(client, "Protected")
    assert error_of(client.delete_table, TableName="Protected") == (
        "ValidationException", "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
    client.update_table(TableName="Protected", DeletionProtectionEnabled=False)
    wait_active(client, "Protected")
    client.delete_table(TableName="Protected")


def test_list_tables(client, new):
    names = sorted(f"List{c}{i}" for i in range(3) for c in "aB-_.")
    for n in names:
        new(table_request(n))
    ours = [n for p in client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2}) for n in p["TableNames"] if n.startswith("List")]
    assert ours == sorted(names, key=lambda n: n.encode())
    got = client.list_tables(ExclusiveStartTableName="ListA", Limit=3)
    assert got["TableNames"] == [n for n in ours if n > "ListA"][:3] and got["LastEvaluatedTableName"] == got["TableNames"][-1]
    assert "LastEvaluatedTableName" not in client.list_tables(ExclusiveStartTableName="zzzz")
    whole = client.list_tables()["TableNames"]
    exact = client.list_tables(Limit=min(100, len(whole)))
    if len(whole) <= 100:
        assert "LastEvaluatedTableName" not in exact, "only when more remain"


def test_a_hundred_tables_a_page(client, new):
    for i in range(105):
        new(table_request(f"Page{i:03}"))
    got = client.list_tables(ExclusiveStartTableName="Page")
    assert len(got["TableNames"]) == 100 and got["LastEvaluatedTableName"] == "Page099"


def test_changing_throughput_and_billing(client, new):
    new(table_request("Billing", throughput=5, gsis=[("gsi", "g:S", None, "ALL")]))
    wait_active(client, "Billing")
    client.update_table(TableName="Billing", ProvisionedThroughput={"ReadCapacityUnits": 6, "WriteCapacityUnits": 4}, GlobalSecondaryIndexUpdates=[
        {"Update": {"IndexName": "gsi", "ProvisionedThroughput": {"ReadCapacityUnits": 9, "WriteCapacityUnits": 9}}}])
    got = wait_active(client, "Billing")
    assert (got["ProvisionedThroughput"]["ReadCapacityUnits"], got["ProvisionedThroughput"]["WriteCapacityUnits"]) == (6, 4)
    assert got["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 1 and "LastDecreaseDateTime" in got["ProvisionedThroughput"]
    assert got["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 9
    client.update_table(TableName="Billing", BillingMode="PAY_PER_REQUEST")
    got = wait_active(client, "Billing")
    assert got["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST" and got["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    name, message = error_of(client.update_table, TableName="Billing", BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})
    assert name in ("ValidationException", "LimitExceededException"), message  # the index's throughput is missing
    client.update_table(TableName="Billing", BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}, GlobalSecondaryIndexUpdates=[
        {"Update": {"IndexName": "gsi", "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}}}])
    got = wait_active(client, "Billing")
    assert got["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert got["ProvisionedThroughput"]["WriteCapacityUnits"] == 2 and got["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["WriteCapacityUnits"] == 4


# rules: 3.8.update.11
def test_streams_on_and_off(client, new):
    new(table_request("Streamed"))
    wait_active(client, "Streamed")
    on = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
    client.update_table(TableName="Streamed", **on)
    got = wait_active(client, "Streamed")
    assert got["StreamSpecification"] == on["StreamSpecification"] and got["LatestStreamArn"].startswith(got["TableArn"] + "/stream/")
    assert error_of(client.update_table, TableName="Streamed", **on) == ("ValidationException", "Table already has an enabled stream: TableName: Streamed")
    client.update_table(TableName="Streamed", StreamSpecification={"StreamEnabled": False})
    got = wait_active(client, "Streamed")
    assert "StreamSpecification" not in got and "LatestStreamArn" in got


def test_other_updates(client, new):
    new(table_request("Others"))
    wait_active(client, "Others")
    client.update_table(TableName="Others", TableClass="STANDARD_INFREQUENT_ACCESS")
    assert wait_active(client, "Others")["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    client.update_table(TableName="Others", OnDemandThroughput={"MaxReadRequestUnits": 50})
    assert wait_active(client, "Others")["OnDemandThroughput"]["MaxReadRequestUnits"] == 50
    client.update_table(TableName="Others", WarmThroughput={"ReadUnitsPerSecond": 15000, "WriteUnitsPerSecond": 6000})
    assert wait_active(client, "Others")["WarmThroughput"]["ReadUnitsPerSecond"] == 15000


@pytest.mark.parametrize("updates", [
    [{"Create": {"IndexName": "late", "KeySchema": [{"AttributeName": "undefined", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}}],
    [{"Update": {"IndexName": "nosuch", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}}],
    [{"Delete": {"IndexName": "nosuch"}}],
    [{"Delete": {"IndexName": "one"}}, {"Delete": {"IndexName": "two"}}],
])
def test_index_updates_that_are_refused(client, make_table, updates):
    table = make_table(gsis=[("one", "g:S", None, "ALL"), ("two", "h:S", None, "ALL")])
    name, _ = error_of(client.update_table, TableName=table, GlobalSecondaryIndexUpdates=updates)
    assert name in ("ValidationException", "ResourceNotFoundException", "LimitExceededException")
    assert len(client.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]) == 2


def test_waiters(client):
    client.create_table(**table_request("Waited"))
    client.get_waiter("table_exists").wait(TableName="Waited", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    client.delete_table(TableName="Waited")
    client.get_waiter("table_not_exists").wait(TableName="Waited", WaiterConfig={"Delay": 1, "MaxAttempts": 10})


def test_resource_creates_waits_and_deletes(resource):
    table = resource.create_table(**table_request("Resourceful", "pk:S", "sk:N"))
    table.wait_until_exists()
    assert table in list(resource.tables.all())
    table.put_item(Item={"pk": "a", "sk": 1})
    table.delete()
    table.wait_until_not_exists()


def test_item_count_and_size(client, make_table):
    table = make_table(gsis=[("gsi", "g:S", None, "KEYS_ONLY")])
    for i in range(10):
        client.put_item(TableName=table, Item=short({"pk": str(i), "g": "x", "f": "y" * 50}))
    client.delete_item(TableName=table, Key=short({"pk": "3"}))
    got = client.describe_table(TableName=table)["Table"]
    assert got["ItemCount"] in (0, 9) and got["TableSizeBytes"] in (0, 9 * (3 + 2 + 51))
    assert got["GlobalSecondaryIndexes"][0]["ItemCount"] in (0, 9)


# rules: 3.9.ttl
def test_ttl(client, make_table):
    table = make_table()
    spec = {"Enabled": True, "AttributeName": "expires"}
    assert client.update_time_to_live(TableName=table, TimeToLiveSpecification=spec)["TimeToLiveSpecification"] == spec
    got = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert got["AttributeName"] == "expires" and got["TimeToLiveStatus"] in ("ENABLING", "ENABLED")
    name, message = error_of(client.update_time_to_live, TableName=table, TimeToLiveSpecification=spec)
    assert name == "ValidationException" and message in ("TimeToLive is already enabled", "Time to live has been modified multiple times within a fixed interval")
    name, message = error_of(client.update_time_to_live, TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "other"})
    assert name == "ValidationException" and (message.startswith("TimeToLive is active on a different AttributeName") or "multiple times" in message)


# rules: 3.9.ttlsweep
def test_expired_items_go(client, make_table):
    table = make_table(range="sk:N", gsis=[("gsi", "g:S", None, "ALL")])
    now = int(time.time())
    kept = {"future": {"N": str(now + 3600)}, "six years": {"N": str(now - 6 * 366 * 86400)}, "text": {"S": str(now - 100)}, "milliseconds": {"N": str(now * 1000)}}
    for name, value in {**kept, "past": {"N": str(now - 100)}, "soon": {"N": str(now + 1)}}.items():
        client.put_item(TableName=table, Item={"pk": {"S": name}, "sk": {"N": "1"}, "g": {"S": "x"}, "expires": value})
    client.put_item(TableName=table, Item={"pk": {"S": "none"}, "sk": {"N": "1"}})
    client.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    client.put_item(TableName=table, Item={"pk": {"S": "later past"}, "sk": {"N": "1"}, "g": {"S": "x"}, "expires": {"N": str(now - 5)}})
    end, names = time.monotonic() + 15, None
    while time.monotonic() < end:
        names = {i["pk"]["S"] for i in client.scan(TableName=table)["Items"]}
        if names == set(kept) | {"none"}:
            break
        time.sleep(0.2)
    assert names == set(kept) | {"none"}
    assert client.scan(TableName=table, IndexName="gsi")["Count"] == len(kept)


# rules: 3.9.tags
def test_tags(client, wire, make_table):
    arn = client.describe_table(TableName=make_table())["Table"]["TableArn"]
    answer = wire.call("TagResource", {"ResourceArn": arn, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]})
    assert answer.status == 200 and answer.body in (b"", b"{}")
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "é", "Value": "x" * 256}])

    def tags():
        return {t["Key"]: t["Value"] for p in client.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn) for t in p["Tags"]}

    assert tags() == {"a": "2", "b": "", "é": "x" * 256}
    client.untag_resource(ResourceArn=arn, TagKeys=["a", "nosuch"])
    assert tags() == {"b": "", "é": "x" * 256}
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": f"k{i}", "Value": "v"} for i in range(48)])
    assert len(tags()) == 50
    assert error_of(client.tag_resource, ResourceArn=arn, Tags=[{"Key": "one more", "Value": "v"}])[0] in ("LimitExceededException", "ValidationException")


def test_limits_and_endpoints(client):
    got = client.describe_limits()
    assert {k: got[k] for k in got if k != "ResponseMetadata"} == {
        "AccountMaxReadCapacityUnits": 80000, "AccountMaxWriteCapacityUnits": 80000, "TableMaxReadCapacityUnits": 40000, "TableMaxWriteCapacityUnits": 40000}
    got = client.describe_endpoints()["Endpoints"]
    assert len(got) == 1 and got[0]["CachePeriodInMinutes"] > 0 and got[0]["Address"]


def test_an_operation_without_a_handler_says_so(wire):
    answer = wire.call("ListBackups", {})
    assert answer.status in (200, 400)
    assert answer.type != "UnknownOperationException"


@pytest.fixture
def delayed():
    if os.environ.get("CYNAMO_TEST_ENDPOINT"):
        pytest.skip("needs our own server")
    server = Server("memory:", "--port", "0", "--create-table-ms", "1500", "--update-table-ms", "1500", "--delete-table-ms", "1500")
    yield make_client(server.endpoint)
    assert server.stop() == 0


def test_delayed_states(delayed):
    client = delayed
    request = table_request("Slow", gsis=[("gsi", "g:S", None, "ALL")])
    assert client.create_table(**request)["TableDescription"]["TableStatus"] == "CREATING"
    key = short({"pk": "x"})
    assert error_of(client.get_item, TableName="Slow", Key=key) == ("ResourceNotFoundException", "Requested resource not found")
    assert error_of(client.put_item, TableName="Slow", Item=key)[0] == "ResourceNotFoundException"
    name, message = error_of(client.create_table, **request)
    assert name == "ResourceInUseException" and message.endswith(": Slow")
    assert error_of(client.delete_table, TableName="Slow") == (
        "ResourceInUseException", "Attempt to change a resource which is still in use: Table is being created: Slow")
    assert client.describe_table(TableName="Slow")["Table"]["TableStatus"] == "CREATING"
    wait_active(client, "Slow")
    client.put_item(TableName="Slow", Item=short({"pk": "x", "h": "y"}))
    answer = client.update_table(TableName="Slow", AttributeDefinitions=[{"AttributeName": "h", "AttributeType": "S"}], GlobalSecondaryIndexUpdates=[
        {"Create": {"IndexName": "late", "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}}])["TableDescription"]
    assert answer["TableStatus"] == "UPDATING"
    assert {i["IndexName"]: i["IndexStatus"] for i in answer["GlobalSecondaryIndexes"]} == {"gsi": "ACTIVE", "late": "CREATING"}
    assert client.get_item(TableName="Slow", Key=key)["Item"]["h"] == {"S": "y"}, "a table that is being updated serves"
    name, message = error_of(client.update_table, TableName="Slow", TableClass="STANDARD_INFREQUENT_ACCESS")
    assert name == "ResourceInUseException" and message.startswith("Attempt to change a resource which is still in use: ")
    client.put_item(TableName="Slow", Item=short({"pk": "z", "h": "y"}))
    wait_active(client, "Slow")
    assert client.scan(TableName="Slow", IndexName="late")["Count"] == 2
    assert client.delete_table(TableName="Slow")["TableDescription"]["TableStatus"] == "DELETING"
    assert client.describe_table(TableName="Slow")["Table"]["TableStatus"] == "DELETING"
    assert error_of(client.get_item, TableName="Slow", Key=key) == ("ResourceNotFoundException", "Requested resource not found")
    assert error_of(client.delete_table, TableName="Slow") == (
        "ResourceInUseException", "Attempt to change a resource which is still in use: Table is being deleted: Slow")
    assert "Slow" in client.list_tables()["TableNames"]
    wait_gone(client, "Slow")


def test_a_boto3_session_needs_no_more_than_the_endpoint_variable(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
    assert "TableNames" in boto3.session.Session().client("dynamodb").list_tables()
