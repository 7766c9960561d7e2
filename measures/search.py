"""Search: what people type, and the measures it finds.

Every word must be found. A word is cut to its Norwegian stem, and found inside longer words too,
since Norwegian writes compounds as one word: "studier" finds "legemiddelstudier".

- PostgreSQL: full text, ranked, with the stem as a prefix, or one of the vocabulary's words that
  contain it.
- SQLite: the stem as a part of any word, hits in the title first.

Stems of one or two letters must begin a word, or they would be found everywhere.

A word that nothing in the vocabulary resembles is taken for a typing error, and replaced by the
nearest word that is one error away; `Search.corrections` says so, and the page tells.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

import snowballstemmer
from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Length

from measures.models import Evidence, Measure, MeasureText, Owner, SearchWord, StatusUpdate
from measures.models.measures import MeasureQuerySet
from measures.models.search import LONGEST_WORD, TEXT_SEARCH

#: More than this is not read: a person's question is shorter, and each word costs.
MOST_LETTERS = 200
MOST_WORDS = 10
#: Shorter words are no part of the vocabulary, and not looked for inside others.
SHORTEST_WORD = 3
#: A word shorter than this resembles too many others to be called a typing error.
SHORTEST_TYPO = 4
MOST_COMPOUNDS = 40
MOST_CANDIDATES = 200
#: PostgreSQL keeps at most 1 MB of stems per measure; this many letters always fit.
LONGEST_BODY = 150_000
LONGEST_TITLE = 10_000
BATCH = 1000

WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case, without any other sign."""
    return WORD.findall(unicodedata.normalize("NFKC", text).lower())


def stem(word: str) -> str:
    """Return the Norwegian stem of a lower-case word."""
    # A stemmer holds the word it works on, so threads must not share one.
    return str(snowballstemmer.stemmer("norwegian").stemWord(word))


def one_error_apart(left: str, right: str) -> bool:
    """Say whether at most one letter is missing, added, wrong, or swapped with its neighbour."""
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    swapped = len(left) == 2 and left == right[::-1]
    return swapped or max(len(left), len(right)) <= 1


# --- What was asked --------------------------------------------------------------------------


@dataclass(frozen=True)
class Term:
    """One word of the question: as typed, as understood, its stem, and longer words with it."""

    typed: str
    word: str
    stem: str
    compounds: tuple[str, ...] = ()

    @classmethod
    def of(cls, word: str) -> Term:
        return cls(word, word, stem(word))

    def stands_in(self, field: str) -> Q:
        """For SQLite: the stem is part of a word; a very short one must begin it."""
        column = f"search_text__{field}"
        if len(self.stem) >= SHORTEST_WORD:
            return Q(**{f"{column}__contains": self.stem})
        return Q(**{f"{column}__startswith": self.stem}) | Q(
            **{f"{column}__contains": f" {self.stem}"}
        )


@dataclass(frozen=True)
class Search:
    """A question, understood. `is_cut` tells that it was too long and only its start is used."""

    terms: tuple[Term, ...] = ()
    is_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def corrections(self) -> list[Term]:
        """The words that were taken for typing errors."""
        return [term for term in self.terms if term.word != term.typed]

    def narrow(self, measures: MeasureQuerySet) -> MeasureQuerySet:
        """Keep the measures in whose words every term is found; without terms, all of them."""
        if not self.terms:
            return measures
        if connection.vendor == "postgresql":
            return measures.filter(search_text__stems=self._query)
        for term in self.terms:
            measures = measures.filter(term.stands_in("title") | term.stands_in("body"))
        return measures

    def best_first(self) -> OrderBy:
        """Return an order for measures that `narrow` left: hits in the title weigh most."""
        if connection.vendor == "postgresql":
            return SearchRank(F("search_text__stems"), self._query).desc()
        hits: Any = Value(0)
        for term in self.terms:
            hits += Case(When(term.stands_in("title"), then=1), default=0)
        return OrderBy(hits, descending=True)

    @cached_property
    def _query(self) -> SearchQuery:
        # Words hold letters and digits only, so quoting them is enough.
        terms = [
            " | ".join([f"'{t.word}':*", *(f"'{word}'" for word in t.compounds)])
            for t in self.terms
        ]
        question = " & ".join(f"({term})" for term in terms)
        return SearchQuery(question, config=TEXT_SEARCH, search_type="raw")


def understand(text: str) -> Search:
    """Read what somebody typed: at most two queries, whatever it is and however long."""
    asked = list(dict.fromkeys(word[:LONGEST_WORD] for word in words(text[:MOST_LETTERS])))
    terms = [Term.of(word) for word in asked[:MOST_WORDS]]
    known = containing([t.stem for t in terms if len(t.stem) >= SHORTEST_WORD])
    strange = [t.word for t in terms if len(t.word) >= SHORTEST_TYPO and known.get(t.stem) == []]
    meant = nearest(strange)
    return Search(
        terms=tuple(_with_vocabulary(term, known, meant) for term in terms),
        is_cut=len(text) > MOST_LETTERS or len(asked) > MOST_WORDS,
    )


def _with_vocabulary(term: Term, known: dict[str, list[str]], meant: dict[str, str]) -> Term:
    if term.typed in meant:
        word = meant[term.typed]
        return replace(term, word=word, stem=stem(word))
    compounds = (word for word in known.get(term.stem, ()) if not word.startswith(term.stem))
    return replace(term, compounds=tuple(compounds))


