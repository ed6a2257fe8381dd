"""Cancel what was proposed."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.people import end_proposal, open_proposal
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Proposal, Site, Staff


@organisation_verb(Permission.MANAGE_STAFF)
def cancel_proposal(work: OrganisationWork, by: Staff, site: Site, proposal_id: UUID) -> Proposal:
    """Nothing comes of it. Any administrator of the site may, and the person it is about."""
    found = open_proposal(by, site, proposal_id)
    work.by = by
    end_proposal(work, found, by, is_confirmed=False)
    return found
