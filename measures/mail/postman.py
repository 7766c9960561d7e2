"""The way to the mail server: one connection for many mails, and what its answers mean."""

from __future__ import annotations

import contextlib
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.mail import EmailMessage, get_connection

#: A mail server that says nothing for so many seconds has failed; far less than the lease.
PATIENCE = 30
#: A connection that was not used for so long is opened anew: servers close idle ones.
IDLE = 20
#: After so many mails too, as many servers ask for.
MOST_ON_ONE = 200
#: Replies from here on are final (RFC 5321, 4.2.1).
PERMANENT = 500
#: The server knows nobody by that name, or takes no mail for it (RFC 5321, 4.2.2).
NO_SUCH_MAILBOX = (550, 551, 553, 556)


class Unsent(Exception):
    """The mail server did not take a mail; the text says why, without addresses or content.

    `permanent` says that it never will, `no_mailbox` that there is nobody to take it.
    """

    def __init__(self, reason: str, *, permanent: bool = False, no_mailbox: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.no_mailbox = no_mailbox


class Postman:
    """Sends mails over one connection, opened when needed and kept."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.used_at = 0.0
        self.sent = 0

    def send(self, mail: EmailMessage) -> None:
        """Send one mail; return when the server has taken it. Raises Unsent."""
        try:
            mail.connection = self._opened()
            mail.send()
        except smtplib.SMTPRecipientsRefused as refused:
            code, _text = next(iter(refused.recipients.values()))
            self._after(code)
            raise _answered(code, "the recipient", is_mailbox=True) from None
        except smtplib.SMTPDataError as refused:
            self._after(refused.smtp_code)
            raise _answered(refused.smtp_code, "the mail") from None
        except smtplib.SMTPResponseException as refused:
            # It is not this mail that is refused, but ours altogether: a wrong password, say.
            self.close()
            raise Unsent(f"the mail server refused the site: {refused.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Unsent(f"no connection: {type(error).__name__}") from None
        self.used_at = time.monotonic()
        self.sent += 1

    def close(self) -> None:
        """Close the connection, if there is one; the next mail opens another."""
        connection, self.connection, self.sent = self.connection, None, 0
        if connection is not None:
            # It may be gone already.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.close()

    def _opened(self) -> Any:
        is_idle = time.monotonic() - self.used_at > IDLE
        if self.connection is not None and (is_idle or self.sent >= MOST_ON_ONE):
            self.close()
        if self.connection is None:
            connection = get_connection(timeout=PATIENCE)
            connection.open()
            self.connection = connection
        return self.connection

    def _after(self, code: int) -> None:
        """Keep the connection after a refusal, unless the server is leaving (421)."""
        self.used_at = time.monotonic()
        if code in (-1, 421):
            self.close()


@contextmanager
def postman() -> Iterator[Postman]:
    """Lend a postman, whose connection is closed afterwards."""
    lent = Postman()
    try:
        yield lent
    finally:
        lent.close()


def _answered(code: int, what: str, *, is_mailbox: bool = False) -> Unsent:
    permanent = code >= PERMANENT
    return Unsent(
        f"the mail server refused {what}: {code}",
        permanent=permanent,
        no_mailbox=is_mailbox and code in NO_SUCH_MAILBOX,
    )
