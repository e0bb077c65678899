#!/bin/bash
# The unit tests under Valgrind's memcheck:   tools/test-valgrind.sh BUILD [PATTERN]     (`make valgrind`)
#
# An error that Valgrind finds, or memory that nobody can free any more, fails a program. Cases that compare times, or count
# on a speed, do not hold here: a program whose own checks fail is told of and does not count when Valgrind found nothing.
# BUILD is no sanitizer's. The last line: N passed, M failed.
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
export log
suppressions=$PWD/tools/valgrind.suppressions
export suppressions

one() { # PROGRAM
  local name status begin
  name=$(basename "$1") begin=$(date +%s)
  timeout -k 10 ${VALGRIND_SECONDS:-900} valgrind -q --fair-sched=yes --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,possible \
    --errors-for-leak-kinds=definite --num-callers=20 --suppressions="$suppressions" "$1" >"$log/$name.log" 2>&1 </dev/null
  status=$?
  if [ $status -eq 99 ] || grep -qE '^==[0-9]+== (Invalid|Conditional|Use of|Syscall param|Jump to|Mismatched|Process terminating)' "$log/$name.log"; then
    echo "FAIL $name: Valgrind's errors" >"$log/$name.result"
  elif [ $status -eq 124 ] || [ $status -eq 137 ]; then
    echo "ok   $name: not to its end in time, no error until then" >"$log/$name.result"
  elif [ $status -ne 0 ]; then
    echo "ok   $name: status $status without an error of Valgrind's" >"$log/$name.result"
  else
    echo "ok   $name" >"$log/$name.result"
  fi
  [ $(($(date +%s) - begin)) -lt 60 ] || echo "     $name took $(($(date +%s) - begin)) s"
}
export -f one

find "$build/tests" -maxdepth 1 -type f -perm -u+x -name '*_test' | grep -E "$pattern" | sort |
  xargs -P "$(nproc)" -I{} bash -c 'one "$1"' _ {}
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
