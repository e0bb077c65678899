#!/usr/bin/env python3
"""The disk fails under `cynamo serve file:…`: it is full, its quota is used up, it answers I/O errors, syncs fail, the file
may not grow, the folder is read-only.

  failures_test.py [--build build] [--rounds 1] [--keep]

Writers go on through it all, and readers: while the cause lasts, writes answer an error and reads go on; once it is gone
the same server writes again. Nothing acknowledged is lost, a transaction over two tables is there whole or not at all, and
`cynamo check` finds nothing, before and after the restart. BUILD/crash/failing_disk.so makes calls fail; where the test may
mount, a small file system is filled up besides.

Only the standard library is used. The last line: N passed, M failed, where each disk is one.
"""
import argparse
import errno
import http.client
import mmap
import os
import pathlib
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time

from wire import Connection, Refused, wait_ready

WRITERS, KEYS = 4, 8


class Server:
    started = []  # their processes; what a failed disk leaves running is ended by main

    def __init__(self, binary, url, threads, environment):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([binary, "serve", url, "--port", "0", "--threads", str(threads)],
                                        stdout=subprocess.PIPE, stderr=self.log, env={**os.environ, **environment})
        Server.started.append(self.process)
        try:
            self.port = wait_ready(self.process)
        except AssertionError as problem:
            raise AssertionError(f"{problem} {self.errors()}") from problem

    def errors(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-2000:]

    def stop(self):
        self.process.terminate()
        status = self.process.wait(60)
        assert status == 0, f"the server ended with status {status}: {self.errors()}"


def table(name):
    return {"TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}],
            "GlobalSecondaryIndexes": [{"IndexName": "by_n", "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
                                        "Projection": {"ProjectionType": "ALL"}}]}


class Load(threading.Thread):
    """Writes its own keys one after the other. `certain` holds what must be there, `open` what may be instead."""

    def __init__(self, port, number, stop, size=300):
        super().__init__(daemon=True)
        self.port, self.number, self.stop, self.size = port, number, stop, size
        self.keys = KEYS
        self.certain, self.open = {}, {}
        self.written = self.refused = 0
        self.last_written = 0.0
        self.problem = self.last_error = None

    def put(self, connection, sequence):
        key = f"w{self.number}k{sequence % self.keys}"
        item = {"k": {"S": key}, "n": {"N": str(sequence)}, "f": {"S": "x" * self.size}}
        self.open.setdefault(key, set()).add(sequence)
        try:
            if sequence % 3 == 0:
                connection.call("TransactWriteItems", TransactItems=[{"Put": {"TableName": name, "Item": item}}
                                                                    for name in ("left", "right")])
            else:
                connection.call("PutItem", TableName="left", Item=item)
        except Refused as refused:
            self.refused += 1
            self.last_error = str(refused)
            time.sleep(0.002)
            return
        self.written += 1
        self.last_written = time.monotonic()
        self.certain[key] = sequence
        self.open[key] = set()

    def run(self):
        try:
            connection, sequence = Connection(self.port), 0
            while not self.stop.is_set():
                sequence += 1
                self.put(connection, sequence)
        except Exception as problem:  # pylint: disable=broad-except
            self.problem = f"writer: {problem!r}"


class Reader(threading.Thread):
    """Reads all the time; nothing may stop it."""

    def __init__(self, port, stop):
        super().__init__(daemon=True)
        self.port, self.stop, self.problem, self.count = port, stop, None, 0

    def run(self):
        try:
            connection = Connection(self.port)
            while not self.stop.is_set():
                connection.call("GetItem", TableName="left", Key={"k": {"S": "w0k1"}})
                connection.call("Scan", TableName="left", Limit=5)
                self.count += 2
        except Exception as problem:  # pylint: disable=broad-except
            self.problem = f"reader: {problem!r}"


