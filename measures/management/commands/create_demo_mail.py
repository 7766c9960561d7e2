"""manage.py create_demo_mail: digests as files, for trying the site out on one's own machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from measures.actions.demo import create_demo_mailboxes
from stakeholders.models import Organisation


class Command(BaseCommand):
    help = "Makes demo mailboxes and sends their first digests. Refuses unless DEBUG is on."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and send them once. Ends with exit code 1 when it must not or cannot."""
        try:
            made = create_demo_mailboxes(timezone.now())
        except PermissionDenied as error:
            raise CommandError("Demo mail is made only where DEBUG is on.") from error
        except Organisation.DoesNotExist as error:
            raise CommandError("Load the register first: manage.py load_register") from error
        if made:
            call_command("send_digests", stdout=self.stdout, stderr=self.stderr)
        folder = getattr(settings, "EMAIL_FILE_PATH", "")
        if folder:
            self.stdout.write(
                f"Mail is written to {shortest(Path(folder))}/; open the .html files."
            )


def shortest(folder: Path) -> Path:
    """Return the folder as seen from here, where it lies below."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
