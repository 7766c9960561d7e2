"""Do what is due by the clock, where no Celery beat does: `make run` starts it beside the site."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connections
from django.utils import timezone

from measures.actions import jobs, outbox
from measures.choices import MailState
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
        published = jobs.publish_due(timezone.now())
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
    jobs.plan_digests(now)
    jobs.plan_reminders(now)
    jobs.forget_unconfirmed(now)
    with jobs.handing_out(timezone.now()) as waiting, postman() as lent:
        states = [outbox.deliver(pk, lent) for pk in waiting]
    return states.count(MailState.SENT)
