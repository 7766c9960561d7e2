"""Figures with their unit, and content marked with its language. `{% load figures %}`."""

from __future__ import annotations

from decimal import Decimal

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


def in_unit(amount: str, indicator: Indicator) -> Text:
    """Return an amount with the indicator's unit, as the language writes it.

    A plain count has no unit. English puts the currency first: NOK 25.9 billion.
    """
    unit = indicator.local_text("unit")
    if indicator.unit in COUNTS or not unit:
        return Text(amount, unit.lang)
    if unit.text.startswith(KRONER):
        return Text(f"NOK\xa0{amount} {unit.text.removeprefix(KRONER)}", unit.lang)
    return Text(f"{amount} {unit}", unit.lang)


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
def amount(value: Decimal | float | None, indicator: Indicator) -> SafeString | str:
    """Return a number in the indicator's unit: its target, or its baseline."""
    if value is None:
        return ""
    return quoted(in_unit(number(value), indicator))


@register.filter
def unit_alone(indicator: Indicator) -> SafeString | str:
    """Return the unit, for a table's heading; nothing for a plain count."""
    return "" if indicator.unit in COUNTS else quoted(indicator.local_text("unit"))


@register.inclusion_tag("components/chart.html")
def chart(story: Story) -> dict[str, Picture | None]:
    """Draw an indicator: `{% chart story %}`. Nothing where there is no course to draw."""
    return {"picture": picture(story, number)}
