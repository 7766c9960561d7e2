#!/bin/sh
# Pins every package anew: requirements*.in -> requirements*.txt, package.json -> package-lock.json.
# No lock names the address it was made from, so it installs from any registry or mirror.
set -eu
cd "$(dirname "$0")/.."

tools=build/lock
[ -x "$tools/bin/uv" ] || { .venv/bin/python -m venv "$tools"; "$tools/bin/python" -m pip install --quiet uv; }

for name in requirements requirements-dev requirements-node; do
    # Universal: one file for every Python from 3.11 on and for every system.
    "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --upgrade \
        --generate-hashes --no-emit-index-url --no-emit-find-links \
        --custom-compile-command "make lock" "$name.in" --output-file "$name.txt"
done
scripts/npm.sh install --package-lock-only --ignore-scripts
