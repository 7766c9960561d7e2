"""Approving: a colleague's text beside what stands, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from measures.actions import Changed
from measures.actions.publishing import Seen, cancel_schedule, publish_update, return_update
from measures.choices import UpdateState
from measures.forms.approve import LABELS, DecisionForm
from measures.models import StatusUpdate
from measures.queries.comparison import comparison, what_stands
from measures.queries.desk import HANDED_IN
from measures.views.desk import person
from measures.views.kept import keeps_typed
from stakeholders.views.private import private

#: Does what the approver wants, once the form is filled in as the act needs it.
Act = Callable[[StatusUpdate, DecisionForm], StatusUpdate]


@require_safe
@private
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the text beside what stands; or, when it awaits nothing, what became of it."""
    return shown(request, at_hand(request, pk))


@keeps_typed(LABELS)
@require_POST
@private
def approve_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the text now."""

    def act(update: StatusUpdate, form: DecisionForm) -> StatusUpdate:
        return publish_update(update, person(request), seen=seen_in(form))

    return decided(request, pk, act)


@keeps_typed(LABELS)
@require_POST
@private
def approve_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the text on a day and at a clock that lie ahead."""

    def act(update: StatusUpdate, form: DecisionForm) -> StatusUpdate:
        moment = form.moment(timezone.now())
        if moment is None:
            return update
        return publish_update(update, person(request), moment, seen=seen_in(form))

    return decided(request, pk, act)


@keeps_typed(LABELS)
@require_POST
@private
def approve_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the text back to who wrote it, with a note."""

    def act(update: StatusUpdate, form: DecisionForm) -> StatusUpdate:
        note = form.wanted_note()
        return return_update(update, person(request), note) if note else update

    return decided(request, pk, act)


@keeps_typed(LABELS)
@require_POST
@private
def approve_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back that the text is published at a set time."""
    return decided(request, pk, lambda update, _form: cancel_schedule(update, person(request)))


def at_hand(request: HttpRequest, pk: int) -> StatusUpdate:
    """Fetch what colleagues have handed in and the person decides on, with all the page shows.
    404 else."""
    return get_object_or_404(
        StatusUpdate.objects.decided_by(person(request))
        .select_related("measure__document", "measure__current_deadline")
        .select_related("measure__current_update__carried_to", "replaces__carried_to")
        .select_related("organisation", "author", "carried_to", "approved_by", "returned_by")
        .prefetch_related("evidence", "replaces__evidence", "measure__current_update__evidence"),
        pk=pk,
    )


def decided(request: HttpRequest, pk: int, act: Act) -> HttpResponse:
    """Do what the approver wants with the text that the page showed. Says what stood in the way,
    and shows what is there now, with everything typed."""
    update = at_hand(request, pk)
    form = DecisionForm(request.POST)
    form.is_valid()
    version = form.cleaned_data.get("version")
    # The action compares: it must be the words that the approver has read.
    update.version = -1 if version is None else version
    try:
        act(update, form)
    except Changed as changed:
        now = at_hand(request, pk)
        return shown(request, now, form, trouble=str(changed) or why(now, update.version))
    if form.errors:
        return shown(request, at_hand(request, pk), form)
    return redirect("measures:approve", pk=pk)


def seen_in(form: DecisionForm) -> Seen:
    """Return what the page showed as standing."""
    return Seen(form.cleaned_data.get("seen"))


def why(update: StatusUpdate, version: int) -> str:
    """Say in words why an act on the text was not carried out. `update` as it is now; `version`
    the one that the approver had read."""
    if update.state not in HANDED_IN:
        return _("Noen andre kom først. Det du valgte, er ikke gjort.")
    if update.version != version:
        return _("Teksten er endret etter at du åpnet siden. Se over en gang til.")
    if update.state == UpdateState.SCHEDULED:
        return _("En kollega har allerede valgt når den skal publiseres.")
    corrected = StatusUpdate.objects.published().filter(replaces=update.replaces_id)
    if update.replaces_id and corrected.exists():
        return _("Det som rettes, er allerede rettet av en annen. Send den tilbake.")
    return _("Tidspunktet er avlyst. Den venter på at noen godkjenner.")


def shown(
    request: HttpRequest, update: StatusUpdate, form: DecisionForm | None = None, trouble: str = ""
) -> HttpResponse:
    """Show one text under decision, or what became of it."""
    errors = form.wrong() if form and not trouble else []
    standing = what_stands(update)
    is_open = update.state in HANDED_IN
    given = {"version": update.version, "seen": standing.pk if standing else ""}
    if form is None:
        form = DecisionForm(initial=given)
    rows = comparison(update) if is_open else []
    context = {
        "update": update,
        "standing": standing,
        "form": form,
        # What the page shows now is what the next try has seen.
        "given": given,
        "rows": rows,
        "changed": sum(row.is_changed for row in rows),
        "errors": errors,
        "trouble": trouble,
    }
    status = 409 if trouble else 422 if errors else 200
    return render(request, "measures/approve.html", context, status=status)
