# Sourced by the scripts beside it: packages of Debian 11 (bullseye), or of the release that debian_suite names, fetched
# without touching this system.
#
# apt-get runs on a state of its own: the system's package lists, database and sources stay as they are. apt checks
# Debian's signature with the system's archive keyring. No mirror is named here; it is the one the system uses.
#
# DEBIAN_MIRROR=URL  another mirror

bullseye_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

die() { echo "${0##*/}: $*" >&2; exit 1; }

bullseye_mirror() {
    if [ -n "${DEBIAN_MIRROR:-}" ]; then echo "$DEBIAN_MIRROR"; return; fi
    {
        apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null
        cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
            grep -v '^ *#' | tr '[:space:]' '\n' | grep '^https\{0,1\}://'
    } | grep -m1 '/debian/*$' || true
}

# bullseye_download STATE_DIR TARGET_DIR PACKAGE[=VERSION]...
bullseye_download() {
    for tool in apt-get dpkg dpkg-deb sha256sum; do
        command -v "$tool" >/dev/null || die "needs $tool, a part of Debian and its derivatives"
    done
    [ -r "$bullseye_keyring" ] || die "$bullseye_keyring is missing; install debian-archive-keyring"
    mirror=$(bullseye_mirror)
    [ -n "$mirror" ] || die "this system's apt sources name no Debian mirror; set DEBIAN_MIRROR"

    state=$1 target=$2
    shift 2
    packages=$*
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$target"
    : > "$state/status"
    printf '%s\n' 'Types: deb' "URIs: $mirror" "Suites: ${debian_suite:-bullseye}" 'Components: main' \
        "Architectures: $(dpkg --print-architecture)" "Signed-By: $bullseye_keyring" > "$state/bullseye.sources"

    set -- -q \
        -o Dir::Etc::sourcelist="$state/bullseye.sources" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
        -o Dir::Cache="$state/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 \
        -o Acquire::Check-Valid-Until=false \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false
    apt-get "$@" update >&2 || die "could not read ${debian_suite:-bullseye} from $mirror"
    (cd "$target" && apt-get "$@" download $packages >&2) || die "could not fetch packages from $mirror"
}
