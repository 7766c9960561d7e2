"""What the look promises: one sheet, a weight, no stray colours, no sign that is not drawn."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import brotli  # type: ignore[import-untyped]
import pytest

from measures.choices import UNREPORTED, Freshness, Outlook, PublisherKind, Schedule, Status
from scripts import bundle_css

ROOT = Path(__file__).resolve().parent.parent
SHEETS = sorted((ROOT / "static" / "css").rglob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
#: What all style sheets may weigh together over the wire.
CSS_BYTES = 24_000
#: What those who have signed in fetch besides.
DESK_CSS_BYTES = 4_000


def symbols() -> set[str]:
    tree = ElementTree.parse(ROOT / "static" / "icons.svg")  # noqa: S314 our own file
    return {node.attrib["id"] for node in tree.iter() if node.tag.endswith("symbol")}


def write(folder: Path, **sheets: str) -> Path:
    for name, css in {"tokens": "", "base": "", "layout": "", "print": "", **sheets}.items():
        (folder / f"{name}.css").write_text(css, encoding="utf-8")
    return folder


def test_bundle_puts_tokens_first_and_print_last(tmp_path: Path) -> None:
    css = bundle_css.bundle(write(tmp_path, tokens="a{}", bar="b{}", print="p{}", waffle="w{}"))
    assert [css.index(rule) for rule in ("{a{}}", "{b{}}", "{w{}}", "{p{}}")] == sorted(
        css.index(rule) for rule in ("{a{}}", "{b{}}", "{w{}}", "{p{}}")
    )
    assert css.startswith("@layer ds.theme,ds.base,ds.components,site.tokens,")


def test_bundle_drops_comments_but_keeps_space_that_means_something(tmp_path: Path) -> None:
    css = bundle_css.bundle(
        write(tmp_path, bar="/* why */\n.a :is(b) {\n  width: calc(1px + 2px);\n}\n")
    )
    assert ".a :is(b){width: calc(1px + 2px)}" in css
    assert "why" not in css


def test_bundle_refuses_a_brace_that_is_not_closed(tmp_path: Path) -> None:
    with pytest.raises(bundle_css.BundleError, match=r"bar\.css"):
        bundle_css.bundle(write(tmp_path, bar=".a { color: red; "))


def test_bundle_refuses_to_miss_a_sheet_the_others_stand_on(tmp_path: Path) -> None:
    (write(tmp_path) / "tokens.css").unlink()
    with pytest.raises(bundle_css.BundleError, match=r"tokens\.css"):
        bundle_css.bundle(tmp_path)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda p: p.name)
def test_a_sheet_is_short_and_takes_its_colours_from_the_tokens(sheet: Path) -> None:
    css = sheet.read_text(encoding="utf-8")
    assert len(css.splitlines()) <= 150
    assert "!important" not in css
    if sheet.stem != "tokens":
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", bundle_css.smaller(css))


def test_the_style_sheets_keep_their_weight() -> None:
    vendor = ROOT / "build" / "vendor"
    third_party = [vendor / "designsystemet.css", vendor / "theme.css"]
    if not all(path.is_file() for path in third_party):
        pytest.fail("build/vendor/ is empty: run make vendor")
    sheets = [path.read_text(encoding="utf-8") for path in third_party]
    sheets.append(bundle_css.bundle(bundle_css.SOURCE))
    assert sum(len(brotli.compress(css.encode(), quality=11)) for css in sheets) <= CSS_BYTES


def test_the_desk_has_its_own_sheet_below_the_print_rules(tmp_path: Path) -> None:
    (tmp_path / "task.css").write_text(".task { color: red; }", encoding="utf-8")
    css = bundle_css.bundle_desk(tmp_path)
    assert "@layer site.components{.task{color: red}}" in css
    assert css.index("site.components") < css.index("site.print")


def test_the_desk_needs_a_sheet(tmp_path: Path) -> None:
    with pytest.raises(bundle_css.BundleError, match="no style sheets"):
        bundle_css.bundle_desk(tmp_path)


def test_only_the_desk_loads_its_sheet_and_it_keeps_its_weight() -> None:
    naming = [t for t in TEMPLATES if "desk.css" in t.read_text(encoding="utf-8")]
    assert [t.relative_to(ROOT).as_posix() for t in naming] == ["templates/desk/page.html"]
    css = bundle_css.bundle_desk(bundle_css.DESK_SOURCE)
    assert len(brotli.compress(css.encode(), quality=11)) <= DESK_CSS_BYTES


def test_every_word_with_a_sign_has_one() -> None:
    wanted = {f"status-{word}" for word in [*Status.values, UNREPORTED]}
    for prefix, words in {
        "outlook": Outlook.values,
        "schedule": Schedule.values,
        "freshness": Freshness.values,
        "publisher": PublisherKind.values,
    }.items():
        wanted |= {f"{prefix}-{word}" for word in words}
    assert wanted <= symbols()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_template_has_no_inline_style_and_names_only_drawn_signs(template: Path) -> None:
    html = template.read_text(encoding="utf-8")
    # Mail programs read no style sheet.
    styles = "" if template.parent.name == "mail" else r"\sstyle=|<style|"
    assert not re.search(rf"{styles}\son[a-z]+=|<script(?![^>]*\ssrc=)", html)
    named = re.findall(r'components/icon\.html" with name="([a-z_-]+)" ', html)
    assert set(named) <= symbols()
