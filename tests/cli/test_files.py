"""Import and export: formats, interruptions, progress."""
import csv
import http.server
import json
import re
import signal
import threading
import time
import urllib.request

import pytest

from conftest import LIMIT, Server

ITEMS = [{"pk": f"p{n % 7}", "sk": n, "text": text, "n": n / 8, "flag": n % 2 == 0, "tags": {"$set": ["a", f"t{n}"]},
          "list": [1, {"$binary": "AAEC"}, None], **({"rare": n} if n % 10 == 0 else {})}
         for n, text in enumerate(["plain", "", "5", "true", "with, comma", 'with "quotes"', "two\nlines", "[1]", "05", " 5 ", '"x"',
                                   "null", "ünï", "a\r\nb"] * 20)]


def lines(items):
    return "".join(json.dumps(item) + "\n" for item in items)


@pytest.fixture
def filled(cynamo, tmp_path):
    cynamo("create-table", "Data", "pk", "sk:N")
    (tmp_path / "in.jsonl").write_text(lines(ITEMS))
    done = cynamo("import", "Data", "in.jsonl")
    assert done.err == f"{len(ITEMS)} items imported into Data\n" and done.out == ""
    assert not (tmp_path / "in.jsonl.state").exists()
    return cynamo


def everything(cynamo, table):
    return sorted(cynamo("scan", table).items, key=lambda item: item["sk"])


@pytest.mark.parametrize("name, more", [("out.jsonl", []), ("out.csv", []), ("out.json", ["--format", "dynamodb-json"])])
def test_round_trip(filled, tmp_path, name, more):
    assert everything(filled, "Data") == ITEMS
    assert filled("export", "Data", name, *more).err == f"{len(ITEMS)} items exported from Data\n"
    assert not (tmp_path / (name + ".state")).exists()
    filled("create-table", "Again", "pk", "sk:N")
    filled("import", "Again", name, *more)
    assert everything(filled, "Again") == ITEMS


def test_streams(filled):
    out = filled("export", "Data", "-").out
    filled("create-table", "Again", "pk", "sk:N")
    filled("import", "Again", "-", input=out)
    assert everything(filled, "Again") == ITEMS


def test_export_filters(filled, tmp_path):
    filled("export", "Data", "part.csv", "--where", "rare > 100", "--select", "pk, sk, rare")
    rows = list(csv.DictReader((tmp_path / "part.csv").open()))
    assert sorted(int(row["rare"]) for row in rows) == list(range(110, 280, 10))
    done = filled("export", "Data", "two.csv", "--columns", "pk,sk")
    assert (tmp_path / "two.csv").read_text().startswith("pk,sk\n") and "attributes have no column" in done.err
    assert "is there already: --restart" in filled("export", "Data", "two.csv", status=2).err
    filled("export", "Data", "two.csv", "--restart")


def test_csv_by_hand(cynamo, tmp_path):
    cynamo("create-table", "Csv", "id", "n:N")
    (tmp_path / "a.csv").write_bytes(b'\xef\xbb\xbfid,n,zip,size,tags,note\r\n12,1,02134,5,"[""a"",""b""]",\r\n\r\n'
                                     b'"a ""b""",2,10115,7.50,"[""c""]","x\r\ny"\r\n')
    cynamo("import", "Csv", "a.csv", "--types", "zip=S,tags=SS")
    assert cynamo("get", "Csv", "12", "1").item == {"id": "12", "n": 1, "zip": "02134", "size": 5, "tags": {"$set": ["a", "b"]}}
    assert cynamo("get", "Csv", 'a "b"', "2").item == {"id": 'a "b"', "n": 2, "zip": "10115", "size": 7.5, "tags": {"$set": ["c"]},
                                                      "note": "x\r\ny"}
    cynamo("import", "Csv", "a.csv", "--strings")
    assert cynamo("get", "Csv", "12", "1").item == {"id": "12", "n": 1, "zip": "02134", "size": "5", "tags": '["a","b"]'}


@pytest.mark.parametrize("content, more, complaint", [
    ("id,n\na,x\n", [], "b.csv:2: n: 'x' is no N"), ("id,n\na,1,2\n", [], "b.csv:2: 3 cells, but the header has 2"),
    ("id\na\n", [], "the file has no column for the key n"), ("", [], "the file has no header"),
    ('id,n\n"a,1\n', [], "b.csv:2: a quote without its end"), ("id,n,t\na,1,2\n", ["--types", "t=X"], "X is not S"),
    ("id,n\na,1\n", ["--types", "q=S"], "the file has no column 'q'"), ("id,n\na,1\n", ["--types", "q"], "--types is NAME=TYPE"),
    ("id,n\na,1\n", ["--format", "xml"], "--format is jsonl, dynamodb-json or csv"),
])
def test_bad_csv(cynamo, tmp_path, content, more, complaint):
    cynamo("create-table", "Csv", "id", "n:N")
    (tmp_path / "b.csv").write_text(content)
    status = 1 if complaint.startswith("b.csv") else 2
    assert complaint in cynamo("import", "Csv", "b.csv", *more, status=status).err


