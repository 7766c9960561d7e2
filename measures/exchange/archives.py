"""What somebody uploads: CSV files, a zip of them, or a workbook. Hostile ones give sentences."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from measures import zips
from measures.exchange.problems import Problem, printable
from measures.exchange.reading import LIMITS, Limits, Raw, Unreadable, read_files
from measures.exchange.workbooks import is_workbook, read_workbook

#: What a zip may have inside: the tables, and what systems add to it.
MOST_MEMBERS = 1000
SKIPPED = ("__MACOSX/", ".DS_Store")
CHUNK = 1 << 20
#: How workbooks are called, also old ones and those behind a password, which are no zips.
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls")


def read_upload(files: Mapping[str, bytes], limits: Limits = LIMITS) -> Raw:
    """Read what was uploaded, by name. Never raises: what cannot be read is a problem."""
    tables: dict[str, bytes] = {}
    for name, content in files.items():
        if name.lower().endswith(WORKBOOKS) and not content.startswith(zips.SIGNATURE):
            return _refused(name, _("Dette er ikke et regneark vi leser. Lagre det som XLSX."))
        if not content.startswith(zips.SIGNATURE):
            if name in tables:
                return _refused(name, _twice(name))
            tables[name] = content
            continue
        try:
            members = opened(content, limits)
        except Unreadable as error:
            return _refused(name, str(error))
        if not is_workbook(members):
            if both := sorted(tables.keys() & members.keys()):
                return _refused(name, _twice(both[0]))
            tables |= members
        elif len(files) > 1:
            return _refused(name, _("Last opp regnearket alene, uten andre filer."))
        else:
            return read_workbook(name, members, limits)
    return read_files(tables, limits)


def _refused(name: str, message: str) -> Raw:
    raw = Raw()
    raw.problems.add(Problem(printable(name), 0, "", message))
    return raw


def _twice(name: str) -> str:
    return _("%(name)s er med to ganger.") % {"name": name}


def opened(content: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    """Return the files of a zip by name. Raises Unreadable; never unpacks more than the limit,
    whatever the zip says of its own size."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found: dict[str, bytes] = {}
            for name, member in _members(archive, limits):
                if name in found:
                    raise Unreadable(_twice(name))
                found[name] = member
            return found
    except zips.BROKEN as error:
        raise Unreadable(_("Filen er ødelagt og kan ikke pakkes ut.")) from error
    except zips.LOCKED as error:
        raise Unreadable(
            _("Filen er låst med passord eller pakket på en måte vi ikke leser.")
        ) from error


def _members(archive: zipfile.ZipFile, limits: Limits) -> Iterator[tuple[str, bytes]]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_MEMBERS:
        raise Unreadable(_("Zip-filen har for mange filer."))
    left = limits.size
    for info in infos:
        if info.filename.startswith(SKIPPED):
            continue
        content = _unpacked(archive, info, left)
        left -= len(content)
        yield _name(info.filename), content


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    parts = []
    with archive.open(info) as member:
        while part := member.read(CHUNK):
            parts.append(part)
            left -= len(part)
            if left < 0:
                raise Unreadable(_("Filen blir for stor når den pakkes ut."))
    return b"".join(parts)


def _name(path: str) -> str:
    """A folder around the tables says nothing; those of a workbook keep their paths."""
    return printable(path.rsplit("/", 1)[-1] if path.endswith(".csv") else path)
