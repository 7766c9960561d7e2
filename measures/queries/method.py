"""What the method page counts: how much of the register is our own reading."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q

from measures.choices import Confidence, DocumentKind, Freshness, LinkBasis, ThemeOrigin, Wording
from measures.facts import as_sql, freshness_rules
from measures.models import Document, Measure, MeasureLink, StatusUpdate, Theme


@dataclass(frozen=True)
class Method:
    """The register's own share in what it says, in numbers."""

    documents: list[Document]
    measures: int
    confirmed: int
    themed_by_us: int
    paraphrased: int
    themes: int
    own_themes: int
    links: int
    own_links: int
    uncertain: int

    @property
    def announced(self) -> int:
        """All measures that the documents announced."""
        return sum(max(d.announced_measures, d.registered) for d in self.documents)  # type: ignore[attr-defined]  # with_registered adds it

    @property
    def themed_by_us_query(self) -> str:
        """The filter that lists the measures whose theme we chose: see `measures.filters`."""
        ours = [d.key for d in self.documents if d.kind != DocumentKind.ROADMAP]
        return urlencode({"dokument": ours}, doseq=True)

    @property
    def unregistered(self) -> int:
        """How many of them the register does not hold."""
        return self.announced - self.measures


def method() -> Method:
    """Count what is ours. Five queries."""
    measures = Measure.objects.annotate(freshness=as_sql(freshness_rules())).aggregate(
        measures=Count("pk"),
        confirmed=Count("pk", filter=Q(freshness=Freshness.CONFIRMED)),
        themed_by_us=Count("pk", filter=~Q(document__kind=DocumentKind.ROADMAP)),
        paraphrased=Count("pk", filter=Q(wording=Wording.PARAPHRASE)),
    )
    themes = Theme.objects.aggregate(
        themes=Count("pk"), own_themes=Count("pk", filter=Q(origin=ThemeOrigin.OWN))
    )
    links = MeasureLink.objects.aggregate(
        links=Count("pk"), own_links=Count("pk", filter=Q(basis=LinkBasis.SAME_SUBJECT))
    )
    uncertain = StatusUpdate.objects.published().filter(confidence=Confidence.MEDIUM)
    documents = list(Document.objects.in_order().with_registered())
    return Method(
        documents=documents,
        uncertain=uncertain.values("measure").distinct().count(),
        **measures,
        **themes,
        **links,
    )
