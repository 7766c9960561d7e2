"""The desk: what waits for the person who has signed in; and confirming that nothing changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_list_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from measures.actions import Changed
from measures.actions.confirming import confirm_unchanged, undo_confirmation
from measures.choices import Origin
from measures.models import Comment, Measure, StatusUpdate
from measures.models.discussion import CommentQuerySet
from measures.queries import desk as queries
from measures.queries import discussion
from measures.queries.discussion import with_words
from measures.queries.speaking import guarded_by
from measures.views.paging import page_of
from stakeholders.models import Membership, User
from stakeholders.validators import number_in
from stakeholders.views.private import private

#: Measures to report on one page, and the most that the other lists show.
ROWS = 25


def person(request: HttpRequest) -> User:
    """Return who has signed in; the site lets nobody else this far."""
    assert isinstance(request.user, User)  # noqa: S101  # ClosedByDefaultMiddleware has seen to it
    return request.user


@require_safe
@private
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person: to report, to mend, to approve, and what is on its way."""
    return render(request, "measures/desk.html", on_the_desk(request))


def on_the_desk(request: HttpRequest) -> dict[str, Any]:
    """Return all that the desk shows, in a number of queries that never grows."""
    user, today = person(request), timezone.localdate()
    memberships = list(
        Membership.objects.of(user).select_related("organisation").order_by("organisation", "role")
    )
    listed = page_of(queries.to_report(user, today).for_list(today), request, size=ROWS)
    sent = list(queries.with_words(queries.sent(user))[:ROWS])
    return {
        "today": today,
        "memberships": memberships,
        "rounds": queries.rounds_asking(user, today),
        "to_report": listed,
        "returned": queries.with_words(queries.returned(user))[:ROWS],
        "drafts": queries.with_words(queries.drafts(user))[:ROWS],
        "confirmed": [u for u in sent if u.origin == Origin.CONFIRMATION],
        "sent": [u for u in sent if u.origin != Origin.CONFIRMATION],
        "to_approve": queries.with_words(StatusUpdate.objects.approvable_by(user))[:ROWS],
        "scheduled": queries.with_words(queries.scheduled(user))[:ROWS],
        "fresh_days": queries.FRESH.days,
        **discussed(user),
    }


def discussed(user: User) -> dict[str, Any]:
    """Return the comments and answers that wait for the person."""

    def listed(comments: CommentQuerySet) -> list[Comment]:
        return list(with_words(comments).select_related("measure", "author", "returned_by")[:ROWS])

    return {
        "now": timezone.now(),
        "to_answer": listed(discussion.to_answer(user)),
        "own_comments": listed(discussion.under_way(user)),
        "comments_to_approve": listed(discussion.to_decide(user)),
        "guarded": list(guarded_by(user)),
        "comments_reported": listed(discussion.reported(user)),
    }


@require_POST
@private
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm that nothing has changed for the measures that were ticked, or the one whose button
    was pressed. Each comes as its reference and the update that was seen: `VK-01:17`."""
    pressed = request.POST.getlist("ett") or request.POST.getlist("tiltak")
    seen_by_ref = dict(one.partition(":")[::2] for one in pressed)
    if not pressed:
        return again(request, "nothing")
    mine = Measure.objects.reportable_by(person(request))
    measures = get_list_or_404(mine, ref__in=seen_by_ref)
    if len(measures) < len(seen_by_ref):
        return again(request, _("Du kan ikke lenger rapportere om alle tiltakene du krysset av."))
    numbers = {m.pk: number_in(seen_by_ref[m.ref]) for m in measures}
    seen = {pk: number for pk, number in numbers.items() if number is not None}
    try:
        confirm_unchanged(person(request), measures, seen)
    except Changed as changed:
        return again(request, str(changed))
    return HttpResponseRedirect(f"{reverse('measures:desk')}#bekreftet")


@require_POST
@private
def undo(request: HttpRequest) -> HttpResponse:
    """Take back confirmations of one's own that are not public yet."""
    keys = list(filter(None, map(number_in, request.POST.getlist("melding"))))
    mine = StatusUpdate.objects.filter(author=person(request), origin=Origin.CONFIRMATION)
    updates = get_list_or_404(mine.select_related("measure"), pk__in=keys)
    try:
        undo_confirmation(person(request), updates)
    except Changed as changed:
        return again(request, str(changed))
    return redirect("measures:desk")


def again(request: HttpRequest, trouble: str) -> HttpResponse:
    """Show the desk as it is now, with a word about why nothing was done."""
    context = on_the_desk(request) | {"trouble": trouble}
    return render(request, "measures/desk.html", context, status=409)
