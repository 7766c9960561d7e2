"""The sources of a draft: links and files, kept while it is being written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from measures.choices import PublisherKind
from measures.models import Comment, Evidence, StatusUpdate
from measures.uploads import Checked
from stakeholders.choices import OrganisationKind
from stakeholders.models import Organisation

#: What kind of publisher an organisation is of its own files.
PUBLISHES_AS = {
    OrganisationKind.MINISTRY: PublisherKind.GOVERNMENT,
    OrganisationKind.PARLIAMENT: PublisherKind.GOVERNMENT,
    OrganisationKind.INDUSTRY_BODY: PublisherKind.INDUSTRY,
    OrganisationKind.CLUSTER: PublisherKind.INDUSTRY,
    OrganisationKind.RESEARCH_AND_INCUBATION: PublisherKind.RESEARCH,
}


@dataclass(frozen=True)
class Link:
    """A source that can be followed."""

    url: str
    title: str
    publisher: str
    publisher_kind: str


def keep_links(draft: StatusUpdate | Comment, links: Sequence[Link]) -> None:
    """Make the draft's links those given, each once."""
    wanted = {(link.url, link.title): link for link in links}
    stored = {(e.url, e.title): e for e in draft.evidence.filter(file="")}
    for pair, evidence in stored.items():
        link = wanted.pop(pair, None)
        if link is None:
            evidence.delete()
        else:
            evidence.publisher, evidence.publisher_kind = link.publisher, link.publisher_kind
            evidence.save(update_fields=["publisher", "publisher_kind"])
    for link in wanted.values():
        draft.evidence.create(
            language=draft.language,
            **{name: getattr(link, name) for name in Link.__dataclass_fields__},
        )


def keep_files(draft: StatusUpdate | Comment, files: Sequence[Checked]) -> None:
    """Add files to the draft, published by whoever speaks. The same file is kept once."""
    speaker = draft.organisation
    known = set(draft.evidence.exclude(file="").values_list("sha256", flat=True))
    for checked in files:
        if checked.sha256 in known:
            continue
        known.add(checked.sha256)
        draft.evidence.create(
            title=free_title(draft, checked.title),
            language=draft.language,
            publisher=speaker.name if speaker else "",
            publisher_kind=publisher_kind(speaker),
            file=checked.file,
            file_name=checked.file_name,
            media_type=checked.media_type,
            size=checked.size,
            sha256=checked.sha256,
        )


def copy_evidence(evidence: Evidence, draft: StatusUpdate, title: str = "") -> None:
    """Give the draft the same evidence, under another title where one is given. A file is copied:
    the draft's may be thrown away."""
    copy = Evidence.objects.get(pk=evidence.pk)
    copy.pk = None
    copy.update, copy.comment = draft, None
    copy.title = title or copy.title
    if evidence.file:
        with evidence.file.open() as content:
            copy.file.save(evidence.file_name, ContentFile(content.read()), save=False)
    copy.save(force_insert=True)


def take_over_files(comment: Comment, draft: StatusUpdate) -> None:
    """Give the draft the files of a comment that the owner agrees with, each once. Its links are
    filled in the form."""
    known = set(draft.evidence.exclude(file="").values_list("sha256", flat=True))
    for evidence in comment.evidence.exclude(file="").exclude(sha256__in=known):
        copy_evidence(evidence, draft, title=free_title(draft, evidence.title))


def publisher_kind(organisation: Organisation | None) -> PublisherKind:
    """Return what kind of publisher an organisation is of its own files."""
    if organisation is None:
        return PublisherKind.OTHER
    return PUBLISHES_AS.get(OrganisationKind(organisation.kind), PublisherKind.AGENCY)


def free_title(draft: StatusUpdate | Comment, title: str) -> str:
    """Return the title, with a number behind it when another file of the draft has it."""
    taken = set(draft.evidence.filter(url="").values_list("title", flat=True))
    names = (f"{title} ({n})" if n > 1 else title for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def leave_out(draft: StatusUpdate | Comment, keys: Sequence[int]) -> None:
    """Take files out of the draft."""
    gone = list(draft.evidence.filter(pk__in=keys).exclude(file=""))
    draft.evidence.filter(pk__in=[e.pk for e in gone]).delete()
    forget([e.file for e in gone])


def forget(files: Sequence[Any]) -> None:
    """Delete stored files that no evidence names any more, once the database has agreed."""

    def delete() -> None:
        for file in files:
            if not Evidence.objects.filter(file=file.name).exists():
                file.storage.delete(file.name)

    transaction.on_commit(delete)
