"""Whether something was entered late, and must say why.

Every time that is recorded is kept twice: when it was, and when the server had it. More than five
minutes between the two asks for a reason and is a deviation (CLINICAL 7, hazard 5; 8, rule 37).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.message import Message
from monitoring.rules.facts import whole_minutes
from monitoring.rules.protocol import Protocol


def is_late(protocol: Protocol, at: datetime, recorded_at: datetime) -> bool:
    """Whether what happened `at` was recorded more than the protocol's minutes later."""
    return recorded_at - at > timedelta(minutes=protocol.late_entry_minutes)


def minutes_late(protocol: Protocol, at: datetime, recorded_at: datetime) -> int | None:
    """Whole minutes between the two where the entry was late; None where it was in time."""
    return whole_minutes(recorded_at - at) if is_late(protocol, at, recorded_at) else None


def lateness(
    protocol: Protocol, at: datetime, now: datetime, reason: str, field: str = "late_reason"
) -> Message | None:
    """What a late entry without a reason is asked, at `field`; None where nothing is missing."""
    if is_late(protocol, at, now) and not reason.strip():
        return Message("late_reason", {"minutes": protocol.late_entry_minutes}, field)
    return None
