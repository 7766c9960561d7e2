"""Mails that came back: reports of mail servers, and everything else that lands in that mailbox."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from measures.mail.returned import MOST_BYTES, OURS, Report, failed_mail
from measures.models import Digest, Recipient
from tests.mails import make_mail, make_recipient

ADDRESS = "/epost-retur/"
TOKEN = "en hemmelighet"
KEY = "abcdefghjkmnpqrs"
HOST = "localhost"

#: As Postfix writes it, with the headers of the mail only.
POSTFIX = """\
Return-Path: <>
Received: by mx.example.no (Postfix)
\tid 4F1B22; Mon, 30 Nov 2026 07:00:12 +0100 (CET)
Date: Mon, 30 Nov 2026 07:00:12 +0100 (CET)
From: MAILER-DAEMON@mx.example.no (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: tiltak@localhost
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F1B21.1764482412/mx.example.no"
Message-Id: <20261130060012.4F1B22@mx.example.no>

This is a MIME-encapsulated message.

--4F1B21.1764482412/mx.example.no
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

<kari@example.no>: host mx.example.no said: 550 5.1.1 User unknown

--4F1B21.1764482412/mx.example.no
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.no
X-Postfix-Queue-ID: 4F1B21
Arrival-Date: Mon, 30 Nov 2026 07:00:11 +0100 (CET)

Final-Recipient: rfc822; kari@example.no
Original-Recipient: rfc822;kari@example.no
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.no
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--4F1B21.1764482412/mx.example.no
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <tiltak@localhost>
Subject: Nytt i ett tiltak
From: Tiltak for =?utf-8?q?helsen=C3=A6ringen?= <tiltak@localhost>
To: kari@example.no
Message-ID: {name}

--4F1B21.1764482412/mx.example.no--
"""
#: As Exchange writes it, with the whole mail.
EXCHANGE = """\
From: <postmaster@example.no>
To: <tiltak@localhost>
Date: Mon, 30 Nov 2026 06:00:14 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="7cb1f4a9-5c43-4c2e-9a41"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: nb-NO
Message-ID: <0a1b2c@AM0PR01.prod.outlook.com>
In-Reply-To: {name}
References: {name}
Subject: Kan ikke levere: Nytt i ett tiltak
Auto-Submitted: auto-replied
MIME-Version: 1.0

--7cb1f4a9-5c43-4c2e-9a41
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="27ae6be8-1f5e-45d0"

--27ae6be8-1f5e-45d0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

TWVsZGluZ2VuIGtvbSBpa2tlIGZyYW0u

--27ae6be8-1f5e-45d0--

--7cb1f4a9-5c43-4c2e-9a41
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.prod.outlook.com
Received-From-MTA: dns;mail.localhost
Arrival-Date: Mon, 30 Nov 2026 06:00:13 +0000

Final-Recipient: rfc822;ola@example.no
Action: {action}
Status: {status}
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found
X-Display-Name: ola@example.no

--7cb1f4a9-5c43-4c2e-9a41
Content-Type: message/rfc822

Received: from mail.localhost by AM0PR01.prod.outlook.com;
 Mon, 30 Nov 2026 06:00:13 +0000
From: tiltak@localhost
To: ola@example.no
Subject: Nytt i ett tiltak
Message-ID: {name}
Content-Type: multipart/alternative; boundary="innerst"

--innerst
Content-Type: text/plain; charset="utf-8"

Oppsummering
--innerst--

--7cb1f4a9-5c43-4c2e-9a41--
"""
#: As Exim wrote it before there was a form for it.
EXIM = """\
From: Mail Delivery System <Mailer-Daemon@mx.example.no>
To: tiltak@localhost
References: <annet@example.no> {name}
X-Failed-Recipients: kari@example.no
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered. This is a permanent error.
"""
AWAY = """\
From: Kari <kari@example.no>
To: tiltak@localhost
In-Reply-To: {name}
Subject: Automatisk svar: Nytt i ett tiltak
Auto-Submitted: auto-replied

Jeg er borte. Status: 5.1.1. Action: failed.
"""
ALL = [POSTFIX, EXCHANGE, EXIM]
REPORTS = [POSTFIX, EXCHANGE]


def report(
    form: str, key: str = KEY, host: str = HOST, action: str = "failed", status: str = "5.1.1"
) -> bytes:
    return form.format(name=f"<{key}@{host}>", action=action, status=status).encode()


# --- What a report says -----------------------------------------------------------------------


@pytest.mark.parametrize("form", ALL)
def test_the_mail_that_failed_is_found(form: str) -> None:
    assert failed_mail(report(form)) == KEY
    assert failed_mail(report(form).replace(b"\n", b"\r\n")) == KEY


def test_the_mailbox_file_may_begin_with_its_own_line() -> None:
    assert failed_mail(b"From MAILER-DAEMON Mon Nov 30 07:00:12 2026\n" + report(POSTFIX)) == KEY


@pytest.mark.parametrize("form", REPORTS)
@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("delayed", "4.4.1"),
        ("failed", "4.4.1"),
        ("delivered", "2.0.0"),
        ("relayed", "2.1.9"),
        ("delayed", "5.0.0"),
        ("failed", ""),
        ("", "5.1.1"),
        ("failed", "55.1.1"),
    ],
)
def test_what_is_not_final_counts_for_nothing(form: str, action: str, status: str) -> None:
    assert failed_mail(report(form, action=action, status=status)) is Report.NOT_FINAL


def test_somebody_away_counts_for_nothing() -> None:
    assert failed_mail(report(AWAY)) is Report.NOT_FINAL


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize(
    ("key", "host"),
    [
        (KEY, "example.no"),
        (KEY, "localhost.example.no"),
        ("abc", HOST),
        (KEY.upper(), HOST),
        (f"{KEY}a", HOST),
        ("abcdefghjkmnpq-s", HOST),
    ],
)
def test_only_names_of_our_own_count(form: str, key: str, host: str) -> None:
    assert failed_mail(report(form, key=key, host=host)) is Report.NOT_OURS


def test_the_host_is_written_in_any_letters() -> None:
    assert failed_mail(report(POSTFIX, host="LocalHost")) == KEY


def test_a_mail_of_somebody_else_that_answers_ours_is_not_ours() -> None:
    """The one inside is what failed, whatever the report refers to."""
    text = (
        report(EXCHANGE)
        .decode()
        .replace(f"Message-ID: <{KEY}@localhost>", "Message-ID: <svar@example.no>")
    )
    assert failed_mail(text.encode()) is Report.NOT_OURS


@pytest.mark.parametrize("name", ["In-Reply-To", "References", "X-Original-Message-ID"])
def test_without_the_mail_inside_the_headers_say_which(name: str) -> None:
    text = report(EXCHANGE, action="failed").decode()
    inside = text.index("Content-Type: message/rfc822")
    text = text[:inside] + "\n--7cb1f4a9-5c43-4c2e-9a41--\n"
    for header in ("In-Reply-To", "References"):
        text = text.replace(f"{header}:", "X-Unread:" if header != name else f"{header}:")
    if name.startswith("X-"):
        text = text.replace("\nAction:", f"\n{name}: <{KEY}@localhost>\nAction:")
    assert failed_mail(text.encode()) == KEY


def test_of_several_recipients_one_that_failed_is_enough() -> None:
    text = report(POSTFIX).decode()
    other = "Final-Recipient: rfc822; ola@example.no\nAction: delivered\nStatus: 2.0.0\n\n"
    assert failed_mail(text.replace("Final-Recipient:", f"{other}Final-Recipient:").encode()) == KEY


def test_headers_may_be_wrapped_for_the_way() -> None:
    text = report(POSTFIX).decode()
    head, tail = text.split("Content-Type: text/rfc822-headers\n")
    coded = tail.replace(f"<{KEY}@", f"<{KEY[:4]}=\n{KEY[4:]}@")
    text = f"{head}Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n"
    assert failed_mail((text + coded).encode()) == KEY


# --- What is no report ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 100,
        b"hei",
        b"{}",
        b'{"type": "bounce"}',
        b"Subject: uten avsender\n\nhei",
        b"\xff\xfe\x00\n\n",
        b"From: a@example.no\n" + b"x" * MOST_BYTES,
    ],
)
def test_what_is_no_mail(raw: bytes) -> None:
    assert failed_mail(raw) is Report.NOT_A_MAIL


def test_mails_in_mails_in_mails() -> None:
    deep = b"From: a@b\nContent-Type: message/rfc822\n\n" * 20_000
    assert failed_mail(deep) is Report.NOT_A_MAIL


def test_parts_in_parts_in_parts() -> None:
    deep = b"".join(
        b'From: a@b\nContent-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n)
        for n in range(2_000)
    )
    assert isinstance(failed_mail(deep), Report)


WORDS = st.sampled_from(
    [
        *("From: a@b\n", "Content-Type: multipart/report; boundary=x\n", "\n", "--x\n", "--x--\n"),
        *("Content-Type: message/delivery-status\n", "Content-Type: message/rfc822\n"),
        *("Content-Type: text/rfc822-headers\n", "Content-Type: text/rfc822-headers; charset=9\n"),
        *("Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: uuencode\n"),
        *(
            "Action: failed\n",
            "Status: 5.1.1\n",
            "Status: 5.\n",
            "Status: \xe5\n",
        ),
        *(f"Message-ID: <{KEY}@localhost>\n", f"References: <{KEY}@localhost>\n"),
        *("Message-ID: <>\n", "References: <a@b> <\n", "X-Failed-Recipients: x\n", " folded\n"),
        *("From: =?utf-8?q?\n", "Content-Type: ;;;=\n", "Content-Type: \xff/\xff\n", "\xe6\x00\n"),
        *("Content-Type: message/external-body\n", "Content-Type: message/partial\n", "a@\n"),
    ]
)
GARBAGE = st.one_of(
    st.binary(max_size=2000),
    st.lists(WORDS, max_size=40).map(lambda words: "".join(words).encode("latin-1")),
    st.lists(st.one_of(WORDS, st.text(max_size=30)), max_size=40).map(
        lambda words: "".join(words).encode("utf-8", "surrogatepass")
    ),
)


@given(GARBAGE)
@tries(max_examples=300, deadline=None)
def test_no_garbage_is_too_much(raw: bytes) -> None:
    found = failed_mail(raw)
    assert isinstance(found, Report) or OURS.fullmatch(found)


@given(st.data())
@tries(max_examples=200, deadline=None)
def test_no_damage_is_too_much(data: st.DataObject) -> None:
    """A true report, with pieces torn out and put in."""
    raw = bytearray(report(data.draw(st.sampled_from(ALL))))
    for _time in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 80))] = data.draw(st.binary(max_size=20))
    found = failed_mail(bytes(raw))
    assert isinstance(found, Report) or OURS.fullmatch(found)


# --- The address ------------------------------------------------------------------------------


@pytest.fixture
def token(settings: Any) -> str:
    settings.MAIL_RETURN_TOKEN = TOKEN
    return TOKEN


def post(client: Client, raw: bytes, **headers: str) -> Any:
    given = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"} | headers
    return client.post(ADDRESS, raw, content_type="message/rfc822", **given)  # type: ignore[arg-type]  # a program's


def bounce(client: Client, recipient: Recipient) -> int:
    """Let a new mail to the recipient come back."""
    mail = make_mail(recipient=recipient, state="sent")
    return int(post(client, report(POSTFIX, key=mail.key)).status_code)


@pytest.mark.django_db
def test_a_mail_that_came_back_is_noted_once(client: Client, token: str) -> None:
    mail = make_mail(state="sent")
    for form, status in ((POSTFIX, 204), (POSTFIX, 200), (EXCHANGE, 200)):
        response = post(client, report(form, key=mail.key))
        assert response.status_code == status
        assert not response.cookies
    assert b"Nothing to record" in response.content
    mail.refresh_from_db()
    assert mail.bounced_at is not None
    assert Recipient.objects.get(pk=mail.recipient_id).bounces == 1


@pytest.mark.django_db
def test_the_third_stops_the_recipient_and_the_fourth_changes_nothing(
    client: Client, token: str
) -> None:
    recipient = make_recipient()
    for number in (1, 2):
        assert bounce(client, recipient) == 204
        recipient.refresh_from_db()
        assert (recipient.bounces, recipient.stopped_at) == (number, None)
    assert bounce(client, recipient) == 204
    recipient.refresh_from_db()
    assert (recipient.bounces, recipient.stopped_why) == (3, "bounced")
    stopped = recipient.stopped_at
    assert bounce(client, recipient) == 204
    recipient.refresh_from_db()
    assert (recipient.stopped_at, recipient.stopped_why) == (stopped, "bounced")


@pytest.mark.django_db
def test_who_stopped_by_choice_stays_so(client: Client, token: str) -> None:
    at = timezone.now() - datetime.timedelta(days=1)
    recipient = make_recipient(stopped_at=at, stopped_why="asked", bounces=2)
    assert bounce(client, recipient) == 204
    recipient.refresh_from_db()
    assert (recipient.stopped_at, recipient.stopped_why) == (at, "asked")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (report(POSTFIX), 200),
        (report(POSTFIX, action="delayed", status="4.4.1"), 200),
        (report(POSTFIX, host="example.no"), 200),
        (report(AWAY), 200),
        (b"", 400),
        (b"hei", 400),
        (b"x" * (MOST_BYTES + 1), 413),
    ],
)
def test_what_is_answered_when_nothing_is_noted(
    raw: bytes, status: int, client: Client, token: str
) -> None:
    mail = make_mail(state="sent")
    response = post(client, raw)
    assert response.status_code == status
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.endswith(b".\n")
    mail.refresh_from_db()
    assert mail.bounced_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_programs_call_a_mail_many_things(kind: str, client: Client, token: str) -> None:
    mail = make_mail(state="sent")
    headers = {"HTTP_AUTHORIZATION": f"bearer {TOKEN}"}
    raw = report(POSTFIX, key=mail.key)
    response = client.generic("POST", ADDRESS, raw, content_type=kind, **headers)  # type: ignore[arg-type]
    assert response.status_code == 204


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given",
    [
        "",
        TOKEN,
        f"Basic {TOKEN}",
        "Bearer",
        "Bearer ",
        "Bearer feil",
        f"Bearer {TOKEN}x",
        "Bearer æ",
    ],
)
def test_without_the_token_there_is_nothing_here(given: str, client: Client, token: str) -> None:
    mail = make_mail(state="sent")
    response = post(client, report(POSTFIX, key=mail.key), HTTP_AUTHORIZATION=given)
    assert response.status_code == 404
    assert not Digest.objects.filter(bounced_at__isnull=False).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}"])
def test_where_no_token_is_configured_nobody_has_it(given: str, client: Client) -> None:
    assert post(client, report(POSTFIX), HTTP_AUTHORIZATION=given).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["get", "put", "patch", "delete"])
def test_it_only_takes(verb: str, client: Client, token: str) -> None:
    response = getattr(client, verb)(ADDRESS, HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    assert (response.status_code, response["Allow"]) == (405, "POST")
