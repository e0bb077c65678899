#!/bin/sh
# tests/cli/run.sh [BUILD] [pytest arguments]: the command line, against a server of its own. The last line counts.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build
if [ $# -gt 0 ] && [ -d "$1" ]; then
  build=$(cd "$1" && pwd)
  shift
fi
CYNAMO_BIN=${CYNAMO_BIN:-$build/cynamo}
export CYNAMO_BIN
venv=$("$root/tools/test-venv.sh") || exit 1
log=$(mktemp)
"$venv/bin/python" -B -m pytest -q -rs -p no:cacheprovider "$@" "$root/tests/cli" >"$log" 2>&1
status=$?
cat "$log"
passed=$(sed -nE 's/(^|.*[^0-9])([0-9]+) passed.*/\2/p' "$log" | tail -n 1)
failed=$(sed -nE 's/(^|.*[^0-9])([0-9]+) failed.*/\2/p' "$log" | tail -n 1)
[ $status -le 1 ] || failed=$((${failed:-0} + 1))
rm -f "$log"
echo "${passed:-0} passed, ${failed:-0} failed"
exit $status
