"""The search finds what people mean, on both databases."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measures import search
from measures.models import Measure, MeasureText, SearchWord
from tests.make import make_measure, make_organisation, make_update

pytestmark = pytest.mark.django_db

TITLES = {
    "T-ORKEN": "Bygge sykehus i ørkenen, og en ørken til",
    "T-KJOP": "En bedre anskaffelse",
    "T-KLYNGE": "Videreføre klyngeprogrammet, et klyngeprogram",
    "T-KATAPULT": "Videreutvikle katapultordningen",
    "T-STUDIE": "Flere legemiddelstudier",
    "T-KLINISK": "Handlingsplan for klinisk forskning",
}


@pytest.fixture
def _register() -> None:
    for ref, title in TITLES.items():
        make_measure(ref=ref, short_title=title, title=title)
    search.reindex(list(Measure.objects.values_list("pk", flat=True)))


def found(text: str) -> list[str]:
    """The refs that a search finds, best first."""
    question = search.understand(text)
    measures = question.narrow(Measure.objects.all())
    return [m.ref for m in measures.order_by(question.best_first(), "ref")]


@pytest.mark.usefixtures("_register")
@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("ØR", "T-ORKEN"),
        ("ør", "T-ORKEN"),
        ("ØRKEN", "T-ORKEN"),
        ("anskaffelser", "T-KJOP"),
        ("klynger", "T-KLYNGE"),
        ("katapult", "T-KATAPULT"),
        ("studier", "T-STUDIE"),
        ("legemiddel", "T-STUDIE"),
        ("forskningens", "T-KLINISK"),
        ("for klinisk", "T-KLINISK"),
        ("handlingsplan FORSKNING", "T-KLINISK"),
        ("t-klinisk", "T-KLINISK"),
        ("«klinisk»!", "T-KLINISK"),
    ],
)
def test_a_word_finds_its_other_forms_and_the_compounds_it_is_part_of(text: str, ref: str) -> None:
    assert found(text) == [ref]


@pytest.mark.usefixtures("_register")
def test_all_words_must_be_found() -> None:
    assert found("klinisk katapult") == []
    assert found("katapult ordningen") == ["T-KATAPULT"]


@pytest.mark.usefixtures("_register")
def test_common_words_count_as_words() -> None:
    assert found("og") == ["T-ORKEN"]
    assert found("en bedre") == ["T-KJOP"]


def test_everything_told_about_a_measure_is_searched() -> None:
    owner = make_organisation(name="Siva", short_name="SIVA", name_en="Industrial growth")
    measure = make_measure(
        short_title="Kort",
        title="Ordlyd",
        title_en="Wording",
        summary="Forklaringen",
        caveat="Forbeholdet",
        number="C2",
    )
    measure.owners.create(organisation=owner, role="lead")
    make_update(measure, summary="Lanseringen skjedde", publisher="Dagsposten")
    search.reindex([measure.pk])
    for text in (
        *("kort", "ordlyd", "wording", "forklaring", "forbehold", "siva", "growth", "lansering"),
        *("dagsposten", "kilde", measure.theme.title, measure.ref, measure.ref.lower(), "c2"),
    ):
        assert found(text) == [measure.ref], text


def test_what_is_not_published_is_not_searched() -> None:
    measure = make_measure()
    update = make_update(measure, summary="Lanseringen")
    draft = type(update)(
        **{
            "key": "utkast",
            "measure": measure,
            "date": update.date,
            "precision": "day",
            "origin": "public_source",
            "summary": "Hemmelighet",
        }
    )
    draft.save()
    draft.evidence.create(title="Fortrolig", publisher="Kilden", publisher_kind="press")
    search.reindex([measure.pk])
    assert found("lansering") == [measure.ref]
    assert found("hemmelighet") == []
    assert found("fortrolig") == []


def test_a_hit_in_the_title_comes_before_one_in_the_text() -> None:
    told = make_measure(ref="A-1", summary="kapital kapital kapital og mer kapital")
    named = make_measure(ref="B-1", short_title="Kapital til vekst")
    search.reindex([told.pk, named.pk])
    assert found("kapital") == ["B-1", "A-1"]


def test_reindexing_forgets_what_no_longer_stands_there() -> None:
    measure = make_measure(short_title="Gammelt navn")
    search.reindex([measure.pk])
    Measure.objects.filter(pk=measure.pk).update(short_title="Nytt")
    search.reindex([measure.pk])
    assert found("gammelt") == []
    assert found("nytt") == [measure.ref]
    assert MeasureText.objects.count() == 1


@pytest.mark.usefixtures("_register")
@pytest.mark.parametrize(
    ("typed", "meant", "ref"),
    [
        ("kliniks", "klinisk", "T-KLINISK"),
        ("klinsk", "klinisk", "T-KLINISK"),
        ("kliinisk", "klinisk", "T-KLINISK"),
        ("clinisk", "klinisk", "T-KLINISK"),
        ("klinisj", "klinisk", "T-KLINISK"),
        ("ktapultordningen", "katapultordningen", "T-KATAPULT"),
        ("bdere", "bedre", "T-KJOP"),
    ],
)
def test_one_typing_error_is_forgiven_and_told(typed: str, meant: str, ref: str) -> None:
    question = search.understand(typed)
    assert [(t.typed, t.word) for t in question.corrections] == [(typed, meant)]
    assert found(typed) == [ref]


@pytest.mark.usefixtures("_register")
@pytest.mark.parametrize("text", ["klinisk", "klin", "knsk", "xyzzy", "kilnsik"])
def test_what_is_right_or_too_far_off_is_left_alone(text: str) -> None:
    assert search.understand(text).corrections == []


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        *(("abc", "abc", True), ("abc", "acb", True), ("abc", "ab", True), ("ab", "abc", True)),
        *(("abc", "axc", True), ("abc", "cba", False), ("abcd", "badc", False), ("a", "", True)),
        *(("aab", "ab", True), ("abc", "abcde", False), ("ab", "cd", False), ("", "", True)),
    ],
)
def test_one_error_apart(left: str, right: str, near: bool) -> None:
    assert search.one_error_apart(left, right) is near


def test_long_questions_are_cut_and_say_so() -> None:
    assert not search.understand("ett to tre").is_cut
    assert search.understand("x" * 201).is_cut
    question = search.understand(" ".join(f"ord{n}" for n in range(11)))
    assert question.is_cut
    assert len(question.terms) == 10


def test_signs_alone_ask_for_nothing() -> None:
    measure = make_measure()
    search.reindex([measure.pk])
    assert not search.understand("«!» & | ' \\ %")
    assert found(" ") == [measure.ref]


NASTY = st.text(max_size=60) | st.sampled_from(
    [
        "';DROP TABLE measures_measure;--",
        "a:* & b | !c <-> (d)",
        "%_\\",
        "\x00klinisk",
        "\\'",
        "😀 emoji",
        "ﷺ" * 200,
        "İı",
        "²½",
        "a" * 3000,
    ]
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=NASTY)
def test_nothing_anybody_types_is_an_error(text: str) -> None:
    assert found(text) == []


def test_a_question_costs_at_most_two_queries() -> None:
    measure = make_measure(short_title="Klinisk forskning")
    search.reindex([measure.pk])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        search.understand("klinsik frskning katapult utprøving med ti ord i alt her nå")
    assert len(queries) == 2


def test_reindexing_costs_the_same_for_one_and_for_many() -> None:
    def cost() -> int:
        pks = list(Measure.objects.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as queries:
            search.reindex(pks)
        return len(queries)

    make_update(make_measure())
    one = cost()
    for _ in range(30):
        make_update(make_measure())
    assert cost() == one
    assert SearchWord.objects.filter(word="tiltak").count() == 1


@pytest.mark.parametrize(
    "word", ["a" * 5000, "日本" * 3000, " ".join(str(n) for n in range(90_000))]
)
def test_texts_of_any_size_can_be_indexed(word: str) -> None:
    measure = make_measure(summary=word)
    search.reindex([measure.pk])
    assert found(measure.ref) == [measure.ref]
