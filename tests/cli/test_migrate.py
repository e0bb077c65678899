"""cynamo migrate: steps of a file, applied once, killed and gone on with."""
import json
import re
import signal
import time

import pytest

from conftest import LIMIT, Server

ITEMS = [{"pk": f"p{n % 7}", "sk": n, "old": n % 2, "tags": {"$set": ['"all"', f'"t{n}"']}, "count": str(n), "code": n,
          "name": f"n{n}"} for n in range(300)]


def write(cynamo, steps, name="m.json"):
    (cynamo.folder / name).write_text(steps if isinstance(steps, str) else json.dumps(steps))
    return name


@pytest.fixture
def data(cynamo):
    cynamo("create-table", "Data", "pk", "sk:N")
    (cynamo.folder / "in.jsonl").write_text("".join(json.dumps(item) + "\n" for item in ITEMS))
    cynamo("import", "Data", "in.jsonl", "--quiet")
    return cynamo


def everything(cynamo, table):
    return sorted(cynamo("scan", table).items, key=lambda item: item["sk"])


def test_every_kind_of_step(data):
    file = write(data, [
        {"name": "rename", "table": "Data", "rename": {"old": "flag"}, "encode": {"flag": "boolean"}},
        {"name": "encode", "table": "Data", "encode": {"tags": "unicode-set", "count": "number", "code": "string"}},
        {"name": "fill", "table": "Data", "where": "sk < 100", "backfill": {"kind": "low", "list": [1, {"a": None}]}},
        {"name": "compute", "version": 3, "table": "Data", "where": "attribute_not_exists(twice)",
         "set": ["twice = `count` + `count`", "label = name"], "remove": "name", "add": 'tags ["new"]'},
    ])
    dry = data("migrate", file, "rename", "encode", "fill", "--dry-run").out.splitlines()
    assert dry[0] == "rename/1 of Data: dry run, 300 of 300 items changed"
    assert dry[2] == "fill/1 of Data: dry run, 100 of 300 items changed"
    early = data("migrate", file, "compute", "--dry-run", status=1).err  # `count` is no number yet
    assert "ValidationException: An operand in the update expression" in early and early.endswith("  in compute/3 of Data\n")
    assert everything(data, "Data") == ITEMS
    done = data("migrate", file, "--output", "json")
    assert done.err == "" and [(row["name"], row["state"], row["changed"], row["scanned"]) for row in done.items] == [
        ("rename", "applied", 300, 300), ("encode", "applied", 300, 300), ("fill", "applied", 100, 300), ("compute", "applied", 300, 300)]
    wanted = [{"pk": i["pk"], "sk": i["sk"], "flag": i["old"] == 1, "tags": {"$set": sorted(["all", "new", f"t{i['sk']}"])},
               "count": i["sk"], "code": str(i["sk"]), **({"kind": "low", "list": [1, {"a": None}]} if i["sk"] < 100 else {}),
               "twice": 2 * i["sk"], "label": i["name"]} for i in ITEMS]
    assert everything(data, "Data") == wanted
    again = data("migrate", file, "compute", "fill").out.splitlines()
    assert again == ["fill/1 of Data: applied before, 100 of 300 items changed",
                     "compute/3 of Data: applied before, 300 of 300 items changed"]
    table = data("migrate", file, "rename", "--output", "table").out.splitlines()
    assert table[0].split() == ["Table", "Migration", "Version", "State", "Changed", "Scanned", "Applied", "(UTC)"]
    assert re.match(r"Data +rename +1 +applied before +300 +300 +20\d\d-", table[2])


def test_a_copy_with_another_key(data):
    data("create-table", "Other", "sk:N")
    file = write(data, {"name": "copy", "table": "Data", "into": "Other", "where": "sk >= 200", "remove": ["tags", "pk"],
                        "rename": {"name": "title"}})
    assert data("migrate", file).out == "copy/1 of Data: applied, 100 of 300 items changed\n"
    assert everything(data, "Other") == [{"sk": i["sk"], "old": i["old"], "count": i["count"], "code": i["code"], "title": i["name"]}
                                         for i in ITEMS[200:]]
    assert everything(data, "Data") == ITEMS
    write(data, {"name": "key", "table": "Data", "rename": {"sk": "key"}})
    assert "it changes the key in place; copy into another table" in data("migrate", file, status=2).err


