"""The same page in the other languages."""

from __future__ import annotations

from typing import NamedTuple

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import translation

register = template.Library()


class LanguageLink(NamedTuple):
    """A language, named in itself, and the address of this page in it.

    `url` is a path, with the query of the page; `address` is absolute and without the query,
    for `<link rel="alternate">`.
    """

    code: str
    name: str
    url: str
    address: str
    is_current: bool


def in_language(path: str, code: str) -> str:
    """Return `path` under the prefix of the language `code`.

    A path that leads nowhere (the page of a 404) cannot be translated by its route, so its
    prefix is changed as it stands: the reader still gets the explanation in their language.
    """
    current = translation.get_language() or settings.LANGUAGE_CODE
    translated = translate_url(path, code)
    if translated != path or code == current:
        return translated
    bare = path.removeprefix(f"/{current}") if path.startswith(f"/{current}/") else path
    return bare if code == settings.LANGUAGE_CODE else f"/{code}{bare}"


@register.simple_tag
def language_links(request: HttpRequest | None) -> list[LanguageLink]:
    """Return one link per language, in the order of `settings.LANGUAGES`.

    Usage: `{% language_links request as languages %}`. Without a request (an error page made
    outside the ordinary way) there is no page to link to, and the list is empty.
    """
    if request is None:
        return []
    current = translation.get_language() or settings.LANGUAGE_CODE
    return [
        LanguageLink(
            code=code,
            name=name,
            url=in_language(request.get_full_path(), code),
            address=settings.SITE_URL + in_language(request.path, code),
            is_current=code == current,
        )
        for code, name in settings.LANGUAGES
    ]
