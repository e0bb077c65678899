"""cynamo shell: by pipe, and on a terminal with history and completion. Completion for other shells."""
import re
import shutil
import stat
import subprocess

import pytest

from conftest import BINARY, environment


def test_by_pipe(cynamo):
    script = """
        create-table Note id   # a remark
        put Note {"id": "a b", "list": [1, "}"],
                  "more": {}}
        get Note "a b" --output table
        scan Note --where 'attribute_exists(list) and id = "a b"'
        tables
    """
    done = cynamo("shell", "--url", "memory:", input=script)
    assert done.err == "" and '{"id": "a b", "list": [1, "}"], "more": {}}\n' in done.out and done.out.endswith("Note\n")


def test_the_first_failure_is_the_status(cynamo):
    done = cynamo("shell", "--url", "memory:", input="create-table Note id\nget Note x\ngett\ntables\nexit\nnever\n", status=1)
    assert done.out == "Note\n" and "no such item" in done.err and "did you mean get?" in done.err and "never" not in done.err
    assert "is not for the shell" in cynamo("shell", input="serve\n", status=2).err
    assert cynamo("shell", input="tables --url memory: --output json").item == []
    assert cynamo("shell", input="").out == ""


@pytest.fixture
def shell(thread):
    terminal = thread.terminal("shell")
    terminal.expect(r"Ctrl-D ends")
    terminal.prompt()
    yield terminal
    terminal.type("\x15exit\n")
    assert terminal.end()[1] == 0


@pytest.mark.parametrize("typed, completed", [
    ("quer\t", "query "), ("query Th\t", "query Thread "), ("call DescribeTa\t", "call DescribeTable"),
    ("query Thread --ind\t", "query Thread --index "), ("query Thread C --index B\t", "query Thread C --index ByViews "),
    ("scan Thread --where Vi\t", "scan Thread --where Views "), ("scan Thread --where 'Views > 1 and Ta\t", "and Tags "),
    ("scan Thread --output t\t", "scan Thread --output table "), ("scan Thread --region eu-n\t", "--region eu-north-1 "),
    ("help descr\t", "help describe "), ("completion z\t", "completion zsh "),
])
def test_tab(shell, typed, completed):
    shell.type(typed)
    # what is repainted may come with movements of the cursor in between
    end = completed.split()[-1]
    rest = end[len(typed.rstrip("\t").split()[-1]):]
    shell.expect(re.escape(rest))


def test_history_and_interrupts(thread, tmp_path):
    shell = thread.terminal("shell")
    shell.prompt()
    shell.type("count Thread C\n")
    shell.expect(r"\n4\r\n")
    shell.prompt()
    shell.type('put Thread {"Forum":\n')
    shell.expect(r"   \.\.\.> ")
    shell.await_editor()
    shell.type("\x03")
    shell.prompt()
    shell.type("\x04")
    assert shell.end()[1] == 0
    history = tmp_path / ".local/state/cynamo/history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600 and "count" in history.read_text()
    shell = thread.terminal("shell")
    shell.prompt()
    shell.type("\x1b[A")
    shell.expect("count Thread C")
    shell.type("\n")
    shell.expect(r"\n4\r\n")
    shell.prompt()
    shell.type("exit\n")
    assert shell.end()[1] == 0


def test_deletes_are_asked_for(thread):
    shell = thread.terminal("shell")
    shell.prompt()
    shell.type("delete Thread C Arenas\n")
    shell.expect(r"\[y/N\] ")
    shell.type("y\n")
    shell.prompt()
    shell.type("count Thread C\n")
    shell.expect(r"\n3\r\n")
    shell.prompt()
    shell.type("exit\n")
    assert shell.end()[1] == 0


def complete(cynamo, *words):
    return cynamo("complete", "--", *words).out.split()


def test_candidates(thread):
    assert {"get", "query", "shell", "serve", "migrate", "settings"} <= set(complete(thread, ""))
    assert complete(thread, "ge") == ["get"]
    assert complete(thread, "get", "") == ["Thread"]
    assert complete(thread, "get", "Thread", "--sel") == ["--select"]
    assert complete(thread, "query", "Thread", "C", "--index", "") == ["ByViews"]
    assert complete(thread, "scan", "--select", "x", "") == ["Thread"]
    assert complete(thread, "export", "--format", "d") == ["dynamodb-json"]
    assert complete(thread, "update", "Thread", "a", "b", "--set", "") == ["Forum", "Subject", "Views", "Tags"]
    assert "--credentials" in complete(thread, "serve", "--")
    assert complete(thread, "ping", "--") == ["--timeout-ms", "--help"]
    assert complete(thread, "migrate", "--r") == ["--rate", "--region"] and complete(thread, "migrate", "m.json", "") == []
    assert complete(thread, "check", "--") == ["--max", "--quiet"]
    assert complete(thread, "settings", "--o") == ["--output"] and complete(thread, "settings", "--output", "t") == ["table"]
    assert complete(thread, "nonsense", "") == []
    assert thread("complete", "--", "get", "", CYNAMO_URL="http://127.0.0.1:1").err == ""


def test_bash(thread):
    script = 'source <("$0" completion bash); COMP_WORDS=(cynamo get Th); COMP_CWORD=2; _cynamo; echo "${COMPREPLY[*]}"; complete -p cynamo'
    done = subprocess.run(["bash", "-c", script, BINARY], capture_output=True, text=True,
                          env=environment(thread.folder, CYNAMO_URL=thread.url))
    assert done.stderr == "" and done.stdout.startswith("Thread\n") and "-F _cynamo cynamo" in done.stdout


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_take_their_script(cynamo, shell):
    script = cynamo("completion", shell).out
    assert "cynamo complete -- " in script
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=script, capture_output=True, text=True).returncode == 0
