#!/bin/bash
# Runs the fuzz targets under ASan and UBSan:   tools/fuzz.sh [SECONDS [TARGET…]]     (10 seconds each; all)
#
# Each target begins with the kept inputs of fuzz/corpus/TARGET, which are regression tests as well, and with the words of
# fuzz/TARGET.dict; fuzz/TARGET.options may bound the length of its inputs. New inputs go to build-fuzz/corpus/TARGET, so
# that a longer run goes on where the last one ended; one that breaks something is kept as build-fuzz/crashes/TARGET-…: fix
# it and move it to fuzz/corpus/TARGET.
#
#   FUZZ_BUILD=DIR   another build folder
#   FUZZ_RUNS=N      N inputs a target instead of seconds
#   FUZZ_TOTAL=N     rounds of SECONDS a target until all of them together have had N inputs; fewer is a failure
#   FUZZ_JOBS=N      N targets at a time (as many as there are processors)
#
# The last lines: the inputs of each target, their sum, and N passed, M failed.
set -u
cd "$(dirname "$0")/.." || exit 2
seconds=${1:-10}
[ $# -eq 0 ] || shift
build=${FUZZ_BUILD:-build-fuzz}
jobs=${FUZZ_JOBS:-$(nproc)}
total=${FUZZ_TOTAL:-0}
clang=$(command -v clang || command -v clang-14) || { echo "fuzz.sh: clang is missing: apt-get install clang" >&2; exit 2; }

CC=$clang cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O2 -g" \
  -DCYN_FUZZ=ON >/dev/null && cmake --build "$build" -j "$jobs" --target fuzz_targets >"$build/fuzz.build.log" 2>&1 || {
  tail -n 40 "$build/fuzz.build.log"
  echo "0 passed, 1 failed"
  exit 1
}
mkdir -p "$build/crashes" "$build/log"

fuzz() { # TARGET
  local name=$1 log=$build/log/$1.log dictionary=() length longest
  mkdir -p "$build/corpus/$name" "fuzz/corpus/$name"
  [ ! -f "fuzz/$name.dict" ] || dictionary=("-dict=fuzz/$name.dict")
  longest=$(sed -n 's/^max_len *= *//p' "fuzz/$name.options" 2>/dev/null)
  length="-max_total_time=$seconds"
  [ -z "${FUZZ_RUNS:-}" ] || length="-runs=$FUZZ_RUNS"
  UBSAN_OPTIONS=print_stacktrace=1 timeout $((seconds + 120 + ${FUZZ_RUNS:-0} / 100)) "$build/fuzz/${name}_fuzz" "$build/corpus/$name" \
    "fuzz/corpus/$name" "$length" -timeout=20 -rss_limit_mb=2048 "-max_len=${longest:-16384}" -print_final_stats=1 \
    "-artifact_prefix=$build/crashes/$name-" "${dictionary[@]}" >"$log" 2>&1
  local status=$? runs
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ $status -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
    echo "$runs" >>"$log.runs"
  else
    { echo "FAIL $name: status $status"; grep -vE '^#|^\s*$|DEDUP_TOKEN' "$log" | tail -n 60; } >"$log.failure"
  fi
}

inputs_of() { # TARGET
  cat "$build/log/$1.log.runs" 2>/dev/null | awk '{ sum += $1 } END { printf "%d", sum }'
}

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for source in fuzz/*_fuzz.c; do
    name=${source#fuzz/}
    targets+=("${name%_fuzz.c}")
  done
fi
for name in "${targets[@]}"; do rm -f "$build/log/$name.log.runs" "$build/log/$name.log.failure"; done
sum=0 failed=0
while :; do
  running=0
  for name in "${targets[@]}"; do
    fuzz "$name" &
    running=$((running + 1))
    [ $running -lt "$jobs" ] || { wait -n; running=$((running - 1)); }
  done
  wait
  sum=0 failed=0
  for name in "${targets[@]}"; do
    sum=$((sum + $(inputs_of "$name")))
    [ ! -f "$build/log/$name.log.failure" ] || failed=$((failed + 1))
  done
  [ $failed -eq 0 ] && [ $sum -lt "$total" ] || break
  echo "… $sum of $total inputs"
done
for name in "${targets[@]}"; do
  if [ -f "$build/log/$name.log.failure" ]; then cat "$build/log/$name.log.failure"; else echo "ok   $name: $(inputs_of "$name") inputs"; fi
done
echo "$sum inputs over ${#targets[@]} targets$([ "$sum" -ge "$total" ] || echo ": fewer than the $total that were asked for")"
passed=$((${#targets[@]} - failed))
[ "$sum" -ge "$total" ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
