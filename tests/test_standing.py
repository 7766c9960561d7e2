"""Where a measure stands is what its published history says, and nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measures.actions.standing import columns, recompute
from measures.dates import PartialDate
from measures.models import Deadline, Evidence, Measure, StatusUpdate
from stakeholders.models import Organisation
from tests.make import make_deadline, make_measure, make_organisation, make_update, make_user

pytestmark = pytest.mark.django_db


def stand(measure: Measure) -> Measure:
    recompute([measure.pk])
    return Measure.objects.get(pk=measure.pk)


def test_nothing_said_is_nothing_known() -> None:
    measure = stand(make_measure())
    assert (measure.status, measure.status_by, measure.status_on) == ("", "", None)
    assert (measure.current_update, measure.current_deadline) == (None, None)
    assert measure.last_event_on is None


def test_a_later_event_without_a_status_leaves_the_status() -> None:
    measure = make_measure()
    stating = make_update(measure, "2023-01-01", "in_progress", outlook="at_risk")
    make_update(measure, "2024-01-01", "", outlook="on_track")
    measure = stand(measure)
    assert (measure.status, measure.current_update) == ("in_progress", stating)
    assert (str(measure.status_on), str(measure.last_event_on)) == ("2023-01-01", "2024-01-01")
    # The outlook belongs to the update that states the status.
    assert measure.outlook == "at_risk"


def test_an_older_update_that_comes_in_late_does_not_win() -> None:
    measure = make_measure()
    make_update(measure, "2024-01-01", "completed")
    make_update(measure, "2023-01-01", "in_progress")
    assert stand(measure).status == "completed"


@pytest.mark.parametrize(
    ("dates", "winner"),
    [
        (("2024", "2024-01-01"), "2024-01-01"),
        (("2024", "2024-01"), "2024-01"),
        (("2024-01", "2024-01-01"), "2024-01-01"),
        (("2024", "2023-12-31"), "2024"),
        (("2024", "2024-06"), "2024-06"),
        (("2024-06", "2024-05-31"), "2024-06"),
        (("2024-06", "2024-06-02"), "2024-06-02"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_known_less_exactly_never_overrides(
    dates: tuple[str, str], winner: str, turned: bool
) -> None:
    measure = make_measure()
    for date in reversed(dates) if turned else dates:
        make_update(measure, date, "in_progress")
    current = stand(measure).current_update
    assert current is not None
    assert str(current.when) == winner


def test_on_a_full_tie_the_one_published_last_counts() -> None:
    measure = make_measure()
    late = timezone.now()
    for status, at in [("in_progress", late), ("not_started", late - datetime.timedelta(days=1))]:
        publish(measure, f"{measure.ref}-{status}", Said("2024-05-17", status), at)
    assert stand(measure).status == "in_progress"


def test_published_at_the_same_moment_the_last_written_counts() -> None:
    measure = make_measure()
    now = timezone.now()
    for status in ("in_progress", "not_started"):
        publish(measure, f"{measure.ref}-{status}", Said("2024-05-17", status), now)
    assert stand(measure).status == "not_started"


def test_what_is_not_published_is_not_said() -> None:
    measure = make_measure()
    publish(measure, "utkast", Said("2024-05-17", "in_progress"), None)
    measure = stand(measure)
    assert (measure.status, measure.last_event_on, measure.sourced_on) == ("", None, None)


def test_an_owners_word_and_a_sources_are_told_apart() -> None:
    measure, owner = make_measure(), make_organisation()
    make_update(measure, "2024-03", "in_progress")
    make_update(measure, "2024-05-17", "completed", origin="report", organisation=owner)
    measure = stand(measure)
    assert (measure.status, measure.status_by) == ("completed", "owner")
    assert str(measure.confirmed_on) == "2024-05-17"
    assert str(measure.sourced) == "2024-03"
    make_update(measure, "2025", "in_progress")
    measure = stand(measure)
    assert (measure.status, measure.status_by) == ("in_progress", "public")
    assert str(measure.confirmed_on) == "2024-05-17"


def test_a_correction_of_an_owner_is_the_owners_word_but_confirms_nothing() -> None:
    measure, owner = make_measure(), make_organisation()
    wrong = make_update(measure, "2024-05-17", "in_progress", publisher="Avis")
    make_update(measure, "2024-05-17", "completed", replaces=wrong, organisation=owner)
    measure = stand(measure)
    assert (measure.status_by, measure.confirmed_on, measure.sourced_on) == ("owner", None, None)


def test_an_owner_whose_words_were_corrected_has_spoken_all_the_same() -> None:
    measure, owner = make_measure(), make_organisation()
    report = make_update(measure, "2024-05-17", "completed", origin="report", organisation=owner)
    make_update(measure, "2024-05-17", "in_progress", replaces=report, organisation=owner)
    measure = stand(measure)
    assert (measure.status, str(measure.confirmed_on)) == ("in_progress", "2024-05-17")


def test_an_owner_who_tells_of_something_earlier_speaks_when_it_is_published() -> None:
    """Late in the evening by the clock of the machines is the next day in Norway."""
    measure, owner = make_measure(), make_organisation()
    at = datetime.datetime(2024, 5, 17, 23, 30, tzinfo=datetime.UTC)
    make_update(measure, "2023", origin="report", organisation=owner, published_at=at)
    later = at + datetime.timedelta(days=30)
    make_update(measure, "2022", origin="report", organisation=owner, published_at=later)
    measure = stand(measure)
    assert (str(measure.confirmed_on), str(measure.last_event_on)) == ("2024-06-17", "2023-01-01")


def test_the_deadline_stated_last_counts_even_when_it_is_sooner() -> None:
    measure = make_measure()
    make_deadline(measure, "2027", stated_on="2025-01-01")
    make_deadline(measure, "2030", stated_on="2023-01-01")
    last = make_deadline(measure, "2026-06", stated_on="2025-06-01")
    measure = stand(measure)
    assert measure.current_deadline == last
    assert str(measure.due_on) == "2026-06-30"


def test_of_deadlines_stated_on_the_same_day_the_last_written_counts() -> None:
    measure = make_measure()
    make_deadline(measure, "2027")
    last = make_deadline(measure, "2026")
    assert stand(measure).current_deadline == last


def test_only_the_measures_asked_for_are_written_and_columns_are_restored() -> None:
    measure, other = make_measure(), make_measure()
    for one in (measure, other):
        make_update(one, "2024-05-17", "in_progress")
    Measure.objects.update(outlook="behind")
    assert recompute([measure.pk]) == 1
    assert Measure.objects.get(pk=measure.pk).outlook == ""
    assert Measure.objects.get(pk=other.pk).outlook == "behind"
    assert recompute([]) == 0


def test_many_measures_cost_as_many_queries_as_one() -> None:
    measures = [make_measure() for _n in range(30)]
    for measure in measures:
        make_update(measure)
        make_deadline(measure, "2026")
    costs = []
    for some in (measures[:1], measures):
        with CaptureQueriesContext(connection) as queries:
            assert recompute([m.pk for m in some]) == len(some)
        costs.append(len(queries))
    assert costs[0] == costs[1]


# --- Any history -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One status update of a made-up history.

    `at` is the minute of publication, or None when it still waits for approval. `by_owner` says
    whose word a correction is, and `replaces` the place in the history of what it corrects.
    """

    date: str
    status: str
    at: int | None = 0
    origin: str = "public_source"
    outlook: str = ""
    by_owner: bool = False
    replaces: int | None = None


