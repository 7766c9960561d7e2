"""A mail server that says yes to everything and keeps nothing, as fast as one process can.

    python -m benchmarks.sink

prints the port of 127.0.0.1 that it listens on, and, once its input is closed, how many mails came
over how many connections, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys

END = b"\r\n.\r\n"
GREETING = b"220 sink\r\n"
ANSWERS = {b"EHLO": b"250 sink\r\n", b"DATA": b"354 Go on\r\n", b"QUIT": b"221 Bye\r\n"}
YES = b"250 OK\r\n"


class Sink(asyncio.Protocol):
    """One connection. The class counts for all of them."""

    mails = connections = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101  # TCP writes
        self.transport, self.buffer, self.is_mail = transport, b"", False
        Sink.connections += 1
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer each line, and the end of each mail."""
        self.buffer += data
        while True:
            whole, end, rest = self.buffer.partition(END if self.is_mail else b"\r\n")
            if not end:
                return
            self.buffer = rest
            if self.is_mail:
                Sink.mails += 1
                self.is_mail = False
                self.transport.write(YES)
                continue
            verb = whole[:4].upper()
            self.is_mail = verb == b"DATA"
            self.transport.write(ANSWERS.get(verb, YES))


async def serve() -> None:
    """Listen until the input is closed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    print(json.dumps({"mails": Sink.mails, "connections": Sink.connections}))


if __name__ == "__main__":
    asyncio.run(serve())
