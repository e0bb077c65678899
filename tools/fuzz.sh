#!/bin/bash
# Runs the fuzz targets under ASan and UBSan:   tools/fuzz.sh [SECONDS [TARGET…]]     (10 seconds each; all)
#
# Each target begins with the kept inputs of fuzz/corpus/TARGET, which are regression tests as well, and with the words of
# fuzz/TARGET.dict. New inputs go to build-fuzz/corpus/TARGET, so that a longer run goes on where the last one ended; one
# that breaks something is kept as build-fuzz/crashes/TARGET-…: fix it and move it to fuzz/corpus/TARGET. FUZZ_BUILD names
# another build folder, FUZZ_RUNS a number of inputs instead of seconds. The last line: N passed, M failed.
set -u
cd "$(dirname "$0")/.." || exit 2
seconds=${1:-10}
[ $# -eq 0 ] || shift
build=${FUZZ_BUILD:-build-fuzz}
jobs=$(nproc)
clang=$(command -v clang || command -v clang-14) || { echo "fuzz.sh: clang is missing: apt-get install clang" >&2; exit 2; }

CC=$clang cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O2 -g" \
  -DCYN_FUZZ=ON >/dev/null && cmake --build "$build" -j "$jobs" --target fuzz_targets >"$build/fuzz.build.log" 2>&1 || {
  tail -n 40 "$build/fuzz.build.log"
  echo "0 passed, 1 failed"
  exit 1
}
mkdir -p "$build/crashes" "$build/log"

fuzz() { # TARGET
  local name=$1 log=$build/log/$1.log dictionary=() length
  mkdir -p "$build/corpus/$name" "fuzz/corpus/$name"
  [ ! -f "fuzz/$name.dict" ] || dictionary=("-dict=fuzz/$name.dict")
  length="-max_total_time=$seconds"
  [ -z "${FUZZ_RUNS:-}" ] || length="-runs=$FUZZ_RUNS"
  UBSAN_OPTIONS=print_stacktrace=1 timeout $((seconds + 120 + ${FUZZ_RUNS:-0} / 100)) "$build/fuzz/${name}_fuzz" "$build/corpus/$name" \
    "fuzz/corpus/$name" "$length" -timeout=20 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
    "-artifact_prefix=$build/crashes/$name-" "${dictionary[@]}" >"$log" 2>&1
  local status=$? runs
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ $status -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
    echo "ok   $name: $runs inputs" >"$log.result"
  else
    { echo "FAIL $name: status $status"; grep -vE '^#|^\s*$|DEDUP_TOKEN' "$log" | tail -n 60; } >"$log.result"
  fi
}

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for source in fuzz/*_fuzz.c; do
    name=${source#fuzz/}
    targets+=("${name%_fuzz.c}")
  done
fi
running=0
for name in "${targets[@]}"; do
  rm -f "$build/log/$name.log.result"
  fuzz "$name" &
  running=$((running + 1))
  [ $running -lt "$jobs" ] || { wait -n; running=$((running - 1)); }
done
wait
passed=0 failed=0
for name in "${targets[@]}"; do
  result=$build/log/$name.log.result
  [ -f "$result" ] && cat "$result" || echo "FAIL $name: no result"
  if [ -f "$result" ] && grep -q '^ok ' "$result"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
