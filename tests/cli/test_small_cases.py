"""What is seldom done: odd names, nothing to do, files that cannot be written, words that are missing or wrong."""
import json
import os
import re
import resource
import signal

import pytest

from conftest import LIMIT, Server


@pytest.fixture
def data(cynamo, tmp_path):
    """A closed file database with a table of two items; `data.care(…)` runs a command over it."""
    url = f"file:{tmp_path}/data"
    cynamo("create-table", "Music", "artist", "song", CYNAMO_URL=url)
    cynamo("put", "Music", '[{"artist": "a", "song": "1"}, {"artist": "a", "song": "2"}]', CYNAMO_URL=url)
    return url


# ---- the care of files ----

@pytest.mark.parametrize("command, words", [
    ("check", "cynamo check"), ("backup", "cynamo backup"), ("compact", "cynamo compact"), ("info", "cynamo info"), ("upgrade", "cynamo upgrade"),
    ("ping", "cynamo ping"), ("serve", "cynamo serve"), ("get", "cynamo get"), ("complete", "cynamo complete"), ("completion", "bash"),
])
def test_help(cynamo, command, words):
    asked, helped = cynamo(command, "--help") if command not in ("complete", "completion") else None, cynamo("help", command)
    assert words in helped.out and helped.err == ""
    assert asked is None or words in asked.out


def test_the_database_of_the_environment(cynamo, data, tmp_path):
    assert "is sound" in cynamo("check", CYNAMO_URL=data).out
    assert "format version" in cynamo("info", CYNAMO_URL=data).out
    assert "nothing to do" in cynamo("upgrade", CYNAMO_URL=data).out
    assert "bytes smaller" in cynamo("compact", CYNAMO_URL=data).out
    assert cynamo("compact", "--quiet", CYNAMO_URL=data).out == ""
    assert "sound copy" in cynamo("backup", "copy", CYNAMO_URL=data).out
    assert cynamo("backup", "again", "--quiet", CYNAMO_URL=data).out == ""
    assert cynamo("backup", "third", "--no-check", CYNAMO_URL=data).out == ""
    for command in (["check"], ["info"], ["compact"], ["upgrade"], ["backup", "x"]):
        assert "which database?" in cynamo(*command, status=2, CYNAMO_URL="").err
    for word in ("check", "info", "compact", "upgrade"):
        assert "is one argument too many" in cynamo(word, "a", "b", status=2).err


def test_names_that_a_url_would_read_otherwise(cynamo, tmp_path):
    name = "100% odd? #1 & more"
    server = Server("--path", str(tmp_path / name))
    try:
        cynamo("create-table", "Tab", "id", CYNAMO_URL=server.url)
    finally:
        assert server.stop() == 0
    assert (tmp_path / name / "data.mdb").exists()
    assert "tables 1" in cynamo("check", str(tmp_path / name)).out
    assert "the path of the database is too long" in cynamo("check", "x" * 9000, status=2).err
    assert "the path of the data is too long" in cynamo("serve", "--path", "%" * 9000, status=2).err
    assert "the path of the data is too long" in cynamo("serve", "memory:" + "x" * 9000, status=2).err
    assert "the path of the data is too long" in cynamo("serve", "x" * 8185, "--durability", "strict", status=2).err


# ---- serve ----

@pytest.mark.parametrize("arguments, complaint", [
    (["-inMemory", "-dbPath", "x"], "-inMemory and -dbPath exclude each other"),
    (["memory:", "-dbPath", "x"], "'memory:' and x both say where the data lives"),
    (["file:x", "-inMemory"], "'file:x' and -inMemory both say where the data lives"),
    (["-optimizeDbBeforeStartup"], "-optimizeDbBeforeStartup needs -dbPath"),
    (["--log-format", "xml"], "--log-format is text or json, not 'xml'"),
    (["--max-item-size-kb", "0"], "--max-item-size-kb is a number from 1 to 16384"),
    (["--max-item-size-kb", "20000"], "--max-item-size-kb is a number from 1 to 16384"),
    (["--tls=maybe"], "--tls is true or false, not 'maybe'"), (["--quiet=no"], "--quiet takes no value"),
    (["a", "b"], "'b' is one argument too many"), (["ftp://x"], "is no database URL"),
    (["memory:", "--durability", "often"], "durability=often: it is strict, relaxed or unsafe"),
])
def test_what_serve_refuses(cynamo, arguments, complaint):
    assert complaint in cynamo("serve", "--port", "0", *arguments, status=2).err


