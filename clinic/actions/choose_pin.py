"""Choose one's own PIN."""

from __future__ import annotations

from itertools import pairwise

from django.contrib.auth.hashers import make_password

from clinic import shift
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Staff
from clinic.refusal import refuse


@organisation_verb(None)
def choose_pin(work: OrganisationWork, staff: Staff, pin: str) -> None:
    """Raises Refused for other than six digits, or for digits that are all alike or in a row."""
    if not (pin.isascii() and pin.isdigit() and len(pin) == shift.PIN_DIGITS):
        raise refuse("pin_digits", "pin")
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise refuse("pin_simple", "pin")
    work.by = staff
    work.log.change(staff, pin=make_password(pin))
