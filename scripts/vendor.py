"""Copy what the site serves from npm: `python -m scripts.vendor` fills build/vendor/.

Nothing is compiled. Designsystemet's style sheet is put together from the components that we use,
because the whole package weighs three times as much as they do. To use one more component, add
its name to `COMPONENTS`, at the place it has in the package's own index.css.
"""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Component(NamedTuple):
    """One file of Designsystemet, and the cascade layer that index.css puts it in.

    `layer` is empty where the file names its layer itself.
    """

    name: str
    layer: str = "ds.components"


#: In the order of the package's index.css: inside a layer, what stands later wins.
COMPONENTS = (
    Component("base", "ds.base"),
    Component("heading", "ds.base"),
    Component("label", "ds.base"),
    Component("paragraph", "ds.base"),
    Component("link"),
    Component("validation-message", "ds.base"),
    Component("data-size-workaround"),
    Component("button"),
    Component("input"),
    Component("field"),
    Component("fieldset"),
    Component("alert"),
    Component("skip-link"),
    Component("details"),
    Component("list"),
    Component("card"),
    Component("chip"),
    Component("divider"),
    Component("pagination"),
    Component("tag"),
    Component("error-summary"),
    Component("table"),
    Component("breadcrumbs"),
    Component("search", ""),
)

#: The order of the layers themselves; the first statement of the package's index.css.
LAYERS = "@layer ds.theme, ds.base, ds.components;"

DESIGNSYSTEMET = Path("@digdir/designsystemet-css")
#: From a file in node_modules to a name in build/vendor/.
COPIES = {
    DESIGNSYSTEMET / "dist/theme/designsystemet.css": "theme.css",
    Path("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"): "inter-latin.woff2",
    Path("htmx.org/dist/htmx.min.js"): "htmx.min.js",
    DESIGNSYSTEMET / "LICENSE": "designsystemet.LICENSE.txt",
    Path("@fontsource-variable/inter/LICENSE"): "inter.LICENSE.txt",
    Path("htmx.org/LICENSE"): "htmx.LICENSE.txt",
}


class VendorError(Exception):
    """The npm packages do not hold what we expect of them; the text says what is wrong."""


def read(path: Path) -> str:
    """Return the text of `path`. Raises VendorError when it is missing or empty."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise VendorError(f"{path} is missing: run npm ci, or correct scripts/vendor.py") from None
    if not text.strip():
        raise VendorError(f"{path} is empty")
    return text.strip()


def layered(component: Component, css: str) -> str:
    """Return `css` inside the component's cascade layer. Raises VendorError if layers disagree."""
    names_its_layer = css.startswith("@layer")
    if names_its_layer == bool(component.layer):
        raise VendorError(f"{component.name}.css has changed which cascade layer it stands in")
    return f"@layer {component.layer}{{{css}}}" if component.layer else css


def bundle(components: Iterable[Component], source: Path) -> str:
    """Return one style sheet of `components`, read from the folder `source` of the package.

    Raises VendorError when a file is missing, or when the package orders its layers anew.
    """
    if not read(source / "index.css").startswith(LAYERS):
        raise VendorError("index.css orders its layers in another way than scripts/vendor.py")
    sheets = [layered(c, read(source / f"{c.name}.css")) for c in components]
    return "\n".join([LAYERS, *sheets]) + "\n"


def fill(node_modules: Path, target: Path) -> list[Path]:
    """Make the folder `target` anew from `node_modules`; return the files in it.

    Everything is read before the old folder goes, so a failure (VendorError) leaves it whole.
    """
    css = bundle(COMPONENTS, node_modules / DESIGNSYSTEMET / "dist/src")
    for source in COPIES:
        if not (node_modules / source).is_file():
            raise VendorError(f"{node_modules / source} is missing: run npm ci")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / "designsystemet.css").write_text(css, encoding="utf-8")
    for source, name in COPIES.items():
        shutil.copyfile(node_modules / source, target / name)
    return sorted(target.iterdir())


def main() -> int:
    """Fill build/vendor/ and say how much it became, or what is wrong."""
    try:
        files = fill(ROOT / "node_modules", ROOT / "build" / "vendor")
    except VendorError as error:
        print(f"Could not copy the npm files: {error}", file=sys.stderr)
        return 1
    kilobytes = sum(file.stat().st_size for file in files) / 1000
    print(f"build/vendor/ holds {len(files)} files, {kilobytes:.0f} kB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
