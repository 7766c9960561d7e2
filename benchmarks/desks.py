"""People for the reporting benchmark, the approvers among them, and what became of their texts.

    python -m benchmarks.desks people --reporters 20 --approvers 5
    python -m benchmarks.desks approve approver@example.no --seconds 60
    python -m benchmarks.desks check < texts.json

The database is that of DATABASE_URL. `people` makes them in a few ministries, several to each, so
that they meet over the same measures, and prints them with a session each. `approve` is one
approver in a process of its own, until the time is up and nothing waits; it prints what it did.
`check` prints the texts that are in no status update.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap.settings")
    django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from measures.actions import Changed
from measures.actions.publishing import publish_update, return_update
from measures.choices import Verb
from measures.models import Event, Measure, StatusUpdate
from stakeholders.choices import OrganisationKind, Role
from stakeholders.models import Membership, Organisation, User

#: So few measures each reports about, that colleagues meet.
MEASURES = 6
#: One in so many is returned with a note.
RETURNED = 4
#: How long an approver waits for the next text, in seconds.
REST = 0.05


def people(reporters: int, approvers: int) -> dict[str, Any]:
    """Make reporters and approvers, in as many ministries as there are approvers."""
    ministries = list(
        Organisation.objects.filter(kind=OrganisationKind.MINISTRY).order_by("pk")[:approvers]
    )
    found: dict[str, Any] = {"reporters": [], "approvers": []}
    for n in range(approvers):
        user = member(f"approver-{n}-bench@example.no", ministries[n % len(ministries)], "approver")
        found["approvers"].append(user.email)
    for n in range(reporters):
        ministry = ministries[n % len(ministries)]
        user = member(f"reporter-{n}-bench@example.no", ministry, "reporter")
        open_ones = Measure.objects.reportable_by(user).filter(reporting_closed_on=None)
        refs = list(open_ones.order_by("pk").values_list("ref", flat=True)[:MEASURES])
        start = n // len(ministries)  # colleagues begin at different ends
        found["reporters"].append(
            {
                "email": user.email,
                "session": session_of(user),
                "refs": refs[start:] + refs[:start],
            }
        )
    return found


def member(email: str, organisation: Organisation, role: str) -> User:
    """Make a person with a role."""
    user = User.objects.create_user(email, name=email.split("@", 1)[0])
    Membership.objects.create(user=user, organisation=organisation, role=Role(role))
    return user


def session_of(user: User) -> str:
    """Return the key of a new session, as signing in makes it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


# --- Approving -------------------------------------------------------------------------------


def decide(update: StatusUpdate, approver: User, turn: int) -> str:
    """Publish or return one text, as the approver does; return what was done.

    Raises Changed when somebody else was first. To measure another way of approving (the page, over
    HTTP), this is all that changes.
    """
    if turn % RETURNED == RETURNED - 1:
        return_update(update, approver, "Si også hvem som gjør det.")
        return "returned"
    publish_update(update, approver)
    return "published"


def approve(email: str, seconds: float) -> dict[str, Any]:
    """Decide over what waits, the oldest first, until the time is up and nothing waits."""
    approver, until, turn = User.objects.get(email=email), time.monotonic() + seconds, 0
    done: Counter[str] = Counter()
    errors: list[str] = []
    while True:
        update = StatusUpdate.objects.approvable_by(approver).order_by("submitted_at", "pk").first()
        is_over = time.monotonic() >= until
        if update is None:
            if is_over:
                return {"done": done, "errors": errors}
            time.sleep(REST)
            continue
        try:
            # At the end all are published: some of their writers have gone on to the next.
            done[decide(update, approver, 0 if is_over else turn)] += 1
        except Changed:
            done["told"] += 1
            turn = -1  # the next is published: what waits for its writer is not returned again
        except Exception as error:  # whatever it is, it counts and is shown
            errors.append(f"{email}, {update.key}: {type(error).__name__} {error}")
        turn += 1


# --- What became of it -----------------------------------------------------------------------


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Return the texts that no status update holds, and where the record contradicts itself."""
    stored = set(StatusUpdate.objects.values_list("summary", flat=True))
    # A text grows while it is written: what was saved first is the beginning of what was last.
    beginnings = sorted(given["kept"])
    lost = [text for text in beginnings if not any(text in whole for whole in stored)]
    written = StatusUpdate.objects.filter(author__email__endswith="-bench@example.no")
    told = Counter(Event.objects.filter(update__in=written).values_list("verb", flat=True))
    counted = {
        Verb.SUBMITTED.value: given["handed_in"],
        Verb.PUBLISHED.value: given["published"],
        Verb.RETURNED.value: given["returned"],
    }
    wrong = {v: [told[v], n] for v, n in counted.items() if told[v] != n}
    return {"lost": lost, "wrong": wrong}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and print it as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("people")
    make.add_argument("--reporters", type=int, required=True)
    make.add_argument("--approvers", type=int, required=True)
    one = commands.add_parser("approve")
    one.add_argument("email")
    one.add_argument("--seconds", type=float, required=True)
    commands.add_parser("check")
    chosen = parser.parse_args(arguments)
    if chosen.command == "people":
        answer = people(chosen.reporters, chosen.approvers)
    elif chosen.command == "approve":
        answer = approve(chosen.email, chosen.seconds)
    else:
        answer = check(json.load(sys.stdin))
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
