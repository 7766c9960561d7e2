"""Which words went and which came."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.word_diff import Piece, compare, whole

WORDS = st.lists(st.sampled_from(["ja", "nei", "å", "på", " ", "\n", "."]), max_size=40)
TEXTS = st.one_of(st.text(max_size=200), WORDS.map(" ".join), WORDS.map("".join))


def put_together(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def marked(pieces: list[Piece]) -> list[str]:
    return [piece.text for piece in pieces if piece.is_changed]


@given(TEXTS, TEXTS)
def test_nothing_of_either_text_is_lost(old: str, new: str) -> None:
    removed, added = compare(old, new)
    assert put_together(removed) == old
    assert put_together(added) == new
    assert all(piece.text for piece in removed + added)


@given(TEXTS, TEXTS)
def test_the_words_that_are_kept_are_the_same_on_both_sides(old: str, new: str) -> None:
    kept = [
        "".join(piece.text for piece in side if not piece.is_changed).split()
        for side in compare(old, new)
    ]
    assert kept[0] == kept[1]


@given(TEXTS)
def test_the_same_text_has_no_changed_word(text: str) -> None:
    assert compare(text, text) == (whole(text, is_changed=False),) * 2


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("Anbudet er utsatt.", "Anbudet er lyst ut.", ["utsatt."], ["lyst ut."]),
        ("Første setning.", "Første setning. Andre setning.", [], [" Andre setning."]),
        ("foo", "Ny foo", [], ["Ny "]),
        ("en to tre fire", "en 2 3 fire", ["to tre"], ["2 3"]),
        ("", "Alt er nytt.", [], ["Alt er nytt."]),
        ("Alt er borte.", "", ["Alt er borte."], []),
    ],
)
def test_changed_words_are_marked(old: str, new: str, removed: list[str], added: list[str]) -> None:
    before, after = compare(old, new)
    assert (marked(before), marked(after)) == (removed, added)


@pytest.mark.parametrize("distinct", [1, 20, 120, 4_000])
def test_long_texts_are_compared_in_no_time(distinct: int) -> None:
    """Whatever the words: a page may not hang on 20,000 characters."""
    chance = random.Random(distinct)  # the same texts each time
    words = [f"o{n}" for n in range(distinct)]
    old, new = (" ".join(chance.choices(words, k=5_000))[:20_000] for _ in range(2))
    began = time.process_time()
    compare(old, new)
    assert time.process_time() - began < 5
