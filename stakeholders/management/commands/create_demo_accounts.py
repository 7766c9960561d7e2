"""manage.py create_demo_accounts: accounts for trying the site out on one's own machine."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from stakeholders.actions.demo import DEMO_OPERATOR, DEMO_PASSWORD, create_demo_accounts
from stakeholders.models import Organisation


class Command(BaseCommand):
    help = "Makes one account per role and prints how to sign in. Refuses unless DEBUG is on."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the accounts. Ends with exit code 1 when it must not or cannot."""
        try:
            memberships = create_demo_accounts()
        except PermissionDenied as error:
            raise CommandError("Demo accounts are made only where DEBUG is on.") from error
        except Organisation.DoesNotExist as error:
            raise CommandError("Load the register first: manage.py load_register") from error
        for membership in memberships:
            self.stdout.write(
                f"  {membership.user.email:<28}{membership.get_role_display()}, "
                f"{membership.organisation.short_name or membership.organisation}"
            )
        self.stdout.write(f"  {DEMO_OPERATOR:<28}Drift")
        self.stdout.write(f"  The password of all of them: {DEMO_PASSWORD}")
