#!/bin/bash
# The unit tests that run threads, under ThreadSanitizer:   tools/test-tsan.sh BUILD     (`make tsan`)
#
# The program beside them, `cynamo serve` with two event loops on a file, takes one round of kills under load. A report of
# ThreadSanitizer fails a program, whatever its own checks say. The last line: N passed, M failed.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${1:?tools/test-tsan.sh BUILD}
case $build in /*) ;; *) build=$PWD/$build ;; esac
log=$build/test
rm -rf "$log"
mkdir -p "$log"
export TSAN_OPTIONS="halt_on_error=0:exitcode=66:second_deadlock_stack=1:die_after_fork=0:suppressions=$PWD/tools/tsan.suppressions"
passed=0 failed=0

one() { # PROGRAM
  local name
  name=$(basename "$1")
  timeout -k 10 400 "$1" >"$log/$name.log" 2>&1 </dev/null
  local status=$?
  if [ $status -eq 0 ] && ! grep -q 'WARNING: ThreadSanitizer' "$log/$name.log"; then
    echo ok >"$log/$name.result"
  else
    echo "FAIL $name: status $status" >"$log/$name.result"
  fi
}
export -f one
export log

# Every layer that has threads, or is called from several: store, engine, jobs, database, server, client, transport.
find "$build/tests" -maxdepth 1 -type f -perm -u+x -name '*_test' |
  grep -E '/(base|control|store|engine|jobs|db|server|client|transport|model)_[a-z0-9_]*$' | sort |
  timeout -k 10 1500 xargs -P "$(nproc)" -I{} bash -c 'one "$1"' _ {} ||
  { echo "tsan: over its time limit"; failed=1; }
for result in "$log"/*.result; do
  [ -f "$result" ] || { failed=$((failed + 1)); break; }
  if [ "$(cat "$result")" = ok ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    cat "$result"
    grep -v '^ *$' "${result%.result}.log" | head -n 80
  fi
done

server=$log/serve
timeout -k 10 300 env TSAN_OPTIONS="$TSAN_OPTIONS:log_path=$server.report" \
  python3 tests/crash/kill_test.py --binary "$build/cynamo" --rounds 3 >"$server.log" 2>&1
status=$?
if [ $status -eq 0 ] && ! ls "$server".report* >/dev/null 2>&1; then
  passed=$((passed + 1))
else
  failed=$((failed + 1))
  echo "FAIL serve under load: status $status"
  cat "$server.log" "$server".report* 2>/dev/null | head -n 200
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
