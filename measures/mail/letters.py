"""A mail of the outbox as it goes to the mail server: text and HTML, and the headers by which mail
programs know what it is and how to stop it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from email._policybase import Compat32
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.choices import Frequency, MailKind, Weekday
from measures.dates import when
from measures.mail.links import Purpose, address, mailbox_token, token_for
from measures.mail.words import Bar, Section, bars, day, sections, whole_words
from measures.models import Digest, Recipient
from stakeholders.mail import on_one_line

SITE_NAME = "Tiltak for helsenæringen"


@dataclass
class Letter:
    """What a mail says: shown by `measures/mail/letter.txt` and `.html`."""

    subject: str
    preview: str
    intro: str
    sections: list[Section] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    whole: str = ""
    button: str = ""
    button_url: str = ""
    notes: list[str] = field(default_factory=list)
    why: str = ""
    manage_url: str = ""
    stop_url: str = ""


class WholeLines(Compat32):
    """Keeps the List- headers on one line: mail programs miss an address that was folded onto the
    next."""

    def fold(self, name: str, value: Any) -> str:
        """Write a header."""
        if name.startswith("List-"):
            return f"{name}: {value}{self.linesep}"
        return super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Write a header as bytes."""
        if name.startswith("List-"):
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


class Mail(EmailMultiAlternatives):
    """A mail whose List- headers are not folded."""

    def message(self, **options: Any) -> Any:
        """Return the mail as the mail server gets it."""
        made = super().message(**options)
        made.policy = WholeLines()
        return made


def letter_for(digest: Digest) -> Mail:
    """Return the mail of a row in the outbox, loaded with its recipient. Asks the database for
    nothing. The same row gives the same mail every time, but for the date it is sent, and the
    language where the recipient has chosen another since."""
    recipient = digest.recipient
    with translation.override(recipient.language):
        letter = WRITTEN[MailKind(digest.kind)](digest)
        context = {"letter": letter, "language": recipient.language, "site_url": address_of_site()}
        mail = Mail(
            subject=on_one_line(letter.subject),
            body=render_to_string("measures/mail/letter.txt", context),
            from_email=sender(),
            to=[recipient.email],
            headers=headers_of(digest, letter),
        )
        mail.attach_alternative(render_to_string("measures/mail/letter.html", context), "text/html")
    return mail


