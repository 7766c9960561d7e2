"""The site's addresses; those of the register are in `measures.urls`, those about
people in `stakeholders.urls`."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from measures.admin import operators
from roadmap import health, metrics, sitemaps, views

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-sider.xml", sitemaps.sitemap_pages, name="sitemap_pages"),
    path("sitemap-tiltak-<int:part>.xml", sitemaps.sitemap_measures, name="sitemap_measures"),
    *i18n_patterns(
        path("", include("stakeholders.urls")),
        path("konto/", include("stakeholders.signin.urls")),
        path("", include("measures.urls")),
        path("admin/", operators.urls),
        prefix_default_language=False,
    ),
]

handler400 = "roadmap.views.bad_request"
