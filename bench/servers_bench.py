#!/usr/bin/env python3
"""Cynamo's server beside other people's (bench/servers.py): the same requests to each, in rounds that alternate.

  servers_bench.py BUILD [--items N] [--rounds N] [--seconds S] [--quick] [--servers cynamo,moto,…] [--only NAME,…] [--results FILE]
  servers_bench.py BUILD --table --results FILE

Each server runs alone on core 0 and wrk on core 1, with 16 connections and with one. For each operation: CPU of the server's processes a
request, latencies, requests a second; for each server: start, memory, size on disk. --results adds what was measured to a file of JSON
lines, so that a long run can be made in parts (--only NAME,…; "start" is one of the names); --table prints the tables of such a file.
--quick: 1,000 items, one round of 16 connections.
"""
import argparse
import json
import pathlib
import statistics
import tempfile
import time

import servers
from http_load import OPERATIONS, TEXT, call, item, key, load, lua_in_turn, run_wrk, table

QUICK_ITEMS = 1000
STARTS = 5
SLOW_SECONDS = 0.1  # of one request: only one client asks for it
VERY_SLOW_SECONDS = 1  # and only twice


def gone(i, n):
    """An item beside those of the table, to be put and deleted."""
    return item(10_000_000 + i)


def own_table(i, n):
    return {**table(f"own{i % 300}", False)}


# name: the operations that take turns, the bodies for item number `i` of `n`; what changes one thing twice is sent by one client only
MORE = {
    "Put and Delete": (("PutItem", "DeleteItem"), (
        lambda i, n: {"TableName": "bench", "Item": gone(i, n)},
        lambda i, n: {"TableName": "bench", "Key": {name: gone(i, n)[name] for name in ("pk", "sk")}})),
    "TransactGet of 10": (("TransactGetItems",), (lambda i, n: {"TransactItems": [
        {"Get": {"TableName": "bench", "Key": key((i + k * 997) % n)}} for k in range(10)]},)),
    "Query of 100 with a filter": (("Query",), (lambda i, n: {
        "TableName": "bench", "KeyConditionExpression": "pk = :pk", "FilterExpression": "begins_with(attribute0, :text) AND n < :zero",
        "ExpressionAttributeValues": {":pk": key(i)["pk"], ":text": {"S": TEXT[:9]}, ":zero": {"N": "0"}}},)),
    "Query of 10 of an index": (("Query",), (lambda i, n: {
        "TableName": "indexed", "IndexName": "by_order", "KeyConditionExpression": "sk = :sk", "Limit": 10,
        "ExpressionAttributeValues": {":sk": key(i)["sk"]}},)),
    "Scan of 100": (("Scan",), (lambda i, n: {"TableName": "bench", "Limit": 100, "ExclusiveStartKey": key(i)},)),
    "Scan of 1 MB": (("Scan",), (lambda i, n: {"TableName": "bench"},)),
    "DescribeTable": (("DescribeTable",), (lambda i, n: {"TableName": "indexed"},)),
    "ListTables": (("ListTables",), (lambda i, n: {},)),
    "CreateTable and DeleteTable": (("CreateTable", "DeleteTable"), (own_table, lambda i, n: {"TableName": own_table(i, n)["TableName"]})),
}
ONE_CLIENT = {"CreateTable and DeleteTable"}


def tidy(port):
    """A round may end between a CreateTable and its DeleteTable."""
    for name in json.loads(call(port, "ListTables", {}))["TableNames"]:
        if name.startswith("own"):
            call(port, "DeleteTable", {"TableName": name})


def all_operations():
    out = {name: ((row[0],), (row[1],)) for name, row in OPERATIONS.items()}
    out.update(MORE)
    return out


class Results:
    """Measurements as rows {server, name, connections, what…}, kept in a file if there is one."""

    def __init__(self, path):
        self.path, self.rows = path, []
        if path and path.exists():
            self.rows = [json.loads(line) for line in path.read_text().splitlines()]

    def add(self, **row):
        self.rows.append(row)
        if self.path:
            with self.path.open("a") as out:
                out.write(json.dumps(row) + "\n")

    def median(self, what, **where):
        values = [row[what] for row in self.rows if what in row and all(row.get(k) == v for k, v in where.items())]
        return statistics.median(values) if values else None

    def names(self, field):
        return list(dict.fromkeys(row[field] for row in self.rows if field in row))


def measure_start(server, folder, results):
    for _ in range(STARTS):
        running = servers.Running(server, folder / f"{server.name}.log")
        results.add(server=server.name, start_ms=running.start_seconds * 1e3)
        running.stop()


def fill(running, items, results):
    """The two tables of the requests, and the memory before and after the first."""
    results.add(server=running.name, idle_mb=running.resident_bytes() / 1e6)
    call(running.port, "CreateTable", table("bench", False))
    load(running.port, "bench", items)
    results.add(server=running.name, filled_mb=running.resident_bytes() / 1e6, items=items)
    call(running.port, "CreateTable", table("indexed", True))
    load(running.port, "indexed", items)


def settle(running):
    """A server goes on with what wrk no longer waits for: until it has nothing more to do. Its CPU then."""
    used = running.cpu_seconds()
    for _ in range(400):
        time.sleep(0.05)
        before, used = used, running.cpu_seconds()
        if used - before < 0.002:
            break
    return used


