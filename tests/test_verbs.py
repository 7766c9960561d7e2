"""Every verb is one action, and one act leaves exactly one event: who did what, to what."""

from __future__ import annotations

import datetime
import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.test import override_settings
from django.utils import timezone

from measures.actions.answering import Answer, answer_by_mail
from measures.actions.closing import close_reporting, reopen_reporting
from measures.actions.commenting import (
    discard_comment,
    open_comment,
    post_comment,
    save_comment,
    take_back_comment,
    withdraw_comment,
)
from measures.actions.confirming import confirm_unchanged, undo_confirmation
from measures.actions.correcting import open_correction
from measures.actions.deciding import publish_comment, require_approval, return_comment
from measures.actions.drafting import (
    Written,
    discard_draft,
    open_draft,
    save_draft,
    submit_update,
    withdraw_update,
)
from measures.actions.keeping import (
    confirm_upload,
    discard_upload,
    keep_row,
    plan_upload,
    remove_row,
    store_upload,
    version_of,
)
from measures.actions.moderating import (
    hide_comment,
    keep_comment,
    report_comment,
    show_comment,
)
from measures.actions.outbox import plan_batch, record_bounce, retry_mail
from measures.actions.publishing import (
    cancel_schedule,
    move_deadline,
    publish_due,
    publish_update,
    return_update,
)
from measures.actions.register import write_register
from measures.actions.rounds import Days, change_round, open_round
from measures.actions.rounds import version_of as round_version
from measures.actions.standing import recompute
from measures.actions.wishes import drop_priority, keep_ask, set_priority, version_of_row
from measures.choices import MailAnswer, PriorityLevel, Verb
from measures.digests.composing import Shared
from measures.exchange.listing import EDITABLE
from measures.exchange.plan import prepare
from measures.exchange.tables import TABLES
from measures.models import Ask, Comment, Event, Measure, Owner, Priority, StatusUpdate
from stakeholders.actions.accounts import (
    close_account,
    reopen_account,
    reset_second_factor,
    unlock_account,
)
from stakeholders.actions.demo import create_demo_accounts
from stakeholders.actions.inviting import (
    accept_invitation,
    invite,
    resend_invitation,
    revoke_invitation,
)
from stakeholders.actions.memberships import end_access, end_membership, grant_role
from stakeholders.choices import AccessVerb, Role
from stakeholders.models import AccessEvent, User
from tests import comments, following_acts
from tests.answers import reporters_link
from tests.cast import World, make_world
from tests.mails import GIVEN_UP, make_mail, make_recipient
from tests.make import (
    TODAY,
    make_deadline,
    make_invitation,
    make_measure,
    make_member,
    make_update,
)
from tests.registers import as_csv
from tests.reports import begun, confirmed, hand_in, handed_in, words
from tests.rounds import make_round

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent
APPS = ("measures", "stakeholders")
THEME = {
    "number": "50",
    "origin": "own",
    "title": "Nytt tema",
    "title_en": "",
    "title_en_is_official": "no",
    "summary": "",
    "summary_en": "",
}


#: A round that nobody has begun to answer, whatever day it is.
AHEAD = Days(*(datetime.date(2150, 5, day) for day in (2, 16, 30)))
#: What the act itself makes and names.
NEW = "?"


@dataclass(frozen=True)
class Act:
    """One act, ready to be done: by whom, and what its event says that it is about."""

    do: Callable[[], Any]
    actor: User | None
    subject: str
    key: str


# --- Writing a report ------------------------------------------------------------------------


def about(update: StatusUpdate, actor: User | None, do: Callable[[], Any]) -> Act:
    return Act(do, actor, "status_update", update.key)


def submit(world: World) -> Act:
    draft, reporter = begun(world), world.people["reporter"]
    return about(draft, reporter, lambda: hand_in(reporter, draft))


def withdraw(world: World) -> Act:
    update, reporter = handed_in(world), world.people["reporter"]
    return about(update, reporter, lambda: withdraw_update(reporter, update))


def discard(world: World) -> Act:
    update = return_update(handed_in(world), world.people["approver"], "Si mer.")
    reporter = world.people["reporter"]
    return about(update, reporter, lambda: discard_draft(reporter, update))


def confirm(world: World) -> Act:
    reporter, measure = world.people["reporter"], Measure.objects.get()
    return Act(lambda: confirm_unchanged(reporter, [measure]), reporter, "status_update", NEW)


