#!/usr/bin/env python3
"""Cuts the power, so to say: what was written to the store's file and synced is recorded underneath it, and files are made
as a disk could have them after a cut at any point of that record.

  power_cut_test.py [--cuts 60] [--seed N] [--build build] [--seconds 2] [--keep]

A cut is made at each sync (right before it, right behind it) and at random points, as many as --cuts in each durability mode.
What was written and not synced by then is, at random for each sector of 512 bytes, there or not, whatever the order in which
it was written. Each file is then looked at by `cynamo check`, opened, and held to what docs/durability.md promises:

  strict    every write that was acknowledged before the cut is there
  relaxed   every one that was acknowledged before the last sync is
  unsafe    a file of another boot is refused until `cynamo check` has passed it

and in the first two the file is sound, and no write is there that was not begun. The last line: N passed, M failed.
"""
import argparse
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECTOR = 512
HEAD = struct.Struct("=cQI")


def read_log(path):
    raw = path.read_bytes()
    records, at = [], 0
    while at + HEAD.size <= len(raw):
        kind, offset, size = HEAD.unpack_from(raw, at)
        at += HEAD.size
        if at + size > len(raw):
            break
        records.append((kind, offset, raw[at:at + size]))
        at += size
    return records


def put(image, offset, data):
    if len(image) < offset:
        image.extend(bytes(offset - len(image)))
    image[offset:offset + len(data)] = data


def sectors(offset, data):
    """The parts of a write that lie in one sector each."""
    at = 0
    while at < len(data):
        size = SECTOR - (offset + at) % SECTOR
        yield offset + at, data[at:at + size]
        at += size


class Disk:
    """What a disk holds for sure, and what it was asked for since. Walks the record forwards, cut by cut."""

    def __init__(self, records):
        self.records, self.at = records, 0
        self.sure, self.pending = bytearray(), []
        self.acked, self.begun = {}, {}
        self.acked_at_sync = {}
        self.named = self.named_for_sure = False

    def go_to(self, position):
        while self.at < position:
            kind, offset, data = self.records[self.at]
            self.at += 1
            if kind == b"W":
                self.pending.append((offset, data))
            elif kind == b"D":
                put(self.sure, offset, data)
            elif kind == b"T":
                self.pending.append((offset, None))
            elif kind == b"S":
                for one in self.pending:
                    self.settle(*one)
                self.pending.clear()
                self.acked_at_sync = dict(self.acked)
            elif kind == b"N":
                self.named = True
            elif kind == b"F":
                self.named_for_sure = self.named
            elif kind == b"M":
                what, key, sequence = data.decode().split()
                (self.acked if what == "acked" else self.begun)[key] = int(sequence)

    def settle(self, offset, data):
        if data is not None:
            put(self.sure, offset, data)
        elif len(self.sure) > offset:
            del self.sure[offset:]
        else:
            put(self.sure, offset, b"")

    def name(self, chance):
        """The name that the file has in its folder after a cut."""
        return "data.mdb" if self.named_for_sure or self.named and chance.random() < 0.5 else "new/data.mdb"

    def image(self, chance):
        """A file that the disk could have: each unsynced sector with a probability drawn for this cut."""
        image = bytearray(self.sure)
        share = chance.choice([0, 0.1, 0.5, 0.9, 1])
        for offset, data in self.pending:
            if data is None:
                if chance.random() < share and len(image) < offset:
                    put(image, offset, b"")
                continue
            for at, part in sectors(offset, data):
                if chance.random() < share:
                    put(image, at, part)
        return image


