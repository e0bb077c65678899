#!/bin/sh
# Runs the behaviour tests against build/cynamo (CYNAMO_BIN), or against CYNAMO_TEST_ENDPOINT. Arguments go to pytest.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$("$root/tools/test-venv.sh")
exec "$venv/bin/python" -m pytest -q -p no:cacheprovider "$@" "$root/tests/api"
