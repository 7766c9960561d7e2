"""The record, one module per aggregate."""

from measures.models.deadlines import Deadline
from measures.models.discussion import Comment, CommentReport
from measures.models.documents import Chapter, Document, Theme
from measures.models.events import Event
from measures.models.evidence import Evidence
from measures.models.indicators import Indicator, IndicatorValue
from measures.models.links import MeasureLink
from measures.models.measures import Measure, Owner
from measures.models.reporting import StatusUpdate
from measures.models.rounds import Round, RoundMeasure
from measures.models.search import MeasureText, SearchWord
from measures.models.uploads import PendingUpload
from measures.models.wishes import Ask, Priority
from stakeholders.texts import Text

__all__ = [
    "Ask",
    "Chapter",
    "Comment",
    "CommentReport",
    "Deadline",
    "Document",
    "Event",
    "Evidence",
    "Indicator",
    "IndicatorValue",
    "Measure",
    "MeasureLink",
    "MeasureText",
    "Owner",
    "PendingUpload",
    "Priority",
    "Round",
    "RoundMeasure",
    "SearchWord",
    "StatusUpdate",
    "Text",
    "Theme",
]
