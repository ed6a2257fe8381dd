"""Let a person in again."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.people import require_all_sites, someone_else
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff


@organisation_verb(Permission.MANAGE_STAFF)
def reactivate_person(work: OrganisationWork, by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Let a person in again, with a full sign-in: nothing that ended comes back."""
    staff = someone_else(work, by, site, staff_id)
    require_all_sites(by, staff)
    work.log.touch(staff)
    work.log.change(staff, is_active=True)
    return staff
