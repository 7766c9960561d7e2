"""The documents that make promises, their chapters, and the themes across them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from measures.choices import DocumentKind, Language, ThemeOrigin
from stakeholders.choices import Role
from stakeholders.models import Membership, Organisation, User
from stakeholders.texts import English

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class DocumentQuerySet(models.QuerySet["Document"]):
    """Documents, in the words of the domain."""

    def in_order(self) -> DocumentQuerySet:
        """Oldest first, as the promises were made."""
        return self.order_by("published_on", "pk")

    def with_registered(self) -> DocumentQuerySet:
        """Add `registered`: how many of the document's measures the register holds."""
        return self.annotate(registered=Count("measures"))

    def kept_by(self, user: User | AnonymousUser) -> DocumentQuerySet:
        """Those whose register the person keeps: coordinated by where the person is steward."""
        ministries = Membership.objects.of(user, Role.STEWARD).values("organisation")
        coordinated = Document.coordinators.through._default_manager.filter(
            document=OuterRef("pk"), organisation__in=ministries
        )
        return self.filter(Exists(coordinated))


class Document(English, models.Model):
    """A white paper, roadmap or export plan.

    `announced_measures` is how many measures it says it has; the register may hold fewer, and
    every page says both numbers. `coordinators` answer where no lead is known.
    """

    key = models.SlugField(_("nøkkel"), max_length=60, unique=True)
    kind = models.CharField(_("type"), max_length=20, choices=DocumentKind)
    short_title = models.CharField(_("kort tittel"), max_length=100)
    short_title_en = models.CharField(_("kort tittel på engelsk"), max_length=100, blank=True)
    title = models.CharField(_("tittel"), max_length=300)
    title_en = models.CharField(_("engelsk tittel"), max_length=300, blank=True)
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    published_on = models.DateField(_("lagt fram"))
    announced_measures = models.PositiveIntegerField(_("varslede tiltak"))
    coordinators = models.ManyToManyField(
        Organisation, verbose_name=_("koordinerende departementer"), related_name="coordinates"
    )
    summary = models.TextField(_("sammendrag"), blank=True)
    summary_en = models.TextField(_("sammendrag på engelsk"), blank=True)
    url = models.URLField(_("adresse"), max_length=500, blank=True)
    url_en = models.URLField(_("adresse på engelsk"), max_length=500, blank=True)

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("dokument")
        verbose_name_plural = _("dokumenter")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="document_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="document_language_known"
            ),
            models.CheckConstraint(
                condition=Q(announced_measures__gte=1), name="document_announces_measures"
            ),
        )

    def __str__(self) -> str:
        return self.short_title

    def get_absolute_url(self) -> str:
        return reverse("measures:document", args=[self.key])


class Chapter(English, models.Model):
    """A section of one document, known by its letter (the white paper's A–D)."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="chapters")
    letter = models.CharField(_("bokstav"), max_length=5)
    title = models.CharField(_("tittel"), max_length=300)
    title_en = models.CharField(_("engelsk tittel"), max_length=300, blank=True)
    summary = models.TextField(_("sammendrag"), blank=True)
    summary_en = models.TextField(_("sammendrag på engelsk"), blank=True)

    class Meta:
        verbose_name = _("kapittel")
        verbose_name_plural = _("kapitler")
        constraints = (
            models.UniqueConstraint(fields=["document", "letter"], name="chapter_letter_unique"),
        )

    def __str__(self) -> str:
        return f"{self.letter} {self.title}"


class Theme(English, models.Model):
    """A subject across documents: the roadmap's twelve areas, and one heading of our own.

    Which theme a measure outside the roadmap belongs to is our reading; the method page says so.
    """

    number = models.PositiveSmallIntegerField(_("nummer"), unique=True)
    origin = models.CharField(_("opphav"), max_length=10, choices=ThemeOrigin)
    title = models.CharField(_("tittel"), max_length=200)
    title_en = models.CharField(_("engelsk tittel"), max_length=200, blank=True)
    title_en_is_official = models.BooleanField(_("engelsk tittel er offisiell"), default=False)
    summary = models.TextField(_("sammendrag"), blank=True)
    summary_en = models.TextField(_("sammendrag på engelsk"), blank=True)

    class Meta:
        verbose_name = _("tema")
        verbose_name_plural = _("temaer")
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(
                condition=Q(origin__in=ThemeOrigin.values), name="theme_origin_known"
            ),
        )

    def __str__(self) -> str:
        return self.title
