"""Change one's own password."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from clinic.actions.sessions import end_shifts
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Shift, Staff


@organisation_verb(None)
def change_password(work: OrganisationWork, staff: Staff, password: str) -> None:
    """Every other session of the person ends with the password that it began with, and so does
    every shift: a PIN is a way back to a sign-in with that password."""
    work.log.change(staff, password=make_password(password))
    end_shifts(Shift.objects.filter(staff=staff))
