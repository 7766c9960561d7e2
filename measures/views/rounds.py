"""Reporting rounds: what came of one, for everybody; opening and changing them, for stewards."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from measures.actions import Changed
from measures.actions.rounds import Days, change_round, open_round, version_of
from measures.choices import Answer
from measures.filters.answers import AnswerFilter
from measures.forms.rounds import NewRoundForm, RoundForm
from measures.models import Document, Measure, Round
from measures.queries import rounds as queries
from measures.views.figures import Figure
from measures.views.paging import page_of
from measures.views.reading import read_only
from measures.views.register import steward
from stakeholders.models import Organisation
from stakeholders.validators import number_in
from stakeholders.views.private import private

#: So many at a time.
MEASURES, ORGANISATIONS, ROUNDS = 50, 50, 25
Trail = list[tuple[str, str]]


@dataclass(frozen=True)
class Line:
    """What one organisation was asked about, in numbers."""

    organisation: Organisation
    figures: list[Figure]


@dataclass(frozen=True)
class Asked:
    """A measure of the round, and who was asked about it."""

    measure: Measure
    organisations: list[Organisation]


@login_not_required
@read_only
def round(request: HttpRequest, key: str) -> HttpResponse:  # the address's name
    """What one round asks, and what came of it on its closing day, or today until then."""
    asking = get_object_or_404(Round.objects.prefetch_related("documents"), key=key)
    today = timezone.localdate()
    on = queries.result_day(asking, today)
    organisations = queries.asked_organisations(asking)
    chosen = AnswerFilter(request.GET, organisations)
    one = next((o for o in organisations if o.key == chosen.chosen("aktor")), None)
    measures = queries.asked_about(asking, on, one)
    if wanted := chosen.chosen("svar"):
        measures = measures.filter(answer=wanted)
    pages = page_of(measures, request, size=MEASURES)
    lines = page_of(
        queries.by_organisation(asking, on), request, size=ORGANISATIONS, parameter="aktorer"
    )
    answers = list(Answer) if asking.opens_on <= today else []
    whole = queries.whole(asking, on)
    context = {
        "round": asking,
        "on": on,
        "is_ahead": not answers,
        "is_closed": today > asking.closes_on,
        "columns": [_("Spurt"), *(str(answer.label) for answer in answers)],
        "lines": list(_lines(asking, lines.page.object_list, organisations, answers)),
        "line_pages": lines,
        "total": _figures(asking, answers, whole.asked, whole.answers),
        "rows": _rows(asking, pages.page.object_list, on),
        "pages": pages,
        "organisations": organisations,
        "organisation": one,
        "answers": [(answer.value, answer.label) for answer in answers],
        "answer": wanted,
        "understood": chosen.understood and pages.understood and lines.understood,
    }
    return render(request, "measures/round.html", context)


def list_of(asking: Round, **selection: str) -> str:
    """Return the address of the round's measures with these filters."""
    query = urlencode({name: value for name, value in selection.items() if value})
    return f"{asking.get_absolute_url()}{f'?{query}' if query else ''}#tiltak"


def _lines(
    asking: Round,
    rows: Iterable[Any],
    organisations: Iterable[Organisation],
    answers: Iterable[Answer],
) -> Iterable[Line]:
    by_pk = {organisation.pk: organisation for organisation in organisations}
    for row in rows:
        one = by_pk[row["organisation"]]
        yield Line(one, _figures(asking, answers, row["asked"], row, aktor=one.key))


def _figures(
    asking: Round, answers: Iterable[Answer], asked: int, numbers: Any, **selection: str
) -> list[Figure]:
    """Return how many were asked and how many have each answer, with the lists."""
    return [
        Figure(asked, _("spurt"), list_of(asking, **selection)),
        *(
            Figure(
                numbers[answer.value],
                str(answer.label).lower(),
                list_of(asking, **selection, svar=answer.value),
            )
            for answer in answers
        ),
    ]


