"""End one's own emergency access."""

from __future__ import annotations

from clinic.actions.people import end_visit
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Membership, Site, Staff


@organisation_verb(None)
def leave_emergency(work: OrganisationWork, by: Staff, site: Site) -> Membership:
    """End one's own visit before its time. Raises Refused for someone who is not visiting."""
    work.by = by
    return end_visit(work, Membership.objects.filter(staff=by.pk, site=site))
