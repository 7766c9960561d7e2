"""What an organisation singles out and asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from measures.choices import AskKind, PriorityLevel
from measures.exchange.problems import Problem
from measures.forms.fields import Dressed, LongText
from measures.queries.measure import reference
from stakeholders.models import Organisation


class WishForm(Dressed):
    """Something said on behalf of an organisation, one's own, chosen where there are several."""

    organisation = forms.ChoiceField(label=_("Hvem gjelder det?"))

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {o.key: o for o in organisations}
        chooser: Any = self.fields["organisation"]
        chooser.choices = [(key, o.name) for key, o in self.organisations.items()]
        if len(self.organisations) == 1:
            del self.fields["organisation"]

    @property
    def speaker(self) -> Organisation:
        """Whose word it is; call `is_valid` first."""
        first = next(iter(self.organisations.values()))
        return self.organisations.get(self.cleaned_data.get("organisation", ""), first)

    def tell(self, problems: Iterable[Problem]) -> None:
        """Put what the register's checks found beside the fields that it is about."""
        for problem in problems:
            name = problem.column if problem.column in self.fields else next(iter(self.fields))
            self.add_error(name, problem.message)


class PriorityForm(WishForm):
    """A measure that the organisation singles out."""

    measure = forms.CharField(
        label=_("Hvilket tiltak?"),
        help_text=_("Skriv referansen, for eksempel VK-04."),
        max_length=40,
        error_messages={"required": _("Skriv referansen til tiltaket.")},
    )
    level = forms.ChoiceField(
        label=_("Hvor viktig er det?"),
        choices=PriorityLevel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvor viktig det er.")},
    )

    def clean_measure(self) -> str:
        """Return the reference, in capitals."""
        found = reference(self.cleaned_data["measure"].strip())
        if not found:
            raise forms.ValidationError(_t("Vi finner ikke noe tiltak med denne referansen."))
        return found


class AskForm(WishForm):
    """Something that the organisation asks for, and the measures that meet it."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Hva slags ønske er det?"),
        choices=AskKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hva slags ønske det er.")},
    )
    title = forms.CharField(
        label=_("Hva ønsker dere?"),
        max_length=300,
        error_messages={"required": _("Skriv hva dere ønsker.")},
    )
    summary = LongText(
        label=_("Forklaring"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    measures = forms.CharField(
        label=_("Hvilke tiltak svarer på det?"),
        help_text=_("Referanser med komma mellom, for eksempel VK-04, EX-09. Tomt når ingen gjør."),
        required=False,
        max_length=1000,
    )

    def clean_measures(self) -> str:
        """Return the references as the register writes them."""
        parts = filter(None, re.split(r"[\s,;|]+", self.cleaned_data["measures"]))
        return "|".join(part.upper() for part in parts)


#: What people see each text as, for the page that shows them again when nothing could be saved.
LABELS = {
    name: field.label
    for form in (PriorityForm, AskForm)
    for name, field in form.base_fields.items()
    if isinstance(field, forms.CharField)
}