def round_of(running, script, connections, seconds, expected):
    """One round of wrk, long enough for each connection to see several answers. Each has a request under way when it ends."""
    before = settle(running)
    figures = run_wrk(running.port, script, connections, max(seconds, round(expected * connections * 3)))
    sent = figures["requests"] + connections
    used = settle(running) - before
    tidy(running.port)
    return {"cpu_us": used / sent * 1e6, **figures}


def few_of(running, operations, bodies, items):
    """Twice the same from one client of our own: tried before wrk sends many, and all that is asked of what takes long.

    SystemExit says what the server answered instead."""
    before, took = settle(running), []
    for i in range(2):
        for operation, make in zip(operations, bodies):
            begin = time.monotonic()
            call(running.port, operation, make(i, items))
            took.append(time.monotonic() - begin)
    seconds = min(took)
    return {"cpu_us": (settle(running) - before) / len(took) * 1e6, "p50": seconds * 1e6, "p99": max(took) * 1e6, "rate": 1 / seconds,
            "requests": len(took)}


def measure_operation(name, row, running, arguments, folder, results):
    operations, bodies = row
    expected, refused = {}, set()
    script = lua_in_turn(folder, operations, bodies, arguments.items)
    clients = [1] if name in ONE_CLIENT else [16] if arguments.quick else [16, 1]
    for number in range(arguments.rounds + 1):  # the first is not counted: it warms compilers up
        for server in running:
            try:
                if server.name in refused:
                    continue
                if number == 0:
                    few = few_of(server, operations, bodies, arguments.items)
                    expected[server.name] = 1 / few["rate"]
                    if expected[server.name] >= SLOW_SECONDS:
                        results.add(server=server.name, name=name, connections=1, **few)
                    elif not arguments.quick:
                        round_of(server, script, clients[0], arguments.seconds, expected[server.name])
                elif expected[server.name] < SLOW_SECONDS:
                    for connections in clients:
                        figures = round_of(server, script, connections, arguments.seconds, expected[server.name])
                        results.add(server=server.name, name=name, connections=connections, **figures)
                elif expected[server.name] < VERY_SLOW_SECONDS and not arguments.quick:
                    results.add(server=server.name, name=name, connections=1, **few_of(server, operations, bodies, arguments.items))
            except SystemExit as refusal:
                refused.add(server.name)
                results.add(server=server.name, name=name, refusal=str(refusal)[-200:])
                print(f"{name}: {server.name}: {str(refusal)[-200:]}", flush=True)


def in_figures(number):
    """Two or three figures are what a measurement here is good for."""
    if number is None:
        return "–"
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def markdown(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def print_tables(results):
    """Medians, as docs/performance.md has them."""
    names = results.names("server")
    print("CPU of the server a request in µs, and requests a second, with 16 connections (one, where 16 cannot be):\n")
    rows = []
    for name in results.names("name"):
        connections = 1 if name in ONE_CLIENT else 16
        cpu, rate = ([results.median(what, server=server, name=name, connections=connections)
                      or results.median(what, server=server, name=name, connections=1) for server in names] for what in ("cpu_us", "rate"))
        rows.append([name, *map(in_figures, cpu), *(in_figures(number / cpu[0] if number and cpu[0] else None) for number in cpu[1:]),
                     *map(in_figures, rate)])
    markdown(["", *names, *(f"{name} / {names[0]}" for name in names[1:]), *(f"{name}, requests/s" for name in names)], rows)
    for connections in (16, 1):
        print(f"Latency in µs, p50 / p99, {'one sequential client' if connections == 1 else '16 connections'}:\n")
        rows = []
        for name in results.names("name"):
            found = [(results.median("p50", server=server, name=name, connections=connections),
                      results.median("p99", server=server, name=name, connections=connections)) for server in names]
            if any(p50 for p50, _ in found):
                rows.append([name, *("–" if p50 is None else f"{in_figures(p50)} / {in_figures(p99)}" for p50, p99 in found)])
        if rows:
            markdown(["", *names], rows)
    whole = [("version", "version", str), ("from start to the first answer, ms", "start_ms", in_figures),
             ("resident when idle, MB", "idle_mb", in_figures), ("resident with the items, MB", "filled_mb", in_figures),
             ("installed, MB", "size_mb", in_figures)]
    markdown(["", *names], [[title, *(show(results.median(what, server=server) if what != "version" else next(
        (row["version"] for row in reversed(results.rows) if row.get("server") == server and "version" in row), "–"))
        for server in names)] for title, what, show in whole])
    for row in results.rows:
        if "refusal" in row:
            print(f"{row['name']}: {row['server']}: {row['refusal']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--servers", default=",".join(kind.name for kind in servers.ALL))
    parser.add_argument("--only", default="")
    parser.add_argument("--results", type=pathlib.Path)
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.items, arguments.rounds = QUICK_ITEMS, 1
    results = Results(arguments.results)
    if arguments.table:
        print_tables(results)
        return
    chosen = [name for name in all_operations() if not arguments.only or name in arguments.only.split(",")]
    running, begin = [], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        try:
            for server in servers.installed(arguments.build.resolve(), arguments.servers.split(",")):
                results.add(server=server.name, version=server.version, size_mb=server.size() / 1e6)
                if not arguments.only or "start" in arguments.only.split(","):
                    measure_start(server, folder, results)
                running.append(servers.Running(server, folder / f"{server.name}.log"))
                fill(running[-1], arguments.items, results)
            for name in chosen:
                measure_operation(name, all_operations()[name], running, arguments, folder, results)
        finally:
            for server in running:
                server.stop()
    print_tables(results)
    print(f"took {time.monotonic() - begin:.0f} s")


main()
