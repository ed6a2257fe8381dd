"""One's own password."""

from __future__ import annotations

from django.db import transaction

from clinic import shift
from clinic.models import Staff


@transaction.atomic
def change(staff: Staff, password: str) -> None:
    """Every other session of the person ends with the password that it began with, and so does
    every shift: a PIN is a way back to a sign-in with that password."""
    staff.set_password(password)
    staff.save(update_fields=["password"])
    shift.end_all(staff)
