"""What every time that is recorded must satisfy, whatever happened then."""

from __future__ import annotations

from datetime import datetime

from monitoring.actions.outcome import Reason, Refused
from monitoring.actions.record import Record, require_not_future
from monitoring.rules.lateness import lateness


def require_timely(
    record: Record, at: datetime, field: str, *, late_reason: str, late_field: str = "late_reason"
) -> None:
    """Refuse a time in the future at `field`, and a late one without its reason at `late_field`
    (CLINICAL 8, rule 37)."""
    require_not_future(record, at, field)
    late = lateness(record.course.protocol, at, record.now, late_reason, late_field)
    if late is not None:
        raise Refused([Reason(late.code, late.field, late.params)])
