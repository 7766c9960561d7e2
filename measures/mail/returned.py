"""Mails that came back: which of ours a report of a mail server is about, and whether it is final.

A report is a mail of its own (RFC 3464): words for people, what happened for programs, and the mail
it is about, or its headers. What comes from outside is read with care: anything may be missing,
wrong or made to look like something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, message_from_string
from email.message import Message
from enum import Enum, auto

from django.conf import settings

from measures.models.following import LOWER
from measures.models.outbox import NAME_LETTERS

#: What one report may weigh; the mail it is about is ours, and small.
MOST_BYTES = 1024 * 1024
#: A name in angle brackets (RFC 5322, 3.6.4).
NAMES = re.compile(r"<\s*([^<>@\s]+)@([^<>@\s]+)\s*>")
OURS = re.compile(rf"[{LOWER}]{{{NAME_LETTERS}}}")
#: How the status of what failed for good begins (RFC 3463, 2). 4 is for now, 2 is delivered.
FINAL = re.compile(r"\s*5\.\d{1,3}\.\d{1,3}\b")
#: Headers that name the mail, where the report does not hold it; the closest one first.
NAMING = ("Original-Message-ID", "X-Original-Message-ID", "In-Reply-To", "References")
#: What Python's reader of mails stumbles over: mails in mails in mails, unknown letters, odd names.
UNREADABLE = (RecursionError, ValueError, LookupError, TypeError)


class Report(Enum):
    """What a message is, when it does not say that one of our mails failed for good."""

    NOT_A_MAIL = auto()
    NOT_FINAL = auto()
    NOT_OURS = auto()


def failed_mail(raw: bytes) -> str | Report:
    """Return the name (`Digest.key`) of our mail that a report says has failed for good; or what
    the report is instead. Raises nothing, whatever it is given."""
    message = _read(raw)
    if message is None:
        return Report.NOT_A_MAIL
    parts = list(_parts(message))
    if not _is_final(message, parts):
        return Report.NOT_FINAL
    return _our_name(message, parts) or Report.NOT_OURS


def _read(raw: bytes) -> Message | None:
    """Read a mail; None for what is not one: every mail says whom it is from. With the policy that
    takes headers as they are: the newer one reads them as it should, and stumbles over some."""
    if len(raw) > MOST_BYTES:
        return None
    try:
        message = message_from_bytes(raw)
    except UNREADABLE:
        return None
    return message if _header(message, "From") else None


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts of a mail, but not those of the mails inside it."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting = [*payload, *waiting]
        else:
            yield part


def _is_final(message: Message, parts: list[Message]) -> bool:
    """Say whether the mail server has given a mail up. Words for people are not read: an answer
    from somebody on holiday may say anything."""
    reports = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    if reports:
        return any(_has_failed(block) for part in reports for block in _blocks(part))
    # Exim wrote its reports before there was a form for them, and never of a delay this way.
    return bool(_header(message, "X-Failed-Recipients"))


def _blocks(report: Message) -> list[Message]:
    """Return the groups of fields in a report: one for the mail, one for each recipient."""
    payload = report.get_payload()
    if isinstance(payload, list):
        return [block for block in payload if isinstance(block, Message)]
    return []


def _has_failed(block: Message) -> bool:
    is_failed = _header(block, "Action").strip().lower().startswith("failed")
    return is_failed and bool(FINAL.match(_header(block, "Status")))


def _our_name(message: Message, parts: list[Message]) -> str:
    """Return the name of our mail that the report is about; an empty text when it is another's.

    The mail inside says it best. Where there is none, or only its words, the headers do.
    """
    for part in parts:
        if (original := _original(part)) and (text := _header(original, "Message-ID")):
            return next(_names_in(text), "")
    blocks = [block for part in parts for block in _blocks(part)]
    for name in NAMING:
        for holder in (message, *blocks):
            # The last one named is the mail that is answered.
            if found := list(_names_in(_header(holder, name))):
                return found[-1]
    return ""


def _original(part: Message) -> Message | None:
    """Return the mail inside a part, or one with its headers; None when it holds none."""
    kind, payload = part.get_content_type(), part.get_payload()
    if kind in ("message/rfc822", "message/global") and isinstance(payload, list) and payload:
        return payload[0] if isinstance(payload[0], Message) else None
    if kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
        try:
            decoded = part.get_payload(decode=True)
            text = decoded.decode("ascii", "replace") if isinstance(decoded, bytes) else ""
            return message_from_string(text.lstrip())
        except UNREADABLE:
            return None
    return None


def _names_in(text: str) -> Iterator[str]:
    """Yield the names of mails in a header that can be ours."""
    for name, host in NAMES.findall(text):
        if host.lower() == str(settings.SITE.hostname).lower() and OURS.fullmatch(name):
            yield name


def _header(message: Message, name: str) -> str:
    """Return a header as it stands, an empty text when there is none."""
    value = message.get(name)
    return "" if value is None else str(value)
