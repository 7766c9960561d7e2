"""Which of the owners' answers, or of their silence, a page lists. The address is the state."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from measures.choices import Answer
from measures.filters.fields import OneOf
from measures.models import Document
from stakeholders.models import Organisation


class Narrowed(forms.Form):
    """Reads a query string, and never fails: a value it does not know is left out."""

    def chosen(self, name: str) -> str:
        """Return the value of a filter, empty when there is none."""
        self.is_valid()
        return next(iter(self.cleaned_data[name]), "")

    @property
    def understood(self) -> bool:
        """Whether every value is one of the choices."""
        self.is_valid()
        return not any(getattr(field, "unknown", ()) for field in self.fields.values())


class AnswerFilter(Narrowed):
    """The measures of a round: whom they were asked of, and what was answered."""

    aktor = OneOf(required=False)
    svar = OneOf(required=False, choices=Answer.choices)

    def __init__(self, data: object, organisations: Iterable[Organisation]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        self.fields["aktor"].choices = [(o.key, o.label) for o in organisations]  # type: ignore[attr-defined]  # OneOf


class Shown(TextChoices):
    """Which of the open measures the page of what is missing lists; those missing unless told."""

    OPEN = "apne", pgettext_lazy("measures shown", "Alle åpne")
    LEADERLESS = "uten-leder", pgettext_lazy("measures shown", "Mangler rapport, uten kjent leder")


class MissingFilter(Narrowed):
    """What has not been reported: of which document, and by whom."""

    dokument = OneOf(required=False)
    aktor = OneOf(required=False)
    vis = OneOf(required=False, choices=Shown.choices)

    def __init__(
        self, data: object, documents: Iterable[Document], organisations: Iterable[Organisation]
    ) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        self.fields["dokument"].choices = [(d.key, d.key) for d in documents]  # type: ignore[attr-defined]  # OneOf
        self.fields["aktor"].choices = [(o.key, o.label) for o in organisations]  # type: ignore[attr-defined]  # OneOf
