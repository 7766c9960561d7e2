"""Long lists in pages, also several on one page, each with its own word in the address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


@dataclass(frozen=True)
class Pages:
    """One page of a list, and what components/pagination.html needs to lead to the others.

    `understood` is False when the address asked for a page that does not exist: the first or
    last is then shown, and the page should say so.
    """

    page: Page[Any]
    query: str
    parameter: str
    understood: bool

    @property
    def numbers(self) -> Iterator[str | int]:
        """The page numbers to show, with gaps."""
        return self.page.paginator.get_elided_page_range(self.page.number)


def page_of(
    rows: Sequence[Any] | QuerySet[Any],
    request: HttpRequest,
    *,
    size: int,
    parameter: str = "side",
    total: int | None = None,
) -> Pages:
    """Return the page of `rows` that the address asks for. Give `total` to save counting."""
    paginator: Paginator[Any] = Paginator(rows, size)
    if total is not None:
        paginator.__dict__["count"] = total  # where its cached_property would keep it
    wanted = request.GET.get(parameter, "1")
    page = paginator.get_page(wanted)
    others = request.GET.copy()
    others.pop(parameter, None)
    query = f"{others.urlencode()}&" if others else ""
    return Pages(page, query, parameter, understood=wanted == str(page.number))
