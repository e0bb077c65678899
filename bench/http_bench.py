#!/usr/bin/env python3
"""The server over HTTP beside the bare loop (bench/bare_loop.c): CPU per request of the one divided by that of the other.

  http_bench.py BUILD [--items N] [--rounds N] [--seconds S] [--connections 16,64] [--only NAME] [--url memory:]

Each operation: wrk on one core sends the requests, the server on the other answers; the bare loop sends as many bytes. Rounds
alternate; medians are printed. The head of a request is what boto3 sends, some 700 bytes. CPU is the process's own, user and system.
"""
import argparse
import http.client
import os
import pathlib
import re
import signal
import statistics
import subprocess
import tempfile

from http_load import OPERATIONS, call, load, lua, measure, table


def start_server(arguments, extra):
    process = subprocess.Popen(["taskset", "-c", "0", str(arguments.build / "cynamo"), "serve", arguments.url, "--port", "0", "--quiet", *extra],
                               stdout=subprocess.PIPE, text=True)
    return process, int(re.search(r":(\d+)", process.stdout.readline()).group(1))


def start_bare(arguments, body_bytes):
    port = 18000 + os.getpid() % 1000
    process = subprocess.Popen(["taskset", "-c", "0", str(arguments.build / "bench/bare_loop"), str(port), str(body_bytes)],
                               stdout=subprocess.DEVNULL)
    for _ in range(100):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
            break
        except OSError:
            os.sched_yield()
    return process, port


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", default="16,64")
    parser.add_argument("--only", default="")
    parser.add_argument("--url", default="memory:")
    arguments = parser.parse_args()
    server, port = start_server(arguments, [])
    print(f"{arguments.items} items, {arguments.rounds} rounds of {arguments.seconds} s, {arguments.url}; CPU µs per request, medians")
    print(f"{'':22}{'conns':>6}{'cynamo':>10}{'bare':>10}{'ratio':>8}{'at most':>9}")
    try:
        call(port, "CreateTable", table("bench", False))
        call(port, "CreateTable", table("indexed", True))
        load(port, "bench", arguments.items)
        load(port, "indexed", min(arguments.items, 10000))
        with tempfile.TemporaryDirectory() as folder:
            for name, (operation, make, most) in OPERATIONS.items():
                if arguments.only not in name:
                    continue
                script = lua(folder, operation, make, arguments.items)
                bare, bare_port = start_bare(arguments, len(call(port, operation, make(0, arguments.items))))
                for connections in map(int, arguments.connections.split(",")):
                    own, other, ratios = [], [], []
                    for _ in range(arguments.rounds):
                        other.append(measure(bare.pid, bare_port, script, connections, arguments.seconds))
                        own.append(measure(server.pid, port, script, connections, arguments.seconds))
                        ratios.append(own[-1] / other[-1])
                    print(f"{name:22}{connections:>6}{statistics.median(own):>10.2f}{statistics.median(other):>10.2f}"
                          f"{statistics.median(ratios):>8.2f}{most:>9}", flush=True)
                bare.send_signal(signal.SIGTERM)
                bare.wait()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


main()
