"""Chores by the clock."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from celery.schedules import crontab
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from measures.tasks import publish_due
from roadmap.celery import app
from stakeholders.tasks import clear_expired_sessions
from tests.cast import make_world
from tests.reports import scheduled


@pytest.mark.django_db
def test_only_sessions_that_have_run_out_are_cleared() -> None:
    now = timezone.now()
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=now + datetime.timedelta(days=days)
        )
    clear_expired_sessions.apply().get()
    assert [s.session_key for s in Session.objects.all()] == ["new"]


@pytest.mark.django_db
def test_what_is_due_is_published_by_the_task() -> None:
    world = make_world()
    update = scheduled(world)
    assert publish_due.apply().get() == 0
    with time_machine.travel(update.publish_at):
        assert publish_due.apply().get() == 1
        assert publish_due.apply().get() == 0
    update.refresh_from_db()
    assert update.state == "published"


def test_every_minute_what_is_due_is_published() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["publish-due"]
    assert (entry["task"], entry["schedule"]) == (publish_due.name, crontab())


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {e["task"] for e in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
