# Sourced by the scripts beside it: packages of a release of Debian, fetched without touching this system.
#
# apt-get runs on a state of its own: the system's package lists, database and sources stay as they are. apt checks
# Debian's signature with the system's archive keyring. No mirror is named here; it is the one the system uses.
#
# DEBIAN_MIRROR=URL  another mirror

debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

die() { echo "${0##*/}: $*" >&2; exit 1; }

debian_mirror() {
    if [ -n "${DEBIAN_MIRROR:-}" ]; then echo "$DEBIAN_MIRROR"; return; fi
    {
        apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null
        cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
            grep -v '^ *#' | tr '[:space:]' '\n' | grep '^https\{0,1\}://'
    } | grep -m1 '/debian/*$' || true
}

# one_at_a_time LOCK: whoever comes second finds the work done.
one_at_a_time() { exec 9>"$1"; flock 9; }

# debian_download SUITE STATE_DIR TARGET_DIR PACKAGE[=VERSION]...
debian_download() {
    for tool in apt-get dpkg dpkg-deb sha256sum; do
        command -v "$tool" >/dev/null || die "needs $tool, a part of Debian and its derivatives"
    done
    [ -r "$debian_keyring" ] || die "$debian_keyring is missing; install debian-archive-keyring"
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || die "this system's apt sources name no Debian mirror; set DEBIAN_MIRROR"

    suite=$1 state=$2 target=$3
    shift 3
    packages=$*
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$target"
    : > "$state/status"
    printf '%s\n' 'Types: deb' "URIs: $mirror" "Suites: $suite" 'Components: main' \
        "Architectures: $(dpkg --print-architecture)" "Signed-By: $debian_keyring" > "$state/$suite.sources"

    set -- -q \
        -o Dir::Etc::sourcelist="$state/$suite.sources" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
        -o Dir::Cache="$state/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 \
        -o Acquire::Check-Valid-Until=false \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false
    apt-get "$@" update >&2 || die "could not read $suite from $mirror"
    (cd "$target" && apt-get "$@" download $packages >&2) || die "could not fetch packages from $mirror"
}
