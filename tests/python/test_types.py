"""mypy and pyright find the types that a program means, and refuse its mistakes. Skipped where they are not installed."""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

import cynamo

HERE = pathlib.Path(__file__).parent
PROGRAM, CALLS, MISTAKES = 'typed_program.py', 'typed_calls.py', 'typed_mistakes.py'
PACKAGE = pathlib.Path(cynamo.__file__).parents[1]


def marked_lines():
    lines = (HERE / MISTAKES).read_text().splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith('# wrong')}


def check(command, folder, environment=()):
    done = subprocess.run(command, cwd=folder, env={**os.environ, **dict(environment)}, capture_output=True, text=True)
    found = re.findall(r'(\w+\.py):(\d+).*?error', done.stdout)
    assert found, done.stdout + done.stderr
    assert {name for name, _ in found} == {MISTAKES}, done.stdout
    assert {int(line) for _, line in found} == marked_lines(), done.stdout


def copy_programs(folder):
    for name in (PROGRAM, CALLS, MISTAKES):
        shutil.copy(HERE / name, folder / name)


def test_mypy(tmp_path):
    if importlib.util.find_spec('mypy') is None:
        pytest.skip('mypy is not installed')
    copy_programs(tmp_path)
    # The package's own modules are read, and not judged here.
    check([sys.executable, '-m', 'mypy', '--follow-imports=silent', '--strict-equality', '--cache-dir', str(tmp_path / 'cache'),
           PROGRAM, CALLS, MISTAKES], tmp_path, {'MYPYPATH': str(PACKAGE)})


def test_pyright(tmp_path):
    if importlib.util.find_spec('pyright') is None:
        pytest.skip('pyright is not installed')
    # The package fetches pyright itself, from npm's registry, when it first runs.
    version = subprocess.run([sys.executable, '-m', 'pyright', '--version'], capture_output=True, text=True)
    if version.returncode != 0:
        pytest.skip('pyright cannot be fetched: ' + version.stderr[-200:])
    copy_programs(tmp_path)
    (tmp_path / 'pyrightconfig.json').write_text(
        '{"include": ["%s", "%s", "%s"], "extraPaths": ["%s"], "pythonVersion": "3.9"}' % (PROGRAM, CALLS, MISTAKES, PACKAGE))
    check([sys.executable, '-m', 'pyright', '-p', str(tmp_path)], tmp_path)
