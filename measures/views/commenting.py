"""Writing on behalf of an organisation: a comment, its supplement, or the answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.db.models import Exists, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures.actions import Changed
from measures.actions.commenting import (
    WRITABLE,
    About,
    Said,
    discard_comment,
    open_comment,
    post_comment,
    save_comment,
    take_back_comment,
    withdraw_comment,
)
from measures.actions.drafting import Broken, Stale
from measures.choices import CommentKind
from measures.forms.discussion import LABELS, CommentForm, initial_links, initial_of
from measures.forms.report import LinkFormSet
from measures.models import Comment, Measure, StatusUpdate
from measures.models.discussion import CommentQuerySet, writing_address
from measures.queries.discussion import seen_by, with_words
from measures.queries.speaking import answers_for, voices_of
from measures.texts import clean
from measures.views import writing
from measures.views.desk import person
from measures.views.kept import keeps_typed
from measures.views.writing import Writing, checked_files, errors, links, tell, typed
from stakeholders.models import Organisation, User
from stakeholders.validators import number_in
from stakeholders.views.private import private


@dataclass(kw_only=True)
class CommentDesk(Writing):
    """One person's work on one comment, supplement or answer."""

    stored_template: ClassVar = "measures/comment_form/stored.html"
    about: About
    organisations: list[Organisation]
    draft: Comment | None
    form: CommentForm
    stored: Comment | None = None

    @property
    def address(self) -> str:
        """Where the form is, and is sent."""
        answers, supplements = self.about.answers, self.about.supplements
        return writing_address(
            self.about.measure,
            answers.pk if answers else None,
            supplements.pk if supplements else None,
        )

    @property
    def speaker(self) -> Organisation:
        """Who speaks, as long as nobody else is chosen: never one that the person has left."""
        if self.draft and self.draft.organisation in self.organisations:
            return self.draft.organisation
        return self.organisations[0]

    @property
    def is_checked(self) -> bool:
        """Whether a colleague looks at the text first, whoever is chosen to speak."""
        return bool(self.about.answers) or all(o.comments_need_approval for o in self.organisations)

    @property
    def may_be_checked(self) -> bool:
        """Whether that depends on who is chosen to speak."""
        return not self.is_checked and any(o.comments_need_approval for o in self.organisations)


# --- The three ways in -----------------------------------------------------------------------


