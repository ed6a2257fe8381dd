"""Amend where a person is reached."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.people import someone_else
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff


@organisation_verb(Permission.MANAGE_STAFF)
def amend_contact(
    work: OrganisationWork, by: Staff, site: Site, staff_id: UUID, *, phone: str, email: str
) -> Staff:
    """Where the person is reached: the monitoring form asks it of who watched the patient."""
    staff = someone_else(work, by, site, staff_id)
    work.log.change(staff, phone=phone, email=email)
    return staff
