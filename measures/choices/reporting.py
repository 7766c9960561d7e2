"""What is said about a measure, and where a text is on its way to the public."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    """What somebody has said about a measure. Saying nothing is not one of them."""

    NOT_STARTED = "not_started", _("Ikke startet")
    IN_PROGRESS = "in_progress", _("I gang")
    COMPLETED = "completed", _("Gjennomført")
    CARRIED_OVER = "carried_over", _("Videreført")
    DISCONTINUED = "discontinued", _("Avsluttet uten gjennomføring")


#: After one of these the deadline no longer runs.
ENDED = (Status.COMPLETED, Status.CARRIED_OVER, Status.DISCONTINUED)
#: How nothing is written in addresses and shown to people; in the database it is an empty text.
UNREPORTED = "unreported"
UNREPORTED_LABEL = _("Ikke rapportert")
#: Announced by a document, but not in the register: not a status, and never shown as one.
UNREGISTERED = "unregistered"
UNREGISTERED_LABEL = _("Ikke registrert")


def state_word(state: str) -> str:
    """Say a status, or that there is none, or that the measure is not registered, in words."""
    if state == UNREGISTERED:
        return str(UNREGISTERED_LABEL)
    return str(Status(state).label if state in Status.values else UNREPORTED_LABEL)


class SaidBy(TextChoices):
    """Whose word the status is."""

    OWNER = "owner", _("Rapportert av eier")
    PUBLIC = "public", _("Offentlig kilde")


class Outlook(TextChoices):
    """The owner's traffic light, as Norwegian directorates use it."""

    ON_TRACK = "on_track", pgettext_lazy("outlook", "I rute")
    AT_RISK = "at_risk", _("Avvik")
    BEHIND = "behind", _("Vesentlig avvik")


class Schedule(TextChoices):
    """Computed from the deadline, see `measures.facts`."""

    LATE = "late", _("Over fristen")
    NEAR = "near", _("Frist nærmer seg")
    ON_TIME = "on_time", _("I rute")
    NONE = "none", _("Uten frist")
    CLOSED = "closed", _("Saken er lukket")


class Freshness(TextChoices):
    """Computed from who spoke last, see `measures.facts`."""

    CONFIRMED = "confirmed", _("Bekreftet av eier")
    SOURCE_ONLY = "source_only", _("Bare offentlig kilde")
    UNKNOWN = "unknown", _("Ingen opplysninger")


class Origin(TextChoices):
    """Where a status update comes from."""

    REPORT = "report", _("Rapport fra eier")
    CONFIRMATION = "confirmation", _("Bekreftet uendret av eier")
    PUBLIC_SOURCE = "public_source", _("Offentlig kilde")
    CORRECTION = "correction", _("Rettelse")


#: The owner speaks in these.
OWNER_ORIGINS = (Origin.REPORT, Origin.CONFIRMATION)


class UpdateState(TextChoices):
    """Where a status update is on its way from the writer to the public."""

    DRAFT = "draft", _("Kladd")
    SUBMITTED = "submitted", _("Venter på godkjenning")
    RETURNED = "returned", _("Sendt tilbake")
    SCHEDULED = "scheduled", _("Publiseres til bestemt tid")
    PUBLISHED = "published", pgettext_lazy("state", "Publisert")
    WITHDRAWN = "withdrawn", _("Trukket")


#: The writer may still change the text in these.
WRITABLE = (UpdateState.DRAFT, UpdateState.RETURNED)
#: On its way, but not yet public.
UNDER_WAY = (*WRITABLE, UpdateState.SUBMITTED, UpdateState.SCHEDULED)


class Answer(TextChoices):
    """What owners did about what a round asked of them, see `measures.queries.rounds`."""

    REPORTED = "reported", pgettext_lazy("answer", "Rapportert")
    CONFIRMED = "confirmed", pgettext_lazy("answer", "Bekreftet uendret")
    CLOSED = "closed", pgettext_lazy("answer", "Rapporteringen avsluttet")
    MISSING = "missing", pgettext_lazy("answer", "Mangler")


class ReasonKind(TextChoices):
    """Why a measure is behind, or was discontinued."""

    RESOURCES = "resources", _("Ressurser")
    CLARIFICATION = "clarification", _("Avklaring")
    REGULATION = "regulation", _("Regelverk")
    PROCUREMENT = "procurement", _("Anskaffelse")
    DEPENDENCY = "dependency", _("Avhengighet av andre")
    PRIORITY = "priority", _("Prioritering")
    OTHER = "other", _("Annet")
