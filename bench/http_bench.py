#!/usr/bin/env python3
"""The server over HTTP beside the bare loop (bench/bare_loop.c): CPU per request of the one divided by that of the other.

  http_bench.py BUILD [--items N] [--rounds N] [--seconds S] [--connections 16,64] [--only NAME] [--url memory:]

Each operation: wrk on one core sends the requests, the server on the other answers; the bare loop sends as many bytes. Rounds
alternate, and what is printed is the median of the rounds' ratios. CPU is the process's own, user and system. Behind the operations:
what signatures, TLS and a second loop cost, a sequential client with polling, pages of 1 MB, memory, start and size. `--only` takes
the names that match it.
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time

from http_load import OPERATIONS, item, table
from http_rig import ask, bare, connect, credentials, fill, script_of, send, serve

PAGE_ITEMS = 1100  # of one partition: more than a page of 1 MB holds
PAGES = {
    "Query of 1 MB, per item": ("Query", lambda i, n: {
        "TableName": "pages", "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "one"}}}),
    "Scan of 1 MB, per item": ("Scan", lambda i, n: {"TableName": "bench"}),
}
FEW_ITEMS = 10000
POLL_US = 100
STARTS = 11
IDLE_CONNECTIONS = 100


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder, self.build = arguments, folder, arguments.build

    def wants(self, name):
        return re.search(self.arguments.only, name) is not None

    def script(self, name, items=None):
        operation, make = (PAGES.get(name) or OPERATIONS[name])[:2]
        return script_of(self.folder, name, operation, make, items or self.arguments.items)

    def answer(self, server, name):
        operation, make = (PAGES.get(name) or OPERATIONS[name])[:2]
        return ask(server, operation, make(0, self.arguments.items))

    def fill(self, server):
        """What the operations and the pages need."""
        fill(server, table("bench", False), (item(i) for i in range(self.arguments.items)))
        fill(server, table("indexed", True), (item(i) for i in range(min(self.arguments.items, FEW_ITEMS))))
        fill(server, table("pages", False),
             ({**item(i), "pk": {"S": "one"}, "sk": {"S": f"order#{i:06d}"}} for i in range(PAGE_ITEMS)))

    def fill_few(self, server):
        """A server beside the main one: only what Get and Put need."""
        fill(server, table("bench", False), (item(i) for i in range(FEW_ITEMS)))

    def rounds(self, script, connections, *servers, seconds=None, **how):
        """Each server in turn, every second round the other way about: a list of (CPU µs, latency) for each."""
        results = [[] for _ in servers]
        for number in range(self.arguments.rounds):
            order = range(len(servers)) if number % 2 == 0 else reversed(range(len(servers)))
            for index in order:
                results[index].append(servers[index].wrk(script, connections, seconds or self.arguments.seconds, **how))
        return results


def heading(own, other):
    print(f"{'':32}{'conns':>6}{own:>10}{other:>10}{'ratio':>9}{'at most':>9}")


def row(name, connections, own, other, ratio, most):
    print(f"{name:32}{connections:>6}{own:>10.2f}{other:>10.2f}{ratio:>9.2f}{most:>9}", flush=True)


def figure(name, value, unit, most):
    print(f"{name:32}{value:>26.2f} {unit:<8}{most:>9}", flush=True)


def cpu(results):
    return [used for used, _ in results]


def ratio(own, other):
    """The median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(own, other))


def bench_operations(bench, server):
    for name, (_, _, most) in OPERATIONS.items():
        if not bench.wants(name):
            continue
        script = bench.script(name)
        with bare(bench.build, len(bench.answer(server, name))) as limit:
            for connections in map(int, bench.arguments.connections.split(",")):
                other, own = map(cpu, bench.rounds(script, connections, limit, server))
                row(name, connections, statistics.median(own), statistics.median(other), ratio(own, other), most)


def bench_pages(bench, server):
    """A page of 1 MB costs each of its items so much, against an item of a query of 100."""
    for name in filter(bench.wants, PAGES):
        count = json.loads(bench.answer(server, name))["Count"]
        hundred, page = bench.script("Query of 100"), bench.script(name)
        own, other = [], []
        for _ in range(bench.arguments.rounds):
            other.append(server.wrk(hundred, 4, bench.arguments.seconds)[0] / 100)
            own.append(server.wrk(page, 4, bench.arguments.seconds)[0] / count)
        row(name + ", of 100", 4, statistics.median(own), statistics.median(other), ratio(own, other), 1.5)