def check_state(port, loads):
    connection = Connection(port)
    tables = {name: {item["k"]["S"]: item for item in connection.all("Scan", TableName=name)} for name in ("left", "right")}
    index = {item["k"]["S"]: item for item in connection.all("Scan", TableName="left", IndexName="by_n")}
    assert index == tables["left"], "the index and its table differ"
    for load in loads:
        for key, sequence in load.certain.items():
            there = tables["left"].get(key)
            assert there is not None, f"{key} is lost"
            found = int(there["n"]["N"])
            assert found == sequence or found in load.open[key], f"{key}: {found} is there, not {sequence}"
            if found % 3 == 0:
                other = tables["right"].get(key)
                assert other == there, f"{key}: half of a transaction is there: {there['n']} and {other and other['n']}"


def check_file(binary, folder):
    done = subprocess.run([binary, "check", str(folder)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"check: {done.stdout[-600:]} {done.stderr[-300:]}"


def wait_for(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not in {seconds} s"
        time.sleep(0.01)


def under_load(binary, folder, mode, threads, environment, begin, end, must_refuse=True, size=300, grow=False):
    """The server under load, `begin(server)` to make it fail, `end(server)` to mend it. With `grow` writers take new keys
    meanwhile: overwriting alone may find room in the file for ever."""
    url = f"file:{folder}?durability={mode}"
    server = Server(binary, url, threads, environment)
    connection = Connection(server.port)
    for name in ("left", "right"):
        connection.call("CreateTable", **table(name))
    stop = threading.Event()
    loads = [Load(server.port, number, stop, size) for number in range(WRITERS)]
    reader = Reader(server.port, stop)
    for thread in [*loads, reader]:
        thread.start()

    def alive():
        problems = [thread.problem for thread in [*loads, reader] if thread.problem]
        assert not problems, f"{problems} {server.errors()}"
        assert server.process.poll() is None, f"the server has ended: {server.process.returncode} {server.errors()}"
        return True

    try:
        wait_for("first writes", lambda: alive() and all(load.written > 20 for load in loads))
        begin(server)
        for load in loads:
            load.keys = KEYS * 1000 if grow else KEYS
        refused = [load.refused for load in loads]
        read = reader.count
        if must_refuse:
            wait_for("refused writes", lambda: alive() and all(load.refused > was + 3 for load, was in zip(loads, refused)))
            wait_for("reads meanwhile", lambda: alive() and reader.count > read + 20)
        else:
            time.sleep(0.3)
        for load in loads:
            load.keys = KEYS
        end(server)
        mended = time.monotonic()
        wait_for("writes again", lambda: alive() and all(load.last_written > mended + 0.05 for load in loads))
    finally:
        stop.set()
        for thread in [*loads, reader]:
            thread.join(30)
    alive()
    check_state(server.port, loads)
    server.stop()
    check_file(binary, folder)
    server = Server(binary, url, threads, {})
    check_state(server.port, loads)
    server.stop()
    return sum(load.refused for load in loads), next((load.last_error for load in loads if load.last_error), "")


# ---- the disks

def made_to_fail(write_code, sync_code, cuts):
    def run(options, folder, mode, threads):
        control_path = folder.parent / "control"
        control_path.write_bytes(bytes(16))
        with open(control_path, "r+b") as file, mmap.mmap(file.fileno(), 16) as control:
            return under_load(options.binary, folder, mode, threads,
                              {"LD_PRELOAD": str(options.build / "crash/failing_disk.so"), "CYN_FAILING_DISK": str(control_path)},
                              lambda _: struct.pack_into("iii", control, 0, write_code, sync_code, cuts),
                              lambda _: struct.pack_into("iii", control, 0, 0, 0, 0))
    return run


def may_not_grow(options, folder, mode, threads):
    def limit(server, size):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    def start_with(size):
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    out = under_load(options.binary, folder, mode, threads, {},
                     lambda server: limit(server, 4096), lambda server: limit(server, resource.RLIM_INFINITY))
    refused_start(options.binary, folder.parent / "other", "may not grow|too large", preexec_fn=start_with(8192))
    return out


class NotRun(Exception):
    """What this disk needs is not there; it does not count."""


def mounted(folder, options):
    disk = folder.parent / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(disk)], capture_output=True, check=False)
    if done.returncode != 0:
        raise NotRun("no right to mount")
    return disk


def truly_full(options, folder, mode, threads):
    """A file system that is full; room is made by enlarging it."""
    disk = mounted(folder, "size=6m")
    def fill(_):
        try:
            with open(disk / "ballast", "wb") as ballast:
                while True:
                    ballast.write(bytes(65536))
                    ballast.flush()
        except OSError as problem:
            assert problem.errno == errno.ENOSPC
    try:
        out = under_load(options.binary, disk / "data", mode, threads, {}, fill, lambda _: (disk / "ballast").unlink(), size=20000,
                         grow=True)
        fill(None)
        refused_start(options.binary, disk / "other", "full|No space")
        return out
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def refused_start(binary, folder, why, **more):
    done = subprocess.run([binary, "serve", f"file:{folder}", "--port", "0"], capture_output=True, text=True, timeout=60, check=False,
                          **more)
    assert done.returncode > 0 and re.search(why, done.stderr, re.I), f"status {done.returncode}: {done.stderr}"


def read_only(options, folder, mode, _threads):
    """A server does not start where it cannot write, and says why; what is there can still be looked at."""
    disk = mounted(folder, "size=6m")
    try:
        server = Server(options.binary, f"file:{disk}/data?durability={mode}", 1, {})
        Connection(server.port).call("CreateTable", **table("left"))
        server.stop()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        refused_start(options.binary, disk / "data", "read-only")
        refused_start(options.binary, disk / "new", "read-only")
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        check_file(options.binary, disk / "data")
        Server(options.binary, f"file:{disk}/data?durability={mode}", 1, {}).stop()
        return 0, ""
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


DISKS = {
    "full": made_to_fail(errno.ENOSPC, 0, 0),
    "full in the midst of a write": made_to_fail(errno.ENOSPC, 0, 1),
    "quota used up": made_to_fail(errno.EDQUOT, 0, 0),
    "I/O errors of writes": made_to_fail(errno.EIO, 0, 0),
    "I/O errors of syncs": made_to_fail(0, errno.EIO, 0),
    "I/O errors of all": made_to_fail(errno.EIO, errno.EIO, 0),
    "a file that may not grow": may_not_grow,
    "a file system that is full": truly_full,
    "a read-only folder": read_only,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build", type=pathlib.Path)
    parser.add_argument("--rounds", default=1, type=int, help="the durability and the number of event loops change with each")
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.binary = os.environ.get("CYNAMO_BIN", str(options.build / "cynamo"))
    passed = failed = 0
    for number in range(options.rounds):
        for position, (name, run) in enumerate(DISKS.items()):
            mode = ("strict", "relaxed", "unsafe")[number % 3]
            if options.only not in name or (mode == "unsafe" and name == "I/O errors of syncs"):
                continue
            home = pathlib.Path(tempfile.mkdtemp(prefix="cynamo-failures-"))
            begin = time.monotonic()
            try:
                refused, text = run(options, home / "data", mode, 1 + (number + position) % 2)
                passed += 1
                print(f"ok   {name}, {mode}: {refused} refused {text[:150]} ({time.monotonic() - begin:.1f} s)", flush=True)
            except NotRun as reason:
                print(f"     not run: {name}, {mode}: {reason}", flush=True)
            except (AssertionError, Refused, OSError, http.client.HTTPException, subprocess.SubprocessError) as problem:
                failed += 1
                print(f"FAIL {name}, {mode}: {problem!r}", flush=True)
            while Server.started:
                process = Server.started.pop()
                if process.poll() is None:
                    process.kill()
                    process.wait()
            if not options.keep:
                shutil.rmtree(home, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
