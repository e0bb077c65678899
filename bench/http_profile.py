#!/usr/bin/env python3
"""Where the time of a request goes, layer by layer: perf on a server that wrk keeps busy.

  http_profile.py BUILD [OPERATION] [--connections 64] [--seconds 3] [--tls] [--signed]

OPERATION is a row of http_load.py: Get, Put, "BatchWrite of 25", … A function belongs to the file that its object file was made
from; what the libraries do stands under their names. Needs perf (Debian: linux-perf).
"""
import argparse
import collections
import pathlib
import re
import subprocess
import tempfile

from http_load import OPERATIONS, item, table
from http_rig import credentials, fill, script_of, serve

LAYERS = (  # the first that fits the object's path, or the library's name
    ("kernel: sockets, epoll", r"\[kernel|\[vdso"),
    ("server: loop, connections", r"server/(loop|connection|response|request|log|tls)|libuv"),
    ("server: HTTP parsing", r"server/http|llhttp"),
    ("server: credential, signature", r"server/(sigv4|authorize|keyring|origin)|base/sigv4"),
    ("TLS and digests (OpenSSL)", r"libcrypto|libssl"),
    ("JSON to item and structs", r"api/(decode|check|slots|operation|pattern|number)|value/(json\.|item_json\.|utf8|base64|item_check|builder|pair)"),
    ("item to JSON", r"api/encode|value/(item_json_write|json_write)"),
    ("engine, expressions, catalog", r"engine/|expression/|catalog/|db/|value/|control/"),
    ("store: LMDB", r"store/|liblmdb"),
    ("crc32", r"libisal|libdeflate"),
    ("C library: copies, searches", r"libc\.|libpthread|ld-linux"),
    ("base: arenas, random, clock", r"base/"),
)


def objects(build):
    """Function name -> source file, from the object files."""
    out = {}
    for path in (build / "CMakeFiles").glob("cyn_*.dir/**/*.o"):
        for line in subprocess.run(["nm", path], capture_output=True, text=True).stdout.splitlines():
            found = re.search(r" [tT] ([\w.]+)$", line)
            if found:
                out.setdefault(found.group(1), "/".join(path.parts[-3:]))
    return out


def layer_of(where):
    return next((name for name, pattern in LAYERS if re.search(pattern, where)), "else")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("operation", nargs="?", default="Get", choices=OPERATIONS)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--signed", action="store_true")
    arguments = parser.parse_args()
    operation, make, _ = OPERATIONS[arguments.operation]
    with tempfile.TemporaryDirectory() as folder, credentials() as keys:
        extra = (["--tls"] if arguments.tls else []) + (["--credentials", keys] if arguments.signed else [])
        with serve(arguments.build, *extra) as server:
            for name in ("bench", "indexed"):
                fill(server, table(name, name == "indexed"), (item(i) for i in range(10000)))
            script = script_of(folder, "profile", operation, make, 10000)
            data = str(pathlib.Path(folder) / "perf.data")
            perf = subprocess.Popen(["perf", "record", "-q", "-F", "4000", "-e", "cpu-clock", "-o", data, "-p", str(server.process.pid),
                                     "--", "sleep", str(arguments.seconds - 1)], stderr=subprocess.DEVNULL)
            used, _ = server.wrk(script, arguments.connections, arguments.seconds)
            perf.wait()
        report = subprocess.run(["perf", "report", "-i", data, "--stdio", "-g", "none", "--sort", "dso,sym"], capture_output=True,
                                text=True).stdout
    source, shares = objects(arguments.build), collections.Counter()
    for share, library, symbol in re.findall(r"^ +([\d.]+)% +(\S+) +\[[.k]\] (\S+)", report, re.MULTILINE):
        shares[layer_of(source.get(symbol, library) if library == "cynamo" else library)] += float(share)
    print(f"{arguments.operation}, {arguments.connections} connections: {used:.2f} µs of CPU a request")
    for name, share in shares.most_common():
        print(f"  {name:34}{share:6.1f} %{share * used / 100:8.2f} µs")


main()
