"""Following by e-mail: asked for, confirmed by whoever reads the mailbox, changed, stopped,
forgotten. No link changes anything by being opened."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from measures.actions import Changed
from measures.actions.following import (
    UNCONFIRMED_FOR,
    change_rhythm,
    confirm_subscription,
    forget_unconfirmed,
    stop_mail,
    unfollow,
)
from measures.actions.mailboxes import (
    follow_as,
    member_mailbox,
    member_mailboxes,
    set_organisation_address,
)
from measures.actions.outbox import hand_out
from measures.mail.links import Purpose, token_for
from measures.models import Digest, Recipient, Subscription
from measures.models.following import About
from stakeholders.models import Membership
from tests.cast import World, make_world
from tests.mailboxes import A_DAY, DAILY, NOON, WEEKLY, asked, follower, question, sent, token_of
from tests.make import make_measure, make_member, make_organisation, make_update
from tests.page import Page

pytestmark = pytest.mark.django_db
FORM = {"frequency": "weekly", "weekday": "1", "hour": "9", "language": "nn"}


@pytest.fixture
def world() -> World:
    return make_world()


def ask(client: Client, **given: str) -> Any:
    data = {"email": "Ny@Example.no", **FORM, **given}
    return client.post(reverse("measures:follow"), data)


def send_all() -> list[str]:
    now = timezone.now() + datetime.timedelta(seconds=1)
    return sent(now)


# --- Asking -----------------------------------------------------------------------------------


def test_from_asking_to_following(world: World, client: Client) -> None:
    assert ask(client, tiltak="vk-01").status_code == 302
    recipient = Recipient.objects.get(email="ny@example.no")
    assert (recipient.language, recipient.weekday, recipient.hour) == ("nn", 1, 9)
    assert not Recipient.objects.getting_mail().exists()
    assert send_all() == ["sent"]
    (letter,) = mail.outbox
    assert letter.to == ["ny@example.no"]
    assert "List-Unsubscribe" not in letter.extra_headers
    (address,) = set(re.findall(r"http://\S*/folg/bekreft/\S+/", str(letter.body)))
    path = address.replace("http://localhost:8000", "")
    assert path.startswith("/nn/")
    assert client.get(path).status_code == 200
    mine = Subscription.objects.running().filter(recipient=recipient)
    assert not mine.exists()
    client.post(path)
    subscription = mine.get()
    assert (subscription.scope, subscription.measure) == ("measure", world.measure)
    assert "VK-01" in Page(client.get(path)).text


@pytest.mark.parametrize(
    ("given", "scope"),
    [
        ({}, "all"),
        ({"dokument": "veikart"}, "document"),
        ({"aktor": "nfd"}, "organisation"),
        ({"utvalg": "status=in_progress&status=completed"}, "selection"),
        ({"utvalg": "side=3"}, "all"),
    ],
)
def test_what_can_be_followed(
    world: World, client: Client, given: dict[str, str], scope: str
) -> None:
    assert client.get(reverse("measures:follow"), given).status_code == 200
    assert ask(client, **given).status_code == 302
    assert Subscription.objects.get().scope == scope


def test_a_selection_is_kept_the_same_however_it_is_written(world: World, client: Client) -> None:
    ask(client, utvalg="status=completed&status=in_progress&side=2&ukjent=1")
    ask(client, utvalg="status=in_progress&status=completed&sortering=tittel")
    assert Subscription.objects.get().query == "status=in_progress&status=completed"


@pytest.mark.parametrize(
    "given", [{"email": ""}, {"email": "ikke en adresse"}, {"frequency": ""}, {"hour": "27"}]
)
def test_what_is_wrong_is_said_and_the_rest_kept(
    world: World, client: Client, given: dict[str, str]
) -> None:
    response = ask(client, tiltak="VK-01", **given)
    assert response.status_code == 422
    assert "<title>Feil:" in response.content.decode()
    assert 'value="VK-01"' in response.content.decode()
    assert not Recipient.objects.exists()


def test_what_is_not_there_is_not_everything(world: World, client: Client) -> None:
    assert client.get(reverse("measures:follow"), {"tiltak": "VK-99"}).status_code == 404
    assert ask(client, tiltak="VK-99").status_code == 422
    assert not Subscription.objects.exists()


def test_the_answer_does_not_tell_who_follows(world: World, client: Client) -> None:
    follower("ny@example.no")
    known, unknown = ask(client), ask(client, email="ukjent@example.no")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [d.recipient.email for d in Digest.objects.all()] == ["ukjent@example.no"]


def test_nobody_else_changes_the_rhythm_of_a_mailbox(world: World, client: Client) -> None:
    follower("ny@example.no", DAILY)
    ask(client, tiltak="VK-01")
    recipient = Recipient.objects.get()
    assert (recipient.frequency, recipient.language) == ("daily", "nb")


def test_nobody_fills_a_mailbox_with_questions(world: World, client: Client) -> None:
    for number in range(6):
        ask(client, utvalg=f"q=ord{number}")
    ask(client, utvalg="q=ord0")
    assert Digest.objects.filter(kind="confirmation").count() == 3


def test_a_machine_is_stopped(world: World, client: Client) -> None:
    codes = [ask(client, email=f"n{number}@example.no").status_code for number in range(22)]
    assert codes[:20] == [302] * 20
    assert codes[20:] == [429] * 2


# --- Confirming -------------------------------------------------------------------------------


def test_confirmed_twice_is_confirmed_once(world: World, client: Client) -> None:
    subscription, token = question()
    address = reverse("measures:follow_confirm", args=[token])
    client.post(address)
    first = Subscription.objects.get(pk=subscription.pk).confirmed_at
    assert client.post(address).status_code == 302
    assert Subscription.objects.get(pk=subscription.pk).confirmed_at == first


@pytest.mark.parametrize("token", ["tull", "1.tull", token_for(Purpose.MAILBOX, "1")])
def test_an_altered_link_confirms_nothing(world: World, client: Client, token: str) -> None:
    question()
    assert client.post(reverse("measures:follow_confirm", args=[token])).status_code == 404
    assert not Subscription.objects.running().exists()


def test_a_link_to_what_was_forgotten_says_so(world: World, client: Client) -> None:
    _subscription, token = question()
    forget_unconfirmed(timezone.now() + UNCONFIRMED_FOR + A_DAY)
    response = client.get(reverse("measures:follow_confirm", args=[token]))
    assert response.status_code == 410
    assert "eldre enn sju dager" in Page(response).text


def test_unconfirmed_addresses_are_forgotten(world: World) -> None:
    old = timezone.now() - UNCONFIRMED_FOR - A_DAY
    asked("gammel@example.no", now=old)
    asked("ny@example.no")
    kept = follower("fast@example.no", now=old)
    asked("fast@example.no", now=old, measure=world.measure)
    assert forget_unconfirmed(timezone.now()) == 1
    assert set(Recipient.objects.values_list("email", flat=True)) == {
        "ny@example.no",
        "fast@example.no",
    }
    assert kept.subscriptions.count() == 1


def test_following_begins_when_confirmed(world: World) -> None:
    """What was published between the question and the answer is no news."""
    subscription = asked(now=NOON - 5 * A_DAY, rhythm=DAILY)
    confirm_subscription(subscription, NOON)
    assert Recipient.objects.get().since == NOON


def test_who_stopped_can_begin_again(world: World, client: Client) -> None:
    """Asked for again at /folg/: the question goes out, and a yes begins from that day."""
    recipient = follower("igjen@example.no", now=NOON - 30 * A_DAY)
    stop_mail(recipient, NOON - 20 * A_DAY)
    subscription = asked("igjen@example.no", now=NOON)
    with time_machine.travel(NOON, tick=False):
        assert "sent" in sent(NOON)
    confirm_subscription(subscription, NOON)
    recipient.refresh_from_db()
    assert (recipient.stopped_at, recipient.since) == (None, NOON)


def test_who_asks_last_chooses_until_somebody_says_yes(world: World) -> None:
    asked("ny@example.no", DAILY)
    asked("ny@example.no", WEEKLY._replace(language="en"))
    recipient = Recipient.objects.get(email="ny@example.no")
    assert (recipient.frequency, recipient.language) == ("weekly", "en")


def test_an_old_link_confirms_nothing(world: World) -> None:
    subscription = asked(now=NOON)
    with pytest.raises(Changed):
        confirm_subscription(subscription, NOON + UNCONFIRMED_FOR + A_DAY)


@pytest.mark.parametrize(
    "email", ['"\x01"@firma.no', '"a b"@firma.no', "ſ@firma.no", "a@b", "a@b.no\r\nBcc: c@d.no"]
)
def test_odd_addresses_are_refused(world: World, client: Client, email: str) -> None:
    assert ask(client, email=email).status_code == 422


def test_the_page_says_when_the_next_one_really_comes(world: World) -> None:
    """A week that has had its digest gets no other, also when the weekday is changed."""
    recipient = follower(rhythm=WEEKLY, now=NOON - 10 * A_DAY)
    make_update(world.measure, "2026-02-01")
    sent(NOON)
    changed = change_rhythm(recipient, WEEKLY._replace(weekday=4), NOON)
    assert changed.next_at.date().isoformat() == "2026-12-11"


# --- One's own mailbox ------------------------------------------------------------------------


def test_no_link_changes_anything_by_being_opened(world: World, client: Client) -> None:
    """Mail scanners open every link: all the pages of a mailbox, and of a question."""
    recipient = follower()
    subscription, token = question()
    before = [list(m.objects.values()) for m in (Recipient, Subscription, Digest)]
    for name in ("mailbox", "mailbox_stop", "mailbox_export"):
        for call in (client.get, client.head):
            assert call(reverse(f"measures:{name}", args=[token_of(recipient)])).status_code == 200
    client.get(reverse("measures:follow_confirm", args=[token]))
    for name in ("mailbox_forget",):
        address = reverse(f"measures:{name}", args=[token_of(recipient)])
        assert client.get(address).status_code == 405
    assert [list(m.objects.values()) for m in (Recipient, Subscription, Digest)] == before
    assert subscription.confirmed_at is None


def test_one_click_stops(world: World) -> None:
    """RFC 8058: a mail program posts, without a token of ours and without cookies."""
    recipient = follower()
    strict = Client(enforce_csrf_checks=True)
    address = reverse("measures:mailbox_stop", args=[token_of(recipient)])
    response = strict.post(address, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert not response.cookies
    recipient.refresh_from_db()
    assert recipient.stopped_why == "asked"


@pytest.mark.parametrize("name", ["mailbox", "mailbox_stop", "mailbox_export"])
@pytest.mark.parametrize("token", ["tull", "abc.def"])
def test_an_altered_link_opens_no_mailbox(client: Client, name: str, token: str) -> None:
    assert client.get(reverse(f"measures:{name}", args=[token])).status_code == 404


def test_changing_the_rhythm(world: World, client: Client) -> None:
    recipient = follower()
    address = reverse("measures:mailbox", args=[token_of(recipient)])
    assert client.post(address, FORM).status_code == 302
    recipient.refresh_from_db()
    assert (recipient.weekday, recipient.hour, recipient.language) == (1, 9, "nn")
    assert recipient.next_at > timezone.now()
    assert client.post(address, FORM | {"frequency": "hele tida"}).status_code == 422


def test_saving_begins_again(world: World, client: Client) -> None:
    recipient = follower()
    client.post(reverse("measures:mailbox_stop", args=[token_of(recipient)]))
    client.post(reverse("measures:mailbox", args=[token_of(recipient)]), FORM)
    recipient.refresh_from_db()
    assert recipient.stopped_at is None


def test_ending_one_leaves_the_others(world: World, client: Client) -> None:
    recipient = follower("en@example.no", measure=world.measure)
    follower("en@example.no")
    other = follower("to@example.no").subscriptions.get()
    mine = recipient.subscriptions.get(scope="measure")
    address = reverse("measures:mailbox_unfollow", args=[token_of(recipient), mine.pk])
    assert client.post(address).status_code == 302
    scopes = Subscription.objects.running().filter(recipient=recipient)
    assert [one.scope for one in scopes] == ["all"]
    address = reverse("measures:mailbox_unfollow", args=[token_of(recipient), other.pk])
    assert client.post(address).status_code == 404


def test_own_data_in_one_click(world: World, client: Client) -> None:
    recipient = follower("meg@example.no", measure=world.measure)
    response = client.get(reverse("measures:mailbox_export", args=[token_of(recipient)]))
    data = json.loads(response.content)
    assert data["email"] == "meg@example.no"
    assert data["subscriptions"][0]["about"].startswith("VK-01")
    assert "attachment" in response["Content-Disposition"]


def test_forgotten_in_one_click(world: World, client: Client) -> None:
    recipient = follower("meg@example.no", DAILY, NOON - 2 * A_DAY)
    make_update(world.measure, "2026-02-01")
    sent(timezone.now() + 2 * A_DAY)
    client.post(reverse("measures:mailbox_forget", args=[token_of(recipient)]))
    assert not Recipient.objects.filter(email="meg@example.no").exists()
    assert not Digest.objects.filter(recipient=recipient.pk).exists()


def test_a_member_who_is_forgotten_gets_no_more(world: World, client: Client) -> None:
    recipient = member_mailbox(world.people["reporter"], timezone.now())
    client.post(reverse("measures:mailbox_forget", args=[token_of(recipient)]))
    recipient.refresh_from_db()
    assert recipient.stopped_why == "asked"
    assert not recipient.subscriptions.filter(ended_at=None).exists()
    assert member_mailboxes(timezone.now()) == 6  # the others of the cast
    assert not recipient.subscriptions.filter(ended_at=None).exists()


# --- Members and organisations ----------------------------------------------------------------


def test_members_have_mailboxes_by_themselves(world: World) -> None:
    assert member_mailboxes(NOON) == 7
    assert member_mailboxes(NOON) == 0
    reporter = Recipient.objects.get(user=world.people["reporter"])
    assert [s.organisation for s in reporter.subscriptions.all()] == [world.nfd]
    voice = Recipient.objects.get(user=world.people["voice"])
    assert [s.scope for s in voice.subscriptions.all()] == ["all"]


def test_who_leaves_gets_no_more(world: World) -> None:
    user = world.people["reporter"]
    member_mailboxes(NOON)
    Membership.objects.filter(user=user).update(ended_at=timezone.now())
    member_mailboxes(NOON)
    recipient = Recipient.objects.get(email=user.email)
    assert recipient.stopped_why == "left"
    assert not Recipient.objects.getting_mail().filter(pk=recipient.pk).exists()


def test_who_comes_back_begins_again(world: World) -> None:
    user = world.people["reporter"]
    member_mailboxes(NOON)
    Membership.objects.filter(user=user).update(ended_at=timezone.now())
    member_mailboxes(NOON)
    Membership.objects.create(user=user, organisation=world.nfd, role="reporter")
    member_mailboxes(NOON + A_DAY)
    recipient = Recipient.objects.get(user=user)
    assert (recipient.stopped_at, recipient.since) == (None, NOON + A_DAY)
    assert [s.organisation for s in Subscription.objects.running().filter(recipient=recipient)] == [
        world.nfd
    ]


def test_who_leaves_keeps_what_they_chose(world: World) -> None:
    user = world.people["reporter"]
    follow_as(user, About(measure=world.measure), NOON)
    Membership.objects.filter(user=user).update(ended_at=timezone.now())
    member_mailboxes(NOON)
    recipient = Recipient.objects.get(user=user)
    assert recipient.stopped_at is None
    assert [s.scope for s in Subscription.objects.running().filter(recipient=recipient)] == [
        "measure"
    ]


def test_a_closed_account_gets_nothing(world: World) -> None:
    user = world.people["reporter"]
    follow_as(user, About(measure=world.measure), NOON)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    member_mailboxes(NOON)
    assert Recipient.objects.get(user=user).stopped_why == "left"


def test_who_signs_in_without_a_role_keeps_the_mailbox(world: World) -> None:
    follow_as(world.people["operator"], About(measure=world.measure), NOON)
    member_mailboxes(NOON)
    recipient = Recipient.objects.get(user=world.people["operator"])
    assert recipient.stopped_at is None
    assert Recipient.objects.getting_mail().filter(pk=recipient.pk).exists()


def test_a_new_role_is_followed_and_mail_moves_with_the_address(world: World) -> None:
    user = world.people["reporter"]
    member_mailboxes(NOON)
    Membership.objects.create(user=user, organisation=world.hod, role="reporter")
    type(user).objects.filter(pk=user.pk).update(email="Ny@nfd.example.no")
    member_mailboxes(NOON)
    recipient = Recipient.objects.get(user=user)
    assert recipient.email == "ny@nfd.example.no"
    assert {s.organisation for s in recipient.subscriptions.all()} == {world.nfd, world.hod}
    ended = recipient.subscriptions.get(organisation=world.hod)
    unfollow(ended, NOON)
    member_mailboxes(NOON)
    assert not Subscription.objects.running().filter(pk=ended.pk).exists()


def test_a_follower_who_becomes_a_member_keeps_one_mailbox(world: World) -> None:
    follower("ny@example.no", DAILY, measure=world.measure)
    user = make_member(world.nfd, email="ny@example.no")
    Membership.objects.create(user=user, organisation=world.nfd, role="reporter")
    member_mailboxes(NOON)
    recipient = Recipient.objects.get(email="ny@example.no")
    assert recipient.user == user
    assert recipient.frequency == "daily"
    assert {s.scope for s in recipient.subscriptions.all()} == {"measure", "organisation"}


def test_a_member_follows_without_proving_the_address(world: World) -> None:
    user = world.people["reporter"]
    subscription = follow_as(user, About(measure=world.measure), NOON)
    assert subscription.confirmed_at == NOON
    unfollow(subscription, NOON)
    again = follow_as(user, About(measure=world.measure), NOON)
    assert again.pk == subscription.pk
    assert again.ended_at is None


def test_who_has_signed_in_follows_at_once(world: World, client: Client) -> None:
    client.force_login(world.people["reporter"])
    page = client.get(reverse("measures:follow"), {"tiltak": "VK-01"})
    assert "rapportor@example.no" in page.content.decode()
    assert ask(client, tiltak="VK-01", email="Rapportor@example.no").status_code == 302
    mine = Subscription.objects.running().get(scope="measure")
    assert mine.recipient.user == world.people["reporter"]
    assert mine.recipient.language == "nn"
    assert not Digest.objects.exists()


def test_an_organisation_gets_its_digest_as_soon_as_it_has_an_address(
    world: World, client: Client
) -> None:
    client.force_login(world.people["administrator"])
    address = reverse("measures:organisation_mailbox", args=["nfd"])
    assert client.get(address).status_code == 200
    data = FORM | {"email": "Post@nfd.example.no"}
    assert client.post(address, data).status_code == 302
    recipient = Recipient.objects.get(organisation=world.nfd)
    assert recipient.email == "post@nfd.example.no"
    assert "post@nfd.example.no" in Page(client.get(reverse("measures:own_mailbox"))).text


def test_a_new_address_takes_over_and_the_old_one_gets_nothing(world: World) -> None:
    first = set_organisation_address(world.nfd, "en@nfd.example.no", WEEKLY, NOON)
    second = set_organisation_address(world.nfd, "to@nfd.example.no", WEEKLY, NOON)
    assert first is not None
    assert second is not None
    first.refresh_from_db()
    assert (first.organisation, first.stopped_why) == (None, "replaced")
    assert set_organisation_address(world.nfd, "", WEEKLY, NOON) is None
    assert not Recipient.objects.getting_mail().exists()


def test_an_address_of_others_is_not_taken_over(world: World, client: Client) -> None:
    """Not another organisation's inbox, nor a mailbox that wants no mail; and nobody's rhythm."""
    set_organisation_address(world.lmi, "post@lmi.example.no", WEEKLY, NOON)
    client.force_login(world.people["administrator"])
    address = reverse("measures:organisation_mailbox", args=["nfd"])
    response = client.post(address, FORM | {"email": "post@lmi.example.no"})
    assert response.status_code == 422
    assert "Adressen hører til en annen aktør." in Page(response).text
    stopped = follower("stoppet@example.no")
    stop_mail(stopped, NOON)
    assert client.post(address, FORM | {"email": "stoppet@example.no"}).status_code == 422
    follower("noen@example.no", DAILY)
    assert client.post(address, FORM | {"email": "noen@example.no"}).status_code == 302
    recipient = Recipient.objects.get(organisation=world.nfd)
    assert (recipient.email, recipient.frequency) == ("noen@example.no", "daily")
    client.post(address, FORM | {"email": ""})
    recipient.refresh_from_db()
    assert (recipient.organisation, recipient.stopped_at) == (None, None)
    assert [s.scope for s in Subscription.objects.running().filter(recipient=recipient)] == ["all"]


def test_only_who_manages_the_organisation_sets_its_address(world: World) -> None:
    with pytest.raises(PermissionDenied):
        set_organisation_address(
            world.nfd, "post@nfd.example.no", WEEKLY, NOON, world.people["voice"]
        )


def test_organisations_that_wait_follow_everything(world: World) -> None:
    cluster = make_organisation(kind="cluster")
    recipient = set_organisation_address(cluster, "post@klynge.example.no", WEEKLY, NOON)
    assert recipient is not None
    assert [s.scope for s in recipient.subscriptions.all()] == ["all"]


# --- What is followed -------------------------------------------------------------------------


def refs(recipient: Recipient) -> set[str]:
    told = Digest.objects.filter(recipient=recipient, kind="digest")
    return {item["ref"] for d in told for item in d.content.get("changes", {"items": []})["items"]}


def test_each_scope_gets_its_own(world: World) -> None:
    other = make_measure(ref="T-2")
    start = timezone.now() - A_DAY
    followers = {
        "all": follower(rhythm=DAILY, now=start),
        "document": follower(rhythm=DAILY, now=start, document=world.document),
        "organisation": follower(rhythm=DAILY, now=start, organisation=world.nfd),
        "hod": follower(rhythm=DAILY, now=start, organisation=world.hod),
        "measure": follower(rhythm=DAILY, now=start, measure=other),
        "selection": follower(rhythm=DAILY, now=start, query="aktor=nfd"),
        "not": follower(rhythm=DAILY, now=start, query="aktor=lmi"),
    }
    for measure in (world.measure, other):
        make_update(measure, "2026-02-01", status="completed")
    sent(timezone.now() + A_DAY)
    told = {name: refs(recipient) for name, recipient in followers.items()}
    both = {"VK-01", "T-2"} if other.document == world.document else {"VK-01"}
    assert told == {
        "all": {"VK-01", "T-2"},
        "document": both,
        # NFD leads VK-01, and coordinates the document of what nobody leads.
        "organisation": both,
        "hod": set(),
        "measure": {"T-2"},
        "selection": {"VK-01"},
        "not": set(),
    }


def test_what_leaves_a_selection_is_told(world: World) -> None:
    """Whoever follows what is under way hears that it was completed."""
    start = timezone.now() - A_DAY
    under_way = follower(rhythm=DAILY, now=start, query="status=in_progress")
    elsewhere = follower(rhythm=DAILY, now=start, query="status=in_progress&dokument=annet")
    Digest.objects.all().delete()
    make_update(world.measure, "2026-02-01", status="completed")
    sent(timezone.now() + A_DAY)
    assert refs(under_way) == {"VK-01"}
    assert refs(elsewhere) <= {"VK-01"}


def test_questions_go_out_like_all_mail(world: World) -> None:
    asked("ny@example.no")
    assert len(hand_out(timezone.now())) == 1
