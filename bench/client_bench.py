#!/usr/bin/env python3
"""A remote GetItem by Cynamo's client, by bare libcurl, and by boto3, over loopback: CPU of the caller per call.

  client_bench.py BUILD [--calls N] [--rounds N]

The server runs in a process of its own. libcurl posts the same bytes, unsigned and undecoded. Targets: at most 1.5 times
libcurl, at most a fifteenth of boto3.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import boto3
from botocore.config import Config


def boto3_cpu_us(url, calls, rounds):
    client = boto3.client("dynamodb", endpoint_url=url, region_name="us-east-1", aws_access_key_id="cynamo",
                          aws_secret_access_key="cynamo", config=Config(retries={"mode": "standard"}))
    best = float("inf")
    for number in range(rounds + 1):  # the first one warms up
        start = time.process_time()
        for _ in range(calls):
            answer = client.get_item(TableName="ClientBench", Key={"pk": {"S": "user#1"}})
        used = (time.process_time() - start) / calls * 1e6
        if number:
            best = min(best, used)
    assert len(answer["Item"]) == 10
    return best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    server = subprocess.Popen([arguments.build / "cynamo", "serve", "memory:", "--port", "0"], stdout=subprocess.PIPE, text=True,
                              start_new_session=True)
    try:
        url = re.search(r"http://[\w.:]+", server.stdout.readline()).group()
        environment = dict(os.environ, AWS_ACCESS_KEY_ID="cynamo", AWS_SECRET_ACCESS_KEY="cynamo", AWS_DEFAULT_REGION="us-east-1")
        out = subprocess.run([arguments.build / "bench/client_bench", url, str(arguments.calls), str(arguments.rounds)],
                             check=True, capture_output=True, text=True, env=environment).stdout
        values = {name: float(value) for name, value in re.findall(r"(\w+) ([\d.]+)", out)}
        boto = boto3_cpu_us(url, max(arguments.calls // 10, 50), arguments.rounds)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    print(f"remote GetItem, CPU of the caller: cynamo {values['cynamo_cpu_us']:.1f} us, "
          f"bare libcurl {values['libcurl_cpu_us']:.1f} us, boto3 {boto:.1f} us")
    over_curl, under_boto = values["cynamo_cpu_us"] / values["libcurl_cpu_us"], boto / values["cynamo_cpu_us"]
    print(f"  {over_curl:.2f} times libcurl (at most 1.5), boto3 takes {under_boto:.1f} times as much (at least 15)")
    return 0 if over_curl <= 1.5 and under_boto >= 15 else 1


sys.exit(main())
