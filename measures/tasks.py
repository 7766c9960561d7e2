"""Chores about measures that run by the clock; each is thin and safe to repeat."""

from __future__ import annotations

from celery import current_app, shared_task
from django.utils import timezone

from measures.actions import jobs, outbox
from measures.mail.postman import Postman, postman

#: This worker's own connection to the mail server, kept from mail to mail.
_kept = Postman()


@shared_task
def publish_due() -> int:
    """Publish what is scheduled and whose time has come; return how many."""
    return jobs.publish_due(timezone.now())


@shared_task
def plan_digests() -> int:
    """Plan the digests that are due, and hand each to a worker; return how many."""
    planned = jobs.plan_digests(timezone.now())
    sweep_outbox.delay()
    return planned


@shared_task
def plan_reminders() -> int:
    """Plan the reminders of the day, and hand each to a worker; return how many."""
    planned = jobs.plan_reminders(timezone.now())
    sweep_outbox.delay()
    return planned


@shared_task
def sweep_outbox() -> int:
    """Hand every mail that waits for somebody to a worker, also what a dead worker left behind;
    return how many."""
    with jobs.handing_out(timezone.now()) as waiting:
        for pk in waiting:
            deliver_mail.delay(pk)
    return len(waiting)


@shared_task
def deliver_mail(pk: int) -> str:
    """Send one mail of the outbox; return its state."""
    if current_app.conf.task_always_eager:
        with postman() as lent:
            return outbox.deliver(pk, lent)
    return outbox.deliver(pk, _kept)


@shared_task
def forget_unconfirmed() -> int:
    """Delete addresses that nobody has confirmed, and old mails; return how many addresses."""
    return jobs.forget_unconfirmed(timezone.now())
