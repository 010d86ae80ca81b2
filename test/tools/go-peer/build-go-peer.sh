#!/bin/sh
# build-go-peer.sh [OUT]: builds the mesh peer in main.go at OUT (default: .cache/go-peer/go-peer in this repository)
# and prints its path. Go 1.15 and Consul's Go library 1.8.7 are Debian bullseye's packages, unpacked in a temporary
# folder: about 80 MB down, 450 MB unpacked, half a minute. Nothing is installed.
# Does nothing when OUT was built from the same sources; several may run at once.
#
# DEBIAN_MIRROR=URL  default: the mirror in this system's apt sources
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../debian.sh"

[ $# -le 1 ] || die "usage: build-go-peer.sh [OUT]"
out=${1:-$here/../../../.cache/go-peer/go-peer}
mkdir -p "$(dirname "$out")"
out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")

one_at_a_time "$out.lock"

sources=$(cat "$here/main.go" "$here/build-go-peer.sh" | sha256sum | cut -d' ' -f1)
if [ ! -x "$out" ] || [ "$(cat "$out.sources" 2>/dev/null)" != "$sources" ]; then
    work=$(mktemp -d "$out.work.XXXXXX")
    trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM

    # What the program really imports: the library package's own dependencies name more, and lack some of these.
    libraries='armon-go-metrics armon-go-radix beorn7-perks cespare-xxhash circonus-labs-circonus-gometrics
        circonus-labs-circonusllhist datadog-datadog-go davecgh-go-spew fatih-color google-btree hashicorp-errwrap
        hashicorp-go-cleanhttp hashicorp-go-hclog hashicorp-go-immutable-radix hashicorp-go-msgpack
        hashicorp-go-multierror hashicorp-go-retryablehttp hashicorp-go-rootcerts hashicorp-go-sockaddr
        hashicorp-go-syslog hashicorp-go-uuid hashicorp-go-version hashicorp-golang-lru hashicorp-hcl
        hashicorp-memberlist hashicorp-raft hashicorp-serf hashicorp-yamux mattn-go-colorable mattn-go-isatty miekg-dns
        mitchellh-copystructure mitchellh-go-testing-interface mitchellh-hashstructure mitchellh-mapstructure
        mitchellh-reflectwalk pkg-errors pmezard-go-difflib prometheus-client-golang prometheus-client-model
        prometheus-common prometheus-procfs stretchr-objx stretchr-testify tv42-httpunix'
    debian_download bullseye "$work/apt" "$work/download" golang-1.15-go golang-1.15-src \
        golang-github-hashicorp-consul-dev=1.8.7+dfsg1-2 \
        $(for library in $libraries; do echo "golang-github-$library-dev"; done) \
        golang-golang-x-crypto-dev golang-golang-x-net-dev golang-golang-x-sys-dev golang-golang-x-text-dev \
        golang-golang-x-time-dev golang-gopkg-yaml.v3-dev golang-goprotobuf-dev golang-protobuf-extensions-dev
    for package in "$work"/download/*.deb; do dpkg-deb -x "$package" "$work/root"; done

    go=$work/root/usr/lib/go-1.15
    (
        cd "$here"
        env -i PATH=/usr/bin:/bin HOME="$work" GOCACHE="$work/gocache" GOROOT="$go" \
            GOPATH="$work/root/usr/share/gocode" GO111MODULE=off CGO_ENABLED=0 \
            "$go/bin/go" build -trimpath -ldflags '-s -w' -o "$work/go-peer" main.go
    ) >&2
    mv "$work/go-peer" "$out"
    echo "$sources" > "$out.sources"
fi
echo "$out"
