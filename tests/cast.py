"""The fixed cast of people that tests send through the site, and the small world they live in."""

from __future__ import annotations

from dataclasses import dataclass, field

from measures.choices import Origin
from measures.models import Document, Indicator, Measure, Owner
from stakeholders.choices import Role
from stakeholders.models import Organisation, User
from tests.make import (
    make_document,
    make_measure,
    make_member,
    make_organisation,
    make_update,
    make_user,
)

#: Who walks: nobody has signed in as `anonymous`, and `stranger` belongs nowhere.
CAST = (
    "anonymous",
    "stranger",
    "reporter",
    "approver",
    "approver_author",
    "voice",
    "steward",
    "administrator",
    "colleague",
    "operator",
)


@dataclass
class World:
    """NFD coordinates the roadmap and leads VK-01; HOD is another ministry with nothing in it; LMI
    is an industry body. `people` are the cast by role: `reporter` and `approver` at NFD,
    `approver_author` who is both, `steward` and `administrator` at NFD, `colleague` who is
    reporter, approver and administrator at HOD, `voice` at LMI. `operator`
    runs the site, and belongs nowhere."""

    nfd: Organisation
    hod: Organisation
    lmi: Organisation
    document: Document
    measure: Measure
    people: dict[str, User] = field(default_factory=dict)


def make_world() -> World:
    """Make the world and its cast."""
    nfd = make_organisation(key="nfd", kind="ministry", name="Nærings- og fiskeridepartementet")
    hod = make_organisation(key="hod", kind="ministry", name="Helse- og omsorgsdepartementet")
    lmi = make_organisation(key="lmi", kind="industry_body", name="Legemiddelindustrien")
    document = make_document(key="veikart")
    document.coordinators.add(nfd)
    measure = make_measure(ref="VK-01", document=document)
    Owner.objects.create(measure=measure, organisation=nfd, role="lead")
    Indicator.objects.create(key="eksport", name="Eksport", unit="mrd. kroner")
    everything = (Role.REPORTER, Role.APPROVER, Role.ADMINISTRATOR)
    people = {
        "stranger": make_user(email="fremmed@example.no"),
        "reporter": make_member(nfd, Role.REPORTER, email="rapportor@example.no"),
        "approver": make_member(nfd, Role.APPROVER, email="godkjenner@example.no"),
        "approver_author": make_member(nfd, Role.REPORTER, Role.APPROVER, email="begge@example.no"),
        "voice": make_member(lmi, Role.VOICE, email="talsperson@example.no"),
        "steward": make_member(nfd, Role.STEWARD, email="registerforer@example.no"),
        "administrator": make_member(nfd, Role.ADMINISTRATOR, email="administrator@example.no"),
        "colleague": make_member(hod, *everything, email="kollega@example.no"),
        "operator": make_user(email="drift@example.no", is_staff=True),
    }
    make_update(
        measure,
        "2026-01-15",
        origin=Origin.REPORT,
        organisation=nfd,
        author=people["reporter"],
        approved_by=people["approver"],
    )
    return World(nfd, hod, lmi, document, measure, people)
