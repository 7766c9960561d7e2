"""The site's Celery with a clock that ticks every second: `celery -A tests.quick_celery …`."""

from __future__ import annotations

from roadmap.celery import app

__all__ = ["app"]

app.conf.beat_schedule = {
    name: {"task": f"measures.tasks.{task}", "schedule": 1.0, "options": {"expires": 5}}
    for name, task in {"plan-digests": "plan_digests", "sweep-outbox": "sweep_outbox"}.items()
}
