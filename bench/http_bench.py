#!/usr/bin/env python3
"""The server over HTTP beside the bare loop (bench/bare_loop.c): CPU per request of the one divided by that of the other.

  http_bench.py BUILD [--items N] [--rounds N] [--seconds S] [--connections 16,64] [--only NAME] [--url memory:]

Each operation: wrk on one core sends the requests, the server on the other answers; the bare loop sends as many bytes. Rounds
alternate; medians are printed. The head of a request is what boto3 sends, some 700 bytes. CPU is the process's own, user and system.
"""
import argparse
import http.client
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import tempfile

HEAD = {
    "Accept-Encoding": "identity",
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "20261123T215119Z",
    "amz-sdk-request": "attempt=1",
    "User-Agent": "Boto3/1.34.131 " + "x" * 134,
    "amz-sdk-invocation-id": "6f1a4a8e-6f0e-4a9b-9c67-0a1d6a1d2f11",
    "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLEKEY000000/20261123/us-east-1/dynamodb/aws4_request, "
                     "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "5d" * 32,
}
SORT_KEYS = 100
TEXT = "a" * 124


def item(index, version=1):
    attributes = {"pk": {"S": f"user#{index // SORT_KEYS:08d}"}, "sk": {"S": f"order#{index % SORT_KEYS:06d}"}, "n": {"N": str(version)}}
    attributes.update({f"attribute{k}": {"S": TEXT} for k in range(7)})
    return attributes


def key(index):
    return {name: value for name, value in item(index).items() if name in ("pk", "sk")}


def table(name, indexes):
    definitions = [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}]
    out = {"TableName": name, "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": definitions,
           "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}
    if indexes:
        definitions.append({"AttributeName": "n", "AttributeType": "N"})
        definitions.append({"AttributeName": "attribute0", "AttributeType": "S"})
        out["GlobalSecondaryIndexes"] = [
            {"IndexName": "by_order", "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
             "Projection": {"ProjectionType": "ALL"}},
            {"IndexName": "by_text", "KeySchema": [{"AttributeName": "attribute0", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "KEYS_ONLY"}}]
    return out


# name: operation, the body for item number `i` (a Python function), at most this many times the bare loop
OPERATIONS = {
    "Get": ("GetItem", lambda i, n: {"TableName": "bench", "Key": key(i)}, 1.35),
    "Put": ("PutItem", lambda i, n: {"TableName": "bench", "Item": item(i, 2)}, 1.7),
    "Update": ("UpdateItem", lambda i, n: {
        "TableName": "bench", "Key": key(i), "UpdateExpression": "SET n = n + :one", "ConditionExpression": "n > :zero",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":zero": {"N": "0"}}}, 2),
    "Query of 100": ("Query", lambda i, n: {
        "TableName": "bench", "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": key(i)["pk"]}}, 5),
    "BatchWrite of 25": ("BatchWriteItem", lambda i, n: {"RequestItems": {"bench": [
        {"PutRequest": {"Item": item((i + k * 997) % n, 2)}} for k in range(25)]}}, 6),
    "BatchGet of 100": ("BatchGetItem", lambda i, n: {"RequestItems": {"bench": {"Keys": [key((i + k * 97) % n) for k in range(100)]}}}, 8),
    "TransactWrite of 10": ("TransactWriteItems", lambda i, n: {"TransactItems": [
        {"Put": {"TableName": "bench", "Item": item((i + k * 997) % n, 2)}} for k in range(10)]}, 4.5),
    "Put with 2 GSIs": ("PutItem", lambda i, n: {"TableName": "indexed", "Item": item(i, i % 1000)}, 4),
}


def call(port, operation, body):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/", json.dumps(body), {**HEAD, "X-Amz-Target": "DynamoDB_20120810." + operation})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{operation}: {data!r}")
    return data


