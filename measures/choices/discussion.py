"""What organisations say about measures, and what they are answered."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
