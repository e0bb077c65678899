"""Other people's DynamoDB servers, and Cynamo's, as the benchmarks start them: fixed versions from their registries, kept in BUILD/servers.

What cannot be installed here (no npm, no cargo, no registry) is left out, in a line that says why.
"""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import http_load

DYNALITE, MOTO, DYNOXIDE = "4.0.0", "5.2.5", "3.2.0"
SERVER_CORE = "0"


def run(*command, **options):
    """A command of an installation, three times at most: registries have bad minutes."""
    for pause in (3, 10, 0):
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
        if done.returncode == 0:
            return
        time.sleep(pause)
    raise OSError(f"{command[0]} ended with status {done.returncode}: {done.stdout.strip()[-300:]}")


def once(folder, version, *steps):
    """Runs the steps in a new folder, unless it was filled with this version before."""
    mark = folder / "installed"
    if mark.exists() and mark.read_text() == version:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for step in steps:
        step()
    mark.write_text(version)


class Cynamo:
    name, version = "cynamo", ""

    def install(self, build):
        self.program = build / "cynamo"
        self.version = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]

    def command(self, port):
        return [self.program, "serve", "memory:", "--port", port, "--quiet"]

    def size(self):
        return self.program.stat().st_size


class Dynalite:
    name, version = "dynalite", DYNALITE

    def install(self, build):
        self.folder = build / "servers/dynalite"
        once(self.folder, self.version, lambda: run("npm", "install", "--silent", "--no-audit", "--no-fund", f"dynalite@{self.version}",
                                                    cwd=self.folder))

    def command(self, port):
        return ["node", self.folder / "node_modules/.bin/dynalite", "--port", port, "--createTableMs", 0, "--updateTableMs", 0,
                "--deleteTableMs", 0]

    def size(self):
        return size_of(self.folder)


class Moto:
    name, version = "moto", MOTO

    def install(self, build):
        self.folder = build / "servers/moto"
        once(self.folder, self.version, lambda: run(sys.executable, "-m", "venv", self.folder),
             lambda: run(self.folder / "bin/pip", "install", "-q", f"moto[server,dynamodb]=={self.version}"))

    def command(self, port):
        return [self.folder / "bin/moto_server", "-p", port]

    def size(self):
        return size_of(self.folder)


class Dynoxide:
    name, version = "dynoxide", DYNOXIDE

    def install(self, build):
        self.folder = build / "servers/dynoxide"
        once(self.folder, self.version, lambda: run(
            "cargo", "install", "--quiet", "--locked", "--root", self.folder, "--target-dir", self.folder / "target", "--no-default-features",
            "--features", "native-sqlite,http-server,cli", f"dynoxide-rs@{self.version}"),
            lambda: shutil.rmtree(self.folder / "target"))

    def command(self, port):
        return [self.folder / "bin/dynoxide", "serve", "--port", port]

    def size(self):
        return size_of(self.folder / "bin")


ALL = (Cynamo, Dynalite, Moto, Dynoxide)


def size_of(folder):
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def installed(build, names):
    """The servers of these names that could be installed."""
    out = []
    for kind in ALL:
        if kind.name not in names:
            continue
        server = kind()
        try:
            server.install(build)
            out.append(server)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"{kind.name} is left out: {error}", flush=True)
    return out


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Running:
    """A started server: its port, its processes, and how long it took to answer."""

    def __init__(self, server, log):
        self.name, self.port = server.name, free_port()
        self.log = open(log, "w")
        begin = time.monotonic()
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CORE, *map(str, server.command(self.port))], stdout=self.log,
                                        stderr=subprocess.STDOUT, start_new_session=True)
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - begin > 60:
                self.stop()
                raise OSError(f"{server.name} did not start: {pathlib.Path(log).read_text()[-300:]}")
            time.sleep(0.0002)
        self.start_seconds = time.monotonic() - begin

    def answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/", "{}", {**http_load.HEAD, "X-Amz-Target": "DynamoDB_20120810.ListTables"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def processes(self):
        """The server's process and those that it started, and they."""
        found = [self.process.pid]
        for pid in found:
            for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        return found

    def cpu_seconds(self):
        return sum(http_load.cpu_seconds(pid) for pid in self.processes())

    def resident_bytes(self):
        return sum(int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.processes()) * os.sysconf("SC_PAGE_SIZE")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
