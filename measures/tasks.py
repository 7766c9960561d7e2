"""Chores about measures that run by the clock; each is thin and safe to repeat."""

from celery import shared_task
from django.utils import timezone

from measures.actions import publishing


@shared_task
def publish_due() -> int:
    """Publish what is scheduled and whose time has come; return how many."""
    return publishing.publish_due(timezone.now())