def cut_points(records, count, chance):
    syncs = [i for i, record in enumerate(records) if record[0] in (b"S", b"D")]
    points = [i + step for i in syncs for step in (0, 1)]
    chance.shuffle(points)
    points = points[:count // 2]
    # Those of the file's first moments are always among them.
    points += [i for i, record in enumerate(records) if record[0] in (b"W", b"D", b"S", b"N", b"F")][:8]
    while len(points) < count:
        points.append(chance.randrange(1, len(records)))
    return sorted(points[:count])


def facts_of(text):
    facts = {"left": {}, "right": {}, "index": {}, "missing": set(), "refused": None}
    for line in text.splitlines():
        table, _, rest = line.partition(" ")
        if table == "missing":
            facts["missing"].add(rest)
        elif table == "refused":
            facts["refused"] = rest
        else:
            key, number = rest.split()
            if key in facts[table]:
                raise ValueError("twice there: " + line)
            facts[table][key] = int(number)
    return facts


def wrong_in(facts, required, begun):
    if facts["refused"] is not None:
        return "refused: " + facts["refused"]
    if facts["missing"]:
        return "no table, which was acknowledged" if "tables" in required else None
    for key, sequence in required.items():
        if key != "tables" and facts["left"].get(key, 0) < sequence:
            return f"{key}: {facts['left'].get(key)} is there, {sequence} was acknowledged"
    for key, sequence in facts["left"].items():
        if sequence > begun.get(key, 0):
            return f"{key}: {sequence} is there, the last one begun is {begun.get(key)}"
        if key.endswith("k0") and facts["right"].get(key) != sequence:
            return f"half a transaction: {key} is {sequence} left and {facts['right'].get(key)} right"
    if facts["index"] != facts["left"]:
        return "the index is not its table's"
    return None


class Run:
    def __init__(self, arguments, durability, chance, home):
        self.arguments, self.durability, self.chance = arguments, durability, chance
        self.home = home / durability
        self.program = pathlib.Path(arguments.build) / "crash" / "power_cut"
        self.cynamo = pathlib.Path(arguments.build) / "cynamo"
        self.refused = self.damaged = 0

    def call(self, *command):
        return subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=120)

    def record(self):
        log = self.home / "log"
        self.home.mkdir(parents=True)
        done = self.call(self.program, "record", self.home / "store", self.durability, self.arguments.seconds, log)
        if done.returncode != 0:
            raise SystemExit("record: " + done.stderr)
        return read_log(log)

    def write_folder(self, folder, name, image):
        shutil.rmtree(folder, ignore_errors=True)
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(image)
        if self.durability == "unsafe":
            (folder / "unsafe.boot").write_text("00000000-0000-0000-0000-000000000000\n")

    def judge(self, disk):
        """What is wrong with a file of this moment, or None."""
        folder = self.home / "cut"
        self.write_folder(folder, disk.name(self.chance), disk.image(self.chance))
        is_born = (folder / "data.mdb").exists()
        if self.durability == "unsafe":
            return self.judge_unsafe(folder) if is_born else None
        check = self.call(self.cynamo, "check", folder) if is_born else None
        if check and check.returncode != 0:
            return f"check: status {check.returncode}: {check.stdout[-600:]} {check.stderr[-300:]}"
        state = self.call(self.program, "state", folder)
        if state.returncode not in (0, 3):
            return f"state: status {state.returncode}: {state.stderr[-300:]}"
        required = disk.acked if self.durability == "strict" else disk.acked_at_sync
        return wrong_in(facts_of(state.stdout), required, disk.begun)

    def judge_unsafe(self, folder):
        state = self.call(self.program, "state", folder)
        if state.returncode != 3:
            return f"opened under another boot, without a check: status {state.returncode}"
        self.refused += 1
        check = self.call(self.cynamo, "check", folder)
        if check.returncode not in (0, 1):
            return f"check: status {check.returncode}: {check.stderr[-300:]}"
        state = self.call(self.program, "state", folder)
        if check.returncode == 1:
            self.damaged += 1
            return None if state.returncode == 3 else "opened, though the check found damage"
        if state.returncode != 0:
            return f"passed by the check and not readable: {state.stdout[-300:]} {state.stderr[-300:]}"
        facts = facts_of(state.stdout)
        return None if facts["index"] == facts["left"] else "passed by the check, and the index is not its table's"

    def go(self):
        records = self.record()
        disk = Disk(records)
        passed = failed = 0
        for point in cut_points(records, self.arguments.cuts, self.chance):
            disk.go_to(point)
            wrong = self.judge(disk)
            if wrong is None:
                passed += 1
                continue
            failed += 1
            print(f"FAIL {self.durability}, cut at record {point} of {len(records)}: {wrong}")
            if self.arguments.keep:
                shutil.copytree(self.home / "cut", self.home / f"cut-{point}", dirs_exist_ok=True)
        kinds = [record[0] for record in records]
        more = f", {self.damaged} of them damaged" if self.durability == "unsafe" else ""
        print(f"{self.durability}: {passed + failed} cuts in {len(records)} records, {kinds.count(b'S')} syncs, "
              f"{sum(len(r[2]) for r in records if r[0] in (b'W', b'D')) >> 10} KB written, "
              f"{sum(r[0] == b'M' and r[2].startswith(b'acked') for r in records)} writes acknowledged{more}")
        return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cuts", type=int, default=60, help="in each durability mode")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--seconds", type=int, default=1, help="of writing, in each mode")
    parser.add_argument("--build", default=ROOT / "build")
    parser.add_argument("--keep", action="store_true", help="keep the files of cuts that failed")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    home = pathlib.Path(tempfile.mkdtemp(prefix="cynamo-power-"))
    passed = failed = 0
    try:
        for durability in ("strict", "relaxed", "unsafe"):
            counts = Run(arguments, durability, random.Random(f"{arguments.seed} {durability}"), home).go()
            passed, failed = passed + counts[0], failed + counts[1]
    finally:
        if arguments.keep:
            print(f"kept in {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
