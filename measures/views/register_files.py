"""The register as files: uploaded with a preview, and downloaded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures.actions import Changed
from measures.actions.keeping import confirm_upload, discard_upload, plan_upload, store_upload
from measures.exchange.checking import Row
from measures.exchange.exporting import write_archive, write_workbook
from measures.exchange.listing import EDITABLE, SHOWN, in_words
from measures.exchange.plan import Plan, TablePlan
from measures.exchange.problems import Problem, printable
from measures.exchange.reading import Raw
from measures.exchange.tables import TABLES
from measures.exchange.templates import write_template
from measures.forms import register as forms
from measures.models import Document, PendingUpload
from measures.uploads import refused_files
from measures.views.register import heading, steward, trail
from stakeholders.views.private import private

#: What one upload may weigh, all files together.
MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 20
#: So many rows and problems of each table are shown; all are counted, and all are carried out.
MOST_SHOWN = 200
IN_MEMORY = 5 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@private
def register_upload(request: HttpRequest) -> HttpResponse:
    """Take files to be looked at before anything is written."""
    user = steward(request)
    error = ""
    if request.method == "POST":
        files = request.FILES.getlist("filer")
        error = too_large() if refused_files(request) else refusal(files)
        if not error:
            contents = {printable(str(file.name)): file.read() for file in files}
            upload = store_upload(contents, user)
            return redirect("measures:register_upload_preview", key=upload.key)
    context = {
        "trail": trail(),
        "error": error,
        "pending": PendingUpload.objects.of(user).first(),
        "most": MOST_BYTES // (1024 * 1024),
        "documents": Document.objects.kept_by(user).in_order(),
    }
    return render(request, "measures/register_upload.html", context)


def refusal(files: list[UploadedFile[Any]]) -> str:
    """Say why files are not even looked at; nothing when they are."""
    if not files:
        return _("Velg en eller flere filer.")
    if len(files) > MOST_FILES:
        return _("Velg høyst %(most)s filer om gangen.") % {"most": MOST_FILES}
    if sum(file.size or 0 for file in files) > MOST_BYTES:
        return too_large()
    if len({file.name for file in files}) < len(files):
        return _("To av filene har samme navn.")
    return ""


def too_large() -> str:
    """Say that the files are too large, also when the largest was thrown away as it arrived."""
    return _("Filene er for store. Det er plass til 10 MB til sammen.")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def register_upload_preview(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show what an upload would do; carry out exactly that when its owner says so."""
    user = steward(request)
    upload = PendingUpload.objects.of(user).filter(key=key).first()
    if upload is None:
        is_gone = not PendingUpload.objects.filter(key=key).exists()
        if request.method == "POST" and is_gone:  # the button was pressed twice
            return redirect(f"{trail()[0][1]}?borte=1")
        raise Http404
    today = timezone.localdate()
    is_changed = False
    if request.method == "POST":
        try:
            done = confirm_upload(upload, request.POST.get("fingerprint", ""), today)
        except Changed:
            is_changed = True
        else:
            return redirect(f"{trail()[0][1]}?skrevet={done.work}")
    plan, raw = plan_upload(upload, today)
    context = {
        "trail": trail(),
        "upload": upload,
        "names": upload.names.splitlines(),
        "plan": plan,
        "places": list(places(plan, is_workbook=".xlsx" in upload.names.lower())),
        "problems": plan.problems.total,
        "problems_shown": min(plan.problems.total, MOST_SHOWN),
        "tables": [told(table, raw) for table in plan.tables],
        "is_changed": is_changed,
    }
    return render(request, "measures/register_upload_preview.html", context)


@dataclass(frozen=True)
class Place:
    """One problem, and where it is in words."""

    where: str
    message: str


def places(plan: Plan, *, is_workbook: bool) -> Iterator[Place]:
    """Yield the first problems by file or sheet, row and column."""
    for problem, _number in zip(plan.problems, range(MOST_SHOWN), strict=False):
        yield Place(where(problem, is_workbook=is_workbook), problem.message)


