"""What organisations want, for those who speak for them."""

from __future__ import annotations

from django.db.models import QuerySet

from measures.models import Ask, Priority
from measures.queries.speaking import voices_of
from stakeholders.models import User


def priorities_kept_by(user: User) -> QuerySet[Priority]:
    """What the organisations that the person speaks for have singled out, by organisation and
    reference."""
    mine = Priority.objects.filter(organisation__in=voices_of(user).order_by().values("pk"))
    loaded = mine.select_related("organisation", "measure")
    return loaded.order_by("organisation__key", "measure__ref")


def asks_kept_by(user: User) -> QuerySet[Ask]:
    """What the organisations that the person speaks for ask for, with the measures that meet it."""
    mine = Ask.objects.filter(organisation__in=voices_of(user).order_by().values("pk"))
    loaded = mine.select_related("organisation").prefetch_related("measures")
    return loaded.order_by("organisation__key", "key")
