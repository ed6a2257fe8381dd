"""Choose a password by a one-time link."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.hashers import make_password

from clinic import staffing
from clinic.actions.sessions import end_shifts
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Shift, Staff
from clinic.refusal import refuse


@organisation_verb(None)
def accept_invitation(work: OrganisationWork, staff_id: UUID, token: str, password: str) -> Staff:
    """Set the password that the person chose, once. Raises Refused for a link that no longer
    stands."""
    Staff.objects.select_for_update().filter(pk=staff_id).first()
    staff = staffing.invited(staff_id, token)
    if staff is None:
        raise refuse("link")
    work.log.change(staff, password=make_password(password))
    end_shifts(Shift.objects.filter(staff=staff))
    return staff
