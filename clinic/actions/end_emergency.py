"""End someone's emergency access."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.people import end_visit
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Membership, Site, Staff
from clinic.refusal import NotAllowed


@organisation_verb(Permission.MANAGE_STAFF)
def end_emergency(work: OrganisationWork, by: Staff, site: Site, staff_id: UUID) -> Membership:
    """End someone's visit at once. Raises NotAllowed for a stranger to the site, Refused for
    someone who is not visiting."""
    work.require(by, site)
    theirs = Membership.objects.filter(staff=staff_id, site=site)
    if not theirs.exists():
        raise NotAllowed
    return end_visit(work, theirs)
