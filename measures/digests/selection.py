"""Which changes each of many recipients follows: a fixed number of queries for all of them, and
some for each selection of the list that is followed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from django.db.models import Exists, OuterRef

from measures.choices import UNREPORTED, OwnerRole, Scope
from measures.filters.measures import MeasureFilter
from measures.models import Comment, Document, Measure, Owner, Priority, Recipient, Subscription
from measures.models.measures import MeasureQuerySet
from measures.queries.changes import Change

#: Whose measures: the keys of organisations, each with those of measures.
Concerned = Mapping[int, set[int]]
#: So many keys in one statement.
PART = 5000
#: What a status update changes about a measure, as the filters of the list call it.
MOVING = ("status", "sagt", "utsikt", "ferskhet", "nytt")


def followed_by(
    recipients: Sequence[Recipient],
    changed: Mapping[int, Sequence[Change]],
    understood: Callable[[str], MeasureFilter],
) -> dict[int, set[int]]:
    """Return the keys of the changed measures that each recipient (key) follows.

    `changed` maps measures to what changed about them; `understood` reads the query of a selection.
    """
    found: dict[int, set[int]] = {recipient.pk: set() for recipient in recipients}
    if not changed:
        return found
    running = list(Subscription.objects.running().filter(recipient__in=recipients))
    organisations = {s.organisation_id for s in running if s.organisation_id}
    concerned = measures_of(organisations, changed) if organisations else {}
    documents = measures_in(changed)
    selections: dict[str, set[int]] = {}
    for subscription in running:
        mine = found[subscription.recipient_id]
        if subscription.scope == Scope.ALL:
            mine |= set(changed)
        elif subscription.scope == Scope.DOCUMENT:
            mine |= documents[subscription.document_id or 0]
        elif subscription.scope == Scope.ORGANISATION:
            mine |= concerned.get(subscription.organisation_id or 0, set())
        elif subscription.scope == Scope.MEASURE:
            mine |= {subscription.measure_id or 0} & set(changed)
        else:
            query = subscription.query
            if query not in selections:
                selections[query] = selected(understood(query), changed)
            mine |= selections[query]
    return found


def measures_in(changed: Mapping[int, Sequence[Change]]) -> defaultdict[int, set[int]]:
    """Return the changed measures of each document."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for key, changes in changed.items():
        measure = changes[0].event.measure
        if measure is not None:
            found[measure.document_id].add(key)
    return found


def measures_of(organisations: Iterable[int], measures: Iterable[int]) -> Concerned:
    """Return which of the measures concern each of the organisations: that it owns; that nobody
    leads and whose document it coordinates; that it singled out; that it has commented on in
    public. Five queries."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for part in parts(measures):
        for organisation, measure in concerning(list(organisations), part):
            found[organisation].add(measure)
    return found


def concerning(organisations: list[int], measures: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the keys of each organisation and of each measure that concerns it."""
    among, whose = {"measure__in": measures}, {"organisation__in": organisations}
    yield from Owner.objects.filter(**among, **whose).values_list("organisation", "measure")
    yield from Priority.objects.filter(**among, **whose).values_list("organisation", "measure")
    commented = Comment.objects.public().filter(**among, **whose)
    yield from commented.values_list("organisation", "measure").distinct()
    coordinates = Document.coordinators.through._default_manager.filter(**whose)
    documents: defaultdict[int, set[int]] = defaultdict(set)
    for document, organisation in coordinates.values_list("document", "organisation"):
        documents[document].add(organisation)
    led = Owner.objects.filter(measure=OuterRef("pk"), role=OwnerRole.LEAD)
    alone = Measure.objects.filter(~Exists(led), pk__in=measures, document__in=list(documents))
    for measure, document in alone.values_list("pk", "document"):
        for organisation in documents[document]:
            yield organisation, measure


def parts(keys: Iterable[int]) -> Iterator[list[int]]:
    """Yield the keys, as many at a time as SQLite takes in one statement."""
    left = list(keys)
    for start in range(0, len(left), PART):
        yield left[start : start + PART]


def selected(listed: MeasureFilter, changed: Mapping[int, Sequence[Change]]) -> set[int]:
    """Return the changed measures that a selection of the list holds, or held until the change.

    Whoever follows what is under way wants most of all to hear what left it because it was
    completed. So a measure counts also when its status before was one of those asked for, and all
    else that a report does not change still fits.
    """
    if any(getattr(listed.form.fields[name], "unknown", ()) for name in listed.filters):
        return set()  # It asks for what is no longer there, and must not hold everything instead.
    found = among(listed.narrowed(), changed)
    asked = set(listed.chosen("status"))
    left = {
        key
        for key, changes in changed.items()
        if any(change.is_status and (change.was or UNREPORTED) in asked for change in changes)
    }
    if left - found:
        found |= among(listed.narrowed(*MOVING), left - found)
    return found


def among(measures: MeasureQuerySet, keys: Iterable[int]) -> set[int]:
    """Return which of the keys are those of the measures."""
    found: set[int] = set()
    for part in parts(keys):
        found |= set(measures.filter(pk__in=part).values_list("pk", flat=True))
    return found
