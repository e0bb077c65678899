"""The commands of daily work."""
import http.server
import json
import re
import threading

import pytest

from conftest import Server


def test_keys_are_typed_by_the_table(cynamo):
    cynamo("create-table", "Num", "id:N", "part:B")
    cynamo("put", "Num", '{"id": -5, "part": {"$binary": "AAEC"}, "x": 1}')
    assert cynamo("get", "Num", "-5", "AAEC").item["x"] == 1
    assert cynamo("get", "Num", "-5.0", "AAEC").item["x"] == 1
    assert "id is a number: 'five' is none" in cynamo("get", "Num", "five", "AAEC", status=2).err
    assert "give it as base64" in cynamo("get", "Num", "5", "?", status=2).err
    assert "the key of Num has 2 parts, not 1: id part" in cynamo("get", "Num", "5", status=2).err
    assert "no such item" in cynamo("get", "Num", "6", "AAEC", status=1).err


def test_numbers_are_exact(cynamo):
    cynamo("create-table", "T1a", "pk")
    digits = "12345678901234567890123456789012345678"
    text = '{"pk": "a", "big": %s, "small": 1E-130, "half": 0.50, "negative": -9.99999e125}' % digits
    cynamo("put", "T1a", text)
    out = cynamo("get", "T1a", "a").out
    assert f'"big": {digits}' in out and '"half": 0.5' in out
    wire = cynamo("get", "T1a", "a", "--dynamodb-json").item
    assert wire["big"] == {"N": digits}
    cynamo("put", "T1a", out)
    assert cynamo("get", "T1a", "a", "--dynamodb-json").item == wire


PLAIN = {"pk": "a", "s": "ü\n\"\\\u0001", "empty": "", "t": True, "f": False, "null": None, "list": [1, "a", [], {}],
         "map": {"a": {"b": [None]}}, "bin": {"$binary": "AAEC"}, "ss": {"$set": ["a", "b"]}, "ns": {"$set": [1, 2.5]},
         "bs": {"$set": [{"$binary": "AAEC"}, {"$binary": "AQ=="}]}, "odd": {"$map": {"$set": ["x"]}},
         "odd2": {"$map": {"$map": 1}}, "deep": {"$binary": "AQ==", "and": 1}}
WIRE = {"pk": {"S": "a"}, "s": {"S": "ü\n\"\\\u0001"}, "empty": {"S": ""}, "t": {"BOOL": True}, "f": {"BOOL": False},
        "null": {"NULL": True}, "list": {"L": [{"N": "1"}, {"S": "a"}, {"L": []}, {"M": {}}]},
        "map": {"M": {"a": {"M": {"b": {"L": [{"NULL": True}]}}}}}, "bin": {"B": "AAEC"}, "ss": {"SS": ["a", "b"]},
        "ns": {"NS": ["1", "2.5"]}, "bs": {"BS": ["AAEC", "AQ=="]}, "odd": {"M": {"$set": {"L": [{"S": "x"}]}}},
        "odd2": {"M": {"$map": {"N": "1"}}}, "deep": {"M": {"$binary": {"S": "AQ=="}, "and": {"N": "1"}}}}


def test_every_type_has_a_plain_form(cynamo):
    cynamo("create-table", "T2a", "pk")
    cynamo("put", "T2a", json.dumps(PLAIN))
    assert cynamo("get", "T2a", "a", "--dynamodb-json").item == WIRE
    assert cynamo("get", "T2a", "a").item == PLAIN
    cynamo("put", "T2a", "-", "--dynamodb-json", input=json.dumps({**WIRE, "pk": {"S": "b"}}))
    assert cynamo("get", "T2a", "b").item == {**PLAIN, "pk": "b"}


