"""What the site serves from npm (scripts/vendor.py)."""

import shutil
from pathlib import Path

import pytest

from scripts.vendor import (
    COMPONENTS,
    COPIES,
    DESIGNSYSTEMET,
    LAYERS,
    ROOT,
    Component,
    VendorError,
    bundle,
    fill,
)

NODE_MODULES = ROOT / "node_modules"
SHEETS = NODE_MODULES / DESIGNSYSTEMET / "dist/src"


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    """A copy of the files that we take from npm, which a test may spoil."""
    copy = tmp_path / "node_modules"
    sheets = [DESIGNSYSTEMET / "dist/src" / f"{c.name}.css" for c in COMPONENTS]
    for name in [DESIGNSYSTEMET / "dist/src/index.css", *sheets, *COPIES]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(NODE_MODULES / name, copy / name)
    return copy


def opening(component: Component) -> str:
    """What the component's sheet starts with, without the layer that it may name itself."""
    css = (SHEETS / f"{component.name}.css").read_text(encoding="utf-8")
    return css.removeprefix("@layer ds.components{")[:60]


def test_components_stand_in_the_order_of_the_package() -> None:
    """Inside a layer the later rule wins, so another order would be another look."""
    index = (SHEETS / "index.css").read_text(encoding="utf-8")
    places = [index.index(opening(component)) for component in COMPONENTS]
    assert places == sorted(places)


def test_components_stand_in_the_layer_of_the_package() -> None:
    index = (SHEETS / "index.css").read_text(encoding="utf-8")
    for component in COMPONENTS:
        before = index[: index.index(opening(component))]
        layer = before.rpartition("@layer ")[2].partition("{")[0]
        assert layer == (component.layer or "ds.components"), component.name


def test_bundle_holds_every_component_and_opens_with_the_order_of_layers() -> None:
    css = bundle(COMPONENTS, SHEETS)
    assert css.startswith(LAYERS)
    assert css.count("{") == css.count("}")
    for component in COMPONENTS:
        assert opening(component) in css


def test_fill_copies_the_files_and_their_licences(tmp_path: Path) -> None:
    names = {file.name for file in fill(NODE_MODULES, tmp_path / "vendor")}
    assert names == {
        "designsystemet.css",
        "designsystemet.LICENSE.txt",
        "htmx.LICENSE.txt",
        "htmx.min.js",
        "inter-latin.woff2",
        "inter.LICENSE.txt",
        "theme.css",
    }
    # Our own sheet says where the font lies; a second statement would fetch it from elsewhere.
    assert "@font-face" not in (tmp_path / "vendor/theme.css").read_text(encoding="utf-8")


def test_fill_removes_what_an_earlier_run_left(tmp_path: Path) -> None:
    (tmp_path / "old.css").touch()
    fill(NODE_MODULES, tmp_path)
    assert not (tmp_path / "old.css").exists()


@pytest.mark.parametrize(
    "name",
    [str(DESIGNSYSTEMET / "dist/src/button.css"), *map(str, COPIES)],
)
def test_a_missing_file_stops_everything_and_spoils_nothing(
    node_modules: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/theme.css").write_text("kept", encoding="utf-8")
    (node_modules / name).unlink()
    with pytest.raises(VendorError, match=Path(name).name):
        fill(node_modules, tmp_path / "vendor")
    assert (tmp_path / "vendor/theme.css").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("button.css", "", "empty"),
        ("button.css", "@layer ds.base{a{}}", "layer"),
        ("search.css", ".ds-search{}", "layer"),
        ("index.css", "@layer ds.components, ds.base;", "orders its layers"),
    ],
)
def test_a_package_that_changed_its_layers_is_refused(
    node_modules: Path, tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    (node_modules / DESIGNSYSTEMET / "dist/src" / name).write_text(text, encoding="utf-8")
    with pytest.raises(VendorError, match=complaint):
        fill(node_modules, tmp_path / "vendor")
