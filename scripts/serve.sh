#!/bin/sh
# scripts/serve.sh PORT: the development server, with the clock that publishes what is due beside
# it. When either Ctrl-C, a signal or the server ends it, both end.
set -u
python=.venv/bin/python

"$python" manage.py clock &
clock=$!
"$python" manage.py runserver "127.0.0.1:$1" &
site=$!

stop() {
    trap '' INT TERM HUP
    kill "$clock" "$site" 2>/dev/null
    wait
}
trap stop EXIT
trap 'exit 0' INT TERM HUP

wait "$site"
