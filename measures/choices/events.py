"""What an event tells."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
