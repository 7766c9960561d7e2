"""Figures for whoever watches the site, as Prometheus reads them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from measures.queries import operating
from measures.views.bearer import require_token
from measures.views.reading import read_only


@login_not_required
@read_only
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures at this moment, for whoever has the token. Read from the database each time, so
    that every web process says the same."""
    require_token(request, settings.METRICS_TOKEN)
    registry = CollectorRegistry()
    registry.register(Figures(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """The figures of /drift/ at one moment. What was counted may become less: all are gauges."""

    def __init__(self, now: datetime.datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Yield every figure. Four queries, and one question to Redis."""
        yield from self._queue()
        yield from self._mails()
        yield from self._jobs()
        people = GaugeMetricFamily("tiltak_recipients", "Mailboxes, by state.", labels=["state"])
        for state, number in operating.recipients().items():
            people.add_metric([state], number)
        yield people

    def _queue(self) -> Iterator[Metric]:
        queue = operating.queue()
        age = (self.now - queue.oldest_at).total_seconds() if queue.oldest_at else 0
        yield gauge("tiltak_mail_undelivered", "Mails that wait to be sent.", queue.waiting)
        yield gauge(
            "tiltak_mail_oldest_seconds",
            "Age of the oldest mail that waits, 0 when none does.",
            age,
        )
        yield gauge("tiltak_mail_given_up", "Mails given up, to be looked at.", queue.given_up)
        if settings.REDIS_URL:
            length = operating.queue_length()
            is_up = length is not None
            yield gauge("tiltak_queue_up", "1 when Redis answers.", int(is_up))
            if length is not None:
                yield gauge("tiltak_queue_length", "Tasks that wait for a worker.", length)

    def _mails(self) -> Iterator[Metric]:
        mails = GaugeMetricFamily(
            "tiltak_mail_last_day",
            "Mails planned within the last 24 hours, by kind and state.",
            labels=["kind", "state"],
        )
        bounced = 0
        for pile in operating.last_day(self.now):
            mails.add_metric([pile.kind, pile.state], pile.number)
            bounced += pile.bounced
        yield mails
        yield gauge("tiltak_mail_bounced_last_day", "Those of them that came back.", bounced)

    def _jobs(self) -> Iterator[Metric]:
        started = GaugeMetricFamily(
            "tiltak_job_last_run_timestamp_seconds", "When a job last began.", labels=["job"]
        )
        failed = GaugeMetricFamily(
            "tiltak_job_failed", "1 when the last run of a job failed.", labels=["job"]
        )
        overdue = GaugeMetricFamily(
            "tiltak_job_overdue",
            "1 when a job did not run the last two times it should have.",
            labels=["job"],
        )
        following = GaugeMetricFamily(
            "tiltak_job_next_run_timestamp_seconds",
            "When Celery beat begins a job next; none where no beat runs.",
            labels=["job"],
        )
        for job in operating.jobs(self.now):
            if job.next_at:
                following.add_metric([job.name], job.next_at.timestamp())
            if job.is_noted:
                overdue.add_metric([job.name], int(job.is_overdue))
            if job.run:
                started.add_metric([job.name], job.run.started_at.timestamp())
                failed.add_metric([job.name], int(bool(job.run.error)))
        yield from (started, failed, overdue, following)


def gauge(name: str, about: str, value: float) -> Metric:
    """Return a figure without labels."""
    return GaugeMetricFamily(name, about, value=value)
