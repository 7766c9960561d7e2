"""Reporting rounds: when the owners are asked, about what, and who was asked."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from measures.models.documents import Document
from measures.models.measures import Measure
from stakeholders.models import Organisation
from stakeholders.texts import English

if TYPE_CHECKING:
    from stakeholders.models import User

#: Letters that only the Nordic alphabets have, as addresses write them.
IN_ADDRESSES = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "ae", "Ø": "o", "Å": "a"})
MOST_IN_ADDRESSES = 60


def key_of(name: str) -> str:
    """Return the address of a round by its name: `host-2026`. Empty when nothing can be used."""
    return slugify(name.translate(IN_ADDRESSES))[:MOST_IN_ADDRESSES].strip("-_")


class RoundQuerySet(models.QuerySet["Round"]):
    """Rounds, in the words of the domain."""

    def open_on(self, day: datetime.date) -> RoundQuerySet:
        """Those that have opened and not yet closed; both days belong to the round."""
        return self.filter(opens_on__lte=day, closes_on__gte=day)

    def kept_by(self, user: User) -> RoundQuerySet:
        """Those whose documents the person keeps, every one of them."""
        about = Round.documents.through._default_manager.filter(round=OuterRef("pk"))
        of_others = about.exclude(document__in=Document.objects.kept_by(user).values("pk"))
        return self.filter(Exists(about)).exclude(Exists(of_others))

    def newest_first(self) -> RoundQuerySet:
        """The one that opens last first."""
        return self.order_by("-opens_on", "-pk")


class Round(English, models.Model):
    """A steward asks the owners of some documents' measures to report between two days.

    Reports count from `opens_on`; they should be in by `due_on`; after `closes_on` nothing more
    counts. The result is the state on the closing day and is computed from what was published
    until then, which never changes, so it can be told again for ever. What never changes either
    is who was asked: that is written down in `RoundMeasure` when the round is made.
    """

    key = models.SlugField(_("nøkkel"), max_length=MOST_IN_ADDRESSES, unique=True)
    name = models.CharField(_("navn"), max_length=100)
    name_en = models.CharField(_("navn på engelsk"), max_length=100, blank=True)
    documents = models.ManyToManyField(
        Document, verbose_name=_("dokumenter"), related_name="rounds"
    )
    opens_on = models.DateField(_("åpner"))
    due_on = models.DateField(_("frist"))
    closes_on = models.DateField(_("lukker"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opprettet"), auto_now_add=True)

    objects: ClassVar[RoundQuerySet] = RoundQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("rapporteringsrunde")
        verbose_name_plural = _("rapporteringsrunder")
        constraints = (
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on"), closes_on__gte=F("due_on")),
                name="round_opens_is_due_closes",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("measures:round", args=[self.key])


class RoundMeasure(models.Model):
    """A round asks an organisation about a measure: its lead when the round was made, or, where
    none was known, each coordinating ministry of the document (any of them may answer)."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="asked")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("tiltak i runden")
        verbose_name_plural = _("tiltak i runden")
        constraints = (
            models.UniqueConstraint(
                fields=["round", "measure", "organisation"], name="round_asks_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.round}: {self.organisation}, {self.measure}"
