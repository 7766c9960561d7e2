"""The fixed words of the register, and the groups of them that rules speak of."""

from django.db.models import IntegerChoices, TextChoices
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


class CommentKind(TextChoices):
    """What an organisation says with a comment, or that it is the official answer to one."""

    QUESTION = "question", pgettext_lazy("comment", "Spørsmål")
    EVIDENCE = "evidence", pgettext_lazy("comment", "Dokumentasjon")
    CORRECTION = "correction", pgettext_lazy("comment", "Rettelse")
    CONCERN = "concern", pgettext_lazy("comment", "Bekymring")
    POSITION = "position", pgettext_lazy("comment", "Standpunkt")
    SUPPLEMENT = "supplement", pgettext_lazy("comment", "Utfylling")
    ANSWER = "answer", pgettext_lazy("comment", "Offisielt svar")


#: An organisation chooses among these.
COMMENT_KINDS = (
    CommentKind.QUESTION,
    CommentKind.EVIDENCE,
    CommentKind.CORRECTION,
    CommentKind.CONCERN,
    CommentKind.POSITION,
)
#: Those that a ministry owes an answer.
OWES_ANSWER = (CommentKind.QUESTION, CommentKind.CORRECTION, CommentKind.CONCERN)


class Position(TextChoices):
    """What an organisation holds of a measure: its word, never the owner's status."""

    ACHIEVED = "achieved", pgettext_lazy("position", "Gjennomført")
    PARTLY = "partly", pgettext_lazy("position", "Delvis gjennomført")
    NOT_ACHIEVED = "not_achieved", pgettext_lazy("position", "Ikke gjennomført")


class CommentState(TextChoices):
    """Where a comment or an answer is, on its way to the public and after."""

    DRAFT = "draft", _("Kladd")
    SUBMITTED = "submitted", _("Venter på godkjenning")
    RETURNED = "returned", _("Sendt tilbake")
    PUBLISHED = "published", pgettext_lazy("state", "Publisert")
    WITHDRAWN = "withdrawn", _("Trukket")
    HIDDEN = "hidden", pgettext_lazy("state", "Skjult")


class Answered(TextChoices):
    """How it stands with the answer that a comment is owed."""

    OPEN = "apent", pgettext_lazy("answered", "Venter på svar")
    OVERDUE = "over-fristen", pgettext_lazy("answered", "Over fristen")
    ANSWERED = "besvart", pgettext_lazy("answered", "Besvart")


class Verb(TextChoices):
    """What an event tells."""

    CREATED = "created", _("Opprettet")
    CHANGED = "changed", _("Endret")
    PUBLISHED = "published", _("Publisert")
    DEADLINE_SET = "deadline_set", _("Frist satt")
    SUBMITTED = "submitted", _("Sendt til godkjenning")
    RETURNED = "returned", _("Sendt tilbake")
    SCHEDULED = "scheduled", _("Publiseres til bestemt tid")
    UNSCHEDULED = "unscheduled", _("Tidspunktet er avlyst")
    WITHDRAWN = "withdrawn", _("Trukket")
    REPORTING_CLOSED = "reporting_closed", _("Rapporteringen avsluttet")
    REPORTING_REOPENED = "reporting_reopened", _("Rapporteringen gjenåpnet")
    ROUND_OPENED = "round_opened", _("Rapporteringsrunde åpnet")
    REMOVED = "removed", _("Fjernet")
    COMMENT_PUBLISHED = "comment_published", _("Innspill publisert")
    ANSWER_PUBLISHED = "answer_published", _("Svar publisert")
    COMMENT_WITHDRAWN = "comment_withdrawn", _("Innspill trukket")
    COMMENT_HIDDEN = "comment_hidden", _("Innspill skjult")
    COMMENT_SHOWN = "comment_shown", _("Innspill vist igjen")
    COMMENT_REPORTED = "comment_reported", _("Innspill meldt")
    REPORT_HANDLED = "report_handled", _("Melding om innspill behandlet")


