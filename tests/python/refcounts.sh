#!/bin/bash
# The extension under a debug build of Python (Debian's python3-dbg), which counts all references:
#   tests/python/refcounts.sh BUILD      a build folder with libcynamo.a. The last line: N passed, M failed.
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
python=$(command -v python3-dbg || ls /usr/bin/python3.*-dbg 2>/dev/null | tail -n 1 || true)
[ -n "$python" ] || { echo "no debug build of Python: apt-get install python3-dbg libpython3-dbg"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/cynamo"
touch "$work/cynamo/__init__.py"
include=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("INCLUDEPY"))')
suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
# Debian's headers for it are links to the usual ones, which do not say that it is a debug build.
gcc -DPy_DEBUG -shared -fPIC -O1 -g -std=c17 -fvisibility=hidden -D_GNU_SOURCE '-DCYN_RELEASE="debug"' -Iinclude \
  -I"$build/generated/include" -Ipython/src -isystem "$include" python/src/*.c "$build/generated/python/shapes_generated.c" \
  "$build/libcynamo.a" $(pkg-config --libs lmdb libuv libssl libcrypto) $(pkg-config --libs libisal 2>/dev/null || pkg-config --libs libdeflate) \
  -ldl -lpthread -lm -Wl,--version-script=cmake/python_exports.map -o "$work/cynamo/_core$suffix"
PYTHONPATH=$work timeout 300 "$python" -X dev -W error::ResourceWarning tests/python/refcounts.py