@pytest.mark.parametrize("text, complaint", [
    ('{"pk": "a"', "character 1: '{' without its '}'"),
    ('{"pk": 01}', "character 8: no value of JSON begins so"), ('{"pk": 1 2}', "',' or '}' must stand here"),
    ('{"pk": "a", "x": {"$set": []}}', "x: a set is an array with at least one element"),
    ('{"pk": "a", "x": {"$set": [1, "a"]}}', "x: the elements of a set are all strings"),
    ('{"pk": "a", "x": {"$binary": 5}}', "x: $binary holds a string of base64"),
    ('"a"', "an item is a JSON object"),
    ('{"pk": "\\ud800"}', "half of a surrogate pair"),
    ('{"pk": "a"} x', "something follows the JSON value"),
    ("[" * 100000, "nested too deeply"),
    ("@missing.json", "missing.json cannot be read: No such file or directory"),
])
def test_bad_json(cynamo, text, complaint):
    argument, input = (text, None) if len(text) < 1000 else ("-", text)
    assert complaint in cynamo("put", "Any", argument, status=2, input=input).err


def test_put(thread, tmp_path):
    (tmp_path / "item.json").write_text('{"Forum": "F", "Subject": "S"}')
    thread("put", "Thread", "@item.json")
    assert thread("put", "Thread", '{"Forum": "F", "Subject": "S", "n": 1}', "--old").item == {"Forum": "F", "Subject": "S"}
    refused = thread("put", "Thread", "@item.json", "--if-new", status=4)
    assert 'The item is: {"Forum": "F", "Subject": "S", "n": 1}' in refused.err and refused.out == ""
    thread("put", "Thread", '{"Forum": "F", "Subject": "S", "n": 2}', "--where", "n = 1")
    thread("put", "Thread", '{"Forum": "F", "Subject": "S", "n": 3}', "--where", "n = 1", "--where", "attribute_exists(n)", status=4)
    failed = thread("put", "Thread", '[{"Forum": "G", "Subject": "1"}, {"Forum": "G"}]', status=1)
    assert "The first 1 of them were stored" in failed.err and thread("count", "Thread", "G").out == "1\n"


def test_update(thread):
    item = thread("update", "Thread", "C", "Signals", "--set", "Views = Views - -1", "--set", "a = if_not_exists(a, [1])",
                  "--set", "`odd name` = 'it''s'", "--add", 'Tags ["x", "y"]', "--delete-from", 'Other ["b"]').item
    assert item["Views"] == 4 and item["a"] == [1] and item["odd name"] == "it's"
    assert item["Tags"] == {"$set": ["all", "signals", "x", "y"]}
    item = thread("update", "Thread", "C", "Signals", "--remove", "a[0], `odd name`", "--add", "Views -10", "--set", "m = {}").item
    assert item["a"] == [] and item["Views"] == -6 and item["m"] == {}
    assert thread("update", "Thread", "C", "Signals", "--set", "m.size.`a.b` = true", status=1).out == ""
    assert thread("update", "Thread", "C", "Signals", "--set", "m.size = true", "--old").item["m"] == {}
    assert "nothing to change" in thread("update", "Thread", "C", "Signals", status=2).err


def test_delete_asks(thread):
    assert "Say --yes" in thread("delete", "Thread", "C", "Signals", status=2).err
    thread("delete", "Thread", "C", "Signals", "--yes", "--where", "Views > 100", status=4)
    assert thread("delete", "Thread", "C", "Signals", "--yes", "--old").item["Views"] == 3
    assert thread("delete", "Thread", "C", "Signals", "--yes").out == ""
    terminal = thread.terminal("delete", "Thread", "C", "Arenas")
    terminal.expect(r"Delete the item C Arenas of Thread at http\S+\? \[y/N\] ")
    terminal.type("n\n")
    assert terminal.end()[1] == 2
    terminal = thread.terminal("delete", "Thread", "C", "Arenas")
    terminal.expect(r"\[y/N\] ")
    terminal.type("y\n")
    assert terminal.end()[1] == 0
    thread("get", "Thread", "C", "Arenas", status=1)


def subjects(result):
    return [item["Subject"] for item in result.items]