def test_status(data):
    assert data("migrate", "--status").out.splitlines()[1:] == [data("migrate", "--status").out.splitlines()[1]]
    assert data("migrate", "--status", "--output", "json").out == ""
    file = write(data, [{"name": "a", "table": "Data", "remove": "old"}, {"name": "b", "version": 2, "table": "Data", "remove": "name"}])
    data("migrate", file, "a")
    states = [(row["name"], row["version"], row["state"]) for row in data("migrate", file, "--status", "--output", "json").items]
    assert states == [("a", 1, "applied"), ("b", 2, "to do")]
    only, = data("migrate", "--status", "--output", "json").items
    assert only["table"] == "Data" and only["changed"] == 300 and only["begun_at"] < only["applied_at"]
    write(data, {"name": "a", "table": "Data", "remove": "tags"})
    assert data("migrate", file, "--status", "--output", "json").item["state"] == "other definition"
    refused = data("migrate", file, status=2).err
    assert "version 1 of Data is recorded with another definition; give the new one another version" in refused
    write(data, {"name": "a", "version": 2, "table": "Data", "remove": "tags"})
    data("migrate", file)
    assert "tags" not in everything(data, "Data")[0]


def test_what_is_not_idempotent_is_refused_and_mended(data):
    file = write(data, {"name": "twice", "table": "Data", "set": "code = code + 1"})
    for dry in ([], ["--dry-run"]):
        refused = data("migrate", file, *dry, status=2).err
        assert "it would change again what it has changed" in refused and '(the item {"pk":{"S":"p' in refused
    assert everything(data, "Data") == ITEMS
    write(data, {"name": "twice", "table": "Data", "where": "attribute_exists(old)", "set": "code = code + 1", "remove": "old"})
    data("migrate", file)
    assert [item["code"] for item in everything(data, "Data")] == [item["code"] + 1 for item in ITEMS]


