"""Chores about people that run by the clock; each is thin and safe to repeat."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def clear_expired_sessions() -> None:
    """Delete sign-in sessions that have run out, so that the table does not grow for ever."""
    call_command("clearsessions")
