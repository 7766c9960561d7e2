#!/bin/sh
# Runs npm: the system's own if there is one, else the one that comes as a Python package.
# Usage: scripts/npm.sh ci --ignore-scripts
set -eu
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null 2>&1; then
    tools=build/node
    if [ ! -x "$tools/bin/npm" ]; then
        echo "npm is not installed here; fetching it as a Python package ..." >&2
        rm -rf "$tools"
        .venv/bin/python -m venv "$tools"
        "$tools/bin/python" -m pip install --quiet --require-hashes -r requirements-node.txt
    fi
    PATH="$PWD/$tools/bin:$PATH"
    export PATH
fi
exec npm "$@"
