"""/metrics: the figures of /drift/ for Prometheus."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from measures.actions.jobs import noted_run
from measures.choices import Stopped
from measures.models import JobRun
from tests.mails import CALLED_OFF, GIVEN_UP, make_mail, make_recipient

pytestmark = pytest.mark.django_db
TOKEN = "en hemmelighet"


@pytest.fixture(autouse=True)
def _configured(settings: Any) -> None:
    settings.METRICS_TOKEN, settings.REDIS_URL = TOKEN, ""


def answer(client: Client, given: str = f"Bearer {TOKEN}") -> Any:
    return client.get("/metrics", headers={"Authorization": given})


def figures(client: Client) -> dict[tuple[str, ...], float]:
    """Return every figure by its name and the values of its labels."""
    response = answer(client)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in response["Cache-Control"]
    families = text_string_to_metric_families(response.content.decode())
    samples = [sample for family in families for sample in family.samples]
    return {(s.name, *s.labels.values()): s.value for s in samples}


def test_an_empty_outbox_has_figures_too(client: Client) -> None:
    found = figures(client)
    for name in ("undelivered", "oldest_seconds", "given_up", "bounced_last_day"):
        assert found["tiltak_mail_" + name,] == 0
    assert found["tiltak_recipients", "active"] == 0
    assert found["tiltak_job_overdue", "publish_due"] == 0
    assert not any(name.startswith("tiltak_queue") for name, *_labels in found)


def test_what_the_outbox_holds(client: Client) -> None:
    now = timezone.now()
    make_mail(planned_at=now - datetime.timedelta(minutes=10))
    make_mail(state="failed", last_error="away", due_at=now)
    make_mail(kind="reminder", state="sent", bounced_at=now)
    make_mail(state="sent", planned_at=now - datetime.timedelta(days=2))
    make_mail(**GIVEN_UP)
    make_mail(**CALLED_OFF)
    make_recipient(stopped_at=now, stopped_why=Stopped.BOUNCED)
    found = figures(client)
    assert found["tiltak_mail_undelivered",] == 2
    assert 600 <= found["tiltak_mail_oldest_seconds",] < 660
    assert found["tiltak_mail_given_up",] == 1
    assert found["tiltak_mail_last_day", "digest", "planned"] == 1
    assert found["tiltak_mail_last_day", "digest", "failed"] == 2
    assert found["tiltak_mail_last_day", "digest", "called_off"] == 1
    assert found["tiltak_mail_last_day", "reminder", "sent"] == 1
    assert ("tiltak_mail_last_day", "digest", "sent") not in found
    assert found["tiltak_mail_bounced_last_day",] == 1
    assert (found["tiltak_recipients", "active"], found["tiltak_recipients", "stopped"]) == (6, 1)


def test_how_the_jobs_went(client: Client) -> None:
    with noted_run("publish_due"):
        pass
    with pytest.raises(ZeroDivisionError), noted_run("plan_digests"):
        raise ZeroDivisionError
    old = timezone.now() - datetime.timedelta(days=3)
    JobRun.objects.create(name="sweep_outbox", started_at=old, ended_at=old)
    found = figures(client)
    assert found["tiltak_job_failed", "publish_due"] == 0
    assert found["tiltak_job_failed", "plan_digests"] == 1
    assert found["tiltak_job_overdue", "sweep_outbox"] == 1
    assert found["tiltak_job_last_run_timestamp_seconds", "sweep_outbox"] == old.timestamp()


def test_when_a_job_runs_next(client: Client, settings: Any) -> None:
    next_run = "tiltak_job_next_run_timestamp_seconds"
    assert not any(name == next_run for name, *_labels in figures(client)), "no beat runs here"
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    asked_at = timezone.now().timestamp()
    found = figures(client)
    answered_at = timezone.now().timestamp()
    assert found[next_run, "plan_digests"] % 300 == 0
    assert asked_at < found[next_run, "plan_digests"] <= answered_at + 300
    assert found[next_run, "publish_due"] % 60 == 0
    assert asked_at < found[next_run, "publish_due"] <= answered_at + 60


def test_the_queue_where_there_is_one(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    found = figures(client)
    assert found["tiltak_queue_up",] == 0
    assert ("tiltak_queue_length",) not in found
    monkeypatch.setattr(redis.Redis, "llen", lambda *_: 7)
    found = figures(client)
    assert (found["tiltak_queue_up",], found["tiltak_queue_length",]) == (1, 7)


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer feil", TOKEN, f"Basic {TOKEN}"])
def test_without_the_token_there_is_nothing_here(given: str, client: Client) -> None:
    assert answer(client, given).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer "])
def test_where_no_token_is_configured_nobody_has_it(
    given: str, client: Client, settings: Any
) -> None:
    settings.METRICS_TOKEN = ""
    assert answer(client, given).status_code == 404


def test_the_number_of_queries_never_grows(client: Client) -> None:
    numbers = []
    for more in (1, 20):
        for _n in range(more):
            make_mail()
            make_mail(**GIVEN_UP)
            make_mail(state="sent", bounced_at=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            figures(client)
        numbers.append(len(asked))
    assert numbers == [4, 4]
