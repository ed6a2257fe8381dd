"""Come back to a shared tablet with a PIN."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password

from clinic import clock
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Shift, Tablet
from clinic.shift import WRONG_TRIES, Wrong, open_of
from clinic.verbs import Declared, Verb


@organisation_verb(None, name="pin_failed")
def _count(
    work: OrganisationWork, tablet: Tablet, staff_id: UUID, *, is_right: bool
) -> Shift | None:
    """Count the try; the shift that it was made at, or None where that ended meanwhile. Only a
    wrong one is logged."""
    Tablet.objects.select_for_update().get(pk=tablet.pk)
    found = open_of(tablet, staff_id)
    if found is None:
        return None
    found.wrong_tries = 0 if is_right else found.wrong_tries + 1
    if found.wrong_tries >= WRONG_TRIES:
        found.ended_at = clock.now()
    found.save(update_fields=["wrong_tries", "ended_at"])
    if not is_right:
        work.log.touch(found.staff)
    return found


def _try_pin(tablet: Tablet, staff_id: UUID, pin: str) -> Shift:
    """The shift that `pin` comes back to. Raises Wrong, which is counted: five in a row end it.

    Takes as long for someone who has no shift here. Hashing is slow and is done before anything is
    locked; a shift that others' wrong tries ended meanwhile lets no one in, whatever the PIN.
    """
    found = open_of(tablet, staff_id)
    if found is None:
        make_password(pin)
        raise Wrong(0)
    is_right = check_password(pin, found.staff.pin)
    counted = _count(tablet, staff_id, is_right=is_right)
    if counted is None:
        raise Wrong(0)
    if not is_right:
        raise Wrong(WRONG_TRIES - counted.wrong_tries)
    return counted


try_pin = Verb(Declared("try_pin", None), _try_pin)
