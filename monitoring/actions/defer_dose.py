"""End a session without a dose after the patient has arrived."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.cancel_session import end_without_dose
from monitoring.actions.record import open_record, require_phase, verb
from monitoring.models import Session


@verb
def defer_dose(session_id: UUID, by: Staff, *, reason: str) -> Session:
    """Nothing is given today; the patient may leave. Raises Refused once a dose was given."""
    record = open_record(session_id, by, Permission.GIVE_DOSE)
    require_phase(record, "arrived")
    return end_without_dose(record, reason, "defer_dose")
