"""What an organisation says, and what a ministry answers, kept whatever it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from measures.choices import COMMENT_KINDS, CommentKind, Language, Position
from measures.forms.fields import Dressed, LongText, without_nul
from measures.forms.report import LinkForm, SeveralFiles
from measures.models import Comment
from measures.uploads import ACCEPT
from stakeholders.models import Organisation

#: The longest text that is taken: ten pages.
LONG = 20_000


class CommentForm(Dressed):
    """One comment, supplement or answer. No field is required here: a draft is kept as it is, and
    what it lacks is asked for when it is sent (`measures.actions.commenting.obey`)."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    organisation = forms.ChoiceField(label=_("Hvem skriver du for?"), required=False)
    kind = forms.ChoiceField(
        label=_("Hva slags innspill er det?"),
        choices=[(kind.value, kind.label) for kind in COMMENT_KINDS],
        required=False,
        widget=forms.RadioSelect,
    )
    position = forms.ChoiceField(
        label=_("Er tiltaket gjennomført, slik dere ser det?"),
        help_text=_("Bare for et standpunkt. Det vises ved siden av eierens status."),
        choices=Position.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    body = LongText(
        label=_("Hva vil dere si?"),
        help_text=_(
            "En tom linje gir nytt avsnitt, en linje som begynner med bindestrek, blir et punkt i "
            "en liste. Teksten blir offentlig, signert av organisasjonen."
        ),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 9}),
    )
    language = forms.ChoiceField(
        label=_("Hvilket språk skriver du på?"), choices=Language.choices, required=False
    )
    attachments = forms.FileField(
        label=_("Filer"),
        help_text=_("PDF, PNG, JPEG, DOCX eller XLSX, hver på høyst 10 MB."),
        required=False,
        widget=SeveralFiles(attrs={"accept": ACCEPT, "multiple": True}),
    )

    def __init__(
        self, *args: Any, kind: str, organisations: Sequence[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.typed_values: dict[str, Any] = {}
        self.organisations = {o.key: o for o in organisations}
        chooser: Any = self.fields["organisation"]
        chooser.choices = [(key, o.name) for key, o in self.organisations.items()]
        if len(self.organisations) < 2 or kind == CommentKind.SUPPLEMENT:
            del self.fields["organisation"]
        if kind:
            del self.fields["kind"], self.fields["position"]
        if kind == CommentKind.ANSWER:
            self.fields["body"].label = _t("Hva svarer dere?")
            self.fields["body"].help_text = _t(
                "En kollega godkjenner svaret før det blir offentlig som departementets eller "
                "etatens offisielle svar. En tom linje gir nytt avsnitt."
            )
        elif kind == CommentKind.SUPPLEMENT:
            self.fields["body"].label = _t("Hva vil dere føye til?")

    def clean(self) -> dict[str, Any]:
        """Keep a text that is too long as it was typed."""
        data = super().clean() or {}
        if "body" in self.errors:
            self.typed_values["body"] = without_nul(str(self.data.get("body", "")))
        return data

    @property
    def speaker(self) -> Organisation | None:
        """Who was chosen to speak for; None when there is no choice."""
        return self.organisations.get(self.cleaned_data.get("organisation", ""))

    def words(self) -> dict[str, str]:
        """Return what can be stored in the columns of a draft; call `is_valid` first."""
        data = self.cleaned_data
        return {
            **{name: data.get(name, "") for name in ("kind", "position", "body")},
            "language": data.get("language") or get_language() or Language.NB.value,
        }


#: What people see each text as, for the page that shows them again when nothing could be saved.
LABELS: Mapping[str, Any] = {
    name: field.label
    for form in (CommentForm, LinkForm)
    for name, field in form.base_fields.items()
    if isinstance(field, forms.CharField)
}


def initial_of(draft: Comment | None) -> dict[str, Any]:
    """Return what the form shows first."""
    if draft is None:
        return {"version": 0, "language": get_language()}
    return {
        **{
            name: getattr(draft, name)
            for name in ("version", "kind", "position", "language", "body")
        },
        "organisation": draft.organisation.key,
        **{name: text for name, text in draft.typed.items() if name != "links"},
    }


def initial_links(draft: Comment | None) -> list[Mapping[str, str]]:
    """Return the links that the form shows first."""
    if draft is None:
        return []
    names = ("url", "title", "publisher", "publisher_kind")
    found = [{name: getattr(e, name) for name in names} for e in draft.evidence.filter(file="")]
    return [*found, *draft.typed.get("links", [])]


class NoteForm(Dressed):
    """A reason or a note that an act needs; `version` is that of the text the page showed."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = LongText(max_length=LONG, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, label: str, missing: str, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = label
        self.fields["note"].help_text = hint
        self.missing = missing

    def wanted_note(self) -> str:
        """Return the note; empty, with a message, when there is none."""
        note = str(self.cleaned_data.get("note", "")).strip()
        if not note and "note" not in self.errors:
            self.add_error("note", self.missing)
        return note


#: The words of `NoteForm`, for the page that shows a note again when it could not be taken.
NOTE_LABELS = {"note": _("Begrunnelse")}