@pytest.mark.parametrize("arguments, expected", [
    (["C"], ["Arenas", "Batches", "Signals", "Sockets"]),
    (["C", "Signals"], ["Signals"]),
    (["C", "--begins-with", "S"], ["Signals", "Sockets"]),
    (["C", "--from", "Batches", "--to", "Signals"], ["Batches", "Signals"]),
    (["C", "--after", "Signals"], ["Sockets"]),
    (["C", "--before", "Batches"], ["Arenas"]),
    (["C", "--to", "Batches", "--reverse"], ["Batches", "Arenas"]),
    (["C", "--index", "ByViews", "--from", "3"], ["Signals", "Sockets"]),
    (["C", "2", "--index", "ByViews"], ["Batches"]),
    (["C", "--where", "Views between 2 and 3"], ["Batches", "Signals"]),
    (["C", "--where", "Views in (1, 4) or contains(Tags, 'signals')"], ["Arenas", "Signals", "Sockets"]),
    (["C", "--where", "not (Views <> 4)"], ["Sockets"]),
    (["C", "--where", "Views!=4", "--where", "size(Tags)==2", "--limit", "2"], ["Arenas", "Batches"]),
    (["D"], []),
])
def test_query(thread, arguments, expected):
    assert subjects(thread("query", "Thread", *arguments)) == expected


def test_limit_says_how_to_go_on(thread):
    for extra in ([], ["--where", "Views > 0"], ["--index", "ByViews"], ["--dynamodb-json"]):
        seen, start = [], []
        for _ in range(4):
            page = thread("query", "Thread", "C", "--limit", "1", *extra, *start)
            seen += page.items
            found = re.search(r"^more follow: --start '(.*)'$", page.err, re.M)
            start = ["--start", found.group(1)] if found else start
        assert [json.dumps(item["Subject"]) for item in seen] == [
            json.dumps(s if "--dynamodb-json" not in extra else {"S": s}) for s in ("Arenas", "Batches", "Signals", "Sockets")]
    assert thread("query", "Thread", "C", "--limit", "9").err == ""
    assert thread("query", "Thread", "C", "--limit", "1", "--quiet").err == ""


def test_pages(cynamo):
    """More than a megabyte: several pages are one answer."""
    cynamo("create-table", "Pages", "pk", "sk:N")
    items = [{"pk": "a", "sk": n, "fill": "x" * 50000} for n in range(60)]
    cynamo("put", "Pages", "-", input=json.dumps(items))
    assert [i["sk"] for i in cynamo("query", "Pages", "a", "--select", "sk").items] == list(range(60))
    assert len(cynamo("scan", "Pages", "--limit", "33").items) == 33
    assert cynamo("count", "Pages").out == cynamo("count", "Pages", "a", "--from", "0").out == "60\n"
    assert cynamo("count", "Pages", "--where", "sk >= 30 and size(fill) = 50000").out == "30\n"


def test_reserved_words_and_select(thread):
    thread("update", "Thread", "C", "Arenas", "--set", "select = {\"from\": [1, {\"size\": 5}]}", "--set", "name = 'n'")
    result = thread("get", "Thread", "C", "Arenas", "--select", "name, select.from[1].size").item
    assert result == {"name": "n", "select": {"from": [{"size": 5}]}}
    assert subjects(thread("scan", "Thread", "--where", "select.from[0] = 1 AND name='n'")) == ["Arenas"]


@pytest.mark.parametrize("where, complaint", [
    ("a = :v", "placeholders are made for you"), ("a ? 1", "this is no part of an expression, at character 3"),
    ("a = 'x", "a string without its closing quote, at character 5"), ("a[x] = 1", "the place in a list is a number"),
    ("`a = 1", "a name without its closing backquote"), ("a. = 1", "an attribute name must stand here"),
    ("a = {\"$set\": []}", "a set is an array with at least one element"), ("  ", "--where is empty"),
])
def test_bad_conditions(thread, where, complaint):
    assert complaint in thread("scan", "Thread", "--where", where, status=2).err


@pytest.mark.parametrize("arguments, complaint", [
    (["C", "--from", "1", "--before", "2"], "only --from and --to go together"),
    (["C", "S", "--from", "1"], "--from: there is no sort key left to compare"),
    (["C", "S", "x"], "'x' is one argument too many: Thread has 2 key attributes"),
    (["C", "--index", "ByView"], "Thread has no index 'ByView': did you mean ByViews?"),
    (["C", "x", "--index", "ByViews"], "Views is a number: 'x' is none"),
    (["C", "--limit", "0"], "--limit is a number from 1"),
    (["C", "--limit", "x"], "--limit needs a number, not 'x'"),
    (["C", "--output", "xml"], "--output is json or table, not 'xml'"),
    (["C", "--start", "{"], "'{' without its '}'"),
    ([], "something is missing: cynamo query TABLE KEY [SORT]"),
])
def test_bad_queries(thread, arguments, complaint):
    assert complaint in thread("query", "Thread", *arguments, status=2).err


