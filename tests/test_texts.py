"""Plain text, also hostile, is kept and shown harmlessly: paragraphs, lists, links, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.templatetags.texts import as_paragraphs, first_words
from measures.texts import blocks, clean, has_words


def shown(text: str) -> str:
    return str(as_paragraphs(text))


def test_paragraphs_lines_and_lists() -> None:
    text = "Først.\r\nLinje to.\n\n\n- ett\n- to\nSlutt.\n• tre"
    assert shown(text) == (
        "<p>Først.<br>Linje to.</p>"
        '<ul class="ds-list"><li>ett</li><li>to</li></ul><p>Slutt.</p>'
        '<ul class="ds-list"><li>tre</li></ul>'
    )


def test_links_are_links_and_end_where_the_address_does() -> None:
    html = shown("Se (https://example.no/a_(b)?c=1&d=2), eller http://example.no.")
    assert 'href="https://example.no/a_(b)?c=1&amp;d=2"' in html
    assert 'href="http://example.no"' in html
    assert html.endswith("</a>.</p>")
    assert html.count('rel="nofollow ugc noopener noreferrer"') == 2


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "https://navn:passord@example.no/",
        "https:///sti",
        "https://[::1]/",
        "https://example.no:99999999/",
        "https://" + "a" * 70 + ".no/",
        "ftp://example.no/",
        "//example.no/",
    ],
)
def test_what_is_no_harmless_link_is_only_text(text: str) -> None:
    html = shown(text)
    assert "<a " not in html
    assert "<script" not in html
    assert "<img" not in html
    assert "<svg" not in html


def test_a_host_that_looks_like_another_is_shown_as_it_is() -> None:
    html = shown("https://www.regjerıngen.no/\u0430")
    assert "xn--" in html
    assert "regjerıngen" not in html


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\u202eb", "ab"),
        ("a\u2066b\u2069c", "abc"),
        ("a\u200bb\ufeffc\u2060d\u00ade", "abcde"),
        ("a\x00b\x1bc\x07", "abc"),
        ("e\u0301", "é"),
        ("e" + "\u0301" * 50, "é" + "\u0301" * 3),
        ("\u200d" * 500, ""),
        ("👩\u200d⚕️ og 🇳🇴", "👩\u200d⚕️ og 🇳🇴"),
        ("a\n \t\n\n\n\nb", "a\n\nb"),
        ("  a  \n b ", "a\n b"),
        ("\ud800a", "a"),
        ("\u3164\u2800\u034fa", "a"),
        ("❤" + "\ufe0f" * 9, "❤\ufe0f"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize("text", ["", "\u200d", "\u3164", "\ufe0f \u0301", " \n "])
def test_what_says_nothing_is_nothing(text: str) -> None:
    assert not has_words(text)
    assert has_words(f"{text}!")


def test_a_long_text_is_taken_whole() -> None:
    text = "ord " * 25_000
    assert clean(text) == text.strip()
    assert len(first_words(text)) < 170


@given(st.text(max_size=300))
def test_cleaning_twice_is_cleaning_once_and_showing_never_fails(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    html = shown(text)
    assert "<script" not in html
    for block in blocks(text):
        assert block.lines
