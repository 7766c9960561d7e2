"""How to read the register: each word, and how much of it is our own reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from measures.choices import Freshness, Outlook, PublisherKind, Schedule, Status
from measures.facts import NEAR
from tests.make import make_document, make_measure, make_update
from tests.page import Page

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def about(client: Client) -> Page:
    response = client.get("/om/")
    assert response.status_code == 200
    return Page(response)


def test_every_word_is_explained(client: Client) -> None:
    text = about(client).text
    for words in (Status, Outlook, Schedule, Freshness, PublisherKind):
        for label in words.labels:
            assert str(label) in text, label
    assert "Ikke rapportert" in text
    assert f"mer enn {NEAR.days} dager igjen" in text


def test_our_own_reading_is_counted(client: Client) -> None:
    call_command("load_register", str(FIXTURES), verbosity=0)
    text = about(client).text
    assert "25 av 33 koblinger mellom tiltak er vår lesing" in text
    assert "Dokumentene varsler 87 tiltak. Registeret har 61 av dem." in text
    assert "Veikartet: 41 varslet, 15 registrert" in text
    assert "3 av 61 tiltak er gjengitt, ikke ordrett" in text
    assert "13 temaer, og 1 av dem er vår egen samlebetegnelse" in text
    assert "For 46 tiltak utenfor veikartet har vi selv valgt tema" in text
    assert "Ordlyden til 26 varslede tiltak" in text


def test_uncertain_updates_are_counted(client: Client) -> None:
    measure = make_measure(document=make_document(announced_measures=1))
    make_update(measure)
    make_update(measure, confidence="medium")
    text = about(client).text
    assert "1 av 1 tiltak har en statusmelding som er merket som usikker" in text


def test_the_contents_lead_to_sections(client: Client) -> None:
    page = about(client)
    anchors = [link.href[1:] for link in page.links if link.href.startswith("#")]
    assert len(anchors) > 10
    assert set(anchors) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("anchor", ["tilgjengelighet", "personvern", "status", "nevner"])
def test_anchors_that_other_pages_use(anchor: str, client: Client) -> None:
    assert anchor in about(client).ids


def test_whom_to_write_to(client: Client, settings: Any) -> None:
    assert "ingen kontaktadresse" in about(client).text
    settings.CONTACT_EMAIL = "register@example.no"
    page = about(client)
    assert "ingen kontaktadresse" not in page.text
    assert "mailto:register@example.no" in {link.href for link in page.links}
