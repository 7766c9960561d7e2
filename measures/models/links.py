"""How a promise in one document leads to promises in the next."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext_lazy as _

from measures.choices import LinkBasis, LinkKind
from measures.models.documents import Document
from measures.models.measures import Measure
from stakeholders.texts import English


class MeasureLink(English, models.Model):
    """How a later measure or document relates to an earlier one, why, and on what basis.

    Each end is either a measure or a whole document. A link that is our own reading
    (`same_subject`) must be marked as such wherever it is shown.
    """

    earlier_measure = models.ForeignKey(
        Measure, models.PROTECT, related_name="later_links", null=True, blank=True
    )
    earlier_document = models.ForeignKey(
        Document, models.PROTECT, related_name="later_links", null=True, blank=True
    )
    later_measure = models.ForeignKey(
        Measure, models.PROTECT, related_name="earlier_links", null=True, blank=True
    )
    later_document = models.ForeignKey(
        Document, models.PROTECT, related_name="earlier_links", null=True, blank=True
    )
    kind = models.CharField(_("type"), max_length=12, choices=LinkKind)
    reason = models.TextField(_("begrunnelse"))
    reason_en = models.TextField(_("begrunnelse på engelsk"), blank=True)
    basis = models.CharField(_("grunnlag"), max_length=20, choices=LinkBasis)
    source_url = models.URLField(_("kildens adresse"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("kobling")
        verbose_name_plural = _("koblinger")
        constraints = (
            models.CheckConstraint(
                condition=Q(earlier_measure=None, earlier_document__isnull=False)
                | Q(earlier_measure__isnull=False, earlier_document=None),
                name="link_one_earlier_end",
            ),
            models.CheckConstraint(
                condition=Q(later_measure=None, later_document__isnull=False)
                | Q(later_measure__isnull=False, later_document=None),
                name="link_one_later_end",
            ),
            models.CheckConstraint(
                condition=(
                    Q(earlier_measure=None)
                    | Q(later_measure=None)
                    | ~Q(earlier_measure=F("later_measure"))
                )
                & (
                    Q(earlier_document=None)
                    | Q(later_document=None)
                    | ~Q(earlier_document=F("later_document"))
                ),
                name="link_not_to_itself",
            ),
            # One link at most between two ends, whichever of them is said to come first.
            models.UniqueConstraint(
                Least("earlier_measure", "later_measure"),
                Greatest("earlier_measure", "later_measure"),
                condition=Q(earlier_measure__isnull=False, later_measure__isnull=False),
                name="link_measures_once_one_way",
            ),
            models.UniqueConstraint(
                Least("earlier_document", "later_document"),
                Greatest("earlier_document", "later_document"),
                condition=Q(earlier_document__isnull=False, later_document__isnull=False),
                name="link_documents_once_one_way",
            ),
            models.UniqueConstraint(
                Coalesce("earlier_document", "later_document"),
                Coalesce("earlier_measure", "later_measure"),
                condition=Q(earlier_measure=None, later_document=None)
                | Q(earlier_document=None, later_measure=None),
                name="link_document_and_measure_once_one_way",
            ),
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="link_kind_known"),
            models.CheckConstraint(
                condition=Q(basis__in=LinkBasis.values), name="link_basis_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.earlier} → {self.later}"

    @property
    def earlier(self) -> Measure | Document:
        """The measure or document that came first."""
        return self.earlier_measure or self.earlier_document  # type: ignore[return-value]  # constraint: one end is set

    @property
    def later(self) -> Measure | Document:
        """The measure or document that came after."""
        return self.later_measure or self.later_document  # type: ignore[return-value]  # constraint: one end is set
