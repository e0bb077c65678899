#!/usr/bin/env python3
"""Where the time goes, by layer: samples of `perf` put down to the folder of src/ whose file they fell into.

  layers.py BUILD NAME [--items N]       NAME as engine_bench prints it: GetItem, "PutItem", "UpdateItem", …
  layers.py --data perf.data BUILD       samples that were taken elsewhere, of a server for example

BUILD is a release build with line numbers: cmake -S . -B build-profile -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-g. An inlined
function counts for the file that it is written in. What the C library copies and compares for anyone is a row of its own.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOREIGN = {"liblmdb": "LMDB", "libcrypto": "OpenSSL", "libssl": "OpenSSL", "libisal": "ISA-L (crc32)", "libuv": "libuv", "[": "kernel"}
COPIES = re.compile(r"mem(cpy|move|cmp|set|chr)")


def layers_of_files():
    """base name: the folders that have such a file"""
    found = collections.defaultdict(set)
    for path in (ROOT / "src").rglob("*.[ch]"):
        found[path.name].add(path.relative_to(ROOT / "src").parts[0])
    return found


def layers_of_symbols(program):
    """name of a function: its folder, where that is told without doubt"""
    found = collections.defaultdict(set)
    for line in subprocess.run(["nm", "-l", str(program)], capture_output=True, text=True, check=True).stdout.splitlines():
        place = re.search(r" [tT] (\S+)\t.*?/src/(\w+)/", line)
        if place:
            found[place[1]].add(place[2])
    return {name: folders.pop() for name, folders in found.items() if len(folders) == 1}


def layer_of(library, file, symbol, files, symbols):
    for start, name in FOREIGN.items():
        if library.startswith(start):
            return name
    if library.startswith(("libc.", "libc-")):
        return "copies and comparisons (C library)" if COPIES.match(file) or COPIES.search(symbol) else "C library, other"
    if file.endswith("_bench.c"):
        return "the benchmark"
    folders = files.get(file, set())
    if len(folders) == 1:
        return next(iter(folders))
    return symbols.get(symbol, "/".join(sorted(folders)) or ("generated calls" if "generated" in file else "other"))


def shares(data, program):
    out = subprocess.run(["perf", "report", "-i", str(data), "--no-children", "-g", "none", "--stdio", "-t", "\t", "--sort", "dso,srcfile,sym"],
                         capture_output=True, text=True, check=True).stdout
    files, symbols = layers_of_files(), layers_of_symbols(program)
    total = collections.Counter()
    for line in out.splitlines():
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) == 4 and fields[0].endswith("%"):
            symbol = re.sub(r"^\[.\] ", "", fields[3])
            total[layer_of(fields[1], fields[2], symbol, files, symbols)] += float(fields[0][:-1])
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("name", nargs="?", default="GetItem")
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--data", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.data:
        total, call_ns = shares(arguments.data, arguments.build / "cynamo"), 0
    else:
        program = arguments.build / "bench/engine_bench"
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "perf.data"
            out = subprocess.run(["perf", "record", "-q", "-F", "10000", "-o", str(data), str(program), str(arguments.items), "31", arguments.name,
                                  "own"], capture_output=True, text=True, check=True).stdout
            call_ns = float(re.search(r"(\d+) ns", out)[1])
            total = shares(data, program)
    everything = sum(share for name, share in total.items() if name != "the benchmark")
    for name, share in total.most_common():
        if name != "the benchmark" and share >= everything / 200:
            part = share / everything
            print(f"{name:40} {100 * part:5.1f} %" + (f" {part * call_ns:8.0f} ns" if call_ns else ""))


main()
