"""Following by e-mail: asked for by anybody, confirmed and changed by whoever reads the mailbox.

Looking changes nothing, since mail scanners open every link; only buttons do. The links in mails
are signed, and open one mailbox.
"""

from __future__ import annotations

from contextlib import suppress
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures.actions import Changed
from measures.actions.following import (
    Rhythm,
    ask_to_follow,
    change_rhythm,
    confirm_subscription,
    forget_recipient,
    stop_mail,
    unfollow,
)
from measures.actions.mailboxes import follow_as, member_mailbox, set_organisation_address
from measures.digests.naming import about_named, address_of, name_of
from measures.digests.owndata import own_data
from measures.forms.following import FollowForm, OrganisationMailboxForm, RhythmForm
from measures.mail.links import Purpose, mailbox_token, name_in
from measures.models import Recipient, Subscription
from measures.models.following import About
from measures.views.desk import person
from stakeholders.models import Organisation, User
from stakeholders.models.invitations import tidy_email
from stakeholders.queries import managed_by
from stakeholders.signin.visitors import address_of as visitor_address
from stakeholders.views.private import View, opened_by_key, private

#: So many times an hour one visitor may ask; more is a machine that fills other people's mailboxes.
ASKS_AN_HOUR = 20
HOUR = 3600
#: So many of the latest mails are listed.
LATEST = 10
#: What can be followed, by the names that addresses use; none of them is everything.
NAMES = ("tiltak", "dokument", "aktor", "utvalg")
READ_OR_SEND = ["GET", "HEAD", "POST"]


# --- Anybody ---------------------------------------------------------------------------------


@login_not_required
@require_http_methods(READ_OR_SEND)
@private
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for an address, and what and how often it wants to hear; send the question there."""
    initial = {name: request.GET.get(name, "") for name in NAMES}
    own = None
    if isinstance(request.user, User):
        initial["email"] = request.user.email
        own = Recipient.objects.filter(user=request.user).first()
    posted = request.POST if request.method == "POST" else None
    form = FollowForm(posted, initial=initial, recipient=own)
    about = about_named({name: form[name].value() or "" for name in NAMES})
    if posted is None:
        if about is None:
            raise Http404
        return show_follow(request, form, about)
    if about is None:
        form.add_error("email", gone())
    if about is None or not form.is_valid():
        return show_follow(request, form, about, 422)
    if isinstance(request.user, User) and is_own(form, request.user):
        return follow_signed_in(request.user, form, about)
    if is_too_much(request):
        form.add_error("email", too_much())
        return show_follow(request, form, about, 429)
    # Nobody is told here whether the address is known. A mailbox that is being forgotten at this
    # moment is asked when somebody tries again.
    email, what, rhythm = form.cleaned_data["email"], str(name_of(about)), Rhythm(**form.rhythm)
    with suppress(Changed):
        ask_to_follow(email, about, rhythm, what, timezone.now())
    return redirect("measures:follow_sent")


def gone() -> str:
    """Say that what somebody wants to follow is not there."""
    return _("Det du vil følge, finnes ikke lenger. Finn det i lista, og prøv igjen.")


def too_much() -> str:
    """Say that somebody asks too often."""
    return _("Det har kommet for mange forespørsler fra nettverket ditt. Prøv igjen om en time.")


def is_own(form: FollowForm, user: User) -> bool:
    """Say whether the address is that of the person who has signed in."""
    return tidy_email(form.cleaned_data["email"]) == tidy_email(user.email)


def follow_signed_in(user: User, form: FollowForm, about: About) -> HttpResponse:
    """Begin at once: whoever has signed in need not prove the address."""
    now = timezone.now()
    recipient = follow_as(user, about, now).recipient
    change_rhythm(recipient, Rhythm(**form.rhythm), now)
    return redirect("measures:mailbox", mailbox_token(recipient))


def show_follow(
    request: HttpRequest, form: FollowForm, about: About | None, status: int = 200
) -> HttpResponse:
    """Show the form, and what it is about."""
    context = {
        "form": form,
        "errors": form.wrong(),
        "what": name_of(about) if about else None,
        "what_url": address_of(about) if about else "",
    }
    return render(request, "measures/following/follow.html", context, status=status)


def is_too_much(request: HttpRequest) -> bool:
    """Count the visitor's requests of the hour, and say whether they are too many."""
    name = f"follow:{visitor_address(request)}"
    if cache.add(name, 1, HOUR):
        return False
    try:
        return cache.incr(name) > ASKS_AN_HOUR
    except ValueError:  # the hour ended in between
        return False


@login_not_required
@require_safe
@private
def follow_sent(request: HttpRequest) -> HttpResponse:
    """Say that a question is on its way to the mailbox."""
    return render(request, "measures/following/sent.html")