@pytest.mark.parametrize("arguments", [
    ["-dbPath", "local", "-sharedDb=true", "-optimizeDbBeforeStartup", "-delayTransientStatuses=0", "-cors", "*"],
    ["-port", "0", "-inMemory", "-Djava.library.path=x", "-jar", "DynamoDBLocal.jar", "-disableTelemetry"],
    ["--path", "dyna", "--ssl=false", "--createTableMs", "1", "--maxItemSizeKb", "500", "--verbose=1", "--durability", "relaxed"],
    ["file:url?region=eu-west-1", "--durability", "unsafe", "--split-by-access-key", "--log-format", "json", "--log-requests"],
])
def test_dialects_of_serve(cynamo, tmp_path, arguments):
    running = cynamo.start("serve", *([] if "-port" in arguments else ["--port", "0"]), *arguments)
    line = running.stdout.readline()
    url = re.search(r"https?://[\d.:]+", line).group()
    cynamo("create-table", "Tab", "id", CYNAMO_URL=url)
    assert cynamo("tables", CYNAMO_URL=url).out == "Tab\n"
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=LIMIT)
    assert running.returncode == 0 and out == "" and "WARN" not in err


def test_serve_says_its_version(cynamo):
    assert cynamo("serve", "--version").out == cynamo("--version").out == cynamo("-v").out
    assert "cynamo help" in cynamo("-h").out + cynamo("-h").err
    assert "no command 'sirve'" in cynamo("sirve", status=2).err


