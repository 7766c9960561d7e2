"""What the list of measures can be filtered by: documents, themes, organisations, fixed words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from measures.choices import (
    UNREPORTED,
    UNREPORTED_LABEL,
    Confidence,
    Freshness,
    Outlook,
    OwnerRole,
    PriorityLevel,
    SaidBy,
    Schedule,
    Status,
    Wording,
)
from measures.models import Document, Measure, Owner, Priority, Theme
from stakeholders.choices import OrganisationKind
from stakeholders.models import Organisation
from stakeholders.texts import Text, ours

#: In addresses, for measures whose owner no source names.
NOBODY = "ingen"
#: In addresses, for open measures that nobody has told anything new of for long.
QUIET = "stille"
#: In addresses, for measures that something uncertain has been said of.
UNCERTAIN = "usikker"
#: Counted per document, from an index: a join would read every measure.
REGISTERED = Coalesce(
    Subquery(
        Measure.objects.filter(document=OuterRef("pk"))
        .order_by()
        .values("document")
        .annotate(number=Count("*"))
        .values("number")
    ),
    0,
)


@dataclass(frozen=True)
class Choice:
    """A value in the address, what it is called, and what stands in the database."""

    value: str
    label: Text
    stored: Any
    is_ministry: bool = False


Choices = dict[str, Choice]


def _by_value(choices: Iterable[Choice]) -> Choices:
    return {choice.value: choice for choice in choices}


def _words(words: type[TextChoices]) -> Choices:
    return _by_value(Choice(w.value, ours(w.label), w.value) for w in words)


class Catalogue:
    """All choices, and the documents with how many of their measures are registered.

    Three queries, whatever is asked of it.
    """

    def __init__(self) -> None:
        self.documents = list(Document.objects.in_order().annotate(registered=REGISTERED))
        self.themes = list(Theme.objects.all())
        self.organisations = list(
            Organisation.objects.by_name().annotate(
                is_owner=Exists(Owner.objects.filter(organisation=OuterRef("pk"))),
                # Few rows: read once, not once per organisation.
                has_priorities=Q(pk__in=Priority.objects.values("organisation")),
            )
        )

    @cached_property
    def choices(self) -> dict[str, Choices]:
        """The choices of each filter, by its name in the address."""
        unreported = Choice(UNREPORTED, ours(UNREPORTED_LABEL), UNREPORTED)
        return {
            "dokument": _by_value(
                Choice(d.key, d.local_text("short_title"), d.pk) for d in self.documents
            ),
            "status": _words(Status) | {UNREPORTED: unreported},
            "sagt": _words(SaidBy),
            "utsikt": _words(Outlook),
            "frist": _words(Schedule),
            "ferskhet": _words(Freshness),
            "aktor": self._owners,
            "rolle": _words(OwnerRole),
            "tema": _by_value(
                Choice(str(t.number), t.local_text("title"), t.pk) for t in self.themes
            ),
            "prioritert": _by_value(
                Choice(o.key, _name(o), o.pk)
                for o in self.organisations
                if o.has_priorities  # type: ignore[attr-defined]  # annotated above
            ),
            "nivaa": _words(PriorityLevel),
            "ordlyd": _words(Wording),
            "sikkerhet": _by_value(
                [Choice(UNCERTAIN, ours(_("minst én usikker")), Confidence.MEDIUM)]
            ),
            "nytt": _by_value([Choice(QUIET, ours(_("ikke noe nytt på tolv måneder")), QUIET)]),
        }

    @property
    def _owners(self) -> Choices:
        owners = [o for o in self.organisations if o.is_owner]  # type: ignore[attr-defined]  # annotated above
        ministries = [o for o in owners if o.kind == OrganisationKind.MINISTRY]
        others = [o for o in owners if o.kind != OrganisationKind.MINISTRY]
        return _by_value(
            [
                *(Choice(o.key, _name(o), o.pk, is_ministry=True) for o in ministries),
                Choice(NOBODY, ours(_("Ikke avklart")), None, is_ministry=True),
                *(Choice(o.key, _name(o), o.pk) for o in others),
            ]
        )


def _name(organisation: Organisation) -> Text:
    return organisation.local_text("name")
