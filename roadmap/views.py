"""What the site itself answers: robots.txt, sitemap.xml, and a request nobody can read."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from roadmap import sitemaps

#: Filters make endless combinations of the same measures; each measure stands in the sitemap.
ROBOTS = """User-agent: *
Disallow: /*?

Sitemap: {site}/sitemap.xml
"""


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers where the sitemap is, and to leave filtered lists alone."""
    return HttpResponse(ROBOTS.format(site=settings.SITE_URL), content_type="text/plain")


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the parts of the sitemap: pages, and measures a thousand at a time."""
    return xml(request, "sitemap_index.xml", {"parts": sitemaps.parts()})


@login_not_required
@require_safe
def sitemap_pages(request: HttpRequest) -> HttpResponse:
    """List every page but those of measures, in every language."""
    return xml(request, "sitemap.xml", {"pages": sitemaps.pages()})


@login_not_required
@require_safe
def sitemap_measures(request: HttpRequest, part: int) -> HttpResponse:
    """List one part of the measures' pages, in every language; 404 beyond the last part."""
    pages = sitemaps.measures(part)
    if not pages:
        raise Http404
    return xml(request, "sitemap.xml", {"pages": pages})


def xml(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Render a sitemap. It speaks no language itself."""
    return render(request, template, context, content_type="application/xml; charset=utf-8")


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain a request that could not be read, in the language of the path."""
    return render(request, "400.html", status=400)
