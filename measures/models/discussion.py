"""What organisations say about a measure, and what the ministries answer."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from measures.choices import (
    COMMENT_KINDS,
    OWES_ANSWER,
    CommentKind,
    CommentState,
    Language,
    Position,
    Verb,
)
from measures.models.documents import Document
from measures.models.drafts import RETURNED_WITH_A_NOTE, Drafted
from measures.models.measures import Measure
from stakeholders.choices import Role
from stakeholders.models import Membership, Organisation, User

#: The author is still writing: not handed in, published nor given up.
WRITING = Q(submitted_at=None, published_at=None, withdrawn_at=None)


def answer_within() -> datetime.timedelta:
    """Return how long after a comment its answer is due: by default the one month that
    forvaltningsloven § 11 a gives the administration, counted as 30 days."""
    return datetime.timedelta(days=settings.COMMENT_ANSWER_DAYS)


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments and answers, in the words of the domain."""

    def public(self) -> CommentQuerySet:
        """Those the public is told of; of the withdrawn and the hidden only that they were."""
        return self.filter(published_at__isnull=False)

    def standing(self) -> CommentQuerySet:
        """The public ones whose words may be read."""
        return self.public().filter(withdrawn_at=None, hidden_at=None)

    def comments(self) -> CommentQuerySet:
        """What organisations say, not what they are answered."""
        return self.exclude(kind=CommentKind.ANSWER)

    def answers(self) -> CommentQuerySet:
        """The official answers."""
        return self.filter(kind=CommentKind.ANSWER)

    def owed(self) -> CommentQuerySet:
        """Those that ministries owe an answer, given or not."""
        return self.standing().filter(kind__in=[kind.value for kind in OWES_ANSWER])

    def unanswered(self) -> CommentQuerySet:
        """Those whose answer is owed and not given."""
        return self.owed().filter(answered_at=None)

    def overdue(self, now: datetime.datetime) -> CommentQuerySet:
        """Those whose answer should have been there at the moment `now`."""
        return self.unanswered().filter(published_at__lt=now - answer_within())

    def answered_by(self, organisation: Organisation) -> CommentQuerySet:
        """Those owed an answer whose first answer that stands was the organisation's."""
        own = (
            Comment.objects.answers()
            .standing()
            .filter(
                answers=OuterRef("pk"),
                organisation=organisation,
                published_at=OuterRef("answered_at"),
            )
        )
        return self.owed().filter(Exists(own))

    def positions(self) -> CommentQuerySet:
        """What organisations hold of measures now: of each its last position that stands."""
        later = Comment.objects.standing().filter(
            Q(published_at__gt=OuterRef("published_at"))
            | Q(published_at=OuterRef("published_at"), pk__gt=OuterRef("pk")),
            kind=CommentKind.POSITION,
            measure=OuterRef("measure"),
            organisation=OuterRef("organisation"),
        )
        return self.standing().filter(~Exists(later), kind=CommentKind.POSITION)

    def written_by(self, user: User) -> CommentQuerySet:
        """The person's own, not yet public and not given up, for an organisation that the person
        still speaks for (a comment) or reports for (an answer)."""
        speaks = Membership.objects.of(user, Role.VOICE).values("organisation")
        reports = Membership.objects.of(user, Role.REPORTER).values("organisation")
        is_answer = Q(kind=CommentKind.ANSWER)
        return self.filter(author=user, published_at=None, withdrawn_at=None).filter(
            ~is_answer & Q(organisation__in=speaks) | is_answer & Q(organisation__in=reports)
        )

    def spoken_by(self, user: User) -> CommentQuerySet:
        """The public comments of the organisations that the person speaks for."""
        speaks = Membership.objects.of(user, Role.VOICE).values("organisation")
        return self.public().comments().filter(organisation__in=speaks)

    def decided_by(self, user: User) -> CommentQuerySet:
        """What colleagues of the person have handed in once, and the person has a say in.

        Approvers of the organisation that speaks. An answer of an organisation with no approver but
        the writer is decided on by the document's coordinating ministries; nobody but an
        organisation's own approver decides on its comments. Never one's own text.
        """
        approves = Membership.objects.of(user, Role.APPROVER).values("organisation")
        others = Membership.objects.active().filter(
            role=Role.APPROVER, organisation=OuterRef("organisation")
        )
        coordinated = Document.coordinators.through._default_manager.filter(
            document=OuterRef("measure__document"), organisation__in=approves
        )
        nobody = ~Exists(others.exclude(user=OuterRef("author")))
        taken_back = Comment.objects.filter(pk=OuterRef("pk"), events__verb=Verb.SUBMITTED)
        return self.filter(
            Q(organisation__in=approves)
            | Q(kind=CommentKind.ANSWER) & nobody & Q(Exists(coordinated)),
            Q(submitted_at__isnull=False) | Q(returned_at__isnull=False) | Q(Exists(taken_back)),
        ).exclude(author=user)

    def approvable_by(self, user: User) -> CommentQuerySet:
        """Of those the person has a say in, what awaits a decision."""
        return self.decided_by(user).filter(state=CommentState.SUBMITTED)

    def answerable_by(self, user: User) -> CommentQuerySet:
        """The comments that the person may write the official answer to: of measures that the
        organisations the person reports for answer for."""
        reports = Membership.objects.of(user, Role.REPORTER).values("organisation")
        answered = Measure.objects.answered_by(reports)
        asked = self.standing().comments().exclude(kind=CommentKind.SUPPLEMENT)
        return asked.filter(measure__in=answered.values("pk"))

    def kept_by(self, user: User) -> CommentQuerySet:
        """The public ones that the person sees to: stewards of the coordinating ministries."""
        kept = Document.objects.kept_by(user).values("pk")
        return self.public().filter(measure__document__in=kept)

    def newest_first(self) -> CommentQuerySet:
        """The last published first."""
        return self.order_by("-published_at", "-pk")


