"""What was uploaded to the register and waits for somebody to confirm it."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: How long somebody may look at a preview before it is thrown away.
KEPT_FOR = datetime.timedelta(hours=24)


def a_day_from_now() -> datetime.datetime:
    """When an upload of now expires."""
    return timezone.now() + KEPT_FOR


class PendingUploadQuerySet(models.QuerySet["PendingUpload"]):
    """Uploads, in the words of the domain."""

    def of(self, user: models.Model) -> PendingUploadQuerySet:
        """The person's own that have not expired."""
        return self.filter(owner=user.pk, expires_at__gt=timezone.now())

    def expired(self) -> PendingUploadQuerySet:
        """Those that nobody may confirm any more."""
        return self.filter(expires_at__lte=timezone.now())


class PendingUpload(models.Model):
    """One upload between preview and confirmation: `content` is a zip of the files as they came.

    It lies in the database and not on a disk, because any web process may be the one that is asked
    to confirm. A person has one at a time; the next replaces it, and after a day it is gone. It is
    no fact of the register: nothing is told of it in events before it is written.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    names = models.TextField(_("filer"))
    content = models.BinaryField()
    uploaded_at = models.DateTimeField(_("lastet opp"), default=timezone.now)
    expires_at = models.DateTimeField(_("utløper"), default=a_day_from_now, db_index=True)

    objects: ClassVar[PendingUploadQuerySet] = PendingUploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("opplasting")
        verbose_name_plural = _("opplastinger")

    def __str__(self) -> str:
        return self.names
