"""The record, one module per aggregate."""

from measures.models.deadlines import Deadline
from measures.models.discussion import Comment, CommentReport
from measures.models.documents import Chapter, Document, Theme
from measures.models.events import Event
from measures.models.evidence import Evidence
from measures.models.following import Recipient, Subscription
from measures.models.indicators import Indicator, IndicatorValue
from measures.models.links import MeasureLink
from measures.models.measures import Measure, Owner
from measures.models.outbox import AnswerLink, Digest, JobRun, Reminder
from measures.models.reporting import StatusUpdate
from measures.models.rounds import Round, RoundMeasure
from measures.models.search import MeasureText, SearchWord
from measures.models.uploads import PendingUpload
from measures.models.wishes import Ask, Priority
from stakeholders.texts import Text

__all__ = [
    "AnswerLink",
    "Ask",
    "Chapter",
    "Comment",
    "CommentReport",
    "Deadline",
    "Digest",
    "Document",
    "Event",
    "Evidence",
    "Indicator",
    "IndicatorValue",
    "JobRun",
    "Measure",
    "MeasureLink",
    "MeasureText",
    "Owner",
    "PendingUpload",
    "Priority",
    "Recipient",
    "Reminder",
    "Round",
    "RoundMeasure",
    "SearchWord",
    "StatusUpdate",
    "Subscription",
    "Text",
    "Theme",
]
