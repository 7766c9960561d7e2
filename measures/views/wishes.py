"""An organisation's priorities and asks, kept by those who speak for it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures.actions import Changed
from measures.actions.wishes import (
    ASKS,
    PRIORITIES,
    drop_priority,
    keep_ask,
    set_priority,
    version_of_row,
)
from measures.choices import PriorityLevel
from measures.forms.wishes import LABELS, AskForm, PriorityForm
from measures.models import Ask
from measures.queries.speaking import voices_of
from measures.queries.wishes import asks_kept_by, priorities_kept_by
from measures.views.desk import person
from measures.views.kept import keeps_typed
from measures.views.paging import page_of
from stakeholders.models import Organisation
from stakeholders.validators import number_in
from stakeholders.views.private import private

ROWS = 25


def speaking(request: HttpRequest) -> list[Organisation]:
    """Return the organisations that the person speaks for. 404 when there is none."""
    found = list(voices_of(person(request)))
    if not found:
        raise Http404
    return found


@require_safe
@private
def wish_list(request: HttpRequest) -> HttpResponse:
    """Show what one's organisations have singled out and asked for."""
    return listed(request, PriorityForm(organisations=speaking(request)))


def listed(
    request: HttpRequest, form: PriorityForm, trouble: str = "", status: int = 200
) -> HttpResponse:
    """Show the lists, with the form for one more measure."""
    user = person(request)
    priorities = page_of(priorities_kept_by(user), request, size=ROWS, parameter="valg")
    context = {
        "priorities": priorities,
        "asks": page_of(asks_kept_by(user), request, size=ROWS, parameter="onsker"),
        "form": form,
        "errors": form.wrong(),
        "trouble": trouble,
        "several": len(form.organisations) > 1,
    }
    return render(request, "measures/wish_list.html", context, status=status)


@keeps_typed(LABELS)
@require_POST
@private
def priority_set(request: HttpRequest) -> HttpResponse:
    """Single a measure out, or change how important it is."""
    form = PriorityForm(request.POST, organisations=speaking(request))
    if not form.is_valid():
        return listed(request, form, status=422)
    data, today = form.cleaned_data, timezone.localdate()
    level = PriorityLevel(data["level"])
    try:
        plan = set_priority(person(request), form.speaker, data["measure"], level, today)
    except Changed:
        return listed(request, form, _("Noen andre endret det samme. Prøv igjen."), status=409)
    if plan.problems:
        form.tell(plan.problems)
        return listed(request, form, status=422)
    return redirect("measures:wish_list")


@require_POST
@private
def priority_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back that a measure was singled out."""
    organisations = speaking(request)
    priority = get_object_or_404(priorities_kept_by(person(request)), pk=pk)
    seen = number_in(request.POST.get("seen", "")) or version_of_row(PRIORITIES, priority)
    try:
        drop_priority(person(request), priority, seen)
    except Changed:
        form = PriorityForm(organisations=organisations)
        return listed(request, form, _("Noen andre endret det samme. Prøv igjen."), status=409)
    return redirect("measures:wish_list")


@keeps_typed(LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def ask_new(request: HttpRequest) -> HttpResponse:
    """Ask for something on behalf of an organisation."""
    sent = request.POST if request.method == "POST" else None
    return asked(request, AskForm(sent, organisations=speaking(request)))


@keeps_typed(LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def ask_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what an organisation asks for, and which measures meet it."""
    ask = get_object_or_404(asks_kept_by(person(request)), pk=pk)
    sent = request.POST if request.method == "POST" else None
    initial = {
        "version": version_of_row(ASKS, ask),
        "kind": ask.kind,
        "title": ask.title,
        "summary": ask.summary,
        "measures": ", ".join(measure.ref for measure in ask.measures.all()),
    }
    form = AskForm(sent, organisations=[ask.organisation], initial=initial)
    return asked(request, form, ask)


def asked(request: HttpRequest, form: AskForm, ask: Ask | None = None) -> HttpResponse:
    """Show the form, or keep what it says."""
    trouble = ""
    if form.is_bound and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("kind", "title", "summary", "measures")}
        seen = (form.cleaned_data["version"] or 0) if ask else None
        try:
            today = timezone.localdate()
            plan = keep_ask(person(request), form.speaker, said, today, ask, seen)
        except Changed:
            trouble = _("Noen andre endret det samme. Se over, og lagre på nytt.")
        else:
            if not plan.problems:
                return redirect("measures:wish_list")
            form.tell(plan.problems)
    wrong = form.wrong()
    context = {
        "form": form,
        "ask": ask,
        "errors": wrong,
        "trouble": trouble,
        "version": version_of_row(ASKS, ask) if ask else "",
    }
    status = 409 if trouble else 422 if wrong else 200
    return render(request, "measures/ask_form.html", context, status=status)
