#!/bin/bash
# `make soak`: what takes long.   tools/soak.sh BUILD [KILLS [FUZZ_INPUTS]]     (1,000 kills; 100 million inputs over all fuzz targets)
# The last line: N passed, M failed.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${1:?tools/soak.sh BUILD [KILLS [FUZZ_INPUTS]]}
case $build in /*) ;; *) build=$PWD/$build ;; esac
kills=${2:-1000} fuzz_inputs=${3:-100000000}
log=$build/soak
mkdir -p "$log"
passed=0 failed=0

part() { # NAME COMMAND…
  local name=$1 begin status counts
  shift
  begin=$(date +%s)
  echo "== $name"
  "$@" </dev/null 2>&1 | tee "$log/$name.log"
  status=${PIPESTATUS[0]}
  counts=$(grep -oE '[0-9]+ passed, [0-9]+ failed' "$log/$name.log" | tail -n 1)
  set -- ${counts:-0 passed, 1 failed}
  passed=$((passed + $1)) failed=$((failed + $3))
  if [ "$status" -ne 0 ] && [ "$3" -eq 0 ]; then failed=$((failed + 1)); fi
  echo "== $name: $1 passed, $3 failed ($(($(date +%s) - begin)) s)"
}

part kills python3 tests/crash/kill_test.py --binary "$build/cynamo" --rounds "$kills"
part migrations python3 tests/crash/migrate_test.py --binary "$build/cynamo" --rounds 100
part power-cuts python3 tests/crash/power_cut_test.py --build "$build" --cuts 1000 --seconds 5
part histories env SERIAL_OPERATIONS=1000000 CYNAMO_BIN="$build/cynamo" tests/clients/run.sh serial
part crowds env ENGINE_SOAK=1000 "$build/tests/engine_concurrency_test"
part store-kills env STORE_KILLS="$kills" "$build/tests/store_write_test"
part store-walks env STORE_SOAK=200000 "$build/tests/store_store_test"
part store-check env CHECK_SOAK=20000 "$build/tests/store_check_test"
part damage env DAMAGE_FILES=20000 DAMAGE_SEED=1000000 "$build/tests/db_damage_test"
part failures env FAILURES_STRIDE=1 "$build/tests/db_failures_test"
part failing-disks python3 tests/crash/failures_test.py --build "$build" --rounds 30
part fuzz env FUZZ_TOTAL="$fuzz_inputs" tools/fuzz.sh 60
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