def bench_added(bench, name, most, extra):
    """CPU of (the server with it - the server without it) / the bare loop's: the same Get, keep-alive connections."""
    if not bench.wants(name):
        return
    with serve(bench.build, *extra) as server, serve(bench.build) as plain:
        for each in (server, plain):
            bench.fill_few(each)
        script, size = bench.script("Get", FEW_ITEMS), len(bench.answer(plain, "Get"))
        with bare(bench.build, size) as limit, bare(bench.build, size, tls=True) as limit_tls:
            servers = [limit, plain, server] + ([limit_tls] if "--tls" in extra else [])
            for connections in map(int, bench.arguments.connections.split(",")):
                other, without, own, *least = map(cpu, bench.rounds(script, connections, *servers))
                row(name, connections, statistics.median(own), statistics.median(without),
                    statistics.median((a - b) / c for a, b, c in zip(own, without, other)), most)
                for library in least:
                    row("  OpenSSL in the bare loop adds", connections, statistics.median(library), statistics.median(other),
                        statistics.median((a - b) / b for a, b in zip(library, other)), "")


def bench_two_loops(bench):
    """CPU per request with two loops / with one: the same load, both free to use both cores, as is wrk."""
    for operation in ("Get", "Put"):
        name = f"{operation}, two loops / one"
        if not bench.wants(name):
            continue
        with serve(bench.build, core="0,1") as one, serve(bench.build, "--threads", "2", core="0,1") as two:
            bench.fill_few(one)
            bench.fill_few(two)
            other, own = map(cpu, bench.rounds(bench.script(operation, FEW_ITEMS), 64, one, two, core="0,1"))
            row(name, 64, statistics.median(own), statistics.median(other), ratio(own, other), 1.15)


def bench_sequential(bench):
    """The median latency of one client that waits for each answer, both polling so long before they sleep."""
    name = "p50 of one client, polling"
    if not bench.wants(name):
        return
    with serve(bench.build, "--poll-us", str(POLL_US)) as server:
        bench.fill_few(server)
        with bare(bench.build, len(bench.answer(server, "Get")), POLL_US) as limit:
            results = bench.rounds(bench.script("Get", FEW_ITEMS), 1, limit, server)
            other, own = ([latency for _, latency in result] for result in results)
            row(name, 1, statistics.median(own), statistics.median(other), ratio(own, other), 1.3)


def bench_memory(bench):
    if not bench.wants("memory"):
        return
    with serve(bench.build) as server:
        time.sleep(0.2)
        idle = server.resident_kb()
        figure("memory, idle", idle / 1024, "MB", 8)
        with contextlib.ExitStack() as stack:
            for _ in range(IDLE_CONNECTIONS):
                connection = stack.enter_context(contextlib.closing(connect(server)))
                send(connection, "ListTables", {})
            time.sleep(2)
            figure(f"memory, {IDLE_CONNECTIONS} idle connections", (server.resident_kb() - idle) / 1024, "MB", 2)


def start_ms(bench, port):
    """From the start of the process to the end of its first answer."""
    path = str(bench.build / "cynamo")
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    begin = time.monotonic()
    pid = os.posix_spawn(path, [path, "serve", "memory:", "--port", str(port), "--quiet"], os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    try:
        while True:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(request)
                client.recv(4096)
                return (time.monotonic() - begin) * 1e3
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def bench_start(bench):
    if bench.wants("start to first answer"):
        times = [start_ms(bench, 19000 + os.getpid() % 1000) for _ in range(STARTS)]
        figure("start to first answer", statistics.median(times), "ms", 5)
    if bench.wants("stripped program"):
        path = pathlib.Path(bench.folder) / "stripped"
        subprocess.run(["strip", "-o", path, bench.build / "cynamo"], check=True)
        figure("stripped program", path.stat().st_size / 1e6, "MB", 2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--connections", default="16,64")
    parser.add_argument("--only", default="")
    parser.add_argument("--url", default="memory:")
    arguments = parser.parse_args()
    print(f"{arguments.items} items, {arguments.rounds} rounds of {arguments.seconds} s, {arguments.url}; CPU µs per request, medians")
    with tempfile.TemporaryDirectory() as folder, serve(arguments.build, url=arguments.url) as server, credentials() as keys:
        bench = Bench(arguments, folder)
        bench.fill(server)
        heading("cynamo", "bare")
        bench_operations(bench, server)
        print("(with - without) / bare")
        heading("with", "without")
        bench_added(bench, "SigV4 adds", 0.25, ["--credentials", keys])
        bench_added(bench, "TLS adds", 0.4, ["--tls"])
        print("one / the other")
        heading("one", "other")
        bench_two_loops(bench)
        bench_sequential(bench)
        bench_pages(bench, server)
        bench_memory(bench)
        bench_start(bench)


main()