@login_not_required
@require_http_methods(READ_OR_SEND)
@opened_by_key
def follow_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is to be followed, and begin when the button is pressed."""
    key = name_in(Purpose.CONFIRM, token)
    asked = Subscription.objects.filter(pk=key or 0, ended_at=None)
    found = asked.select_related("recipient", "measure", "document", "organisation").first()
    if found is None:
        status = 410 if key else 404
        return render(request, "measures/following/gone.html", status=status)
    if request.method == "POST":
        try:
            confirm_subscription(found, timezone.now())
        except Changed:
            return render(request, "measures/following/gone.html", status=410)
        return redirect("measures:follow_confirm", token)
    context = {
        "subscription": found,
        "what": name_of(found.about),
        "manage": mailbox_token(found.recipient),
    }
    return render(request, "measures/following/confirm.html", context)


# --- Whoever reads the mailbox ---------------------------------------------------------------


def of_mailbox(view: View) -> View:
    """Give a view the mailbox that a link opens. An altered link opens nothing (404); of a mailbox
    that was forgotten, nothing is kept, which is what the page says (200: so it was asked for)."""

    @opened_by_key
    @wraps(view)
    def opened(request: HttpRequest, token: str, **arguments: Any) -> HttpResponse:
        key = name_in(Purpose.MAILBOX, token)
        if key is None:
            raise Http404
        recipient = Recipient.objects.select_related("user", "organisation").filter(key=key).first()
        if recipient is None:
            return render(request, "measures/following/forgotten.html")
        return view(request, recipient, **arguments)

    return opened


@login_not_required
@require_http_methods(READ_OR_SEND)
@of_mailbox
def mailbox(request: HttpRequest, recipient: Recipient) -> HttpResponse:
    """Show what a mailbox gets, and change how often it comes."""
    token = mailbox_token(recipient)
    form = RhythmForm(request.POST if request.method == "POST" else None, recipient=recipient)
    if request.method == "POST" and form.is_valid():
        with suppress(Changed):  # forgotten this very moment: the page says so
            change_rhythm(recipient, Rhythm(**form.rhythm), timezone.now())
        return redirect(f"{reverse('measures:mailbox', args=[token])}?lagret=1")
    going_on = recipient.subscriptions.filter(ended_at=None).order_by("pk")
    subscriptions = going_on.select_related("measure", "document", "organisation")
    context = {
        "recipient": recipient,
        "token": token,
        "form": form,
        "errors": form.wrong(),
        "saved": "lagret" in request.GET,
        "subscriptions": [(s, name_of(s.about), address_of(s.about)) for s in subscriptions],
        "mails": recipient.mails.filter(sent_at__isnull=False).order_by("-sent_at")[:LATEST],
    }
    status = 422 if form.is_bound else 200
    return render(request, "measures/following/mailbox.html", context, status=status)


@login_not_required
@require_POST
@of_mailbox
def mailbox_unfollow(request: HttpRequest, recipient: Recipient, pk: int) -> HttpResponse:
    """End one subscription of a mailbox."""
    unfollow(get_object_or_404(recipient.subscriptions.all(), pk=pk), timezone.now())
    return redirect("measures:mailbox", mailbox_token(recipient))


@csrf_exempt
@login_not_required
@require_http_methods(READ_OR_SEND)
@of_mailbox
def mailbox_stop(request: HttpRequest, recipient: Recipient) -> HttpResponse:
    """Stop all mail: the button here, or one click in a mail program, which has no token of ours to
    send (RFC 8058). Whoever has the link may."""
    if request.method == "POST":
        stop_mail(recipient, timezone.now())
        recipient.refresh_from_db()
    context = {"recipient": recipient, "token": mailbox_token(recipient)}
    return render(request, "measures/following/stop.html", context)


@login_not_required
@require_safe
@of_mailbox
def mailbox_export(request: HttpRequest, recipient: Recipient) -> HttpResponse:
    """Give everything that is kept of a mailbox, as a file."""
    response = JsonResponse(
        own_data(recipient), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response.headers["Content-Disposition"] = 'attachment; filename="mine-data.json"'
    return response


@login_not_required
@require_POST
@of_mailbox
def mailbox_forget(request: HttpRequest, recipient: Recipient) -> HttpResponse:
    """Delete everything that is kept of a mailbox."""
    forget_recipient(recipient, timezone.now())
    return render(request, "measures/following/forgotten.html", {"recipient": recipient})


# --- Members ---------------------------------------------------------------------------------


@require_http_methods(READ_OR_SEND)
@private
def own_mailbox(request: HttpRequest) -> HttpResponse:
    """Show where the person's mail settings are, and the inboxes of the organisations whose people
    the person manages. A mailbox is made when the button is pressed."""
    user = person(request)
    if request.method == "POST":
        try:
            mine = member_mailbox(user, timezone.now())
        except IntegrityError:  # pressed twice
            mine = Recipient.objects.get(user=user)
        return redirect("measures:mailbox", mailbox_token(mine))
    own = Recipient.objects.filter(user=user).first()
    managed = managed_by(user).select_related("mail_recipient").by_name()
    context = {
        "own": own,
        "token": mailbox_token(own) if own else "",
        "organisations": managed,
    }
    return render(request, "measures/following/own.html", context)


@require_http_methods(READ_OR_SEND)
@private
def organisation_mailbox(request: HttpRequest, key: str) -> HttpResponse:
    """Set the address of an organisation's own inbox, and when its digest comes."""
    organisation: Organisation = get_object_or_404(managed_by(person(request)), key=key)
    recipient = Recipient.objects.filter(organisation=organisation).first()
    initial = {"email": recipient.email} if recipient else {}
    form = OrganisationMailboxForm(
        request.POST if request.method == "POST" else None, recipient=recipient, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        rhythm, email = Rhythm(**form.rhythm), form.cleaned_data["email"]
        try:
            set_organisation_address(organisation, email, rhythm, timezone.now(), person(request))
        except Changed as changed:
            form.add_error("email", str(changed))
        else:
            return redirect("measures:own_mailbox")
    context = {
        "organisation": organisation,
        "recipient": recipient,
        "form": form,
        "errors": form.wrong(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "measures/following/organisation.html", context, status=status)
