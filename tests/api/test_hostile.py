"""Hostile and careless clients, over plain sockets: a table of what they send and of what they may get.

Each case has a server with small limits to itself among the others' connections; after each one a careful client must be
served at once, and at the end the server's memory must have stayed under what its settings allow.
"""
import json
import os
import resource
import socket
import ssl
import subprocess
import time

import pytest

from conftest import Server
from test_protocol import http, read_answer
from wire import Wire

pytestmark = pytest.mark.skipif(bool(os.environ.get("CYNAMO_TEST_ENDPOINT")), reason="starts servers of its own")
KB, MB = 1 << 10, 1 << 20
HEADER_MAX, BODY_MAX, PENDING_MAX, UNSENT_MAX = 16 * KB, 4 * MB, 32 * MB, 32 * MB
MEMORY_MAX = PENDING_MAX + UNSENT_MAX + 160 * MB  # the data of the tests and 10,000 connections are in the rest
LIMITS = ["--header-bytes-max", str(HEADER_MAX), "--body-bytes-max", str(BODY_MAX), "--header-timeout-ms", "700",
          "--body-timeout-ms", "900", "--idle-timeout-ms", "2500", "--send-timeout-ms", "900", "--pending-bytes-max",
          str(PENDING_MAX), "--unsent-bytes-max", str(UNSENT_MAX), "--connections-max", "10050"]


class Watched:
    def __init__(self, server):
        self.server = server
        self.wire = Wire(server.endpoint)
        self.host, self.port = self.wire.host, self.wire.port
        self.careful = Wire(server.endpoint)
        self.careful.ok("CreateTable", {
            "TableName": "big", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                                                                                {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}]})
        for i in range(3):
            self.careful.ok("PutItem", {"TableName": "big", "Item": {"pk": {"S": "p"}, "sk": {"S": str(i)}, "v": {"S": "x" * 300000}}})

    def memory(self):
        """Resident bytes; 0 where a sanitizer holds far more than the program does."""
        with open(f"/proc/{self.server.process.pid}/maps") as maps:
            if "asan" in maps.read():
                return 0
        with open(f"/proc/{self.server.process.pid}/status") as status:
            return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) * KB

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=15)


@pytest.fixture(scope="module")
def hostile():
    server = Server("memory:", "--port", "0", *LIMITS)
    watched = Watched(server)
    yield watched
    memory = watched.memory()
    ended = server.process.poll()
    status = server.stop()
    assert ended is None and status == 0, f"the server ended: {ended}, {status}"
    assert memory < MEMORY_MAX, f"{memory >> 20} MB resident"


def head(*lines, target="POST / HTTP/1.1"):
    return "\r\n".join([target, "Host: localhost", *lines, "", ""]).encode()


def call(operation, body, **headers):
    return http(operation, body if isinstance(body, bytes) else json.dumps(body).encode(), **headers)


HIDDEN = call("PutItem", {"TableName": "big", "Item": {"pk": {"S": "smuggled"}, "sk": {"S": "x"}}})
AWS = ["Content-Type: application/x-amz-json-1.0", "X-Amz-Target: DynamoDB_20120810.ListTables"]


def nested(opening, closing, depth, inner):
    return opening * depth + inner + closing * depth


def put(value):
    """A PutItem whose attribute `v` is this JSON text."""
    return call("PutItem", ('{"TableName":"big","Item":{"pk":{"S":"n"},"sk":{"S":"n"},"v":%s}}' % value).encode())


def update(expression, **more):
    return call("UpdateItem", {"TableName": "big", "Key": {"pk": {"S": "e"}, "sk": {"S": "e"}}, "UpdateExpression": expression, **more})


def scan(expression, **more):
    return call("Scan", {"TableName": "big", "FilterExpression": expression, **more})


BOMB = {"ExpressionAttributeNames": {"#a": "a"}, "ExpressionAttributeValues": {":a": {"S": "a"}}}

