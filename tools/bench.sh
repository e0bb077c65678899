#!/bin/sh
# `make bench`: the engine beside raw LMDB, the mapper beside raw items, the server beside a bare loop, the Python package beside PynamoDB. BENCH_ITEMS sets the size (10000).
# At the end the server beside other people's (BENCH_SERVERS=no leaves them out, =quick is short), and with BENCH_LARGE=10000000 so many items
# on a file larger than the memory allowed to it: some 20 GB of disk and half an hour.
set -eu
build=$1
items=${BENCH_ITEMS:-10000}
cmake --build "$build" --target engine_bench bare_loop client_bench model_bench codec_bench threads_bench size_bench >/dev/null
echo "== in process, beside raw LMDB"
"$build/bench/engine_bench" "$items" 5
echo "== size: growth, memory, pages of 1 MB"
"$build/bench/size_bench" 3
python3 bench/growth_bench.py "$build"
echo "== threads: reads, reads beside writers, group commit"
"$build/bench/threads_bench" "$build" 3
echo "== the JSON codec, beside a plain parser and printer"
"$build/bench/codec_bench"
echo "== structs, beside raw items"
"$build/bench/model_bench"
echo "== over HTTP, beside a bare loop"
python3 bench/http_bench.py "$build" --items "$items"
echo "== a remote call, beside bare libcurl and boto3"
tools/test-venv.sh "$build/venv" >/dev/null
"$build/venv/bin/python" bench/client_bench.py "$build"
echo "== careful clients beside hostile ones"
"$build/venv/bin/python" bench/hostile_bench.py "$build"
if [ -d "$build/python" ]; then
  echo "== the Python package, beside PynamoDB and pydynox"
  venv=$build/bench-venv
  if ! cmp -s bench/requirements.txt "$venv/.requirements"; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --retries 5 -r bench/requirements.txt
    cp bench/requirements.txt "$venv/.requirements"
  fi
  "$venv/bin/python" bench/python_bench.py "$build"
fi
case ${BENCH_SERVERS:-all} in
  no) ;;
  quick) echo "== beside other people's servers" && python3 bench/servers_bench.py "$build" --quick ;;
  *) echo "== beside other people's servers" && python3 bench/servers_bench.py "$build" ;;
esac
if [ -n "${BENCH_LARGE:-}" ]; then
  echo "== a file larger than the memory"
  cmake --build "$build" --target large_file_bench >/dev/null
  python3 bench/large_file_bench.py "$build" --items "$BENCH_LARGE"
fi
