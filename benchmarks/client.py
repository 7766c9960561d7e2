"""Ask a server for one address, again and again, and tell how fast it answered.

    python -m benchmarks.client --port 8000 --path /tiltak/ --seconds 5 --clients 4

prints a line of JSON. It runs as its own process, so that measuring takes no time from the
measured, and knows no Django. Each client waits for its answer before it asks again, so the server
is busy but never overrun; each request is a new connection, as behind a proxy that keeps none (a
sync worker of gunicorn closes it in any case).
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

#: No page may take longer.
TIMEOUT_SECONDS = 60


class BadAnswer(Exception):
    """The server answered with something other than a whole page; the text says what."""


@dataclass(frozen=True)
class Pace:
    """How fast one address was answered."""

    per_second: float
    p95_ms: float
    requests: int
    bytes: int


def ask(port: int, path: str) -> bytes:
    """Return the whole answer, head and body, of one request. Raises BadAnswer, OSError."""
    head = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n"
        "Accept-Encoding: br, gzip\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
        connection.sendall(head.encode("ascii"))
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    answer = b"".join(parts)
    check(path, answer)
    return answer


def check(path: str, answer: bytes) -> None:
    """Raise BadAnswer unless `answer` is a 200 with all of its body."""
    head, found, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    if not found or lines[0].split(" ")[1:2] != ["200"]:
        raise BadAnswer(f"{path} answered: {lines[0] or 'nothing'}")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    if len(body) != int(headers.get("content-length", "-1")):
        raise BadAnswer(f"{path} answered with {len(body)} bytes, and announced another number")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of `values` that at least `share` (0 to 1) of them do not exceed."""
    ordered = sorted(values)
    position = -(-len(ordered) * round(share * 100) // 100) - 1
    return ordered[max(position, 0)]


def measure(port: int, path: str, seconds: float, clients: int) -> Pace:
    """Ask with `clients` at once for `seconds`, every client at least once.

    Raises what the first failed request raised: a page that fails has no pace.
    """
    answers: list[tuple[float, int]] = []
    failures: list[Exception] = []
    began = time.perf_counter()

    def keep_asking() -> None:
        try:
            while not failures:
                start = time.perf_counter()
                size = len(ask(port, path))
                answers.append((time.perf_counter() - start, size))
                if time.perf_counter() - began >= seconds:
                    return
        except (BadAnswer, OSError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=keep_asking) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if failures:
        raise failures[0]
    times = [answer_seconds for answer_seconds, _ in answers]
    return Pace(len(times) / took, 1000 * percentile(times, 0.95), len(times), answers[-1][1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line says; return 1 when the server gave no proper answer."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--clients", type=int, required=True)
    chosen = parser.parse_args(arguments)
    try:
        pace = measure(chosen.port, chosen.path, chosen.seconds, chosen.clients)
    except (BadAnswer, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(asdict(pace)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
