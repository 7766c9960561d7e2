"""manage.py invite: let the first people in; all others are invited in the browser."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from stakeholders.actions import Refused
from stakeholders.actions.inviting import invite
from stakeholders.choices import Role
from stakeholders.models import Organisation


class Command(BaseCommand):
    help = "Sends an invitation by e-mail, for the first steward or administrator."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("organisation", help="its key, as in its address: nfd")
        parser.add_argument("roles", nargs="+", choices=Role.values)
        parser.add_argument("--language", default="nb", choices=("nb", "nn", "en"))

    def handle(self, *args: Any, email: str, organisation: str, **options: Any) -> None:
        """Send it. Ends with exit code 1 when the invitation is not allowed."""
        roles = [Role(role) for role in options["roles"]]
        try:
            validate_email(email)
            found = Organisation.objects.get(key=organisation)
            invite(email, found, roles, options["language"], None)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        except Organisation.DoesNotExist as error:
            raise CommandError(f"There is no organisation {organisation}.") from error
        except PermissionDenied as error:
            raise CommandError("This organisation has no such role.") from error
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"An invitation was sent to {email}.")
