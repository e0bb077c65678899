#!/usr/bin/env python3
"""A file larger than the memory allowed to it: the engine on file: beside raw LMDB (bench/large_file_bench.c).

  large_file_bench.py BUILD [--items 10000000] [--memory-mb 2000] [--seconds 10] [--folder DIR] [--sides cynamo,raw,raw-without-readahead]

Each side has its own control group, whose limit counts the pages of the file in the kernel's cache too; where none can be made, the
run says that memory was not limited. 10 million items of 1 KB take some 15 GB of DIR (BUILD), for one
side at a time, and are removed.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import tempfile

ITEM_BYTES_ON_DISK = 2000
SIDES = "cynamo,raw,raw-without-readahead"
HEAD = ("calls", "p50 µs", "p99 µs", "mean µs", "CPU µs", "pages read")


class MemoryGroup:
    """A control group below our own (version 1 or 2) with a limit; without one where that is not allowed."""

    def __init__(self, megabytes):
        self.path, size = None, str(megabytes << 20)
        for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, ours = line.split(":", 2)
            for root, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
                if controllers == ("memory" if root.endswith("memory") else ""):
                    self.try_to_make(pathlib.Path(root + ours) / f"cynamo-large-{os.getpid()}", limit, size)
        if not self.path:
            print("memory is NOT limited: no control group can be made here", flush=True)

    def try_to_make(self, path, limit, size):
        if self.path:
            return
        try:
            path.mkdir()
            (path / limit).write_text(size)
            self.path = path
        except OSError:
            if path.exists():
                path.rmdir()

    def enter(self):
        if self.path:
            (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def most_used_mb(self):
        for name in ("memory.max_usage_in_bytes", "memory.peak"):
            if self.path and (self.path / name).exists():
                return int((self.path / name).read_text()) >> 20
        return None

    def remove(self):
        if self.path:
            self.path.rmdir()


def step(group, arguments, *words):
    """A step of the program in the group: its lines, in fields."""
    done = subprocess.run([str(arguments.build / "bench/large_file_bench"), *map(str, words)], preexec_fn=group.enter, stdout=subprocess.PIPE,
                          text=True)
    if done.returncode:
        raise SystemExit(f"{words}: status {done.returncode}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def load(group, arguments, side, folder):
    (_, items, seconds, cpu), = step(group, arguments, "load", side, folder, arguments.items)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{side}: {int(items):,} items loaded in {float(seconds):,.0f} s: {int(items) / float(seconds):,.0f} a second, "
          f"{float(cpu) / int(items) * 1e6:.1f} µs of CPU each; file {size / 1e9:.1f} GB", flush=True)


def measure(group, arguments, side, folder):
    for name, *fields in step(group, arguments, "measure", side, folder, arguments.items, arguments.seconds):
        if name == "memory":
            print(f"{side}: {float(fields[0]):.0f} MB of its own, {float(fields[1]):,.0f} MB of the file resident; "
                  f"the group at most {group.most_used_mb()} MB")
        else:
            print(f"{side + ': ' + name:46}" + "".join(f"{field:>12}" for field in fields), flush=True)


def run(arguments, folder):
    """A file serves all sides that read it alike: raw LMDB with the kernel's read-ahead and without."""
    sides = arguments.sides.split(",")
    for kind in ("cynamo", "raw"):
        mine = [side for side in sides if side.split("-")[0] == kind]
        if not mine:
            continue
        group = MemoryGroup(arguments.memory_mb)
        try:
            load(group, arguments, kind, folder / kind)
            print(f"{'':46}" + "".join(f"{title:>12}" for title in HEAD))
            for side in mine:
                measure(group, arguments, side, folder / kind)
        finally:
            shutil.rmtree(folder / kind, ignore_errors=True)
            group.remove()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--memory-mb", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--sides", default=SIDES)
    arguments = parser.parse_args()
    parent = arguments.folder or arguments.build
    free = shutil.disk_usage(parent).free
    if free < arguments.items * ITEM_BYTES_ON_DISK:
        raise SystemExit(f"{parent} has {free >> 30} GiB free, too little for {arguments.items:,} items")
    with tempfile.TemporaryDirectory(prefix="large-", dir=parent) as folder:
        run(arguments, pathlib.Path(folder))


main()
