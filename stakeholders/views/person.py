"""One person as those who manage access see it: roles, and who gave and took what, when."""

from __future__ import annotations

from itertools import groupby

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stakeholders import actions
from stakeholders.actions import memberships as acts
from stakeholders.choices import Role
from stakeholders.forms import GrantForm
from stakeholders.models import AccessEvent, Membership, Organisation, User
from stakeholders.queries import managed_by, memberships_managed_by, people_managed_by
from stakeholders.queries import roles_to_give as roles_in
from stakeholders.views.people import address_of, signed_in
from stakeholders.views.private import private

#: Acts that the page shows, the latest first.
SHOWN = 100


def theirs(request: HttpRequest, pk: int) -> User:
    """Return a person whose access the one who asks manages. Raises Http404."""
    return get_object_or_404(people_managed_by(signed_in(request)), pk=pk)


@require_safe
@private
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person's roles where the one who asks manages access, and their history."""
    return show(request, theirs(request, pk))


@require_POST
@private
def grant_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the person one more role."""
    user, found = signed_in(request), theirs(request, pk)
    form = GrantForm(request.POST, offers=offers(user, found))
    if form.is_valid():
        organisation, role = form.chosen()
        try:
            acts.grant_role(found, organisation, role, user)
        except actions.Refused as refused:
            form.add_error("role", str(refused))
        except actions.Changed:
            form.add_error("role", _("Personen har allerede denne rollen."))
        else:
            return redirect(f"{reverse('stakeholders:person', args=[pk])}?gitt=1")
    return show(request, found, form=form)


@require_POST
@private
def end_access(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Take all the person's roles in one organisation away."""
    user, found = signed_in(request), theirs(request, pk)
    organisation = get_object_or_404(managed_by(user), key=key)
    try:
        acts.end_access(found, organisation, user)
    except (actions.Changed, actions.Refused) as error:
        trouble = str(error) or _("Personen har ingen roller her lenger.")
        return show(request, found, trouble=trouble)
    if not managed_by(user).filter(pk=organisation.pk).exists():  # one's own last say here
        return redirect("measures:desk")
    return redirect(address_of(organisation, avsluttet=pk))


def offers(user: User, found: User) -> list[tuple[Organisation, Role]]:
    """Return the roles that the person lacks and may be given, where the person is or was."""
    if user == found or not found.is_active:
        return []
    held = memberships_managed_by(user).filter(user=found)
    has = set(held.filter(ended_at=None).values_list("organisation", "role"))
    where = Organisation.objects.filter(pk__in=held.values("organisation")).by_name()
    gives_steward = bool(Membership.objects.of(user, Role.STEWARD))
    return [
        (organisation, role)
        for organisation in where
        for role in roles_in(None, organisation)
        if (organisation.pk, role.value) not in has and (gives_steward or role != Role.STEWARD)
    ]


def show(
    request: HttpRequest, found: User, *, form: GrantForm | None = None, trouble: str = ""
) -> HttpResponse:
    """Show the page, in a number of queries that never grows."""
    user = signed_in(request)
    form = form or GrantForm(offers=offers(user, found))
    active = memberships_managed_by(user).filter(user=found, ended_at=None)
    active = active.select_related("organisation", "given_by")
    ordered = active.order_by("organisation__name", "organisation", "started_at", "pk")
    events = AccessEvent.objects.about(found).filter(
        Q(organisation__in=managed_by(user)) | Q(organisation=None)
    )
    context = {
        "found": found,
        "places": [
            (organisation, list(held))
            for organisation, held in groupby(ordered, key=lambda m: m.organisation)
        ],
        "events": events.select_related("actor", "organisation", "invitation").order_by(
            "-at", "-pk"
        )[:SHOWN],
        "form": form,
        "trail": [(_("Folk"), reverse("stakeholders:people"))],
        "said": _("Rollen er gitt.") if "gitt" in request.GET else "",
        "trouble": trouble,
        "is_self": user == found,
    }
    return render(request, "stakeholders/person.html", context, status=409 if trouble else 200)
