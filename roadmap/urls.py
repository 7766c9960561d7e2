"""The site's addresses; those of the register are in `measures.urls`."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from roadmap import health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    *i18n_patterns(path("", include("measures.urls")), prefix_default_language=False),
]
