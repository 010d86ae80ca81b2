#!/bin/sh
# build-re2-oracle.sh [OUT]: builds main.cc against the RE2 of Debian 12 (bookworm), the static library of 2022-06-01,
# at OUT (default: .cache/re2-oracle/re2-oracle in this repository) and prints its path. Needs g++ 12 or newer: the
# library wants the standard library of the compiler that built it, or a newer one. Nothing is installed.
# Does nothing when OUT was built from the same sources; several may run at once.
#
# DEBIAN_MIRROR=URL  default: the mirror in this system's apt sources
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../debian.sh"

[ $# -le 1 ] || die "usage: build-re2-oracle.sh [OUT]"
out=${1:-$here/../../../.cache/re2-oracle/re2-oracle}
mkdir -p "$(dirname "$out")"
out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")

one_at_a_time "$out.lock"

sources=$(cat "$here/main.cc" "$here/build-re2-oracle.sh" | sha256sum | cut -d' ' -f1)
if [ ! -x "$out" ] || [ "$(cat "$out.sources" 2>/dev/null)" != "$sources" ]; then
    command -v g++ >/dev/null || die "needs g++, a C++ compiler; install the package g++"
    version=$(g++ -dumpversion | cut -d. -f1)
    [ "$version" -ge 12 ] || die "needs g++ 12 or newer, this one is $version"
    work=$(mktemp -d "$out.work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM

    debian_download bookworm "$work/apt" "$work/download" libre2-dev
    for package in "$work"/download/*.deb; do dpkg-deb -x "$package" "$work/root"; done
    library=$(find "$work/root" -name libre2.a)
    g++ -std=c++17 -O2 -I"$work/root/usr/include" "$here/main.cc" "$library" -lpthread -o "$work/re2-oracle" >&2
    mv "$work/re2-oracle" "$out"
    echo "$sources" > "$out.sources"
fi
echo "$out"
