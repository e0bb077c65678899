#!/usr/bin/env python3
"""Runs the test files of PynamoDB's own source distribution, unmodified, with Cynamo under PynamoDB's name; and those of
pynamodb-attributes, the extension that most programs use, on a database in the process.

    PYTHONPATH=build/python tests/python/run_pynamodb_own.py [--work FOLDER] [--attributes] [pytest's arguments]

The distributions are downloaded once (pip, the versions below) and kept in the work folder; nothing of them is in this
repository. Three of PynamoDB's files import helpers that it does not carry: tests/python/pynamodb_helpers stands in for them.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
VERSION = '6.1.0'
ATTRIBUTES = 'pynamodb-attributes==0.5.0'

# Test -> why it is not run. Only what tests botocore's own transport, and nothing that Cynamo promises, may stand here.
EXCLUDED = {}


def fetch(work):
    """The unpacked distribution."""
    folder = work / 'pynamodb-{}'.format(VERSION)
    if folder.is_dir():
        return folder
    archive = work / 'pynamodb-{}.tar.gz'.format(VERSION)
    if not archive.is_file():
        pip('download', '--no-deps', '--no-binary', 'pynamodb', '--dest', str(work), 'pynamodb==' + VERSION)
    with tarfile.open(archive) as tar:
        names = [member for member in tar.getmembers() if '/tests/' in member.name and member.isfile()]
        partial = work / 'unpacking'
        shutil.rmtree(partial, ignore_errors=True)
        tar.extractall(partial, members=names)
    (partial / folder.name).rename(folder)
    partial.rmdir()
    return folder


def pip(*arguments):
    """Runs pip, a second time where the registry had a bad moment."""
    command = [sys.executable, '-m', 'pip', *arguments, '--quiet', '--disable-pip-version-check']
    if subprocess.run(command).returncode != 0:
        subprocess.run(command, check=True)


def fetch_attributes(work):
    """The wheel of pynamodb-attributes, unpacked; its tests are in it."""
    folder = work / ATTRIBUTES
    if not folder.is_dir():
        partial = work / 'installing'
        shutil.rmtree(partial, ignore_errors=True)
        pip('install', '--no-deps', '--target', str(partial), ATTRIBUTES)
        partial.rename(folder)
    return folder


def prepare(folder):
    """Makes the tests a package, with the helpers beside them."""
    tests = folder / 'tests'
    for helper in (HERE / 'pynamodb_helpers').glob('*.py'):
        shutil.copy(helper, tests / helper.name)
    (tests / '__init__.py').touch()
    return tests


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--work', type=pathlib.Path, default=HERE.parents[1] / 'build' / 'pynamodb_own')
    parser.add_argument('--attributes', action='store_true', help='the tests of pynamodb-attributes')
    options, pytest_arguments = parser.parse_known_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if options.attributes:
        folder = fetch_attributes(work)
    else:
        folder = fetch(work)
        prepare(folder)

    environment = dict(
        os.environ,
        AWS_DEFAULT_REGION='us-east-1',
        AWS_ACCESS_KEY_ID='key',
        AWS_SECRET_ACCESS_KEY='secret',
        AWS_EC2_METADATA_DISABLED='true',
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        # The tests run in another folder.
        PYTHONPATH=os.pathsep.join(
            [os.path.abspath(entry) for entry in os.environ.get('PYTHONPATH', '').split(os.pathsep) if entry] + [str(folder)]),
        DYNAMODB_URL='memory:',  # where pynamodb-attributes looks for a database
    )
    for name in ('CYNAMO_URL', 'CYNAMO_TRANSPORT', 'CYNAMO_ALLOW_AWS', 'PYNAMODB_CONFIG'):
        environment.pop(name, None)
    for test, reason in EXCLUDED.items():
        print('not run: {}: {}'.format(test, reason))
    command = [sys.executable, '-m', 'pytest', '-p', 'cynamo.as_pynamodb', '-q', '-p', 'no:cacheprovider', '--rootdir', str(folder),
               '--confcutdir', str(folder)]
    command += ['--deselect=' + test for test in EXCLUDED]
    command += pytest_arguments or ['tests']
    return subprocess.run(command, cwd=folder, env=environment).returncode


if __name__ == '__main__':
    sys.exit(main())
