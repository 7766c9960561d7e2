#!/bin/sh
# Says what it does, does it without a word, and shows everything if it fails.
# Usage: scripts/quietly.sh "Installing packages ..." command arguments...
set -u
echo "$1"
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
"$@" >"$log" 2>&1
status=$?
if [ "$status" -ne 0 ]; then
    cat "$log" >&2
    echo "This failed with exit code $status: $*" >&2
fi
exit "$status"
