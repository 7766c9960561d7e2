#!/bin/sh
# Makes .venv with the packages of one requirements file, all pinned by hash.
# Usage: scripts/make_venv.sh requirements.txt
set -eu
cd "$(dirname "$0")/.."
requirements=$1

# Prints the first Python of 3.11 or newer; PYTHON in the environment is asked first.
find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
}

# A folder that was moved, or whose Python was removed, has a .venv that no longer works.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    if [ -z "$python" ]; then
        echo "This needs Python 3.11 or newer. On Debian 12 or Ubuntu 24.04:" >&2
        echo "  sudo apt-get install python3 python3-venv" >&2
        exit 1
    fi
    # Debian ships Python without the part of venv that installs pip.
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        echo "$python cannot make a virtual environment. On Debian or Ubuntu, run this first:" >&2
        echo "  sudo apt-get install python3-venv" >&2
        exit 1
    fi
    rm -rf .venv
    "$python" -m venv .venv
fi

exec scripts/quietly.sh "Installing Python packages from $requirements (a minute the first time) ..." \
    .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r "$requirements"
