"""Do what is due by the clock, where no Celery beat does: `make run` starts it beside the site."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connections
from django.utils import timezone

from measures.actions.following import forget_unconfirmed
from measures.actions.outbox import deliver, hand_out, plan_digests
from measures.actions.publishing import publish_due
from measures.actions.reminding import plan_reminders
from measures.actions.running import noted_run
from measures.choices import MailState
from measures.digests.chain import is_reminding_time
from measures.mail.postman import postman

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Publish and send what is due, until stopped. Needed only without Celery beat."
    # The site checks itself already, and the tables may be away for a moment.
    requires_system_checks: list[str] = []  # as Django declares it

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=float, default=20, metavar="SECONDS", help="pause between (20)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Go on until SIGTERM or SIGINT, which let the publishing under way finish."""
        stopped = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stopped.set())
        while not stopped.is_set():
            do_what_is_due()
            stopped.wait(options["every"])


def do_what_is_due() -> None:
    """Publish and send what is due. A database that is away is told in the log, and asked again
    next time over a new connection."""
    try:
        with noted_run("publish_due") as run:
            published = publish_due(timezone.now())
            run.result = str(published)
        sent = send_mail_due()
    except Error:
        logger.exception("The database is away; trying again soon")
    else:
        if published:
            logger.info("Published %s status updates", published)
        if sent:
            logger.info("Sent %s mails", sent)
    finally:
        connections.close_all()


def send_mail_due() -> int:
    """Plan the mails that are due, and send those that wait; return how many were sent."""
    now = timezone.now()
    with noted_run("plan_digests") as run:
        run.result = str(sum(len(keys) for keys in plan_digests(now)))
    if is_reminding_time(now):
        with noted_run("plan_reminders") as run:
            run.result = str(len(plan_reminders(now)))
    with noted_run("forget_unconfirmed") as run:
        run.result = str(forget_unconfirmed(now))
    with noted_run("sweep_outbox") as run, postman() as lent:
        states = [deliver(pk, lent) for pk in hand_out(timezone.now())]
        run.result = str(len(states))
    return states.count(MailState.SENT)
