"""Propose that a person signs in without the second factors there are."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.people import propose, require_all_sites, someone_else
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff
from clinic.refusal import refuse


@organisation_verb(Permission.MANAGE_STAFF)
def propose_new_sign_in(work: OrganisationWork, by: Staff, site: Site, staff_id: UUID) -> Staff:
    """For a clinician or an administrator who lost the phone that they sign in with.

    Another person confirms it: `clinic.proposals` says who. Raises Refused for someone deactivated.
    """
    staff = someone_else(work, by, site, staff_id)
    require_all_sites(by, staff)
    if not staff.is_active:
        raise refuse("deactivated")
    propose(work, by, site, staff)
    return staff