@pytest.mark.parametrize("how, status", [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_killed_it_goes_on(cynamo, how, status):
    cynamo("create-table", "Long", "pk", "sk:N")
    (cynamo.folder / "in.jsonl").write_text("".join('{"pk": "p%d", "sk": %d, "n": 1, "old": %d}\n' % (n % 9, n, n) for n in range(3000)))
    cynamo("import", "Long", "in.jsonl", "--quiet")
    # each item is changed once and not twice, however often it is looked at
    file = write(cynamo, {"name": "slow", "table": "Long", "where": "attribute_exists(old)", "set": "n = n + 1", "remove": "old"})
    running = cynamo.start("migrate", file, "--rate", "150", "--page-size", "20", "--segments", "3")
    end = time.monotonic() + LIMIT
    while True:
        rows = cynamo("migrate", "--status", "--output", "json").items
        if rows and rows[0]["scanned"] > 0:
            break
        assert time.monotonic() < end and running.poll() is None, running.communicate()
        time.sleep(0.05)
    running.send_signal(how)
    _, err = running.communicate(timeout=LIMIT)
    assert running.returncode == status
    row, = cynamo("migrate", "--status", "--output", "json").items
    assert row["state"] == "under way" and 0 < row["scanned"] < 3000
    assert how == signal.SIGKILL or f"slow stopped behind item {row['scanned']}: the same command goes on from there" in err
    done = cynamo("migrate", file)
    assert done.err == f"slow: going on behind item {row['scanned']}\n" and re.match(r"slow/1 of Long: applied, \d+ of 3000 items", done.out)
    assert cynamo("count", "Long", "--where", "n = 2 and attribute_not_exists(old)").out == "3000\n"
    assert "applied before" in cynamo("migrate", file).out


def test_the_rate_and_the_bar(data):
    file = write(data, {"name": "slow", "table": "Data", "remove": "old"})
    began = time.monotonic()
    terminal = data.terminal("migrate", file, "--rate", "200", "--page-size", "10")
    terminal.expect(r"\rslow \d+ items  |\rslow \[")
    text, status = terminal.end()
    assert status == 0 and text.endswith("slow/1 of Data: applied, 300 of 300 items changed\r\n")
    assert time.monotonic() - began > 1.0  # 300 units are written at 200 a second


STEP = {"name": "s", "table": "Data"}


@pytest.mark.parametrize("steps, complaint", [
    ("[\n{\"name\": 1,,}\n]", "m.json:2: "), ("[]", "m.json: there is no migration in it"), ("[5]", "m.json: migration number 1: a migration is an object"),
    ({"table": "Data", "remove": "a"}, "m.json: migration number 1: it needs a name and a table"),
    ({**STEP}, "m.json: migration s: it changes nothing: give rename"),
    ({**STEP, "renam": {"a": "b"}}, "migration s: there is no member 'renam': did you mean rename?"),
    ({**STEP, "xyzzy": 1}, "there is no member 'xyzzy' (docs"),
    ({**STEP, "rename": {"a": "a"}}, "rename: the new name of a is another string"), ({**STEP, "rename": {}}, "rename is an object"),
    ({**STEP, "encode": {"a": "bool"}}, "encode: a is to be boolean, unicode-set, number or string"),
    ({**STEP, "backfill": {"a": {"$set": []}}}, "backfill: a: a set is an array"),
    ({**STEP, "backfill": {"a": 1e200}}, "backfill: "),
    ({**STEP, "rename": {"a\0b": "c"}}, "rename: a text with a NUL in it"), ({**STEP, "set": "a = 1\0, b = 2"}, "set: a text with a NUL in it"),
    ({**STEP, "encode": {"a\0b": "number"}}, "encode: a text with a NUL"), ({**STEP, "where": "a\0", "remove": "b"}, "where: a text with a NUL"),
    ({**STEP, "backfill": {"a\0": 1}}, "backfill: a text with a NUL"),
    ({**STEP, "set": []}, "set: it is empty"), ({**STEP, "set": [1]}, "set is a text or an array of texts"),
    ({**STEP, "set": "a = #b"}, "m.json: migration s: set: placeholders are made for you"),
    ({**STEP, "set": "a = "}, "Syntax error"), ({**STEP, "where": "a >", "remove": "b"}, "Syntax error"),
    ({**STEP, "where": 5, "remove": "b"}, "where is a condition in a string"),
    ({**STEP, "version": "x", "remove": "b"}, "version is an integer"), ({**STEP, "version": 1.5, "remove": "b"}, "version is an integer"),
    ({**STEP, "name": "", "remove": "b"}, "name is a text"), ({**STEP, "into": "Data"}, "it copies a table into itself"),
    ([{**STEP, "remove": "a"}, {**STEP, "remove": "b"}], "version 1 of Data is there twice"),
    ('{"name": "s", "table": "Data", "remove": "a", "remove": "b"}', "'remove' is there twice"),
])
def test_bad_files(cynamo, steps, complaint):
    is_found_by_the_table = complaint == "Syntax error"
    file = write(cynamo, steps)
    if is_found_by_the_table:
        cynamo("create-table", "Data", "pk")
        cynamo("put", "Data", '{"pk": "a", "b": 1}')
    refused = cynamo("migrate", file, status=1 if is_found_by_the_table else 2)
    assert complaint in refused.err and refused.out == ""
    assert not is_found_by_the_table or cynamo("scan", "Data").items == [{"pk": "a", "b": 1}]


def test_bad_use(data):
    file = write(data, [{"name": "one", "table": "Data", "remove": "a"}, {"name": "two", "table": "Nowhere", "remove": "a"}])
    assert "cynamo migrate FILE [NAME ...]" in data("migrate", status=2).err
    assert "has no migration 'on': did you mean one?" in data("migrate", file, "on", status=2).err
    assert "missing.json cannot be read" in data("migrate", "missing.json", status=2).err
    assert "--rate is a number" in data("migrate", file, "--rate", "0", status=2).err
    assert "--segments is a number from 1 to 256" in data("migrate", file, "--segments", "257", status=2).err
    failed = data("migrate", file, status=1)
    assert failed.out.startswith("one/1 of Data: applied") and "ResourceNotFoundException" in failed.err
    for url in ("aws:eu-west-1", "https://dynamodb.eu-west-1.amazonaws.com"):
        assert f"Migrate Data, Nowhere, in AWS ({url})? Say --yes" in data("migrate", file, "--url", url, status=2).err


def test_a_lost_server_is_no_lost_migration(cynamo, tmp_path):
    server = Server("file:" + str(tmp_path / "data"))
    try:
        cynamo("create-table", "Long", "pk", "--url", server.url)
        (tmp_path / "in.jsonl").write_text("".join('{"pk": "%d", "old": 1}\n' % n for n in range(2000)))
        cynamo("import", "Long", "in.jsonl", "--quiet", "--url", server.url)
        file = write(cynamo, {"name": "slow", "table": "Long", "rename": {"old": "new"}})
        running = cynamo.start("migrate", file, "--rate", "150", "--page-size", "20", "--url", server.url)
        end = time.monotonic() + LIMIT
        while not any(row["scanned"] for row in cynamo("migrate", "--status", "--output", "json", "--url", server.url).items):
            assert time.monotonic() < end
        server.stop(signal.SIGKILL)
        _, err = running.communicate(timeout=LIMIT)
        assert running.returncode == 3 and "the same command goes on from there" in err
    finally:
        server.stop(signal.SIGKILL)
    server = Server("file:" + str(tmp_path / "data"))
    try:
        assert "of 2000 items changed" in cynamo("migrate", file, "--url", server.url).out
        assert cynamo("count", "Long", "--where", "new = 1 and attribute_not_exists(old)", "--url", server.url).out == "2000\n"
    finally:
        server.stop()
