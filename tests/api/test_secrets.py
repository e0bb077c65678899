"""Secret keys and session tokens appear in no log, no answer, no error text and no core file: of a server with --credentials,
whose clients do everything right and everything wrong, and of a client against services that answer well and badly."""
import json
import mmap
import os
import re
import resource
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import ROOT, Server
from test_signatures import CASES, OK, SECRET, Request

pytestmark = pytest.mark.skipif(bool(os.environ.get("CYNAMO_TEST_ENDPOINT")), reason="starts servers of its own")
BINARY = os.environ.get("CYNAMO_BIN", str(ROOT / "build" / "cynamo"))
KEYS = (f"[a]\naws_access_key_id = AKIDGOOD\naws_secret_access_key = {SECRET}\n"
        "[b]\naws_access_key_id = ASIASESSION\naws_secret_access_key = SessionSecret\naws_session_token = the/token==\n"
        "[c]\naws_access_key_id = ASIAOVER\naws_secret_access_key = OverSecret\naws_session_token = t\naws_expiration = 2020-01-01T00:00:00Z\n")


def mappings(pid):
    """(begin, end, flags) of each that can be read."""
    found = []
    for line in open(f"/proc/{pid}/smaps", encoding="ascii"):
        if head := re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) ", line):
            where = int(head[1], 16), int(head[2], 16), head[3]
        elif line.startswith("VmFlags:") and where[2].startswith("r"):
            found.append((where[0], where[1], line.split()[1:]))
    return found


def in_memory(pid, text):
    """How often the text stands where a core file would hold it, and where it would not. The map of the store is left out: it
    is too large to be read."""
    dumped = kept = 0
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for begin, end, flags in mappings(pid):
            if end - begin > 1 << 28:
                continue
            try:
                memory.seek(begin)
                count = memory.read(end - begin).count(text)
            except (OSError, ValueError, OverflowError):  # [vvar], [vsyscall]
                continue
            if "dd" in flags:
                kept += count
            else:
                dumped += count
    return dumped, kept


