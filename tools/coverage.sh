#!/bin/bash
# Line and branch coverage of src/ by folder:   tools/coverage.sh [BUILD [--files]]     (build-coverage)
# The tests run on a build of its own, without the Python package; GCC's gcov counts. A server that was killed counts nothing.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${1:-build-coverage}
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCYN_COVERAGE=ON -DCYN_PYTHON=OFF >"$build.log" 2>&1 &&
  cmake --build "$build" -j "$(nproc)" --target all unit_tests >>"$build.log" 2>&1 || { tail -n 40 "$build.log"; exit 1; }
find "$build" -name '*.gcda' -delete
FAILURES_STRIDE=${FAILURES_STRIDE:-2} tools/test.sh "$build" unit behaviour client cli failures
status=$?
python3 tools/coverage.py "$build" "${@:2}"
exit $status