def undo(world: World) -> Act:
    update, reporter = confirmed(world), world.people["reporter"]
    return about(update, reporter, lambda: undo_confirmation(reporter, [update]))


def answer(world: World, kind: MailAnswer) -> Act:
    """An answer from a mail does what the desk does, and is told as that."""
    reporter, link = world.people["reporter"], reporters_link(world)
    newest = world.measure.updates.latest("pk").pk
    given = Answer(kind, newest, newest, status="in_progress", summary="Arbeidet går.")
    do = lambda: answer_by_mail(link, given, timezone.now())  # noqa: E731
    return Act(do, reporter, "status_update", NEW)


def answer_changed(world: World) -> Act:
    return answer(world, MailAnswer.CHANGED)


def answer_unchanged(world: World) -> Act:
    return answer(world, MailAnswer.UNCHANGED)


# --- Deciding --------------------------------------------------------------------------------


def later() -> datetime.datetime:
    return timezone.now() + datetime.timedelta(hours=1)


def publish(world: World) -> Act:
    update, approver = handed_in(world), world.people["approver"]
    return about(update, approver, lambda: publish_update(update, approver))


def schedule(world: World) -> Act:
    update, approver = handed_in(world), world.people["approver"]
    return about(update, approver, lambda: publish_update(update, approver, later()))


def unschedule(world: World) -> Act:
    approver = world.people["approver"]
    update = publish_update(handed_in(world), approver, later())
    return about(update, approver, lambda: cancel_schedule(update, approver))


def send_back(world: World) -> Act:
    update, approver = handed_in(world), world.people["approver"]
    return about(update, approver, lambda: return_update(update, approver, "Si mer."))


def publish_scheduled(world: World) -> Act:
    approver = world.people["approver"]
    update = publish_update(handed_in(world), approver, later())
    return about(update, approver, lambda: publish_due(later()))


def publish_confirmed(world: World) -> Act:
    update = confirmed(world)
    return about(update, world.people["reporter"], lambda: publish_due(later()))


def move(world: World) -> Act:
    update, approver = handed_in(world), world.people["approver"]
    update.new_due_on, update.new_due_precision = datetime.date(2027, 12, 31), "year"
    update.new_due_reason = "Mer tid."
    return Act(lambda: move_deadline(update, approver, TODAY), approver, "deadline", update.key)


def close(world: World) -> Act:
    approver = world.people["approver"]
    do = lambda: close_reporting(world.measure, approver, "Avløst.", TODAY)  # noqa: E731
    return Act(do, approver, "measure", "VK-01")


def reopen(world: World) -> Act:
    approver = world.people["approver"]
    close_reporting(world.measure, approver, "Avløst.", TODAY)
    do = lambda: reopen_reporting(world.measure, approver, "For tidlig.")  # noqa: E731
    return Act(do, approver, "measure", "VK-01")


# --- Keeping the register --------------------------------------------------------------------


def add_row(world: World) -> Act:
    steward = world.people["steward"]
    do = lambda: keep_row(EDITABLE["themes"], THEME, steward, today=TODAY)  # noqa: E731
    return Act(do, steward, "theme", "50")


def change_row(world: World) -> Act:
    steward, table = world.people["steward"], EDITABLE["themes"]
    keep_row(table, THEME, steward, today=TODAY)
    seen, cells = version_of(table, "50"), THEME | {"title": "Et annet navn"}
    do = lambda: keep_row(table, cells, steward, today=TODAY, seen=seen)  # noqa: E731
    return Act(do, steward, "theme", "50")


def take_row_away(world: World) -> Act:
    steward, owner = world.people["steward"], Owner.objects.get()
    do = lambda: remove_row(EDITABLE["owners"], owner.pk, steward, seen=0)  # noqa: E731
    return Act(do, steward, "owner", "VK-01/nfd")


def upload(world: World) -> Act:
    steward = world.people["steward"]
    stored = store_upload({"themes.csv": as_csv([THEME])}, steward)
    fingerprint = plan_upload(stored, TODAY)[0].fingerprint
    return Act(lambda: confirm_upload(stored, fingerprint, TODAY), steward, "theme", "50")


def load(files: dict[str, bytes], subject: str, key: str) -> Act:
    """A load by the command: nobody has signed in."""
    return Act(lambda: write_register(prepare(files, TODAY)), None, subject, key)