# What is sent at once -> the statuses that may come ("closed": the connection ends without an answer), and whether the
# connection must be closed behind it.
AT_ONCE = {
    "two lengths that differ": (head("Content-Length: 5", "Content-Length: 6") + b"hello!" + HIDDEN, {400}, True),
    "two lengths that agree": (head("Content-Length: 2", "Content-Length: 2", *AWS) + b"{}" + HIDDEN, {400}, True),
    "two lengths in one header": (head("Content-Length: 2, 2", *AWS) + b"{}" + HIDDEN, {400}, True),
    "a length and chunks": (head("Content-Length: 4", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + HIDDEN, {400}, True),
    "chunks and a length": (head("Transfer-Encoding: chunked", "Content-Length: 4") + b"0\r\n\r\n" + HIDDEN, {400}, True),
    "a coding we do not have": (head("Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n" + HIDDEN, {400, 501}, True),
    "a coding with a tab before it": (head("Transfer-Encoding:\tchunked", "Content-Length: 3") + b"0\r\n\r\n" + HIDDEN, {400}, True),
    "xchunked": (head("Transfer-Encoding: xchunked") + b"0\r\n\r\n" + HIDDEN, {400, 501}, True),
    "chunked twice": (head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + HIDDEN, {400, 501}, True),
    "chunked, identity": (head("Transfer-Encoding: chunked, identity") + b"0\r\n\r\n" + HIDDEN, {400, 501}, True),
    "a blank before the colon": (head("Content-Length : 5") + b"hello" + HIDDEN, {400}, True),
    "a folded header": (head("X-A: b", " Content-Length: 5") + b"hello" + HIDDEN, {400}, True),
    "a length with a sign": (head("Content-Length: +5") + b"hello" + HIDDEN, {400}, True),
    "a negative length": (head("Content-Length: -5") + b"hello" + HIDDEN, {400}, True),
    "a length in hexadecimal": (head("Content-Length: 0x5") + b"hello" + HIDDEN, {400}, True),
    "a length of 30 digits": (head("Content-Length: " + "9" * 30) + HIDDEN, {400, 413}, True),
    "a length beyond the body's limit": (head(f"Content-Length: {BODY_MAX + 1}", *AWS), {413}, True),
    "a length of 2^63": (head("Content-Length: 9223372036854775808") + HIDDEN, {400, 413}, True),
    "a chunk size of 20 digits": (head("Transfer-Encoding: chunked") + b"ffffffffffffffffffff\r\n" + HIDDEN, {400, 413}, True),
    "a chunk size that is none": (head("Transfer-Encoding: chunked") + b"zz\r\nhello\r\n" + HIDDEN, {400}, True),
    "a chunk longer than it says": (head("Transfer-Encoding: chunked") + b"2\r\nhello\r\n0\r\n\r\n" + HIDDEN, {400}, True),
    "a chunk size with a line feed alone": (head("Transfer-Encoding: chunked", *AWS) + b"2\n{}\n0\n\n" + HIDDEN, {400}, True),
    "two hosts": (head("Host: other", "Content-Length: 0") + HIDDEN, {400}, True),
    "a header without a name": (head(": value") + HIDDEN, {400}, True),
    "a header with a zero byte": (head("X-A: a\0b") + HIDDEN, {400}, True),
    "a carriage return in a header": (head("X-A: a\rContent-Length: 5") + b"hello" + HIDDEN, {400}, True),
    "lines that end in line feeds": (b"POST / HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n" + HIDDEN, {400}, True),
    "a version that does not exist": (head(target="POST / HTTP/3.7"), {400, 505}, True),
    "HTTP/2 without a word": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 50, {400, 505}, True),
    "TLS to a plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"r" * 300, {400}, True),
    "a method of 1,000 letters": (b"A" * 1000 + b" / HTTP/1.1\r\n\r\n", {400}, True),
    "a target of 100,000 letters": (b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n", {400, 414, 431}, True),
    "a header of 100,000 letters": (head("X-A: " + "a" * 100000), {400, 431}, True),
    "20,000 headers": (head(*[f"X-{i}: a" for i in range(20000)]), {400, 431}, True),
    "a trailer of 100,000 letters": (head("Transfer-Encoding: chunked", *AWS) + b"2\r\n{}\r\n0\r\nX-A: " + b"a" * 100000 + b"\r\n\r\n", {200, 400, 431}, False),
    "a trailer that says a length": (head("Transfer-Encoding: chunked", *AWS) + b"0\r\nContent-Length: 50\r\n\r\n", {200, 400}, False),
    "an absolute target": (head("Content-Length: 0", target="POST http://169.254.169.254/latest HTTP/1.1"), {400, 403, 404}, False),
    "CONNECT": (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n", {400, 403, 404, 405, 501}, False),
    "a path that climbs": (head(target="GET /../../etc/passwd HTTP/1.1"), {200, 400, 403, 404}, False),
    "a path of the admin that climbs": (head(target="GET /_cynamo/../../etc/passwd HTTP/1.1"), {400, 403, 404}, False),
    "a page of another origin": (call("ListTables", {}, Origin="https://evil.example"), {403}, False),
    "a page without an origin": (call("ListTables", {}, Sec_Fetch_Site="cross-site"), {403}, False),
    "a rebound name": (call("ListTables", {}, Host="evil.example", Origin="http://evil.example"), {403}, False),
    "a page asks first": (head("Origin: https://evil.example", "Access-Control-Request-Method: POST", target="OPTIONS / HTTP/1.1"), {200, 403}, False),
    "JSON of a million brackets": (call("ListTables", nested(b"[", b"]", 1000000, b"")), {400}, False),
    "JSON of a million braces": (call("ListTables", nested(b'{"a":', b"}", 300000, b"1")), {400}, False),
    "JSON that never closes": (call("ListTables", b"[" * 1000000), {400}, False),
    "maps of 10,000 levels": (put(nested('{"M":{"a":', "}}", 10000, '{"S":"x"}')), {400}, False),
    "lists of 10,000 levels": (put(nested('{"L":[', "]}", 10000, '{"S":"x"}')), {400}, False),
    "a key of a megabyte": (call("ListTables", b'{"' + b"k" * MB + b'":1}'), {200, 400}, False),
    "a number of a megabyte": (put('{"N":"' + "9" * MB + '"}'), {400}, False),
    "a number with a huge exponent": (put('{"N":"1e' + "9" * 1000 + '"}'), {400}, False),
    "100,000 equal keys": (put('{"M":{' + ",".join('"a":{"S":"x"}' for _ in range(100000)) + "}}"), {200, 400}, False),
    "a set of 100,000 equal strings": (put('{"SS":[' + ",".join('"a"' for _ in range(100000)) + "]}"), {400}, False),
    "text that is no UTF-8": (call("ListTables", b'{"ExclusiveStartTableName":"\xc3\x28\xff"}'), {400}, False),
    "half a surrogate": (call("ListTables", b'{"ExclusiveStartTableName":"\\ud800aaa"}'), {200, 400}, False),
    "base64 that is none": (put('{"B":"' + "*" * 1000 + '"}'), {400}, False),
    "an expression of 4,000 brackets": (scan("(" * 2000 + "#a = :a" + ")" * 2000, **BOMB), {400}, False),
    "an expression of 1,000 NOTs": (scan("NOT " * 1000 + "#a = :a", **BOMB), {200, 400}, False),
    "an expression of 400 ORs": (scan(" OR ".join(["#a = :a"] * 400), **BOMB), {200, 400}, False),
    "an expression of a megabyte": (scan("#a = :a" + " " * MB, **BOMB), {400}, False),
    "a path of 2,000 indexes": (update("SET a" + "[0]" * 1300 + " = :a", ExpressionAttributeValues={":a": {"S": "a"}}), {400}, False),
    "an index of 20 digits": (update("SET a[99999999999999999999] = :a", ExpressionAttributeValues={":a": {"S": "a"}}), {400}, False),
    "50,000 names": (scan("#a = :a", ExpressionAttributeNames={f"#n{i}": "a" for i in range(50000)},
                          ExpressionAttributeValues={":a": {"S": "a"}}), {400}, False),
    "IN of 101 operands": (scan("#a IN (" + ",".join([":a"] * 101) + ")", **BOMB), {400}, False),
    "a batch of 100,000 keys": (call("BatchGetItem", {"RequestItems": {"big": {"Keys": [{"pk": {"S": str(i)}} for i in range(50000)]}}}), {400}, False),
    "an operation of 10,000 letters": (call("A" * 10000, {}), {400}, False),
    "a signature that is none": (call("ListTables", {}, Authorization="AWS4-HMAC-SHA256 " + "=" * 5000), {200, 400}, False),
}


def answers_on(sock, seconds=5):
    """(statuses in their order, whether the peer closed) of all that comes until it is quiet or closed."""
    sock.settimeout(seconds)
    stream, statuses = sock.makefile("rb"), []
    try:
        while True:
            answer = read_answer(stream)
            if answer is None:
                return statuses, True
            statuses.append(answer[0])
            sock.settimeout(0.3)
            stream = sock.makefile("rb") if stream.closed else stream
    except (socket.timeout, TimeoutError):
        return statuses, False
    except (ConnectionError, ValueError, IndexError):
        return statuses, True


def send_all(sock, data):
    """A server may close before it has taken everything."""
    try:
        sock.sendall(data)
    except (ConnectionError, socket.timeout):
        pass


def careful_client_is_served(hostile):
    gone = hostile.careful.ok("DeleteItem", {"TableName": "big", "Key": {"pk": {"S": "smuggled"}, "sk": {"S": "x"}}, "ReturnValues": "ALL_OLD"})
    assert gone == {}, "what was hidden behind the request was carried out"


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_is_sent_at_once(hostile, name):
    sent, wanted, closes = AT_ONCE[name]
    with hostile.connect() as sock:
        send_all(sock, sent)
        statuses, closed = answers_on(sock)
    assert len(statuses) <= 1, f"a second request was seen: {statuses}"
    if statuses:
        assert statuses[0] in wanted
    else:
        assert closed and closes, "no answer"
    assert closed or not closes, "the connection stays open"
    careful_client_is_served(hostile)


# ---- slow ones ----

def drip(sock, data, pause, seconds):
    """Sends a byte now and then until the peer gives up; how long that took."""
    begin = time.monotonic()
    sock.settimeout(pause)
    for byte in data:
        if time.monotonic() - begin > seconds:
            return None
        try:
            sock.sendall(bytes([byte]))
            if sock.recv(4096) is not None:
                return time.monotonic() - begin
        except (socket.timeout, TimeoutError):
            continue
        except ConnectionError:
            return time.monotonic() - begin
    return None


def endless(text):
    while True:
        yield from text


SLOW = {
    "headers, a byte at a time": (b"", b"POST / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 1000),
    "a header that never ends": (b"POST / HTTP/1.1\r\nX-A: ", b"a" * 1000),
    "headers that never end": (b"POST / HTTP/1.1\r\n", b"X-A: a\r\n" * 200),
    "a request line that never ends": (b"", b"G" * 1000),
    "nothing but line ends": (b"", b"\r\n" * 500),
    "a body, a byte at a time": (head("Content-Length: 1000", *AWS), b" " * 1000),
    "chunks of a byte": (head("Transfer-Encoding: chunked", *AWS), b"1\r\n \r\n" * 200),
    "a chunk size that never ends": (head("Transfer-Encoding: chunked", *AWS), b"0" * 1000),
    "a trailer that never ends": (head("Transfer-Encoding: chunked", *AWS) + b"0\r\n", b"X-A: a\r\n" * 200),
}


@pytest.mark.parametrize("name", SLOW)
def test_slow_senders_are_given_up(hostile, name):
    first, rest = SLOW[name]
    with hostile.connect() as sock:
        sock.sendall(first)
        assert drip(sock, rest, 0.05, 12) is not None, "still waited for after 12 s"
    careful_client_is_served(hostile)


@pytest.mark.parametrize("first", [b"", head("Content-Length: 100", *AWS), b"POST / HT"], ids=["nothing", "no body", "half a line"])
def test_silent_clients_are_given_up(hostile, first):
    with hostile.connect() as sock:
        sock.sendall(first)
        statuses, closed = answers_on(sock, 12)
        assert closed and set(statuses) <= {408}
    careful_client_is_served(hostile)


def test_chunks_that_never_end_meet_the_limit_of_bodies(hostile):
    with hostile.connect() as sock:
        sock.sendall(head("Transfer-Encoding: chunked", *AWS))
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        sent = 0
        try:
            for _ in range(200):
                sock.sendall(chunk)
                sent += 65536
        except (ConnectionError, socket.timeout):
            pass
        assert sent < 2 * BODY_MAX + 8 * MB
        statuses, closed = answers_on(sock)
        assert closed and set(statuses) <= {413}
    careful_client_is_served(hostile)


def test_pipelines_of_thousands(hostile):
    request = call("ListTables", {})
    with hostile.connect() as sock:
        sock.settimeout(30)
        stream, got = sock.makefile("rb"), 0
        for _ in range(20):
            sock.sendall(request * 100)
            for _ in range(100):
                assert read_answer(stream)[0] == 200
                got += 1
        assert got == 2000
    careful_client_is_served(hostile)


def connections_held(hostile):
    """Connections that the server has open."""
    with open("/proc/net/tcp") as table:
        fields = [line.split() for line in table]
    return sum(f[1].endswith(f":{hostile.port:04X}") and f[3] == "01" for f in fields[1:])


def test_pipelines_that_are_never_read(hostile):
    """Answers of 900 KB are asked for, and none is taken: the server neither keeps them all nor waits for ever."""
    request = call("Query", {"TableName": "big", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}})
    socks = [hostile.connect() for _ in range(60)]
    try:
        for sock in socks:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            send_all(sock, request * 20)
        careful_client_is_served(hostile)
        memory = hostile.memory()
        assert memory < MEMORY_MAX, f"{memory >> 20} MB resident"
        end = time.monotonic() + 20
        while connections_held(hostile) > 5:  # those who do not read are given up
            assert time.monotonic() < end, f"{connections_held(hostile)} connections are still held"
            time.sleep(0.2)
        careful_client_is_served(hostile)
    finally:
        for sock in socks:
            sock.close()


@pytest.mark.parametrize("cut", [0.01, 0.5, 0.99])
def test_uploads_that_are_cut(hostile, cut):
    whole = call("PutItem", {"TableName": "big", "Item": {"pk": {"S": "cut"}, "sk": {"S": "x"}, "v": {"S": "x" * 350000}}})
    for _ in range(20):
        with hostile.connect() as sock:
            sock.sendall(whole[:int(len(whole) * cut)])
    assert hostile.careful.ok("GetItem", {"TableName": "big", "Key": {"pk": {"S": "cut"}, "sk": {"S": "x"}}}) == {}


def test_uploads_that_wait_share_a_limit(hostile):
    """40 clients promise 4 MB each and send 3 of them: what is held stays under the limit, the others are refused."""
    socks = [hostile.connect() for _ in range(40)]
    try:
        for sock in socks:
            sock.settimeout(0.5)
            send_all(sock, head(f"Content-Length: {BODY_MAX}", *AWS) + b" " * (3 * MB))
        memory = hostile.memory()
        assert memory < MEMORY_MAX, f"{memory >> 20} MB resident"
        careful_client_is_served(hostile)
    finally:
        for sock in socks:
            sock.close()


def test_resets_in_the_middle(hostile):
    for _ in range(200):
        sock = hostile.connect()
        sock.sendall(call("ListTables", {}))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()  # a reset
    careful_client_is_served(hostile)


def test_ten_thousand_connections(hostile):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 10500:
        pytest.skip(f"only {hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (10500, hard))
    socks = []
    try:
        deadline = time.monotonic() + 60
        request = call("ListTables", {})
        while len(socks) < 10000 and time.monotonic() < deadline:
            sock = hostile.connect()
            socks.append(sock)
            if len(socks) % 50 == 0:
                sock.sendall(request)
                assert read_answer(sock.makefile("rb"))[0] == 200
        careful_client_is_served(hostile)
        memory = hostile.memory()
        assert memory < MEMORY_MAX, f"{memory >> 20} MB resident"
    finally:
        for sock in socks:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(socks) == 10000
    careful_client_is_served(hostile)


# ---- TLS ----

@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                    certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    server = Server("memory:", "--port", "0", "--tls", "--key", str(key), "--cert", str(certificate), *LIMITS)
    server.port = int(server.endpoint.rsplit(":", 1)[1])
    server.trust = ssl.create_default_context(cafile=certificate)
    yield server
    assert server.process.poll() is None and server.stop() == 0


def secure_client_is_served(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=15) as plain:
        with server.trust.wrap_socket(plain, server_hostname="127.0.0.1") as sock:
            sock.sendall(call("ListTables", {}))
            assert read_answer(sock.makefile("rb"))[0] == 200


def client_hello(server):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    half = server.trust.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with pytest.raises(ssl.SSLWantReadError):
        half.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("part", ["nothing", "a byte", "half a hello", "a hello", "plain HTTP", "a huge record", "noise"])
def test_half_a_handshake(secure, part):
    hello = client_hello(secure)
    sent = {"nothing": b"", "a byte": hello[:1], "half a hello": hello[:len(hello) // 2], "a hello": hello, "plain HTTP": call("ListTables", {}),
            "a huge record": b"\x16\x03\x01\xff\xff" + b"a" * 65535, "noise": os.urandom(5000)}[part]
    socks = [socket.create_connection(("127.0.0.1", secure.port), timeout=15) for _ in range(20)]
    try:
        for sock in socks:
            send_all(sock, sent)
        secure_client_is_served(secure)
        socks[0].settimeout(12)
        try:
            while socks[0].recv(65536):
                pass
        except ConnectionError:
            pass  # given up, within the time for headers
    finally:
        for sock in socks:
            sock.close()
    secure_client_is_served(secure)
