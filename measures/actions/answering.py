"""Answering from a mail: what the person could do at the desk, by a link that is good for once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.actions import Changed
from measures.actions.confirming import REPEATED, confirm_unchanged, waiting_confirmations
from measures.actions.drafting import (
    Written,
    locked,
    may_write,
    open_draft,
    save_draft,
    submit_update,
)
from measures.actions.evidence import Link, publisher_kind
from measures.choices import WRITABLE, Language, MailAnswer, Precision, PublisherKind
from measures.dates import PartialDate, when
from measures.models import AnswerLink, Measure, StatusUpdate
from measures.queries.answering import LinkState, own_work, state_of
from measures.validators import regresses
from stakeholders.models import Organisation, User

#: Why a link takes no answer.
STOPPED = {
    LinkState.USED: gettext_lazy("Lenken er allerede brukt."),
    LinkState.EXPIRED: gettext_lazy("Lenken har gått ut."),
    LinkState.REVOKED: gettext_lazy("Lenken gjelder ikke lenger."),
    LinkState.CLOSED: gettext_lazy("Rapporteringen for tiltaket er avsluttet."),
}


@dataclass(frozen=True)
class Answer:
    """What the person answers. `seen` is the newest publication about the measure that the page
    showed, `standing` the update that it showed as standing (keys). `url` is a source, and
    `link_title` what it is called."""

    kind: MailAnswer
    seen: int | None = None
    standing: int | None = None
    status: str = ""
    summary: str = ""
    url: str = ""
    link_title: str = ""
    new_due: PartialDate | None = None
    new_due_reason: str = ""
    language: str = Language.NB


@transaction.atomic
def answer_by_mail(link: AnswerLink, answer: Answer, now: datetime.datetime) -> StatusUpdate:
    """Do what the answer says, as the desk would, and note that the link is used; return the update
    that says it: a confirmation, or a report that awaits a colleague.

    Raises Changed when the link takes no answer (any more), when the person has work of their own
    about the measure, and where the acts of the desk do; Broken when the report breaks a rule.
    Nothing is written then, and the link is as good as it was.
    """
    measure = locked(link.measure)
    stored = _held(link, measure, now)
    if trouble := in_the_way(own_work(stored.user, measure), answer.kind):
        raise Changed(trouble)
    if answer.kind == MailAnswer.UNCHANGED:
        update = _confirmed(stored.user, measure, answer)
    else:
        update = _handed_in(stored.user, measure, answer, timezone.localdate(now))
    stored.used_at, stored.answer, stored.update = now, answer.kind, update
    stored.save(update_fields=["used_at", "answer", "update"])
    return update


def in_the_way(own: StatusUpdate | None, kind: MailAnswer) -> str:
    """Say why the answer would come in the way of the person's own work about the measure
    (`queries.answering.own_work`); nothing when it does not. A draft stays as it is when what
    stands is confirmed."""
    if own is None:
        return ""
    if own.state not in WRITABLE:
        return _("Du har allerede sendt inn noe om tiltaket. Logg inn for å se det på Min side.")
    if kind == MailAnswer.UNCHANGED:
        return ""
    return _("Du har en kladd om tiltaket. Logg inn og skriv den ferdig på Min side.")


def _held(link: AnswerLink, measure: Measure, now: datetime.datetime) -> AnswerLink:
    """Return the link as it is now, locked. Raises Changed when it takes no answer."""
    query = AnswerLink.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    stored = query.get(pk=link.pk)
    stored.measure = measure
    state = state_of(stored, now)
    if state != LinkState.OPEN:
        raise Changed(str(STOPPED[state]))
    return stored


def _confirmed(user: User, measure: Measure, answer: Answer) -> StatusUpdate:
    """Confirm what stands. Where a colleague did so within the minute, that is the answer."""
    made = confirm_unchanged(user, [measure], {measure.pk: answer.standing or 0})
    return (
        made[0] if made else waiting_confirmations(measure, may_write(user, measure)).latest("pk")
    )


def _handed_in(user: User, measure: Measure, answer: Answer, today: datetime.date) -> StatusUpdate:
    """Write a report and hand it in. A draft that was only opened is taken; when something is
    saved in it at this moment, it has another version, and that is told."""
    links = [_source(answer, may_write(user, measure))] if answer.url else []
    written = Written(words_of(answer, measure.current_update, today), links=links)
    draft = open_draft(user, measure, measure.current_update)
    draft = save_draft(user, draft, written, version=0)
    return submit_update(user, draft, version=draft.version, today=today, seen=answer.seen)


def words_of(answer: Answer, standing: StatusUpdate | None, today: datetime.date) -> dict[str, Any]:
    """Return what the report says: the answer, and besides what stands already, as the form of the
    desk is filled in. The reason for what stands is none for a status that goes back."""
    words: dict[str, Any] = {name: getattr(standing, name) for name in REPEATED if standing}
    words |= {"date": today, "precision": Precision.DAY, "language": answer.language}
    if answer.status:
        words["status"] = answer.status
        if standing and regresses(standing.status, answer.status):
            words |= {"reason": "", "reason_kind": ""}
    if answer.new_due is None:
        return words | {"summary": answer.summary}
    sentence = _("Ny frist: %(date)s.") % {"date": when(answer.new_due)}
    return words | {
        "summary": f"{sentence} {answer.new_due_reason}".strip(),
        "new_due_on": answer.new_due.last,
        "new_due_precision": answer.new_due.precision,
        "new_due_reason": answer.new_due_reason,
    }


def _source(answer: Answer, organisation: Organisation) -> Link:
    """Return the source that the answer names. Who speaks publishes what lies on their own site;
    of others only the name of the site is known."""
    host = _host(answer.url)
    title = answer.link_title or host
    if host == _host(organisation.website):
        return Link(answer.url, title, organisation.name, publisher_kind(organisation))
    return Link(answer.url, title, host, PublisherKind.OTHER)


def _host(url: str) -> str:
    """Return the site that an address leads to, without "www."."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