def test_table_output(thread):
    lines = thread("query", "Thread", "C", "--output", "table").out.splitlines()
    assert lines[0].split() == ["Forum", "Subject", "Views", "Tags"]
    assert lines[1] == "-----  -------  -----  ----------------------------"
    assert lines[2] == 'C      Arenas       1  {"$set": ["all", "arenas"]}'
    assert "\033" not in "".join(lines)
    long = "ä" * 100 + "\n"
    thread("put", "Thread", json.dumps({"Forum": "L", "Subject": long}))
    assert thread("query", "Thread", "L", "--output", "table").out.splitlines()[2] == "L      " + "ä" * 59 + "…"


def test_colours(thread):
    coloured, _ = thread.terminal("get", "Thread", "C", "Arenas").end()
    assert '\033[34m"Views"\033[0m: \033[36m1\033[0m' in coloured
    plain, _ = thread.terminal("get", "Thread", "C", "Arenas", NO_COLOR="1").end()
    assert "\033" not in plain and '"Views": 1' in plain


def test_tables(cynamo):
    for n in range(105):
        cynamo("call", "CreateTable", json.dumps({
            "TableName": f"Many{n:03}", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}]})) if n < 3 else None
    cynamo("create-table", "Elsewhere", "a", "--region", "eu-west-1")
    assert cynamo("tables").out == "Many000\nMany001\nMany002\n"
    assert cynamo("tables", "--output", "json").item == ["Many000", "Many001", "Many002"]
    everywhere = cynamo("tables", "--all-regions").out
    assert "us-east-1\tMany000\n" in everywhere and "eu-west-1\tElsewhere\n" in everywhere
    assert cynamo("tables", "--all-regions", "--output", "json").item == {
        "us-east-1": ["Many000", "Many001", "Many002"], "eu-west-1": ["Elsewhere"]}
    cynamo("delete-table", "Elsewhere", "--yes", "--region", "eu-west-1")
    assert "one Region" in cynamo("tables", "--all-regions", "--url", "memory:", status=2).err


def test_create_table(cynamo):
    cynamo("create-table", "Full", "pk:S", "sk:N", "--global-index", "Glob=g:B,sk/a+b", "--global-index", "Keys=sk/keys",
           "--local-index", "Loc=l:N/all", "--read-units", "5", "--write-units", "6", "--ttl", "expires", "--tag", "a=b=c",
           "--stream", "new")
    table = cynamo("describe", "Full").item
    assert {a["AttributeName"]: a["AttributeType"] for a in table["AttributeDefinitions"]} == {
        "pk": "S", "sk": "N", "g": "B", "l": "N"}
    glob = next(i for i in table["GlobalSecondaryIndexes"] if i["IndexName"] == "Glob")
    assert glob["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "b"]}
    assert glob["ProvisionedThroughput"]["WriteCapacityUnits"] == 6
    assert table["LocalSecondaryIndexes"][0]["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"},
                                                             {"AttributeName": "l", "KeyType": "RANGE"}]
    assert table["TableStatus"] == "ACTIVE" and table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    ttl = cynamo("call", "DescribeTimeToLive", '{"TableName": "Full"}').item["TimeToLiveDescription"]
    assert ttl["AttributeName"] == "expires"
    tags = cynamo("call", "ListTagsOfResource", json.dumps({"ResourceArn": table["TableArn"]})).item["Tags"]
    assert tags == [{"Key": "a", "Value": "b=c"}]
    assert "Index Loc" in cynamo("describe", "Full", "--output", "table").out


@pytest.mark.parametrize("arguments, complaint", [
    (["pk:X"], "the type behind the colon is S, N or B"), ([":S"], "a key needs a name"),
    (["pk", "--global-index", "pk"], "an index is NAME=KEY"), (["pk", "--read-units", "1"], "go together"),
    (["pk", "--stream", "x"], "--stream is keys, new, old or both"), (["pk", "--tag", "x"], "--tag is NAME=VALUE"),
    (["pk", "--global-index", "Abc=pk:N"], "it has another type before"), (["pk", "--ttl", "x", "--no-wait"], "leave --no-wait out"),
])
def test_bad_tables(cynamo, arguments, complaint):
    assert complaint in cynamo("create-table", "Bad", *arguments, status=2).err


