"""Where mail goes when there is no mail server: into files that one can open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

MOST_IN_NAME = 60


class FileBackend(BaseEmailBackend):
    """Writes each mail to EMAIL_FILE_PATH as an `.eml`, which mail programs open, and beside it its
    HTML, which a browser opens. Names begin with the time, so that they sort."""

    def __init__(self, *args: Any, file_path: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(file_path or settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails; return how many. Raises OSError when the folder cannot be written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            stem = self.folder / name_of(message)
            stem.with_suffix(".eml").write_bytes(message.message().as_bytes())
            for content, mimetype in getattr(message, "alternatives", ()):
                if mimetype == "text/html":
                    stem.with_suffix(".html").write_text(str(content), encoding="utf-8")
        return len(email_messages)


def name_of(message: EmailMessage) -> str:
    """Return a file name that says when, to whom and about what."""
    words = re.sub(r"[^\w@.-]+", "-", f"{' '.join(message.to)} {message.subject}")
    return f"{timezone.localtime():%Y%m%d-%H%M%S-%f}-{words[:MOST_IN_NAME].replace('.', '-')}"
