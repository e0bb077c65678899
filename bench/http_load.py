"""What the benchmarks over HTTP share: items of 1 KB, the requests on them with the head that boto3 sends (some 700 bytes), wrk, CPU time.

http_bench.py sets a server beside the bare loop, servers_bench.py beside other people's servers, with the same bodies.
"""
import http.client
import json
import pathlib
import re
import subprocess
import time

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


def lua_in_turn(folder, operations, makes, count):
    """wrk's script: a few hundred ready bodies, each number's by all the operations in turn."""
    bodies = [[json.dumps(make(i * 7919 % count, count)) for make in makes] for i in range(300)]
    lines = ["local requests = {}"]
    for each in bodies:
        lines += [f'requests[#requests + 1] = {{"{operation}", [=[{body}]=]}}' for operation, body in zip(operations, each)]
    lines += [f'wrk.headers[{json.dumps(name)}] = {json.dumps(value)}' for name, value in HEAD.items()]
    lines += ['wrk.method = "POST"', "local at = 0", "local ready = {}",
              "function init(args)", "  for i, request in ipairs(requests) do",
              '    wrk.headers["X-Amz-Target"] = "DynamoDB_20120810." .. request[1]',
              "    ready[i] = wrk.format(nil, nil, nil, request[2])", "  end",
              "  at = #ready - 1", "end",  # wrk takes one to look at before the first that it sends
              "function request() at = at % #ready + 1 return ready[at] end"]
    path = pathlib.Path(folder) / ("_".join(operations) + ".lua")
    path.write_text("\n".join(lines))
    return path


def cpu_clock(pid):
    """The clock that clock_getcpuclockid() names: user and system time of all threads of a process, ended ones too."""
    return ~pid << 3 | 2


def cpu_seconds(pid):
    return time.clock_gettime_ns(cpu_clock(pid)) / 1e9


def run_wrk(port, script, connections, seconds):
    """One round of wrk on core 1: requests, requests a second, latencies (p50, p99) in microseconds."""
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script),
                          f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"{script}: {out}")
    unit = {"us": 1, "ms": 1e3, "s": 1e6, "m": 60e6}
    latency = {f"p{share}": float(number) * unit[suffix]
               for share, number, suffix in re.findall(r"^ +(50|99)% +([0-9.]+)([a-z]+) *$", out, re.MULTILINE)}
    return {"requests": int(re.search(r"(\d+) requests in", out).group(1)),
            "rate": float(re.search(r"Requests/sec: +([0-9.]+)", out).group(1)), **latency}


def measure(pid, port, script, connections, seconds):
    before = cpu_seconds(pid)
    requests = run_wrk(port, script, connections, seconds)["requests"]
    return (cpu_seconds(pid) - before) / requests * 1e6