def test_call(thread, tmp_path):
    key = {"Forum": {"S": "C"}, "Subject": {"S": "Arenas"}}
    body = json.dumps({"TableName": "Thread", "Key": key})
    assert thread("call", "get_item", body).item["Item"]["Views"] == {"N": "1"}
    (tmp_path / "body").write_text(body)
    assert thread("call", "get-item", "@body").item == thread("call", "GetItem", "-", input=body).item
    assert "did you mean GetItem?" in thread("call", "GetItme", status=2).err
    assert "Say --yes" in thread("call", "DeleteItem", body, status=2).err
    thread("call", "DeleteItem", body, "--yes")
    assert "SerializationException" in thread("call", "GetItem", "{", status=1).err
    assert "ResourceNotFoundException" in thread("call", "Scan", '{"TableName": "Nothing"}', status=1).err
    action = {"ConditionCheck": {"TableName": "Thread", "Key": key, "ConditionExpression": "attribute_exists(Forum)"}}
    put = {"Put": {"TableName": "Thread", "Item": {"Forum": {"S": "x"}, "Subject": {"S": "x"}}}}
    failed = thread("call", "TransactWriteItems", json.dumps({"TransactItems": [put, action]}), status=4)
    assert "  action 2: ConditionalCheckFailed: " in failed.err


@pytest.mark.parametrize("arguments", [
    ["put", "T", "{}"], ["update", "T", "a", "--set", "a = 1"], ["create-table", "T", "a"], ["delete-table", "T"],
    ["call", "PutItem", "{}"], ["call", "ExecuteStatement", '{"Statement": "DELETE FROM T"}'], ["import", "T", "file"],
])
def test_writes_to_aws_need_a_word(cynamo, arguments):
    for url in ("aws:eu-west-1", "https://dynamodb.eu-west-1.amazonaws.com", "https://DynamoDB.EU-West-1.AmazonAWS.com.:443/",
                "https://123456789012.ddb.cn-north-1.amazonaws.com.cn", "https://dynamodb.eu-west-1.api.aws"):
        refused = cynamo(*arguments, "--url", url, status=2).err
        assert "Say --yes" in refused and url in refused


@pytest.mark.parametrize("operation, body", [
    ("DeleteItem", '{"TableName": "Thread"}'), ("DeleteTable", '{"TableName": "Thread"}'), ("ExecuteStatement", '{"Statement": "\\n delete from T"}'),
    ("BatchWriteItem", '{"RequestItems": {"A": [], "T": [{"PutRequest": {}}, {"DeleteRequest": {}}]}}'),
    ("TransactWriteItems", '{"TransactItems": [{"Put": {}}, {"Delete": {}}]}'),
    ("ExecuteTransaction", '{"TransactStatements": [{"Statement": "SELECT 1"}, {"Statement": "DELETE FROM T"}]}'),
    ("BatchExecuteStatement", '{"Statements": [{"Statement": "Delete from T"}]}'),
])
def test_deletes_in_a_call_need_a_word(cynamo, operation, body):
    assert f"{operation} at {cynamo.url}? Say --yes" in cynamo("call", operation, body, status=2).err
    assert "Say --yes" not in cynamo("call", operation, body, "--yes", status=1).err


