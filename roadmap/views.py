"""What the site itself answers: robots.txt, and a request nobody can read."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from measures.views.reading import read_only

#: Filters make endless combinations of the same measures; each measure stands in the sitemap.
ROBOTS = """User-agent: *
Disallow: /*?

Sitemap: {site}/sitemap.xml
"""


@login_not_required
@read_only
def robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers where the sitemap is, and to leave filtered lists alone."""
    return HttpResponse(ROBOTS.format(site=settings.SITE_URL), content_type="text/plain")


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain a request that could not be read, in the language of the path."""
    return render(request, "400.html", status=400)
