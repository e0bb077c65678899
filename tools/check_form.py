#!/usr/bin/env python3
"""How the house must look: layers, headers, banned calls, sizes, tests, documentation, exported symbols.

  check_form.py BUILD            prints each fault as FILE:LINE: what; the last line counts.
  check_form.py BUILD --update   writes what BUILD's library exports to tests/golden/exports.txt, to be read and committed.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
faults = []
checks = 0


def fault(path, line, text):
    faults.append(f"{path.relative_to(ROOT) if path.is_absolute() else path}:{line}: {text}")


def sources(*patterns):
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def lines(path):
    return enumerate(path.read_text().split("\n"), 1)


EXPORTS = ROOT / "tests/golden/exports.txt"
LIMITS = ROOT / "tools/limits.allow"
RULES = ("file", "function", "test")


def allowed(rule):
    """tools/limits.allow: RULE FILE REASON, one a line."""
    rows = (row.split(None, 2) for row in LIMITS.read_text().split("\n"))
    return {row[1] for row in rows if len(row) == 3 and row[0] == rule}


def check_limits():
    """Each exception names a rule, something that exists, and a reason."""
    for number, line in lines(LIMITS):
        row = line.split(None, 2)
        if not row or row[0].startswith("#"):
            continue
        if row[0] not in RULES:
            fault(LIMITS, number, f"no such rule: {row[0]} (there are {', '.join(RULES)})")
        elif len(row) < 3:
            fault(LIMITS, number, "an exception without a reason")
        elif not (ROOT / row[1]).exists():
            fault(LIMITS, number, f"{row[1]} does not exist: take the line out")


def check_layers():
    table = {}
    for row in (ROOT / "src/LAYERS").read_text().split("\n"):
        if row and not row.startswith("#"):
            layer, below = row.split(":")
            table[layer] = {layer, *below.split()}
    for path in sources("src/*/**/*.[ch]", "src/*/*.[ch]"):
        layer = path.relative_to(ROOT / "src").parts[0]
        for number, line in lines(path):
            include = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not include:
                continue
            other = include.group(1).split("/")[0]
            if "/" not in include.group(1) or include.group(1).startswith("."):
                fault(path, number, f"include as layer/file.h: {include.group(1)}")
            elif other not in table[layer]:
                fault(path, number, f"{layer} may not know {other} (src/LAYERS)")
            elif other != layer and include.group(1).endswith("_private.h"):
                fault(path, number, f"{include.group(1)} is private to {other}")
    homes = {"lmdb.h": "store/lmdb", "uv.h": "server", "curl/curl.h": "transport", "libpq-fe.h": "store/postgres"}
    for path in sources("src/**/*.[ch]"):
        for number, line in lines(path):
            include = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            home = homes.get(include.group(1)) if include else None
            if home and not str(path.relative_to(ROOT / "src")).startswith(home):
                fault(path, number, f"<{include.group(1)}> has its home in {home}")


def check_headers():
    flags = ["-I", str(ROOT / "include"), "-I", str(BUILD / "generated/include"), "-I", str(ROOT / "src"),
             "-isystem", "/usr/share/include/llhttp", "-D_GNU_SOURCE", "-fsyntax-only"]
    private = sources("src/**/*.h")
    public = sources("include/cynamo/*.h") + sorted((BUILD / "generated/include/cynamo").glob("*.h"))
    with tempfile.TemporaryDirectory() as folder:
        for path in private + public:
            is_public = path in public
            for language, standard in (("c", "c17"), ("c++", "c++17")) if is_public else (("c", "c17"),):
                source = pathlib.Path(folder) / "alone"
                source.write_text(f'#include "{path}"\n')
                strict = ["-pedantic", "-Wall", "-Wextra", "-Werror"] if is_public else []
                done = subprocess.run(["gcc", "-x", language, f"-std={standard}", *strict, *flags, str(source)],
                                      capture_output=True, text=True)
                if done.returncode:
                    fault(path, 1, f"does not compile alone as {standard}: {done.stderr.splitlines()[0]}")


BANNED = [
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atof|system|alloca)\s*\(", "", "banned call"),
    (r"\bstrtod\s*\(", "", "strtod: item numbers are exact"),
    (r"\b(malloc|calloc|realloc|strdup)\s*\(", ("src/base/", "src/cli/memory.c"), "malloc lives in base/alloc.c"),
    (r"(?<![\w>.])time\s*\(|\bgettimeofday\s*\(", "src/base/clock.c", "time lives in base/clock.c"),
    (r"\b(printf|puts|putchar|perror|abort|exit)\s*\(", "src/cli/", "the library does not print or end the process"),
    (r"\b(TODO|FIXME|XXX|HACK)\b", "", "leftover note"),
]


def strip_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.S)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', re.sub(r"//[^\n]*", "", text))


def check_banned():
    for path in sources("src/**/*.[ch]", "python/src/*.[ch]"):
        relative = str(path.relative_to(ROOT))
        text = path.read_text()
        code = strip_comments(text).split("\n")
        for pattern, home, what in BANNED:
            body = text.split("\n") if what == "leftover note" else code
            for number, line in enumerate(body, 1):
                if re.search(pattern, line) and not (home and relative.startswith(home)):
                    fault(path, number, what)


def check_sizes():
    large_files, long_functions = allowed("file"), allowed("function")
    for path in sources("src/**/*.[ch]", "python/src/*.[ch]", "include/**/*.h", "tools/*.py"):
        relative, text = str(path.relative_to(ROOT)), path.read_text()
        count = text.count("\n")
        if count > 1000 and relative not in large_files:
            fault(path, count, "over 1,000 lines")
        if path.suffix != ".c":
            continue
        start = 0
        for number, line in enumerate(text.split("\n"), 1):
            if re.match(r"[A-Za-z_].*\)\s*\{$", line) or line == "{":
                start = number
            elif line == "}" and start:
                if number - start > 100 and relative not in long_functions:
                    fault(path, start, f"a function of {number - start} lines")
                start = 0


def check_tests():
    """Each source file has a unit test of its name, or stands in tools/limits.allow with what tests it."""
    elsewhere = allowed("test")
    for path in sources("src/**/*.c"):
        relative = path.relative_to(ROOT / "src")
        layer, name = relative.parts[0], relative.stem
        folder = str(relative.parent)
        found = list((ROOT / "tests/unit" / layer).glob(f"**/{name}_test.c"))
        if not found and f"src/{relative}" not in elsewhere and f"src/{folder}/" not in elsewhere:
            fault(path, 1, "no unit test of its name")


def check_documentation():
    for path in sources("include/**/*.h"):
        before = ""
        for number, line in lines(path):
            if line.startswith("CYN_API") and not (before.endswith("*/") or before.endswith(";") or before.startswith(" ")):
                fault(path, number, "a public prototype without a comment")
            if line.strip():
                before = line.rstrip()


def exported_names():
    library = BUILD / "libcynamo.so"
    done = subprocess.run(["nm", "-D", "--defined-only", str(library)], capture_output=True, text=True)
    return sorted(row.split()[-1] for row in done.stdout.splitlines() if row)


def check_exports():
    exported = exported_names()
    wanted = EXPORTS.read_text().split() if EXPORTS.exists() else []
    for name in exported:
        if not re.fullmatch(r"cyn_(?!i_)[a-z0-9_]+", name):
            fault(EXPORTS, 1, f"exported, but not a public name: {name}")
    for name in sorted(set(exported) - set(wanted)):
        fault(EXPORTS, 1, f"exported, but not in the list: {name} (check_form.py BUILD --update)")
    for name in sorted(set(wanted) - set(exported)):
        fault(EXPORTS, 1, f"in the list, but not exported: {name}")


def main():
    global checks
    if "--update" in sys.argv[2:]:
        EXPORTS.write_text("\n".join(exported_names()) + "\n")
        return 0
    passed = 0
    for check in (check_limits, check_layers, check_headers, check_banned, check_sizes, check_tests,
                  check_documentation, check_exports):
        before = len(faults)
        check()
        passed += len(faults) == before
        checks += 1
    for line in faults:
        print(line)
    print(f"form: {passed} passed, {checks - passed} failed")
    return 1 if faults else 0


sys.exit(main())
