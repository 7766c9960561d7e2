"""manage.py load_register: put the register's CSV files into the database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from measures.actions.register import lock_loads, write_register
from measures.exchange.plan import Plan, prepare
from measures.exchange.problems import Problems
from measures.exchange.reading import folder_files
from measures.models import Document

#: So many problems are listed; a person mends these first.
LISTED = 200
#: From so many rows on, a terminal shows how far the writing has come.
MUCH = 5_000


class Command(BaseCommand):
    help = _("Legger registeret inn fra CSV-filer. Alt eller ingenting; ingenting slettes.")
    # Those are about pages and settings; the data do not depend on them.
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help=_("mappen med filene, som fixtures/"))
        parser.add_argument(
            "--dry-run", action="store_true", help=_("vis hva som ville skje, uten å skrive")
        )
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help=_("bare når registeret er tomt, så det som er endret i nettleseren, får stå"),
        )

    def handle(
        self, *args: Any, folder: Path, dry_run: bool, if_empty: bool, **options: Any
    ) -> None:
        """Load the folder. Ends with exit code 1, and nothing written, when anything is wrong."""
        if if_empty and Document.objects.exists():
            self.stdout.write(_("Registeret er lagt inn fra før, og står som det er."))
            return
        if not folder.is_dir():
            raise CommandError(_("%(folder)s er ikke en mappe.") % {"folder": folder})
        try:
            files = folder_files(folder)
        except OSError as error:
            raise CommandError(_("Kan ikke lese filene: %(error)s") % {"error": error}) from error
        try:
            with transaction.atomic():
                lock_loads()
                plan = prepare(files, timezone.localdate())
                if not plan.problems and not dry_run:
                    self.write(plan)
        except DatabaseError as error:
            raise CommandError(
                _("Databasen godtok ikke dataene, og ingenting er skrevet: %(error)s")
                % {"error": error}
            ) from error
        if plan.problems:
            raise CommandError(self.listed(plan.problems))
        self.report(plan, dry_run=dry_run)

    def write(self, plan: Plan) -> None:
        """Write, with a progress bar where somebody is watching and there is much to write."""
        hidden = plan.work <= MUCH or not sys.stderr.isatty()
        with tqdm(total=plan.work, unit=_(" rader"), disable=hidden, leave=False) as bar:
            write_register(plan, progress=bar.update)

    def report(self, plan: Plan, *, dry_run: bool) -> None:
        """Say what was created, changed and left alone, table by table."""
        for table in plan.tables:
            counts = _("%(created)s opprettet, %(changed)s endret, %(unchanged)s uendret") % {
                "created": len(table.created),
                "changed": len(table.changed),
                "unchanged": table.unchanged,
            }
            self.stdout.write(f"{table.table.file:<22}{counts}")
        if dry_run:
            self.stdout.write(_("Ingenting er skrevet: dette var en prøve."))

    def listed(self, problems: Problems) -> str:
        """Return the first problems, one a line, and how many there are."""
        lines = [str(problem) for problem in problems][:LISTED]
        if problems.total > len(lines):
            lines.append(_("… og %(rest)s til.") % {"rest": problems.total - len(lines)})
        lines.append(
            ngettext(
                "%(total)s feil. Ingenting er skrevet.",
                "%(total)s feil. Ingenting er skrevet.",
                problems.total,
            )
            % {"total": problems.total}
        )
        return "\n".join(lines)