def core_of(process, folder):
    """The core file of a process that is made to write one; None where the system takes them elsewhere."""
    pattern = open("/proc/sys/kernel/core_pattern", encoding="ascii").read().strip()
    resource.prlimit(process.pid, resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    process.send_signal(signal.SIGABRT)
    process.wait(60)
    files = list(folder.glob("core*")) if pattern.startswith("core") else []
    return files[0] if files else None


def holds(file, text):
    with open(file, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(text) >= 0


def test_a_server_keeps_its_keys_to_itself(tmp_path):
    secrets = [s.encode() for s in (SECRET, "SessionSecret", "OverSecret")]
    (tmp_path / "keys").write_text(KEYS)
    for form in ("text", "json"):
        log = tmp_path / f"log.{form}"
        before = os.getcwd()
        os.chdir(tmp_path)  # where a core file would be
        try:
            with open(log, "wb") as out:
                server = Server(f"file:{tmp_path}/{form}", "--port", "0", "--credentials", str(tmp_path / "keys"), "--log-requests", "--log-format", form, log=out)
        finally:
            os.chdir(before)
        try:
            for make, error, _ in CASES.values():
                status, kind, _, answer = make(server).send()
                assert status == (200 if error is OK else 400) and not any(secret in answer for secret in secrets)
            assert Request(server).send()[0] == 200
            for secret in secrets:
                dumped, kept = in_memory(server.process.pid, secret)
                assert dumped == 0 and kept >= 1, secret
            core = core_of(server.process, tmp_path)
        finally:
            server.stop()
        text = log.read_bytes()
        assert text.count(b"\n") > len(CASES)
        for secret in (*secrets, b"the/token=="):
            assert secret not in text, secret
        if core is not None:
            assert core.stat().st_size > 100000 and holds(core, b"AKIDGOOD") and not any(holds(core, secret) for secret in secrets)
            core.unlink()


def test_a_file_of_keys_that_is_wrong_is_not_shown(tmp_path):
    for text in ("[a]\naws_access_key_id = A\naws_secret_access_key = TheSecret\naws_account_id = TheSecret\n",
                 "[a]\naws_secret_access_key = TheSecret\n", "[a]\naws_access_key_id = A\naws_secret_access_key TheSecret\n",
                 "[a]\naws_access_key_id = A\naws_secret_access_key = TheSecret\naws_expiration = TheSecret\n", "TheSecret"):
        (tmp_path / "keys").write_text(text)
        done = subprocess.run([BINARY, "serve", "--port", "0", "--credentials", str(tmp_path / "keys"), "--log-requests"], capture_output=True, text=True, timeout=20)
        assert done.returncode != 0 and done.stderr and "TheSecret" not in done.stdout + done.stderr


# ---- the client ----

def answer_of(status, body=b"", more=b""):
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n%s" % (status, len(body), more, body)


def fault(name):
    return answer_of(400, b'{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"m"}' % name)


ANSWERS = {
    "success": answer_of(200, b'{"TableNames":[]}'),
    "a refused signature": fault(b"InvalidSignatureException"),
    "an unknown key": fault(b"UnrecognizedClientException"),
    "an expired token": fault(b"ExpiredTokenException"),
    "a fault of the service": answer_of(500, b"{}"),
    "no JSON": answer_of(200, b"<html>"),
    "a wrong checksum": answer_of(200, b"{}", b"x-amz-crc32: 1\r\n"),
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    "no HTTP": b"\x15\x03\x01\x00\x02\x02",
    "nothing": b"",
}


class StandIn:
    """Answers each connection's request with the same bytes, or keeps it waiting."""

    def __init__(self, answer):
        self.answer, self.asked, self.last = answer, threading.Event(), b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                self.last = b""
                while b"\r\n\r\n{" not in self.last and (data := peer.recv(65536)):
                    self.last += data
                self.asked.set()
                if self.answer is None:
                    peer.recv(1)
                else:
                    peer.sendall(self.answer)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def home(tmp_path):
    """An environment whose profile has keys."""
    folder = tmp_path / "home" / ".aws"
    folder.mkdir(parents=True)
    (folder / "credentials").write_text("[default]\naws_access_key_id = ASIACLIENT\naws_secret_access_key = TheClientsSecret\naws_session_token = TheClientsToken\n")
    (folder / "config").write_text("[default]\nregion = us-east-1\n[profile bad]\naws_access_key_id = ASIACLIENT\nregion = us-east-1\n"
                                   "[profile program]\ncredential_process = echo TheClientsSecret\nregion = us-east-1\n")
    return {**{k: v for k, v in os.environ.items() if not k.startswith("AWS_")}, "HOME": str(tmp_path / "home"), "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1"}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_client_does_not_print_its_keys(home, name):
    stand_in = StandIn(ANSWERS[name])
    try:
        done = subprocess.run([BINARY, "call", "ListTables", "--url", stand_in.url], env=home, capture_output=True, timeout=60)
    finally:
        stand_in.close()
    assert (done.returncode == 0) == (name == "success"), done
    assert b"Credential=ASIACLIENT/" in stand_in.last and b"TheClientsToken" in stand_in.last and b"TheClientsSecret" not in stand_in.last
    assert b"TheClientsSecret" not in done.stdout + done.stderr and b"TheClientsToken" not in done.stdout + done.stderr


def test_settings_and_faults_of_configuration_do_not_show_keys(home):
    for arguments in (["settings"], ["call", "ListTables", "--url", "aws:us-east-1", "--profile", "bad"], ["call", "ListTables", "--url", "http://127.0.0.1:1"],
                      ["call", "ListTables", "--url", "aws:us-east-1", "--profile", "program"], ["settings", "--url", "aws:us-east-1"]):
        done = subprocess.run([BINARY, *arguments], env=home, capture_output=True, timeout=60)
        assert done.stdout + done.stderr
        assert b"TheClientsSecret" not in done.stdout + done.stderr and b"TheClientsToken" not in done.stdout + done.stderr, arguments


def test_a_clients_core_file_holds_no_key(home, tmp_path):
    """It waits for its answer: the file of keys is read, the request is signed and sent. The token was sent and may be there."""
    stand_in = StandIn(None)
    folder = tmp_path / "core"
    folder.mkdir()
    process = subprocess.Popen([BINARY, "call", "ListTables", "--url", stand_in.url], env=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    try:
        assert stand_in.asked.wait(20)
        time.sleep(0.1)
        dumped, kept = in_memory(process.pid, b"TheClientsSecret")
        assert dumped == 0 and kept >= 1
        core = core_of(process, folder)
    finally:
        process.kill()
        process.wait()
        stand_in.close()
    if core is not None:
        assert holds(core, b"ASIACLIENT") and not holds(core, b"TheClientsSecret")
