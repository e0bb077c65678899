#!/bin/sh
# Installs the Debian packages that are missing; does nothing (and needs no root) when all are there.
set -eu
packages="build-essential cmake ninja-build pkg-config python3 python3-dev python3-venv liblmdb-dev libuv1-dev node-llhttp libssl-dev openssl libisal-dev libcurl4-openssl-dev libcurl4 libedit2 iso-codes groff-base"
missing=""
for package in $packages ${CYN_EXTRA_PACKAGES:-}; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing" >&2
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
