"""What the search looks in: the words of each measure, and the vocabulary of all of them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from measures.models.measures import Measure

#: PostgreSQL's text search configuration, made by a migration: Norwegian stems, and no list of
#: words to leave out, so that every word somebody types can be found.
TEXT_SEARCH = "tiltak"
#: A longer run of letters is no word anybody types.
LONGEST_WORD = 60


class Lexemes(models.Func):
    """The stems of title (weight A) and body (weight B); PostgreSQL only, NULL on SQLite."""

    output_field = SearchVectorField(null=True)
    template = (
        f"setweight(to_tsvector('{TEXT_SEARCH}'::regconfig, title), 'A') || "
        f"setweight(to_tsvector('{TEXT_SEARCH}'::regconfig, body), 'B')"
    )

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        return "NULL", ()


class MeasureText(models.Model):
    """All that a search for a measure looks in, as lower-case words with one space between.

    Written by `measures.search.reindex` and by nothing else. `title` holds the names of the
    measure: short title, wording, English wording, ref and number. `body` holds what is told
    about it. `stems` is kept by PostgreSQL itself.
    """

    measure = models.OneToOneField(
        Measure, models.CASCADE, primary_key=True, related_name="search_text"
    )
    title = models.TextField()
    body = models.TextField()
    stems = models.GeneratedField(
        expression=Lexemes(), output_field=SearchVectorField(null=True), db_persist=True
    )

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word that stands in some `MeasureText`, now or before: what a misspelt word may mean."""

    word = models.CharField(max_length=LONGEST_WORD, primary_key=True)

    def __str__(self) -> str:
        return self.word
