"""`cynamo serve` as a process: options, stores, restarts, signatures, TLS."""
import datetime
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.request

import boto3
import botocore.config
import pytest

from conftest import ROOT, Server, error_of, make_client, table_request, wait_active
from values import item as short
from wire import Wire

pytestmark = pytest.mark.skipif(bool(os.environ.get("CYNAMO_TEST_ENDPOINT")), reason="starts servers of its own")
BINARY = os.environ.get("CYNAMO_BIN", str(ROOT / "build" / "cynamo"))


@pytest.fixture
def start(tmp_path):
    """start(arguments…) is a running Server; it is stopped with the test. Its log is at .log."""
    servers = []

    def run(*arguments, **more):
        path = tmp_path / f"log{len(servers)}"
        with open(path, "wb") as log:
            server = Server(*arguments, log=log, **more)
        server.log = path
        servers.append(server)
        return server

    yield run
    for server in servers:
        server.stop()


def once(*arguments, timeout=20, **env):
    """The program run to its end: (status, standard output, standard error)."""
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=timeout, env={**os.environ, **env})
    return done.returncode, done.stdout, done.stderr


def raw(arguments):
    """A server started without the word serve; (process, endpoint)."""
    process = subprocess.Popen([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, line
    return process, found[0]


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def client_of(server, key="test", secret="test", region="us-east-1", **more):
    return boto3.client("dynamodb", endpoint_url=server.endpoint, region_name=region, aws_access_key_id=key, aws_secret_access_key=secret,
                        config=botocore.config.Config(retries={"total_max_attempts": 1}), **more)


def test_the_ready_line_says_where_data_is_lost(start, tmp_path):
    line = start("memory:", "--port", "0").ready_line.decode()
    assert re.fullmatch(r"Cynamo \d+\.\d+\.\d+\S* listening on http://127\.0\.0\.1:\d+ \(memory:\).*\n", line), line
    assert "lost" in line
    line = start(f"file:{tmp_path}/d", "--port", "0").ready_line.decode()
    assert f"file:{tmp_path}/d" in line and "lost" not in line


def test_data_survives_a_restart(start, tmp_path):
    store = f"file:{tmp_path}/data"
    server = start(store, "--port", "0")
    client = client_of(server)
    client.create_table(**table_request("Kept", "pk:S", "sk:N", gsis=[("gsi", "g:S", None, "ALL")], lsis=[("lsi", "l:S", "ALL")]))
    wait_active(client, "Kept")
    arn = client.describe_table(TableName="Kept")["Table"]["TableArn"]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    client.update_time_to_live(TableName="Kept", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    token = dict(ClientRequestToken="once", TransactItems=[{"Update": {
        "TableName": "Kept", "Key": short({"pk": "n", "sk": 0}), "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": short({":n": 1})}}])
    client.transact_write_items(**token)
    for i in range(30):
        client.put_item(TableName="Kept", Item=short({"pk": "p", "sk": i, "g": "x", "l": "y", "big": "z" * 3000}))
    before = client.describe_table(TableName="Kept")["Table"]
    assert server.stop() == 0
    client = client_of(start(store, "--port", "0"))
    assert client.describe_table(TableName="Kept")["Table"] == before
    assert client.query(TableName="Kept", KeyConditionExpression="pk = :p", ExpressionAttributeValues=short({":p": "p"}))["Count"] == 30
    assert client.scan(TableName="Kept", IndexName="gsi")["Count"] == client.scan(TableName="Kept", IndexName="lsi")["Count"] == 30
    assert client.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    assert client.describe_time_to_live(TableName="Kept")["TimeToLiveDescription"]["AttributeName"] == "ttl"
    client.transact_write_items(**token)
    assert client.get_item(TableName="Kept", Key=short({"pk": "n", "sk": 0}))["Item"]["n"] == {"N": "1"}


@pytest.mark.parametrize("durability", ["strict", "relaxed", "unsafe"])
def test_acknowledged_writes_survive_kill_9(start, tmp_path, durability):
    store = f"file:{tmp_path}/data?durability={durability}"
    acknowledged = []
    for round in range(3):
        server = start(store, "--port", "0")
        client = client_of(server)
        if round == 0:
            client.create_table(**table_request("Kept", gsis=[("gsi", "g:N", None, "KEYS_ONLY")]))
            wait_active(client, "Kept")
        killer = threading.Timer(0.4, server.process.kill)
        killer.start()
        wire = Wire(server.endpoint)
        try:
            while True:
                n = len(acknowledged)
                wire.ok("PutItem", {"TableName": "Kept", "Item": short({"pk": f"{round}-{n}", "g": n})})
                acknowledged.append(f"{round}-{n}")
        except Exception:  # the server is gone
            pass
        killer.join()
        server.process.wait()
    client = client_of(start(store, "--port", "0"))
    found = {i["pk"]["S"] for p in client.get_paginator("scan").paginate(TableName="Kept") for i in p["Items"]}
    assert set(acknowledged) <= found and len(found) <= len(acknowledged) + 3
    indexed = {i["pk"]["S"] for p in client.get_paginator("scan").paginate(TableName="Kept", IndexName="gsi") for i in p["Items"]}
    assert indexed == found
    assert len(acknowledged) > 5


def test_a_second_server_on_one_file_is_told_who_holds_it(start, tmp_path):
    server = start(f"file:{tmp_path}/data", "--port", "0")
    status, out, err = once("serve", f"file:{tmp_path}/data", "--port", "0")
    assert status == 2 and out == "" and len(err.strip().splitlines()) == 1
    assert str(server.process.pid) in err and server.endpoint in err, err


def test_what_cannot_be_started_says_why_in_one_line(tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = str(held.getsockname()[1])
        status, out, err = once("serve", "--port", port)
        assert (status, out) == (2, "") and port in err and len(err.strip().splitlines()) == 1, err
    file = tmp_path / "file"
    file.write_text("")
    cases = [("serve", f"file:{file}"), ("serve", f"file:{file}/under"), ("serve", "file:/proc/nowhere"), ("serve", "--nonsense"), ("serve", "--port", "x"),
             ("serve", "--port", "70000"), ("serve", "--port"), ("serve", "nosuch:"), ("serve", "postgres://x"), ("nonsense",), ("serve", "--init", "/nowhere"),
             ("serve", "--credentials", "/nowhere"), ("serve", "--cert", "/nowhere", "--key", "/nowhere"), ("serve", "--host", "0.0.0.0", "--port", "0"),
             ("serve", "memory:?durability=strictly"), ("serve", "memory:?nonsense=1")]
    for arguments in cases:
        status, out, err = once(*arguments)
        assert (status, out) == (2, ""), f"{arguments}: {status} {out} {err}"
        assert 1 <= len(err.strip().splitlines()) <= 2, f"{arguments}: {err}"


def test_two_servers_do_not_share_a_port(start):
    port = str(free_port())
    start("--port", port)
    assert once("serve", "--port", port)[0] == 2


def test_version_help_and_ping(start):
    status, out, _ = once("--version")
    assert status == 0 and re.search(r"\d+\.\d+\.\d+", out)
    for words in (["--help"], ["help"], ["serve", "--help"]):
        status, out, _ = once(*words)
        assert status == 0 and "serve" in out
    server = start("--port", "0")
    assert once("ping", server.endpoint)[0] == 0
    assert once("ping", f"http://127.0.0.1:{free_port()}")[0] != 0


@pytest.mark.parametrize("words", [
    ["-inMemory"], ["-inMemory", "-sharedDb"], ["-sharedDb", "-inMemory", "-disableTelemetry", "-delayTransientStatuses"],
    ["-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-sharedDb", "-inMemory", "-cors", "*"]])
def test_dynamodb_locals_options(words):
    port = free_port()
    process, endpoint = raw([*words, "-port", str(port)])
    try:
        assert endpoint.endswith(f":{port}")
        def client(key, region):
            return boto3.client("dynamodb", endpoint_url=endpoint, region_name=region, aws_access_key_id=key, aws_secret_access_key="x")
        client("one", "us-east-1").create_table(**table_request("Local"))
        seen = [bool(client(k, r).list_tables()["TableNames"]) for k, r in (("one", "us-east-1"), ("two", "us-east-1"), ("one", "eu-west-1"))]
        assert seen == ([True, True, True] if "-sharedDb" in words else [True, False, False])
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_dynamodb_locals_path(tmp_path):
    (tmp_path / "db").mkdir()
    for round in range(2):
        process, endpoint = raw(["-dbPath", str(tmp_path / "db"), "-sharedDb", "-optimizeDbBeforeStartup", "-port", str(free_port())])
        client = make_client(endpoint)
        if round == 0:
            client.create_table(**table_request("Local"))
        assert client.list_tables()["TableNames"] == ["Local"]
        process.terminate()
        process.wait(10)


def test_dynalites_options(tmp_path):
    process, endpoint = raw(["--port", str(free_port()), "--path", str(tmp_path / "d"), "--createTableMs", "300", "--deleteTableMs", "0", "--updateTableMs", "0",
                             "--maxItemSizeKb", "500"])
    try:
        client = make_client(endpoint)
        assert client.create_table(**table_request("Lite"))["TableDescription"]["TableStatus"] == "CREATING"
        wait_active(client, "Lite")
        client.put_item(TableName="Lite", Item=short({"pk": "x", "f": "y" * 450_000}))
    finally:
        process.terminate()
        process.wait(10)


def test_data_sets_by_access_key(start):
    server = start("--port", "0", "--split-by-access-key")
    client_of(server, key="one").create_table(**table_request("Mine"))
    assert client_of(server, key="one").list_tables()["TableNames"] == ["Mine"]
    assert client_of(server, key="two").list_tables()["TableNames"] == []


def test_the_log_says_in_which_region_a_table_is(start):
    server = start("--port", "0")
    client_of(server, region="eu-west-1").create_table(**table_request("Elsewhere"))
    assert error_of(client_of(server).get_item, TableName="Elsewhere", Key=short({"pk": "x"}))[0] == "ResourceNotFoundException"
    server.stop()
    assert "eu-west-1" in server.log.read_text()


def test_init(start, tmp_path):
    folder = tmp_path / "init"
    folder.mkdir()
    (folder / "one.json").write_text(json.dumps(table_request("FromJson", "pk:S")))
    (folder / "template.json").write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": "FromTemplate", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True}}}}}))
    (folder / "FromJson.items.jsonl").write_text("".join(json.dumps(short({"pk": str(i), "n": i})) + "\n" for i in range(60)))
    store = f"file:{tmp_path}/data"
    server = start(store, "--port", "0", "--init", str(folder))
    client = client_of(server)
    assert client.list_tables()["TableNames"] == ["FromJson", "FromTemplate"]
    assert client.scan(TableName="FromJson")["Count"] == 60
    client.delete_item(TableName="FromJson", Key=short({"pk": "3"}))
    server.stop()
    client = client_of(start(store, "--port", "0", "--init", str(folder)))
    assert client.scan(TableName="FromJson")["Count"] == 59, "what a user changed since the first start stays"
    (folder / "bad.json").write_text("{")
    status, _, err = once("serve", "--port", "0", "--init", str(folder))
    assert status != 0 and "bad.json" in err


# rules: 1.1.3 1.1.4
def test_browsers(start):
    server = start("--port", "0", "--cors", "http://good.example")
    wire = Wire(server.endpoint)
    answer = wire.call("ListTables", {}, {"Origin": "http://good.example"})
    assert answer.status == 200 and answer.headers["access-control-allow-origin"] in ("*", "http://good.example")
    assert wire.call("ListTables", {}, {"Origin": "http://evil.example"}).status in (400, 403)
    answer = wire.request("OPTIONS", "/", {"Origin": "http://good.example", "Access-Control-Request-Method": "POST",
                                           "Access-Control-Request-Headers": "x-amz-target, content-type"})
    assert answer.status == 200 and answer.body == b""
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "x-amz-target, content-type"
    assert answer.headers["access-control-max-age"] == "172800"


@pytest.fixture
def signed(start, tmp_path):
    file = tmp_path / "credentials"
    file.write_text("[default]\naws_access_key_id = AKIDGOOD\naws_secret_access_key = Secret/+Key\n\n[other]\naws_access_key_id=AKIDOTHER\naws_secret_access_key=another\n")
    return start("--port", "0", "--credentials", str(file))


def test_signatures(signed):
    for key, secret in (("AKIDGOOD", "Secret/+Key"), ("AKIDOTHER", "another")):
        client = client_of(signed, key, secret)
        assert "TableNames" in client.list_tables()
        client.create_table(**table_request(f"Signed{key}"))
        client.put_item(TableName=f"Signed{key}", Item=short({"pk": "é" * 300, "b": {"$B": "AAEC"}}))
    assert error_of(client_of(signed, "AKIDGOOD", "wrong").list_tables)[0] == "InvalidSignatureException"
    assert error_of(client_of(signed, "AKIDNONE", "wrong").list_tables) == ("UnrecognizedClientException", "The security token included in the request is invalid.")


def test_signatures_that_do_not_fit_the_request(signed):
    from botocore.auth import SigV4Auth, SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    wire = Wire(signed.endpoint)

    def ask(body="{}", send=None, auth=SigV4Auth, service="dynamodb", region="us-east-1", change=None, **headers):
        request = AWSRequest("POST", signed.endpoint + "/", {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables", **headers}, body)
        auth(Credentials("AKIDGOOD", "Secret/+Key"), service, region).add_auth(request)
        sent = dict(request.headers.items())
        sent["Host"] = f"{wire.host}:{wire.port}"
        if change:
            change(sent)
        url = request.url[len(signed.endpoint):]
        connection_headers = {k: v for k, v in sent.items() if k != "Host"}
        return wire.request("POST", url, connection_headers, send if send is not None else body)

    assert ask().status == 200
    # botocore moves a body into the query when it presigns, so what is left to send is none: past the signature, refused as a body
    assert ask(auth=SigV4QueryAuth, send="").type == "SerializationException"
    assert ask(auth=SigV4QueryAuth, send="{}").type == "InvalidSignatureException"
    answer = ask(send='{"Limit":1}')
    assert answer.type == "InvalidSignatureException" and answer.message.startswith("The request signature we calculated does not match the signature you provided.")
    assert ask(change=lambda h: h.update({"X-Amz-Target": "DynamoDB_20120810.DescribeLimits"})).type == "InvalidSignatureException"
    assert ask(change=lambda h: h.pop("Authorization")).type == "MissingAuthenticationTokenException"
    assert ask(service="s3").message == "Credential should be scoped to correct service: 'dynamodb'. "
    old = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=20)).strftime("%Y%m%dT%H%M%SZ")
    assert ask(change=lambda h: h.update({"X-Amz-Date": old})).type == "InvalidSignatureException"
    assert ask(change=lambda h: h.update({"X-Amz-Date": "yesterday"})).type == "IncompleteSignatureException"


# rules: 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 1.3.12
def test_faults_of_a_credential(signed):
    wire = Wire(signed.endpoint)
    now = datetime.datetime.now(datetime.timezone.utc)
    date, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")

    def ask(credential=f"AKIDGOOD/{day}/us-east-1/dynamodb/aws4_request", algorithm="AWS4-HMAC-SHA256", headers="host;x-amz-date", date=date, key=None):
        answer = wire.request("POST", "/", {
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.ListTables", "X-Amz-Date": date,
            "Authorization": f"{algorithm} Credential={credential}, SignedHeaders={headers}, Signature={'0' * 64}"}, "{}")
        assert answer.status == 400
        return answer.type, answer.message

    assert ask(date="yesterday") == ("IncompleteSignatureException", "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601")
    for minutes, words in ((-16, r"Signature expired: {0} is now earlier than \d{{8}}T\d{{6}}Z \(\d{{8}}T\d{{6}}Z - 15 min\.\)"),
                           (16, r"Signature not yet current: {0} is still later than \d{{8}}T\d{{6}}Z \(\d{{8}}T\d{{6}}Z \+ 15 min\.\)")):
        other = (now + datetime.timedelta(minutes=minutes)).strftime("%Y%m%dT%H%M%SZ")
        name, message = ask(credential=f"AKIDGOOD/{other[:8]}/us-east-1/dynamodb/aws4_request", date=other)
        assert name == "InvalidSignatureException" and re.fullmatch(words.format(other), message), message
    assert ask(headers="x-amz-date") == ("InvalidSignatureException", "'Host' must be a 'SignedHeader' in the AWS Authorization.")
    assert ask(algorithm="AWS4-HMAC-SHA1") == ("IncompleteSignatureException", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). ")
    assert ask(credential="AKIDGOOD/x") == ("IncompleteSignatureException", "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDGOOD/x'")
    assert ask(credential=f"AKIDGOOD/{day}/us-east-1/s3/aws4_request") == ("InvalidSignatureException", "Credential should be scoped to correct service: 'dynamodb'. ")
    assert ask(credential=f"AKIDGOOD/{day}/us-east-1/dynamodb/aws3_request") == ("InvalidSignatureException", "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3_request'. ")
    name, message = ask(credential=f"AKIDGOOD/20200101/us-east-1/s3/aws3_request")
    assert name == "InvalidSignatureException"
    assert message == ("Credential should be scoped to correct service: 'dynamodb'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3_request'. "
                       f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20200101' != '{day}', from '{date}'.")
    assert ask(credential=f"AKIDNONE/{day}/us-east-1/dynamodb/aws4_request") == ("UnrecognizedClientException", "The security token included in the request is invalid.")
    name, message = ask()
    assert name == "InvalidSignatureException"
    assert message.startswith("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. "
                              "Consult the service documentation for details.")


def test_tls(start, tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    process = subprocess.Popen([BINARY, "serve", "--port", "0", "--cert", cert, "--key", key], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        endpoint = re.search(r"https://\S+", process.stdout.readline())[0]
        client = boto3.client("dynamodb", endpoint_url=endpoint, region_name="us-east-1", verify=str(cert))
        client.create_table(**table_request("Secure"))
        for i in range(20):
            client.put_item(TableName="Secure", Item=short({"pk": str(i), "f": "x" * 100_000}))
        assert sum(p["Count"] for p in client.get_paginator("scan").paginate(TableName="Secure")) == 20
        with pytest.raises(ssl.SSLCertVerificationError):
            context = ssl.create_default_context()
            with socket.create_connection(("127.0.0.1", int(endpoint.rsplit(":", 1)[1]))) as sock:
                context.wrap_socket(sock, server_hostname="localhost")
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_admin_pages(start):
    server = start("--port", "0")
    client = client_of(server)
    client.create_table(**table_request("Counted"))
    client.put_item(TableName="Counted", Item=short({"pk": "x"}))
    error_of(client.put_item, TableName="Nowhere", Item=short({"pk": "x"}))
    health = urllib.request.urlopen(server.endpoint + "/_cynamo/health", timeout=5)
    assert health.status == 200
    text = urllib.request.urlopen(server.endpoint + "/_cynamo/metrics", timeout=5).read().decode()
    for wanted in ("PutItem", "ResourceNotFoundException", "_bucket{", "connections", "# TYPE"):
        assert wanted in text, wanted
    assert len([l for l in text.splitlines() if l and not l.startswith("#") and not re.fullmatch(r'[a-z_:]+(\{.*\})? [0-9.e+Inf-]+', l)]) == 0


def test_a_json_log(start):
    server = start("--port", "0", "--log-format", "json", "--log-requests")
    client_of(server).list_tables()
    server.stop()
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert lines and any("ListTables" in json.dumps(line) for line in lines)


def test_sigterm_finishes_what_is_running(start, tmp_path):
    server = start(f"file:{tmp_path}/data", "--port", "0")
    client = client_of(server)
    client.create_table(**table_request("Kept"))
    wait_active(client, "Kept")
    acknowledged, failures = [], []

    def work(n):
        wire = Wire(server.endpoint)
        for i in range(10_000):
            try:
                answer = wire.call("PutItem", {"TableName": "Kept", "Item": short({"pk": f"{n}-{i}"})})
            except Exception as error:
                failures.append(error)
                return
            if answer.status != 200:
                failures.append(answer)
                return
            acknowledged.append(f"{n}-{i}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    time.sleep(0.3)
    assert server.stop(signal.SIGTERM) == 0
    for t in threads:
        t.join()
    client = client_of(start(f"file:{tmp_path}/data", "--port", "0"))
    found = {i["pk"]["S"] for p in client.get_paginator("scan").paginate(TableName="Kept") for i in p["Items"]}
    assert found == set(acknowledged), "what was answered is there, and nothing was dropped unanswered"


def test_sigint_ends_it_too(start):
    assert start("--port", "0").stop(signal.SIGINT) == 0


def test_limits_on_connections(start):
    server = start("--port", "0", "--connections-max", "5", "--header-timeout-ms", "500", "--idle-timeout-ms", "700", "--body-bytes-max", "1024")
    wire = Wire(server.endpoint)
    assert wire.call("ListTables", "{" + " " * 1000 + "}").status == 200
    assert wire.request("POST", "/", {"X-Amz-Target": "DynamoDB_20120810.ListTables"}, "{" + " " * 1100 + "}").status == 413
    wire.close()
    socks = [socket.create_connection((wire.host, wire.port)) for _ in range(12)]
    time.sleep(1.5)  # all of them are idle: closed
    for sock in socks:
        sock.settimeout(1)
        try:
            assert sock.recv(100) == b"" or True
        except ConnectionResetError:
            pass
        sock.close()
    assert wire.call("ListTables", {}).status == 200


def test_a_full_store_refuses_writes_and_goes_on_reading(start, tmp_path):
    server = start(f"file:{tmp_path}/data?size_max=4000000", "--port", "0")
    client = client_of(server)
    client.create_table(**table_request("Full"))
    wait_active(client, "Full")
    written, failure = 0, None
    for i in range(100):
        try:
            client.put_item(TableName="Full", Item=short({"pk": str(i), "f": "x" * 100_000}))
            written += 1
        except client.exceptions.ClientError as error:
            failure = error.response["Error"]
            break
    assert failure is not None and 10 < written < 100, failure
    assert client.get_item(TableName="Full", Key=short({"pk": "0"}))["Item"]["pk"] == {"S": "0"}
    assert sum(p["Count"] for p in client.get_paginator("scan").paginate(TableName="Full")) == written
    for i in range(written):
        client.delete_item(TableName="Full", Key=short({"pk": str(i)}))
    client.put_item(TableName="Full", Item=short({"pk": "again", "f": "x" * 100_000}))


def test_file_folder_is_private(start, tmp_path):
    start(f"file:{tmp_path}/data", "--port", "0")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
