"""What the register is made of: documents, measures and who owns them, sources, figures, wishes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Language(TextChoices):
    """The language a text is written in."""

    NB = "nb", _("Bokmål")
    NN = "nn", _("Nynorsk")
    EN = "en", _("Engelsk")


class DocumentKind(TextChoices):
    WHITE_PAPER = "white_paper", _("Stortingsmelding")
    ROADMAP = "roadmap", _("Veikart")
    EXPORT_PLAN = "export_plan", _("Eksportplan")


class ThemeOrigin(TextChoices):
    """Whose heading the theme is."""

    ROADMAP = "roadmap", _("Veikartets innsatsområde")
    OWN = "own", _("Vår samlebetegnelse")


class Wording(TextChoices):
    """Whether the text of a measure is the document's own."""

    OFFICIAL = "official", _("Ordrett")
    PARAPHRASE = "paraphrase", _("Gjengitt")


class OwnerRole(TextChoices):
    LEAD = "lead", _("Leder")
    CONTRIBUTOR = "contributor", _("Bidrar")


class LinkKind(TextChoices):
    """How a later measure relates to an earlier one."""

    FOLLOWS_UP = "follows_up", _("Følger opp")
    CONTINUES = "continues", _("Viderefører")
    IMPLEMENTS = "implements", _("Gjennomfører")
    RELATED = "related", _("Henger sammen med")


class LinkBasis(TextChoices):
    STATED_IN_SOURCE = "stated_in_source", _("Sagt i kilden")
    SAME_SUBJECT = "same_subject", _("Vår lesing")


class Confidence(TextChoices):
    HIGH = "high", _("Sikker")
    MEDIUM = "medium", _("Usikker")


class Precision(TextChoices):
    """How exactly a date is known."""

    YEAR = "year", _("År")
    MONTH = "month", _("Måned")
    DAY = "day", _("Dag")


class PublisherKind(TextChoices):
    """What kind of publisher stands behind a source."""

    GOVERNMENT = "government", _("Regjering og storting")
    AGENCY = "agency", _("Etat og virkemiddelaktør")
    INDUSTRY = "industry", _("Næring og organisasjon")
    PRESS = "press", _("Presse")
    RESEARCH = "research", _("Forskning og analyse")
    OTHER = "other", _("Annet")


class ValueType(TextChoices):
    """What kind of figure a value is. Unlike kinds are never joined in one line."""

    ACTUAL = "actual", _("Målt")
    BASELINE = "baseline", _("Utgangspunkt")
    ESTIMATE = "estimate", _("Anslag")
    FORECAST = "forecast", _("Prognose")
    BUDGET = "budget", _("Budsjett")
    TARGET = "target", _("Mål")
    STATED = "stated", _("Oppgitt")


class Direction(TextChoices):
    UP = "up", _("Opp")
    DOWN = "down", _("Ned")


class PriorityLevel(TextChoices):
    SELECTED = "selected", _("Prioritert")
    ESPECIALLY_IMPORTANT = "especially_important", _("Særlig viktig")


class AskKind(TextChoices):
    GOAL = "goal", pgettext_lazy("ask", "Mål")
    WISH = "wish", _("Ønske")
    INPUT = "input", _("Innspill")
    ENDORSEMENT = "endorsement", _("Støtte")