# --- The vocabulary --------------------------------------------------------------------------


def containing(stems: Sequence[str]) -> dict[str, list[str]]:
    """Map each stem to words of the vocabulary that contain it, compounds first, in one query."""
    return _per_key({part: _with_part(part) for part in stems})


def _with_part(part: str) -> QuerySet[SearchWord]:
    found = SearchWord.objects.filter(word__contains=part)
    if connection.features.supports_slicing_ordering_in_compound:
        starts = Case(When(word__startswith=part, then=1), default=0)
        found = found.order_by(starts, Length("word"), "word")[: MOST_COMPOUNDS + 1]
    return found


def nearest(typed: Sequence[str]) -> dict[str, str]:
    """Map each word to the word of the vocabulary that is one error away, in one query.

    A word with no such neighbour is left out.
    """
    candidates = _per_key({word: _alike(word) for word in typed})
    near = {
        word: [other for other in others if one_error_apart(word, other)]
        for word, others in candidates.items()
    }
    return {word: _likeliest(word, others) for word, others in near.items() if others}


def _likeliest(typed: str, others: list[str]) -> str:
    """The first letter is seldom wrong; then rather a letter left out than one too many."""
    return min(others, key=lambda other: (other[0] != typed[0], -len(other), other))


def _alike(word: str) -> QuerySet[SearchWord]:
    """Words that may be one error away: with one error, one end of the word is as it should be."""
    middle = len(word) // 2
    ends = Q(word__startswith=word[: middle - 1]) | Q(word__endswith=word[middle:])
    found = SearchWord.objects.alias(letters=Length("word")).filter(
        letters__gte=len(word) - 1, letters__lte=len(word) + 1
    )
    if connection.vendor == "postgresql":
        found = found.filter(ends | Q(word__trigram_similar=word))
        return found.order_by(TrigramSimilarity("word", word).desc(), "word")[:MOST_CANDIDATES]
    return found.filter(ends)


def _per_key(queries: dict[str, QuerySet[SearchWord]]) -> dict[str, list[str]]:
    """Run one query per key as a single UNION, and sort the words by key."""
    if not queries:
        return {}
    parts = [found.values_list(Value(key), "word") for key, found in queries.items()]
    answer: dict[str, list[str]] = {key: [] for key in queries}
    # One query alone cannot be a union.
    for key, word in parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]:
        answer[key].append(word)
    return answer


# --- Keeping the texts -----------------------------------------------------------------------


def reindex(measures: Sequence[int]) -> None:
    """Write anew what the search finds these measures by (primary keys).

    To be called, in the same transaction, by whatever changed a measure, its owners or its
    published updates. A few queries per 1,000 measures.
    """
    seen: set[str] = set()
    for start in range(0, len(measures), BATCH):
        _reindex_batch(measures[start : start + BATCH], seen)


@transaction.atomic
def _reindex_batch(pks: Sequence[int], seen: set[str]) -> None:
    bodies = _told_about(pks)
    texts = [
        MeasureText(
            measure=measure,
            title=_plain(_names(measure))[:LONGEST_TITLE],
            body=_plain([*_explained(measure), *bodies.get(measure.pk, ())])[:LONGEST_BODY],
        )
        for measure in Measure.objects.filter(pk__in=pks).select_related("theme")
    ]
    MeasureText.objects.bulk_create(
        texts, update_conflicts=True, unique_fields=["measure"], update_fields=["title", "body"]
    )
    found = {word for text in texts for word in f"{text.title} {text.body}".split()}
    new = {w for w in found if SHORTEST_WORD <= len(w) <= LONGEST_WORD} - seen
    seen |= new
    # Sorted, so that two who write at the same time wait for each other instead of dead-locking.
    SearchWord.objects.bulk_create(
        [SearchWord(word=word) for word in sorted(new)], ignore_conflicts=True, batch_size=5000
    )


def _plain(texts: Iterable[str]) -> str:
    return " ".join(word for text in texts for word in words(text))


def _names(measure: Measure) -> list[str]:
    titles = [measure.short_title, measure.short_title_en, measure.title, measure.title_en]
    return [*titles, measure.ref, measure.number]


def _explained(measure: Measure) -> list[str]:
    return [
        *(measure.summary, measure.summary_en, measure.caveat, measure.caveat_en),
        *(measure.theme.title, measure.theme.title_en),
    ]


def _told_about(pks: Sequence[int]) -> dict[int, list[str]]:
    """Owners' names, then published updates newest first, then their sources, per measure."""
    owners = Owner.objects.filter(measure__in=pks).values_list(
        "measure_id", "organisation__name", "organisation__name_en", "organisation__short_name"
    )
    updates = StatusUpdate.objects.published().filter(measure__in=pks).newest_first()
    sources = Evidence.objects.filter(
        update__measure__in=pks, update__published_at__isnull=False
    ).order_by("-update__date", "pk")
    rows: Iterable[tuple[Any, ...]] = chain(
        owners,
        updates.values_list("measure_id", "summary", "summary_en"),
        sources.values_list("update__measure_id", "title", "publisher"),
    )
    told: dict[int, list[str]] = {}
    for measure, *texts in rows:
        told.setdefault(measure, []).extend(texts)
    return told
