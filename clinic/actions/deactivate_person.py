"""Let a person in no more."""

from __future__ import annotations

from uuid import UUID

from clinic import emergency
from clinic.access import Permission
from clinic.actions.people import (
    end_password,
    end_proposal,
    require_all_sites,
    someone_else,
)
from clinic.actions.sessions import sign_out_everywhere
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Membership, Proposal, Site, Staff


@organisation_verb(Permission.MANAGE_STAFF)
def deactivate_person(work: OrganisationWork, by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Stop a person from signing in anywhere, from the next request on.

    Every session ends, every visit, an invitation that was not used, and what waits to be confirmed
    for them.

    Raises Refused for oneself, and for someone who also works where `by` manages no one.
    """
    staff = someone_else(work, by, site, staff_id)
    require_all_sites(by, staff)
    work.log.touch(staff)
    work.log.change(staff, is_active=False)
    if not staff.has_usable_password():
        end_password(work, staff)
    sign_out_everywhere(staff)
    for visit in emergency.in_force(Membership.objects.filter(staff=staff)):
        work.log.change(visit, ends_at=work.now)
    waiting = Proposal.objects.select_for_update().filter(staff=staff, ended_at=None)
    for proposal in waiting:
        end_proposal(work, proposal, by, is_confirmed=False)
    return staff
