"""Where the mail server posts what came back."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from measures.actions.outbox import record_bounce
from measures.mail.returned import MOST_BYTES, Report, failed_mail
from measures.views.bearer import require_token
from stakeholders.validators import number_in

PLAIN = "text/plain; charset=utf-8"
#: Said to the program, and to whoever reads its log.
SAID = {
    Report.NOT_A_MAIL: "Not a mail: post one message as it came (message/rfc822), headers first.",
    Report.NOT_FINAL: "Nothing to record: not a report that a mail has failed for good.",
    Report.NOT_OURS: "Nothing to record: not about a mail from here.",
}


@login_not_required
@csrf_exempt
@require_POST
@never_cache
def mail_return(request: HttpRequest) -> HttpResponse:
    """Take one mail that came back, as it came, from whoever has the token. 204 when it was noted,
    200 when there was nothing to note, 400 for what is no mail, 413 for what is too large."""
    require_token(request, settings.MAIL_RETURN_TOKEN)
    if (number_in(request.META.get("CONTENT_LENGTH") or "0") or 0) > MOST_BYTES:
        return said("Too large: a report is at most 1 MB.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    found = failed_mail(request.body)
    if isinstance(found, Report):
        is_mail = found != Report.NOT_A_MAIL
        return said(SAID[found], HTTPStatus.OK if is_mail else HTTPStatus.BAD_REQUEST)
    if not record_bounce(found, timezone.now()):
        return said("Nothing to record: no such mail, or noted already.", HTTPStatus.OK)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def said(text: str, status: HTTPStatus) -> HttpResponse:
    """Answer in one line."""
    return HttpResponse(f"{text}\n", content_type=PLAIN, status=status)