#: Who works on what is nobody else's business until it is published.
PUBLIC_VERBS = (
    Verb.CREATED,
    Verb.CHANGED,
    Verb.PUBLISHED,
    Verb.DEADLINE_SET,
    Verb.REPORTING_CLOSED,
    Verb.REPORTING_REOPENED,
    Verb.ROUND_OPENED,
    Verb.REMOVED,
    Verb.COMMENT_PUBLISHED,
    Verb.ANSWER_PUBLISHED,
    Verb.COMMENT_WITHDRAWN,
    Verb.COMMENT_HIDDEN,
    Verb.COMMENT_SHOWN,
)


class Frequency(TextChoices):
    """How often a recipient gets a digest."""

    DAILY = "daily", pgettext_lazy("frequency", "Hver dag")
    WEEKLY = "weekly", pgettext_lazy("frequency", "Hver uke")
    MONTHLY = "monthly", pgettext_lazy("frequency", "Hver måned")


class Weekday(IntegerChoices):
    """The days as `datetime.date.weekday` counts them."""

    MONDAY = 0, _("mandag")
    TUESDAY = 1, _("tirsdag")
    WEDNESDAY = 2, _("onsdag")
    THURSDAY = 3, _("torsdag")
    FRIDAY = 4, _("fredag")
    SATURDAY = 5, _("lørdag")
    SUNDAY = 6, _("søndag")


class Scope(TextChoices):
    """What a subscription is about."""

    ALL = "all", pgettext_lazy("scope", "Alt")
    DOCUMENT = "document", pgettext_lazy("scope", "Et dokument")
    ORGANISATION = "organisation", pgettext_lazy("scope", "Tiltakene til en aktør")
    MEASURE = "measure", pgettext_lazy("scope", "Ett tiltak")
    SELECTION = "selection", pgettext_lazy("scope", "Et utvalg av lista")


class Stopped(TextChoices):
    """Why a recipient gets nothing any more."""

    ASKED = "asked", _("Mottakeren ba om det")
    BOUNCED = "bounced", _("Adressen tar ikke imot e-post")
    LEFT = "left", _("Har ikke lenger noen rolle")
    REPLACED = "replaced", _("Aktøren har fått en annen adresse")


class MailKind(TextChoices):
    """The mails that the outbox holds."""

    DIGEST = "digest", _("Oppsummering")
    REMINDER = "reminder", _("Påminnelse")
    CONFIRMATION = "confirmation", _("Bekreftelse av adressen")


class MailState(TextChoices):
    """Where a mail is on its way out of the outbox."""

    PLANNED = "planned", _("Planlagt")
    SENDING = "sending", _("Sendes nå")
    SENT = "sent", pgettext_lazy("mail", "Sendt")
    FAILED = "failed", _("Mislyktes")
    CALLED_OFF = "called_off", pgettext_lazy("mail", "Falt bort")
    SKIPPED = "skipped_empty", _("Ingenting å fortelle")


#: Those whose content has been told, or had none to tell.
DELIVERED = (MailState.SENT, MailState.SKIPPED)
#: Those that told nobody anything: some will still, the others were given up or called off.
UNDELIVERED = (MailState.PLANNED, MailState.SENDING, MailState.FAILED, MailState.CALLED_OFF)


class Stage(TextChoices):
    """How near, or how far past, the day is by which an owner should report. A stage lasts until
    the next begins, so that a day without reminders loses none."""

    WEEK_BEFORE = "week_before", _("Sju dager før")
    DAYS_BEFORE = "days_before", _("Tre dager før")
    DAY_AFTER = "day_after", _("En dag etter")
    WEEK_AFTER = "week_after", _("Sju dager etter")
    WEEKS_AFTER = "weeks_after", _("Tre uker etter")


class MailAnswer(TextChoices):
    """What an owner answers from a mail."""

    UNCHANGED = "uendret", _("Ingen endring")
    CHANGED = "endret", _("Status er endret")
    DEADLINE = "ny-frist", _("Ny frist")
