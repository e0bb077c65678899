#!/bin/sh
# Compares the client's keys, Regions and endpoints with botocore's: run.sh BUILD [VENV [pytest's arguments]]. The last line
# counts. Login sessions need AWS's C runtime for Python in botocore; it is kept apart, since botocore changes its ways where
# it finds it. Where it cannot be had, their cases are skipped, which tools/test.sh takes for failures.
set -u
cd "$(dirname "$0")/../.." || exit 2
root=$PWD
build=$(cd "${1:-build}" && pwd) || exit 2
venv=${2:-$root/build/venv}
shift $(($# < 2 ? $# : 2))
"$root/tools/test-venv.sh" "$venv" >/dev/null || exit 2
venv=$(cd "$venv" && pwd)
runtime=$venv/client_config
if [ ! -d "$runtime/awscrt" ]; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --retries 3 --target "$runtime" awscrt==0.38.1 >&2 ||
    echo "run.sh: no awscrt: login sessions are not compared" >&2
fi
cd tests/client_config || exit 2
CYNAMO_RESOLVE=$build/client_config/resolve PYTHONPATH=$runtime exec "$venv/bin/python" -m pytest -q -rs --tb=short --maxfail=50 \
  -p no:cacheprovider "$@" .