def where(problem: Problem, *, is_workbook: bool) -> str:
    """Say where a problem is, as whoever made the file would."""
    name = problem.file.removesuffix(".csv")
    table = TABLES.get(name)
    in_sheet = is_workbook and table
    parts = [_("ark %(name)s") % {"name": name} if in_sheet else problem.file]
    if problem.line:
        words = _("rad %(line)s") if is_workbook else _("linje %(line)s")
        parts.append(words % {"line": problem.line})
    if problem.column:
        parts.append(_("kolonne %(column)s") % {"column": problem.column})
    return ", ".join(parts)


@dataclass(frozen=True)
class Told:
    """What an upload would do to one table."""

    heading: str
    name: str
    created: list[tuple[str, str]]
    changed: list[tuple[str, list[tuple[str, str, str]]]]
    numbers: str
    number: int
    hidden: int


def called(row: Row) -> str:
    """Return what a new row is called, beside its key."""
    shown = SHOWN.get(row.table.name, ())
    return in_words(row.table, shown[0], row.values) if shown else ""


def told(table: TablePlan, raw: Raw) -> Told:
    """Put a part of a plan in words."""
    spec = table.table
    changed = [
        (
            change.row.label,
            [
                (forms.label_of(spec, name), *(forms.in_words(spec.by_name[name], v) for v in both))
                for name, both in change.told().items()
            ],
        )
        for change in table.changed[:MOST_SHOWN]
    ]
    numbers = [
        ngettext("%(n)s ny", "%(n)s nye", len(table.created)) % {"n": len(table.created)},
        ngettext("%(n)s endret", "%(n)s endrede", len(table.changed)) % {"n": len(table.changed)},
        ngettext("%(n)s uendret", "%(n)s uendrede", table.unchanged) % {"n": table.unchanged},
    ]
    if blank := raw.passed_over[spec.name]:
        numbers.append(ngettext("%(n)s tom", "%(n)s tomme", blank) % {"n": blank})
    most = max(len(table.created), len(table.changed))
    return Told(
        heading=heading(spec),
        name=spec.name if spec.name in EDITABLE else "",
        created=[(row.label, called(row)) for row in table.created[:MOST_SHOWN]],
        changed=changed,  # type: ignore[arg-type]  # three texts each
        numbers=", ".join(numbers),
        number=len(table.created) + len(table.changed),
        hidden=max(0, most - MOST_SHOWN),
    )


@require_POST
@private
def register_upload_discard(request: HttpRequest, key: UUID) -> HttpResponse:
    """Throw an upload away."""
    upload = get_object_or_404(PendingUpload.objects.of(steward(request)), key=key)
    discard_upload(upload)
    return redirect("measures:register_upload")


# --- Downloads -------------------------------------------------------------------------------


@require_safe
@private
def register_export_workbook(request: HttpRequest) -> HttpResponseBase:
    """The whole register as a workbook."""
    steward(request)
    return download(write_workbook, f"register-{timezone.localdate()}.xlsx", XLSX)


@require_safe
@private
def register_export_archive(request: HttpRequest) -> HttpResponseBase:
    """The whole register as CSV files in a zip."""
    steward(request)
    return download(write_archive, f"register-{timezone.localdate()}.zip", "application/zip")


@require_safe
@private
def register_template(request: HttpRequest, document: str) -> HttpResponseBase:
    """A workbook to fill in with the measures of a document that the register lacks."""
    user = steward(request)
    found = get_object_or_404(Document.objects.kept_by(user), key=document)

    def write(file: IO[bytes]) -> None:
        write_template(file, found)

    return download(write, f"{found.key}-mal.xlsx", XLSX)


def download(write: Callable[[IO[bytes]], None], name: str, kind: str) -> HttpResponseBase:
    """Answer with a file: from memory when it is small, from the disk when it is large."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 closed by the response
    write(file)
    is_small = file.tell() <= IN_MEMORY
    file.seek(0)
    response: HttpResponse | FileResponse
    if is_small:
        with file:
            response = HttpResponse(file.read(), content_type=kind)
    else:
        response = FileResponse(file, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
