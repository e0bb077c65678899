"""PynamoDB's own tests, and its extension's, under Cynamo: run_pynamodb_own.py in a process of its own."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

import cynamo

HERE = pathlib.Path(__file__).resolve().parent


@pytest.mark.parametrize('arguments, least', [([], 386), (['--attributes'], 67)], ids=['pynamodb', 'pynamodb-attributes'])
def test_own(arguments, least):
    environment = dict(os.environ, PYTHONPATH=str(pathlib.Path(cynamo.__file__).parents[1]))
    done = subprocess.run(
        [sys.executable, str(HERE / 'run_pynamodb_own.py')] + arguments, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=300)
    said = done.stdout.decode()
    assert done.returncode == 0, said
    assert int(re.search(r'(\d+) passed', said).group(1)) >= least, said
