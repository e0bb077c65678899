"""Packed bodies: the service takes requests in gzip and deflate, and packs large answers for who accepts that."""
import gzip
import json
import zlib

import pytest

PACK = {"gzip": gzip.compress, "deflate": zlib.compress}
UNPACK = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: bytes}
LARGE = {"id": {"S": "large"}, "text": {"S": "y" * 300_000}}


@pytest.fixture
def table(wire, make_table):
    name = make_table("id:S")
    wire.ok("PutItem", {"TableName": name, "Item": LARGE})
    return name


def get(table, key="large"):
    return json.dumps({"TableName": table, "Key": {"id": {"S": key}}}).encode()


@pytest.mark.parametrize("coding", PACK)
def test_packed_requests(wire, table, coding):
    headers = {"Content-Encoding": coding}
    put = json.dumps({"TableName": table, "Item": {"id": {"S": "packed"}, "n": {"N": "1"}}}).encode()
    assert wire.call("PutItem", PACK[coding](put), headers).json == {}
    assert wire.call("GetItem", PACK[coding](get(table, "packed")), headers).json["Item"]["n"] == {"N": "1"}
    refused = wire.call("GetItem", PACK[coding](b'{"TableName":"none","Key":{}}'), headers)
    assert refused.type == "ResourceNotFoundException", refused


def test_what_is_not_packed_as_it_says(wire, table):
    packed = gzip.compress(get(table))
    for body in (get(table), packed[:-5], packed + b"x", packed[:-8] + bytes(4) + packed[-4:], gzip.compress(b"{"), gzip.compress(b""), b""):
        answer = wire.call("GetItem", body, {"Content-Encoding": "gzip"})
        assert (answer.status, answer.type) == (400, "SerializationException"), body[:20]
    for coding in ("identity", "unheard-of", ""):
        assert wire.call("GetItem", get(table), {"Content-Encoding": coding}).json["Item"] == LARGE


def test_a_packed_body_has_the_limit_of_a_plain_one(wire, table):
    most = 16 << 20
    fits = wire.call("GetItem", gzip.compress(get(table) + b" " * (most - len(get(table)))), {"Content-Encoding": "gzip"})
    assert fits.json["Item"] == LARGE
    target = {"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "application/x-amz-json-1.0",
              "Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
              "X-Amz-Date": "20260101T000000Z", "Content-Encoding": "gzip"}
    assert wire.request("POST", "/", target, gzip.compress(b" " * (most + 1))).status == 413


def test_a_packed_body_of_a_stranger_is_not_read(wire):
    answer = wire.call("ListTables", gzip.compress(b"no JSON"), {"Content-Encoding": "gzip", "Authorization": None})
    assert answer.type == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("accepted, coding", [
    ("gzip", "gzip"), ("deflate", "deflate"), ("gzip, deflate, br", "gzip"), ("br,  Deflate , gzip", "deflate"), ("GZIP", "gzip"),
    ("deflate;q=0.5,gzip;q=1", "gzip"), ("gzip;q=0.001", "gzip"), ("gzip;q=0, deflate;q=0.2", "deflate"), ("gzip;q=0", None),
    ("gzip; q=0.000", None), ("identity", None), ("br", None), ("", None), (None, None), (",;q=,;", None), ("gzipped", None),
])
def test_packed_answers(wire, table, accepted, coding):
    answer = wire.call("GetItem", get(table), {"Accept-Encoding": accepted})  # which checks that x-amz-crc32 is that of the packed bytes
    assert answer.headers.get("content-encoding") == coding
    assert json.loads(UNPACK[coding](answer.body))["Item"] == LARGE
    if coding:
        assert len(answer.body) < 10_000


def test_small_answers_stay_as_they_are(wire, table):
    headers = {"Accept-Encoding": "gzip"}
    assert "content-encoding" not in wire.call("ListTables", {}, headers).headers
    assert "content-encoding" not in wire.call("GetItem", get("none"), headers).headers


def test_boto3_with_packed_requests(client, table):
    """The signature is that of the bytes that travel."""
    def pack(request, **_):
        request.data = gzip.compress(request.body)
        request.headers["Content-Encoding"] = "gzip"

    client.meta.events.register("before-sign.dynamodb.GetItem", pack)
    try:
        assert client.get_item(TableName=table, Key={"id": {"S": "large"}})["Item"] == LARGE
    finally:
        client.meta.events.unregister("before-sign.dynamodb.GetItem", pack)
