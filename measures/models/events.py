"""What happened in the register. Everything told to anybody is read from here."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from measures.choices import PUBLIC_VERBS, Precision, Verb
from measures.dates import PartialDate
from measures.models.discussion import Comment
from measures.models.documents import Document
from measures.models.measures import Measure
from measures.models.reporting import StatusUpdate


class EventQuerySet(models.QuerySet["Event"]):
    """Events, in the words of the domain."""

    def public(self) -> EventQuerySet:
        """Those that anybody may be told of: not who works on what before it is published."""
        return self.filter(verb__in=[verb.value for verb in PUBLIC_VERBS])

    def published_updates(self) -> EventQuerySet:
        """Those that tell of a published status update."""
        return self.filter(verb=Verb.PUBLISHED)

    def latest_facts_first(self) -> EventQuerySet:
        """By when the thing told of happened, not by when it was written down."""
        return self.order_by("-happened_on", "-pk")


class Event(models.Model):
    """One row per act on the register: who did what, when, to what, from what to what.

    Written by the actions, in the same transaction as the act, and never changed: a database
    trigger refuses. `happened_on` is when the fact told of took place (a status update's date);
    `at` is when it was written down. `changes` maps a field to [before, after].
    `actor` is empty for what the register's loader did.
    """

    verb = models.CharField(_("hendelse"), max_length=20, choices=Verb)
    at = models.DateTimeField(_("skrevet"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    subject = models.CharField(_("gjelder"), max_length=40)
    subject_key = models.CharField(_("nøkkel"), max_length=200)
    measure = models.ForeignKey(
        Measure, models.PROTECT, related_name="events", null=True, blank=True
    )
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="events", null=True, blank=True
    )
    update = models.ForeignKey(
        StatusUpdate, models.PROTECT, related_name="events", null=True, blank=True
    )
    comment = models.ForeignKey(
        Comment, models.PROTECT, related_name="events", null=True, blank=True
    )
    happened_on = models.DateField(_("skjedde"), null=True, blank=True)
    happened_precision = models.CharField(
        _("nøyaktighet"), max_length=5, choices=Precision, blank=True
    )
    changes = models.JSONField(_("endringer"), default=dict, blank=True)

    objects: ClassVar[EventQuerySet] = EventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("hendelse")
        verbose_name_plural = _("hendelser")
        constraints = (
            models.CheckConstraint(condition=Q(verb__in=Verb.values), name="event_verb_known"),
            models.CheckConstraint(
                condition=~Q(verb=Verb.PUBLISHED)
                | Q(update__isnull=False, measure__isnull=False, happened_on__isnull=False),
                name="event_published_tells_what_and_when",
            ),
            models.UniqueConstraint(
                fields=["update"],
                condition=Q(verb=Verb.PUBLISHED),
                name="event_update_published_once",
            ),
        )
        indexes = (
            models.Index(
                F("verb"), F("happened_on").desc(), F("id").desc(), name="event_latest_facts"
            ),
            models.Index(F("subject"), F("subject_key"), F("at").desc(), name="event_of_subject"),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.subject} {self.subject_key}"

    @property
    def happened(self) -> PartialDate | None:
        """When the fact took place, as exactly as is known."""
        if self.happened_on is None:
            return None
        return PartialDate(self.happened_on, Precision(self.happened_precision))
