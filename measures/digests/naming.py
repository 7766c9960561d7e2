"""What is followed: read from an address, and said in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.filters.measures import NEWEST, MeasureFilter
from measures.forms.fields import without_nul
from measures.models import Document, Measure
from measures.models.following import About
from measures.queries.measure import reference
from stakeholders.models import Organisation
from stakeholders.texts import Text, ours

#: The longest selection that is kept (`Subscription.query`).
MOST_IN_QUERY = 1000
#: Longer than any address that the site makes: not even read.
LONGEST = 4000


def about_named(given: Mapping[str, str]) -> About | None:
    """Return what is named as addresses name it: a measure (`tiltak`), a document, an organisation
    (`aktor`), a selection (`utvalg`), or, when nothing is, everything. None when there is no such
    thing, and for a selection that is too long to be kept."""
    named = {name: without_nul(text) for name, text in given.items()}
    if ref := named.get("tiltak"):
        measure = Measure.objects.filter(ref=reference(ref)).first()
        return About(measure=measure) if measure else None
    if key := named.get("dokument"):
        document = Document.objects.filter(key=key).first()
        return About(document=document) if document else None
    if key := named.get("aktor"):
        organisation = Organisation.objects.filter(key=key).first()
        return About(organisation=organisation) if organisation else None
    return about_selection(named.get("utvalg", ""))


def about_selection(query: str) -> About | None:
    """Return the selection that a query asks for, with what the list understands of it, always
    written the same way; everything when that is nothing."""
    if not query:
        return About()
    if len(query) > LONGEST:
        return None
    try:
        asked = QueryDict(query)
    except TooManyFieldsSent:
        return None
    known = MeasureFilter(asked, today=timezone.localdate()).query(sortering=NEWEST)
    return About(query=known) if len(known) <= MOST_IN_QUERY else None


def name_of(about: About) -> Text:
    """Say what is followed, in the language that is active."""
    if about.measure:
        title = about.measure.local_text("short_title")
        return Text(f"{about.measure.ref} {title.text}", title.lang)
    if about.document:
        return about.document.local_text("short_title")
    if about.organisation:
        return about.organisation.local_text("name")
    return ours(selection_name(about.query) if about.query else _("Alle tiltakene"))


def selection_name(query: str) -> str:
    """Say which measures a selection of the list holds: its filters, and their values."""
    chips = MeasureFilter(QueryDict(query), today=timezone.localdate()).chips()
    said = [f"{chip.label}: {chip.value}" for chip in chips]
    return "; ".join(said) or _("Alle tiltakene")


def address_of(about: About) -> str:
    """Return the page that shows what is followed."""
    for one in (about.measure, about.document, about.organisation):
        if one is not None:
            return one.get_absolute_url()
    listed = reverse("measures:measure_list")
    return f"{listed}?{about.query}" if about.query else listed