DATES = ["2023", "2024", "2024-01", "2024-02", "2024-01-01", "2024-01-02", "2024-02-01"]
statements = st.builds(
    Said,
    date=st.sampled_from(DATES),
    status=st.sampled_from(["", "", "in_progress", "completed", "not_started"]),
    at=st.sampled_from([None, 0, 0, 1, 2]),
    origin=st.sampled_from(["public_source", "report", "confirmation"]),
    outlook=st.sampled_from(["", "behind", "on_track"]),
)


def replaced(history: Sequence[Said]) -> set[int | None]:
    """The places of what a published correction has replaced."""
    return {said.replaces for said in history if said.at is not None}


@st.composite
def histories(draw: st.DrawFn) -> list[Said]:
    """Any history in which each correction replaces what is published and not yet corrected."""
    history: list[Said] = []
    for said in draw(st.lists(statements, max_size=8)):
        gone = replaced(history)
        there = [n for n, s in enumerate(history) if s.at is not None and n not in gone]
        if there and draw(st.sampled_from([False, True])):
            corrected = draw(st.sampled_from(there))
            by_owner = draw(st.sampled_from([False, True]))
            said = replace(said, origin="correction", replaces=corrected, by_owner=by_owner)
        else:
            said = replace(said, by_owner=said.origin != "public_source")
        history.append(said)
    return history