def load_theme(world: World) -> Act:
    return load({"themes.csv": as_csv([THEME])}, "theme", "50")


UPDATE = {
    "key": "VK-01-ny",
    "measure": "VK-01",
    "date": "2026-10",
    "status": "in_progress",
    "summary": "Arbeidet er i gang.",
    "confidence": "high",
}


def blank(table: str, **cells: str) -> bytes:
    """One row of a table, empty but for `cells`."""
    return as_csv([{column.name: "" for column in TABLES[table].columns} | cells])


def load_update(world: World) -> Act:
    files = {
        "status_updates.csv": blank(
            "status_updates",
            **UPDATE,
        ),
        "evidence.csv": blank(
            "evidence",
            update="VK-01-ny",
            title="Kilde",
            publisher="NFD",
            publisher_kind="government",
            url="https://example.no/kilde",
            language="nb",
        ),
    }
    return load(files, "status_update", "VK-01-ny")


def load_deadline(world: World) -> Act:
    make_deadline(world.measure, "2026")
    cells = {
        "measure": "VK-01",
        "due_on": "2027",
        "stated_on": "2026-10-01",
        "reason": "Sagt i Stortinget",
        "source_name": "Kilde",
    }
    return load({"deadlines.csv": blank("deadlines", **cells)}, "deadline", "VK-01/2026-10-01/2027")


# --- Rounds ----------------------------------------------------------------------------------


def ask(world: World) -> Act:
    return Act(lambda: make_round(world, name="Høst"), world.people["steward"], "round", "host")


def ask_otherwise(world: World) -> Act:
    steward, made = world.people["steward"], make_round(world, name="Høst", days=AHEAD)
    seen = round_version(made)
    do = lambda: change_round(steward, made, "Høstrunden", AHEAD, seen=seen)  # noqa: E731
    return Act(do, steward, "round", "host")


# --- Saying and answering --------------------------------------------------------------------


def of_comment(comment: Comment, actor: User | None, do: Callable[[], Any]) -> Act:
    return Act(do, actor, "comment", comment.key)


def say(world: World) -> Act:
    draft, voice = comments.drafted(world), world.people["voice"]
    return of_comment(draft, voice, lambda: post_comment(voice, draft, version=draft.version))


def hand_in_answer(world: World) -> Act:
    draft = comments.answer_begun(world, comments.said(world))
    reporter = world.people["reporter"]
    return of_comment(draft, reporter, lambda: post_comment(reporter, draft, version=1))


def let_answer_out(world: World) -> Act:
    answer, approver = comments.answer_sent(world, comments.said(world)), world.people["approver"]
    return of_comment(answer, approver, lambda: publish_comment(answer, approver))


def send_answer_back(world: World) -> Act:
    answer, approver = comments.answer_sent(world, comments.said(world)), world.people["approver"]
    return of_comment(answer, approver, lambda: return_comment(answer, approver, "Si når."))


def take_answer_back(world: World) -> Act:
    answer, reporter = comments.answer_sent(world, comments.said(world)), world.people["reporter"]
    return of_comment(answer, reporter, lambda: take_back_comment(reporter, answer))


def give_answer_up(world: World) -> Act:
    answer, reporter = comments.answer_sent(world, comments.said(world)), world.people["reporter"]
    return_comment(answer, world.people["approver"], "Si når.")
    return of_comment(answer, reporter, lambda: discard_comment(reporter, answer))


def unsay(world: World) -> Act:
    comment, voice = comments.said(world), world.people["voice"]
    return of_comment(comment, voice, lambda: withdraw_comment(voice, comment))


def hide(world: World) -> Act:
    comment, steward = comments.said(world), world.people["steward"]
    return of_comment(comment, steward, lambda: hide_comment(comment, steward, "Reklame."))


def unhide(world: World) -> Act:
    steward = world.people["steward"]
    comment = hide_comment(comments.said(world), steward, "Reklame.")
    return of_comment(comment, steward, lambda: show_comment(comment, steward))


def complain(world: World) -> Act:
    comment = comments.said(world)
    return of_comment(comment, None, lambda: report_comment(comment, "Reklame."))


def let_stand(world: World) -> Act:
    comment, steward = comments.said(world), world.people["steward"]
    report_comment(comment, "Reklame.")
    return of_comment(comment, steward, lambda: keep_comment(comment, steward))


