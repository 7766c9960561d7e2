"""The fixed words about organisations."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    """What sort of organisation it is, in the order in which lists show them."""

    MINISTRY = "ministry", _("Departement")
    PARLIAMENT = "parliament", _("Storting")
    AGENCY = "agency", _("Etat")
    STATE_COMPANY = "state_company", _("Statlig selskap")
    HEALTH_AUTHORITY = "health_authority", _("Regionalt helseforetak")
    COUNCIL = "council", _("Råd")
    PROGRAMME = "programme", _("Program")
    INDUSTRY_BODY = "industry_body", _("Interesseorganisasjon")
    CLUSTER = "cluster", _("Klynge eller nettverk")
    RESEARCH_AND_INCUBATION = "research_and_incubation", _("Forskning og inkubasjon")


class Role(TextChoices):
    """What a person may do for an organisation (DESIGN: rights come from memberships alone).

    A reporter writes status for measures that the organisation owns or coordinates. An approver
    publishes what a colleague wrote, never one's own text. A voice speaks for an industry body or
    a cluster. A steward, in a coordinating ministry, keeps the register. An administrator invites
    the organisation's own people and ends their access, and has no say about measures.
    """

    REPORTER = "reporter", _("Rapportør")
    APPROVER = "approver", _("Godkjenner")
    VOICE = "voice", _("Talsperson")
    STEWARD = "steward", _("Registerfører")
    ADMINISTRATOR = "administrator", _("Administrator")


#: Roles that only suit some sorts of organisation; all others suit any.
ROLE_KINDS: dict[Role, tuple[OrganisationKind, ...]] = {
    Role.VOICE: (OrganisationKind.INDUSTRY_BODY, OrganisationKind.CLUSTER),
    Role.STEWARD: (OrganisationKind.MINISTRY,),
}


class AccessVerb(TextChoices):
    """What was done with somebody's access."""

    INVITED = "invited", _("Invitert")
    RESENT = "resent", _("Invitasjonen er sendt på nytt")
    REVOKED = "revoked", _("Invitasjonen er trukket tilbake")
    ACCEPTED = "accepted", _("Tok imot invitasjonen")
    GRANTED = "granted", _("Fikk rolle")
    ENDED = "ended", _("Rolle avsluttet")
    CLOSED = "closed", _("Kontoen er stengt")
    REOPENED = "reopened", _("Kontoen er åpnet igjen")
    UNLOCKED = "unlocked", _("Pausen etter feil passord er opphevet")
    RESET = "reset", _("Koder og passnøkler er fjernet")
