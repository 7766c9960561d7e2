"""What organisations and ministries write, as paragraphs, lists and links. `{% load texts %}`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from measures.texts import Block, Piece, blocks

register = template.Library()

BREAK = mark_safe("<br>")  # our own
#: Nobody pays for a link with a comment, and no other site learns who follows it.
LINK = '<a class="ds-link" href="{}" rel="nofollow ugc noopener noreferrer">{}</a>'

FIRST_WORDS = 160


@register.filter
def as_paragraphs(text: str) -> SafeString:
    """Return a plain text as paragraphs and lists, with its links; everything else is escaped."""
    return format_html_join("", "{}", ((_block(block),) for block in blocks(text)))


def _block(block: Block) -> SafeString:
    if block.is_list:
        return format_html(
            '<ul class="ds-list">{}</ul>',
            format_html_join("", "<li>{}</li>", ((_line(line),) for line in block.lines)),
        )
    lines = format_html_join(BREAK, "{}", ((_line(line),) for line in block.lines))
    return format_html("<p>{}</p>", lines)


def _line(pieces: list[Piece]) -> SafeString:
    return format_html_join("", "{}", ((_piece(piece),) for piece in pieces))


def _piece(piece: Piece) -> SafeString | str:
    return format_html(LINK, piece.address, piece.words) if piece.address else piece.words


@register.filter
def first_words(text: str) -> str:
    """Return how a text begins, on one line, for lists."""
    for block in blocks(text):
        words = "".join(piece.words for piece in block.lines[0])
        return words if len(words) <= FIRST_WORDS else f"{words[:FIRST_WORDS].rstrip()} …"
    return ""
