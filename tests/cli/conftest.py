"""A server for the session, and the program run against it."""
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import termios
import time

import pytest

LIMIT = 600  # seconds for anything that ends by itself: the machine may be busy with other things
ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CYNAMO_BIN", str(ROOT / "build" / "cynamo"))


def environment(home, **more):
    """Nothing of the caller's AWS settings, terminal or history."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CYNAMO_", "XDG_")) and k != "NO_COLOR"}
    return {**kept, "HOME": str(home), "PATH": f"{pathlib.Path(BINARY).parent}:{os.environ['PATH']}", "TERM": "xterm",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
            "LC_ALL": "C.UTF-8", **more}


class Server:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([BINARY, "serve", "--port", "0", "--quiet", *arguments], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.url = re.search(r"http://\S+", line).group()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(LIMIT)


@pytest.fixture(scope="session")
def server():
    running = Server("memory:")
    yield running
    assert running.stop() == 0


class Result:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def items(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def item(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"status {self.status}\nout: {self.out}\nerr: {self.err}"


class Cynamo:
    """cynamo("get", "Thread", …) runs the program and checks its exit status."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder

    def __call__(self, *arguments, status=0, input=None, **more):
        done = subprocess.run([BINARY, *arguments], input=input, stdin=None if input is not None else subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=LIMIT, cwd=self.folder,
                              env=environment(self.folder, **{"CYNAMO_URL": self.url, **more}))
        result = Result(done)
        assert result.status == status, result
        return result

    def start(self, *arguments, **more):
        return subprocess.Popen([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
                                stdin=subprocess.DEVNULL, env=environment(self.folder, CYNAMO_URL=self.url, **more))

    def terminal(self, *arguments, **more):
        return Terminal([BINARY, *arguments], self.folder, environment(self.folder, **{"CYNAMO_URL": self.url, **more}))


class Terminal:
    """The program on a pseudo terminal: what is typed, and what is then to be seen."""

    def __init__(self, command, folder, env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(command[0], command, env)
        self.text = ""

    def expect(self, pattern, seconds=LIMIT):
        """Reads until the pattern is there; what stood before it and it are taken off."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text)):
            left = end - time.monotonic()
            assert left > 0 and select.select([self.fd], [], [], left)[0], f"no {pattern!r} in {self.text!r}"
            try:
                part = os.read(self.fd, 65536)
            except OSError:
                part = b""
            assert part, f"it ended without {pattern!r}: {self.text!r}"
            self.text += part.decode(errors="replace")
        before, self.text = self.text[:found.end()], self.text[found.end():]
        return before

    def prompt(self):
        """Waits for the shell's prompt, and until the editor has the terminal: before that, the terminal itself would take
        Ctrl-D, and a Ctrl-C would come before anybody reads."""
        before, end = self.expect("cynamo> "), time.monotonic() + LIMIT
        self.await_editor(end)
        return before

    def await_editor(self, end=None):
        end = end or time.monotonic() + LIMIT
        while termios.tcgetattr(self.fd)[3] & termios.ICANON:
            assert time.monotonic() < end, f"nobody edits: {self.text!r}"
            time.sleep(0.01)

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self, seconds=LIMIT):
        """Reads to the end; the rest of the text and the exit status."""
        end = time.monotonic() + seconds
        while True:
            assert select.select([self.fd], [], [], max(0, end - time.monotonic()))[0], f"it does not end: {self.text!r}"
            try:
                part = os.read(self.fd, 65536)
            except OSError:
                part = b""
            if not part:
                break
            self.text += part.decode(errors="replace")
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return self.text, status


@pytest.fixture
def cynamo(server, tmp_path):
    """The program with the session's server as its database, in a folder of its own; its tables go with the test."""
    run = Cynamo(server.url, tmp_path)
    yield run
    for table in run("tables").out.split():
        run("delete-table", table, "--yes")


@pytest.fixture
def thread(cynamo):
    """A table with items."""
    cynamo("create-table", "Thread", "Forum", "Subject", "--global-index", "ByViews=Forum,Views:N")
    items = [{"Forum": "C", "Subject": subject, "Views": views, "Tags": {"$set": [subject.lower(), "all"]}}
             for views, subject in enumerate(("Arenas", "Batches", "Signals", "Sockets"), 1)]
    cynamo("put", "Thread", json.dumps(items))
    return cynamo
