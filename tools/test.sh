#!/bin/sh
# `make test`: unit tests, form, behaviour tests over real sockets. Ends with a line of counts.
set -u
build=$1
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 2
passed=0 failed=0
log=$build/test.log
: >"$log"

count() { # NAME LOGFILE: adds the "N passed, M failed" lines of a log
  sums=$(sed -nE 's/.*[^0-9]?([0-9]+) passed.*/p \1/p; s/.*[^0-9]([0-9]+) failed.*/f \1/p' "$2" |
    awk '$1=="p"{p+=$2} $1=="f"{f+=$2} END{print p+0, f+0}')
  set -- $1 $sums
  passed=$((passed + $2)) failed=$((failed + $3))
  echo "$1: $2 passed, $3 failed"
}

echo "== unit tests"
for program in "$build"/tests/*; do
  [ -x "$program" ] || continue
  out=$build/test.one
  if ! timeout 300 "$program" >"$out" 2>&1; then
    cat "$out"
    grep -q ' failed' "$out" || echo "0 passed, 1 failed ($program ended with $?)" >>"$out"
  fi
  tail -n 1 "$out" >>"$log"
done
count unit "$log"

if [ "${CYN_SKIP_FORM:-0}" = 0 ] && [ "$build" = build ]; then
  echo "== form"
  python3 tools/check_form.py "$build" >"$build/form.log" 2>&1
  cat "$build/form.log"
  count form "$build/form.log"
fi

echo "== behaviour"
venv=$root/build/venv
if tools/test-venv.sh "$venv" >"$build/venv.log" 2>&1; then
  CYNAMO_BIN=$root/$build/cynamo "$venv/bin/python" -m pytest -q -x --maxfail=50 tests/api -p no:cacheprovider \
    >"$build/api.log" 2>&1
  status=$?
  grep -E '^(FAILED|ERROR)|passed|failed|error' "$build/api.log" | tail -n 60
  tail -n 1 "$build/api.log" >"$build/api.count"
  [ $status -le 1 ] || echo "1 failed" >>"$build/api.count"
  count behaviour "$build/api.count"
else
  cat "$build/venv.log"
  failed=$((failed + 1))
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
