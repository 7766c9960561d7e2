"""Views that take long texts say so, and the site then loses none of what is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def keeps_typed(labels: Mapping[str, Any]) -> Callable[[View], View]:
    """Mark a view: what is posted to it is shown again when it cannot be taken, by
    `roadmap.resubmit`, which stands around all views and cannot be imported here.

    `labels` gives the words of the texts, by field; in a list of forms (`links-0-title`) by what
    stands after the last hyphen. Fields without a label are carried along unseen.
    """

    def mark(view: View) -> View:
        view.kept_labels = labels  # type: ignore[attr-defined]  # read by the middleware
        return view

    return mark
