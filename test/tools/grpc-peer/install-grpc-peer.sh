#!/bin/sh
# install-grpc-peer.sh [DIR]: makes DIR/grpc-peer (default: .cache/grpc-peer in this repository), a gRPC client and server on Debian
# bullseye's Python and its grpcio, and prints its path. Everything is unpacked in DIR, 10 MB down and 36 MB unpacked,
# a few seconds; nothing is installed. Does nothing when it is there already; several may run at once.
#
# DEBIAN_MIRROR=URL  default: the mirror in this system's apt sources
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../debian.sh"

[ $# -le 1 ] || die "usage: install-grpc-peer.sh [DIR]"
directory=${1:-$here/../../../.cache/grpc-peer}
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)

one_at_a_time "$directory/.lock"

sources=$(cat "$here/main.py" "$here/install-grpc-peer.sh" | sha256sum | cut -d' ' -f1)
if [ "$(cat "$directory/.sources" 2>/dev/null)" != "$sources" ]; then
    work=$(mktemp -d "$directory/.work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM

    # The interpreter too, because an extension module fits one version of it only; and the libraries that both link.
    debian_download bullseye "$work/apt" "$work/download" \
        python3.9-minimal libpython3.9-minimal libpython3.9-stdlib python3-six python3-grpcio \
        libabsl20200923 libatomic1 libbz2-1.0 libc-ares2 libcrypt1 libexpat1 libffi7 libgcc-s1 liblzma5 libmpdec3 \
        libprotobuf23 libssl1.1 libstdc++6 libuuid1 zlib1g
    for package in "$work"/download/*.deb; do dpkg-deb -x "$package" "$work/root"; done
    cp "$here/main.py" "$work/root/main.py"

    rm -rf "$directory/root"
    mv "$work/root" "$directory/root"
    cat > "$directory/grpc-peer" <<'LAUNCHER'
#!/bin/sh
root=$(cd "$(dirname "$0")" && pwd)/root
libraries=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
export LD_LIBRARY_PATH="$root/usr/lib/$libraries:$root/lib/$libraries" PYTHONHOME="$root/usr" PYTHONPATH="$root/usr/lib/python3/dist-packages"
exec "$root/usr/bin/python3.9" -B "$root/main.py" "$@"
LAUNCHER
    chmod +x "$directory/grpc-peer"
    "$directory/grpc-peer" version >&2 || die "the unpacked gRPC client does not run here"
    echo "$sources" > "$directory/.sources"
fi
echo "$directory/grpc-peer"
