"""Outcomes in numbers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from measures.queries.indicators import by_document, indicator_story, with_values
from measures.views.reading import read_only


@login_not_required
@read_only
def indicator_list(request: HttpRequest) -> HttpResponse:
    """List all indicators under their documents and themes."""
    groups = by_document()
    context = {"groups": groups, "count": sum(g.count for g in groups)}
    return render(request, "measures/indicator_list.html", context)


@login_not_required
@read_only
def indicator(request: HttpRequest, key: str) -> HttpResponse:
    """Show every published figure of one indicator."""
    found = get_object_or_404(with_values(), key=key)
    context = {
        "story": indicator_story(found),
        "trail": [(_("Indikatorer"), reverse("measures:indicator_list"))],
    }
    return render(request, "measures/indicator.html", context)