def guard(world: World) -> Act:
    leader = make_member(world.lmi, Role.APPROVER)
    do = lambda: require_approval(leader, world.lmi, required=True)  # noqa: E731
    return Act(do, leader, "organisation", "lmi")


def single_out(world: World) -> Act:
    voice = world.people["voice"]
    do = lambda: set_priority(voice, world.lmi, "VK-01", PriorityLevel.SELECTED, TODAY)  # noqa: E731
    return Act(do, voice, "priority", "lmi/VK-01")


def let_go(world: World) -> Act:
    single_out(world).do()
    voice, priority = world.people["voice"], Priority.objects.get()
    seen = version_of_row(TABLES["priorities"], priority)
    return Act(lambda: drop_priority(voice, priority, seen), voice, "priority", "lmi/VK-01")


def wish(world: World) -> Act:
    voice = world.people["voice"]
    said = {"kind": "wish", "title": "Raskere svar", "summary": "", "measures": "VK-01"}
    return Act(lambda: keep_ask(voice, world.lmi, said, TODAY), voice, "ask", NEW)


#: The action, how the act is made ready, and the verb of the one event that it leaves.
ACTS: list[tuple[Any, Callable[[World], Act], Verb]] = [
    (submit_update, submit, Verb.SUBMITTED),
    (withdraw_update, withdraw, Verb.WITHDRAWN),
    (discard_draft, discard, Verb.WITHDRAWN),
    (confirm_unchanged, confirm, Verb.SCHEDULED),
    (undo_confirmation, undo, Verb.WITHDRAWN),
    (answer_by_mail, answer_changed, Verb.SUBMITTED),
    (answer_by_mail, answer_unchanged, Verb.SCHEDULED),
    (publish_update, publish, Verb.PUBLISHED),
    (publish_update, schedule, Verb.SCHEDULED),
    (cancel_schedule, unschedule, Verb.UNSCHEDULED),
    (return_update, send_back, Verb.RETURNED),
    (publish_due, publish_scheduled, Verb.PUBLISHED),
    (publish_due, publish_confirmed, Verb.PUBLISHED),
    (move_deadline, move, Verb.DEADLINE_SET),
    (close_reporting, close, Verb.REPORTING_CLOSED),
    (reopen_reporting, reopen, Verb.REPORTING_REOPENED),
    (keep_row, add_row, Verb.CREATED),
    (keep_row, change_row, Verb.CHANGED),
    (remove_row, take_row_away, Verb.REMOVED),
    (confirm_upload, upload, Verb.CREATED),
    (write_register, load_theme, Verb.CREATED),
    (write_register, load_update, Verb.PUBLISHED),
    (write_register, load_deadline, Verb.DEADLINE_SET),
    (open_round, ask, Verb.ROUND_OPENED),
    (change_round, ask_otherwise, Verb.CHANGED),
    (post_comment, say, Verb.COMMENT_PUBLISHED),
    (post_comment, hand_in_answer, Verb.SUBMITTED),
    (publish_comment, let_answer_out, Verb.ANSWER_PUBLISHED),
    (return_comment, send_answer_back, Verb.RETURNED),
    (take_back_comment, take_answer_back, Verb.WITHDRAWN),
    (discard_comment, give_answer_up, Verb.WITHDRAWN),
    (withdraw_comment, unsay, Verb.COMMENT_WITHDRAWN),
    (hide_comment, hide, Verb.COMMENT_HIDDEN),
    (show_comment, unhide, Verb.COMMENT_SHOWN),
    (report_comment, complain, Verb.COMMENT_REPORTED),
    (keep_comment, let_stand, Verb.REPORT_HANDLED),
    (require_approval, guard, Verb.CHANGED),
    (set_priority, single_out, Verb.CREATED),
    (drop_priority, let_go, Verb.REMOVED),
    (keep_ask, wish, Verb.CREATED),
]


# --- Access: a log of its own, since who has access is not public --------------------------------


def operator(world: World) -> User:
    world.people["steward"].is_staff = True
    world.people["steward"].save(update_fields=["is_staff"])
    return world.people["steward"]


def let_in(world: World) -> Callable[[], Any]:
    by = world.people["administrator"]
    return lambda: invite("ny@example.no", world.nfd, [Role.REPORTER], "nb", by)


def send_again(world: World) -> Callable[[], Any]:
    invitation = make_invitation(world.nfd)[0]
    return lambda: resend_invitation(invitation, world.people["administrator"])


