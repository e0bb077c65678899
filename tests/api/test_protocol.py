"""HTTP itself, over plain sockets: what clients, proxies and people with netcat send. validation.md 1.1 and 1.2."""
import json
import re
import socket
import threading
import zlib

import pytest

from wire import CONTENT_TYPE, TARGET, Wire, authorization


def connect(wire):
    sock = socket.create_connection((wire.host, wire.port), timeout=20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def http(operation="ListTables", body=b"{}", **headers):
    """The bytes of a request; a header given as None is left out."""
    lines = {"Host": "localhost", "Content-Type": CONTENT_TYPE, "X-Amz-Target": TARGET + operation, **authorization(),
             "Content-Length": str(len(body)), **{k.replace("_", "-"): v for k, v in headers.items()}}
    head = "POST / HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v is not None)
    return head.encode() + b"\r\n" + body


def read_answer(stream):
    """(status, headers, body) of the next answer on a file of a socket."""
    line = stream.readline()
    if not line:
        return None
    status, headers = int(line.split()[1]), {}
    while (line := stream.readline().strip()):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while (size := int(stream.readline(), 16)):
            body += stream.read(size)
            stream.readline()
        stream.readline()
    else:
        body = stream.read(int(headers.get("content-length", 0)))
    return status, headers, body


def alive(wire):
    return Wire(wire.endpoint).call("ListTables", {}).status == 200


# rules: 1.1.2 1.2.crc32 1.2.contenttype
@pytest.mark.parametrize("sent", [CONTENT_TYPE, "application/json"])
def test_headers_of_an_answer(wire, sent):
    answer = wire.call("ListTables", {}, {"Content-Type": sent})
    assert answer.headers["content-type"] == sent
    assert re.fullmatch(r"[0-9A-Z]{52}", answer.headers["x-amzn-requestid"])
    assert answer.headers["x-amz-crc32"] == str(zlib.crc32(answer.body))
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_request_ids_differ(wire):
    assert len({wire.call("ListTables", {}).headers["x-amzn-requestid"] for _ in range(20)}) == 20


# rules: 1.2.message
def test_the_message_has_a_small_letter_but_in_a_few_errors(wire):
    assert "message" in wire.call("DescribeTable", {"TableName": "NoSuchTable"}).json
    assert "Message" in wire.call("ListTables", {"Limit": "x"}).json


# rules: 1.1.1
def test_a_body_of_16_mib_is_read_and_a_larger_one_is_not(endpoint):
    wire = Wire(endpoint)
    filler = b'{"TableName":"NoSuchTable","Ignored":"%s"}'
    exact = filler % (b"x" * (16 * 1024 * 1024 - len(filler) + 2))
    assert len(exact) == 16 * 1024 * 1024
    assert wire.call("DescribeTable", exact).type == "ResourceNotFoundException"
    with connect(wire) as sock:
        try:
            sock.sendall(http("DescribeTable", filler % (b"x" * (16 * 1024 * 1024 - len(filler) + 3))))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may stop reading when it has seen Content-Length
        try:
            status, headers, body = read_answer(sock.makefile("rb"))
        except ConnectionResetError:
            pytest.fail("no 413: the connection was reset")
        assert (status, body) == (413, b"")
        assert "x-amzn-requestid" not in headers
    assert alive(wire)


# rules: 1.2.keepalive
def test_a_connection_serves_many_requests(wire):
    with connect(wire) as sock:
        stream = sock.makefile("rb")
        for _ in range(50):
            sock.sendall(http())
            status, headers, _ = read_answer(stream)
            assert status == 200
            assert headers.get("connection", "keep-alive") != "close"


def test_pipelined_requests_are_answered_in_order(wire):
    with connect(wire) as sock:
        stream = sock.makefile("rb")
        sock.sendall(b"".join(http("DescribeTable", json.dumps({"TableName": f"NoSuch{i}"}).encode()) for i in range(30)))
        for i in range(30):
            _, _, body = read_answer(stream)
            assert json.loads(body)["message"] == f"Requested resource not found: Table: NoSuch{i} not found"


def test_connection_close_is_honoured(wire):
    with connect(wire) as sock:
        sock.sendall(http(Connection="close"))
        stream = sock.makefile("rb")
        assert read_answer(stream)[0] == 200
        assert stream.read() == b""


# rules: 1.2.framing
def test_a_request_that_comes_byte_by_byte(wire):
    with connect(wire) as sock:
        for byte in http("DescribeTable", b'{"TableName":"NoSuchTable"}'):
            sock.sendall(bytes([byte]))
        status, _, body = read_answer(sock.makefile("rb"))
        assert status == 400 and b"NoSuchTable" in body


@pytest.mark.parametrize("cut", [1, 10, 60, 200, -20, -1])
def test_a_request_in_two_pieces(wire, cut):
    whole = http("DescribeTable", b'{"TableName":"NoSuchTable"}')
    with connect(wire) as sock:
        sock.sendall(whole[:cut])
        threading.Event().wait(0.02)
        sock.sendall(whole[cut:])
        assert read_answer(sock.makefile("rb"))[0] == 400


def test_a_chunked_body(wire):
    body = b'{"TableName":"NoSuchTable"}'
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:1], body[1:9], body[9:])) + b"0\r\n\r\n"
    head = http("DescribeTable", b"", Content_Length=None, Transfer_Encoding="chunked")
    with connect(wire) as sock:
        stream = sock.makefile("rb")
        for _ in range(2):
            sock.sendall(head + chunks)
            status, _, answer = read_answer(stream)
            assert status == 400 and b"NoSuchTable" in answer


