"""Reads tests/api/cases: one case a line, columns parted by tabs, `#` begins a comment.

Columns of a file are named by its first line, `#: rule operation request answer`. In every column
    @{x*2049}   stands for x repeated 2049 times
    @{name}     for an entry of CONSTANTS
An answer is written
    200                       this status, whatever the body
    200 {"a":1}               exactly this body
    200 >={"a":1}             a body that has at least this (maps by key, lists element by element)
    400 Name text             this error name and exactly this message
    400 Name ?text            the same, with or without "1 validation error detected: " in front (reference unsure)
    400 Name /regex/          a message in which the expression is found
    400 Name                  whatever message
    400 Name =none            no message at all
    any Name text             200, or that error: the reference does not know whether the service refuses
Name may be several, parted by `|`, where the reference is unsure.
"""
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent / "cases"
PREFIX = "1 validation error detected: "
CONSTANTS = {"tab": "\\t", "base64of2049": "A" * 2732}
_macro = re.compile(r"@\{(?:(.+?)\*(\d+)|(\w+))\}")


def expand(text):
    return _macro.sub(lambda m: m[1] * int(m[2]) if m[1] else CONSTANTS[m[3]], text)


class Case:
    def __init__(self, file, line, columns):
        self.file, self.line = file, line
        self.__dict__.update(columns)

    def __repr__(self):
        return f"{self.file}:{self.line}"


def read(name):
    names, cases = None, []
    for number, line in enumerate((FOLDER / name).read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("#:"):
            names = line[2:].split()
        elif line.strip() and not line.startswith("#"):
            cells = line.split("\t")
            if len(cells) != len(names):
                raise ValueError(f"{name}:{number}: {len(cells)} columns, not {len(names)}")
            cases.append(Case(name, number, dict(zip(names, (expand(c) for c in cells)))))
    return cases


def all_rules():
    """{rule: number of cases} over all files, and the `# rule: x` marks of the tests in Python."""
    count = {}
    for path in sorted(FOLDER.glob("*.tsv")):
        for case in read(path.name):
            for rule in case.rule.split(","):
                count[rule] = count.get(rule, 0) + 1
    for path in sorted(FOLDER.parent.glob("test_*.py")):
        for mark in re.findall(r"# rules?: ([\w. ]+)", path.read_text()):
            for rule in mark.split():
                count[rule] = count.get(rule, 0) + 1
    return count


def message_fits(wanted, got):
    """Whether a message is the one that a case's text asks for."""
    if wanted == "":
        return True
    if wanted == "=none":
        return got is None or got == ""
    if got is None:
        return False
    if len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/"):
        return re.search(wanted[1:-1], got, re.S) is not None
    if wanted.startswith("?"):
        return got in (wanted[1:], PREFIX + wanted[1:])
    return got == wanted


def contains(got, wanted):
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(k in got and contains(got[k], v) for k, v in wanted.items())
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(contains(g, w) for g, w in zip(got, wanted))
    return got == wanted


def check(answer, wanted):
    """Fails unless the `wire.Answer` is as the case's answer column says."""
    import json
    status, _, rest = wanted.partition(" ")
    if status == "any":
        if answer.status == 200:
            return
        status = "400"
    assert answer.status == int(status), f"status {answer.status}, not {status}: {answer.body[:1500]!r}"
    if answer.status == 200:
        if rest.startswith(">="):
            assert contains(answer.json, json.loads(rest[2:])), f"{answer.body[:1500]!r}\nhas not all of {rest[2:]}"
        elif rest:
            assert answer.json == json.loads(rest), f"{answer.body[:1500]!r}\nis not {rest}"
        return
    name, _, text = rest.partition(" ")
    assert answer.type in name.split("|"), f"{answer.type} ({answer.message}), not {name} {text}"
    assert message_fits(text, answer.message), f"message\n  {answer.message!r}\nnot\n  {text!r}"
