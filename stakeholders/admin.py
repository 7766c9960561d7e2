"""Django's admin for those who run the site: it shows the tables, and writes through the actions.

Nobody edits a row here. What an operator may do is a choice in the list, and each is one action of
`stakeholders.actions`, which checks the right, and leaves its row in the log. Whoever is no
operator finds no such page. `SecondFactorMiddleware` asks for the second factor, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from stakeholders.actions import Changed, Refused
from stakeholders.actions.accounts import (
    close_account,
    reopen_account,
    reset_second_factor,
    unlock_account,
)
from stakeholders.actions.memberships import end_membership
from stakeholders.models import AccessEvent, Invitation, Membership, Organisation, User
from stakeholders.validators import number_in

if TYPE_CHECKING:
    Table = admin.ModelAdmin[Any]
else:
    Table = admin.ModelAdmin

M = TypeVar("M", bound=Model)
V = TypeVar("V", bound=Callable[..., HttpResponseBase])


#: In whatever table they are reached from.
SECRETS = ("password", "token_hash")


class OperatorSite(admin.AdminSite):
    """The admin, for operators alone: for all others its addresses are not there."""

    site_header = site_title = _("Drift av nettstedet")
    index_title = _("Tabellene")
    index_template = "admin/operators_index.html"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def admin_view(self, view: V, cacheable: bool = False) -> V:
        """Return the view, with 404 for whoever is no operator."""
        for_operators = super().admin_view(view, cacheable)

        @wraps(for_operators)
        def or_nothing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                raise Http404
            return for_operators(request, *args, **kwargs)

        return cast("V", or_nothing)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the addresses of the tables, without Django's own for passwords and signing in."""
        tables = [
            path(f"{model._meta.app_label}/{model._meta.model_name}/", include(table.urls))
            for model, table in self._registry.items()
        ]
        words = self.admin_view(self.i18n_javascript, cacheable=True)
        return [
            path("", self.admin_view(self.index), name="index"),
            path("jsi18n/", words, name="jsi18n"),
            path("<slug:app_label>/", self.admin_view(self.app_index), name="app_list"),
            *tables,
        ]


class Shown(Table):
    """A table that can be looked at, and no more: nothing is added, changed or deleted."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # The link is among the tools of a row: Django's own would go by way of a table of sites.
    view_on_site = False
    # Django 6 does so on its own.
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}
    #: Secrets, and what only Django itself needs.
    hidden: ClassVar[tuple[str, ...]] = ()

    def get_urls(self) -> list[URLPattern]:
        """Return the list and the one row."""
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        show = self.admin_site.admin_view
        return [
            path("", show(self.changelist_view), name=f"{names}_changelist"),
            path("<path:object_id>/change/", show(self.change_view), name=f"{names}_change"),
        ]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Say whether a list may be narrowed so: never by what is hidden, which could be found out
        letter by letter."""
        hidden = set(lookup.split("__")) & {*self.hidden, *SECRETS}
        return not hidden and super().lookup_allowed(lookup, value, request)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Do what was chosen with the rows that were ticked; what is no key ticks nothing."""
        if None in map(number_in, request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise Http404
        return super().response_action(request, queryset, *args, **kwargs)

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Return what is not shown of a row."""
        return self.hidden

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may see the tables."""
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say whether the person may see a row."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a row here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes a row here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes a row here."""
        return False

    def act(self, request: HttpRequest, rows: QuerySet[M], verb: Callable[[M, User], Any]) -> None:
        """Do one action to each row, and say how many it was done to, and why not to the others.

        Each is an act of its own: one that is refused keeps none of the others from being done.
        """
        done = 0
        for row in rows:
            try:
                verb(row, cast("User", request.user))
            except Refused as refused:
                self.message_user(request, f"{row}: {refused}", messages.ERROR)
            except Changed:
                nothing = gettext("Det var ingenting å gjøre.")
                self.message_user(request, f"{row}: {nothing}", messages.WARNING)
            except PermissionDenied:
                refused_to = gettext("Du har ikke lov til dette.")
                self.message_user(request, f"{row}: {refused_to}", messages.ERROR)
            else:
                done += 1
        if done:
            said = ngettext("Gjort for %(number)s.", "Gjort for %(number)s.", done)
            self.message_user(request, said % {"number": done}, messages.SUCCESS)


class People(Shown):
    """Accounts, and what an operator does for the people who have them."""

    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    hidden = ("password", "groups", "user_permissions", "is_superuser")
    actions = ("close", "reopen", "reset", "unlock")

    @admin.action(description=_("Steng kontoen"))
    def close(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Close the accounts."""
        self.act(request, rows, close_account)

    @admin.action(description=_("Åpne kontoen igjen"))
    def reopen(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Open the accounts again."""
        self.act(request, rows, reopen_account)

    @admin.action(description=_("Fjern koder og passnøkler (mistet telefon)"))
    def reset(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Forget codes and passkeys."""
        self.act(request, rows, reset_second_factor)

    @admin.action(description=_("Opphev pausen etter feil passord"))
    def unlock(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Forget wrong passwords."""
        self.act(request, rows, unlock_account)


class Memberships(Shown):
    """Who acts for whom."""

    list_display = ("user", "organisation", "role", "started_at", "ended_at")
    list_filter = ("role", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "user__name", "organisation__name", "organisation__short_name")
    ordering = ("-started_at",)
    actions = ("end",)

    @admin.action(description=_("Avslutt rollen"))
    def end(self, request: HttpRequest, rows: QuerySet[Membership]) -> None:
        """Take the roles away."""
        self.act(request, rows, end_membership)


class Invitations(Shown):
    """Who was asked in."""

    list_display = ("email", "organisation", "created_at", "expires_at", "mailed_at", "accepted_at")
    list_select_related = ("organisation",)
    search_fields = ("email", "organisation__name")
    ordering = ("-created_at",)
    hidden = ("token_hash",)


class AccessEvents(Shown):
    """Who gave and took what access, and when."""

    list_display = ("at", "verb", "actor", "person", "organisation")
    list_filter = ("verb",)
    list_select_related = ("actor", "person", "organisation")
    search_fields = ("person__email", "actor__email", "organisation__name")
    ordering = ("-at",)


class Organisations(Shown):
    """The bodies that have a part in the measures."""

    list_display = ("key", "name", "kind")
    list_filter = ("kind",)
    search_fields = ("key", "name", "short_name")
    ordering = ("key",)


operators = OperatorSite()
operators.register(User, People)
operators.register(Membership, Memberships)
operators.register(Invitation, Invitations)
operators.register(AccessEvent, AccessEvents)
operators.register(Organisation, Organisations)