def take_back(world: World) -> Callable[[], Any]:
    invitation = make_invitation(world.nfd)[0]
    return lambda: revoke_invitation(invitation, world.people["administrator"])


def say_yes(world: World) -> Callable[[], Any]:
    token = make_invitation(world.nfd)[1]
    return lambda: accept_invitation(token, name="Kari", password="et langt passord")


def grant(world: World) -> Callable[[], Any]:
    people = world.people
    return lambda: grant_role(people["reporter"], world.nfd, Role.APPROVER, people["steward"])


def end_one(world: World) -> Callable[[], Any]:
    role = world.people["reporter"].memberships.get()
    return lambda: end_membership(role, world.people["administrator"])


def end_all(world: World) -> Callable[[], Any]:
    people = world.people
    return lambda: end_access(people["approver_author"], world.nfd, people["administrator"])


def shut(world: World) -> Callable[[], Any]:
    by = operator(world)
    return lambda: close_account(world.people["reporter"], by)


def open_again(world: World) -> Callable[[], Any]:
    by = operator(world)
    person = close_account(world.people["reporter"], by)
    return lambda: reopen_account(person, by)


def lose_the_phone(world: World) -> Callable[[], Any]:
    by, person = operator(world), world.people["reporter"]
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    return lambda: reset_second_factor(person, by)


def guess_too_often(world: World) -> Callable[[], Any]:
    by, person = operator(world), world.people["reporter"]
    AccessAttempt.objects.create(username=person.email, failures_since_start=5)
    return lambda: unlock_account(person, by)


def demo(world: World) -> Callable[[], Any]:
    def make() -> None:
        with override_settings(DEBUG=True):
            create_demo_accounts()

    return make


ACCESS: list[tuple[Any, Callable[[World], Callable[[], Any]], list[AccessVerb]]] = [
    (invite, let_in, [AccessVerb.INVITED]),
    (resend_invitation, send_again, [AccessVerb.RESENT]),
    (revoke_invitation, take_back, [AccessVerb.REVOKED]),
    (accept_invitation, say_yes, [AccessVerb.ACCEPTED]),
    (grant_role, grant, [AccessVerb.GRANTED]),
    (end_membership, end_one, [AccessVerb.ENDED]),
    (end_access, end_all, [AccessVerb.ENDED]),
    (close_account, shut, [AccessVerb.CLOSED]),
    (reopen_account, open_again, [AccessVerb.REOPENED]),
    (reset_second_factor, lose_the_phone, [AccessVerb.RESET]),
    (unlock_account, guess_too_often, [AccessVerb.UNLOCKED]),
    (create_demo_accounts, demo, [AccessVerb.GRANTED] * len(Role)),
]


# --- What leaves no event ---------------------------------------------------------------------


def begin(world: World) -> Any:
    return open_draft(world.people["reporter"], world.measure)


def save(world: World) -> Any:
    draft = begin(world)
    return save_draft(world.people["reporter"], draft, Written(words()), draft.version)


def begin_correction(world: World) -> Any:
    return open_correction(world.people["reporter"], world.measure.updates.get())


def give_up(world: World) -> Any:
    return discard_draft(world.people["reporter"], begun(world))


def store(world: World) -> Any:
    return store_upload({"themes.csv": as_csv([THEME])}, world.people["steward"])


def plan_mail(world: World) -> Any:
    now = timezone.now()
    return plan_batch([make_recipient(next_at=now).pk], now, Shared())


#: Actions that leave none: what they do, and why nothing is told of it.
SILENT: list[tuple[Any, Callable[[World], Any], str]] = [
    (open_draft, begin, "what somebody is writing is nobody's business"),
    (save_draft, save, "what somebody is writing is nobody's business"),
    (open_correction, begin_correction, "what somebody is writing is nobody's business"),
    (open_comment, comments.drafted, "what somebody is writing is nobody's business"),
    (save_comment, comments.drafted, "what somebody is writing is nobody's business"),
    (discard_draft, give_up, "nobody but the writer has seen it"),
    (store_upload, store, "nothing of the register is changed before it is confirmed"),
    (discard_upload, lambda world: discard_upload(store(world)), "the same"),
    (recompute, lambda world: recompute([world.measure.pk]), "part of the act that calls it"),
    (plan_batch, plan_mail, "a mail tells of what happened; it is nothing that happened"),
    (retry_mail, lambda world: retry_mail(make_mail(**GIVEN_UP), timezone.now()), "the same"),
    (record_bounce, lambda world: record_bounce(make_mail().key, timezone.now()), "the same"),
    *((action, do, following_acts.WHY) for action, do in following_acts.ACTS),
]


