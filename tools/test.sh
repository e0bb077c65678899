#!/bin/bash
# Runs the tests of a build folder:   tools/test.sh BUILD [PART…]     (`make test`, `make asan`, .ci/run)
#
#   unit       the programs of BUILD/tests, as many at once as there are processors
#   form       how the house must look (tools/check_form.py)
#   behaviour  tests/api over real sockets
#   client     tests/client_config: keys, Regions and endpoints as botocore finds them
#   cli        tests/cli: the command line
#   crash      tests/crash: five kills under load
#   power      tests/crash: the power is cut 80 times in each durability mode
#   failures   tests/crash: full disks, I/O errors and read-only folders under a server
#   python     tests/python: the Python package as it was built
#   examples   each example, under Valgrind where it is installed
#   install    what `make install` leaves works for a stranger
#   package    so does what `pip install` leaves
#   docs       what docs/ shows is compiled, run and compared, and docs/zh-CN says the same (tools/test-docs.py)
#
# Without a PART all that fit the build: a sanitizer's build leaves out form, examples, install, package and docs.
# Each part and each unit test has a time limit. What fails is printed; everything is in BUILD/test/. pytest runs as many
# workers as there are processors, at most four. A test that is skipped is a failure, unless its part says why it may be. The
# last line: N passed, M failed.
set -u
cd "$(dirname "$0")/.." || exit 2
root=$PWD
build=${1:?tools/test.sh BUILD [PART…]}
shift
case $build in /*) ;; *) build=$root/$build ;; esac
log=$build/test
rm -rf "$log"
mkdir -p "$log"
# A test that is killed leaves its folder. A day old, it is no running test's; other names may be a user's data.
kinds="allocations|birth-test|both|care|client|config|damage|docs|engine|env-test|examples|failures|fill|items|kill|migrate"
kinds="$kinds|operations|power|profile|report|settings|store-test|tls|verify|walk"
find "${TMPDIR:-/tmp}" /tmp /dev/shm -maxdepth 1 -user "$(id -un)" -mmin +1440 -regextype posix-extended \
  -regex ".*/cynamo-($kinds)[-.][A-Za-z0-9_]{6,8}" -exec rm -rf {} + 2>/dev/null
slow=1 sanitized=""
if grep -qE '^CYN_(ASAN|TSAN|COVERAGE):BOOL=ON' "$build/CMakeCache.txt"; then
  sanitized=yes
  slow=4
fi
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export CYNAMO_BIN=${CYNAMO_BIN:-$build/cynamo}
workers=$(nproc)
[ "$workers" -lt 4 ] || workers=4
total_passed=0 total_failed=0 begin=0

# count PART STATUS LOG [SKIPS]: takes the counts of the last line of a log that has any. A part that failed without saying
# of what counts as one failure, and so does one that ran nothing, and each test that pytest skipped for no reason of SKIPS.
count() {
  local name=$1 status=$2 line passed failed errors skipped
  line=$(grep -E '[0-9]+ (passed|failed|error)' "$3" | tail -n 1)
  passed=$(sed -nE 's/(^|.*[^0-9])([0-9]+) passed.*/\2/p' <<<"$line")
  failed=$(sed -nE 's/(^|.*[^0-9])([0-9]+) failed.*/\2/p' <<<"$line")
  errors=$(sed -nE 's/(^|.*[^0-9])([0-9]+) errors?.*/\2/p' <<<"$line")
  passed=${passed:-0} failed=$((${failed:-0} + ${errors:-0}))
  if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then
    failed=1
    tail -n 60 "$3"
    [ "$status" -ne 124 ] && [ "$status" -ne 137 ] || echo "$name: over its time limit"
    echo "$name: ended with status $status"
  fi
  skipped=$(grep '^SKIPPED ' "$3" | grep -vE "${4:-^$}")
  if [ -n "$skipped" ]; then
    echo "$skipped"
    failed=$((failed + $(sed -E 's/^SKIPPED \[([0-9]+)\].*/\1/' <<<"$skipped" | paste -sd+)))
  fi
  total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed))
  echo "$name: $passed passed, $failed failed ($(($(date +%s) - begin)) s)"
}

# limited SECONDS LOG COMMAND…: a hanging command is ended, and killed when that does not help.
limited() {
  local seconds=$1 to=$2
  shift 2
  timeout -k 10 $((seconds * slow)) "$@" >"$to" 2>&1 </dev/null
}

# One unit-test program: its output in a file, its counts in another, which says "1 failed" when it ended otherwise.
one_unit() {
  local program=$1 name status
  name=$(basename "$program")
  timeout -k 10 $((120 * slow)) "$program" >"$log/unit/$name.log" 2>&1 </dev/null
  status=$?
  tail -n 1 "$log/unit/$name.log" | grep -E '^[0-9]+ passed, [0-9]+ failed$' >"$log/unit/$name.count"
  [ $status -eq 0 ] || grep -q ', [1-9][0-9]* failed' "$log/unit/$name.count" ||
    { echo "0 passed, 1 failed"; echo "$name: status $status" >>"$log/unit/$name.log"; } >"$log/unit/$name.count"
  [ -s "$log/unit/$name.count" ] || echo "0 passed, 1 failed" >"$log/unit/$name.count"
}

