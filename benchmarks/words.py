"""Made-up Norwegian texts: long and varied enough that searching them costs what it would cost.

Nothing here is a fact. Words are drawn unevenly, as in real texts: the first ones of each list
are common and the last ones rare. Texts about one measure share a subject, so a search word finds
anything from a tenth of the measures to few.
"""

from __future__ import annotations

from random import Random


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`."""
    return tuple(text.split())


VERBS = words(
    "Styrke Utvikle Etablere Vurdere Videreføre Utrede Forenkle Samordne Evaluere Tilrettelegge "
    "Gjennomføre Oppdatere Kartlegge Harmonisere Digitalisere Avvikle"
)
ADJECTIVES = words(
    "nasjonale regionale helhetlige digitale felles nye langsiktige bærekraftige faglige åpne "
    "kommunale nordiske sikre brukervennlige grønne årlige tverrfaglige målrettede"
)
FIRST = words(
    "helse innovasjons anskaffelses forsknings eksport data kompetanse pilot nærings teknologi "
    "investerings klynge utprøvings omsorgs kapital leverandør sykehus kvalitets beredskaps øre "
    "råvare genom laboratorie legemiddel avfalls katapult hjelpemiddel språk ås ørken"
)
LAST = words(
    "ordninger programmer planer løsninger krav avtaler nettverk plattformer arenaer strategier "
    "virkemidler standarder registre rammer senter tilskudd prosjekter regler rapporter "
    "målinger veiledere kataloger høringer oppdrag"
)
PLACES = words("Østfold Rogaland Ålesund Trøndelag Tromsø Bærum Ås Ørsta Larvik Hamar Bergen Agder")
CONNECTIONS = ("for", "innen", "med vekt på", "sammen med", "som støtter", "på tvers av", "gjennom")
HAPPENED = (
    "er satt i gang",
    "er lagt fram",
    "er på høring",
    "er forsinket",
    "har fått midler i budsjettet",
    "er under utredning",
    "er evaluert",
    "er videreført",
    "venter på avklaring",
    "er tatt i bruk",
    "er lyst ut",
    "er omtalt i meldingen",
)
BODIES = words("Forum Etat Råd Klynge Forbund Institutt Selskap Nettverk")


class Words:
    """Draws made-up texts; the same `seed` gives the same texts in the same order.

    What a text is about can be given: one of `FIRST`, by its place.
    """

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def _pick(self, words: tuple[str, ...]) -> str:
        """Draw a word, the first of the list most often."""
        return words[int(len(words) * self._chance.random() ** 2)]

    def topic(self) -> int:
        """The place of a word in `FIRST`, to be the subject of several texts."""
        return FIRST.index(self._pick(FIRST))

    def thing(self, topic: int | None = None) -> str:
        """Such as "nye eksportordninger"."""
        first = self._pick(FIRST) if topic is None else FIRST[topic]
        return f"{self._pick(ADJECTIVES)} {first}{self._pick(LAST)}"

    def short_title(self, topic: int | None = None) -> str:
        """Such as "Styrke nye eksportordninger"."""
        return f"{self._pick(VERBS)} {self.thing(topic)}"

    def title(self, topic: int | None = None) -> str:
        """A promise as documents word it, of 8 to 12 words."""
        connection = self._pick(CONNECTIONS)
        promise = self.short_title(topic)
        return f"{promise} {connection} {self.thing(topic)} i {self._pick(PLACES)}"

    def sentence(self, topic: int | None = None) -> str:
        """What happened, in one sentence."""
        thing = self.thing(topic)
        return f"{thing[0].upper()}{thing[1:]} {self._pick(HAPPENED)} i {self._pick(PLACES)}."

    def text(self, sentences: int, topic: int | None = None) -> str:
        """As many sentences, in one paragraph."""
        return " ".join(self.sentence(topic) for _ in range(sentences))

    def body(self, number: int) -> str:
        """The name of an organisation; `number` keeps names apart."""
        first = self._pick(FIRST)
        return f"{first.capitalize()}{self._pick(BODIES).lower()} {self._pick(PLACES)} {number}"
