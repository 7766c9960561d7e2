"""The register's public addresses (bokmål paths; the language is a prefix)."""

from django.urls import path

from measures.views import (
    desk,
    documents,
    indicators,
    measure,
    measures,
    organisations,
    overview,
    threads,
)

app_name = "measures"
urlpatterns = [
    path("", overview.front, name="front"),
    path("om/", overview.about, name="about"),
    path("tiltak/", measures.measure_list, name="measure_list"),
    path("tiltak/<str:ref>/", measure.measure, name="measure"),
    path("dokumenter/<slug:key>/", documents.document, name="document"),
    path("aktorer/", organisations.organisation_list, name="organisation_list"),
    path("aktorer/<slug:key>/", organisations.organisation, name="organisation"),
    path("trad/", threads.threads, name="threads"),
    path("indikatorer/", indicators.indicator_list, name="indicator_list"),
    path("indikatorer/<slug:key>/", indicators.indicator, name="indicator"),
    path("min-side/", desk.desk, name="desk"),
]
