"""The sources behind what has been said, for many texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.db.models import Q

from measures.models import Comment, Evidence, StatusUpdate


def load_evidence(updates: Sequence[StatusUpdate], comments: Sequence[Comment]) -> None:
    """Fetch the evidence of updates and of comments in one query, where `prefetch_related` would
    make one for each kind. `evidence.all()` of each then asks no more."""
    of_these = Q(update__in=[u.pk for u in updates]) | Q(comment__in=[c.pk for c in comments])
    found: dict[tuple[str, int], list[Evidence]] = {}
    for evidence in Evidence.objects.filter(of_these):
        if evidence.update_id:
            found.setdefault(("update", evidence.update_id), []).append(evidence)
        elif evidence.comment_id:
            found.setdefault(("comment", evidence.comment_id), []).append(evidence)
    kinds = chain((("update", u) for u in updates), (("comment", c) for c in comments))
    for kind, holder in kinds:
        _remember(holder, found.get((kind, holder.pk), []))


def _remember(holder: Any, evidence: list[Evidence]) -> None:
    """Keep rows where `prefetch_related` keeps those that it fetches."""
    rows = holder.evidence.all()
    rows._result_cache = evidence
    rows._prefetch_done = True
    cache = getattr(holder, "_prefetched_objects_cache", {})
    holder._prefetched_objects_cache = cache | {"evidence": rows}
