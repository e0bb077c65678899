#!/usr/bin/env python3
"""Migrations under kills and beside writers: nothing is lost, nothing is done twice.

  migrate_test.py --binary build/cynamo --rounds 12

Each round is a step that adds 1 to all items, under a condition, run by `cynamo migrate` which is killed at random times and
called again until it has ended, while another program adds 10,000 to one item after the other."""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

ITEMS = 4000
parser = argparse.ArgumentParser()
parser.add_argument("--binary", default="build/cynamo")
parser.add_argument("--rounds", type=int, default=12)
parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
options = parser.parse_args()
binary = str(pathlib.Path(options.binary).resolve())
chance = random.Random(options.seed)


class Place:
    """A server on memory:, a folder, and the program in it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.server = subprocess.Popen([binary, "serve", "memory:", "--port", "0", "--quiet"], stdout=subprocess.PIPE, text=True)
        url = self.server.stdout.readline().split("listening on ")[1].split()[0]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CYNAMO_"))}
        self.env = {**kept, "HOME": folder, "CYNAMO_URL": url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}

    def start(self, *arguments, **more):
        return subprocess.Popen([binary, *arguments], env=self.env, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, **more)

    def run(self, *arguments):
        running = self.start(*arguments)
        out, err = running.communicate()
        if running.returncode != 0:
            sys.exit(f"{arguments}: status {running.returncode}\n{err}\n0 passed, 1 failed")
        return out


class Writer(threading.Thread):
    """One shell, which is told what to write; counts what it has begun."""

    def __init__(self, place):
        super().__init__()
        self.shell = place.start("shell", stdin=subprocess.PIPE)
        self.begun, self.ends, self.out = 0, threading.Event(), None

    def run(self):
        reader = threading.Thread(target=lambda: setattr(self, "out", self.shell.stdout.read()))
        reader.start()
        while not self.ends.wait(0.002):
            n = chance.randrange(ITEMS)
            self.shell.stdin.write(f"update Tab p{n % 5} {n} --add 'w 1' --add 'n 10000'\n")
            self.shell.stdin.flush()
            self.begun += 1
        self.shell.stdin.close()
        reader.join()
        self.status = self.shell.wait()


def migrate(place, version):
    """Kills, until it ends by itself."""
    kills = 0
    step = {"name": "add", "version": version, "table": "Tab", "where": f"attribute_not_exists(v{version})",
            "set": ["n = n + 1", f"v{version} = true"]}
    (place.folder / "steps.json").write_text(json.dumps(step))
    while True:
        running = place.start("migrate", "steps.json", "--page-size", "25")
        try:
            _, err = running.communicate(timeout=chance.uniform(0.05, 3))
        except subprocess.TimeoutExpired:
            running.kill()
            running.communicate()
            kills += 1
            continue
        if running.returncode != 0:
            sys.exit(f"migrate: status {running.returncode}\n{err}\n0 passed, 1 failed")
        return kills


def main():
    with tempfile.TemporaryDirectory(prefix="cynamo-migrate-") as folder:
        place = Place(folder)
        place.run("create-table", "Tab", "pk", "sk:N")
        (place.folder / "in.jsonl").write_text("".join(json.dumps({"pk": f"p{n % 5}", "sk": n, "n": 0, "w": 0}) + "\n" for n in range(ITEMS)))
        place.run("import", "Tab", "in.jsonl")
        writer = Writer(place)
        writer.start()
        kills = sum(migrate(place, version + 1) for version in range(options.rounds))
        writer.ends.set()
        writer.join()
        items = [json.loads(line) for line in place.run("scan", "Tab").splitlines()]
        place.server.terminate()
        place.server.wait()
    wrong = [item for item in items if item["n"] != options.rounds + 10000 * item["w"]
             or any(item.get(f"v{version + 1}") is not True for version in range(options.rounds))]
    written = sum(item["w"] for item in items)
    print(f"seed {options.seed}: {options.rounds} migrations, {kills} kills, {written} writes beside them")
    faults = [text for text, is_so in ((f"{len(items)} items of {ITEMS}", len(items) != ITEMS), (f"wrong: {wrong[:3]}", bool(wrong)),
                                       (f"{writer.begun} writes begun", writer.begun != written or writer.status != 0)) if is_so]
    for fault in faults:
        print(f"FAIL {fault}")
    print(f"{3 - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
