"""The fourteen tables of the register: which file, which columns, how each cell is read.

The layout is described for people in `fixtures/README.md`. Tables stand in the order in which they
can be written: what others refer to comes first.
"""

from __future__ import annotations

from measures.choices import (
    AskKind,
    Confidence,
    Direction,
    DocumentKind,
    Language,
    LinkBasis,
    LinkKind,
    Outlook,
    OwnerRole,
    PriorityLevel,
    PublisherKind,
    Status,
    ThemeOrigin,
    ValueType,
    Wording,
)
from measures.exchange.columns import Column, Table
from measures.exchange.kinds import (
    YEARS,
    Address,
    Choice,
    Day,
    Figure,
    Kind,
    Name,
    OrganisationNumber,
    Partial,
    Text,
    Whole,
    YesNo,
)
from measures.exchange.references import ChapterRef, LinkEnd, Many, Ref
from measures.models import (
    Ask,
    Chapter,
    Deadline,
    Document,
    Evidence,
    Indicator,
    IndicatorValue,
    Measure,
    MeasureLink,
    Owner,
    Priority,
    StatusUpdate,
    Theme,
)
from stakeholders.choices import OrganisationKind
from stakeholders.models import Organisation

WORDS = Text()
URL = Address()
YEAR = Whole(YEARS[0], YEARS[-1])
MEASURE = Ref("measures", "ref")
DOCUMENT = Ref("documents")
ORGANISATION = Ref("organisations")
THEME = Ref("themes", "number", number=True)


def must(name: str, kind: Kind) -> Column:
    """A column that every row fills in."""
    return Column(name, kind, required=True)


def both(name: str, kind: Kind, *, required: bool = False) -> tuple[Column, Column]:
    """A text and the English text beside it."""
    return Column(name, kind, required), Column(f"{name}_en", kind)


def source() -> tuple[Column, Column]:
    """Where a row comes from."""
    return must("source_name", Text(300)), Column("source_url", URL)


