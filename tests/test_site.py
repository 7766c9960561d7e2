"""The site itself: addresses for crawlers, errors, languages, headers, health."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # reads only what we wrote ourselves
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from measures.models import Indicator
from roadmap import sitemaps
from roadmap.urls import urlpatterns as ordinary
from tests.make import make_document, make_measure, make_organisation

SITE = "http://localhost:8000"
SPACES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}


# --- Crawlers --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_robots_finds_the_sitemap_and_leaves_filters_alone(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /*?",
        "",
        f"Sitemap: {SITE}/sitemap.xml",
    ]


def locations(client: Client, address: str) -> list[str]:
    """Return the addresses that a sitemap, or the index of them, lists."""
    response = client.get(address.removeprefix(SITE))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    tree = ET.fromstring(response.content)  # noqa: S314
    return [str(loc.text) for loc in tree.findall(".//s:loc", SPACES)]


@pytest.fixture
def register() -> None:
    make_measure(ref="VK-01", document=make_document(key="veikart"))
    make_organisation(key="lmi")
    Indicator.objects.create(key="eksport", name="Eksport", unit="mrd. kroner")


@pytest.mark.django_db
@pytest.mark.usefixtures("register")
def test_the_sitemap_holds_every_page_in_every_language(client: Client) -> None:
    found = {loc for part in locations(client, "/sitemap.xml") for loc in locations(client, part)}
    paths = [
        "",
        "tiltak/",
        "aktorer/",
        "trad/",
        "indikatorer/",
        "mangler/",
        "innspill/",
        "rettelser/",
        "om/",
    ]
    paths += ["tiltak/VK-01/", "dokumenter/veikart/", "aktorer/lmi/", "indikatorer/eksport/"]
    assert found == {f"{SITE}/{prefix}{p}" for prefix in ("", "nn/", "en/") for p in paths}


@pytest.mark.django_db
@pytest.mark.usefixtures("register")
def test_a_page_in_the_sitemap_names_itself_in_the_other_languages(client: Client) -> None:
    tree = ET.fromstring(client.get("/sitemap-tiltak-1.xml").content)  # noqa: S314
    for url in tree.findall("s:url", SPACES):
        others = {a.get("hreflang"): a.get("href") for a in url.findall("x:link", SPACES)}
        assert others == {
            "nb": f"{SITE}/tiltak/VK-01/",
            "nn": f"{SITE}/nn/tiltak/VK-01/",
            "en": f"{SITE}/en/tiltak/VK-01/",
        }


@pytest.mark.django_db
def test_a_large_register_is_split_in_parts(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(sitemaps, "PART", 2)
    refs = [make_measure().ref for _ in range(5)]
    parts = locations(client, "/sitemap.xml")
    assert parts[1:] == [f"{SITE}/sitemap-tiltak-{n}.xml" for n in (1, 2, 3)]
    with django_assert_num_queries(1):
        assert len(locations(client, parts[1])) == 2 * 3
    assert locations(client, parts[3])[0] == f"{SITE}/tiltak/{refs[4]}/"
    for beyond in ("0", "4", "99999999999"):
        assert client.get(f"/sitemap-tiltak-{beyond}.xml").status_code == 404


# --- Errors ----------------------------------------------------------------------------------


def closed(request: HttpRequest) -> HttpResponse:
    """A page that does not say it is open."""
    return HttpResponse("hemmelig")


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    """A page with a mistake in it."""
    raise RuntimeError("secret detail")


urlpatterns = [path("lukket/", closed), path("feil/", broken), path("en/feil/", broken), *ordinary]
handler400 = "roadmap.views.bad_request"


@pytest.mark.django_db
@pytest.mark.parametrize(("prefix", "language"), [("", "nb"), ("nn/", "nn"), ("en/", "en")])
@pytest.mark.parametrize("where", ["finnes-ikke/", "tiltak/XX-99/", "dokumenter/nei/"])
def test_not_found_speaks_the_language_of_the_path(
    prefix: str, language: str, where: str, client: Client
) -> None:
    response = client.get(f"/{prefix}{where}", headers={"accept-language": "de"})
    assert response.status_code == 404
    assert f'<html lang="{language}"' in response.content.decode()
    assert response["Content-Language"] == language


@pytest.mark.django_db
def test_capitals_in_the_language_are_no_other_language(client: Client) -> None:
    response = client.get("/EN/")
    assert response.status_code == 404
    assert response["Content-Language"] == "en"


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "language"), [("/feil/", "nb"), ("/en/feil/", "en")])
def test_a_mistake_of_ours_tells_nothing_of_itself(
    address: str, language: str, settings: Any
) -> None:
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = False
    client = Client(raise_request_exception=False)
    response = client.get(address)
    assert response.status_code == 500
    content = response.content.decode()
    assert f'<html lang="{language}"' in content
    assert "secret detail" not in content


@pytest.mark.django_db
def test_an_unreadable_request_is_explained(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["tiltak.example"]
    settings.DEBUG = False
    response = Client(raise_request_exception=False).get("/en/", headers={"host": "ond.example"})
    assert response.status_code == 400
    assert '<html lang="en"' in response.content.decode()
    assert "ond.example" not in response.content.decode()


# --- Language --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "language"), [("/", "nb"), ("/nn/", "nn"), ("/en/", "en")])
def test_language_comes_from_the_path_alone(address: str, language: str, client: Client) -> None:
    for wanted in ("no", "nn", "en", "de", "*"):
        response = client.get(address, headers={"accept-language": wanted})
        assert response["Content-Language"] == language
        assert f'<html lang="{language}"' in response.content.decode()
        assert "accept-language" not in response.get("Vary", "").lower()
        assert "cookie" not in response.get("Vary", "").lower()


@pytest.mark.django_db
def test_an_open_page_never_asks_who_you_are(
    client: Client, django_assert_num_queries: Any
) -> None:
    client.cookies["sessionid"] = "a" * 32
    with django_assert_num_queries(0):
        response = client.get("/robots.txt")
    assert "Vary" not in response or "cookie" not in response["Vary"].lower()


@pytest.mark.django_db
def test_a_page_is_closed_unless_it_says_otherwise(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    response = client.get("/lukket/")
    assert response.status_code == 302
    assert response["Location"].startswith("/konto/logg-inn/")


@pytest.mark.django_db
def test_a_page_names_itself_in_the_other_languages(client: Client) -> None:
    content = client.get("/nn/om/").content.decode()
    assert f'<link rel="canonical" href="{SITE}/nn/om/">' in content
    for code, where in (("nb", "/om/"), ("nn", "/nn/om/"), ("en", "/en/om/")):
        assert f'<link rel="alternate" hreflang="{code}" href="{SITE}{where}">' in content


# --- Headers ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/en/om/", "/finnes-ikke/", "/robots.txt"])
def test_security_headers_are_on_every_answer(address: str, client: Client) -> None:
    response = client.get(address)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    rules = dict(
        rule.strip().split(" ", 1) for rule in response["Content-Security-Policy"].split(";")
    )
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_security_headers_are_on_files_too(client: Client, settings: Any) -> None:
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    response = client.get("/static/favicon.svg")
    response.close()
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.django_db
@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("address", ["/", "/om/", "/dokumenter/veikart/", "/finnes-ikke/"])
def test_no_page_needs_what_the_policy_forbids(address: str, client: Client) -> None:
    content = client.get(address).content.decode()
    assert ' style="' not in content
    assert "<style" not in content
    assert " onclick=" not in content
    assert content.count("<script") == content.count("<script src=")


# --- Health ----------------------------------------------------------------------------------


def test_alive_asks_nothing_of_the_database(client: Client) -> None:
    response = client.get("/livez")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_names_each_part(client: Client, settings: Any) -> None:
    settings.REDIS_URL = ""
    assert client.get("/readyz").json() == {"database": "ok"}


@pytest.fixture
def _no_database() -> Iterator[None]:
    with mock.patch.object(connection, "cursor", side_effect=DatabaseError):
        yield


@pytest.mark.usefixtures("_no_database")
def test_not_ready_without_the_database(client: Client, settings: Any) -> None:
    settings.REDIS_URL = ""
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"database": "unavailable"})


@pytest.mark.django_db
def test_not_ready_without_the_redis_that_is_configured(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "redis": "unavailable"}


@pytest.mark.parametrize("address", ["/livez", "/readyz", "/robots.txt", "/sitemap.xml"])
def test_only_reading_is_allowed(address: str, client: Client) -> None:
    assert client.post(address).status_code == 405
