"""The register's public addresses (bokmål paths; the language is a prefix)."""

from django.urls import path

from measures.views import (
    desk,
    documents,
    evidence,
    indicators,
    measure,
    measures,
    organisations,
    overview,
    register,
    register_files,
    register_rows,
    report,
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
    path("dokumentasjon/<int:pk>/", evidence.evidence_file, name="evidence_file"),
    path("min-side/", desk.desk, name="desk"),
    path("min-side/register/", register.register, name="register"),
    path(
        "min-side/register/eksport.xlsx",
        register_files.register_export_workbook,
        name="register_export_workbook",
    ),
    path(
        "min-side/register/eksport.zip",
        register_files.register_export_archive,
        name="register_export_archive",
    ),
    path(
        "min-side/register/mal/<slug:document>.xlsx",
        register_files.register_template,
        name="register_template",
    ),
    path("min-side/register/last-opp/", register_files.register_upload, name="register_upload"),
    path(
        "min-side/register/last-opp/<uuid:key>/",
        register_files.register_upload_preview,
        name="register_upload_preview",
    ),
    path(
        "min-side/register/last-opp/<uuid:key>/forkast/",
        register_files.register_upload_discard,
        name="register_upload_discard",
    ),
    path("min-side/register/<str:table>/", register.register_table, name="register_table"),
    path(
        "min-side/register/<str:table>/ny/", register_rows.register_row_new, name="register_row_new"
    ),
    path(
        "min-side/register/<str:table>/<int:pk>/", register_rows.register_row, name="register_row"
    ),
    path(
        "min-side/register/<str:table>/<int:pk>/fjern/",
        register_rows.register_row_remove,
        name="register_row_remove",
    ),
    path(
        "min-side/register/<str:table>/<int:pk>/historikk/",
        register.register_row_history,
        name="register_row_history",
    ),
    path("min-side/bekreft/", desk.confirm, name="confirm"),
    path("min-side/bekreft/angre/", desk.undo, name="undo"),
    path("min-side/rapporter/<str:ref>/", report.report, name="report"),
    path("min-side/rapporter/<str:ref>/lagre/", report.save_report, name="save_report"),
    path("min-side/sendt/<int:pk>/", report.sent, name="sent"),
    path("min-side/sendt/<int:pk>/trekk/", report.withdraw, name="withdraw"),
    path("min-side/kladder/<int:pk>/forkast/", report.discard, name="discard"),
]
