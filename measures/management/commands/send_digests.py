"""manage.py send_digests: plan and send the mails that are due, without Celery."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from measures.actions import jobs
from measures.actions.outbox import deliver, hand_out, not_ahead
from measures.choices import MailState
from measures.mail.letters import letter_for
from measures.mail.postman import postman
from measures.models import Digest
from stakeholders.models.invitations import tidy_email

#: No time before or after makes sense here, and arithmetic with it may fail.
FIRST_YEAR, LAST_YEAR = 2019, 2100


class Command(BaseCommand):
    help = _("Planlegger og sender oppsummeringer og påminnelser som er klare. Trygt å gjenta.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help=_("vis hva som ville blitt sendt, uten å lagre")
        )
        parser.add_argument(
            "--at",
            metavar="TID",
            help=_("gjør som om klokka var dette (2026-11-30T07:00), norsk tid"),
        )
        parser.add_argument(
            "--only",
            action="append",
            default=[],
            metavar="ADRESSE",
            help=_("bare denne mottakeren; kan gjentas"),
        )
        parser.add_argument("--show", action="store_true", help=_("skriv ut teksten i e-postene"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, send, and say what was done. Ends with exit code 1 when the time cannot be read."""
        now = moment(options["at"]) if options["at"] else timezone.now()
        only = [tidy_email(address) for address in options["only"]]
        if options["dry_run"]:
            with transaction.atomic():
                self.plan(now, only, remind_at=now)
                waiting = under_way(only)
                for digest in waiting:
                    self.tell(digest, show=options["show"])
                self.stdout.write(_("Ingenting er lagret eller sendt."))
                transaction.set_rollback(True)
            return
        self.plan(now, only, remind_at=not_ahead(now))
        jobs.forget_unconfirmed(timezone.now())
        self.send(now, only, show=options["show"])

    def plan(self, now: datetime.datetime, only: list[str], remind_at: datetime.datetime) -> None:
        """Make the rows that are due. Reminders of a day that lies ahead are only shown: sent, they
        would not be true."""
        jobs.plan_digests(now, only)
        if not only:
            jobs.plan_reminders(remind_at)

    def send(self, now: datetime.datetime, only: list[str], *, show: bool) -> None:
        """Send what waits over one connection, and count."""
        begun, counted = timezone.now(), Counter[str]()
        with postman() as lent:
            while keys := (hand_out(now) if not only else wanted(now, only)):
                for pk in keys:
                    state = deliver(pk, lent, lambda: now + (timezone.now() - begun))
                    counted[state] += 1
                    self.report(pk, state, show=show)
                if only:
                    break
        numbers = {"sent": counted[MailState.SENT], "failed": counted[MailState.FAILED]}
        self.stdout.write(_("%(sent)s sendt, %(failed)s mislyktes.") % numbers)

    def report(self, pk: int, state: str, *, show: bool) -> None:
        """Say what became of one mail; nothing when its recipient was forgotten meanwhile."""
        loaded = Digest.objects.select_related("recipient__user", "recipient__organisation")
        digest = loaded.filter(pk=pk).first()
        if digest and state == MailState.SENT:
            self.tell(digest, show=show)
        elif digest and state == MailState.FAILED:
            self.stderr.write(f"{digest.recipient}: {digest.last_error}")

    def tell(self, digest: Digest, *, show: bool) -> None:
        """Say who gets what; with `show`, all of it."""
        letter = letter_for(digest)
        self.stdout.write(f"{digest.recipient.email}: {letter.subject}")
        if show:
            self.stdout.write(f"{os.linesep}{letter.body}")


def moment(text: str) -> datetime.datetime:
    """Read a time on the Norwegian clock. Raises CommandError."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CommandError(_("Skriv tiden slik: 2026-11-30T07:00"))
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def under_way(only: list[str]) -> list[Digest]:
    """Return the mails that would be sent now."""
    waiting = Digest.objects.under_way().select_related("recipient__user")
    waiting = waiting.select_related("recipient__organisation").order_by("recipient__email", "pk")
    return list(waiting.filter(recipient__email__in=only) if only else waiting)


def wanted(now: datetime.datetime, only: list[str]) -> list[int]:
    """Return the keys of what waits for some recipients."""
    mine = Digest.objects.claimable(now).filter(recipient__email__in=only)
    return list(mine.order_by("pk").values_list("pk", flat=True))
