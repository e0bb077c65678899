"""check, info, backup, compact, upgrade: over closed files, and over one that a server has open."""
import os
import re
import threading

import pytest

from conftest import Server


@pytest.fixture
def filled(cynamo, tmp_path):
    """A folder with a table of some items, half of them deleted again."""
    url = f"file:{tmp_path}/data?durability=unsafe"
    cynamo("create-table", "Music", "artist", "song", "--global-index", "BySong=song", CYNAMO_URL=url)
    lines = "\n".join('{"artist": "a%d", "song": "s%d", "text": "%s"}' % (i % 5, i, "x" * 3000) for i in range(300))
    (tmp_path / "items.jsonl").write_text(lines)
    cynamo("import", "Music", str(tmp_path / "items.jsonl"), "--quiet", CYNAMO_URL=url)
    return tmp_path / "data"


def number(text, name):
    return int(re.search(name + r" ([\d,]+)", text).group(1).replace(",", ""))


def test_a_closed_file(cynamo, filled, tmp_path):
    out = cynamo("check", str(filled)).out
    assert "is sound" in out and number(out, "items") == 300 and number(out, "index entries") == 300
    assert cynamo("check", f"file:{filled}", "--quiet").out == ""
    info = cynamo("info", str(filled)).out
    assert "format version  1" in info and "by nobody" in info
    assert re.search(r"000000000000/us-east-1/Music  items 300  bytes [\d,]+  indexes 1", info)
    assert "sound copy: tables 1, items 300" in cynamo("backup", str(filled), "copy").out
    assert "File exists" in cynamo("backup", str(filled), "copy", status=3).err
    assert cynamo("count", "Music", CYNAMO_URL=f"file:{tmp_path}/copy").out.strip() == "300"
    assert "nothing to do" in cynamo("upgrade", str(filled)).out


def test_compacting_gives_room_back(cynamo, filled, tmp_path):
    url = f"file:{filled}"
    cynamo("create-table", "Other", "id", CYNAMO_URL=url)
    cynamo("delete-table", "Music", "--yes", CYNAMO_URL=url)
    server = Server(url)  # takes the items away in the background
    try:
        for _ in range(200):
            if number(cynamo("info", str(filled)).out, "keys           ") < 20:
                break
    finally:
        server.stop()
    before = os.path.getsize(filled / "data.mdb")
    out = cynamo("compact", str(filled)).out
    after = os.path.getsize(filled / "data.mdb")
    assert after < before / 10 and f"{before - after:,} bytes smaller" in out
    assert "tables 1" in cynamo("check", str(filled)).out
    assert cynamo("tables", CYNAMO_URL=url).out.split() == ["Other"]
    assert sorted(os.listdir(filled)) == ["cynamo.lock", "data.mdb", "lock.mdb"]


def test_a_file_in_use(cynamo, filled, tmp_path):
    server = Server(f"file:{filled}")
    stop = threading.Event()

    def write():
        i = 0
        while not stop.is_set():
            i += 1
            cynamo("put", "Music", '{"artist": "new", "song": "n%d"}' % i, CYNAMO_URL=server.url)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for i in range(3):
            out = cynamo("check", str(filled)).out
            assert "is sound" in out and f"It is in use by process {server.process.pid} " in out and server.url in out
            cynamo("backup", str(filled), f"copy{i}")
            assert f"process {server.process.pid}" in cynamo("info", str(filled)).out
    finally:
        stop.set()
        writer.join()
    assert "smaller" in cynamo("compact", str(filled)).out
    assert "in use by process" in cynamo("upgrade", str(filled), status=3).err
    assert server.stop() == 0
    for i in range(3):
        assert "is sound" in cynamo("check", f"copy{i}").out
        assert int(cynamo("count", "Music", CYNAMO_URL=f"file:{tmp_path}/copy{i}").out) >= 300


def test_damage_is_told(cynamo, filled):
    with open(filled / "data.mdb", "r+b") as file:
        data = file.read()
        at = data.index(b"xxxxxxxxxx")
        file.seek(at)
        file.write(b"y")
    # a page that is in use, or a free one whose item was moved: all of them are changed
    with open(filled / "data.mdb", "r+b") as file:
        file.write(data.replace(b"xxxxxxxxxx", b"xxxxyxxxxx"))
    result = cynamo("check", str(filled), "--max", "3", status=1)
    assert result.out.count("fault: ") == 3 and "its checksum is wrong" in result.out and "table Music" in result.out
    assert "is damaged (faults: " in result.err
    assert "the copy copy is damaged" in cynamo("backup", str(filled), "copy", status=1).err


def test_a_cut_file_is_not_opened(cynamo, filled):
    os.truncate(filled / "data.mdb", os.path.getsize(filled / "data.mdb") // 2)
    assert "the file is too short" in cynamo("check", str(filled), status=1).out
    assert "the file is too short" in cynamo("tables", CYNAMO_URL=f"file:{filled}", status=3).err
    assert "was left as it is" in cynamo("compact", str(filled), status=3).err


def test_the_mark_of_an_unsafe_file_is_cleared(cynamo, filled):
    url = f"file:{filled}"
    (filled / "unsafe.boot").write_text("another boot\n")
    assert "cynamo check" in cynamo("tables", CYNAMO_URL=url, status=3).err
    cynamo("backup", str(filled), "copy")
    out = cynamo("check", str(filled)).out
    assert "it may be opened again" in out
    assert cynamo("tables", CYNAMO_URL=url).out.split() == ["Music"]
    (filled / "unsafe.boot").write_text("another boot\n")
    with open(filled / "data.mdb", "r+b") as file:
        data = file.read()
        file.seek(0)
        file.write(data.replace(b"xxxxxxxxxx", b"xxxxyxxxxx"))
    cynamo("check", str(filled), "--quiet", status=1)
    assert (filled / "unsafe.boot").exists()


def test_what_these_commands_refuse(cynamo, tmp_path):
    assert "not on this backend" in cynamo("check", "http://127.0.0.1:1", status=2).err
    assert "not on this backend" in cynamo("compact", "memory:", status=2).err
    assert "No such file" in cynamo("info", "nothing", status=3).err
    assert "into which folder" in cynamo("backup", status=2).err
    (tmp_path / "empty").mkdir()
    assert "data.mdb" in cynamo("check", "empty", status=3).err
    (tmp_path / "empty" / "data.mdb").write_bytes(b"")
    assert "shorter than a meta page" in cynamo("check", "empty", status=1).out
    (tmp_path / "empty" / "data.mdb").write_bytes(os.urandom(50000))
    assert "meta page 0" in cynamo("check", "empty", status=1).out
    assert "unknown option --mx" in cynamo("check", "empty", "--mx", status=2).err
