"""The way of a text to the public, which reports, comments and answers share."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

#: Who sends a text back says what is missing.
RETURNED_WITH_A_NOTE = Q(returned_at=None, returned_by=None, return_note="") | Q(
    returned_at__isnull=False, returned_by__isnull=False
) & ~Q(return_note="")


class Drafted(models.Model):
    """A text that somebody writes, hands in, and a colleague publishes or returns with a note.

    Where it is follows from the times of these acts. A draft may be incomplete: what was typed but
    cannot be read yet (half a date) is kept in `typed`. `version` counts the savings, so that two
    windows cannot overwrite each other; `saved_at` is the last of them.
    """

    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(_("lagret"), null=True, blank=True)
    typed = models.JSONField(default=dict, blank=True)
    submitted_at = models.DateTimeField(_("sendt til godkjenning"), null=True, blank=True)
    returned_at = models.DateTimeField(_("sendt tilbake"), null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    return_note = models.TextField(_("merknad"), blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(_("trukket"), null=True, blank=True)
    published_at = models.DateTimeField(_("publisert"), null=True, blank=True)

    class Meta:
        abstract = True
