"""One's own password."""

from __future__ import annotations

from django.db import transaction

from clinic.models import Staff


@transaction.atomic
def change(staff: Staff, password: str) -> None:
    """Every other session of the person ends with the password that it began with."""
    staff.set_password(password)
    staff.save(update_fields=["password"])