ORGANISATIONS = Table(
    "organisations",
    Organisation,
    "organisation",
    ("key",),
    (
        must("key", Name(60)),
        *both("name", Text(200), required=True),
        Column("short_name", Text(40)),
        must("kind", Choice(OrganisationKind)),
        Column("website", URL),
        Column("organisation_number", OrganisationNumber()),
        *both("note", WORDS),
        *both("change", WORDS),
    ),
    small=True,
    vacate={"organisation_number": ""},
)
THEMES = Table(
    "themes",
    Theme,
    "theme",
    ("number",),
    (
        must("number", Whole(1, 32_767)),
        must("origin", Choice(ThemeOrigin)),
        *both("title", Text(200), required=True),
        must("title_en_is_official", YesNo()),
        *both("summary", WORDS),
    ),
    small=True,
)
DOCUMENTS = Table(
    "documents",
    Document,
    "document",
    ("key",),
    (
        must("key", Name(60)),
        must("kind", Choice(DocumentKind)),
        *both("short_title", Text(100), required=True),
        *both("title", Text(300), required=True),
        must("language", Choice(Language)),
        must("published_on", Day()),
        must("coordinators", Many("organisations")),
        must("announced_measures", Whole(1, 2_147_483_647)),
        *both("summary", WORDS),
        *both("url", URL),
    ),
    small=True,
    within=("key",),
)
CHAPTERS = Table(
    "chapters",
    Chapter,
    "chapter",
    ("document", "letter"),
    (
        must("document", DOCUMENT),
        must("letter", Name(5, example="A")),
        *both("title", Text(300), required=True),
        *both("summary", WORDS),
    ),
    small=True,
    within=("document",),
)
MEASURES = Table(
    "measures",
    Measure,
    "measure",
    ("ref",),
    (
        must("ref", Name(20, pattern=r"[A-Z]{1,5}-[A-Z0-9]{1,10}", example="HM-A1")),
        must("document", DOCUMENT),
        Column("number", Text(10)),
        must("number_is_official", YesNo()),
        Column("chapter", ChapterRef()),
        must("theme", THEME),
        *both("short_title", Text(200), required=True),
        *both("title", WORDS, required=True),
        must("language", Choice(Language)),
        must("wording", Choice(Wording)),
        *both("summary", WORDS),
        *source(),
        *both("caveat", WORDS),
    ),
    within=("document",),
    suggested=("ref", "document"),
)
OWNERS = Table(
    "owners",
    Owner,
    "owner",
    ("measure", "organisation"),
    (
        must("measure", MEASURE),
        must("organisation", ORGANISATION),
        must("role", Choice(OwnerRole)),
        must("basis", Text(20)),
    ),
    vacate={"role": OwnerRole.CONTRIBUTOR.value},
    within=("measure",),
    removable=True,
)
LINKS = Table(
    "links",
    MeasureLink,
    "link",
    ("earlier", "later"),
    (
        must("earlier", LinkEnd()),
        must("later", LinkEnd()),
        must("kind", Choice(LinkKind)),
        *both("reason", WORDS, required=True),
        must("basis", Choice(LinkBasis)),
        Column("source_url", URL),
    ),
    # A cycle may close through any stored link.
    small=True,
    within=("earlier", "later"),
    removable=True,
)
DEADLINES = Table(
    "deadlines",
    Deadline,
    "deadline",
    ("measure", "stated_on", "due_on"),
    (
        must("measure", MEASURE),
        must("due_on", Partial("precision", until=True)),
        must("stated_on", Day(past=True)),
        *both("reason", WORDS, required=True),
        *source(),
    ),
    final=True,
    within=("measure",),
)
INDICATORS = Table(
    "indicators",
    Indicator,
    "indicator",
    ("key",),
    (
        must("key", Name(60)),
        *both("name", Text(200), required=True),
        *both("unit", Text(40), required=True),
        *both("scope", WORDS),
        Column("wanted_direction", Choice(Direction)),
        Column("baseline_year", YEAR),
        Column("baseline_value", Figure()),
        Column("target_year", YEAR),
        Column("target_value", Figure()),
        *both("target_text", Text(300)),
        Column("document", DOCUMENT),
        must("belongs_to_document", YesNo()),
        Column("theme", THEME),
        Column("source_url", Address(several=True)),
        *both("note", WORDS),
    ),
)
INDICATOR_VALUES = Table(
    "indicator_values",
    IndicatorValue,
    "indicator_value",
    ("indicator", "year", "value_type", "publisher"),
    (
        must("indicator", Ref("indicators")),
        Column("year", YEAR),
        Column("value", Figure()),
        *both("value_text", Text(100)),
        must("value_type", Choice(ValueType)),
        Column("stated_on", Partial("stated_precision", past=True)),
        *both("publisher", Text(200), required=True),
        Column("source_url", URL),
        *both("note", WORDS),
    ),
)
ASKS = Table(
    "asks",
    Ask,
    "ask",
    ("key",),
    (
        must("key", Name(30)),
        must("organisation", ORGANISATION),
        must("kind", Choice(AskKind)),
        Column("stated_on", Day(past=True)),
        *both("title", Text(300), required=True),
        *both("summary", WORDS),
        Column("measures", Many("measures", "ref")),
        *source(),
    ),
)
PRIORITIES = Table(
    "priorities",
    Priority,
    "priority",
    ("organisation", "measure"),
    (
        must("organisation", ORGANISATION),
        must("measure", MEASURE),
        must("level", Choice(PriorityLevel)),
        must("stated_on", Day(past=True)),
        *source(),
    ),
    removable=True,
)
STATUS_UPDATES = Table(
    "status_updates",
    StatusUpdate,
    "status_update",
    ("key",),
    (
        must("key", Name(60)),
        must("measure", MEASURE),
        must("date", Partial("precision", past=True)),
        Column("status", Choice(Status)),
        Column("outlook", Choice(Outlook)),
        Column("reason", WORDS),
        Column("carried_to", MEASURE),
        *both("summary", WORDS, required=True),
        Column("amount_nok", Whole(0, 9_223_372_036_854_775_807)),
        must("confidence", Choice(Confidence)),
    ),
    final=True,
    extra=("published_at",),
    within=("measure",),
)
EVIDENCE = Table(
    "evidence",
    Evidence,
    "evidence",
    ("update", "url", "title"),
    (
        must("update", Ref("status_updates")),
        must("title", Text(300)),
        must("language", Choice(Language)),
        must("publisher", Text(200)),
        must("publisher_kind", Choice(PublisherKind)),
        Column("url", URL),
        Column("published_on", Day(past=True)),
    ),
    final=True,
    within=("update",),
)

TABLES = {
    table.name: table
    for table in (
        ORGANISATIONS,
        THEMES,
        DOCUMENTS,
        CHAPTERS,
        MEASURES,
        OWNERS,
        LINKS,
        DEADLINES,
        INDICATORS,
        INDICATOR_VALUES,
        ASKS,
        PRIORITIES,
        STATUS_UPDATES,
        EVIDENCE,
    )
}
