"""One server for the session, and the ways to talk to it.

CYNAMO_TEST_ENDPOINT=http://host:port points the suite at a server that already runs (any DynamoDB);
CYNAMO_BIN names the program to start, default build/cynamo; CYNAMO_TEST_STORE the URL it serves, default memory:, or file: for
a folder of this run; CYNAMO_TEST_OPTIONS more options for it, such as "--threads 2".
"""
import itertools
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import time

import boto3
import botocore.config
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from wire import Wire  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
READY = re.compile(rb"^Cynamo (\S+) listening on (https?://\S+)")

os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


class Server:
    """`cynamo serve` as a child process; `arguments` come after the word serve."""

    def __init__(self, *arguments, binary=None, log=None):
        self.binary = binary or os.environ.get("CYNAMO_BIN", str(ROOT / "build" / "cynamo"))
        self.process = subprocess.Popen([self.binary, "serve", *arguments], stdout=subprocess.PIPE,
                                        stderr=log or subprocess.DEVNULL, start_new_session=True)
        self.ready_line = self._wait_for_line(30)
        found = READY.match(self.ready_line)
        if not found:
            self.stop()
        assert found, f"not a ready line: {self.ready_line!r}"
        self.version, self.endpoint = (part.decode() for part in found.groups())

    def _wait_for_line(self, seconds):
        line, end = b"", time.monotonic() + seconds
        while not line.endswith(b"\n"):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.stop()
                raise AssertionError(f"no ready line in {seconds} s, only {line!r}")
            byte = os.read(self.process.stdout.fileno(), 1)
            assert byte, f"the server ended (status {self.process.wait()}) before it was ready: {line!r}"
            line += byte
        return line

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    if os.environ.get("CYNAMO_TEST_ENDPOINT"):
        yield None
        return
    folder = tmp_path_factory.mktemp("server")
    log_path, store = folder / "log", os.environ.get("CYNAMO_TEST_STORE", "memory:")
    if store == "file:":
        store = f"file:{folder}/data"
    with open(log_path, "wb") as log:
        running = Server(store, "--port", "0", *os.environ.get("CYNAMO_TEST_OPTIONS", "").split(), log=log)
        yield running
        ended_before = running.process.poll()
        status = running.stop()
    text = log_path.read_text(errors="replace")
    assert ended_before is None, f"the server ended during the tests, status {ended_before}:\n{text[-4000:]}"
    assert status == 0, f"SIGTERM: exit status {status}:\n{text[-4000:]}"


@pytest.fixture(scope="session")
def endpoint(server):
    return server.endpoint if server else os.environ["CYNAMO_TEST_ENDPOINT"].rstrip("/")


@pytest.fixture(scope="session")
def wire(endpoint):
    connection = Wire(endpoint)
    yield connection
    connection.close()


def make_client(endpoint, service="dynamodb", **config):
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1",
                        config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=60, **config))


@pytest.fixture(scope="session")
def client(endpoint):
    return make_client(endpoint)


@pytest.fixture(scope="session")
def bare(endpoint):
    """A client that sends what it is told, right or wrong."""
    return make_client(endpoint, parameter_validation=False)


@pytest.fixture(scope="session")
def resource(endpoint):
    return boto3.resource("dynamodb", endpoint_url=endpoint, region_name="us-east-1",
                          config=botocore.config.Config(retries={"total_max_attempts": 1}))


numbers = itertools.count(1)


def wait_active(client, name):
    end = time.monotonic() + 20
    while True:
        table = client.describe_table(TableName=name)["Table"]
        states = [table["TableStatus"]] + [i["IndexStatus"] for i in table.get("GlobalSecondaryIndexes", [])]
        if all(s == "ACTIVE" for s in states):
            return table
        assert time.monotonic() < end, f"{name} is still {states}"
        time.sleep(0.02)


def wait_gone(client, name):
    end = time.monotonic() + 20
    while True:
        try:
            client.describe_table(TableName=name)
        except client.exceptions.ResourceNotFoundException:
            return
        assert time.monotonic() < end, f"{name} is still there"
        time.sleep(0.02)


def table_request(name, hash="pk:S", range=None, gsis=(), lsis=(), throughput=None):
    """A CreateTable request from short words: keys as "name:TYPE"; an index as (name, hashes, ranges, projection), where
    hashes and ranges are "a:S" or "a:S b:N", and projection ALL, KEYS_ONLY or a list of attributes."""
    types = {}

    def schema(hashes, ranges):
        out = []
        for role, words in (("HASH", hashes), ("RANGE", ranges)):
            for word in (words or "").split():
                attribute, kind = word.split(":")
                types[attribute] = kind
                out.append({"AttributeName": attribute, "KeyType": role})
        return out

    def index(name, hashes, ranges, projection):
        out = {"IndexName": name, "KeySchema": schema(hashes, ranges)}
        if isinstance(projection, str):
            out["Projection"] = {"ProjectionType": projection}
        else:
            out["Projection"] = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(projection)}
        return out

    request = {"TableName": name, "KeySchema": schema(hash, range)}
    if gsis:
        request["GlobalSecondaryIndexes"] = [index(*g) for g in gsis]
    if lsis:
        request["LocalSecondaryIndexes"] = [index(i, hash, r, p) for i, r, p in lsis]
    request["AttributeDefinitions"] = [{"AttributeName": a, "AttributeType": t} for a, t in types.items()]
    if throughput:
        units = {"ReadCapacityUnits": throughput, "WriteCapacityUnits": throughput}
        request["ProvisionedThroughput"] = units
        for g in request.get("GlobalSecondaryIndexes", []):
            g["ProvisionedThroughput"] = units
    else:
        request["BillingMode"] = "PAY_PER_REQUEST"
    return request


@pytest.fixture
def make_table(client):
    """make_table(hash="pk:S", …) creates a table, waits until it is ACTIVE and gives its name; it goes with the test."""
    made = []

    def make(hash="pk:S", range=None, name=None, **more):
        name = name or f"T{next(numbers)}_{os.getpid()}"
        client.create_table(**table_request(name, hash, range, **more))
        made.append(name)
        wait_active(client, name)
        return name

    yield make
    for name in made:
        try:
            client.delete_table(TableName=name)
        except client.exceptions.ClientError:
            pass


def error_of(call, *args, **kwargs):
    """(name, message) of the error that the call must raise."""
    import botocore.exceptions
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*args, **kwargs)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")
