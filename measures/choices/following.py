"""Mail: how often, about what, which, and where each is on its way out."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
