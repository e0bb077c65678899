#!/bin/sh
# Compares the client's keys, Regions and endpoints with botocore's. run.sh BUILD PYTHON; the last line counts.
set -u
build=$(cd "${1:-build}" && pwd) || exit 2
python=${2:-$build/venv/bin/python}
cd "$(dirname "$0")" || exit 2
CYNAMO_RESOLVE=$build/client_config/resolve "$python" -m pytest -q --tb=short --maxfail=50 -p no:cacheprovider . 2>&1 | tail -n 60
