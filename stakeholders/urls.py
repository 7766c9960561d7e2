"""Addresses about people (bokmål paths; the language is a prefix)."""

from django.urls import path

from stakeholders.views import invitation, people, person

app_name = "stakeholders"
urlpatterns = [
    path("min-side/folk/", people.people, name="people"),
    path("min-side/folk/inviter/", people.invite, name="invite"),
    path(
        "min-side/folk/invitasjoner/<int:pk>/send/",
        people.resend_invitation,
        name="resend_invitation",
    ),
    path(
        "min-side/folk/invitasjoner/<int:pk>/trekk/",
        people.revoke_invitation,
        name="revoke_invitation",
    ),
    path("min-side/folk/roller/<int:pk>/avslutt/", people.end_membership, name="end_membership"),
    path("min-side/folk/<int:pk>/", person.person, name="person"),
    path("min-side/folk/<int:pk>/gi-rolle/", person.grant_role, name="grant_role"),
    path("min-side/folk/<int:pk>/avslutt/<slug:key>/", person.end_access, name="end_access"),
    path("invitasjon/<str:token>/", invitation.invitation, name="invitation"),
]