def test_a_key_that_is_there_twice(cynamo, tmp_path):
    cynamo("create-table", "Twice", "pk")
    (tmp_path / "in.jsonl").write_text(lines([{"pk": "a", "n": n} for n in range(30)]))
    assert "30 items imported" in cynamo("import", "Twice", "in.jsonl").err
    assert cynamo("get", "Twice", "a").item["n"] == 29


def test_refused_lines(cynamo, tmp_path):
    cynamo("create-table", "Some", "pk")
    rows = [json.dumps({"pk": str(n)}) for n in range(100)]
    rows[40], rows[41], rows[90] = '{"pk": 5}', "nonsense", '{"no": "key"}'
    (tmp_path / "in.jsonl").write_text("\n".join(rows))
    stopped = cynamo("import", "Some", "in.jsonl", status=1).err
    assert "in.jsonl:41: " in stopped and "stopped behind item 40" in stopped
    assert cynamo("count", "Some").out == "40\n"
    done = cynamo("import", "Some", "in.jsonl", "--errors", "bad", status=1).err
    assert "going on behind item 40" in done and "97 items imported into Some, 3 refused: see bad" in done
    assert (tmp_path / "bad").read_text() == '{"pk": 5}\nnonsense\n{"no": "key"}\n'
    assert cynamo("count", "Some").out == "97\n"


def test_a_mended_file_goes_on(cynamo, tmp_path):
    cynamo("create-table", "Some", "pk")
    rows = [json.dumps({"pk": str(n)}) for n in range(60)]
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(rows[:50] + ["oops"] + rows[50:]))
    cynamo("import", "Some", "in.jsonl", status=1)
    file.write_text("\n".join(rows))
    assert "60 items imported" in cynamo("import", "Some", "in.jsonl").err
    file.write_text("\n".join(rows[:50] + ["oops"] + rows[50:]))
    cynamo("import", "Some", "in.jsonl", status=1)
    file.write_text("\n".join(["{}"] + rows))
    assert "was changed before the place" in cynamo("import", "Some", "in.jsonl", status=2).err
    file.write_text("\n".join(rows))
    assert "60 items imported" in cynamo("import", "Some", "in.jsonl", "--restart").err
    assert not (tmp_path / "in.jsonl.state").exists()


def wait_for(path, seconds=LIMIT):
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"no {path}"
        time.sleep(0.01)


