"""Which person acts for which organisation, in which role, since when and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stakeholders.choices import Role
from stakeholders.models.organisations import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from stakeholders.models.users import User


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, in the words of the domain."""

    def active(self) -> MembershipQuerySet:
        """Those that give rights now: not ended, of a person who may sign in."""
        return self.filter(ended_at=None, user__is_active=True)

    def of(self, user: User | AnonymousUser, *roles: Role) -> MembershipQuerySet:
        """The person's active memberships in any of the roles; in any role when none is named."""
        found = self.active().filter(user=user.pk)
        return found.filter(role__in=[role.value for role in roles]) if roles else found


class Membership(models.Model):
    """A person's role in an organisation. All rights to write come from here, and nowhere else.

    A person may have several. A membership is ended, never deleted: what the person did in the
    role stays explained. Ending it takes effect with the next request. `given_by` is who invited
    the person or gave the role; empty for what an operator did from the command line.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(_("rolle"), max_length=13, choices=Role)
    started_at = models.DateTimeField(_("fra"), default=timezone.now)
    ended_at = models.DateTimeField(_("til"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("medlemskap")
        verbose_name_plural = _("medlemskap")
        constraints = (
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="membership_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ended_at=None),
                name="membership_once_at_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["organisation", "role"],
                condition=Q(ended_at=None),
                name="membership_of_organisation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.organisation}: {self.get_role_display()}"
