"""Writing a comment, its supplement or the answer to it: drafted, handed in, made public."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.actions.drafting import Broken, Stale, locked, new_key
from measures.actions.evidence import Link, forget, keep_files, keep_links, leave_out
from measures.choices import CommentKind, CommentState, Verb
from measures.models import Comment, CommentReport, Event, Measure
from measures.queries.speaking import answers_for, voices_of
from measures.texts import clean, has_words
from measures.uploads import Checked
from stakeholders.models import Organisation, User

#: The writer may still change the text in these.
WRITABLE = (CommentState.DRAFT, CommentState.RETURNED)
A_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """What the writer has written; `typed` is what cannot be read yet, `removed` are files (keys)
    to leave out."""

    kind: str = ""
    position: str = ""
    language: str = "nb"
    body: str = ""
    typed: Mapping[str, Any] = field(default_factory=dict)
    links: Sequence[Link] = ()
    files: Sequence[Checked] = ()
    removed: Sequence[int] = ()


@dataclass(frozen=True)
class About:
    """What a text is about: a measure, and of it the comment that it `answers` or `supplements`."""

    measure: Measure
    answers: Comment | None = None
    supplements: Comment | None = None

    @property
    def kind(self) -> str:
        """The kind that follows from what it is about; empty where the writer chooses."""
        if self.answers:
            return CommentKind.ANSWER.value
        return CommentKind.SUPPLEMENT.value if self.supplements else ""

    def drafts_of(self, user: User) -> Any:
        """Return the query for the person's draft about it: one at most."""
        return Comment.objects.filter(
            measure=self.measure,
            author=user,
            answers=self.answers,
            supplements=self.supplements,
            state__in=WRITABLE,
        )


