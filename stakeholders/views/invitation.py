"""An invitation as whoever got the mail sees it. The link alone opens it; nobody need sign in."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from stakeholders.actions import Changed, Refused, inviting
from stakeholders.forms import NewPersonForm
from stakeholders.models import Invitation, User
from stakeholders.views.private import opened_by_key

#: What is answered where nothing can be accepted.
STATUS = {
    "unknown": HTTPStatus.NOT_FOUND,
    "expired": HTTPStatus.GONE,
    "revoked": HTTPStatus.GONE,
    "closed": HTTPStatus.FORBIDDEN,
}


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_key
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is offered, and take the answer.

    Looking changes nothing, since mail scanners open every link; only the button accepts.
    """
    found = Invitation.objects.with_token(token).select_related("organisation", "invited_by")
    return answer(request, found.first(), token)


def answer(request: HttpRequest, found: Invitation | None, token: str) -> HttpResponse:
    """Return the page for where the invitation stands, or accept it."""
    state = found.state if found else "unknown"
    if found is None or state != "open":
        return show(request, found, state)
    person = User.objects.filter(email__iexact=found.email).first()
    if person and not person.is_active:
        return show(request, found, "closed")
    if request.user.is_authenticated and request.user != person:
        return show(request, found, "somebody_else")
    if person:
        return accept(request, found, token) if is_sent(request) else show(request, found, "known")
    form = NewPersonForm(request.POST if is_sent(request) else None, email=found.email)
    if not is_sent(request) or not form.is_valid():
        return show(request, found, "new", form)
    return accept(request, found, token, form)


def accept(
    request: HttpRequest, found: Invitation, token: str, form: NewPersonForm | None = None
) -> HttpResponse:
    """Accept the invitation; the same address then says that it is accepted, also when another
    click was first."""
    typed = form.cleaned_data if form else {}
    try:
        inviting.accept_invitation(token, **typed)
    except Refused:
        return show(request, found, "closed")
    except Changed:
        pass  # the address tells what became of it
    return redirect("stakeholders:invitation", token)


def is_sent(request: HttpRequest) -> bool:
    """Say whether the button was pressed."""
    return request.method == "POST"


def show(
    request: HttpRequest,
    found: Invitation | None,
    state: str,
    form: NewPersonForm | None = None,
) -> HttpResponse:
    """Show the page; `state` says which words and which button."""
    context = {
        "invitation": found,
        "state": state,
        "form": form,
        "login_url": resolve_url(settings.LOGIN_URL),
        "signed_in_as": request.user if request.user.is_authenticated else None,
    }
    status = STATUS.get(state, HTTPStatus.OK)
    return render(request, "stakeholders/invitation.html", context, status=status)
