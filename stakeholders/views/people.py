"""The people of an organisation, for those who let them in and out."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stakeholders import actions
from stakeholders.actions import inviting
from stakeholders.actions.memberships import end_membership as end_one
from stakeholders.forms import InviteForm
from stakeholders.models import Invitation, Membership, Organisation, User
from stakeholders.queries import invitations_managed_by, managed_by, roles_to_give
from stakeholders.validators import number_in
from stakeholders.views.private import private


@dataclass
class Member:
    """A person with the roles in one organisation; `since` is when the first of them began."""

    user: User
    memberships: list[Membership] = field(default_factory=list)

    @property
    def since(self) -> datetime.datetime:
        return min(membership.started_at for membership in self.memberships)


def signed_in(request: HttpRequest) -> User:
    """Return who has signed in; the site lets nobody else this far."""
    assert isinstance(request.user, User)  # noqa: S101  # ClosedByDefaultMiddleware has seen to it
    return request.user


def organisation_of(request: HttpRequest) -> tuple[Organisation, list[Organisation]]:
    """Return the organisation that the address names, or the person's own, and all those whose
    people the person manages. Raises Http404 when there is none."""
    mine = list(managed_by(signed_in(request)).by_name())
    wanted = request.GET.get("aktor")
    if wanted is None and len(mine) > 1:
        own = Membership.objects.of(signed_in(request)).order_by("pk").values("organisation__key")
        keys = {row["organisation__key"] for row in own}
        mine_first = [organisation for organisation in mine if organisation.key in keys]
        return (mine_first or mine)[0], mine
    for organisation in mine:
        if wanted in (None, organisation.key):
            return organisation, mine
    raise Http404


def address_of(organisation: Organisation, **more: object) -> str:
    """Return the address of an organisation's people; `more` says what was just done."""
    words = "".join(f"&{name}={value}" for name, value in more.items())
    return f"{reverse('stakeholders:people')}?aktor={organisation.key}{words}"


@require_safe
@private
def people(request: HttpRequest) -> HttpResponse:
    """Show who has access on behalf of an organisation, who is invited, and a form to invite."""
    organisation, mine = organisation_of(request)
    return show(request, organisation, mine, said=done(request))


@require_POST
@private
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to the organisation."""
    organisation, mine = organisation_of(request)
    user = signed_in(request)
    form = InviteForm(request.POST, roles=roles_to_give(user, organisation))
    if form.is_valid():
        email, language = form.cleaned_data["email"], form.cleaned_data["language"]
        try:
            invitation = inviting.invite(email, organisation, form.chosen(), language, user)
        except actions.Refused as refused:
            form.add_error("email", str(refused))
        else:
            return redirect(address_of(organisation, sendt=invitation.pk))
    return show(request, organisation, mine, form=form)


@require_POST
@private
def resend_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation again, with a new link."""
    return on_invitation(request, pk, inviting.resend_invitation, "sendt")


@require_POST
@private
def revoke_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    return on_invitation(request, pk, inviting.revoke_invitation, "trukket")


def on_invitation(
    request: HttpRequest, pk: int, act: Callable[[Invitation, User], object], word: str
) -> HttpResponse:
    """Do something with an invitation, and say what was done."""
    user = signed_in(request)
    mine = invitations_managed_by(user).select_related("organisation")
    invitation = get_object_or_404(mine, pk=pk)
    organisation = invitation.organisation
    try:
        act(invitation, user)
    except actions.Changed:
        trouble = _("Invitasjonen er allerede tatt imot eller trukket tilbake.")
        return show(request, organisation, list(managed_by(user).by_name()), trouble=trouble)
    return redirect(address_of(organisation, **{word: pk}))


@require_POST
@private
def end_membership(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one role away from somebody."""
    user = signed_in(request)
    mine = Membership.objects.filter(organisation__in=managed_by(user))
    membership = get_object_or_404(mine.select_related("organisation", "user"), pk=pk)
    organisation = membership.organisation
    try:
        end_one(membership, user)
    except (actions.Changed, actions.Refused) as error:
        trouble = str(error) or _("Rollen er allerede avsluttet.")
        return show(request, organisation, list(managed_by(user).by_name()), trouble=trouble)
    if not managed_by(user).filter(pk=organisation.pk).exists():  # one's own last say here
        return redirect("measures:desk")
    return redirect(address_of(organisation, avsluttet=membership.user_id))


def show(
    request: HttpRequest,
    organisation: Organisation,
    mine: list[Organisation],
    *,
    form: InviteForm | None = None,
    said: tuple[str, str] = ("", ""),
    trouble: str = "",
) -> HttpResponse:
    """Show the page, in a number of queries that never grows."""
    user = signed_in(request)
    form = form or InviteForm(
        roles=roles_to_give(user, organisation),
        initial={"language": request.LANGUAGE_CODE},
    )
    invitations = Invitation.objects.open().filter(organisation=organisation)
    context = {
        "organisation": organisation,
        "organisations": mine,
        "members": members_of(organisation),
        "former": former_members_of(organisation),
        "invitations": invitations.select_related("invited_by").order_by("-created_at", "-pk"),
        "form": form,
        "said": said,
        "trouble": trouble,
    }
    status = 409 if trouble else 200
    return render(request, "stakeholders/people.html", context, status=status)


def members_of(organisation: Organisation) -> list[Member]:
    """Return who has a role in the organisation, by name."""
    found: dict[int, Member] = {}
    memberships = Membership.objects.filter(organisation=organisation, ended_at=None)
    for membership in memberships.select_related("user", "given_by").order_by(
        "user__name", "user__email", "started_at", "pk"
    ):
        member = found.setdefault(membership.user_id, Member(membership.user))
        member.memberships.append(membership)
    return list(found.values())


def former_members_of(organisation: Organisation) -> list[User]:
    """Return who has had a role in the organisation and has none now; the latest hundred."""
    ended = Membership.objects.filter(organisation=organisation, ended_at__isnull=False)
    active = Membership.objects.filter(organisation=organisation, ended_at=None)
    people = User.objects.filter(pk__in=ended.values("user")).exclude(pk__in=active.values("user"))
    return list(people.order_by("name", "email")[:100])


def done(request: HttpRequest) -> tuple[str, str]:
    """Return what was just done in words, and the tone of it; mail that failed is a warning."""
    if "avsluttet" in request.GET:
        return _("Tilgangen er avsluttet. Det gjelder fra nå av."), ""
    if "trukket" in request.GET:
        return _("Invitasjonen er trukket tilbake. Lenken virker ikke lenger."), ""
    sent = number_in(request.GET.get("sendt", ""))
    invitation = invitations_managed_by(signed_in(request)).filter(pk=sent or 0).first()
    if invitation is None:
        return "", ""
    if invitation.mailed_at:
        return _("Invitasjonen er sendt til %(email)s.") % {"email": invitation.email}, ""
    failed = _(
        "Invitasjonen er lagret, men e-posten til %(email)s kunne ikke sendes. "
        "Prøv «Send på nytt» om litt."
    )
    return failed % {"email": invitation.email}, "warning"
