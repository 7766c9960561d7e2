"""How the jobs run and the mails leave, for stewards and for whoever runs the site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from measures.actions import Changed
from measures.actions.outbox import retry_mail
from measures.digests.preview import Preview, preview
from measures.models import Digest, Recipient
from measures.queries import operating as queries
from measures.views.desk import person
from stakeholders.choices import Role
from stakeholders.models import Membership, User
from stakeholders.validators import number_in
from stakeholders.views.private import private

#: What a mail may do when it is shown alone: have its own style, stand in our own page, no more.
OF_A_MAIL: dict[str, Any] = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": [],
}

#: django-csp's own types know only views without arguments.
Policy = Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]
alone: Policy = csp(OF_A_MAIL)  # type: ignore[assignment]
with_a_frame: Policy = csp_update({"frame-src": [SELF]})  # type: ignore[assignment]


def overseer(request: HttpRequest) -> User:
    """Return the person who asks, if a steward anywhere or an operator. Raises Http404."""
    user = person(request)
    if not user.is_staff and not Membership.objects.of(user, Role.STEWARD).exists():
        raise Http404
    return user


@require_safe
@private
def operations(request: HttpRequest) -> HttpResponse:
    """The jobs and their last runs, what waits, the last days, and what failed."""
    overseer(request)
    return shown(request)


def shown(request: HttpRequest, trouble: str = "", status: int = 200) -> HttpResponse:
    """Answer with the page, perhaps with why something was not done. A fixed number of queries."""
    now = timezone.now()
    has_redis = bool(settings.REDIS_URL)
    context = {
        "now": now,
        "trouble": trouble,
        "is_retried": "igjen" in request.GET,
        "jobs": queries.jobs(now),
        "has_redis": has_redis,
        "length": queries.queue_length() if has_redis else None,
        "queue": queries.queue(),
        "days": queries.days(now),
        "failures": list(queries.failures()),
    }
    return render(request, "measures/operations.html", context, status=status)


@require_POST
@private
def operations_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a mail that was given up once more."""
    overseer(request)
    digest = get_object_or_404(Digest, pk=pk)
    try:
        retry_mail(digest, timezone.now())
    except Changed:
        trouble = _(
            "E-posten kan ikke prøves på nytt. Den er sendt eller underveis, eller en senere "
            "e-post forteller det samme."
        )
        return shown(request, trouble, status=409)
    return redirect(f"{reverse('measures:operations')}?igjen")


# --- Preview ---------------------------------------------------------------------------------


@require_safe
@private
def operations_preview(request: HttpRequest) -> HttpResponse:
    """Search for a recipient, and show what tomorrow's digest would be."""
    overseer(request)
    if "mottaker" not in request.GET:
        return preview_search(request)
    recipient = chosen(request)
    found = preview(recipient, timezone.now())
    if request.GET.get("del") == "html":
        return preview_html(request, found)
    return preview_page(request, recipient, found)


def chosen(request: HttpRequest) -> Recipient:
    """Return the recipient that the address names. Raises Http404."""
    recipients = Recipient.objects.select_related("user", "organisation")
    return get_object_or_404(recipients, pk=number_in(request.GET.get("mottaker", "")))


def preview_search(request: HttpRequest) -> HttpResponse:
    """Show the form, and who was found."""
    words = request.GET.get("e-post", "").replace("\0", "").strip()
    found = queries.recipients_found(words) if words else []
    context = {
        "trail": trail(),
        "words": words,
        "found": found,
        "most": queries.HITS if len(found) == queries.HITS else 0,
    }
    return render(request, "measures/operations_preview.html", context)


@with_a_frame
def preview_page(request: HttpRequest, recipient: Recipient, found: Preview) -> HttpResponse:
    """Show the digest of one recipient: its subject, when it comes, its text, and its looks in a
    frame."""
    context = {
        "trail": trail(),
        "words": recipient.email,
        "recipient": recipient,
        "preview": found,
        "html_url": f"{request.path}?mottaker={recipient.pk}&del=html",
    }
    return render(request, "measures/operations_preview.html", context)


@xframe_options_sameorigin
@alone
def preview_html(request: HttpRequest, found: Preview) -> HttpResponse:
    """Show the mail as mail programs do. Raises Http404 when there is nothing to tell."""
    if found.mail is None:
        raise Http404
    return HttpResponse(found.html)


def trail() -> list[tuple[str, str]]:
    """Return the way to the preview."""
    return [(_("Drift"), reverse("measures:operations"))]
