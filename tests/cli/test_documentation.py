"""docs/command-line.md: each example is run, and prints what the page says. CYN_UPDATE_DOCS=1 writes the page anew."""
import json
import os
import re
import shutil
import subprocess

import pytest

from conftest import BINARY, LIMIT, ROOT, Server, environment

PAGE = ROOT / "docs" / "command-line.md"
MANUALS = ["cynamo.1", "cynamo-serve.1", "cynamo.conf.5"]


def commands(block):
    """(source lines, command) of a console block: "$ " begins a command, "> " goes on with it."""
    for part in re.split(r"(?m)^(?=\$ )", block):
        if part:
            lines = part.split("\n")
            source = [lines[0]]
            for line in lines[1:]:
                if not line.startswith("> "):
                    break
                source.append(line)
            yield source, "\n".join(line[2:] for line in source)


def run(command, url, folder):
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment(folder, CYNAMO_URL=url), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=LIMIT)
    out = re.sub(r"after \d+ ms", "after 0 ms", done.stdout.replace(url, "http://127.0.0.1:8000"))
    return re.sub(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", "2026-11-24 12:00:00", out)


def test_every_example(tmp_path):
    server = Server("memory:")
    try:
        def play(match):
            out = ""
            for source, command in commands(match.group(1)):
                out += "\n".join(source) + "\n" + run(command, server.url, tmp_path)
            return f"```console\n{out}```"

        text = PAGE.read_text()
        played = re.sub(r"(?s)```console\n(.*?)```", play, text)
    finally:
        server.stop()
    if os.environ.get("CYN_UPDATE_DOCS"):
        PAGE.write_text(played)
    assert played == text


def test_the_manual_knows_every_command_and_option(tmp_path):
    manual = "".join((ROOT / "docs" / page).read_text() for page in MANUALS).replace("\\-", "-")
    env = environment(tmp_path)
    shown = subprocess.run([BINARY, "help"], capture_output=True, text=True, env=env).stdout
    names = re.findall(r"(?m)^  cynamo (\S+)", shown)
    assert "query" in names and "shell" in names
    for name in names:
        assert re.search(rf"cynamo {name}\b", manual), name
        text = subprocess.run([BINARY, "help", name], capture_output=True, text=True, env=env).stdout
        for option in re.findall(r"(?m)^  (--[a-z-]+)", text):
            assert re.search(rf"{option}\b", manual), f"{name} {option}"


def test_the_manual_knows_every_setting(tmp_path):
    manual = (ROOT / "docs" / "cynamo.conf.5").read_text()
    done = subprocess.run([BINARY, "settings", "--output", "json"], capture_output=True, text=True, env=environment(tmp_path))
    names = set(json.loads(done.stdout)) - {"url", "profile"}
    assert names == set(re.findall(r"(?m)^\.B[I]? ([a-z_]+)(?: \".*\")?$", manual.split(".SH SETTINGS")[1].split(".SH EXAMPLES")[0]))


@pytest.mark.parametrize("page", MANUALS)
def test_the_manual_is_sound(page):
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", str(ROOT / "docs" / page)], capture_output=True, text=True)
    assert done.stderr == ""
