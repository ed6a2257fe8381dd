"""Record who was informed of a flagged value or symptom, when, and what was ordered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import Conflict, refuse, repeated
from monitoring.actions.record import (
    open_record,
    require_phase,
    require_text,
    verb,
)
from monitoring.actions.sending import FIRST, Sending, require_once, require_same_time
from monitoring.actions.times import require_after, require_timely
from monitoring.models import Event
from monitoring.rules.facts import ReadingFacts
from monitoring.rules.flags import flagged


@verb
def respond_to_flag(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    sending: Sending = FIRST,
    about: UUID,
    informed: str,
    ordered: str,
    at: datetime,
    late_reason: str = "",
    confirmed_at: datetime | None = None,
) -> Event:
    """Answer for the flagged reading or event `about`. Several responses to one flag are kept.

    Raises Refused when nothing is flagged there, or for an empty field; NotAllowed.
    """
    record = open_record(session_id, by, Permission.RECORD_EVENT)
    if sent := next((e for e in record.session.event_set.all() if e.id == id), None):
        answered = sent.answers_reading_id or sent.answers_event_id
        if answered != about:
            raise Conflict(sent)
        require_same_time(sent, "at", at, sending)
        return repeated(
            sent,
            informed=informed.strip(),
            ordered=ordered.strip(),
            late_reason=late_reason.strip(),
        )
    require_phase(record, "arrived", "dosing", "observing", "cleared")
    found = next((f for f in flagged(record.facts) if f.fact.id == about), None)
    if found is None:
        raise refuse("not_flagged")
    is_reading = isinstance(found.fact, ReadingFacts)
    flagged_at = found.fact.taken_at if isinstance(found.fact, ReadingFacts) else found.fact.at
    require_after(at, flagged_at, "before_answered")
    require_timely(record, at, "at", confirmed_at=confirmed_at, late_reason=late_reason)
    same = {"informed": informed.strip(), "ordered": ordered.strip()}
    about_id = {
        "answers_reading_id": about if is_reading else None,
        "answers_event_id": None if is_reading else about,
    }
    require_once(record, record.session.event_set.all(), sending, "again_event", **same, **about_id)
    event = record.add(
        Event(
            id=id,
            kind=Event.Kind.RESPONSE,
            at=at,
            late_reason=late_reason.strip(),
            informed=require_text(informed, "informed"),
            ordered=require_text(ordered, "ordered"),
            **about_id,
        )
    )
    record.finish("respond_to_flag")
    return event
