"""What is wrong with one mail, or one recipient, holds up nobody else's."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pytest
import time_machine

from measures.actions import outbox
from measures.actions.outbox import MOST_ATTEMPTS, deliver, hand_out
from measures.digests.composing import compose
from measures.mail.postman import Postman
from measures.models import Digest, Recipient
from measures.models.outbox import lease
from tests.cast import World, make_world
from tests.mailboxes import A_DAY, DAILY, NOON, follower, planned
from tests.make import make_measure, make_update

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def followers(number: int) -> list[Recipient]:
    """So many who follow everything and have something to be told."""
    made = [follower(rhythm=DAILY, now=NOON - 2 * A_DAY) for _ in range(number)]
    with time_machine.travel(NOON - A_DAY):
        make_update(make_measure(), "2026-02-01")
    return made


def test_a_recipient_that_cannot_be_planned_holds_up_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = followers(3)

    def fails(recipients: Sequence[Recipient], *rest: Any) -> Any:
        if second in recipients:
            raise ValueError("what it follows makes no sense")
        return compose(recipients, *rest)

    monkeypatch.setattr(outbox, "compose", fails)
    keys = planned(NOON)
    assert set(Digest.objects.filter(pk__in=keys).values_list("recipient", flat=True)) == {
        first.pk,
        third.pk,
    }
    assert f"recipient {second.pk} could not be planned" in caplog.text
    monkeypatch.undo()
    assert len(planned(NOON)) == 1  # and gets its own as soon as it can be made


def test_a_mail_that_cannot_be_written_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    followers(1)
    (key,) = planned(NOON)

    def fails(digest: Digest) -> None:
        raise KeyError("was")

    monkeypatch.setattr(outbox, "letter_for", fails)
    assert deliver(key, Postman(), lambda: NOON) == "failed"
    digest = Digest.objects.get(pk=key)
    assert digest.last_error == "not written: KeyError"
    assert f"Mail {digest.key} could not be written" in caplog.text
    assert digest.due_at is not None
    monkeypatch.undo()
    assert deliver(key, Postman(), lambda: NOON + A_DAY) == "sent"


def test_a_mail_over_which_every_worker_dies_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    followers(1)
    (key,) = planned(NOON)

    class Died(BaseException):
        """The worker is gone: nothing is noted."""

    def dies(digest: Digest) -> None:
        raise Died

    monkeypatch.setattr(outbox, "letter_for", dies)
    now: datetime.datetime = NOON
    for _ in range(MOST_ATTEMPTS):
        assert hand_out(now) == [key]
        with pytest.raises(Died):
            deliver(key, Postman(), lambda now=now: now)  # type: ignore[misc]
        now += lease()
    assert deliver(key, Postman(), lambda: now) == "failed"
    digest = Digest.objects.get(pk=key)
    assert (digest.due_at, digest.last_error) == (None, "too many attempts")
