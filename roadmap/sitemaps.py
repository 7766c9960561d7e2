"""sitemap.xml: every public page, in every language, in parts of bounded size."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from measures.models import Document, Indicator, Measure, Round
from measures.views.reading import read_only
from stakeholders.models import Organisation

#: Measures in one part. With three languages and their cross-references about 2 MB, far below
#: the 50,000 addresses and 50 MB that sitemaps.org allows.
PART = 1000
SINGLE = (
    *("front", "measure_list", "threads", "organisation_list", "indicator_list", "missing"),
    *("comment_list", "correction_list", "about"),
)


class Page(NamedTuple):
    """One address, and the same page in every language as (language, address)."""

    address: str
    alternates: list[tuple[str, str]]


def parts() -> list[str]:
    """Return the addresses of the sitemap's parts."""
    last = ceil(Measure.objects.count() / PART)
    paths = [reverse("sitemap_pages")]
    paths += [reverse("sitemap_measures", args=[part]) for part in range(1, last + 1)]
    return [settings.SITE_URL + path for path in paths]


def pages() -> list[Page]:
    """Return all pages but those of measures."""
    paths = [reverse(f"measures:{name}") for name in SINGLE]
    for model, name in (
        (Document, "document"),
        (Organisation, "organisation"),
        (Round, "round"),
    ):
        keys = model.objects.order_by("pk").values_list("key", flat=True)
        paths += [reverse(f"measures:{name}", args=[key]) for key in keys]
    for key in Indicator.objects.order_by("pk").values_list("key", flat=True):
        paths.append(reverse("measures:indicator", args=[key]))
    return in_every_language(paths)


def measures(part: int) -> list[Page]:
    """Return the pages of part number `part` (from 1) of the measures; none beyond the last."""
    if part < 1:
        return []
    refs = Measure.objects.order_by("pk").values_list("ref", flat=True)
    chosen = refs[(part - 1) * PART : part * PART]
    return in_every_language([reverse("measures:measure", args=[ref]) for ref in chosen])


def in_every_language(paths: Iterable[str]) -> list[Page]:
    """Return a page per path and language. `paths` are those of the language in use."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    own = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    prefixes = [(c, "" if c == settings.LANGUAGE_CODE else f"/{c}") for c, _ in settings.LANGUAGES]
    found = []
    for path in paths:
        bare = path.removeprefix(own)
        alternates = [(code, f"{settings.SITE_URL}{prefix}{bare}") for code, prefix in prefixes]
        found += [Page(address, alternates) for _, address in alternates]
    return found


# --- What answers -----------------------------------------------------------------------------


@login_not_required
@read_only
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the parts of the sitemap: pages, and measures a thousand at a time."""
    return xml(request, "sitemap_index.xml", {"parts": parts()})


@login_not_required
@read_only
def sitemap_pages(request: HttpRequest) -> HttpResponse:
    """List every page but those of measures, in every language."""
    return xml(request, "sitemap.xml", {"pages": pages()})


@login_not_required
@read_only
def sitemap_measures(request: HttpRequest, part: int) -> HttpResponse:
    """List one part of the measures' pages, in every language; 404 beyond the last part."""
    found = measures(part)
    if not found:
        raise Http404
    return xml(request, "sitemap.xml", {"pages": found})


def xml(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Render a sitemap. It speaks no language itself."""
    return render(request, template, context, content_type="application/xml; charset=utf-8")
