"""Cynamo's keys, Region and endpoint against botocore's, case by case (cases.py).

  CYNAMO_RESOLVE=PATH/resolve pytest tests/client_config        (run.sh does it)
"""
import json
import os
import shutil
import subprocess

import pytest

import oracle
from cases import CASES
from servers import Server

RESOLVE = os.environ["CYNAMO_RESOLVE"]


@pytest.fixture(scope="session")
def server():
    return Server()


def lay_out(case, server):
    """Writes the case's files; returns its environment and options."""
    def fill(text):
        return text.replace("{base}", f"http://127.0.0.1:{server.port}").replace("{home}", oracle.HOME).replace("{port}", str(server.port))

    shutil.rmtree(oracle.HOME, ignore_errors=True)
    os.makedirs(oracle.HOME + "/.aws")
    files = {fill(name): text for name, text in case["files"].items()}
    for name, text in ((".aws/config", case["config"]), (".aws/credentials", case["credentials"])):
        if text is not None:
            files[name] = text
    for name, text in files.items():
        path = os.path.join(oracle.HOME, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(fill(text).encode("utf-8", "surrogateescape"))
    environment = {"HOME": oracle.HOME, "PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", "LC_ALL": "C.UTF-8"}
    environment.update({name: fill(value) for name, value in case["env"].items()})
    return environment, {name: fill(value) for name, value in case["options"].items()}


def ask_cynamo(options, environment, container):
    command = [RESOLVE, f"container_base=http://{container}", *(f"{name}={value}" for name, value in options.items())]
    done = subprocess.run(command, env=environment, cwd=oracle.HOME, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def essence(answer, part):
    if "error" in answer:
        return "error"
    if part == "endpoint":  # a call that nobody signs tells no signing Region
        return {"url": answer["url"].rstrip("/"), "region": answer["region"], "signing_region": answer.get("signing_region")}
    return {name: answer[name] for name in ("access_key", "secret_key", "token", "account", "method", "expires_ms")}


SECRETS = {"S1", "S2", "SK", "PS", "csec", "tok-en", "imds-token", "rt"}


def check_secrecy(answer):
    """Nothing that is secret in a case's files or environment stands in an error's text."""
    for part in answer.values():
        words = part.get("text", "").replace('"', " ").replace("'", " ").replace("=", " ").split()
        assert not set(words) & SECRETS, part


def compare(ours, theirs, slack):
    if isinstance(ours, dict) and isinstance(theirs, dict) and "expires_ms" in ours and slack:
        assert abs(ours["expires_ms"] - theirs["expires_ms"]) <= slack * 1000
        ours, theirs = dict(ours, expires_ms=0), dict(theirs, expires_ms=0)
    assert ours == theirs


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case, server):
    if case["name"].startswith("login") and not oracle.HAS_LOGIN:
        pytest.skip("botocore has login sessions only with awscrt")
    container = f"127.0.0.1:{server.port}/container"
    environment, options = lay_out(case, server)
    server.take_log()
    ours = ask_cynamo(options, environment, container)
    check_secrecy(ours)
    lay_out(case, server)
    server.take_log()
    options.pop("local", None)
    theirs = oracle.ask(options, environment, oracle.HOME, container)
    print("cynamo:  ", json.dumps(ours))
    print("botocore:", json.dumps(theirs))
    for part in ("credentials", "endpoint"):
        if case["only"] not in (None, part):
            continue
        expected = essence(theirs[part], part)
        if part == "endpoint" and "url" in theirs[part] and "signing_region" not in theirs[part]:
            ours[part].pop("signing_region", None)
        if case["ours"] and part in case["ours"]:
            assert essence(ours[part], part) == case["ours"][part] != expected
        else:
            compare(essence(ours[part], part), expected, case["slack"])


def test_names_are_unique():
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names)
