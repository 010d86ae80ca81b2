#!/bin/sh
# install-consul.sh [DIR]: puts a real Consul 1.8.7 at DIR/consul (default: .cache/consul in this repository) and
# prints its path. It is Debian bullseye's package, checked against a pinned SHA-256; nothing is installed.
# Does nothing when it is there already; several may run at once.
#
# CONSUL_DEB=FILE    take this package file instead of fetching one; checked all the same
# DEBIAN_MIRROR=URL  default: the mirror in this system's apt sources
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/debian.sh"

version=1.8.7
package_version=1.8.7+dfsg1-2+b3
package_sha256_amd64=e4e888bba104daba1d9161f49bfc52649a7e4efd45b1a7ead5bc54f2cb9c89d9
binary_sha256_amd64=a449efb10a03df3cb9310f3a54d933ccda7c4faba4f421f183fc90a82056798e

[ $# -le 1 ] || die "usage: install-consul.sh [DIR]"
command -v dpkg >/dev/null || die "needs dpkg and apt; elsewhere get Consul $version yourself and set CONSUL_BINARY"
architecture=$(dpkg --print-architecture)
eval "package_sha256=\${package_sha256_$architecture:-} binary_sha256=\${binary_sha256_$architecture:-}"
[ -n "$package_sha256" ] || die "no checksum is pinned for $architecture; get Consul $version yourself and set CONSUL_BINARY"

directory=${1:-$here/../../.cache/consul}
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)

one_at_a_time "$directory/.lock"

is_sound() { [ -x "$1" ] && echo "$binary_sha256  $1" | sha256sum -c --status; }

if ! is_sound "$directory/consul"; then
    work=$(mktemp -d "$directory/.work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    if [ -n "${CONSUL_DEB:-}" ]; then
        cp "$CONSUL_DEB" "$work/consul.deb"
    else
        debian_download bullseye "$work/apt" "$work/download" "consul=$package_version"
        mv "$work"/download/consul_*.deb "$work/consul.deb"
    fi
    echo "$package_sha256  $work/consul.deb" | sha256sum -c --status || die "the package does not have the pinned SHA-256; nothing was installed"
    dpkg-deb -x "$work/consul.deb" "$work/root"
    is_sound "$work/root/usr/bin/consul" || die "the program in the package does not have the pinned SHA-256"
    # A rename replaces the file also while an agent runs the old one.
    mv "$work/root/usr/bin/consul" "$directory/consul"
fi
echo "$directory/consul"
