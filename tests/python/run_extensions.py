#!/usr/bin/env python3
"""Runs the tests of pynamodb-attributes, the most used extension of PynamoDB, unmodified, with Cynamo under PynamoDB's name.

    PYTHONPATH=build/python tests/python/run_extensions.py [--work FOLDER] [pytest's arguments]

Its source distribution is downloaded once (pip, the version below) and kept in the work folder; its models live in `memory:`.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tarfile

VERSION = '0.5.0'
NAME = 'pynamodb-attributes-' + VERSION
ROOT = pathlib.Path(__file__).resolve().parents[2]


def fetch(work):
    """The unpacked distribution."""
    folder = work / NAME
    if not folder.is_dir():
        subprocess.run([sys.executable, '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps',
                        '--no-binary', ':all:', '--dest', str(work), 'pynamodb-attributes==' + VERSION], check=True)
        with tarfile.open(work / (NAME + '.tar.gz')) as tar:
            tar.extractall(work)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--work', type=pathlib.Path, default=ROOT / 'build' / 'extensions')
    options, pytest_arguments = parser.parse_known_args()
    options.work.mkdir(parents=True, exist_ok=True)
    folder = fetch(options.work.resolve())
    paths = [str(folder), *os.environ.get('PYTHONPATH', '').split(os.pathsep)]
    environment = dict(os.environ, DYNAMODB_URL='memory:', PYTHONPATH=os.pathsep.join(os.path.abspath(p) for p in paths if p))
    # Its settings ask for a coverage plugin.
    return subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-o', 'addopts=', '-p', 'no:cacheprovider', '-p', 'cynamo.as_pynamodb',
         '-W', 'ignore::pytest.PytestConfigWarning', *map(str, sorted(folder.glob('tests/*_test.py'))), *pytest_arguments],
        cwd=folder, env=environment).returncode


if __name__ == '__main__':
    sys.exit(main())
