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
