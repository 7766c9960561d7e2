"""An answer from a link in a mail. The link alone opens it; nobody need sign in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from measures.actions import Changed
from measures.actions.answering import Answer, answer_by_mail, in_the_way
from measures.actions.drafting import Broken
from measures.choices import WRITABLE, Language, MailAnswer, Origin, Precision, UpdateState
from measures.dates import PartialDate
from measures.forms.answer import LABELS, AnswerForm
from measures.mail.links import Purpose, name_in
from measures.models import AnswerLink, Measure
from measures.queries.answering import LinkState, link_by_key, own_work, state_of
from measures.queries.desk import report_due, with_report_due
from measures.queries.speaking import newest_published, speaker_for
from measures.texts import in_a_line
from measures.views.kept import keeps_typed
from stakeholders.models import User
from stakeholders.validators import number_in
from stakeholders.views.private import opened_by_key

#: What is answered where a link takes no answer.
STATUS = {
    LinkState.UNKNOWN: HTTPStatus.NOT_FOUND,
    LinkState.SOMEBODY_ELSE: HTTPStatus.FORBIDDEN,
    LinkState.REVOKED: HTTPStatus.GONE,
    LinkState.EXPIRED: HTTPStatus.GONE,
    LinkState.CLOSED: HTTPStatus.GONE,
}
#: Rules that the form has no field for; at the desk there is one.
ASKED_AT_THE_DESK = ("reason", "reason_kind", "carried_to", "outlook")


@login_not_required
@keeps_typed(LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_key
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what stands and ask whether it still does; take the answer.

    Looking changes nothing, since mail scanners open every link; only the button answers, once.
    """
    link = link_by_key(name_in(Purpose.ANSWER, token))
    state = state_of(link, timezone.now(), request.user)
    sent = request.POST if request.method == "POST" else None
    if link is None or state != LinkState.OPEN:
        return stopped(request, link, state)
    form = AnswerForm(sent, measure=link.measure)
    if sent is None:
        return shown(request, link, form)
    if not form.is_valid():
        return shown(request, link, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        answer_by_mail(link, said(request, form), timezone.now())
    except Broken as broken:
        tell(form, broken)
        return shown(request, link, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Changed as changed:
        return changed_meanwhile(request, link, form, str(changed))
    return redirect("measures:answer", token)


def said(request: HttpRequest, form: AnswerForm) -> Answer:
    """Return the answer that a valid form holds, and what the page had shown."""
    data = form.cleaned_data
    kept = {name: data[name] for name in form.asked()}
    return Answer(
        kind=MailAnswer(data["answer"]),
        seen=number_in(request.POST.get("seen", "")),
        standing=number_in(request.POST.get("standing", "")),
        language=get_language() or Language.NB,
        **kept,
    )


def tell(form: AnswerForm, broken: Broken) -> None:
    """Put the rules that were broken beside the fields they are about; what the form does not ask
    for is told at the desk."""
    for name, messages in broken.message_dict.items():
        hint = " " + _("Det gjør du på Min side: logg inn.") if name in ASKED_AT_THE_DESK else ""
        for message in messages:
            form.tell(name, message + hint)


def changed_meanwhile(
    request: HttpRequest, link: AnswerLink, form: AnswerForm, trouble: str
) -> HttpResponse:
    """Show what there is now: where the link has stopped, that; else the form, with everything that
    was typed and a word about why nothing was sent."""
    found = link_by_key(link.key)
    state = state_of(found, timezone.now(), request.user)
    if found is None or state != LinkState.OPEN:
        return stopped(request, found, state)
    return shown(request, found, form, trouble, HTTPStatus.CONFLICT)


# --- Showing ---------------------------------------------------------------------------------


def shown(
    request: HttpRequest,
    link: AnswerLink,
    form: AnswerForm,
    trouble: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Show what stands about the measure, and the form."""
    today = timezone.localdate()
    loaded = with_report_due(Measure.objects.for_list(today), today)
    measure = loaded.get(pk=link.measure_id)
    own = own_work(link.user, measure)
    context = {
        "link": link,
        "measure": measure,
        "today": today,
        "speaker": speaker_for(link.user, measure),
        "report_due": report_due(measure),
        "form": form,
        "errors": [] if trouble else form.wrong(),
        "trouble": trouble or in_the_way(own, MailAnswer.CHANGED),
        "takes_answer": form.is_bound or own is None or own.state in WRITABLE,
        **shown_before(request, form, measure, trouble),
        **ways_in(request, reverse("measures:report", args=[measure.ref])),
    }
    return render(request, "measures/answer.html", context, status=status)


def shown_before(
    request: HttpRequest, form: AnswerForm, measure: Measure, trouble: str
) -> dict[str, Any]:
    """Return what the page says that it has shown: what there is now. While somebody mends a form,
    what the page had shown first, or news that came meanwhile would pass unseen."""
    if form.is_bound and not trouble:
        return {name: request.POST.get(name, "") for name in ("seen", "standing")}
    newest = newest_published(measure)
    return {"seen": newest.pk if newest else "", "standing": measure.current_update_id or ""}


def stopped(request: HttpRequest, link: AnswerLink | None, state: LinkState) -> HttpResponse:
    """Show why the link takes no answer, and what to do instead; or what was answered. What was
    typed meanwhile is shown, so that it can be sent at the desk."""
    context: dict[str, Any] = {"link": link, "state": state}
    if link and state == LinkState.SOMEBODY_ELSE:
        context["initials"] = initials(link.user)
    if link and state == LinkState.USED:
        context |= as_answered(link)
    if link and request.method == "POST":
        context["typed"] = in_vain(request, link)
    context |= ways_in(request, reverse("measures:desk"))
    status = STATUS.get(state, HTTPStatus.OK)
    response = render(request, "measures/answer_stopped.html", context, status=status)
    response.tells_why = True  # type: ignore[attr-defined]  # read by roadmap.resubmit
    return response


def in_vain(request: HttpRequest, link: AnswerLink) -> list[tuple[str, str]]:
    """Return what was typed and is not sent, with its labels; nothing when the button was only
    pressed twice."""
    typed = AnswerForm(request.POST, measure=link.measure).typed_texts()
    sent = {link.update.summary, link.update.new_due_reason} - {""} if link.update else set()
    return [] if sent & {in_a_line(text) for _label, text in typed} else typed


def as_answered(link: AnswerLink) -> dict[str, Any]:
    """Return what was answered, and where it is now."""
    update = link.update
    assert update is not None  # noqa: S101  # a used link says what: a constraint of the database
    new_due = None
    if update.new_due_on:
        new_due = PartialDate.ending(update.new_due_on, Precision(update.new_due_precision))
    is_waiting = update.origin == Origin.CONFIRMATION and update.state == UpdateState.SCHEDULED
    return {
        "update": update,
        "new_due": new_due,
        # The writer's own again: it may say something else by now.
        "is_own_again": update.state in WRITABLE,
        "may_undo": is_waiting and update.author_id == link.user_id,
    }


def ways_in(request: HttpRequest, address: str) -> dict[str, Any]:
    """Return where to go on at the desk, by way of the sign-in page for who is not signed in."""
    if request.user.is_authenticated:
        return {"is_signed_in": True, "way_in": address}
    query = urlencode({"next": address})
    return {"is_signed_in": False, "way_in": f"{resolve_url(settings.LOGIN_URL)}?{query}"}


def initials(user: User) -> str:
    """Return the first letters of a person's name; nothing for one without a name."""
    return "".join(f"{word[0]}." for word in user.name.split())
