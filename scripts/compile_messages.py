"""Compile every catalogue: `python -m scripts.compile_messages` makes each .po into a .mo.

Uses polib, so that a fresh machine needs no gettext. An unchanged catalogue is left alone, so
the development server restarts only when a translation changed.
"""

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


class CatalogueError(Exception):
    """A .po file cannot be read; the text names the file and what is wrong."""


def compile_catalogue(po: Path) -> bool:
    """Write `po` as the .mo beside it; return whether that changed anything.

    Fuzzy and untranslated entries are left out, as msgfmt does: the page then shows the bokmål.
    Raises CatalogueError when `po` cannot be read.
    """
    try:
        binary = polib.pofile(str(po), encoding="utf-8").to_binary()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{po}: {error}") from error
    mo = po.with_suffix(".mo")
    if mo.is_file() and mo.read_bytes() == binary:
        return False
    mo.write_bytes(binary)
    return True


def compile_all(locale: Path) -> int:
    """Compile each catalogue under the folder `locale`; return how many changed."""
    return sum(compile_catalogue(po) for po in sorted(locale.glob("*/LC_MESSAGES/*.po")))


def main() -> int:
    """Compile locale/ and say how many catalogues changed, or which cannot be read."""
    try:
        changed = compile_all(ROOT / "locale")
    except CatalogueError as error:
        print(f"A catalogue cannot be compiled. {error}", file=sys.stderr)
        return 1
    print(f"{changed} catalogues compiled.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
