"""Put our own style sheets together: `python -m scripts.bundle_css` fills build/vendor/.

site.css is for every page; desk.css holds what only those who have signed in see, so that readers
need not fetch it. One file per component is how we read them; one file in all is how browsers
should fetch them.
Each source goes into a cascade layer of our own after Designsystemet's, so ours wins without
louder selectors. Comments and indentation are left out; nothing else is changed.
Run it after scripts.vendor, which empties the folder.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "static" / "css"
DESK_SOURCE = SOURCE / "desk"
FOLDER = ROOT / "build" / "vendor"
TARGET = FOLDER / "site.css"
DESK_TARGET = FOLDER / "desk.css"

#: Sheets whose place matters, with their layer. All others are components, in order of name.
LAYERS = {
    "tokens": "site.tokens",
    "base": "site.base",
    "layout": "site.layout",
    "print": "site.print",
}
COMPONENTS = "site.components"
ORDER = ("site.tokens", "site.base", "site.layout", COMPONENTS, "site.print")

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLANKS = re.compile(r"\s+")
#: Space beside these never means anything; beside : ( ) + - it can (`a :is(b)`, `calc(1px + 2px)`).
TIGHT = re.compile(r"\s*([{};,])\s*")


class BundleError(Exception):
    """The sheets cannot be put together; the text says which one and why."""


def smaller(css: str) -> str:
    """Return `css` without comments and needless space."""
    css = BLANKS.sub(" ", COMMENT.sub("", css)).strip()
    return TIGHT.sub(r"\1", css).replace(";}", "}")


def layer_of(sheet: Path) -> str:
    """Return the cascade layer in which a sheet stands."""
    return LAYERS.get(sheet.stem, COMPONENTS)


def sheets(source: Path) -> list[Path]:
    """Return the sheets of `source` in cascade order. Raises BundleError when one is missing."""
    found = sorted(source.glob("*.css"))
    missing = sorted(LAYERS.keys() - {sheet.stem for sheet in found})
    if missing:
        raise BundleError(f"{source} lacks {', '.join(name + '.css' for name in missing)}")
    return sorted(found, key=lambda sheet: ORDER.index(layer_of(sheet)))


def balanced(css: str) -> bool:
    """Say whether every { has its }: one that is missing would silence all sheets after it."""
    return css.count("{") == css.count("}")


def bundle(source: Path) -> str:
    """Return all sheets of `source` as one. Raises BundleError for a broken sheet."""
    return joined(sheets(source))


def bundle_desk(source: Path) -> str:
    """Return all sheets of `source`, components only, as one. Raises BundleError for a broken one.

    It stands after site.css in a page and repeats the order of the layers, so that a print rule
    still wins over it.
    """
    found = sorted(source.glob("*.css"))
    if not found:
        raise BundleError(f"{source} holds no style sheets")
    return joined(found, layer=COMPONENTS)


def joined(found: list[Path], layer: str = "") -> str:
    """Return the sheets as one, each in `layer`, or in its own when that is empty."""
    parts = ["@layer ds.theme,ds.base,ds.components," + ",".join(ORDER) + ";"]
    for sheet in found:
        css = smaller(sheet.read_text(encoding="utf-8"))
        if not balanced(css):
            raise BundleError(f"{sheet.name} opens and closes a different number of braces")
        parts.append(f"@layer {layer or layer_of(sheet)}{{{css}}}")
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write both sheets and say how large they became, or what is wrong."""
    try:
        bundles = {TARGET: bundle(SOURCE), DESK_TARGET: bundle_desk(DESK_SOURCE)}
    except BundleError as error:
        print(f"Could not put the style sheets together: {error}", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for target, css in bundles.items():
        target.write_text(css, encoding="utf-8")
        print(f"build/vendor/{target.name} holds {len(css.encode()) / 1000:.0f} kB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
