"""The sources behind what has been said."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from measures.choices import Language, PublisherKind
from measures.models.discussion import Comment
from measures.models.reporting import StatusUpdate


def storage_name(evidence: Evidence, name: str) -> str:
    """Return where an uploaded file is kept: nothing of the name it came with."""
    return f"evidence/{uuid4().hex}"


class Evidence(models.Model):
    """A source behind a status update or a comment: publisher, title, and its address or file.

    A `file` is what its `media_type` says, found from its content; it is served as a download
    under `file_name`, and its SHA-256 shows that it is still the one that was published.
    """

    update = models.ForeignKey(
        StatusUpdate, models.PROTECT, related_name="evidence", null=True, blank=True
    )
    comment = models.ForeignKey(
        Comment, models.PROTECT, related_name="evidence", null=True, blank=True
    )
    title = models.CharField(_("tittel"), max_length=300)
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    publisher = models.CharField(_("utgiver"), max_length=200)
    publisher_kind = models.CharField(_("type utgiver"), max_length=10, choices=PublisherKind)
    url = models.URLField(_("adresse"), max_length=500, blank=True)
    published_on = models.DateField(_("publisert"), null=True, blank=True)
    file = models.FileField(_("fil"), upload_to=storage_name, max_length=200, blank=True)
    file_name = models.CharField(_("filnavn"), max_length=200, blank=True)
    media_type = models.CharField(_("filtype"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("størrelse i byte"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("dokumentasjon")
        verbose_name_plural = _("dokumentasjon")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["update", "url", "title"], name="evidence_once"),
            models.UniqueConstraint(fields=["comment", "url", "title"], name="evidence_said_once"),
            models.CheckConstraint(
                condition=Q(update__isnull=False, comment=None)
                | Q(update=None, comment__isnull=False),
                name="evidence_of_an_update_or_a_comment",
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="evidence_language_known"
            ),
            models.CheckConstraint(
                condition=Q(publisher_kind__in=PublisherKind.values),
                name="evidence_publisher_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(file="", file_name="", media_type="", size=0, sha256="")
                | ~Q(file="") & ~Q(file_name="") & Q(url="", size__gt=0),
                name="evidence_is_an_address_or_a_file",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, {self.publisher}"