@pytest.fixture
def world() -> World:
    return make_world()


def told_after(last: int) -> list[tuple[str, User | None, str, str]]:
    events = Event.objects.filter(pk__gt=last).order_by("pk").select_related("actor")
    return [(event.verb, event.actor, event.subject, event.subject_key) for event in events]


def last_event() -> int:
    return Event.objects.order_by("pk").values_list("pk", flat=True).last() or 0


def called(value: Any) -> str:
    return str(getattr(value, "__name__", value))


@pytest.mark.parametrize(("action", "prepared", "verb"), ACTS, ids=called)
def test_one_act_leaves_one_event(
    action: Any, prepared: Callable[[World], Act], verb: Verb, world: World
) -> None:
    act = prepared(world)
    last = last_event()
    act.do()
    [(told, actor, subject, key)] = told_after(last)
    assert (told, actor, subject) == (verb, act.actor, act.subject)
    if act.key == NEW:
        made = Ask.objects if subject == "ask" else StatusUpdate.objects
        key = key.replace(made.latest("pk").key, NEW)
    assert key == act.key


@pytest.mark.parametrize(("action", "do", "why"), SILENT, ids=called)
def test_what_leaves_no_event(
    action: Any, do: Callable[[World], Any], why: str, world: World
) -> None:
    last = last_event()
    do(world)
    assert told_after(last) == []


def test_of_several_each_gets_its_own_event(world: World) -> None:
    """One click confirms two measures; one file holds two rows."""
    other = make_measure(document=world.document)
    make_update(other, "2026-01-20")
    last = last_event()
    both = confirm_unchanged(world.people["reporter"], [world.measure, other])
    rows = [THEME, THEME | {"number": "51"}]
    write_register(prepare({"themes.csv": as_csv(rows)}, TODAY))
    assert [(verb, key) for verb, _, _, key in told_after(last)] == [
        *((Verb.SCHEDULED, update.key) for update in both),
        *((Verb.CREATED, row["number"]) for row in rows),
    ]


def test_a_deadline_set_on_publishing_is_told_of_once_beside_it(world: World) -> None:
    due: Any = {"new_due_on": TODAY.replace(year=2028), "new_due_precision": "day"}
    update = handed_in(world, new_due_reason="Mer tid.", **due)
    last = last_event()
    publish_update(update, world.people["approver"])
    told = [(verb, subject) for verb, _, subject, _ in told_after(last)]
    assert told == [(Verb.PUBLISHED, "status_update"), (Verb.DEADLINE_SET, "deadline")]


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_is_spoken_by_an_action(verb: Verb) -> None:
    assert verb in {row_verb for _, _, row_verb in ACTS}


@pytest.mark.parametrize(("action", "do", "verbs"), ACCESS, ids=called)
def test_one_act_on_access_leaves_one_row_of_its_log(
    action: Any, do: Callable[[World], Any], verbs: list[AccessVerb], world: World
) -> None:
    act, told = do(world), last_event()
    before = AccessEvent.objects.count()
    act()
    rows = AccessEvent.objects.order_by("pk").values_list("verb", flat=True)[before:]
    assert list(rows) == verbs
    assert told_after(told) == []


# --- No action without a row -------------------------------------------------------------------


def actions() -> Iterator[str]:
    """Yield the name of every action: what is atomic, or calls what is, and is not private."""
    for app in APPS:
        for path in sorted((ROOT / app / "actions").glob("*.py")):
            module = importlib.import_module(f"{app}.actions.{path.stem}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                # transaction.atomic wraps what it decorates
                is_atomic = hasattr(function, "__wrapped__")
                if is_atomic and function.__module__ == module.__name__ and name[0] != "_":
                    yield name


def test_every_action_has_a_row() -> None:
    rows = {action.__name__ for action, _, _ in [*ACTS, *SILENT, *ACCESS]}
    found = set(actions())
    assert {"publish_update", "keep_row", "confirm_unchanged"} <= found
    assert found <= rows, "say in ACTS which one event it leaves, or in SILENT why none"
