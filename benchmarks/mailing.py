"""The steps of the digest benchmark, each in a process of its own, so that each has its own memory.

    python -m benchmarks.mailing make --recipients 10000 --changes 5
    python -m benchmarks.mailing plan
    python -m benchmarks.mailing send
    python -m benchmarks.mailing bare --mails 2000 --bytes 12000

The database is that of DATABASE_URL, with a made-up register in it, and the mail server that of
EMAIL_URL. `make` makes recipients who follow so many measures each, of which each has news; `plan`
and `send` do what the site does by the clock; `bare` is a loop around smtplib. Each prints what it
took, as JSON.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import resource
import smtplib
import sys
import time
from collections.abc import Sequence
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap.settings")
    django.setup()

from django.conf import settings
from django.db import connection
from django.utils import timezone

from measures.actions.mailboxes import member_mailboxes
from measures.actions.outbox import deliver, hand_out, plan_digests
from measures.choices import MailState, Scope
from measures.mail.letters import letter_for
from measures.mail.postman import postman
from measures.models import Digest, Event, Measure, Recipient, Subscription

#: Rows written in one statement.
BATCH = 1000
#: So many mails are weighed.
WEIGHED = 20
DAY = datetime.timedelta(days=1)


def make(number: int, changes: int) -> dict[str, Any]:
    """Make so many recipients, due now, of which each follows so many measures with news."""
    now = timezone.now()
    member_mailboxes(now)  # those of the register's members are another matter
    measures = list(Measure.objects.order_by("pk").values_list("pk", flat=True))
    first = Event.objects.order_by("at").values_list("at", flat=True)[0]
    for start in range(0, number, BATCH):
        made = Recipient.objects.bulk_create(
            Recipient(email=f"mottaker-{n}@example.no", since=first - DAY, next_at=now - DAY)
            for n in range(start, min(start + BATCH, number))
        )
        Subscription.objects.bulk_create(
            Subscription(
                recipient=recipient,
                scope=Scope.MEASURE,
                measure_id=measures[(place * changes + n) % len(measures)],
                confirmed_at=now,
            )
            for place, recipient in enumerate(made, start)
            for n in range(changes)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"recipients": number}


class Counter:
    """Counts statements (for `execute_wrapper`)."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        """Count one."""
        self.queries += 1
        return execute(*arguments)


def plan() -> dict[str, Any]:
    """Plan what is due; say also how many bytes such a mail has."""
    begun, counter = time.perf_counter(), Counter()
    with connection.execute_wrapper(counter):
        mails = sum(len(keys) for keys in plan_digests(timezone.now()))
    taken = measured(mails, begun, counter)
    some = Digest.objects.under_way().select_related("recipient__user", "recipient__organisation")
    sizes = [len(letter_for(digest).message().as_bytes()) for digest in some[:WEIGHED]]
    return taken | {"bytes": sum(sizes) // len(sizes)}


def send() -> dict[str, Any]:
    """Send what is planned."""
    begun, counter, mails = time.perf_counter(), Counter(), 0
    with connection.execute_wrapper(counter), postman() as lent:
        while keys := hand_out(timezone.now()):
            mails += sum(deliver(pk, lent) == MailState.SENT for pk in keys)
    return measured(mails, begun, counter) | {"left": Digest.objects.under_way().count()}


def measured(mails: int, begun: float, counter: Counter) -> dict[str, Any]:
    """Return what it took to do so many mails."""
    return {
        "mails": mails,
        "seconds": time.perf_counter() - begun,
        "queries": counter.queries,
        # Linux counts in kB.
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def bare(mails: int, size: int) -> dict[str, Any]:
    """Send so many mails of so many bytes as plainly as Python can."""
    line = b"x" * 70 + b"\r\n"
    message = b"Subject: bare\r\n\r\n" + line * max(1, size // len(line))
    begun, counter = time.perf_counter(), Counter()
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as server:
        for n in range(mails):
            server.sendmail("tiltak@example.no", [f"mottaker-{n}@example.no"], message)
    return measured(mails, begun, counter)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and print what it took as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make")
    making.add_argument("--recipients", type=int, required=True)
    making.add_argument("--changes", type=int, required=True)
    commands.add_parser("plan")
    commands.add_parser("send")
    plain = commands.add_parser("bare")
    plain.add_argument("--mails", type=int, required=True)
    plain.add_argument("--bytes", type=int, required=True)
    chosen = parser.parse_args(arguments)
    if chosen.command == "make":
        answer = make(chosen.recipients, chosen.changes)
    elif chosen.command == "plan":
        answer = plan()
    elif chosen.command == "send":
        answer = send()
    else:
        answer = bare(chosen.mails, chosen.bytes)
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