def _rows(asking: Round, measures: Any, on: datetime.date) -> list[Asked]:
    keys = [measure.pk for measure in measures]
    found = queries.with_standing(queries.asked_about(asking, on).filter(pk__in=keys), asking, on)
    asked = queries.asked_of(asking, keys)
    return [Asked(measure, asked[measure.pk]) for measure in found]


# --- For stewards ----------------------------------------------------------------------------


@require_safe
@private
def round_list(request: HttpRequest) -> HttpResponse:
    """The rounds about documents that the steward keeps, the newest first."""
    user = steward(request)
    kept = Round.objects.kept_by(user).newest_first().prefetch_related("documents")
    context = {
        "trail": trail()[:1],
        "pages": page_of(kept, request, size=ROUNDS),
        "today": timezone.localdate(),
        "done": _done(request),
    }
    return render(request, "measures/round_list.html", context)


def _done(request: HttpRequest) -> str:
    """Say what was just done."""
    if "apnet" in request.GET:
        return _("Runden er opprettet.")
    return _("Endringene er lagret.") if "lagret" in request.GET else ""


def trail() -> Trail:
    """Return the way to a page about one round."""
    return [
        (_("Registeret"), reverse("measures:register")),
        (_("Rapporteringsrunder"), reverse("measures:round_list")),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@private
def round_new(request: HttpRequest) -> HttpResponse:
    """Show the form of a new round, and open the round."""
    user = steward(request)
    sent = request.POST if request.method == "POST" else None
    form = NewRoundForm(sent, keeper=user, today=timezone.localdate())
    if form.is_valid():
        data = form.cleaned_data
        documents: list[Document] = list(data["documents"])
        try:
            open_round(user, data["name"], documents, days(form), name_en=data["name_en"])
        except Changed as changed:
            form.add_error("name", str(changed))
        else:
            return HttpResponseRedirect(f"{reverse('measures:round_list')}?apnet")
    context = {"trail": trail(), "form": form, "errors": form.wrong()}
    return render(request, "measures/round_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def round_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form of a round that has not closed, and change the round."""
    user = steward(request)
    asking = get_object_or_404(Round.objects.kept_by(user).prefetch_related("documents"), pk=pk)
    sent = request.POST if request.method == "POST" else None
    form = RoundForm(sent, today=timezone.localdate(), stored=asking, initial=initial_of(asking))
    trouble = ""
    if form.is_valid():
        data = form.cleaned_data
        try:
            change_round(
                user, asking, data["name"], days(form), seen=seen(request), name_en=data["name_en"]
            )
        except Changed as changed:
            trouble = str(changed)
        else:
            return HttpResponseRedirect(f"{reverse('measures:round_list')}?lagret")
    context = {
        "trail": trail(),
        "round": asking,
        "form": form,
        "errors": form.wrong(),
        "trouble": trouble,
        "seen": version_of(asking) if trouble or sent is None else seen(request),
        "is_closed": asking.closes_on < timezone.localdate(),
    }
    status = 409 if trouble else 422 if form.errors else 200
    return render(request, "measures/round_change.html", context, status=status)


def days(form: RoundForm) -> Days:
    """Return the days that the form asks for."""
    return Days(**{name: form.cleaned_data[name] for name in ("opens_on", "due_on", "closes_on")})


def seen(request: HttpRequest) -> int:
    """Return the version that the person looked at; none is as old as 0."""
    return number_in(request.POST.get("seen", "")) or 0


def initial_of(asking: Round) -> dict[str, Any]:
    """Return what the form of a round shows first."""
    plain = {"name": asking.name, "name_en": asking.name_en}
    names = ("opens_on", "due_on", "closes_on")
    return plain | {name: as_day(getattr(asking, name)) for name in names}


def as_day(day: datetime.date) -> str:
    """Write a day as people type it."""
    return f"{day.day}.{day.month}.{day.year}"