@pytest.mark.parametrize("how, status", [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_an_interrupted_import_goes_on(cynamo, tmp_path, how, status):
    cynamo("create-table", "Long", "pk", "sk:N")
    count = 30000
    (tmp_path / "in.jsonl").write_text("".join('{"pk": "p%d", "sk": %d, "fill": "%s"}\n' % (n % 9, n, "x" * 60) for n in range(count)))
    running = cynamo.start("import", "Long", "in.jsonl")
    wait_for(tmp_path / "in.jsonl.state")
    running.send_signal(how)
    running.communicate(timeout=LIMIT)
    assert running.returncode == status
    state = json.loads((tmp_path / "in.jsonl.state").read_text())
    assert 0 < state["items"] < count and state["offset"] > 0
    done = cynamo("import", "Long", "in.jsonl").err
    assert f"going on behind item {state['items']} " in done and f"{count} items imported" in done
    assert cynamo("count", "Long").out == f"{count}\n"


@pytest.mark.parametrize("format", ["jsonl", "csv"])
@pytest.mark.parametrize("how, status", [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_an_interrupted_export_goes_on(cynamo, tmp_path, format, how, status):
    cynamo("create-table", "Long", "pk", "sk:N")
    items = [{"pk": "a", "sk": n} for n in range(4000)]
    (tmp_path / "in.jsonl").write_text(lines(items))
    cynamo("import", "Long", "in.jsonl")
    name = f"out.{format}"
    running = cynamo.start("export", "Long", name, "--page-size", "2")
    state = tmp_path / (name + ".state")
    wait_for(state)
    running.send_signal(how)
    running.communicate(timeout=LIMIT)
    assert running.returncode == status and state.exists()
    assert "going on behind item" in cynamo("export", "Long", name).err
    with (tmp_path / name).open() as file:
        found = [json.loads(line)["sk"] for line in file] if format == "jsonl" else [int(r["sk"]) for r in csv.DictReader(file)]
    assert sorted(found) == list(range(4000))


def test_a_lost_server_is_no_lost_import(cynamo, tmp_path):
    server = Server("file:" + str(tmp_path / "data"))
    try:
        cynamo("create-table", "Long", "pk", "--url", server.url)
        (tmp_path / "in.jsonl").write_text("".join('{"pk": "%d", "fill": "%s"}\n' % (n, "x" * 60) for n in range(30000)))
        running = cynamo.start("import", "Long", "in.jsonl", "--url", server.url)
        wait_for(tmp_path / "in.jsonl.state")
        server.stop(signal.SIGKILL)
        _, err = running.communicate(timeout=LIMIT)
        assert running.returncode == 3 and "the same command goes on from there" in err
    finally:
        server.stop(signal.SIGKILL)
    server = Server("file:" + str(tmp_path / "data"))
    try:
        assert "30000 items imported" in cynamo("import", "Long", "in.jsonl", "--url", server.url).err
        assert cynamo("count", "Long", "--url", server.url).out == "30000\n"
    finally:
        server.stop()


class Miserly(http.server.BaseHTTPRequestHandler):
    """Hands requests on; of a BatchWriteItem it takes the first half, and of every fifth nothing."""
    protocol_version = "HTTP/1.1"
    batches = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        left = {}
        if self.headers["X-Amz-Target"].endswith("BatchWriteItem"):
            type(self).batches += 1
            (table, requests), = json.loads(body)["RequestItems"].items()
            taken = 0 if self.batches % 5 == 0 else (len(requests) + 1) // 2
            body = json.dumps({"RequestItems": {table: requests[:taken]}}).encode()
            left = {table: requests[taken:]} if requests[taken:] else {}
            answer = json.dumps({"UnprocessedItems": left}).encode()
            if taken:
                self.forward(body)
        else:
            answer = self.forward(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.end_headers()
        self.wfile.write(answer)

    def forward(self, body):
        kept = {k: v for k, v in self.headers.items() if k.lower() not in ("content-length", "host", "accept-encoding")}
        with urllib.request.urlopen(urllib.request.Request(self.server.target, body, kept)) as answer:
            return answer.read()

    def log_message(self, *_):
        pass


def test_what_is_left_unprocessed_is_sent_again(cynamo, server, tmp_path):
    cynamo("create-table", "Data", "pk", "sk:N")
    (tmp_path / "in.jsonl").write_text(lines(ITEMS))
    miser = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Miserly)
    miser.target = server.url
    threading.Thread(target=miser.serve_forever, daemon=True).start()
    try:
        done = cynamo("import", "Data", "in.jsonl", "--url", f"http://127.0.0.1:{miser.server_port}")
    finally:
        miser.shutdown()
        miser.server_close()
    assert f"{len(ITEMS)} items imported" in done.err and Miserly.batches > len(ITEMS) / 25
    assert everything(cynamo, "Data") == ITEMS


def test_a_state_of_other_work(cynamo, tmp_path):
    cynamo("create-table", "Some", "pk")
    (tmp_path / "in.jsonl").write_text('{"pk": "a"}\n')
    (tmp_path / "in.jsonl.state").write_text('{"command": "import", "table": "Other", "format": "jsonl", "offset": 5, "items": 1}')
    assert "is of other work" in cynamo("import", "Some", "in.jsonl", status=2).err
    (tmp_path / "in.jsonl.state").write_text("garbage")
    assert "is of other work" in cynamo("import", "Some", "in.jsonl", status=2).err
    cynamo("import", "Some", "in.jsonl", "--restart")
    assert "--state needs a file" in cynamo("import", "Some", "-", "--state", "x", status=2, input="").err


def test_progress_bars(cynamo, tmp_path):
    """The first batch or page paints at once, so there is a bar however fast or slow the rest is."""
    cynamo("create-table", "Long", "pk", "sk:N")
    (tmp_path / "in.jsonl").write_text("".join('{"pk": "p", "sk": %d, "fill": "%s"}\n' % (n, "x" * 200) for n in range(3000)))
    text, status = cynamo.terminal("import", "Long", "in.jsonl").end()
    assert status == 0 and re.search(r"\rLong \[=*>? *\] +\d+%  \d+ items  \d+/s  \d+:\d\d", text), text
    assert text.endswith("\r\x1b[K3000 items imported into Long\r\n"), text
    text, status = cynamo.terminal("export", "Long", "out.jsonl").end()
    assert status == 0 and text.endswith("3000 items exported from Long\r\n"), text
    text, status = cynamo.terminal("import", "Long", "in.jsonl", "--quiet").end()
    assert (text, status) == ("", 0)
