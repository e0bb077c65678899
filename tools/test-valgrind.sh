#!/bin/bash
# The unit tests under Valgrind's memcheck:   tools/test-valgrind.sh BUILD [PATTERN]     (`make valgrind`)
# Without a PATTERN also the server, over memory and over a file, while a part of the behaviour tests talks to it.
#
# An error that Valgrind finds, or memory that nobody can free any more, fails a program, and so does a program that does not
# come to its end. Cases that compare times, count on a speed or put their own malloc in the place of the C library's do not
# hold here: a program whose own checks fail is told of and does not count when Valgrind found nothing. BUILD is no
# sanitizer's. The last line: N passed, M failed.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${1:?tools/test-valgrind.sh BUILD [PATTERN]}
pattern=${2:-}
case $build in /*) ;; *) build=$PWD/$build ;; esac
if grep -qE '^CYN_(ASAN|TSAN):BOOL=ON' "$build/CMakeCache.txt"; then
  echo "valgrind: $build is a sanitizer's build" >&2
  exit 2
fi
log=$build/valgrind
rm -rf "$log"
mkdir -p "$log"
# the long ones, shorter
export DAMAGE_FILES=${DAMAGE_FILES:-50} FAILURES_STRIDE=${FAILURES_STRIDE:-60} STORE_KILLS=${STORE_KILLS:-2} ENGINE_SEEDS=${ENGINE_SEEDS:-1}
# Valgrind looks for leaks in all that a process has mapped: children of tests leave that to their parents (tests/unit/test.c)
export TEST_CHILDREN_END_AS_OTHERS=1
export log
options="-q --fair-sched=yes --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,possible
  --errors-for-leak-kinds=definite --num-callers=20 --suppressions=$PWD/tools/valgrind.suppressions"
errors='^==[0-9]+== (Invalid|Conditional|Use of|Syscall param|Jump to|Mismatched|Process terminating)'
export options errors

one() { # PROGRAM
  local name status begin
  name=$(basename "$1") begin=$(date +%s)
  timeout --foreground -k 10 ${VALGRIND_SECONDS:-900} valgrind $options "$1" >"$log/$name.log" 2>&1 </dev/null
  status=$?
  if [ $status -eq 99 ] || grep -qE "$errors" "$log/$name.log"; then
    echo "FAIL $name: Valgrind's errors" >"$log/$name.result"
  elif [ $status -eq 124 ] || [ $status -eq 137 ]; then
    echo "FAIL $name: not to its end in time" >"$log/$name.result"
  elif [ $status -ne 0 ]; then
    echo "ok   $name: status $status without an error of Valgrind's" >"$log/$name.result"
  else
    echo "ok   $name" >"$log/$name.result"
  fi
  [ $(($(date +%s) - begin)) -lt 60 ] || echo "     $name took $(($(date +%s) - begin)) s"
}
export -f one

# The server under Valgrind, as the behaviour tests start it: with `serve` and options. It must find nothing, and end with 0.
server() { # NAME STORE
  local name=server-$1 venv status program=$log/server-$1.sh
  venv=$(tools/test-venv.sh "$PWD/build/venv" 2>"$log/$name.log") || { echo "FAIL $name: no environment for pytest" >"$log/$name.result"; return; }
  printf '#!/bin/sh\nexec valgrind --log-file=%s/%s.%%p.memcheck %s %s/cynamo "$@"\n' "$log" "$name" "$(echo $options)" "$build" >"$program"
  chmod +x "$program"
  CYNAMO_BIN=$program CYNAMO_TEST_STORE=$2 timeout --foreground -k 10 ${VALGRIND_SECONDS:-900} "$venv/bin/python" -m pytest -q -x \
    -p no:cacheprovider $server_tests >"$log/$name.log" 2>&1 </dev/null
  status=$?
  cat "$log/$name".*.memcheck >>"$log/$name.log"
  if [ $status -ne 0 ] || grep -qE "$errors|definitely lost" "$log/$name".*.memcheck; then
    echo "FAIL $name: status $status" >"$log/$name.result"
    tail -n 40 "$log/$name.log"
  else
    echo "ok   $name" >"$log/$name.result"
  fi
}
server_tests="tests/api/test_cases.py tests/api/test_items.py tests/api/test_query_scan.py tests/api/test_transactions.py
  tests/api/test_indexes.py tests/api/test_batches.py"

find "$build/tests" -maxdepth 1 -type f -perm -u+x -name '*_test' | grep -E "$pattern" | sort |
  xargs -P "$(nproc)" -I{} bash -c 'one "$1"' _ {}
if [ -z "$pattern" ]; then
  server memory memory:
  server file file:
fi
passed=0 failed=0
for result in "$log"/*.result; do
  [ -f "$result" ] || { failed=1; break; }
  if grep -q '^ok' "$result"; then
    passed=$((passed + 1))
    grep ': ' "$result"
  else
    failed=$((failed + 1))
    cat "$result"
    grep '^==' "${result%.result}.log" | head -n 60
  fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
