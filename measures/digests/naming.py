"""What a subscription is about: read from an address, and said in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.choices import Scope
from measures.filters.measures import MeasureFilter
from measures.forms.fields import without_nul
from measures.models import Document, Measure, Subscription
from measures.queries.measure import reference
from stakeholders.models import Organisation
from stakeholders.texts import Text, ours

#: The longest selection that is kept (`Subscription.query`).
MOST_IN_QUERY = 1000
#: Longer than any address that the site makes: not even read.
LONGEST = 4000


def subscription_to(given: Mapping[str, str]) -> Subscription | None:
    """Return a subscription, not stored, to what is named as addresses name it: a measure
    (`tiltak`), a document, an organisation (`aktor`), a selection (`utvalg`), or, when nothing is,
    everything. None when there is no such thing."""
    if len(given.get("utvalg", "")) > LONGEST:
        return None
    found = Subscription(**about({name: without_nul(text) for name, text in given.items()}))
    return found if found.scope else None


def about(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a subscription to what is named. An empty `scope` says that there is no
    such thing."""
    if ref := given.get("tiltak"):
        measure = Measure.objects.filter(ref=reference(ref)).first()
        return {"scope": "measure" if measure else "", "measure": measure}
    if key := given.get("dokument"):
        document = Document.objects.filter(key=key).first()
        return {"scope": "document" if document else "", "document": document}
    if key := given.get("aktor"):
        organisation = Organisation.objects.filter(key=key).first()
        return {"scope": "organisation" if organisation else "", "organisation": organisation}
    query = known(given.get("utvalg", ""))
    if len(query) > MOST_IN_QUERY:
        return {"scope": ""}
    return {"scope": "selection" if query else "all", "query": query}


def known(query: str) -> str:
    """Return a selection with what the list understands, always written the same way."""
    if not query:
        return ""
    try:
        asked = QueryDict(query)
    except TooManyFieldsSent:
        return "q=" + "x" * MOST_IN_QUERY  # too long to be kept, which is said
    chosen = MeasureFilter(asked, today=timezone.localdate())
    return chosen.query(sortering="hendelse")


def name_of(subscription: Subscription) -> Text:
    """Say what a subscription, stored or only thought of, is about; in the language that is
    active."""
    if subscription.measure:
        title = subscription.measure.local_text("short_title")
        return Text(f"{subscription.measure.ref} {title.text}", title.lang)
    if subscription.document:
        return subscription.document.local_text("short_title")
    if subscription.organisation:
        return subscription.organisation.local_text("name")
    if subscription.scope == Scope.SELECTION:
        return ours(selection_name(subscription.query))
    return ours(_("Alle tiltakene"))


def selection_name(query: str) -> str:
    """Say which measures a selection of the list holds: its filters, and their values."""
    chips = MeasureFilter(QueryDict(query), today=timezone.localdate()).chips()
    said = [f"{chip.label}: {chip.value}" for chip in chips]
    return "; ".join(said) or _("Alle tiltakene")


def address_of(subscription: Subscription) -> str:
    """Return the page that shows what a subscription is about."""
    for about in (subscription.measure, subscription.document, subscription.organisation):
        if about is not None:
            return about.get_absolute_url()
    listed = reverse("measures:measure_list")
    return f"{listed}?{subscription.query}" if subscription.query else listed
