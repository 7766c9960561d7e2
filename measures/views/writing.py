"""What every form has in common that a text with its sources is written in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from measures.actions.drafting import Broken
from measures.actions.evidence import Link
from measures.uploads import Checked, Refused, check, refused_files, too_large


@dataclass(kw_only=True)
class Writing:
    """Somebody's work on a text: the form, with `typed_values` that cannot be read yet and a field
    for files; the formset of links; the `draft`, and what another window has `stored` in it; the
    files that were `refused`, in words; another `trouble`."""

    stored_template: ClassVar[str]
    request: HttpRequest
    form: Any
    links: Any
    draft: Any
    stored: Any = None
    refused: list[str] = field(default_factory=list)
    trouble: str = ""

    @property
    def address(self) -> str:
        """Where the form is, and is sent."""
        raise NotImplementedError


def checked_files(writing: Writing) -> list[Checked]:
    """Return the files that are taken; say of the others why not."""
    found: list[Checked] = []
    if "attachments" not in writing.form.fields:
        return found
    for upload in writing.request.FILES.getlist("attachments"):
        try:
            found.append(check(upload))
        except Refused as refused:
            writing.refused += refused.messages
    for name in refused_files(writing.request):
        writing.refused += too_large(name).messages
    for message in writing.refused:
        writing.form.add_error("attachments", message)
    return found


def typed(writing: Writing) -> dict[str, Any]:
    """Return what cannot be read yet, as it was typed."""
    begun = [f.typed_value() for f in writing.links if not f.is_valid() and f.is_begun()]
    return {**writing.form.typed_values, **({"links": begun} if begun else {})}


def links(writing: Writing) -> list[Link]:
    """Return the links that are complete."""
    complete = [f for f in writing.links if f.is_valid() and f.is_begun()]
    return [Link(**{n: f.cleaned_data[n] for n in Link.__dataclass_fields__}) for f in complete]


def is_readable(writing: Writing) -> bool:
    """Say whether everything that was typed could be read."""
    return bool(writing.form.is_valid() and writing.links.is_valid())


def errors(writing: Writing) -> list[tuple[str, str]]:
    """Return every message of the forms with the id of its field, in the order of the page."""
    found = [
        (writing.form[name].id_for_label or writing.form[name].auto_id, str(message))
        for name in writing.form.fields
        for message in writing.form.errors.get(name, ())
        if name != "attachments"
    ]
    for link in writing.links:
        found += [
            (link[name].id_for_label, str(message))
            for name, messages in link.errors.items()
            for message in messages
        ]
    files = writing.form.errors.get("attachments", ())
    return found + [(writing.form["attachments"].id_for_label, str(m)) for m in files]


# --- What becomes of it ----------------------------------------------------------------------

#: Keeps what was posted in the draft, and tells in the work what stood in the way.
Save = Callable[[Any], None]
#: Hands the draft in that was just kept.
Send = Callable[[Any], HttpResponse]
#: Shows the form again, with everything typed, for what stands in the way.
Shown = Callable[..., HttpResponse]


def worked(writing: Writing, save: Save, send: Send, shown: Shown) -> HttpResponse:
    """Keep what was posted, and hand it in when that was asked for."""
    save(writing)
    if writing.trouble or writing.stored:
        return shown(writing, status=409)
    if "send" in writing.request.POST:
        return send(writing)
    if writing.refused or not is_readable(writing):
        return shown(writing, status=422)
    return redirect(writing.address)


def saved(writing: Writing, save: Save) -> HttpResponse:
    """Keep what was posted; say so in a sentence, for the script of the form."""
    save(writing)
    context = {"desk": writing, "draft": writing.draft, "now": timezone.localtime()}
    status = 409 if writing.trouble or writing.stored else 200
    return render(writing.request, "measures/report/saved.html", context, status=status)


def tell(writing: Writing, broken: Broken) -> None:
    """Put the rules that were broken beside the fields they are about."""
    for name, messages in broken.message_dict.items():
        if name == NON_FIELD_ERRORS:  # those are told by the fields that cannot be read
            continue
        place = "attachments" if name == "evidence" else name
        if place not in writing.form.fields:  # a public source has only links
            writing.links[0].add_error("url", messages[0])
            continue
        if place not in writing.form.errors or place == "attachments":
            for message in messages:
                writing.form.add_error(place, message)