@transaction.atomic
def open_comment(user: User, about: About, organisation: Organisation) -> Comment:
    """Return the person's draft about it, a new one on behalf of the organisation where there is
    none.

    Raises Changed when the person may not speak for the organisation (any more), or what the text
    is about is no longer public.
    """
    locked(about.measure)
    found = about.drafts_of(user).first()
    if found:
        return found  # type: ignore[no-any-return]
    must_speak(user, about, organisation)
    draft = Comment(
        key=new_key(about.measure),
        measure=about.measure,
        organisation=organisation,
        kind=about.kind,
        answers=about.answers,
        supplements=about.supplements,
        author=user,
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:  # another window was first
        return about.drafts_of(user).get()  # type: ignore[no-any-return]
    return draft


@transaction.atomic
def save_comment(
    user: User, draft: Comment, said: Said, version: int, organisation: Organisation | None = None
) -> Comment:
    """Store what the person has written so far, whatever it lacks, and return the draft.

    `version` is the one that the writer's window read; `organisation` another one to speak for.
    Raises Stale when another window has saved since, and Changed when the draft has been
    handed in, published or given up, or the person may not speak for the organisation.
    """
    stored = own(user, draft)
    if stored.version != version:
        raise Stale(stored)
    if organisation and organisation.pk != stored.organisation_id:
        must_speak(user, about(stored), organisation)
        stored.organisation = organisation
    stored.kind = about(stored).kind or said.kind
    stored.position = said.position if stored.kind == CommentKind.POSITION else ""
    stored.language, stored.typed = said.language, dict(said.typed)
    if "body" not in said.typed:
        stored.body = clean(said.body)
    stored.version += 1
    stored.saved_at = timezone.now()
    fields = (
        "organisation",
        "kind",
        "position",
        "language",
        "body",
        "typed",
        "version",
        "saved_at",
    )
    stored.save(update_fields=fields)
    keep_links(stored, said.links)
    leave_out(stored, said.removed)
    keep_files(stored, said.files)
    return stored


@transaction.atomic
def post_comment(user: User, draft: Comment, *, version: int) -> Comment:
    """Publish what the person wrote on behalf of the organisation; or hand it in to a colleague,
    where the organisation wants that, and for every official answer.

    Returns the comment. Raises Changed when the person may not speak for the organisation any more,
    the draft is no draft any more, or what it is about is not public any more; Stale when
    another window saved it; Broken when it lacks something or the organisation has said too much
    in a day.
    """
    locked(draft.measure)
    stored = own(user, draft)
    if stored.version != version:
        raise Stale(stored)
    # Locked: others decide whether it wants four eyes, and what it says in a day is counted.
    organisations = Organisation.objects.select_for_update(no_key=True)
    stored.organisation = organisations.get(pk=stored.organisation_id)
    must_speak(user, about(stored), stored.organisation)
    obey(stored)
    stored.submitted_at = timezone.now()
    stored.save(update_fields=["submitted_at"])
    if stored.is_answer or stored.organisation.comments_need_approval:
        tell(Verb.SUBMITTED, stored, user)
        return as_it_is(stored)
    return bring_out(stored, user)


def obey(comment: Comment) -> None:
    """Hold a draft against the rules of what is said in public. Raises Broken."""
    messages: dict[str, list[str]] = {}
    if comment.kind == "":
        messages["kind"] = [_("Velg hva slags innspill det er.")]
    if comment.kind == CommentKind.POSITION and not comment.position:
        messages["position"] = [_("Velg hva dere mener om gjennomføringen.")]
    if not has_words(comment.body):
        messages["body"] = [_("Skriv noe.")]
    if comment.kind == CommentKind.EVIDENCE and not comment.evidence.exists():
        messages["evidence"] = [_("Legg ved en lenke eller en fil som viser det.")]
    if comment.typed:
        messages.setdefault("__all__", [_("Noe i kladden kan ikke leses ennå. Rett det først.")])
    elif not messages and not comment.is_answer and said_today(comment) >= _most():
        messages["body"] = [
            _("Dere har sendt %(n)s innspill det siste døgnet, og det er det meste vi tar imot.")
            % {"n": _most()}
        ]
    if messages:
        raise Broken(messages)


def _most() -> int:
    return int(settings.COMMENTS_PER_DAY)


def said_today(comment: Comment) -> int:
    """Count what the organisation, whose row is locked, has published or handed in during the last
    day and night."""
    lately = timezone.now() - A_DAY
    sent = Comment.objects.comments().filter(organisation=comment.organisation_id)
    return sent.filter(Q(submitted_at__gt=lately) | Q(published_at__gt=lately)).count()


@transaction.atomic
def take_back_comment(user: User, comment: Comment) -> Comment:
    """Take back what the person has handed in: it is a draft again. Raises Changed when a colleague
    was first, or the person has begun another text about the same."""
    locked(comment.measure)
    stored = own(user, comment, (CommentState.SUBMITTED,))
    must_have_no_other_draft(stored)
    stored.submitted_at = None
    stored.save(update_fields=["submitted_at"])
    tell(Verb.WITHDRAWN, stored, user)
    return as_it_is(stored)


@transaction.atomic
def discard_comment(user: User, draft: Comment) -> None:
    """Give a draft up. One that nobody has seen is gone; one that was handed in once stays in the
    record as withdrawn. Raises Changed when it is no draft any more."""
    locked(draft.measure)
    stored = own(user, draft)
    if not stored.events.exists():
        files = [e.file for e in stored.evidence.all() if e.file]
        stored.evidence.all().delete()
        stored.delete()
        forget(files)
        return
    # What is no longer being written is held to the rules: leave out what is only half said.
    stored.typed, stored.body = {}, stored.body or "–"
    stored.kind = stored.kind or CommentKind.QUESTION.value
    if stored.kind == CommentKind.POSITION and not stored.position:
        stored.kind = CommentKind.CONCERN.value
    stored.withdrawn_at = timezone.now()
    stored.save(update_fields=["typed", "body", "kind", "withdrawn_at"])
    tell(Verb.WITHDRAWN, stored, user)


@transaction.atomic
def withdraw_comment(user: User, comment: Comment) -> Comment:
    """Withdraw a published comment of an organisation that the person speaks for. A line stays that
    it was there. Official answers are not withdrawn: a new one is given.

    Returns the comment. Raises Changed when it was withdrawn already, PermissionDenied when the
    person does not speak for the organisation.
    """
    locked(comment.measure)
    if not Comment.objects.spoken_by(user).filter(pk=comment.pk).exists():
        raise PermissionDenied("Only those who speak for an organisation withdraw what it said")
    stored = Comment.objects.select_for_update(no_key=True).get(pk=comment.pk)
    if stored.withdrawn_at:
        raise Changed(_("Innspillet er alt trukket."))
    stored.withdrawn_at = timezone.now()
    stored.save(update_fields=["withdrawn_at"])
    # There is nothing left to hide.
    reports = CommentReport.objects.filter(comment=stored, handled_at=None)
    reports.update(handled_at=stored.withdrawn_at, handled_by=user)
    tell(Verb.COMMENT_WITHDRAWN, stored, user)
    return as_it_is(stored)


# --- Shared by the acts ----------------------------------------------------------------------


def about(comment: Comment) -> About:
    """Return what a text is about."""
    return About(comment.measure, comment.answers, comment.supplements)


def own(user: User, comment: Comment, states: Sequence[CommentState] = WRITABLE) -> Comment:
    """Return the person's own text, locked. Raises Changed when it is in none of the states."""
    stored = (
        Comment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("measure", "organisation", "answers", "supplements")
        .filter(pk=comment.pk, author=user, state__in=states)
        .first()
    )
    if stored is None:
        raise Changed(_("Kladden er sendt, forkastet eller behandlet i mellomtiden."))
    return stored


def bring_out(stored: Comment, actor: User) -> Comment:
    """Publish a locked text, with its event; the first answer to a comment makes it answered."""
    stored.published_at = timezone.now()
    stored.save(update_fields=["published_at"])
    if stored.answers:
        first = Comment.objects.filter(pk=stored.answers.pk, answered_at=None)
        first.update(answered_at=stored.published_at)
    tell(Verb.ANSWER_PUBLISHED if stored.is_answer else Verb.COMMENT_PUBLISHED, stored, actor)
    return as_it_is(stored)


def as_it_is(comment: Comment) -> Comment:
    """Return the comment as the database has it now, with its state."""
    loaded = Comment.objects.select_related("measure", "organisation", "answers", "supplements")
    return loaded.get(pk=comment.pk)


def must_speak(user: User, about: About, organisation: Organisation) -> None:
    """Raise Changed unless the person may write such a text on behalf of the organisation now."""
    must_stand(about)
    if about.answers:
        may = organisation in answers_for(user, about.measure)
    elif about.supplements:
        own = about.supplements.organisation_id == organisation.pk
        may = own and organisation in voices_of(user)
    else:
        may = organisation in voices_of(user)
    if not may:
        raise Changed(_("Du kan ikke lenger skrive på vegne av denne organisasjonen."))


def must_stand(about: About) -> None:
    """Raise Changed when what is answered or supplemented is not in public any more."""
    other = about.answers or about.supplements
    if other and not Comment.objects.standing().filter(pk=other.pk).exists():
        raise Changed(_("Innspillet er trukket eller skjult i mellomtiden."))


def must_have_no_other_draft(stored: Comment) -> None:
    """Raise Changed when the writer has begun another text about the same."""
    others = Comment.objects.filter(
        measure=stored.measure_id,
        author=stored.author_id,
        answers=stored.answers_id,
        supplements=stored.supplements_id,
        state__in=WRITABLE,
    )
    if others.exists():
        raise Changed(_("Den som skrev, har en ny kladd om det samme. Den må bli ferdig først."))


def tell(
    verb: Verb, comment: Comment, actor: User | None, changes: dict[str, Any] | None = None
) -> None:
    """Write the event of an act on a comment."""
    Event.objects.create(
        verb=verb,
        actor=actor,
        subject="comment",
        subject_key=comment.key,
        measure_id=comment.measure_id,
        comment=comment,
        changes=changes or {},
    )
