"""The list of measures as people use it: with the mouse, the keyboard, a phone, and no script."""

from __future__ import annotations

import re
import time
from itertools import pairwise

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage

PATH = "/tiltak/"
#: Seconds of rest after which the page searches for what is typed (the form's hx-trigger).
TYPING_SETTLES = 0.4


def heading(page: Page, text: str) -> None:
    expect(page.locator("#treff")).to_have_text(text)


def mark(page: Page) -> None:
    """Leave a mark that a reload would wipe away."""
    page.evaluate("window.stayed = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_ticking_a_box_changes_the_list_and_nothing_else(open_page: OpenPage) -> None:
    page = open_page(PATH)
    mark(page)
    page.get_by_label("Gjennomført").focus()
    page.keyboard.press("Space")
    heading(page, "16 av 61 tiltak")
    assert stayed(page)
    assert page.url.endswith("/tiltak/?status=completed")
    assert focused(page) == "status-completed"
    assert page.locator("#treffmelding").inner_text() == "16 av 61 tiltak"
    expect(page.locator("#vis-tiltak")).to_have_text("Vis 16 tiltak")
    expect(page.locator(".chip")).to_have_count(1)
    assert page.locator("label[for=dokument-meldst18] .count").inner_text() != "31"
    assert (
        page.locator("a[hreflang=en]").get_attribute("href")
        == "/en/tiltak/?q=&status=completed&rolle="
    )


def test_a_second_box_adds_and_back_takes_away(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.get_by_label("Gjennomført").check()
    heading(page, "16 av 61 tiltak")
    page.get_by_label("Ikke rapportert").check()
    heading(page, "31 av 61 tiltak")
    page.go_back()
    heading(page, "16 av 61 tiltak")
    expect(page.get_by_label("Ikke rapportert")).not_to_be_checked()
    page.go_back()
    heading(page, "61 tiltak")
    expect(page.get_by_label("Gjennomført")).not_to_be_checked()
    page.go_forward()
    heading(page, "16 av 61 tiltak")


def test_typing_searches_and_leaves_the_field_alone(open_page: OpenPage) -> None:
    page = open_page(PATH)
    mark(page)
    field = page.get_by_role("searchbox")
    field.press_sequentially("katapult", delay=20)
    expect(page.locator(".chip")).to_contain_text("katapult")
    assert stayed(page)
    assert focused(page) == "q"
    assert field.input_value() == "katapult"
    assert page.url.endswith("/tiltak/?q=katapult")
    expect(page.locator(".measure-list")).to_contain_text("katapultordningen")


def test_enter_in_the_search_field_moves_to_the_results(open_page: OpenPage) -> None:
    page = open_page(PATH)
    mark(page)
    searches: list[str] = []
    page.on(
        "request", lambda request: searches.append(request.url) if "q=" in request.url else None
    )

    def slowly(route: Route) -> None:
        time.sleep(2 * TYPING_SETTLES)
        route.continue_()

    page.route("**/?q=*", slowly)
    page.get_by_role("searchbox").fill("klinsk")
    page.keyboard.press("Enter")
    expect(page.locator("#resultater")).to_contain_text("Viser treff for «klinisk»")
    expect(page.locator("#treff")).to_be_focused()
    page.wait_for_timeout(2000 * TYPING_SETTLES)
    assert len(searches) == 1
    assert stayed(page)


def test_the_next_page_begins_at_its_heading(open_page: OpenPage) -> None:
    page = open_page(PATH)
    mark(page)
    page.get_by_role("link", name="Neste").click()
    expect(page.locator("[aria-current=page]", has_text="2")).to_be_visible()
    expect(page.locator("#treff")).to_be_focused()
    expect(page.locator("#treff")).to_be_in_viewport()
    expect(page).to_have_title(re.compile("^Tiltak, side 2"))
    assert stayed(page)


def test_a_chip_takes_its_filter_away(open_page: OpenPage) -> None:
    page = open_page(PATH + "?status=completed&tema=2")
    mark(page)
    page.locator(".chip", has_text="Tema").click()
    heading(page, "16 av 61 tiltak")
    expect(page.get_by_label("Kliniske studier")).not_to_be_checked()
    expect(page.locator("#treff")).to_be_focused()
    assert stayed(page)


def test_sorting_keeps_focus_on_the_order(open_page: OpenPage) -> None:
    page = open_page(PATH)
    mark(page)
    page.get_by_role("link", name="Tittel").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sorter-tittel")).to_have_attribute("aria-current", "true")
    assert focused(page) == "sorter-tittel"
    assert page.url.endswith("?sortering=tittel")
    assert stayed(page)


def test_a_title_leads_to_its_own_page(open_page: OpenPage) -> None:
    page = open_page(PATH + "?q=nortrials")
    page.locator(".measure-list .measure-link").first.click()
    page.wait_for_url("**/tiltak/*-*/")
    assert page.locator("h1").count() == 1


def test_everything_works_without_scripts(open_page: OpenPage) -> None:
    page = open_page(PATH, java_script_enabled=False, viewport=DESKTOP)
    page.get_by_label("Gjennomført").check()
    page.get_by_label("Veikartet").check()
    page.get_by_role("searchbox").fill("klynger")
    page.locator("#vis-tiltak").click()
    heading(page, "1 av 61 tiltak")
    expect(page.get_by_label("Gjennomført")).to_be_checked()
    page.get_by_role("link", name="Fjern alle filtre").click()
    heading(page, "61 tiltak")
    page.get_by_role("link", name="Neste").click()
    expect(page.locator("[aria-current=page]", has_text="2")).to_be_visible()


def test_the_keyboard_walks_the_panel_in_the_order_one_reads(open_page: OpenPage) -> None:
    page = open_page(PATH)
    page.get_by_role("searchbox").focus()
    walked = []
    for _ in range(60):
        walked.append(page.evaluate(WHERE))
        page.keyboard.press("Tab")
        if walked[-1]["id"] == "vis-tiltak":
            break
    tops = [stop["top"] for stop in walked]
    # The button beside the search field begins a pixel above it.
    assert all(above <= below + 2 for above, below in pairwise(tops)), tops
    assert [stop["id"] for stop in walked[:3]] == ["q", "sok", "dokument-meldst18"]
    assert walked[-1]["id"] == "vis-tiltak"
    assert all(stop["outlined"] for stop in walked), walked
    assert page.evaluate("!!document.activeElement.closest('#resultater')")


#: Where focus is, how far down the page, and whether one can see it (Designsystemet draws the
#: ring of a box around its label too).
WHERE = """() => {
  const at = document.activeElement, field = at.closest(".ds-field") ?? at;
  const ring = style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {id: at.id, top: Math.round(at.getBoundingClientRect().top + scrollY),
          outlined: [at, field].some(one => ring(getComputedStyle(one)))};
}"""


def test_on_a_phone_the_panel_is_folded_and_its_button_leads_to_the_list(
    open_page: OpenPage,
) -> None:
    page = open_page(PATH, viewport=PHONE)
    box = page.get_by_label("Gjennomført")
    expect(box).not_to_be_visible()
    page.get_by_text("Søk og filtrer", exact=True).click()
    box.check()
    button = page.locator("#vis-tiltak")
    expect(button).to_have_text("Vis 16 tiltak")
    button.click()
    expect(page.locator("#treff")).to_be_focused()
    expect(page.locator("#treff")).to_be_in_viewport()
