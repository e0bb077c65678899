"""Objects pass by pickle between workers of PynamoDB and of Cynamo, both ways, at every protocol."""
import importlib.util
import pathlib
import subprocess
import sys

import pytest

PEER = pathlib.Path(__file__).with_name('pickle_peer.py')


def run(*arguments):
    done = subprocess.run([sys.executable, str(PEER), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize('writer, reader', [('cynamo', 'pynamodb'), ('pynamodb', 'cynamo'), ('cynamo', 'cynamo')])
def test_pickles_pass(writer, reader, tmp_path):
    if 'pynamodb' in (writer, reader) and importlib.util.find_spec('pynamodb') is None:
        pytest.skip('PynamoDB is not installed')
    file = str(tmp_path / 'objects')
    run(writer, 'dump', file)
    run(reader, 'load', file)