part_unit() {
  mkdir -p "$log/unit"
  export -f one_unit
  export log slow
  find "$build/tests" -maxdepth 1 -type f -perm -u+x -name '*_test' | sort |
    timeout -k 10 $((900 * slow)) xargs -P "$(nproc)" -I{} bash -c 'one_unit "$1"' _ {}
  local status=$? one
  for one in "$log"/unit/*.count; do
    grep -q ' 0 failed' "$one" 2>/dev/null || { [ -f "$one" ] && echo "--- $(basename "$one" .count)" && tail -n 60 "${one%.count}.log"; }
  done
  awk '{ p += $1; f += $3 } END { printf "%d passed, %d failed\n", p, f }' "$log"/unit/*.count >"$log/unit.log" 2>/dev/null
  count unit $status "$log/unit.log"
}

part_form() {
  limited 120 "$log/form.log" python3 tools/check_form.py "$build"
  local status=$?
  [ $status -eq 0 ] || cat "$log/form.log"
  count form $status "$log/form.log"
}

part_behaviour() {
  local status venv
  venv=$(limited 400 "$log/venv.log" tools/test-venv.sh "$root/build/venv" && echo "$root/build/venv")
  if [ -z "$venv" ]; then
    cat "$log/venv.log"
    count behaviour 1 "$log/venv.log"
    return
  fi
  limited 300 "$log/behaviour.log" "$venv/bin/python" -m pytest -q -rs -n "$workers" --dist loadfile --maxfail=50 \
    -p no:cacheprovider tests/api
  status=$?
  [ $status -eq 0 ] || grep -vE '^[.FEsx]+ +\[ *[0-9]+%\]$' "$log/behaviour.log" | tail -n 200
  count behaviour $status "$log/behaviour.log"
}

part_client() {
  limited 400 "$log/client.log" tests/client_config/run.sh "$build" "$root/build/venv" -n "$workers"
  local status=$?
  [ $status -eq 0 ] || cat "$log/client.log"
  count client $status "$log/client.log"
}

# The package stands in BUILD/python. With AddressSanitizer only the tests of the extension run, its library preloaded
# since python3 itself has none.
part_python() {
  # These two run in the other environment (test_others.py); under AddressSanitizer some cannot.
  local status venv tests=tests/python preload="" skips="No module named '(uvloop|aiobotocore)'|AddressSanitizer"
  venv=$(limited 400 "$log/venv.log" tools/test-venv.sh "$root/build/venv" && echo "$root/build/venv")
  if [ -z "$venv" ]; then
    cat "$log/venv.log"
    count python 1 "$log/venv.log"
    return
  fi
  if [ -n "$sanitized" ]; then
    preload="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)"
    tests=$(echo tests/python/test_core_*.py)
  fi
  # Packages that some tests want beside it, with another botocore. Without them those tests would be skipped: a failure.
  if [ -z "$sanitized" ] &&
    ! limited 300 "$log/venv-others.log" tools/test-venv.sh "$root/build/venv-others" "$root/tests/python/others.txt"; then
    cat "$log/venv-others.log"
    count python 1 "$log/venv-others.log"
    return
  fi
  PYTHONPATH="$build/python" CYN_PRELOAD=$preload limited 500 "$log/python.log" tests/python/run.sh "$venv/bin/python" -n "$workers" $tests
  status=$?
  [ $status -eq 0 ] || grep -vE '^[.FEsx]+ +\[ *[0-9]+%\]$' "$log/python.log" | tail -n 200
  count python $status "$log/python.log" "$skips"
}

# What pip builds from the source tree works for a stranger.
part_package() {
  limited 400 "$log/package.log" tests/python/packaging.sh "$build"
  local status=$?
  [ $status -eq 0 ] || cat "$log/package.log"
  count package $status "$log/package.log"
}

part_crash() {
  limited 120 "$log/crash.log" python3 tests/crash/kill_test.py --binary "$CYNAMO_BIN" --rounds "${CYN_KILLS:-5}"
  local status=$?
  [ $status -eq 0 ] || cat "$log/crash.log"
  count crash $status "$log/crash.log"
}

# Not for a sanitizer's build: the program stands before write() and fdatasync(), as the sanitizer does.
part_power() {
  limited 200 "$log/power.log" python3 tests/crash/power_cut_test.py --build "$build" --cuts 80
  local status=$?
  [ $status -eq 0 ] || cat "$log/power.log"
  count power $status "$log/power.log"
}

# Neither: it preloads a library.
part_failures() {
  limited 120 "$log/failures.log" python3 tests/crash/failures_test.py --build "$build"
  local status=$?
  [ $status -eq 0 ] || cat "$log/failures.log"
  count failures $status "$log/failures.log"
}

part_script() { # PART SCRIPT [ARGUMENT…]
  limited 240 "$log/$1.log" "$2" "$build" "${@:3}"
  local status=$?
  [ $status -eq 0 ] || cat "$log/$1.log"
  count "$1" $status "$log/$1.log"
}

parts=("$@")
if [ ${#parts[@]} -eq 0 ]; then
  parts=(unit behaviour client cli crash)
  ! grep -q '^CYN_ASAN:BOOL=ON' "$build/CMakeCache.txt" || parts+=(python)
  [ -n "$sanitized" ] || parts=(unit form behaviour client cli crash power failures python examples install package docs)
fi
for part in "${parts[@]}"; do
  begin=$(date +%s)
  case $part in
    unit | form | behaviour | client | crash | power | failures | python | package) "part_$part" ;;
    examples | install) part_script "$part" "tools/test-$part.sh" ;;
    cli) part_script cli tests/cli/run.sh -n "$workers" ;;
    docs) part_script docs tools/test-docs.py ;;
    *) echo "tools/test.sh: no such part: $part" >&2; exit 2 ;;
  esac
done
echo "$total_passed passed, $total_failed failed"
[ $total_failed -eq 0 ] && [ $total_passed -gt 0 ]
