"""The register's public addresses (bokmål paths; the language is a prefix)."""

from django.urls import path

from measures.views import (
    approve,
    close,
    correct,
    corrections,
    desk,
    desk_measure,
    documents,
    evidence,
    indicators,
    measure,
    measures,
    missing,
    organisations,
    overview,
    register,
    register_files,
    register_rows,
    report,
    rounds,
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
    path("mangler/", missing.missing, name="missing"),
    path("runder/<slug:key>/", rounds.round, name="round"),
    path("rettelser/", corrections.correction_list, name="correction_list"),
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
    path("min-side/runder/", rounds.round_list, name="round_list"),
    path("min-side/runder/ny/", rounds.round_new, name="round_new"),
    path("min-side/runder/<int:pk>/endre/", rounds.round_change, name="round_change"),
    path("min-side/bekreft/", desk.confirm, name="confirm"),
    path("min-side/bekreft/angre/", desk.undo, name="undo"),
    path("min-side/rapporter/<str:ref>/", report.report, name="report"),
    path("min-side/rapporter/<str:ref>/lagre/", report.save_report, name="save_report"),
    path("min-side/sendt/<int:pk>/", report.sent, name="sent"),
    path("min-side/sendt/<int:pk>/trekk/", report.withdraw, name="withdraw"),
    path("min-side/godkjenn/<int:pk>/", approve.approve, name="approve"),
    path("min-side/godkjenn/<int:pk>/publiser/", approve.approve_publish, name="approve_publish"),
    path("min-side/godkjenn/<int:pk>/planlegg/", approve.approve_schedule, name="approve_schedule"),
    path("min-side/godkjenn/<int:pk>/returner/", approve.approve_return, name="approve_return"),
    path("min-side/godkjenn/<int:pk>/avlys/", approve.approve_cancel, name="approve_cancel"),
    path("min-side/avslutt/<str:ref>/", close.close, name="close"),
    path("min-side/avslutt/<str:ref>/gjenapne/", close.reopen, name="reopen"),
    path("min-side/rett/<int:pk>/", correct.correct, name="correct"),
    path("min-side/rett/<int:pk>/lagre/", correct.save_correction, name="save_correction"),
    path("min-side/tiltak/<str:ref>/", desk_measure.desk_measure, name="desk_measure"),
    path("min-side/kladder/<int:pk>/forkast/", report.discard, name="discard"),
]
