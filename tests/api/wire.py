"""Raw HTTP to a DynamoDB endpoint, with nothing between the test and the bytes.

botocore checks and rewrites requests before it sends them; most faults of a server only show when it does not. Every answer
that passes through `Wire` has its x-amz-crc32 and Content-Length checked, so no test needs to.
"""
import datetime
import http.client
import json
import urllib.parse
import zlib

TARGET = "DynamoDB_20120810."
CONTENT_TYPE = "application/x-amz-json-1.0"


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # names in lower case
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def full_type(self):
        return self.json.get("__type", "")

    @property
    def type(self):
        return self.full_type.rsplit("#", 1)[-1]

    @property
    def message(self):
        body = self.json
        return body.get("message", body.get("Message"))

    def __repr__(self):
        return f"<{self.status} {self.body[:2000]!r}>"


def authorization(region="us-east-1", key="test"):
    """Headers that look like SigV4; a server without credentials takes any signature."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    return {
        "X-Amz-Date": now,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/{now[:8]}/{region}/dynamodb/aws4_request, "
                         f"SignedHeaders=host;x-amz-date;x-amz-target, Signature={'0' * 64}",
    }


class Wire:
    """One kept connection; a second one is opened where the server has closed the first."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        parts = urllib.parse.urlsplit(endpoint)
        self.host, self.port = parts.hostname, parts.port or 80
        self.connection = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def request(self, method="POST", path="/", headers=None, body=b"", check=True):
        """`headers` are sent as given (None as a value leaves a default out); nothing is signed."""
        if isinstance(body, str):
            body = body.encode("utf-8", "surrogatepass")
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
            try:
                self.connection.putrequest(method, path, skip_accept_encoding=True)
                for name, value in (headers or {}).items():
                    if value is not None:
                        self.connection.putheader(name, value)
                if method not in ("GET", "HEAD", "OPTIONS") or body:
                    self.connection.putheader("Content-Length", str(len(body)))
                self.connection.endheaders(body or None)
                response = self.connection.getresponse()
                answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
                break
            except (http.client.HTTPException, OSError) as error:
                self.close()
                if attempt == 2 or not isinstance(error, (http.client.RemoteDisconnected, ConnectionError)):
                    raise
        if check and "x-amz-crc32" in answer.headers:
            assert answer.headers["x-amz-crc32"] == str(zlib.crc32(answer.body)), "x-amz-crc32 is not that of the body"
        return answer

    def call(self, operation, request, headers=None, region="us-east-1", key="test"):
        """One operation. `request` is an object, or the body's text or bytes."""
        if not isinstance(request, (str, bytes)):
            request = json.dumps(request)
        target = operation if "." in operation else TARGET + operation
        sent = {"Content-Type": CONTENT_TYPE, "X-Amz-Target": target, **authorization(region, key), **(headers or {})}
        answer = self.request("POST", "/", sent, request)
        assert "x-amz-crc32" in answer.headers, f"no x-amz-crc32 in {answer}"
        return answer

    def ok(self, operation, request, **more):
        """A call that must succeed; its answer as an object."""
        answer = self.call(operation, request, **more)
        assert answer.status == 200, f"{operation} {str(request)[:500]}: {answer}"
        return answer.json
