"""Which comments a page lists. The address is the state."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q

from measures.choices import COMMENT_KINDS, Answered, CommentKind
from measures.filters.answers import Narrowed
from measures.filters.fields import OneOf
from measures.models import Comment, Document, Measure
from measures.models.discussion import CommentQuerySet
from measures.queries.measure import reference
from stakeholders.models import Organisation


class Reference(forms.CharField):
    """The reference of a measure, in any case; nothing for what cannot be one."""

    unknown: tuple[str, ...] = ()

    def clean(self, value: Any) -> list[str]:
        """Return a list with the reference, or an empty one."""
        text = str(value or "")
        known = reference(text)
        self.unknown = (text,) if text and not known else ()
        return [known] if known else []


KINDS = (*COMMENT_KINDS, CommentKind.SUPPLEMENT)


class CommentFilter(Narrowed):
    """Comments: who said it, who should answer, about which document, of what kind, and whether it
    has been answered."""

    fra = OneOf(required=False)
    til = OneOf(required=False)
    dokument = OneOf(required=False)
    type = OneOf(required=False, choices=[(kind.value, kind.label) for kind in KINDS])
    svar = OneOf(required=False, choices=Answered.choices)
    tiltak = Reference(required=False)

    def __init__(
        self,
        data: object,
        speakers: Iterable[Organisation],
        answering: Iterable[Organisation],
        documents: Iterable[Document],
    ) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        for name, known in (("fra", speakers), ("til", answering), ("dokument", documents)):
            self.fields[name].choices = [(one.key, one.key) for one in known]  # type: ignore[attr-defined]  # OneOf

    def narrow(self, comments: CommentQuerySet, now: datetime.datetime) -> CommentQuerySet:
        """Keep the comments that all filters let through."""
        if speaker := self.chosen("fra"):
            comments = comments.filter(organisation__key=speaker)
        if answering := self.chosen("til"):
            comments = comments.filter(self._answered_by(answering))
        if document := self.chosen("dokument"):
            comments = comments.filter(measure__document__key=document)
        if kind := self.chosen("type"):
            comments = comments.filter(kind=kind)
        if ref := self.chosen("tiltak"):
            comments = comments.filter(measure__ref=ref)
        return self._answered(comments, now)

    def _answered_by(self, key: str) -> Q:
        """Those that the organisation answered first, where the answered are asked for; else those
        on the measures that it answers for."""
        organisation = Organisation.objects.get(key=key)
        if self.chosen("svar") == Answered.ANSWERED:
            return Q(pk__in=Comment.objects.answered_by(organisation).values("pk"))
        this = Organisation.objects.filter(pk=organisation.pk).values("pk")
        return Q(measure__in=Measure.objects.answered_by(this).values("pk"))

    def _answered(self, comments: CommentQuerySet, now: datetime.datetime) -> CommentQuerySet:
        kept: dict[str, CommentQuerySet] = {
            Answered.OPEN: Comment.objects.unanswered(),
            Answered.OVERDUE: Comment.objects.overdue(now),
            Answered.ANSWERED: Comment.objects.standing().filter(answered_at__isnull=False),
        }
        found = kept.get(self.chosen("svar"))
        return comments if found is None else comments.filter(pk__in=found.values("pk"))
