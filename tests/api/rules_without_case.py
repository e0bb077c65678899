#!/usr/bin/env python3
"""Prints the rules of rules.tsv that no case and no test names, and the counts. Exit status 1 when there are any with -e."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import case_files  # noqa: E402


def known_rules():
    path = pathlib.Path(__file__).parent / "rules.tsv"
    lines = [line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {cells[0]: cells[1] for cells in lines}


def main():
    rules, count = known_rules(), case_files.all_rules()
    missing = [rule for rule in rules if rule not in count]
    for rule in missing:
        print(f"{rule}\t{rules[rule]}")
    for rule in sorted(set(count) - set(rules)):
        print(f"{rule}\t(named by a case, but not in rules.tsv)")
    print(f"{len(rules)} rules, {len(missing)} without a case; {sum(count.values())} cases and marks", file=sys.stderr)
    return 1 if missing and "-e" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
