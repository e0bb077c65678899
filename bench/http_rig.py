"""What http_bench.py measures with: requests with a true signature, the servers as processes, their CPU time, wrk.

Its requests are those of http_load.py, each with the signature of its own bytes: the same bytes serve a server that verifies it, one
that does not, and the bare loop. A server has core 0, wrk core 1, unless a round says otherwise. The first fifth of a second of a
round is left out: the connections are made in it, with TLS at half a millisecond each, and they are kept from then on.
"""
import contextlib
import datetime
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import ssl
import subprocess
import tempfile
import time

from http_load import HEAD, cpu_clock, cpu_seconds

ACCESS_KEY = "AKIDEXAMPLEKEY000000"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
HOST = "localhost:8000"
SIGNED = ("content-type", "host", "x-amz-date", "x-amz-target")
REQUESTS = 300
LEFT_OUT_US = 200000


def signed_headers(operation, body):
    """The whole head, signed now: good for a quarter of an hour."""
    headers = {**HEAD, "Host": HOST, "X-Amz-Target": "DynamoDB_20120810." + operation,
               "X-Amz-Date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")}
    values = {name.lower(): value for name, value in headers.items()}
    date = headers["X-Amz-Date"]
    scope = f"{date[:8]}/us-east-1/dynamodb/aws4_request"
    canonical = "\n".join(["POST", "/", "", *(f"{name}:{values[name]}" for name in SIGNED), "", ";".join(SIGNED),
                           hashlib.sha256(body).hexdigest()])
    text = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    secret = ("AWS4" + SECRET).encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={';'.join(SIGNED)}, "
                                f"Signature={hmac.digest(secret, text.encode(), 'sha256').hex()}")
    return headers


def send(connection, operation, body):
    data = json.dumps(body).encode()
    connection.request("POST", "/", data, signed_headers(operation, data))
    answer = connection.getresponse()
    data = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{operation}: {data!r}")
    return data


def connect(server):
    if server.scheme == "http":
        return http.client.HTTPConnection("127.0.0.1", server.port)
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname = False
    anything.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", server.port, context=anything)


def ask(server, operation, body):
    """One request on a connection of its own."""
    with contextlib.closing(connect(server)) as connection:
        return send(connection, operation, body)


def fill(server, table, items):
    """Creates the table and puts the items."""
    connection = connect(server)
    send(connection, "CreateTable", table)
    requests = []
    for item in items:
        requests.append({"PutRequest": {"Item": item}})
        if len(requests) == 25:
            send(connection, "BatchWriteItem", {"RequestItems": {table["TableName"]: requests}})
            requests = []
    if requests:
        send(connection, "BatchWriteItem", {"RequestItems": {table["TableName"]: requests}})
    connection.close()


SCRIPT = """
local ffi = require('ffi')
ffi.cdef('typedef struct { long s, ns; } stamp; int clock_gettime(int, stamp *);')
local function clock(id) local t = ffi.new('stamp') ffi.C.clock_gettime(id, t) return tonumber(t.s) * 1e6 + tonumber(t.ns) / 1e3 end

local at, sent = 0, 0
local function next_request() at = at % #ready + 1 return ready[at] end
function request()
  sent = sent + 1
  if clock(1) >= begin then
    skipped, cpu = sent, clock(server)
    request = next_request
  end
  return next_request()
end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end
function done()
  for _, thread in ipairs(threads) do print('left out: ' .. tostring(thread:get('skipped')) .. ' ' .. tostring(thread:get('cpu'))) end
end
"""


def script_of(folder, name, operation, make, count):
    """wrk's script: a few hundred ready requests, taken in turn. Written when it is to be used: the signatures expire.

    Its arguments are the microseconds to leave out and the clock of the server's CPU. It notes how many requests were sent in them
    and what the server had used by then."""
    lines = ["ready = {}", "local function add(headers, body) ready[#ready + 1] = wrk.format('POST', '/', headers, body) end",
             SCRIPT, "function init(args)", "  begin, server = clock(1) + tonumber(args[1]), tonumber(args[2])"]
    for number in range(REQUESTS):
        body = json.dumps(make(number * 7919 % count, count))
        headers = ", ".join(f"[{json.dumps(k)}] = {json.dumps(v)}" for k, v in signed_headers(operation, body.encode()).items())
        lines.append(f"add({{{headers}}}, [=[{body}]=])")
    lines.append("end")
    path = pathlib.Path(folder) / (re.sub(r"\W", "_", name) + ".lua")
    path.write_text("\n".join(lines))
    return path


class Process:
    """A server that is measured: its process, where it listens."""

    def __init__(self, process, port, scheme="http"):
        self.process, self.port, self.scheme = process, port, scheme

    def resident_kb(self):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text()).group(1))

    def wrk(self, script, connections, seconds, core="1"):
        """One round: CPU µs of the server per request, and the median latency in µs."""
        out = subprocess.run(["taskset", "-c", core, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script),
                              f"{self.scheme}://127.0.0.1:{self.port}/", "--", str(LEFT_OUT_US), str(cpu_clock(self.process.pid))],
                             capture_output=True, text=True, check=True).stdout
        used = cpu_seconds(self.process.pid) * 1e6
        left_out = re.search(r"left out: (\d+) ([\d.e+]+)", out)
        if "Non-2xx" in out or "Socket errors" in out or left_out is None:
            raise SystemExit(f"{script}: {out}")
        answered = int(re.search(r"(\d+) requests in", out).group(1)) - (int(left_out.group(1)) - connections)
        median = re.search(r"50%\s+([\d.]+)(us|ms|s)", out)
        return (used - float(left_out.group(2))) / answered, float(median.group(1)) * {"us": 1, "ms": 1e3, "s": 1e6}[median.group(2)]

    def stop(self):
        self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def serve(build, *extra, url="memory:", core="0"):
    """`cynamo serve` on a free port."""
    process = subprocess.Popen(["taskset", "-c", core, str(build / "cynamo"), "serve", url, "--port", "0", "--quiet", *extra],
                               stdout=subprocess.PIPE, text=True)
    server = Process(process, int(re.search(r":(\d+)", process.stdout.readline()).group(1)), "https" if "--tls" in extra else "http")
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def bare(build, body_bytes, poll_us=0, tls=False):
    """The limit: bench/bare_loop.c, which answers each request with so many bytes."""
    port = 18000 + os.getpid() % 1000 + (1000 if tls else 0)
    process = subprocess.Popen(["taskset", "-c", "0", str(build / "bench/bare_loop"), str(port), str(body_bytes), str(poll_us),
                                *(["tls"] if tls else [])], stdout=subprocess.DEVNULL)
    server = Process(process, port, "https" if tls else "http")
    try:
        for _ in range(1000):
            with contextlib.suppress(OSError):
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
                break
            time.sleep(0.001)
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def credentials():
    """The path of a file with the key that all requests are signed with."""
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
        file.write(f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET}\n")
        file.flush()
        yield file.name
