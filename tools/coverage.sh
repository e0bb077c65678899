#!/bin/bash
# Line and branch coverage of src/ by folder:   tools/coverage.sh [BUILD [--files]]     (build-coverage)
# The unit and behaviour tests run on a build of its own; GCC's gcov counts.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${1:-build-coverage}
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCYN_COVERAGE=ON >"$build.log" 2>&1 &&
  cmake --build "$build" -j "$(nproc)" --target all unit_tests >>"$build.log" 2>&1 || { tail -n 40 "$build.log"; exit 1; }
find "$build" -name '*.gcda' -delete
tools/test.sh "$build" unit behaviour
status=$?
python3 tools/coverage.py "$build" "${@:2}"
exit $status
