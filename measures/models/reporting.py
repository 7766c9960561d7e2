"""What has been said about a measure."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from measures.choices import (
    OWNER_ORIGINS,
    Confidence,
    Language,
    Origin,
    Outlook,
    Precision,
    ReasonKind,
    SaidBy,
    Status,
    UpdateState,
    Verb,
)
from measures.dates import PartialDate
from measures.models.documents import Document
from measures.models.drafts import RETURNED_WITH_A_NOTE, Drafted
from measures.models.measures import Measure
from stakeholders.choices import Role
from stakeholders.models import Membership, Organisation, User
from stakeholders.texts import English

#: The author is still writing: neither handed in, confirmed, given up nor published. What comes
#: from public sources has no author, and is held to the rules from the start.
WRITING = Q(
    author__isnull=False,
    submitted_at=None,
    publish_at=None,
    published_at=None,
    withdrawn_at=None,
)


class StatusUpdateQuerySet(models.QuerySet["StatusUpdate"]):
    """Status updates, in the words of the domain."""

    def published(self) -> StatusUpdateQuerySet:
        """Those the public may see."""
        return self.filter(published_at__isnull=False)

    def standing(self) -> StatusUpdateQuerySet:
        """The published ones that no published correction has replaced.

        A correction is of the same measure: said here too, so that PostgreSQL looks among the few
        updates of a measure for it, and not among all.
        """
        replacement = StatusUpdate.objects.published().filter(
            replaces=OuterRef("pk"), measure=OuterRef("measure")
        )
        return self.published().exclude(Exists(replacement))

    def corrections(self) -> StatusUpdateQuerySet:
        """The published ones that took the place of another, the latest published first."""
        return self.published().filter(replaces__isnull=False).order_by("-published_at", "-pk")

    def written_by(self, user: User) -> StatusUpdateQuerySet:
        """The person's own, not yet public and not given up."""
        return self.filter(author=user, published_at=None, withdrawn_at=None)

    def decided_by(self, user: User) -> StatusUpdateQuerySet:
        """What colleagues of the person have handed in once, whatever became of it since, and the
        person has a say in.

        Approvers of the organisation that speaks. Where it has no approver but the writer, and
        where nobody is the owner (a steward corrects a public source), those of the document's
        coordinating ministries. Never one's own text.
        """
        approves = Membership.objects.of(user, Role.APPROVER).values("organisation")
        others = Membership.objects.active().filter(
            role=Role.APPROVER, organisation=OuterRef("organisation")
        )
        coordinated = Document.coordinators.through._default_manager.filter(
            document=OuterRef("measure__document"), organisation__in=approves
        )
        nobody = ~Exists(others.exclude(user=OuterRef("author")))
        # What the writer took back leaves no time of its own, only the event.
        taken_back = StatusUpdate.objects.filter(pk=OuterRef("pk"), events__verb=Verb.SUBMITTED)
        return self.filter(
            Q(organisation__in=approves) | (nobody & Q(Exists(coordinated))),
            Q(submitted_at__isnull=False) | Q(returned_at__isnull=False) | Q(Exists(taken_back)),
            ~Q(origin=Origin.CONFIRMATION),  # needs nobody's decision
            author__isnull=False,
        ).exclude(author=user)

    def approvable_by(self, user: User) -> StatusUpdateQuerySet:
        """Of those the person has a say in, what awaits a decision: publish or return."""
        return self.decided_by(user).filter(state=UpdateState.SUBMITTED)

    def in_care_of(self, user: User) -> StatusUpdateQuerySet:
        """What is public and the person answers for: what an organisation said, its reporters;
        what public sources said, the stewards of the document's coordinating ministries."""
        reports = Membership.objects.of(user, Role.REPORTER).values("organisation")
        keeps = Membership.objects.of(user, Role.STEWARD).values("organisation")
        coordinated = Document.coordinators.through._default_manager.filter(
            document=OuterRef("measure__document"), organisation__in=keeps
        )
        return self.published().filter(
            Q(organisation__in=reports) | Q(organisation=None) & Q(Exists(coordinated))
        )

    def correctable_by(self, user: User) -> StatusUpdateQuerySet:
        """Of what is in the person's care, what nobody has corrected yet."""
        return self.in_care_of(user).standing()

    def due(self, now: datetime.datetime) -> StatusUpdateQuerySet:
        """Those whose time to be published has come."""
        return self.filter(publish_at__lte=now, published_at=None, withdrawn_at=None)

    def with_speaker(self) -> StatusUpdateQuerySet:
        """Add `speaker`: what the property `said_by` says of a loaded update, as SQL."""
        speaker = models.Case(
            models.When(organisation=None, then=models.Value(SaidBy.PUBLIC.value)),
            default=models.Value(SaidBy.OWNER.value),
        )
        return self.annotate(speaker=speaker)

    def newest_first(self) -> StatusUpdateQuerySet:
        """The newest fact first; the order is explained on `StatusUpdate`."""
        return self.order_by(
            F("date").desc(), F("precision_rank").desc(), F("published_at").desc(), F("pk").desc()
        )