def test_expect_100_continue(wire):
    body = b'{"TableName":"NoSuchTable"}'
    head = http("DescribeTable", body, Expect="100-continue")[:-len(body)]
    with connect(wire) as sock:
        stream = sock.makefile("rb")
        sock.sendall(head)
        line = stream.readline()
        assert line.startswith(b"HTTP/1.1 100"), line
        stream.readline()
        sock.sendall(body)
        assert read_answer(stream)[0] == 400


def test_http_1_0(wire):
    with connect(wire) as sock:
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"healthy: dynamodb" in sock.makefile("rb").read()


def test_header_names_in_any_case(wire):
    request = http().replace(b"X-Amz-Target", b"x-aMz-tArGeT").replace(b"Content-Type", b"CONTENT-TYPE").replace(b"Authorization", b"authorization")
    with connect(wire) as sock:
        sock.sendall(request)
        assert read_answer(sock.makefile("rb"))[0] == 200


@pytest.mark.parametrize("bad", [
    b"\r\n\r\n\r\n", b"\0\0\0\0\0\0\0\0", b"GARBAGE\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n", b"POST\r\n\r\n", b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X-Long: " + b"x" * 200000 + b"\r\n\r\n", b"GET /" + b"x" * 200000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: x\r\n" % i for i in range(20000)) + b"\r\n",
], ids=lambda b: repr(b[:40]))
def test_malformed_requests_end_at_most_their_connection(wire, bad):
    with connect(wire) as sock:
        sock.settimeout(5)
        try:
            sock.sendall(bad)
            sock.shutdown(socket.SHUT_WR)
            answer = sock.recv(65536)
            assert answer == b"" or answer.startswith(b"HTTP/1.1 4") or answer.startswith(b"HTTP/1.1 5") or b"healthy" in answer, answer[:200]
            assert b"HTTP/1.1 500" not in answer
        except (ConnectionResetError, BrokenPipeError):
            pass
    assert alive(wire)


def test_half_requests_are_forgotten(wire):
    for cut in (5, 100, 300):
        with connect(wire) as sock:
            sock.sendall(http()[:cut])
    assert alive(wire)


def test_many_connections_at_once(wire):
    socks = [connect(wire) for _ in range(200)]
    try:
        for sock in socks:
            sock.sendall(http())
        assert all(read_answer(sock.makefile("rb"))[0] == 200 for sock in socks)
    finally:
        for sock in socks:
            sock.close()


def test_requests_from_many_threads(endpoint, make_table):
    table, errors = make_table(), []

    def work(number):
        own = Wire(endpoint)
        try:
            for i in range(50):
                own.ok("UpdateItem", {"TableName": table, "Key": {"pk": {"S": "counter"}}, "UpdateExpression": "ADD n :one",
                                      "ExpressionAttributeValues": {":one": {"N": "1"}}})
                own.ok("PutItem", {"TableName": table, "Item": {"pk": {"S": f"{number}-{i}"}}})
        except Exception as error:
            errors.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not errors, errors[0]
    own = Wire(endpoint)
    assert own.ok("GetItem", {"TableName": table, "Key": {"pk": {"S": "counter"}}})["Item"]["n"] == {"N": "400"}
    assert own.ok("Scan", {"TableName": table, "Select": "COUNT"})["Count"] == 401


@pytest.mark.parametrize("text", ["\\ud83d\\ude00", "😀", "\\u00e9", "é", "\\u0000", "\\b\\f\\n\\r\\t\\/\\\\\\\"", "\\u2028"])
def test_strings_survive_the_journey(wire, make_table, text):
    table = make_table()
    assert wire.call("PutItem", '{"TableName":"%s","Item":{"pk":{"S":"x"},"%s":{"S":"%s"}}}' % (table, text, text)).status == 200
    item = wire.ok("GetItem", {"TableName": table, "Key": {"pk": {"S": "x"}}})["Item"]
    wanted = json.loads(f'"{text}"')
    assert item == {"pk": {"S": "x"}, wanted: {"S": wanted}}


@pytest.mark.parametrize("body", [b'{"TableName":"\xff"}', b'{"TableName":"\xc3"}', b'{"TableName":"\xed\xa0\x80"}', b'{"TableName":"\xc0\x80"}',
                                  b'{"TableName":"\\ud800"}', b'{"TableName":"\\udc00\\ud800"}', b'{"a":1}\0', b'\xef\xbb\xbf{}'])
def test_bytes_that_are_no_text_are_refused_without_harm(wire, body):
    answer = wire.call("DescribeTable", body)
    assert answer.status == 400
    assert alive(wire)


def test_an_item_of_400_kb_and_of_every_byte(wire, make_table):
    table = make_table()
    text = "".join(chr(c) for c in range(0x7f)) * 3000
    wire.ok("PutItem", {"TableName": table, "Item": {"pk": {"S": "x"}, "t": {"S": text}}})
    assert wire.ok("GetItem", {"TableName": table, "Key": {"pk": {"S": "x"}}})["Item"]["t"]["S"] == text


def test_regions_are_separate(wire, make_table):
    table = make_table()
    assert table in wire.ok("ListTables", {})["TableNames"]
    assert table not in wire.ok("ListTables", {}, region="eu-west-1")["TableNames"]
    assert wire.call("Scan", {"TableName": table}, region="eu-west-1").type == "ResourceNotFoundException"


def test_a_browser_from_elsewhere_is_not_served(wire, server):
    if server is None:
        pytest.skip("needs our own server")
    answer = wire.call("ListTables", {}, {"Origin": "http://evil.example"})
    assert answer.status in (400, 403), answer
