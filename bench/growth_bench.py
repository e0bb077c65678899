#!/usr/bin/env python3
"""How Get and Put over HTTP grow from ten thousand items to a million: CPU of the server per request at the one size and the other.

  growth_bench.py BUILD [--items N] [--rounds N] [--seconds S] [--connections N]

Two servers over memory: (bench/size_bench.c serve) hold the two tables; wrk on one core asks them in turn for random items of all
that there are, the server that is asked has the other core. Medians of the rounds' ratios.
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile

from http_load import HEAD, TEXT, measure

FEW = 10000


def script(folder, operation, count):
    """wrk's script: each request is for a random item."""
    attributes = ",".join(f'"attribute{k}":{{"S":"{TEXT}"}}' for k in range(7))
    body = '{"TableName":"bench","Key":{"pk":{"S":"user#%08d"},"sk":{"S":"order#%06d"}}}'
    if operation == "PutItem":
        body = '{"TableName":"bench","Item":{"pk":{"S":"user#%08d"},"sk":{"S":"order#%06d"},"n":{"N":"7"},' + attributes + "}}"
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in HEAD.items()]
    lines += ['wrk.method = "POST"', f'wrk.headers["X-Amz-Target"] = "DynamoDB_20120810.{operation}"', f"local body = [=[{body}]=]",
              f"function request() local i = math.random(0, {count - 1})",
              "return wrk.format(nil, nil, nil, string.format(body, math.floor(i / 100), i % 100)) end"]
    path = pathlib.Path(folder) / f"{operation}-{count}.lua"
    path.write_text("\n".join(lines))
    return path


def start(build, items):
    process = subprocess.Popen(["taskset", "-c", "0", str(build / "bench/size_bench"), "serve", str(items)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=1000000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    sizes = (FEW, arguments.items)
    servers = [start(arguments.build, items) for items in sizes]
    try:
        with tempfile.TemporaryDirectory() as folder:
            for operation in ("GetItem", "PutItem"):
                rounds = []
                for _ in range(arguments.rounds):
                    rounds.append([measure(process.pid, port, script(folder, operation, items), arguments.connections, arguments.seconds)
                                   for items, (process, port) in zip(sizes, servers)])
                few, many = (statistics.median(column) for column in zip(*rounds))
                ratio = statistics.median(large / small for small, large in rounds)
                print(f"{operation} over HTTP at {arguments.items:,} items / at {FEW:,}  {many:6.2f} / {few:5.2f} µs of CPU   ratio {ratio:6.2f}"
                      "   at most 1.5", flush=True)
    finally:
        for process, _ in servers:
            process.stdin.close()
            process.wait()


main()