deadlines = st.dictionaries(
    st.tuples(st.sampled_from(["2026", "2026-05", "2026-05-17"]), st.sampled_from(DATES[4:])),
    st.none(),
    max_size=4,
)
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def publish(
    measure: Measure,
    key: str,
    said: Said,
    at: datetime.datetime | None,
    **fields: Any,
) -> StatusUpdate:
    partial = PartialDate.parse(said.date)
    update = StatusUpdate.objects.create(
        key=key,
        measure=measure,
        date=partial.first,
        precision=partial.precision,
        status=said.status,
        outlook=said.outlook,
        origin=said.origin,
        summary="Noe skjedde.",
        submitted_at=START,
        **fields,
    )
    Evidence.objects.create(update=update, title="K", publisher="P", publisher_kind="press")
    if at:
        StatusUpdate.objects.filter(pk=update.pk).update(published_at=at)
    return update


def tell(
    measure: Measure, owner: Organisation, history: list[Said]
) -> list[tuple[Said, StatusUpdate]]:
    """Write the history down: what has no public source by a reporter, approved by a colleague."""
    reporter, approver = make_user(), make_user()
    updates: list[tuple[Said, StatusUpdate]] = []
    for n, said in enumerate(history):
        at = None if said.at is None else START + datetime.timedelta(minutes=said.at)
        fields: dict[str, Any] = {"organisation": owner if said.by_owner else None}
        if said.origin != "public_source":
            fields["author"] = reporter
        if said.origin in {"report", "correction"}:
            fields["approved_by"] = approver
        if said.replaces is not None:
            fields |= {"replaces": updates[said.replaces][1], "correction_note": "Feil."}
        updates.append((said, publish(measure, f"h-{n}", said, at, **fields)))
    return updates


def expected(history: list[tuple[Said, StatusUpdate]], dues: list[Deadline]) -> dict[str, Any]:
    """Read a history in plain Python: what the columns must say."""
    rank = {4: 0, 7: 1, 10: 2}
    published = sorted(
        (
            ((said.date + "-01-01")[:10], rank[len(said.date)], said.at, update.pk),
            place,
            said,
            update,
        )
        for place, (said, update) in enumerate(history)
        if said.at is not None
    )
    gone = replaced([said for said, _update in history])
    told = [(key, s, u) for key, place, s, u in published if place not in gone]
    stating = [(key, s, u) for key, s, u in told if s.status]
    # The owner spoke when it was published, also when it was corrected later: here in the same
    # minutes of one day.
    owner = any(s.origin in {"report", "confirmation"} for _key, _n, s, _u in published)
    source = [(key, s) for key, s, _u in told if not s.by_owner]
    due = max(dues, key=lambda d: (d.stated_on, d.pk), default=None)
    _key, said, update = stating[-1] if stating else (None, None, None)
    return {
        "current_update": update.pk if update else None,
        "current_deadline": due.pk if due else None,
        "status": said.status if said else "",
        "status_by": ("owner" if said.by_owner else "public") if said else "",
        "status_on": stating[-1][0][0] if stating else "None",
        "outlook": said.outlook if said else "",
        "due_on": str(due.due_on) if due else "None",
        "confirmed_on": str(START.date()) if owner else "None",
        "sourced_on": source[-1][0][0] if source else "None",
        "sourced_precision": PartialDate.parse(source[-1][1].date).precision if source else "",
        "last_event_on": told[-1][0][0] if told else "None",
    }


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histories(), deadlines)
def test_the_columns_say_what_a_plain_reading_of_the_history_says(
    history: list[Said], dues: dict[tuple[str, str], None]
) -> None:
    with transaction.atomic():
        measure, owner = make_measure(), make_organisation()
        updates = tell(measure, owner, history)
        stated = [
            Deadline.objects.create(
                measure=measure,
                due_on=PartialDate.parse(due).last,
                precision=PartialDate.parse(due).precision,
                stated_on=datetime.date.fromisoformat(on),
                reason="Fordi",
                source_name="Kilde",
            )
            for due, on in dues
        ]
        recompute([measure.pk])
        found = Measure.objects.filter(pk=measure.pk).values(*columns()).get()
        dates = {name: str(v) for name, v in found.items() if name.endswith("_on")}
        assert found | dates == expected(updates, stated)
        transaction.set_rollback(True)