class Regions(http.server.BaseHTTPRequestHandler):
    """A service that some Regions of do not know the keys, by what they are signed for."""
    known = {}

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        region = self.headers["Authorization"].split("/")[2]
        status, answer = (200, {"TableNames": self.known[region]}) if region in self.known else (
            400, {"__type": "com.amazon.coral.service#UnrecognizedClientException", "message": "The security token is invalid."})
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def regions():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Regions)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_tables_of_all_regions_of_aws(cynamo, regions):
    Regions.known = {"us-east-1": ["One"], "eu-west-1": ["Two", "Three"], "cn-north-1": ["Four"]}
    found = cynamo("tables", "--all-regions", "--url", "aws:", AWS_ENDPOINT_URL=regions)
    assert found.out == "us-east-1\tOne\neu-west-1\tTwo\neu-west-1\tThree\n"
    assert "not enabled, or not for these keys: us-east-2, " in found.err and "eu-west-1" not in found.err
    assert cynamo("tables", "--all-regions", "--url", "aws:eu-west-1", "--quiet", AWS_ENDPOINT_URL=regions).err == ""
    china = {"AWS_ENDPOINT_URL": regions, "AWS_DEFAULT_REGION": "cn-northwest-1"}
    assert cynamo("tables", "--all-regions", "--url", "aws:", **china).out == "cn-north-1\tFour\n"
    (cynamo.folder / ".aws").mkdir()
    (cynamo.folder / ".aws" / "config").write_text("[profile c]\nregion = cn-north-1\n")
    assert cynamo("tables", "--all-regions", "--url", "aws:", "--profile", "c", AWS_ENDPOINT_URL=regions).out == "cn-north-1\tFour\n"
    assert '"d" is in neither' in cynamo("tables", "--all-regions", "--url", "aws:", "--profile", "d", status=2).err
    Regions.known = {}
    assert "no Region knows these keys" in cynamo("tables", "--all-regions", "--url", "aws:", status=1, AWS_ENDPOINT_URL=regions).err


def test_the_url(cynamo, tmp_path):
    cynamo("create-table", "Kept", "a", "--url", "file:data")
    assert cynamo("tables", "--url", "file:data").out == "Kept\n"
    assert cynamo("tables", CYNAMO_URL="file:data").out == "Kept\n"
    refused = cynamo("tables", CYNAMO_URL="http://127.0.0.1:1", status=3)
    assert "http://127.0.0.1:1" in refused.err and "`cynamo serve --port 1` starts one" in refused.err and "CYNAMO_URL" in refused.err
    for url, start in (("http://localhost:7/x", "`cynamo serve --port 7` starts one;"), ("http://127.0.0.1.:7", "`cynamo serve` starts one on http://127.0.0.1:8000;"),
                       ("https://127.0.0.1:7", "`cynamo serve` starts one on http://127.0.0.1:8000;")):
        assert start in cynamo("tables", "--url", url, status=3).err
    assert "nonsense:" in cynamo("tables", "--url", "nonsense:", status=2).err
    cynamo("create-table", "West", "a", "--url", "file:data", "--region", "us-west-2")
    assert cynamo("tables", "--url", "file:data", "--all-regions").out == "us-east-1\tKept\nus-west-2\tWest\n"
    owner = Server(f"file:{tmp_path}/data")
    assert str(owner.process.pid) in cynamo("tables", "--url", "file:data", status=3).err
    owner.stop()
    assert "--profile is for http: and aws:" in cynamo("tables", "--url", "memory:", "--profile", "p", status=2).err


@pytest.mark.parametrize("arguments, complaint", [
    (["gett"], "no command 'gett': did you mean get?"), (["xyzzy"], "no command 'xyzzy': cynamo help lists them"),
    (["get", "--selct"], "unknown option --selct: did you mean --select? (cynamo help get lists them)"),
    (["get", "T", "a", "--limit", "3"], "unknown option --limit"), (["tables", "x"], "'x' is one argument too many"),
    (["help", "scna"], "did you mean scan?"), (["completion", "csh"], "bash|zsh|fish"),
])
def test_slips(cynamo, arguments, complaint):
    assert complaint in cynamo(*arguments, status=2).err


def test_help(cynamo):
    text = cynamo("help").out
    assert "cynamo query TABLE KEY [SORT]" in text and "cynamo complete " not in text
    assert cynamo("query", "--help").out == cynamo("help", "query").out
    assert "--begins-with TEXT" in cynamo("help", "query").out


def test_a_broken_pipe_or_full_disk(thread):
    import subprocess
    from conftest import BINARY, environment
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, "scan", "Thread", "--url", thread.url], stdout=full, stderr=subprocess.PIPE, text=True,
                              env=environment(thread.folder))
    assert done.returncode == 1 and "the output cannot be written: No space left on device" in done.stderr
