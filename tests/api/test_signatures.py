"""Signatures that are none, or not of this request: a table of what a server with --credentials takes and refuses.

A request is signed here by hand (header or presigned), so that each part can be bent before or behind the signing, and sent
over a plain socket. Rows say what is answered; before and after each the right signature is taken.
"""
import datetime
import hashlib
import hmac
import json
import os
import socket
import urllib.parse

import pytest

from conftest import Server

pytestmark = pytest.mark.skipif(bool(os.environ.get("CYNAMO_TEST_ENDPOINT")), reason="starts servers of its own")
SECRET = "Secret/+Key"
MISMATCH = "The request signature we calculated does not match the signature you provided."


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signatures")
    (folder / "credentials").write_text(
        f"[a]\naws_access_key_id = AKIDGOOD\naws_secret_access_key = {SECRET}\n"
        "[b]\naws_access_key_id = ASIASESSION\naws_secret_access_key = SessionSecret\naws_session_token = the/token==\n"
        "[c]\naws_access_key_id = ASIAOVER\naws_secret_access_key = OverSecret\naws_session_token = t\naws_expiration = 2020-01-01T00:00:00Z\n"
        "[d]\naws_access_key_id = AKIDACCOUNT\naws_secret_access_key = AccountSecret\naws_account_id = 123456789012\n")
    server = Server("--port", "0", "--credentials", str(folder / "credentials"))
    yield server
    server.stop()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def signature(secret, date, region, service, text):
    key = b"AWS4" + secret.encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def quoted(text):
    return urllib.parse.quote(text, safe="-_.~")


class Request:
    """What is signed; `sent` may then be bent. Fields of the signing are arguments."""

    def __init__(self, server, key="AKIDGOOD", secret=SECRET, region="us-east-1", service="dynamodb", minutes=0, body=b"{}",
                 signed=("content-type", "host", "x-amz-date", "x-amz-target"), token=None, is_query=False, expires=None, target="ListTables"):
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        self.time, self.body, self.path, self.query = now.strftime("%Y%m%dT%H%M%SZ"), body, "/", ""
        self.host = server.endpoint.split("//")[1]
        self.headers = {"Host": self.host, "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target if "." in target else "DynamoDB_20120810." + target}
        self.scope = f"{self.time[:8]}/{region}/{service}/aws4_request"
        self.credential, self.names = f"{key}/{self.scope}", list(signed)
        if is_query:
            self.names.remove("x-amz-date")
            fields = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": self.credential, "X-Amz-Date": self.time,
                      "X-Amz-SignedHeaders": ";".join(self.names), **({"X-Amz-Expires": str(expires)} if expires is not None else {}),
                      **({"X-Amz-Security-Token": token} if token else {})}
            self.query = "&".join(f"{quoted(k)}={quoted(v)}" for k, v in sorted(fields.items()))
        else:
            self.headers["X-Amz-Date"] = self.time
            if token:
                self.headers["X-Amz-Security-Token"] = token
                self.names = sorted([*self.names, "x-amz-security-token"])
        lower = {name.lower(): value for name, value in self.headers.items()}
        canonical = "\n".join(["POST", self.path, self.query, *(f"{name}:{lower.get(name, '')}" for name in self.names), "",
                               ";".join(self.names), sha256(body)])
        text = "\n".join(["AWS4-HMAC-SHA256", self.time, self.scope, sha256(canonical.encode())])
        self.signature = signature(secret, self.time[:8], region, service, text)
        if is_query:
            self.query += "&X-Amz-Signature=" + self.signature
        else:
            self.sign_with(self.signature)

    def sign_with(self, signature, credential=None, names=None):
        self.headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={credential or self.credential}, "
                                         f"SignedHeaders={names if names is not None else ';'.join(self.names)}, Signature={signature}")
        return self

    def set(self, **headers):
        for name, value in headers.items():
            name = name.replace("_", "-")
            if value is None:
                self.headers.pop(name, None)
            else:
                self.headers[name] = value
        return self

    def replace(self, old, new, in_query=True):
        """One text for another, in the query or in the Authorization."""
        if in_query and self.query:
            assert old in self.query
            self.query = self.query.replace(old, new)
        else:
            assert old in self.headers["Authorization"]
            self.headers["Authorization"] = self.headers["Authorization"].replace(old, new)
        return self

    def change(self, **fields):
        for name, value in fields.items():
            setattr(self, name, value)
        return self

    def more(self, *lines):
        self.lines = lines
        return self

    def send(self):
        lines = [f"POST {self.path}{'?' + self.query if self.query else ''} HTTP/1.1", *(f"{k}: {v}" for k, v in self.headers.items()),
                 *getattr(self, "lines", ()), f"Content-Length: {len(self.body)}", "Connection: close", "", ""]
        host, port = self.host.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=10) as sock:
            sock.sendall("\r\n".join(lines).encode() + self.body)
            answer = b""
            while data := sock.recv(65536):
                answer += data
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head.split(b" ")[1])
        fields = json.loads(body) if body[:1] == b"{" else {}
        return status, fields.get("__type", "").rpartition("#")[2], fields.get("message", fields.get("Message", "")) or "", answer


