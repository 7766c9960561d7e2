"""Chores by the clock."""

from __future__ import annotations

import datetime

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from roadmap.celery import app
from stakeholders.tasks import clear_expired_sessions


@pytest.mark.django_db
def test_only_sessions_that_have_run_out_are_cleared() -> None:
    now = timezone.now()
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=now + datetime.timedelta(days=days)
        )
    clear_expired_sessions.apply().get()
    assert [s.session_key for s in Session.objects.all()] == ["new"]


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {e["task"] for e in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