def test_a_bar_while_tables_are_loaded(cynamo, tmp_path):
    (tmp_path / "init").mkdir()
    table = {"TableName": "Loaded", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
             "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}
    (tmp_path / "init" / "tables.json").write_text(json.dumps(table) + "\n")
    (tmp_path / "init" / "Loaded.items.jsonl").write_text("".join('{"id": {"S": "%d"}}\n' % n for n in range(2000)))
    terminal = cynamo.terminal("serve", "--port", "0", "--init", "init")
    seen = terminal.expect("listening on ")
    os.kill(terminal.pid, signal.SIGTERM)
    rest, status = terminal.end()
    assert status == 0 and re.search(r"\rloading \S*Loaded\.items\.jsonl \[#{40}\] 100 %\r?\n", seen), (seen, rest)


def test_waits_for_tables(cynamo):
    server = Server("--create-table-ms", "150", "--delete-table-ms", "150")
    try:
        cynamo("create-table", "Slow", "id", "--global-index", "Idx=other", CYNAMO_URL=server.url)
        assert cynamo("describe", "Slow", CYNAMO_URL=server.url).item["TableStatus"] == "ACTIVE"
        cynamo("create-table", "Now", "id", "--no-wait", CYNAMO_URL=server.url)
        assert cynamo("describe", "Now", CYNAMO_URL=server.url).item["TableStatus"] == "CREATING"
        cynamo("delete-table", "Slow", "--yes", CYNAMO_URL=server.url)
        assert cynamo("tables", CYNAMO_URL=server.url).out == "Now\n"
        while cynamo("describe", "Now", CYNAMO_URL=server.url).item["TableStatus"] != "ACTIVE":
            pass
        cynamo("delete-table", "Now", "--yes", "--no-wait", CYNAMO_URL=server.url)
        assert cynamo("describe", "Now", CYNAMO_URL=server.url).item["TableStatus"] == "DELETING"
    finally:
        server.stop()


# ---- ping, calls, tables ----

def test_ping(cynamo, server):
    assert cynamo("ping", server.url).err == ""
    assert "does not answer" in cynamo("ping", "http://127.0.0.1:1", "--timeout-ms", "500", status=1).err
    assert "is no URL of a server" in cynamo("ping", "nowhere", status=2).err
    assert "unknown option --timeout" in cynamo("ping", "--timeout", "5", status=2).err


def test_small_calls(cynamo):
    assert "no operation 'Xyzzyqq': docs/operations.md lists them" in cynamo("call", "Xyzzyqq", status=2).err
    assert cynamo("call", "-", status=2).err != ""
    assert cynamo("call", "describe__endpoints").item == cynamo("call", "describe-endpoints").item == cynamo("call", "DescribeEndpoints").item
    assert "NotImplemented" in cynamo("call", "ExecuteStatement", '{"Statement": " SELECT 1"}', status=1).err


@pytest.mark.parametrize("command", [["count", "Nope"], ["delete", "Nope", "a", "--yes"], ["describe", "Nope"], ["get", "Nope", "a"], ["query", "Nope", "a"],
                                     ["scan", "Nope"], ["put", "Nope", "{}"], ["update", "Nope", "a", "--set", "a = 1"], ["export", "Nope", "x"],
                                     ["import", "Nope", "-"], ["delete-table", "Nope", "--yes"]])
def test_a_table_that_is_not_there(cynamo, command):
    assert "ResourceNotFoundException" in cynamo(*command, status=1).err


def test_one_item_in_other_words(thread):
    assert thread("get", "Thread", "C", "Arenas", "--consistent").item["Views"] == 1
    assert subjects(thread("query", "Thread", "C", "--consistent", "--limit", "1")) == ["Arenas"]
    assert thread("scan", "Thread", "--consistent", "--page-size", "1", "--limit", "3", "--quiet").out.count("\n") == 3
    assert "--page-size is a number from 1" in thread("scan", "Thread", "--page-size", "0", status=2).err
    assert "ValidationException" in thread("query", "Thread", "C", "--start", '{"a": 1}', status=1).err
    assert "--start: an item is a JSON object" in thread("query", "Thread", "C", "--start", "5", status=2).err
    assert "Thread has no index 'Xyz'" in thread("scan", "Thread", "--index", "Xyz", status=2).err
    assert "the key of Thread has 2 parts, not 3" in thread("get", "Thread", "C", "Arenas", "more", status=2).err
    assert "the key of Thread has 2 parts" in thread("delete", "Thread", "C", "--yes", status=2).err
    assert "the key of Thread has 2 parts" in thread("update", "Thread", "C", "--set", "a = 1", status=2).err
    assert thread("update", "Thread", "C", "Arenas", "--set", "Views = 1", "--where", "Views = 1", "--dynamodb-json").item["Views"] == {"N": "1"}
    assert thread("delete", "Thread", "C", "Arenas", "--yes", "--old", "--dynamodb-json").item["Views"] == {"N": "1"}
    refused = thread("put", "Thread", '{"Forum": {"S": "C"}, "Subject": {"S": "Batches"}}', "--dynamodb-json", "--if-new", "--where", "Views = 9", status=4)
    assert '"Views": {"N": "2"}' in refused.err


def subjects(result):
    return [item["Subject"] for item in result.items]


def test_tables_in_columns(thread):
    assert thread("tables", "--output", "table").out == "Table\n------\nThread\n"
    everywhere = thread("tables", "--all-regions", "--output", "table").out.splitlines()
    assert everywhere[0].split() == ["Region", "Table"] and ["us-east-1", "Thread"] in [line.split() for line in everywhere]
    assert thread("describe", "Thread", "--output", "json").item["TableName"] == "Thread"
    assert thread("query", "Thread", "nobody", "--output", "table").out == ""
    wire = thread("query", "Thread", "C", "Arenas", "--output", "table", "--dynamodb-json").out
    assert '{"N": "1"}' in wire
    thread("put", "Thread", json.dumps({"Forum": "T", "Subject": "tab\there\x7f"}))
    assert "tab here " in thread("query", "Thread", "T", "--output", "table").out
    assert thread("scan", "Thread", "--output", "table", "--index", "ByViews").out.startswith("Forum")
    coloured, _ = thread.terminal("query", "Thread", "C", "--output", "table").end()
    assert "\033[1m" in coloured
    dumb, _ = thread.terminal("query", "Thread", "C", "--output", "table", TERM="dumb").end()
    assert "\033" not in dumb


# ---- files that cannot be written or read ----

def test_a_full_device(thread):
    with open("/dev/full", "w", encoding="utf-8") as full:
        import subprocess

        from conftest import BINARY, environment
        for arguments in (["scan", "Thread"], ["export", "Thread", "-"], ["tables"]):
            done = subprocess.run([BINARY, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=LIMIT,
                                  env=environment(thread.folder, CYNAMO_URL=thread.url))
            assert done.returncode == 1 and "No space left on device" in done.stderr, done


def test_exports_that_cannot_be(thread, tmp_path):
    assert "--columns is for --format csv" in thread("export", "Thread", "out.jsonl", "--columns", "a", status=2).err
    assert "/nowhere/out.jsonl cannot be written: No such file" in thread("export", "Thread", "/nowhere/out.jsonl", status=1).err
    (tmp_path / "folder").mkdir()
    assert "cannot be written" in thread("export", "Thread", "folder", "--restart", status=1).err
    assert "cannot be read" in thread("export", "Thread", "x.jsonl", "--state", "folder", status=2).err
    assert "cannot be read" in thread("import", "Thread", "folder", status=2).err
    assert "missing cannot be read: No such file" in thread("import", "Thread", "missing", status=2).err
    (tmp_path / "none.jsonl").write_text("")
    assert "/nowhere/e cannot be written" in thread("import", "Thread", "none.jsonl", "--errors", "/nowhere/e", status=2).err
    assert thread("import", "Thread", "none.jsonl").err == "0 items imported into Thread\n"
    assert thread("export", "Thread", "quiet.jsonl", "--quiet").err == ""
    assert thread("export", "Thread", "one.jsonl", "--where", "Views = 1").err == "1 item exported from Thread\n"


def state_of(thread, **more):
    return json.dumps({"command": "export", "table": "Thread", "format": "jsonl", "offset": 0, "items": 1, "start": None, **more})


def test_states_that_do_not_fit(thread, tmp_path):
    (tmp_path / "out.jsonl.state").write_text(state_of(thread))
    assert "out.jsonl cannot be continued" in thread("export", "Thread", "out.jsonl", status=2).err
    (tmp_path / "out.jsonl").write_text("{}\n")
    (tmp_path / "out.jsonl.state").write_text(state_of(thread, offset=500))
    assert "is shorter than it was" in thread("export", "Thread", "out.jsonl", status=2).err
    (tmp_path / "out.jsonl.state").write_text(state_of(thread, command="import"))
    assert "is of other work" in thread("export", "Thread", "out.jsonl", status=2).err
    (tmp_path / "out.jsonl.state").write_text(state_of(thread, format="csv"))
    assert "is of other work" in thread("export", "Thread", "out.jsonl", status=2).err
    key = {"Forum": {"S": "C"}, "Subject": {"S": "Batches"}}
    (tmp_path / "out.jsonl").write_text("kept\n")
    (tmp_path / "out.jsonl.state").write_text(state_of(thread, offset=5, items=2, start=key))
    assert thread("export", "Thread", "out.jsonl", "--quiet").err == ""
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert lines[0] == "kept" and [json.loads(line)["Subject"] for line in lines[1:]] == ["Signals", "Sockets"]


def test_a_file_size_limit(thread, tmp_path):
    """What cannot be written whole is told, and is not left as if it were all."""
    thread("put", "Thread", json.dumps([{"Forum": "F", "Subject": str(n), "fill": "x" * 3000} for n in range(20)]))
    import subprocess

    from conftest import BINARY, environment
    done = subprocess.run([BINARY, "export", "Thread", "big.jsonl"], capture_output=True, text=True, timeout=LIMIT, cwd=tmp_path,
                          env=environment(thread.folder, CYNAMO_URL=thread.url),
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))
    assert done.returncode == 1 and "big.jsonl cannot be written: File too large" in done.stderr, done


# ---- lines and cells ----

@pytest.mark.parametrize("content, more, items", [
    ('{"Item": {"id": {"S": "a"}}}\n\n  \n{"Item": {"id": {"S": "b"}}}', ["--format", "dynamodb-json"], ["a", "b"]),
    ('{"id": {"S": "a"}}\n', ["--format", "dynamodb-json"], ["a"]),
    ('\n\n{"id": "a"}\r\n{"id": "b"}', [], ["a", "b"]),
    ('id\n"a"\n"b"', ["--format", "csv"], ["a", "b"]), ("id\r\na\rb\r\n", ["--format", "csv"], ["a\rb"]),
    ("id,t\na,\"[\"\"x\"\"]\"\n", ["--format", "csv", "--types", "t=SS"], ["a"]),
    ("id,t\na,AAEC\n", ["--format", "csv", "--types", "t=B"], ["a"]), ("id,t\na,true\n", ["--format", "csv", "--types", "t=BOOL"], ["a"]),
    ('id,t\na,""""\n', ["--format", "csv", "--types", "t=S"], ["a"]),
])
def test_lines_and_cells(cynamo, tmp_path, content, more, items):
    cynamo("create-table", "Cells", "id")
    (tmp_path / "in").write_bytes(content.encode())
    cynamo("import", "Cells", "in", *more)
    assert sorted(item["id"] for item in cynamo("scan", "Cells").items) == items


@pytest.mark.parametrize("content, more, complaint", [
    ("[]\n", [], "an item is a JSON object"), ('{"Item": 5}\n', ["--format", "dynamodb-json"], "in:1: "), ("5\n", ["--format", "dynamodb-json"], "in:1: "),
    ("id,t\na,x\n", ["--format", "csv", "--types", "t=SS"], "t: "), ("id,t\na,5\n", ["--format", "csv", "--types", "t=BOOL"], "'5' is no BOOL"),
    ("id,t\na," + "9x" * 40 + "\n", ["--format", "csv", "--types", "t=N"], "is no N"),
    ('"id\n', ["--format", "csv"], "the header: "), ('{"id": "a\0"}\n', [], "in:1: "),
])
def test_bad_lines_and_cells(cynamo, tmp_path, content, more, complaint):
    cynamo("create-table", "Cells", "id")
    (tmp_path / "in").write_bytes(content.encode())
    done = cynamo("import", "Cells", "in", *more, status=2 if "header" in complaint else 1)
    assert complaint in done.err, done


# ---- expressions, in their odd forms ----

@pytest.mark.parametrize("where, expected", [
    ("Subject = \"Arenas\"", ["Arenas"]), ("Subject = 'Arenas' and Views = 1.0", ["Arenas"]), ("attribute_exists(Views) AND Views < -1", []),
    ("Tags = {\"$set\": [\"all\", \"arenas\"]}", ["Arenas"]), ("Views = 1 and true = true", ["Arenas"]),
    ("no.such.path = null", []), ("ä = 1", []), ("tags[] = 1", None), ("a = {\"x\": }", None), ("`` = 1", None),
    ("a.`b", None), ("size(Tags) = 2 AND begins_with(Subject, 'S')", ["Signals", "Sockets"]),
])
def test_odd_conditions(thread, where, expected):
    done = thread("scan", "Thread", "--where", where, status=0 if expected is not None else 2)
    assert subjects(done) == expected if expected is not None else "cynamo: " in done.err


# ---- completion ----

@pytest.mark.parametrize("words, wanted", [
    (["que"], ["query"]), (["query", "Th"], ["Thread"]), (["query", "Thread", "C", "--ind"], ["--index"]), (["query", "Thread", "C", "--index", ""], ["ByViews"]),
    (["scan", "Thread", "--where", "Vie"], ["Views"]), (["scan", "Thread", "--select", "Sub"], ["Subject"]), (["call", "ListT"], ["ListTables"]),
    (["help", "exp"], ["export"]), (["completion", "z"], ["zsh"]), (["tables", "--output", ""], ["json", "table"]), (["create-table", "Th"], []),
    (["query", "Nope", "C", "--index", ""], []), (["--ver"], []), (["serve", "--port", "0", "--dura"], ["--durability"]), (["nonsense", "x"], []),
    (["get", "--region", ""], []), (["describe", "--url", "http://127.0.0.1:1", "Thread", ""], []), (["update", "Thread", "C", "x", "--set", "V"], ["Views"]),
    (["import", "Thread", "f", "--format", "d"], ["dynamodb-json"]), (["check", "--q"], ["--quiet"]), (["query", "Thread", "C", "-"], ["--index"]),
    (["tables", "--url=" + "http://127.0.0.1:1", "--out"], ["--output"]), ([""], ["get", "put"]),
])
def test_completion(thread, words, wanted):
    offered = thread("complete", "--", *words).out.split()
    assert all(word in offered for word in wanted) and (wanted or "Thread" not in offered), offered


def test_completion_of_nothing(cynamo):
    assert "cynamo complete -- " in cynamo("complete", status=2).err
    assert "cynamo complete -- " in cynamo("complete", "x", "y", status=2).err
    assert "one of three shells" in cynamo("completion", status=2).err
    assert "one of three shells" in cynamo("completion", "tcsh", status=2).err


# ---- the shell, without a terminal ----

def test_a_shell_that_is_piped_to(thread):
    script = """
# nothing but a remark

get Thread C Arenas --select Views
nonsense
shell
serve
complete x
check --nonsense
help get
version
put Thread {"Forum": "P", "Subject": "a \\"}\\" b"}
get Thread P 'a "}" b'
tables --region eu-west-1
tables --url memory:
exit
get Thread C Arenas
"""
    done = run_shell(thread, script)
    assert '"Views": 1' in done.stdout and done.stdout.count('"Views"') == 1
    assert "no command 'nonsense'" in done.stderr and '"Forum": "P"' in done.stdout


def run_shell(thread, script, *more):
    import subprocess

    from conftest import BINARY, environment
    return subprocess.run([BINARY, "shell", *more], input=script, capture_output=True, text=True, timeout=LIMIT, cwd=thread.folder,
                          env=environment(thread.folder, CYNAMO_URL=thread.url, HOME="relative"))


def test_a_shell_over_memory(thread):
    done = run_shell(thread, "create-table T1a id\ntables\ntables --region eu-west-1\nquit\n", "--url", "memory:")
    assert "T1a" in done.stdout and "in its memory only" in done.stderr


# ---- where a server is looked for ----

@pytest.mark.parametrize("url, words", [
    ("http://127.0.0.1:1", "`cynamo serve --port 1` starts one;"), ("http://localhost:9", "`cynamo serve --port 9` starts one;"),
    ("http://127.0.0.1:1/path", "`cynamo serve --port 1` starts one;"), ("http://127.0.0.2:1", "`cynamo serve` starts one on http://127.0.0.1:8000;"),
    ("http://localhosts:1", "`cynamo serve` starts one on"), ("http://[::1]:9", "`cynamo serve --port 9` starts one;"),
    ("http://127.0.0.1:99999", ""), ("https://127.0.0.1:1", "`cynamo serve` starts one on"),
])
def test_no_server_there(cynamo, url, words):
    arguments = ["tables", "--url", url]
    done = cynamo.start(*arguments, AWS_MAX_ATTEMPTS="1")
    _, err = done.communicate(timeout=LIMIT)
    assert done.returncode in (2, 3) and words in err, err


def test_profiles_are_for_servers(cynamo):
    assert "--profile is for http: and aws: databases" in cynamo("tables", "--url", "memory:", "--profile", "x", status=2).err


# ---- migrations ----

@pytest.mark.parametrize("text, complaint", [
    ("", ""), ("{", "m.json:1: "), ("[5]", ""), ("{}", ""), ('{"name": "a"}', "it needs a name and a table"), ('{"name": 5, "table": "Thread"}', ""),
    ('{"name": "a", "table": "Thread"}', ""), ('{"name": "a", "table": "Thread", "rename": {}}', ""), ('{"name": "a", "table": "Thread", "rename": {"a": "a"}}', ""),
    ('{"name": "a", "table": "Thread", "rename": 5}', "rename is an object"), ('{"name": "a", "table": "Thread", "encode": 5}', "encode is an object"),
    ('{"name": "a", "table": "Thread", "encode": {"a": "x"}}', ""), ('{"name": "a", "table": "Thread", "encode": {"a": 5}}', ""),
    ('{"name": "a", "table": "Thread", "backfill": 5}', ""), ('{"name": "a", "table": "Thread", "backfill": {}}', ""),
    ('{"name": "a", "table": "Thread", "backfill": {"x": {"$set": []}}}', ""), ('{"name": "a", "table": "Thread", "where": "x ? 1", "remove": ["a"]}', ""),
    ('{"name": "a", "table": "Thread", "where": "", "remove": ["a"]}', ""), ('{"name": "a\\u0000", "table": "Thread"}', ""),
    ('{"name": "a", "table": "Thread", "nonsense": 1}', ""), ('{"name": "a", "table": "Thread", "version": "x", "remove": ["a"]}', ""),
    ('[{"name": "a", "table": "Thread", "remove": ["x"]}, {"name": "a", "table": "Thread", "remove": ["y"]}]', ""),
    ('{"name": "a", "table": "Thread", "update": "SET x"}', ""), ('{"name": "a",\n "table": "Thread",\n "remove": [}', "m.json:3: "),
])
def test_bad_migrations(thread, tmp_path, text, complaint):
    (tmp_path / "m.json").write_text(text)
    for more in (["--dry-run"], ["--status"]) if text else (["--dry-run"],):
        done = thread.start("migrate", "m.json", *more)
        _, err = done.communicate(timeout=LIMIT)
        assert done.returncode in (1, 2) and "m.json" in err and complaint in err, err