class Comment(Drafted):
    """One text about a measure on behalf of an organisation: a comment, or the answer to one.

    A published text never changes: a database trigger refuses. It is supplemented by another one
    (`supplements`), or withdrawn, which leaves a line that it was there. A steward can hide one
    that breaks the published rules, with a reason that everybody sees; the record keeps the words.

    An organisation publishes its own words at once, or, where it `comments_need_approval`, when a
    colleague has approved them. An answer (`answers`) is always approved by a colleague. It is the
    official one: from the measure's lead or, where none is known, a coordinating ministry.
    `answered_at` is when the first answer to a comment was published.

    `body` is plain text: paragraphs, lists and links are seen in it when it is shown
    (`measures.templatetags.texts`), and nothing else.
    """

    key = models.SlugField(_("nøkkel"), max_length=60, unique=True)
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="comments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="comments")
    kind = models.CharField(_("type innspill"), max_length=10, choices=CommentKind, blank=True)
    position = models.CharField(_("standpunkt"), max_length=12, choices=Position, blank=True)
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    body = models.TextField(_("tekst"), blank=True)
    answers = models.ForeignKey(
        "self", models.PROTECT, related_name="given_answers", null=True, blank=True
    )
    supplements = models.ForeignKey(
        "self", models.PROTECT, related_name="given_supplements", null=True, blank=True
    )

    # The way to the public
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    # After that
    answered_at = models.DateTimeField(_("besvart"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("skjult"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    hidden_reason = models.TextField(_("hvorfor det er skjult"), blank=True)
    state = models.GeneratedField(
        expression=models.Case(
            models.When(hidden_at__isnull=False, then=models.Value("hidden")),
            models.When(withdrawn_at__isnull=False, then=models.Value("withdrawn")),
            models.When(published_at__isnull=False, then=models.Value("published")),
            models.When(submitted_at__isnull=False, then=models.Value("submitted")),
            models.When(returned_at__isnull=False, then=models.Value("returned")),
            default=models.Value("draft"),
        ),
        output_field=models.CharField(max_length=9, choices=CommentState),
        db_persist=True,
    )

    objects: ClassVar[CommentQuerySet] = CommentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("innspill")
        verbose_name_plural = _("innspill")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=CommentKind.values) | WRITING & Q(kind=""),
                name="comment_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind=CommentKind.POSITION, position__in=Position.values)
                | ~Q(kind=CommentKind.POSITION) & Q(position="")
                | WRITING & Q(position__in=["", *Position.values]),
                name="comment_position_is_stated",
            ),
            models.CheckConstraint(
                condition=Q(kind=CommentKind.ANSWER, answers__isnull=False, supplements=None)
                | Q(kind=CommentKind.SUPPLEMENT, answers=None, supplements__isnull=False)
                | Q(
                    kind__in=["", *(kind.value for kind in COMMENT_KINDS)],
                    answers=None,
                    supplements=None,
                ),
                name="comment_is_about_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="comment_language_known"
            ),
            models.CheckConstraint(
                condition=WRITING | ~Q(body="") & Q(typed={}), name="comment_says_something"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(author=F("approved_by")),
                name="comment_not_approved_by_its_author",
            ),
            models.CheckConstraint(
                condition=~Q(kind=CommentKind.ANSWER)
                | Q(published_at=None)
                | Q(approved_by__isnull=False),
                name="comment_answer_published_by_a_colleague",
            ),
            models.CheckConstraint(
                condition=RETURNED_WITH_A_NOTE, name="comment_returned_with_a_note"
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None, hidden_by=None, hidden_reason="")
                | Q(hidden_at__isnull=False, hidden_by__isnull=False, published_at__isnull=False)
                & ~Q(hidden_reason=""),
                name="comment_hidden_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None)
                | Q(published_at__isnull=False, answered_at__gte=F("published_at"))
                & ~Q(kind=CommentKind.ANSWER),
                name="comment_answered_after_it_was_published",
            ),
            models.UniqueConstraint(
                fields=["measure", "author"],
                condition=WRITING & Q(answers=None, supplements=None),
                name="comment_one_draft_a_writer",
            ),
            models.UniqueConstraint(
                fields=["answers", "author"], condition=WRITING, name="comment_one_answer_a_writer"
            ),
            models.UniqueConstraint(
                fields=["supplements", "author"],
                condition=WRITING,
                name="comment_one_supplement_a_writer",
            ),
        )
        indexes = (
            models.Index(
                F("measure"), F("published_at").desc(), F("id").desc(), name="comment_of_measure"
            ),
            models.Index(
                F("organisation"), F("published_at").desc(), name="comment_of_organisation"
            ),
            models.Index(
                fields=["published_at"],
                condition=Q(published_at__isnull=False),
                name="comment_in_time",
            ),
            # What waits for somebody is few among all that was said.
            models.Index(
                fields=["published_at"],
                condition=Q(answered_at=None, published_at__isnull=False),
                name="comment_unanswered",
            ),
            models.Index(
                fields=["state", "organisation"],
                condition=Q(published_at=None, withdrawn_at=None),
                name="comment_under_way",
            ),
        )

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        return reverse("measures:comment", args=[self.pk])

    @property
    def writing_address(self) -> str:
        """Where a draft is written on."""
        return writing_address(self.measure, self.answers_id, self.supplements_id)

    @property
    def is_answer(self) -> bool:
        """Whether it is the official answer to a comment."""
        return self.kind == CommentKind.ANSWER

    @property
    def is_owed(self) -> bool:
        """Whether the ministries owe it an answer, given or not."""
        return self.kind in OWES_ANSWER and self.state == CommentState.PUBLISHED

    @property
    def days_to_answer(self) -> int | None:
        """How many whole days went until the first answer; None before there is one."""
        if self.answered_at is None or self.published_at is None:
            return None
        return (self.answered_at - self.published_at).days

    def days_open(self, now: datetime.datetime) -> int:
        """Return how many whole days the comment has been in public at the moment `now`."""
        return (now - self.published_at).days if self.published_at else 0

    @property
    def due_at(self) -> datetime.datetime | None:
        """When the answer should be there, for what is owed one."""
        if not self.is_owed or self.published_at is None:
            return None
        return self.published_at + answer_within()


def writing_address(measure: Measure, answers: int | None, supplements: int | None) -> str:
    """Return where a comment on the measure is written; or the answer or the supplement to one (its
    key)."""
    if answers:
        return reverse("measures:comment_answer", args=[answers])
    if supplements:
        return reverse("measures:comment_supplement", args=[supplements])
    return reverse("measures:comment_new", args=[measure.ref])


class CommentReport(models.Model):
    """Somebody, who need not have signed in, holds that a comment breaks the published rules.

    Nothing is known of who it was. A steward sees to it: `handled_at` says when.
    """

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="reports")
    reason = models.TextField(_("hva er galt"))
    at = models.DateTimeField(_("meldt"), auto_now_add=True)
    handled_at = models.DateTimeField(_("behandlet"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("melding om innspill")
        verbose_name_plural = _("meldinger om innspill")
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="comment_report_gives_reason"),
        )
        indexes = (
            models.Index(
                fields=["comment"],
                condition=Q(handled_at=None),
                name="comment_report_unhandled",
            ),
        )

    def __str__(self) -> str:
        return f"{self.comment}: {self.at:%Y-%m-%d}"
