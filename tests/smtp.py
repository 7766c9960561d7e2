"""A real mail server for tests: it takes mail, writes down what it took, and has bad days."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from random import Random
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 OK"
LATER = "451 Try again later"
NOBODY = "550 No such mailbox"


@dataclass(frozen=True)
class Taken:
    """A mail that was answered with 250: its name, for whom, and when (monotonic)."""

    message_id: str
    recipient: str
    at: float


@dataclass
class MailServer:
    """An SMTP server on a port of 127.0.0.1, in a thread of its own.

    Of a hundred questions it answers so many with 451, at the recipient or at the end of the mail
    (`temporary`), and of a hundred mailboxes it does not know so many (`permanent`): 550, every
    time (`known`). Chance is that of `seed`. Everything that it says yes to is in `taken`.
    """

    seed: int = 0
    temporary: float = 0
    permanent: float = 0
    port: int = 0
    connections: int = 0
    taken: list[Taken] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    known: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listener: asyncio.Server | None = None
        self._open: set[Connection] = set()

    # --- What a test does with it ---

    def __enter__(self) -> MailServer:
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # else every line of every client
        self._thread.start()
        self._listen()
        return self

    def __exit__(self, *error: object) -> None:
        self._hang_up()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Break off every connection and refuse new ones, until the block ends."""
        self._hang_up()
        try:
            yield
        finally:
            self._listen()

    # --- What aiosmtpd asks it ---

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Say whether mail for the address is taken."""
        if address not in self.known:
            self.known[address] = self._chance.random() >= self.permanent / 100
        if not self.known[address]:
            return self._no(NOBODY)
        if self._is_busy():
            return self._no(LATER)
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a mail, or not."""
        if self._is_busy():
            return self._no(LATER)
        assert isinstance(envelope.content, bytes)
        name = BytesHeaderParser().parsebytes(envelope.content)["Message-ID"]
        for recipient in envelope.rcpt_tos:
            self.taken.append(Taken(name, recipient, time.monotonic()))
        return TAKEN

    async def handle_exception(self, error: Exception) -> str:
        """Answer when something of ours fails: the test then does."""
        return self._no(f"554 {type(error).__name__}")

    # --- Within ---

    def _is_busy(self) -> bool:
        return self._chance.random() < self.temporary / 100

    def _no(self, answer: str) -> str:
        self.refused[answer[:3]] += 1
        return answer

    def _listen(self) -> None:
        self._in_its_thread(self._begin)

    def _hang_up(self) -> None:
        self._in_its_thread(self._end)

    async def _begin(self) -> None:
        self._listener = await self._loop.create_server(
            lambda: Connection(self), "127.0.0.1", self.port
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        for connection in list(self._open):
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()
        while self._open:
            await asyncio.sleep(0)

    def _in_its_thread(self, act: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(act(), self._loop).result(timeout=20)


class Connection(SMTP):
    """A client of the server."""

    def __init__(self, owner: MailServer) -> None:
        super().__init__(owner, hostname="localhost", loop=asyncio.get_running_loop())
        self._owner = owner

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        self._owner.connections += 1
        self._owner._open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        self._owner._open.discard(self)
        super().connection_lost(error)
