"""The links to the same page in the other languages."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.utils import translation

from roadmap.templatetags.languages import language_links


@pytest.mark.parametrize(
    ("path", "language", "wanted"),
    [
        ("/tiltak/?side=2", "nb", ["/tiltak/?side=2", "/nn/tiltak/?side=2", "/en/tiltak/?side=2"]),
        ("/en/tiltak/HM-C2/", "en", ["/tiltak/HM-C2/", "/nn/tiltak/HM-C2/", "/en/tiltak/HM-C2/"]),
        ("/nn/", "nn", ["/", "/nn/", "/en/"]),
        # A page that does not exist: its explanation does, in every language.
        ("/finnes-ikke/", "nb", ["/finnes-ikke/", "/nn/finnes-ikke/", "/en/finnes-ikke/"]),
        ("/en/finnes-ikke/", "en", ["/finnes-ikke/", "/nn/finnes-ikke/", "/en/finnes-ikke/"]),
    ],
)
def test_the_same_page_in_each_language(path: str, language: str, wanted: list[str]) -> None:
    with translation.override(language):
        links = language_links(RequestFactory().get(path))
    assert [link.url for link in links] == wanted
    assert [link.code for link in links if link.is_current] == [language]


def test_the_address_for_search_engines_is_whole_and_without_query() -> None:
    with translation.override("nb"):
        links = language_links(RequestFactory().get("/tiltak/?side=2"))
    assert links[1].address == f"{settings.SITE_URL}/nn/tiltak/"


def test_without_a_request_there_is_nothing_to_link_to() -> None:
    assert language_links(None) == []