def flipped(request, at=10):
    """The signature with another digit."""
    old = request.signature
    return old[:at] + ("0" if old[at] != "0" else "1") + old[at + 1:]


OK, REFUSED, INCOMPLETE, MISSING, UNKNOWN = None, "InvalidSignatureException", "IncompleteSignatureException", "MissingAuthenticationTokenException", "UnrecognizedClientException"
# name: (the request of a server, error, beginning of its message)
CASES = {
    "right": (lambda s: Request(s), OK, ""),
    "right, presigned": (lambda s: Request(s, is_query=True), OK, ""),
    "right, of a session": (lambda s: Request(s, "ASIASESSION", "SessionSecret", token="the/token=="), OK, ""),
    "right, of a session, presigned": (lambda s: Request(s, "ASIASESSION", "SessionSecret", token="the/token==", is_query=True), OK, ""),
    "right, in another order": (lambda s: (r := Request(s)).set(Authorization=f"AWS4-HMAC-SHA256 Signature={r.signature},SignedHeaders={';'.join(r.names)},Credential={r.credential}"), OK, ""),
    "right, for another Region": (lambda s: Request(s, region="eu-west-1"), OK, ""),
    # wrong
    "of another secret": (lambda s: Request(s, secret="other"), REFUSED, MISMATCH),
    "of another secret, presigned": (lambda s: Request(s, secret="other", is_query=True), REFUSED, MISMATCH),
    "of an unknown key": (lambda s: Request(s, key="AKIDNONE"), UNKNOWN, "The security token included in the request is invalid."),
    "of another key's secret": (lambda s: Request(s, key="ASIASESSION", token="the/token=="), REFUSED, MISMATCH),
    "one digit is another": (lambda s: (r := Request(s)).sign_with(flipped(r)), REFUSED, MISMATCH),
    "the last digit is another": (lambda s: (r := Request(s)).sign_with(flipped(r, 63)), REFUSED, MISMATCH),
    "one digit is another, presigned": (lambda s: (r := Request(s, is_query=True)).replace(r.signature, flipped(r)), REFUSED, MISMATCH),
    "in capitals": (lambda s: (r := Request(s)).sign_with(r.signature.upper()), REFUSED, MISMATCH),
    "truncated": (lambda s: (r := Request(s)).sign_with(r.signature[:63]), REFUSED, MISMATCH),
    "truncated, presigned": (lambda s: (r := Request(s, is_query=True)).replace(r.signature, r.signature[:32]), REFUSED, MISMATCH),
    "one digit": (lambda s: (r := Request(s)).sign_with(r.signature[0]), REFUSED, MISMATCH),
    "too long": (lambda s: (r := Request(s)).sign_with(r.signature + "0"), REFUSED, MISMATCH),
    "with a zero byte's escape behind it": (lambda s: (r := Request(s, is_query=True)).replace(r.signature, r.signature + "%00"), REFUSED, MISMATCH),
    "empty": (lambda s: Request(s).sign_with(""), INCOMPLETE, ""),
    "empty, presigned": (lambda s: (r := Request(s, is_query=True)).replace(r.signature, ""), INCOMPLETE, "AWS query-string parameters must include 'X-Amz-Signature'."),
    "not there": (lambda s: Request(s).set(Authorization=None), MISSING, "Request is missing Authentication Token"),
    "of another algorithm": (lambda s: Request(s).replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), INCOMPLETE, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'"),
    "of no algorithm": (lambda s: Request(s).replace("AWS4-HMAC-SHA256 ", "Bearer "), MISSING, ""),
    # replayed, for something else
    "replayed with another body": (lambda s: Request(s).change(body=b'{"Limit":1}'), REFUSED, MISMATCH),
    "replayed with another body, presigned": (lambda s: Request(s, is_query=True).change(body=b'{"Limit":1}'), REFUSED, MISMATCH),
    "replayed without its body": (lambda s: Request(s).change(body=b""), REFUSED, MISMATCH),
    "replayed for another operation": (lambda s: Request(s).set(X_Amz_Target="DynamoDB_20120810.DescribeLimits"), REFUSED, MISMATCH),
    "replayed at another path": (lambda s: Request(s).change(path="/other"), REFUSED, MISMATCH),
    "replayed with a query": (lambda s: Request(s).change(query="a=b"), REFUSED, MISMATCH),
    "replayed to another host": (lambda s: Request(s).set(Host="dynamodb.us-east-1.amazonaws.com"), REFUSED, MISMATCH),
    "replayed with another type of content": (lambda s: Request(s).set(Content_Type="application/json"), REFUSED, MISMATCH),
    "replayed at another time": (lambda s: Request(s, minutes=-5).set(X_Amz_Date=Request(s).time), REFUSED, ""),
    "presigned, replayed with another time": (lambda s: (r := Request(s, is_query=True, minutes=-5)).replace("X-Amz-Date=" + r.time, "X-Amz-Date=" + Request(s).time), REFUSED, ""),
    "presigned, with a longer life": (lambda s: Request(s, is_query=True, expires=60).replace("X-Amz-Expires=60", "X-Amz-Expires=604800"), REFUSED, MISMATCH),
    # out of its scope
    "of another Region": (lambda s: Request(s).replace("/us-east-1/", "/eu-west-1/"), REFUSED, MISMATCH),
    "of another Region, presigned": (lambda s: Request(s, is_query=True).replace("%2Fus-east-1%2F", "%2Feu-west-1%2F"), REFUSED, MISMATCH),
    "of no Region": (lambda s: Request(s, region=""), REFUSED, "Credential should be scoped to a valid region, not ''."),
    "of a Region with other letters": (lambda s: Request(s, region="US_EAST"), REFUSED, "Credential should be scoped to a valid region"),
    "of another service": (lambda s: Request(s, service="s3"), REFUSED, "Credential should be scoped to correct service: 'dynamodb'."),
    "of another service, renamed": (lambda s: Request(s, service="s3").replace("/s3/", "/dynamodb/"), REFUSED, MISMATCH),
    "of another service, presigned": (lambda s: Request(s, service="sts", is_query=True), REFUSED, "Credential should be scoped to correct service: 'dynamodb'."),
    "with an empty scope": (lambda s: (r := Request(s)).sign_with(r.signature, "AKIDGOOD"), INCOMPLETE, "Credential must have exactly 5 slash-delimited elements"),
    "with slashes only": (lambda s: (r := Request(s)).sign_with(r.signature, "AKIDGOOD////"), INCOMPLETE, "Credential must have exactly 5 slash-delimited elements"),
    "with a scope too long": (lambda s: (r := Request(s)).sign_with(r.signature, r.credential + "/more"), INCOMPLETE, "Credential must have exactly 5"),
    "of another day": (lambda s: (r := Request(s)).sign_with(r.signature, r.credential.replace(r.time[:8], "20200101")), REFUSED, "Date in Credential scope does not match"),
    "with another end": (lambda s: Request(s).replace("aws4_request", "aws5_request"), REFUSED, "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'."),
    # out of its time
    "old": (lambda s: Request(s, minutes=-14), OK, ""),
    "too old": (lambda s: Request(s, minutes=-16), REFUSED, "Signature expired: "),
    "of the future": (lambda s: Request(s, minutes=16), REFUSED, "Signature not yet current: "),
    "of the future, presigned": (lambda s: Request(s, minutes=16, is_query=True), REFUSED, "Signature not yet current: "),
    "too old, presigned": (lambda s: Request(s, minutes=-16, is_query=True), REFUSED, "Signature expired: "),
    "presigned for longer": (lambda s: Request(s, minutes=-16, is_query=True, expires=3600), OK, ""),
    "presigned for a moment, and over": (lambda s: Request(s, minutes=-1, is_query=True, expires=30), REFUSED, "Signature expired: "),
    "presigned for too long a time": (lambda s: Request(s, minutes=-16, is_query=True, expires=604801), REFUSED, "Signature expired: "),
    "presigned for no time": (lambda s: Request(s, minutes=-16, is_query=True, expires=0), REFUSED, "Signature expired: "),
    "presigned for less than no time": (lambda s: Request(s, minutes=-16, is_query=True, expires=-9), REFUSED, "Signature expired: "),
    "presigned for no number": (lambda s: Request(s, minutes=-16, is_query=True, expires="9x"), REFUSED, "Signature expired: "),
    "without a date": (lambda s: Request(s).set(X_Amz_Date=None), INCOMPLETE, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."),
    "with a Date of another form": (lambda s: Request(s).set(X_Amz_Date=None, Date="Fri, 02 Jan 2026 03:04:05 GMT"), INCOMPLETE, "Date must be in ISO-8601 'basic format'."),
    "with Date for X-Amz-Date": (lambda s: (r := Request(s, signed=("host", "x-amz-target"))).set(X_Amz_Date=None, Date=r.time), OK, ""),
    "with a date that is none": (lambda s: Request(s).set(X_Amz_Date="20269999T000000Z"), INCOMPLETE, "Date must be in ISO-8601 'basic format'."),
    # headers
    "that leaves the host out": (lambda s: Request(s, signed=("x-amz-date", "x-amz-target")), REFUSED, "'Host' must be a 'SignedHeader' in the AWS Authorization."),
    "that signs nothing": (lambda s: (r := Request(s)).sign_with(r.signature, names=""), INCOMPLETE, ""),
    "whose list of headers is cut": (lambda s: (r := Request(s)).sign_with(r.signature, names="host;x-amz-date"), REFUSED, MISMATCH),
    "whose list of headers is in another order": (lambda s: (r := Request(s)).sign_with(r.signature, names=";".join(reversed(r.names))), REFUSED, MISMATCH),
    "that names a header which is not there": (lambda s: Request(s).replace("content-type;", "content-type;x-none;"), REFUSED, MISMATCH),
    "whose header has a second value": (lambda s: Request(s).more("X-Amz-Target: DynamoDB_20120810.DescribeLimits"), REFUSED, MISMATCH),
    "whose date has a second value": (lambda s: Request(s).more("X-Amz-Date: 20200101T000000Z"), REFUSED, MISMATCH),
    "that does not sign its target": (lambda s: Request(s, signed=("host", "x-amz-date")), OK, ""),  # as the service: what is listed is verified
    "twice, the first wrong": (lambda s: (r := Request(s)).sign_with(flipped(r)).more(f"Authorization: AWS4-HMAC-SHA256 Credential={r.credential}, SignedHeaders={';'.join(r.names)}, Signature={r.signature}"), REFUSED, MISMATCH),
    "in both forms": (lambda s: Request(s, is_query=True).set(Authorization="AWS4-HMAC-SHA256 x", X_Amz_Date="x"), REFUSED, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."),
    # sessions
    "of a session, without its token": (lambda s: Request(s, "ASIASESSION", "SessionSecret"), UNKNOWN, "The security token included in the request is invalid"),
    "of a session, with another token": (lambda s: Request(s, "ASIASESSION", "SessionSecret", token="other"), UNKNOWN, "The security token included in the request is invalid"),
    "of a session, its token cut": (lambda s: Request(s, "ASIASESSION", "SessionSecret", token="the/token="), UNKNOWN, "The security token included in the request is invalid"),
    "of a session, its token replaced": (lambda s: Request(s, "ASIASESSION", "SessionSecret", token="the/token==").set(X_Amz_Security_Token="other"), REFUSED, MISMATCH),
    "of no session, with a token": (lambda s: Request(s, token="other"), UNKNOWN, "The security token included in the request is invalid"),
    "of a session that is over": (lambda s: Request(s, "ASIAOVER", "OverSecret", token="t"), "ExpiredTokenException", "The security token included in the request is expired"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_signature(server, name):
    make, error, beginning = CASES[name]
    status, kind, message, answer = make(server).send()
    if error is OK:
        assert status == 200 and b"TableNames" in answer, answer
    else:
        assert (status, kind) == (400, error) and message.startswith(beginning), answer
        assert b"TableNames" not in answer
    for secret in (SECRET, "SessionSecret", "OverSecret"):
        assert secret.encode() not in answer


def test_a_replay_is_what_it_was(server):
    """Within its quarter of an hour a signature is good as often as it is sent, as the service has it; it names one request."""
    request = Request(server)
    for _ in range(3):
        assert request.send()[0] == 200
    assert request.change(body=b'{"Limit":2}').send()[:2] == (400, REFUSED)


def test_a_key_with_an_account_sees_that_account(server):
    table = b'{"TableName":"Mine","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}'
    status, _, _, answer = Request(server, "AKIDACCOUNT", "AccountSecret", target="CreateTable", body=table).send()
    assert status == 200 and b"arn:aws:dynamodb:us-east-1:123456789012:table/Mine" in answer
    assert b'["Mine"]' in Request(server, "AKIDACCOUNT", "AccountSecret").send()[3]
    assert b"Mine" not in Request(server).send()[3]
    arn = b"arn:aws:dynamodb:us-east-1:123456789012:table/Mine"
    for target, more in (("Scan", b""), ("DescribeTable", b""), ("PutItem", b',"Item":{"a":{"S":"x"}}'), ("DeleteTable", b"")):
        body = b'{"TableName":"%s"%s}' % (arn, more)
        status, kind, _, _ = Request(server, target=target, body=body).send()
        assert status == 400 and kind == "ResourceNotFoundException", target
        assert Request(server, "AKIDACCOUNT", "AccountSecret", target=target, body=body).send()[0] == 200, target


def test_a_stream_is_its_own_account_s(server):
    """Whoever knows a stream's ARN, its shard and an iterator of another account is told just what he is told of a stream
    that never was."""
    def call(target, fields, is_owner=False):
        key = ("AKIDACCOUNT", "AccountSecret") if is_owner else ("AKIDGOOD", SECRET)
        target = target if target in ("CreateTable", "PutItem") else "DynamoDBStreams_20120810." + target
        status, kind, message, answer = Request(server, *key, target=target, body=json.dumps(fields).encode()).send()
        return status, kind, message, json.loads(answer.partition(b"\r\n\r\n")[2])

    def create(is_owner):
        table = {"TableName": "Watched", "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
                 "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
                 "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}
        return call("CreateTable", table, is_owner)[3]["TableDescription"]["LatestStreamArn"]

    arn = create(is_owner=True)
    assert ":123456789012:" in arn
    assert call("PutItem", {"TableName": "Watched", "Item": {"a": {"S": "confidential"}}}, is_owner=True)[0] == 200
    shard = call("DescribeStream", {"StreamArn": arn}, is_owner=True)[3]["StreamDescription"]["Shards"][0]["ShardId"]
    place = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = call("GetShardIterator", place, is_owner=True)[3]["ShardIterator"]
    attempts = {"DescribeStream": {"StreamArn": arn}, "GetShardIterator": place, "GetRecords": {"ShardIterator": iterator},
                "ListStreams": {"ExclusiveStartStreamArn": arn}}
    never = arn[:-1] + str((int(arn[-1]) + 1) % 10)
    # first from an account with no stream of its own, then from one with a table of the same name
    for has_own in (False, True):
        mine = [create(is_owner=False)] if has_own else []
        listed = [[stream["StreamArn"] for stream in call("ListStreams", fields)[3]["Streams"]] for fields in ({}, {"TableName": "Watched"})]
        assert listed == [mine, mine]
        for target, fields in attempts.items():
            status, kind, message, answer = call(target, fields)
            assert (status, kind, message) == (400, "ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found"), target
            assert "confidential" not in json.dumps(answer)
            if target != "GetRecords":
                of_never = call(target, json.loads(json.dumps(fields).replace(arn, never)))
                assert of_never[:2] == (status, kind) and of_never[2].replace(never, arn) == message, target
    for target, fields in attempts.items():
        assert call(target, fields, is_owner=True)[0] == 200, target
    records = call("GetRecords", attempts["GetRecords"], is_owner=True)[3]["Records"]
    assert [record["dynamodb"]["Keys"]["a"]["S"] for record in records] == ["confidential"]
