#!/usr/bin/env python3
"""Where the time goes, by layer: samples of `perf` put down to the source file that they fell into.

  layers.py BUILD engine [NAME] [--items 10000]      a call in the process; NAME as engine_bench prints it: GetItem, "PutItem", …
  layers.py BUILD http [NAME] [--connections 64] [--seconds 3] [--tls] [--signed]
                                                     a server that wrk keeps busy; NAME is a row of http_load.py: Get, Put, …

BUILD is a release build with line numbers: cmake -S . -B build-profile -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-g. An inlined
function counts for the file that it is written in. What the C library copies and compares for anyone is a row of its own, and so are
the other libraries and the kernel. Needs perf (Debian: linux-perf).
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
BENCHMARK = "the benchmark"
LAYERS = (  # the first that fits: a library's name, or folder/file below src/
    ("kernel", r"^\["),
    ("C library: copies, comparisons", r"^libc[.-].*mem(cpy|move|cmp|set|chr)"),
    ("C library, other", r"^libc[.-]|^libpthread|^ld-linux"),
    ("LMDB", r"^liblmdb"),
    ("OpenSSL: TLS, digests", r"^lib(crypto|ssl)"),
    ("crc32 (ISA-L)", r"^libisal"),
    ("server: loop, connections", r"^libuv|^server/(loop|connection|response|request|log|tls)"),
    ("server: HTTP parsing", r"^libllhttp|^server/http"),
    ("server: credential, signature", r"^server/|^base/sigv4"),
    ("JSON to items and structs", r"^api/(decode|check|slots|operation|pattern|number)|^value/(json\.|json_private|item_json\.|utf8|base64|item_check|builder|pair)"),
    ("items and structs to JSON", r"^api/encode|^value/(item_json_write|json_write)"),
    ("value: items, numbers, keys", r"^value/"),
    ("engine, catalog, expressions", r"^(engine|catalog|expression)/"),
    ("store", r"^(store|jobs)/"),
    ("base: arenas, hashes, clock", r"^base/"),
    ("api, db", r"^(api|db|control)/"),
    (BENCHMARK, r"_bench\.c$"),
)


def places_of_files():
    """base name: folder/file of all files that have it"""
    found = collections.defaultdict(set)
    for path in (ROOT / "src").rglob("*.[ch]"):
        found[path.name].add(str(path.relative_to(ROOT / "src")))
    return found


def places_of_symbols(program):
    """name of a function: folder/file, where that is told without doubt"""
    found = collections.defaultdict(set)
    for line in subprocess.run(["nm", "-l", str(program)], capture_output=True, text=True, check=True).stdout.splitlines():
        place = re.search(r" [tT] (\S+)\t.*?/src/(\S+):\d", line)
        if place:
            found[place[1]].add(place[2])
    return {name: places.pop() for name, places in found.items() if len(places) == 1}


def layer_of(library, file, symbol, files, symbols, program):
    if library != program:
        place = f"{library} {file} {symbol}"
    else:
        places = files.get(file, {file})
        place = next(iter(places)) if len(places) == 1 else symbols.get(symbol, "")
    return next((name for name, pattern in LAYERS if re.search(pattern, place)), "other")


def shares(data, program):
    out = subprocess.run(["perf", "report", "-i", str(data), "--no-children", "-g", "none", "--stdio", "-t", "\t", "--sort", "dso,srcfile,sym"],
                         capture_output=True, text=True, check=True).stdout
    files, symbols, total = places_of_files(), places_of_symbols(program), collections.Counter()
    for line in out.splitlines():
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) == 4 and fields[0].endswith("%"):
            symbol = re.sub(r"^\[.\] ", "", fields[3])
            total[layer_of(fields[1], fields[2], symbol, files, symbols, program.name)] += float(fields[0][:-1])
    del total[BENCHMARK]
    return total


# ---- the two sources: each leaves its samples in `data` and returns the program and the nanoseconds of one call

def engine(arguments, data):
    program = arguments.build / "bench/engine_bench"
    out = subprocess.run(["perf", "record", "-q", "-F", "10000", "-o", str(data), str(program), str(arguments.items), "31", arguments.name, "own"],
                         capture_output=True, text=True, check=True).stdout
    return program, float(re.search(r"(\d+) ns", out)[1])


def http(arguments, data):
    from http_load import OPERATIONS, item, table
    from http_rig import credentials, fill, script_of, serve
    if arguments.name not in OPERATIONS:
        sys.exit(f"layers.py: NAME is one of {', '.join(OPERATIONS)}")
    operation, make, _ = OPERATIONS[arguments.name]
    with tempfile.TemporaryDirectory() as folder, credentials() as keys:
        extra = (["--tls"] if arguments.tls else []) + (["--credentials", keys] if arguments.signed else [])
        with serve(arguments.build, *extra) as server:
            for name in ("bench", "indexed"):
                fill(server, table(name, name == "indexed"), (item(i) for i in range(10000)))
            script = script_of(folder, "profile", operation, make, 10000)
            perf = subprocess.Popen(["perf", "record", "-q", "-F", "4000", "-e", "cpu-clock", "-o", str(data), "-p", str(server.process.pid),
                                     "--", "sleep", str(arguments.seconds - 1)], stderr=subprocess.DEVNULL)
            used_us, _ = server.wrk(script, arguments.connections, arguments.seconds)
            perf.wait()
    return arguments.build / "cynamo", used_us * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    sources = parser.add_subparsers(required=True)
    source = sources.add_parser("engine")
    source.set_defaults(record=engine)
    source.add_argument("name", nargs="?", default="GetItem")
    source.add_argument("--items", type=int, default=10000)
    source = sources.add_parser("http")
    source.set_defaults(record=http)
    source.add_argument("name", nargs="?", default="Get")
    source.add_argument("--connections", type=int, default=64)
    source.add_argument("--seconds", type=int, default=3)
    source.add_argument("--tls", action="store_true")
    source.add_argument("--signed", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "perf.data"
        program, call_ns = arguments.record(arguments, data)
        total = shares(data, program)
    print(f"{arguments.name}: {call_ns:.0f} ns a call")
    for name, share in total.most_common():
        part = share / total.total()
        if part >= 0.005:
            print(f"{name:34} {100 * part:5.1f} % {part * call_ns:8.0f} ns")


main()
