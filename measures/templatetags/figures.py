"""Figures with their unit, and content marked with its language. `{% load figures %}`."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from measures.models import Indicator, IndicatorValue
from measures.pictures.indicator import Picture, picture
from measures.queries.indicators import Story
from measures.templatetags.register import number
from stakeholders.texts import Text

register = template.Library()

#: A unit (as stored, in bokmål) that says no more than the number itself: "109 antall" is no
#: sentence.
COUNTS = ("antall",)
#: How the English names of units in kroner begin.
KRONER = "NOK "


def around(indicator: Indicator) -> tuple[str, str, str]:
    """Return what stands before and after an amount in the indicator's unit, and its language.

    A plain count has no unit. English puts the currency first: NOK 25.9 billion.
    """
    unit = indicator.local_text("unit")
    if indicator.unit in COUNTS:
        return "", "", unit.lang
    if unit.text.startswith(KRONER):
        return "NOK", unit.text.removeprefix(KRONER), unit.lang
    return "", unit.text, unit.lang


def in_unit(amount: str, indicator: Indicator) -> Text:
    """Return an amount with the indicator's unit, as the language writes it."""
    before, after, lang = around(indicator)
    start = f"{before}\xa0" if before else ""
    return Text(f"{start}{amount} {after}".rstrip(), lang)


@register.filter
def quoted(text: Text | None) -> SafeString | str:
    """Return content, in an element with its language where that is not the page's own."""
    if not text:
        return ""
    if text.lang == get_language():
        return text.text
    return format_html('<span lang="{}">{}</span>', text.lang, text.text)


@register.filter
def lang_attribute(text: Text | None) -> SafeString | str:
    """Return ` lang="nb"` for the element that holds the content, or nothing where it is the
    page's language."""
    if not text or text.lang == get_language():
        return ""
    return format_html(' lang="{}"', text.lang)


@register.filter
def figure(value: IndicatorValue) -> SafeString | str:
    """Return a published figure with its unit, or in words where that is all the source gives."""
    if value.value is None:
        return quoted(value.local_text("value_text"))
    return quoted(in_unit(number(value.value), value.indicator))


@register.filter
def big_figure(value: IndicatorValue) -> SafeString | str:
    """Return the figure for `<p class="big">`: the number large, its unit small."""
    if value.value is None:
        return quoted(value.local_text("value_text"))
    before, after, lang = around(value.indicator)
    mark = "" if lang == get_language() else format_html(' lang="{}"', lang)
    return format_html(
        "{}{}{}",
        format_html("<small{}>{} </small>", mark, before) if before else "",
        number(value.value),
        format_html("<small{}> {}</small>", mark, after) if after else "",
    )


@register.filter
def amount(value: Decimal | float | None, indicator: Indicator) -> SafeString | str:
    """Return a number in the indicator's unit: its target, or its baseline."""
    if value is None:
        return ""
    return quoted(in_unit(number(value), indicator))


@register.filter
def host(url: str) -> str:
    """Return the site that an address leads to, without "www."."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


@register.filter
def unit_alone(indicator: Indicator) -> SafeString | str:
    """Return the unit, for a table's heading; nothing for a plain count."""
    return "" if indicator.unit in COUNTS else quoted(indicator.local_text("unit"))


@register.inclusion_tag("components/chart.html")
def chart(story: Story) -> dict[str, Picture | None]:
    """Draw an indicator: `{% chart story %}`. Nothing where there is no course to draw."""
    return {"picture": picture(story, number)}