def headers_of(digest: Digest, letter: Letter) -> dict[str, str]:
    """Return the headers: which mail it is (RFC 5322), that a program sent it (RFC 3834), to which
    list it belongs (RFC 2919), and how to stop it in one click (RFC 8058)."""
    host = settings.SITE.hostname
    headers = {
        "Message-ID": message_id(digest),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": digest.recipient.language,
    }
    if letter.stop_url:
        headers |= {
            "List-Id": f"<{digest.kind}.{host}>",
            "List-Unsubscribe": f"<{letter.stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return headers


def message_id(digest: Digest) -> str:
    """Return the name of the mail among all the mails in the world, the same for every attempt."""
    return f"<{digest.key}@{settings.SITE.hostname}>"


def sender() -> str:
    """Return who the mail is from."""
    given = str(settings.DEFAULT_FROM_EMAIL)
    return given if "<" in given else f"{SITE_NAME} <{given}>"


def address_of_site() -> str:
    """Return the address of the front page."""
    return address("measures:front")


# --- What each kind says ---------------------------------------------------------------------


def digest_letter(digest: Digest) -> Letter:
    """The digest: what is asked, what is news, how the whole stands."""
    today = timezone.localdate(digest.planned_at)
    content, recipient = digest.content, digest.recipient
    subject = subject_of(content)
    if recipient.organisation and not recipient.user:
        subject = f"{recipient.organisation.label}: {subject}"
    whole = content.get("whole")
    return Letter(
        subject=subject,
        preview=preview_of(content),
        intro=intro_of(digest, today),
        sections=list(sections(content, today)),
        bars=bars(whole) if whole else [],
        whole=whole_words(whole) if whole else "",
        notes=notes_of(content),
        why=why_of(recipient),
        manage_url=manage_url(recipient),
        stop_url=stop_url(recipient),
    )


def reminder_letter(digest: Digest) -> Letter:
    """A reminder: what should be, or should have been, reported."""
    today = timezone.localdate(digest.planned_at)
    return Letter(
        subject=subject_of(digest.content),
        preview=preview_of(digest.content),
        intro=_("Dette er en påminnelse fra %(date)s.") % {"date": when(today)},
        sections=list(sections(digest.content, today)),
        notes=notes_of(digest.content),
        why=_("Du får påminnelsen fordi du har en rolle i rapporteringen."),
        manage_url=manage_url(digest.recipient),
        stop_url=stop_url(digest.recipient),
    )


def confirmation_letter(digest: Digest) -> Letter:
    """The question whether the mailbox really wants mail. It has no list to leave yet."""
    url = address("measures:follow_confirm", token_for(Purpose.CONFIRM, digest.period))
    return Letter(
        subject=_("Bekreft at du vil følge tiltakene"),
        preview=_("Trykk på lenken for å begynne."),
        intro=_("Noen har bedt om å følge dette, og oppga denne e-postadressen: %(what)s.")
        % {"what": digest.content["what"]},
        button=_("Ja, jeg vil følge dette"),
        button_url=url,
        notes=[
            _("Kjenner du ikke til dette, kan du se bort fra e-posten. Da blir det ikke noe av."),
            _("Lenken virker i sju dager."),
        ],
    )


WRITTEN = {
    MailKind.DIGEST: digest_letter,
    MailKind.REMINDER: reminder_letter,
    MailKind.CONFIRMATION: confirmation_letter,
}


# --- Its parts -------------------------------------------------------------------------------


def number_in(content: dict[str, Any], name: str) -> int:
    """Return how many rows a section has, shown or not."""
    section = content.get(name)
    return len(section["items"]) + section["more"] if section else 0


def subject_of(content: dict[str, Any]) -> str:
    """Say in the subject what matters most."""
    if number := number_in(content, "to_report"):
        days = sorted(filter(None, (item["due"] for item in content["to_report"]["items"])))
        text = ngettext("Ett tiltak å rapportere", "%(number)s tiltak å rapportere", number)
        if days:
            text = ngettext(
                "Ett tiltak å rapportere, frist %(date)s",
                "%(number)s tiltak å rapportere, første frist %(date)s",
                number,
            )
        return text % {"number": number, "date": when(day(days[0])) if days else ""}
    counted = {name: number_in(content, name) for name in SUBJECTS}
    name = next(name for name, number in counted.items() if number)
    return SUBJECTS[name](counted[name]) % {"number": counted[name]}


SUBJECTS = {
    "others": lambda n: ngettext(
        "Ett tiltak er ikke rapportert ennå", "%(number)s tiltak er ikke rapportert ennå", n
    ),
    "returned": lambda n: ngettext(
        "En tekst er sendt tilbake til deg", "%(number)s tekster er sendt tilbake til deg", n
    ),
    "to_approve": lambda n: ngettext(
        "En tekst venter på godkjenning", "%(number)s tekster venter på godkjenning", n
    ),
    "to_answer": lambda n: ngettext(
        "Ett innspill venter på svar", "%(number)s innspill venter på svar", n
    ),
    "changes": lambda n: ngettext("Nytt i ett tiltak", "Nytt i %(number)s tiltak", n),
}


def preview_of(content: dict[str, Any]) -> str:
    """Say what mail programs show beside the subject: the other sections."""
    said = [
        SUBJECTS[name](number) % {"number": number}
        for name in SUBJECTS
        if (number := number_in(content, name))
    ]
    asked = content.get("to_report", {}).get("items", ())
    if any(item.get("link") and item["status"] for item in asked):
        quick = _("Har ingenting endret seg, holder det med to trykk")
        return f"{'. '.join([quick, *said])}."
    more = said if asked else said[1:]
    return ". ".join(more) or _("Hva som ble av det myndighetene lovet helsenæringen.")


def intro_of(digest: Digest, today: datetime.date) -> str:
    """Say for when the digest is, and where it begins."""
    since = timezone.localdate(digest.since) if digest.since else today
    return _("Oppsummering fra %(since)s til %(today)s.") % {
        "since": when(since),
        "today": when(today),
    }


def notes_of(content: dict[str, Any]) -> list[str]:
    """Say what a link does, where the mail has links to answer by."""
    if not any(item.get("link") for item in content.get("to_report", {}).get("items", ())):
        return []
    return [
        _("Lenkene er personlige og virker i 30 dager. Ikke send dem videre."),
        _("Ingenting blir lagret av at du åpner e-posten eller lenken."),
    ]


def why_of(recipient: Recipient) -> str:
    """Say when the digest comes, and that it comes only then."""
    clock = time_format(datetime.time(recipient.hour), "TIME_FORMAT")
    if recipient.frequency == Frequency.DAILY:
        text = _("Du får denne e-posten hver dag kl. %(clock)s når det er noe å fortelle.")
    elif recipient.frequency == Frequency.WEEKLY:
        text = _("Du får denne e-posten hver %(weekday)s kl. %(clock)s når det er noe å fortelle.")
    else:
        text = _(
            "Du får denne e-posten den første %(weekday)sen i måneden kl. %(clock)s når det er noe "
            "å fortelle."
        )
    return text % {"weekday": Weekday(recipient.weekday).label, "clock": clock}


def manage_url(recipient: Recipient) -> str:
    """Return where the recipient changes what comes."""
    return address("measures:mailbox", mailbox_token(recipient))


def stop_url(recipient: Recipient) -> str:
    """Return where the recipient stops all mail."""
    return address("measures:mailbox_stop", mailbox_token(recipient))
