#!/bin/sh
# pytest with what a sanitizer's build needs:   [CYN_PRELOAD=LIBRARIES] tests/python/run.sh PYTHON [-n WORKERS] TEST…
# Python's own memory is then malloc's, so that every object has its red zones; what Python keeps to its end is no leak.
python=$1
shift
if [ -n "${CYN_PRELOAD:-}" ]; then
  export LD_PRELOAD="$CYN_PRELOAD" PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0:abort_on_error=1
fi
exec "$python" -m pytest -q -rs --dist loadfile --maxfail=50 -p no:cacheprovider "$@"
