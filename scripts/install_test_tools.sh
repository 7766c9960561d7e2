#!/bin/sh
# Installs what `make test` needs from the system: PostgreSQL, Redis, Chromium, venv.
# As root it installs what is missing; else it says what to install. When nothing is missing it does nothing.
set -eu

missing=""
needs() {  # needs PACKAGE COMMAND...: one of the commands must be there
    package=$1
    shift
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 && return
    done
    missing="$missing $package"
}

# Debian keeps PostgreSQL's server commands outside PATH.
for folder in /usr/lib/postgresql/*/bin; do
    PATH="$PATH:$folder"
done

needs postgresql postgres
needs redis-server redis-server
needs chromium chromium chromium-browser google-chrome
needs util-linux runuser
python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || missing="$missing python3-venv"

[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need programs that are not installed here. On Debian or Ubuntu:" >&2
    echo "  sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi

echo "Installing$missing ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Unquoted on purpose: each word is one package.
# shellcheck disable=SC2086
if ! {
    apt-get update &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
} >"$log" 2>&1; then
    cat "$log" >&2
    echo "apt-get could not install$missing; see above." >&2
    exit 1
fi