class StatusUpdate(English, Drafted):
    """One dated statement about a measure.

    A published row never changes: a database trigger refuses to update or delete it, and to touch
    its evidence. What was wrong is replaced by a correction, and stays readable.

    **Order.** `date` is the first day that the stated date can mean, so `2024` is stored as
    1 January 2024 with precision year. Updates sort by `date`, and on the same day by precision:
    year before month before day. So a statement known only to its year counts as the oldest of
    that year, and one known only to its month as the oldest of that month: what is known less
    exactly never overrides what is known more exactly in the same period. On a full tie, the one
    published last is the newest.

    `status` is empty when the update says nothing about status; it then does not touch the status
    of the measure. `completed` needs evidence (checked by a trigger when the row is published),
    `carried_over` names the measure that carries on, `discontinued` gives a reason.

    **The way to the public.** `author` writes a draft, which only the author can change, and
    submits it; a colleague schedules, publishes or returns it with a note (see `Drafted`). `state`
    says where it is. The rules about what a status needs hold from submission on. `based_on` is
    what was newest when the writing began, so that a later publication can be told of. A new
    deadline (`new_due_on`) becomes a Deadline when the update is published.

    A confirmation adds no words: it repeats what stands, and needs no second pair of eyes.
    A correction `replaces` a published update of the same measure and says why. `prompted_by` is
    the comment that made the owner say it, where one did.
    """

    key = models.SlugField(_("nøkkel"), max_length=60, unique=True)
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="updates")
    date = models.DateField(_("dato"))
    precision = models.CharField(_("nøyaktighet"), max_length=5, choices=Precision)
    precision_rank = models.GeneratedField(
        expression=models.Case(
            models.When(precision="year", then=0),
            models.When(precision="month", then=1),
            default=2,
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, blank=True)
    outlook = models.CharField(_("utsikt"), max_length=10, choices=Outlook, blank=True)
    origin = models.CharField(_("opphav"), max_length=14, choices=Origin)
    confidence = models.CharField(
        _("sikkerhet"), max_length=6, choices=Confidence, default=Confidence.HIGH
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="status_updates",
        null=True,
        blank=True,
        help_text=_("Eieren som rapporterer; tomt for offentlige kilder."),
    )
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    summary = models.TextField(_("hva har skjedd"))
    summary_en = models.TextField(_("hva har skjedd, på engelsk"), blank=True)
    reason = models.TextField(_("begrunnelse"), blank=True)
    carried_to = models.ForeignKey(
        Measure, models.PROTECT, related_name="carried_from", null=True, blank=True
    )
    amount_nok = models.BigIntegerField(_("beløp i kroner"), null=True, blank=True)
    reason_kind = models.CharField(
        _("type begrunnelse"), max_length=13, choices=ReasonKind, blank=True
    )
    next_step = models.TextField(_("neste steg"), blank=True)
    new_due_on = models.DateField(_("ny frist"), null=True, blank=True)
    new_due_precision = models.CharField(
        _("nøyaktighet av ny frist"), max_length=5, choices=Precision, blank=True
    )
    new_due_reason = models.TextField(_("begrunnelse for ny frist"), blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, related_name="replacements", null=True, blank=True
    )
    correction_note = models.TextField(_("hva som er rettet"), blank=True)
    prompted_by = models.ForeignKey(
        "measures.Comment", models.PROTECT, related_name="led_to", null=True, blank=True
    )

    # The way to the public
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    based_on = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    publish_at = models.DateTimeField(_("publiseres"), null=True, blank=True)
    state = models.GeneratedField(
        expression=models.Case(
            models.When(published_at__isnull=False, then=models.Value("published")),
            models.When(withdrawn_at__isnull=False, then=models.Value("withdrawn")),
            models.When(publish_at__isnull=False, then=models.Value("scheduled")),
            models.When(submitted_at__isnull=False, then=models.Value("submitted")),
            models.When(returned_at__isnull=False, then=models.Value("returned")),
            default=models.Value("draft"),
        ),
        output_field=models.CharField(max_length=9, choices=UpdateState),
        db_persist=True,
    )

    objects: ClassVar[StatusUpdateQuerySet] = StatusUpdateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("statusmelding")
        verbose_name_plural = _("statusmeldinger")
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["", *Status.values]), name="update_status_known"
            ),
            models.CheckConstraint(
                condition=Q(outlook__in=["", *Outlook.values]), name="update_outlook_known"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values), name="update_origin_known"
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="update_confidence_known"
            ),
            models.CheckConstraint(
                condition=Q(precision__in=Precision.values), name="update_precision_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="update_language_known"
            ),
            models.CheckConstraint(
                condition=Q(precision=Precision.DAY)
                | Q(precision=Precision.MONTH, date__day=1)
                | Q(precision=Precision.YEAR, date__day=1, date__month=1),
                name="update_starts_its_period",
            ),
            models.CheckConstraint(
                condition=~Q(origin=Origin.PUBLIC_SOURCE) | Q(organisation=None),
                name="update_public_source_is_no_owners_word",
            ),
            models.CheckConstraint(
                condition=WRITING | ~Q(status=Status.CARRIED_OVER) | Q(carried_to__isnull=False),
                name="update_carried_over_names_measure",
            ),
            models.CheckConstraint(
                condition=Q(carried_to=None) | ~Q(carried_to=F("measure")),
                name="update_not_carried_to_itself",
            ),
            models.CheckConstraint(
                condition=WRITING | ~Q(status=Status.DISCONTINUED) | ~Q(reason=""),
                name="update_discontinued_gives_reason",
            ),
            models.CheckConstraint(
                condition=WRITING | ~Q(summary="") | Q(origin=Origin.CONFIRMATION),
                name="update_says_something",
            ),
            models.CheckConstraint(
                condition=~Q(origin__in=[o.value for o in OWNER_ORIGINS])
                | Q(organisation__isnull=False),
                name="update_by_owner_names_owner",
            ),
            models.CheckConstraint(
                condition=Q(author=None) | Q(approved_by=None) | ~Q(author=F("approved_by")),
                name="update_not_approved_by_its_author",
            ),
            models.CheckConstraint(
                condition=~Q(origin__in=[Origin.REPORT, Origin.CORRECTION])
                | Q(publish_at=None, published_at=None)
                | Q(author__isnull=False, approved_by__isnull=False),
                name="update_published_by_a_colleague",
            ),
            models.CheckConstraint(
                condition=~Q(origin=Origin.CONFIRMATION) | Q(author__isnull=False),
                name="update_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(origin=Origin.CORRECTION, replaces__isnull=False)
                & (WRITING | ~Q(correction_note=""))
                | ~Q(origin=Origin.CORRECTION) & Q(replaces=None, correction_note=""),
                name="update_correction_replaces_and_says_why",
            ),
            models.CheckConstraint(
                condition=Q(reason_kind__in=["", *ReasonKind.values]),
                name="update_reason_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(new_due_on=None, new_due_precision="")
                | Q(new_due_on__isnull=False, new_due_precision__in=Precision.values)
                & (WRITING | ~Q(new_due_reason="")),
                name="update_new_deadline_gives_reason",
            ),
            models.CheckConstraint(
                condition=WRITING | Q(typed={}), name="update_is_readable_when_submitted"
            ),
            models.CheckConstraint(
                condition=RETURNED_WITH_A_NOTE, name="update_returned_with_a_note"
            ),
            models.UniqueConstraint(
                fields=["measure", "author"],
                condition=WRITING & Q(replaces=None),
                name="update_one_draft_a_writer",
            ),
            models.UniqueConstraint(
                fields=["replaces", "author"],
                condition=WRITING,
                name="update_one_correction_a_writer",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(published_at__isnull=False, replaces__isnull=False),
                name="update_corrected_once",
            ),
        )
        indexes = (
            models.Index(
                F("measure"),
                F("date").desc(),
                F("precision_rank").desc(),
                F("published_at").desc(),
                F("id").desc(),
                name="update_of_measure",
            ),
            # What waits for somebody is few among a million that are published.
            models.Index(
                fields=["state", "organisation"],
                condition=Q(published_at=None, withdrawn_at=None),
                name="update_under_way",
            ),
            models.Index(
                fields=["publish_at"],
                condition=Q(publish_at__isnull=False, published_at=None, withdrawn_at=None),
                name="update_to_be_published",
            ),
        )

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        """Return where it stands on the page of its measure, also where that has several pages."""
        return f"{self.measure.get_absolute_url()}?melding={self.pk}#melding-{self.pk}"

    @property
    def when(self) -> PartialDate:
        """The date as exactly as it is known."""
        return PartialDate(self.date, Precision(self.precision))

    @property
    def said_by(self) -> SaidBy:
        """Whose word it is. A correction is the word of the owner it names, or of a source."""
        return SaidBy.OWNER if self.organisation_id else SaidBy.PUBLIC
