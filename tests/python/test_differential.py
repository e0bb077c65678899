"""The same random programs with PynamoDB (and botocore) and with Cynamo: requests on the wire, results and errors are the same.

More of them: CYN_SEEDS="4 5 6" CYN_STEPS=1000."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip('pynamodb')
PROGRAM = str(pathlib.Path(__file__).with_name('differential_program.py'))
SEEDS = [int(seed) for seed in os.environ.get('CYN_SEEDS', '1 2').split()]
STEPS = os.environ.get('CYN_STEPS', '120')


def run(package, seed):
    done = subprocess.run(
        [sys.executable, PROGRAM, package, str(seed), STEPS], env=dict(os.environ, PYTHONHASHSEED='0'), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout.decode())


def canonical(value):
    """A request without what has no order: the members of sets, and BatchGetItem's keys, which PynamoDB takes from a set."""
    if isinstance(value, list):
        return [canonical(element) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        name: sorted(inner, key=json.dumps) if name in ('SS', 'NS', 'BS', 'Keys') and isinstance(inner, list) else canonical(inner)
        for name, inner in value.items()
    }


@pytest.mark.parametrize('seed', SEEDS)
def test_same_as_pynamodb(seed):
    theirs, ours = run('pynamodb', seed), run('cynamo', seed)
    for step, (wanted, got) in enumerate(zip(theirs, ours)):
        place = 'seed {}, step {}, {}'.format(seed, step, wanted[0])
        assert canonical(got[2]) == canonical(wanted[2]), place
        assert got[:2] == wanted[:2], place
    assert len(theirs) == len(ours)