@keeps_typed(LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def comment_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a comment on a measure."""
    return worked(at_measure(request, ref))


@keeps_typed(LABELS)
@require_POST
@private
def comment_new_save(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep what has been written so far, for the script of the form; say so in a sentence."""
    return saved(at_measure(request, ref))


@keeps_typed(LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def comment_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the official answer to a comment."""
    return worked(at_comment(request, pk))


@keeps_typed(LABELS)
@require_POST
@private
def comment_answer_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the answer that has been written so far; say so in a sentence."""
    return saved(at_comment(request, pk))


@keeps_typed(LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def comment_supplement(request: HttpRequest, pk: int) -> HttpResponse:
    """Add to what the organisation has said in public."""
    return worked(at_own(request, pk))


@keeps_typed(LABELS)
@require_POST
@private
def comment_supplement_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the supplement that has been written so far; say so in a sentence."""
    return saved(at_own(request, pk))


def at_measure(request: HttpRequest, ref: str) -> CommentDesk:
    """Fetch the measure, for those who speak for an organisation. 404 else."""
    measure = get_object_or_404(Measure.objects.for_list(timezone.localdate()), ref=ref)
    return laid_out(request, About(measure), list(voices_of(person(request))))


def at_comment(request: HttpRequest, pk: int) -> CommentDesk:
    """Fetch the comment that the person may answer, or has begun to answer: what was typed must not
    be lost to a 404 when it was withdrawn meanwhile, or others answer for the measure now."""
    user = person(request)
    mine = Comment.objects.answerable_by(user)
    comment = fetched(mine, pk, begun=Comment.objects.filter(answers=pk, author=user))
    measure = Measure.objects.for_list(timezone.localdate()).get(pk=comment.measure_id)
    about = About(measure, answers=comment)
    return laid_out(request, about, list(answers_for(user, measure)))


def at_own(request: HttpRequest, pk: int) -> CommentDesk:
    """Fetch a comment of an organisation that the person speaks for, or has begun to add to."""
    user = person(request)
    own = Comment.objects.standing().spoken_by(user).exclude(kind=CommentKind.SUPPLEMENT)
    comment = fetched(own, pk, begun=Comment.objects.filter(supplements=pk, author=user))
    measure = Measure.objects.for_list(timezone.localdate()).get(pk=comment.measure_id)
    about = About(measure, supplements=comment)
    mine = [one for one in voices_of(user) if one.pk == comment.organisation_id]
    return laid_out(request, about, mine)


def fetched(mine: CommentQuerySet, pk: int, begun: CommentQuerySet) -> Comment:
    """Return the comment when it is one of `mine`, or the person has a draft about it. 404 else."""
    drafts = begun.filter(state__in=WRITABLE)
    comments = Comment.objects.filter(Q(pk__in=mine.values("pk")) | Q(Exists(drafts)), pk=pk)
    return get_object_or_404(with_words(comments))


def laid_out(request: HttpRequest, about: About, organisations: list[Organisation]) -> CommentDesk:
    """Return the desk with its forms, filled in with what was posted, else with the draft."""
    sent = request.POST if request.method == "POST" else None
    draft = about.drafts_of(person(request)).select_related("organisation", "returned_by").first()
    if not organisations and not draft:
        raise Http404
    organisations = organisations or [draft.organisation]
    form = CommentForm(
        sent, kind=about.kind, organisations=organisations, initial=initial_of(draft)
    )
    # What was posted speaks for itself: a draft saved meanwhile has other links than the page had.
    links = LinkFormSet(sent, initial=None if sent else initial_links(draft), prefix="links")
    return CommentDesk(
        request=request,
        form=form,
        links=links,
        about=about,
        organisations=organisations,
        draft=draft,
    )


# --- Keeping and sending ---------------------------------------------------------------------


def worked(desk: CommentDesk) -> HttpResponse:
    """Show the form; or keep what was posted, and send it when that was asked for."""
    if desk.request.method != "POST":
        return shown(desk)
    if twice := sent_already(desk):
        return redirect(place_of(twice))
    return writing.worked(desk, save, post, shown)


def saved(desk: CommentDesk) -> HttpResponse:
    """Keep what was posted; say so in a sentence."""
    return writing.saved(desk, save)


def save(desk: CommentDesk) -> None:
    """Keep everything that was posted in the draft, opened if need be. What stands in the way is
    told in `desk`."""
    form, user = desk.form, person(desk.request)
    form.is_valid()
    files = checked_files(desk)
    version = form.cleaned_data.get("version") or 0
    removed = list(filter(None, map(number_in, desk.request.POST.getlist("fjern"))))
    said = Said(**form.words(), typed=typed(desk), links=links(desk), files=files, removed=removed)
    try:
        with transaction.atomic():
            speaker = form.speaker or desk.speaker
            draft = open_comment(user, desk.about, speaker)
            desk.draft = save_comment(user, draft, said, version, speaker)
    except Stale as stale:
        desk.stored = desk.draft = stale.stored
    except Changed as changed:
        desk.trouble = str(changed)


def post(desk: CommentDesk) -> HttpResponse:
    """Send the draft that was just kept, or show everything that stands in the way."""
    assert desk.draft is not None  # noqa: S101  # save() opened it
    try:
        if desk.refused:
            raise Broken({NON_FIELD_ERRORS: []})
        comment = post_comment(person(desk.request), desk.draft, version=desk.draft.version)
    except Broken as broken:
        tell(desk, broken)
        return shown(desk, status=422)
    except Changed as changed:
        desk.trouble = str(changed)
        return shown(desk, status=409)
    return redirect(place_of(comment))


def place_of(comment: Comment) -> str:
    """Return where what was just sent is seen."""
    if comment.published_at:
        return comment.get_absolute_url()
    return reverse("measures:comment_desk", args=[comment.pk])


def own_sent(desk: CommentDesk) -> Comment | None:
    """Return what the person sent last about the same, and is not taken back again."""
    about = desk.about
    mine = Comment.objects.filter(measure=about.measure, author=person(desk.request))
    sent = mine.filter(submitted_at__isnull=False, withdrawn_at=None, hidden_at=None)
    same = sent.filter(answers=about.answers, supplements=about.supplements)
    return same.order_by("-submitted_at", "-pk").first()


def sent_already(desk: CommentDesk) -> Comment | None:
    """Return what the person has sent since the page was opened, when the same is posted again: a
    button was pressed twice."""
    last, posted = own_sent(desk), desk.request.POST
    if last is None or desk.draft or "send" not in posted or str(last.pk) == posted.get("sent", ""):
        return None
    desk.form.is_valid()
    words, speaker = desk.form.words(), desk.form.speaker or desk.speaker
    wanted = (speaker.pk, desk.about.kind or words["kind"], clean(words["body"]))
    return last if (last.organisation_id, last.kind, last.body) == wanted else None


def shown(desk: CommentDesk, status: int = 200) -> HttpResponse:
    """Show the form with everything typed."""
    draft = desk.draft
    context = {
        "desk": desk,
        "about": desk.about,
        "other": desk.about.answers or desk.about.supplements,
        "measure": desk.about.measure,
        "form": desk.form,
        "links": desk.links,
        "draft": draft,
        "files": draft.evidence.exclude(file="") if draft else [],
        "today": timezone.localdate(),
        "version": desk.stored.version if desk.stored else draft.version if draft else 0,
        "sent": own_sent(desk),
        "errors": errors(desk) if desk.form.is_bound else [],
    }
    return render(desk.request, "measures/comment_form.html", context, status=status)


# --- What was sent ---------------------------------------------------------------------------


@require_safe
@private
def comment_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one text, on its way to the public or in public, and what the person may do with it."""
    comments = with_words(seen_by(person(request))).select_related("measure", "author")
    comment = get_object_or_404(comments.prefetch_related("evidence"), pk=pk)
    return as_desk(request, comment)


def as_desk(request: HttpRequest, comment: Comment, trouble: str = "") -> HttpResponse:
    """Show one text, and what the person may do with it."""
    user, this = person(request), Comment.objects.filter(pk=comment.pk)
    context = {
        "comment": comment,
        "own": comment.author_id == user.pk,
        "may_answer": this.answerable_by(user).exists(),
        "may_supplement": this.standing().spoken_by(user).filter(supplements=None).exists(),
        "may_withdraw": this.standing().spoken_by(user).exists(),
        "may_moderate": this.kept_by(user).exists(),
        "reports": Measure.objects.reportable_by(user).filter(pk=comment.measure_id).exists(),
        "correctable": correctable(user, comment),
        "trouble": trouble,
    }
    status = 409 if trouble else 200
    return render(request, "measures/comment_desk.html", context, status=status)


def correctable(user: User, comment: Comment) -> StatusUpdate | None:
    """Return the update that stands about the measure, where the person may correct it."""
    mine = StatusUpdate.objects.correctable_by(user)
    return mine.filter(pk=comment.measure.current_update_id or 0).first()


@require_POST
@private
def comment_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what one has handed in, to go on writing."""
    comment = mine(request, pk)
    try:
        take_back_comment(person(request), comment)
    except Changed as changed:
        return as_desk(request, comment, str(changed))
    return redirect(comment.writing_address)


@require_POST
@private
def comment_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    comment = mine(request, pk)
    try:
        discard_comment(person(request), comment)
    except Changed as changed:
        return as_desk(request, comment, str(changed))
    return redirect("measures:desk")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def comment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether a published comment is to be withdrawn, and withdraw it."""
    own = with_words(Comment.objects.spoken_by(person(request))).select_related("measure")
    comment = get_object_or_404(own, pk=pk)
    trouble = ""
    if request.method == "POST":
        try:
            withdraw_comment(person(request), comment)
        except Changed as changed:
            trouble = str(changed)
        else:
            return redirect(comment)
    context = {"comment": comment, "trouble": trouble}
    status = 409 if trouble else 200
    return render(request, "measures/comment_withdraw.html", context, status=status)


def mine(request: HttpRequest, pk: int) -> Comment:
    """Fetch the person's own text that is not public yet, also on behalf of an organisation that
    the person has left: it can be given up. 404 else."""
    writing = Comment.objects.filter(published_at=None, withdrawn_at=None)
    own = with_words(writing.filter(author=person(request)))
    found: Any = get_object_or_404(own.select_related("measure", "author"), pk=pk)
    comment: Comment = found
    return comment
