"""Record who was informed of a flagged value or symptom, when, and what was ordered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from clinic.access import Permission
from clinic.refusal import Conflict, refuse
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.text import require_text
from monitoring.actions.times import require_after, require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event
from monitoring.rules.facts import REPEAT_MINUTES, ReadingFacts
from monitoring.rules.flags import flagged
from monitoring.rules.phase import PRESENT


@session_verb(Permission.RECORD_EVENT, phases=PRESENT)
def respond_to_flag(
    work: SessionWork,
    *,
    id: UUID,
    sending: Sending = FIRST,
    about: UUID,
    informed: str,
    ordered: str,
    at: datetime,
    repeat_minutes: int | None = None,
    late_reason: str = "",
    confirmed_at: datetime | None = None,
) -> Event:
    """Answer for the flagged reading or event `about`. Several responses to one flag are kept.

    `repeat_minutes` makes a reading due so many minutes after `at`, when it was ordered (CLINICAL
    8, rule 51). Raises Refused when nothing is flagged there, for an empty field or for a time
    before what it answers; NotAllowed.
    """
    given = {
        "informed": informed.strip(),
        "ordered": ordered.strip(),
        "late_reason": late_reason.strip(),
        "repeat_minutes": repeat_minutes,
    }
    if sent := work.sent(work.session.rows.of(Event), id, given, sending, at=at):
        if about not in {sent.answers_reading_id, sent.answers_event_id}:
            raise Conflict(sent)
        return sent
    work.require_phase()
    found = next((f for f in flagged(work.facts) if f.fact.id == about), None)
    if found is None:
        raise refuse("not_flagged")
    is_reading = isinstance(found.fact, ReadingFacts)
    flagged_at = found.fact.taken_at if isinstance(found.fact, ReadingFacts) else found.fact.at
    require_after(at, flagged_at, "before_answered")
    given["late_reason"] = reason = work.late_reason(late_reason.strip(), at, sending)
    require_timely(work, at, "at", confirmed_at=confirmed_at, late_reason=reason, sending=sending)
    about_id = {
        "answers_reading_id": about if is_reading else None,
        "answers_event_id": None if is_reading else about,
    }
    same = {name: given[name] for name in ("informed", "ordered", "repeat_minutes")} | about_id
    work.require_once(work.session.rows.standing(Event), sending, "again_event", same)
    require_text(informed, "informed")
    require_text(ordered, "ordered")
    _require_repeat(repeat_minutes)
    return work.add(Event(id=id, kind=Event.Kind.RESPONSE, at=at, **given, **about_id))


def _require_repeat(minutes: int | None) -> None:
    """A repeat is ordered within the hour: more is a slip."""
    least, most = REPEAT_MINUTES
    if minutes is not None and not least <= minutes <= most:
        raise refuse("setting_out_of_bounds", "repeat_minutes", least=least, most=most)
