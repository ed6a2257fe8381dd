"""Amend where one is reached oneself."""

from __future__ import annotations

from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Staff


@organisation_verb(None)
def amend_own_contact(work: OrganisationWork, by: Staff, *, phone: str, email: str) -> Staff:
    """Where one is reached oneself, whatever the role."""
    work.by = by
    staff = Staff.objects.select_for_update().get(pk=by.pk)
    work.log.change(staff, phone=phone, email=email)
    return staff
