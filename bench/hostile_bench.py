#!/usr/bin/env python3
"""What careful clients notice of hostile ones: the 99th percentile of GetItem beside each kind of attack, divided by its value
when nobody attacks, alternating, in one run.

  hostile_bench.py [BUILD] [--rounds 3] [--calls 3000] [--only NAME]     attacks with this in their name

The servers have a processor to themselves; careful and hostile clients share the other, where the careful one goes first (as root:
SCHED_FIFO), as if it were on a machine of its own. Otherwise it waits for the attackers' time slice, some milliseconds, whatever
the server does. Each attack is made on another server, too, which has nothing to do with the clients measured: the last column is
what it costs them that it is their own server. The row `busy machine` has the attackers' processor time without their requests.
"""
import argparse
import multiprocessing
import os
import pathlib
import signal
import socket
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "api"))
from conftest import Server  # noqa: E402
from test_hostile import AT_ONCE, AWS, BODY_MAX, call, head  # noqa: E402
from test_protocol import read_answer  # noqa: E402
from wire import Wire  # noqa: E402


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def send(sock, data):
    try:
        sock.sendall(data)
    except OSError:
        pass


def drain(sock):
    try:
        while sock.recv(1 << 16):
            pass
    except OSError:
        pass


def slow_headers(port, over):
    socks = [connect(port) for _ in range(500)]
    while not over.is_set():
        for sock in socks:
            send(sock, b"X")
        time.sleep(0.2)


def slow_bodies(port, over):
    socks = [connect(port) for _ in range(500)]
    for sock in socks:
        send(sock, head("Content-Length: 1000000", *AWS))
    while not over.is_set():
        for sock in socks:
            send(sock, b" ")
        time.sleep(0.2)


def deep_json(port, over):
    sent = AT_ONCE["JSON that never closes"][0]
    while not over.is_set():
        with connect(port) as sock:
            send(sock, sent)
            sock.settimeout(0.5)
            drain(sock)


def expressions(port, over):
    sent = AT_ONCE["an expression of 400 ORs"][0]
    with connect(port) as sock:
        stream = sock.makefile("rb")
        while not over.is_set():
            sock.sendall(sent)
            read_answer(stream)


def never_reads(port, over):
    request = call("Query", {"TableName": "big", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}})
    while not over.is_set():
        socks = [connect(port) for _ in range(20)]
        for sock in socks:
            sock.settimeout(0.2)
            send(sock, request * 10)
        time.sleep(0.3)
        for sock in socks:
            sock.close()


def uploads(port, over):
    while not over.is_set():
        with connect(port) as sock:
            send(sock, head(f"Content-Length: {BODY_MAX}", *AWS) + b" " * (BODY_MAX // 2))


def opens(port, over):
    while not over.is_set():
        connect(port).close()


def busy(port, over):
    while not over.is_set():
        pass


ATTACKS = {"slow headers, 500 connections": slow_headers, "slow bodies, 500 connections": slow_bodies, "deep JSON": deep_json,
           "long expressions": expressions, "answers of 900 KB never read": never_reads, "half uploads of 4 MB": uploads,
           "connections opened and closed": opens, "busy machine": busy}


def go_first(first):
    """Whether this process goes before all others of its processor: for root only, which main() says."""
    if os.geteuid() == 0:
        os.sched_setscheduler(0, os.SCHED_FIFO if first else os.SCHED_OTHER, os.sched_param(1 if first else 0))


def percentile(port, calls):
    """Microseconds of the 99th percentile."""
    request, times = call("GetItem", {"TableName": "big", "Key": {"pk": {"S": "small"}, "sk": {"S": "x"}}}), []
    go_first(True)
    with connect(port) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = sock.makefile("rb")
        for _ in range(calls):
            begin = time.perf_counter()
            sock.sendall(request)
            status = read_answer(stream)[0]
            times.append(time.perf_counter() - begin)
            assert status == 200
    go_first(False)
    return sorted(times)[calls * 99 // 100] * 1e6


def beside(attack, attacked, port, calls):
    over = multiprocessing.Event()
    attacker = multiprocessing.Process(target=attack, args=(attacked, over), daemon=True)
    attacker.start()
    time.sleep(0.5)
    try:
        return percentile(port, calls)
    finally:
        over.set()
        attacker.join(5)
        attacker.kill()


def prepare(server):
    wire = Wire(server.endpoint)
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    wire.ok("CreateTable", {"TableName": "big", "BillingMode": "PAY_PER_REQUEST", "KeySchema": keys, "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}]})
    for i in range(3):
        wire.ok("PutItem", {"TableName": "big", "Item": {"pk": {"S": "p"}, "sk": {"S": str(i)}, "v": {"S": "x" * 300000}}})
    wire.ok("PutItem", {"TableName": "big", "Item": {"pk": {"S": "small"}, "sk": {"S": "x"}, "v": {"S": "x" * 500}}})
    port = wire.port
    wire.close()
    return port


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("build", nargs="?", default=str(ROOT / "build"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("hostile_bench: ended"))  # and its servers with it
    if os.geteuid() != 0:
        print("not root: the careful client waits for the attackers' time slices")
    processors = sorted(os.sched_getaffinity(0))
    clients, servers = processors[0], processors[-1]
    os.sched_setaffinity(0, {servers})
    own, other = [Server("memory:", "--port", "0", binary=os.path.join(arguments.build, "cynamo")) for _ in range(2)]
    os.sched_setaffinity(0, {clients})
    try:
        port, elsewhere = prepare(own), prepare(other)
        for name, attack in ATTACKS.items():
            if arguments.only not in name:
                continue
            rounds = [(percentile(port, arguments.calls), beside(attack, port, port, arguments.calls),
                       beside(attack, elsewhere, port, arguments.calls)) for _ in range(arguments.rounds)]
            quiet, under, machine = (statistics.median(times) for times in zip(*rounds))
            print(f"{name:34} p99 {quiet:7.0f} us quiet, {under:7.0f} us beside it: {statistics.median(u / q for q, u, _ in rounds):5.1f}"
                  f"   {machine:7.0f} us when it goes elsewhere: {statistics.median(u / m for _, u, m in rounds):5.1f}", flush=True)
    finally:
        own.stop()
        other.stop()


if __name__ == "__main__":
    main()
