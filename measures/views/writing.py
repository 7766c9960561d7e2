"""What every form has in common that a text with its sources is written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from measures.actions.evidence import Link
from measures.uploads import Checked, Refused, check, refused_files, too_large


@dataclass(kw_only=True)
class Writing:
    """Somebody's work on a text: the form, with `typed_values` that cannot be read yet and a field
    for files; the formset of links; the files that were `refused`, in words; another `trouble`."""

    request: HttpRequest
    form: Any
    links: Any
    refused: list[str] = field(default_factory=list)
    trouble: str = ""


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
