"""On whose behalf a person speaks about a measure."""

from __future__ import annotations

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Collate

from measures.choices import UNDER_WAY, OwnerRole
from measures.models import Document, Measure, MeasureLink, Owner, StatusUpdate
from measures.models.reporting import StatusUpdateQuerySet
from measures.queries.desk import Person, reporting_for
from stakeholders.choices import ROLE_KINDS, Role
from stakeholders.models import Membership, Organisation, User
from stakeholders.models.organisations import OrganisationQuerySet


def speaker_for(user: Person, measure: Measure) -> Organisation | None:
    """Return the organisation whose word it is when the person reports on the measure.

    Of those the person reports for: the one that leads the measure, else one that contributes,
    else one that coordinates the document. None when the person may not report on it.
    """
    owns = Owner.objects.filter(organisation=OuterRef("pk"), measure=measure)
    coordinates = Document.coordinators.through._default_manager.filter(
        organisation=OuterRef("pk"), document=measure.document_id
    )
    leads = Exists(owns.filter(role=OwnerRole.LEAD))
    return (
        Organisation.objects.filter(pk__in=reporting_for(user))
        .filter(Q(Exists(owns)) | Q(Exists(coordinates)))
        .order_by(
            Case(When(leads, then=0), When(Exists(owns), then=1), default=2),
            Collate("name", "nb-x-icu"),
        )
        .first()
    )


def newest_published(measure: Measure) -> StatusUpdate | None:
    """Return what was published last about the measure, of whatever date it tells."""
    published = StatusUpdate.objects.published().filter(measure=measure)
    return published.order_by("-published_at", "-pk").first()


def published_since(measure: Measure, seen: StatusUpdate | None) -> StatusUpdateQuerySet:
    """The updates about the measure published after one that a person has seen; all when there
    was none."""
    published = StatusUpdate.objects.published().filter(measure=measure)
    if seen is not None and seen.published_at:
        later = Q(published_at__gt=seen.published_at)
        published = published.filter(later | Q(published_at=seen.published_at, pk__gt=seen.pk))
    return published.order_by("-published_at", "-pk")


def written_by_colleagues(user: User, measure: Measure) -> StatusUpdateQuerySet:
    """What others have under way about the measure, the latest first."""
    under_way = StatusUpdate.objects.filter(
        measure=measure, author__isnull=False, state__in=[s.value for s in UNDER_WAY]
    )
    return under_way.exclude(author=user).order_by("-saved_at", "-pk")


def successors(measure: Measure) -> QuerySet[Measure]:
    """The measures of later documents that are linked to this one: those that may carry it on."""
    links = MeasureLink.objects.filter(earlier_measure=measure, later_measure=OuterRef("pk"))
    return Measure.objects.filter(Exists(links)).order_by("ref")


def answering(measure: Measure) -> OrganisationQuerySet:
    """The organisations that answer for a measure, by name: who leads it, else, without a known
    lead, who coordinates its document (DESIGN §3)."""
    leads = Owner.objects.filter(measure=measure, role=OwnerRole.LEAD)
    coordinators = Document.coordinators.through._default_manager.filter(
        document=measure.document_id
    )
    lead = Q(pk__in=leads.values("organisation"))
    coordinates = Q(~Exists(leads), pk__in=coordinators.values("organisation"))
    return Organisation.objects.filter(lead | coordinates).by_name()


def answers_for(user: User, measure: Measure) -> OrganisationQuerySet:
    """The organisations whose official answer about a measure the person may write: of those that
    answer for it, those the person reports for."""
    return answering(measure).filter(pk__in=reporting_for(user))


def voices_of(user: User) -> OrganisationQuerySet:
    """The organisations that the person comments for, by name."""
    speaks = Membership.objects.of(user, Role.VOICE).values("organisation")
    return Organisation.objects.filter(pk__in=speaks).by_name()


def guarded_by(user: User) -> OrganisationQuerySet:
    """The organisations with a voice whose comments the person may approve, by name."""
    approves = Membership.objects.of(user, Role.APPROVER).values("organisation")
    kinds = [kind.value for kind in ROLE_KINDS[Role.VOICE]]
    return Organisation.objects.filter(pk__in=approves, kind__in=kinds).by_name()
