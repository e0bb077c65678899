"""What the crash tests share: requests to `cynamo serve` on a connection of one's own, and the wait for its ready line.

Only the standard library is used. Nothing is tried again: a test wants to see each answer, and each connection that is lost.
"""
import http.client
import json
import os
import re
import select
import socket
import time

READY = re.compile(rb"listening on http://127\.0\.0\.1:(\d+)")
HEADERS = {"X-Amz-Date": "20260101T000000Z", "Content-Type": "application/x-amz-json-1.0",
           "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, "
                            "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64}


class Refused(Exception):
    """An error that the server answered."""

    def __init__(self, status, body):
        self.status, self.body = status, body
        self.name = body.get("__type", "").rsplit("#", 1)[-1]
        self.message = body.get("message") or body.get("Message")
        super().__init__(f"{status} {self.name}: {self.message}")


def target_of(operation):
    streams = operation in ("ListStreams", "DescribeStream", "GetShardIterator", "GetRecords")
    return ("DynamoDBStreams_20120810." if streams else "DynamoDB_20120810.") + operation


class Connection:
    def __init__(self, port):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(self, operation, **request):
        if self.http.sock is None:
            self.http.connect()
            self.http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.http.request("POST", "/", json.dumps(request), {**HEADERS, "X-Amz-Target": target_of(operation)})
        answer = self.http.getresponse()
        body = json.loads(answer.read())
        if answer.status != 200:
            refused = Refused(answer.status, body)
            assert refused.name and refused.message, f"an error without a name or a text: {answer.status} {body}"
            raise refused
        return body

    def all(self, operation, **request):
        """The items of all pages."""
        out = []
        while True:
            page = self.call(operation, **request)
            out += page["Items"]
            if "LastEvaluatedKey" not in page:
                return out
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def wait_ready(process, seconds=60):
    """The port that `cynamo serve` says it listens on."""
    line, end = b"", time.monotonic() + seconds
    while not line.endswith(b"\n"):
        if not select.select([process.stdout], [], [], max(0, end - time.monotonic()))[0]:
            process.kill()
            raise AssertionError(f"no ready line in {seconds} s: {line!r}")
        byte = os.read(process.stdout.fileno(), 1)
        if not byte:
            raise AssertionError(f"the server ended with status {process.wait()} before it was ready: {line!r}")
        line += byte
    return int(READY.search(line).group(1))
