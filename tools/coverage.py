#!/usr/bin/env python3
"""Line and branch coverage of src/ by folder, from what the programs of a coverage build have left behind.

  coverage.py BUILD [--files]     also each file, the least covered first
"""
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()


def records():
    """gcov's records of each source file of ours, one of each object. A unit test of the command line includes the file it is of."""
    for data in sorted([*BUILD.glob("CMakeFiles/c*.dir/src/**/*.gcda"), *BUILD.glob("CMakeFiles/cli_*_test.dir/**/*.gcda")]):
        done = subprocess.run(["gcov", "--branch-probabilities", "--json-format", "--stdout", str(data)], cwd=BUILD,
                              capture_output=True, text=True)
        for line in done.stdout.splitlines():
            for source in json.loads(line)["files"]:
                path = pathlib.Path(source["file"])
                path = path if path.is_absolute() else BUILD / path
                if path.resolve().is_relative_to(ROOT / "src"):
                    yield path.resolve().relative_to(ROOT / "src"), source["lines"]


def main():
    lines, branches = collections.defaultdict(dict), collections.defaultdict(dict)
    for path, rows in records():
        for row in rows:
            at = row["line_number"]
            lines[path][at] = lines[path].get(at, False) or row["count"] > 0
            for number, branch in enumerate(row["branches"]):
                if not branch["throw"]:
                    branches[path][at, number] = branches[path].get((at, number), False) or branch["count"] > 0

    def row(name, paths):
        out = [name]
        for table in (lines, branches):
            hit = sum(sum(table[path].values()) for path in paths)
            all_of = sum(len(table[path]) for path in paths)
            out += [hit, all_of, 100 * hit / all_of if all_of else 100.0]
        return out

    folders = collections.defaultdict(list)
    for path in lines:
        folders[path.parts[0]].append(path)
    rows = [row(folder, paths) for folder, paths in sorted(folders.items())] + [row("all", list(lines))]
    if "--files" in sys.argv:
        rows = sorted((row(str(path), [path]) for path in lines), key=lambda r: r[6]) + rows
    print(f"{'':34} {'lines':>16} {'':>6} {'branches':>16}")
    for name, hit, count, percent, branch_hit, branch_count, branch_percent in rows:
        print(f"{name:34} {hit:7} of {count:6} {percent:5.1f}% {branch_hit:7} of {branch_count:6} {branch_percent:5.1f}%")


main()