def load(port, name, count):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for start in range(0, count, 25):
        requests = [{"PutRequest": {"Item": item(i)}} for i in range(start, min(start + 25, count))]
        connection.request("POST", "/", json.dumps({"RequestItems": {name: requests}}),
                           {**HEAD, "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
    connection.close()


def lua(folder, operation, make, count):
    """wrk's script: a few hundred ready bodies, taken in turn."""
    bodies = [json.dumps(make(i * 7919 % count, count)) for i in range(300)]
    lines = ["local bodies = {}"]
    lines += [f"bodies[{number}] = [=[{body}]=]" for number, body in enumerate(bodies, 1)]
    lines += [f'wrk.headers[{json.dumps(name)}] = {json.dumps(value)}' for name, value in HEAD.items()]
    lines += ['wrk.method = "POST"', f'wrk.headers["X-Amz-Target"] = "DynamoDB_20120810.{operation}"',
              "local at = 0", "local ready = {}",
              "function init(args) for i = 1, #bodies do ready[i] = wrk.format(nil, nil, nil, bodies[i]) end end",
              "function request() at = at % #ready + 1 return ready[at] end"]
    path = pathlib.Path(folder) / (operation + ".lua")
    path.write_text("\n".join(lines))
    return path


def cpu_seconds(pid):
    """User and system time of all threads, in nanoseconds' resolution where the kernel has it."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def measure(pid, port, script, connections, seconds):
    before = cpu_seconds(pid)
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script),
                          f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(pid) - before
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    if "Non-2xx" in out:
        raise SystemExit(f"{script}: {out}")
    return used / requests * 1e6


def start_server(arguments, extra):
    process = subprocess.Popen(["taskset", "-c", "0", str(arguments.build / "cynamo"), "serve", arguments.url, "--port", "0", "--quiet", *extra],
                               stdout=subprocess.PIPE, text=True)
    return process, int(re.search(r":(\d+)", process.stdout.readline()).group(1))


def start_bare(arguments, body_bytes):
    port = 18000 + os.getpid() % 1000
    process = subprocess.Popen(["taskset", "-c", "0", str(arguments.build / "bench/bare_loop"), str(port), str(body_bytes)],
                               stdout=subprocess.DEVNULL)
    for _ in range(100):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
            break
        except OSError:
            os.sched_yield()
    return process, port


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", default="16,64")
    parser.add_argument("--only", default="")
    parser.add_argument("--url", default="memory:")
    arguments = parser.parse_args()
    server, port = start_server(arguments, [])
    print(f"{arguments.items} items, {arguments.rounds} rounds of {arguments.seconds} s, {arguments.url}; CPU µs per request, medians")
    print(f"{'':22}{'conns':>6}{'cynamo':>10}{'bare':>10}{'ratio':>8}{'at most':>9}")
    try:
        call(port, "CreateTable", table("bench", False))
        call(port, "CreateTable", table("indexed", True))
        load(port, "bench", arguments.items)
        load(port, "indexed", min(arguments.items, 10000))
        with tempfile.TemporaryDirectory() as folder:
            for name, (operation, make, most) in OPERATIONS.items():
                if arguments.only not in name:
                    continue
                script = lua(folder, operation, make, arguments.items)
                bare, bare_port = start_bare(arguments, len(call(port, operation, make(0, arguments.items))))
                for connections in map(int, arguments.connections.split(",")):
                    own, other, ratios = [], [], []
                    for _ in range(arguments.rounds):
                        other.append(measure(bare.pid, bare_port, script, connections, arguments.seconds))
                        own.append(measure(server.pid, port, script, connections, arguments.seconds))
                        ratios.append(own[-1] / other[-1])
                    print(f"{name:22}{connections:>6}{statistics.median(own):>10.2f}{statistics.median(other):>10.2f}"
                          f"{statistics.median(ratios):>8.2f}{most:>9}", flush=True)
                bare.send_signal(signal.SIGTERM)
                bare.wait()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


main()
