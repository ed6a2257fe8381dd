"""Record the result of a questionnaire on suicidality, or why there is none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.access import Permission
from clinic.refusal import Refused
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.times import require_after_admission, require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event
from monitoring.rules.phase import PRESENT
from monitoring.rules.screens import ScreenFacts, screen_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenEntry:
    """What was entered of one screen; the time `confirmed_at` was read back and kept."""

    result: ScreenFacts
    at: datetime
    detail: str = ""
    late_reason: str = ""
    confirmed_at: datetime | None = None


@session_verb(Permission.RECORD_EVENT, phases=PRESENT)
def record_screen(
    work: SessionWork, *, id: UUID, screen: ScreenEntry, sending: Sending = FIRST
) -> Event:
    """Record PHQ-9 item 9 and total, the answers of the C-SSRS screener, or why neither was done.

    A positive one is an emergency, and keeps clearance open until a clinician has reviewed it
    (CLINICAL 8, rule 42). Raises Refused at each field, NotAllowed.
    """
    given: dict[str, Any] = {
        **asdict(screen.result),
        "kind": Event.Kind.SCREEN,
        "detail": screen.detail.strip(),
        "late_reason": screen.late_reason.strip(),
    }
    events = work.session.rows.of(Event)
    if sent := work.sent(events, id, given, sending, at=screen.at):
        return sent
    work.require_phase()
    if problems := screen_problems(screen.result):
        raise Refused(problems)
    require_after_admission(work, screen.at)
    confirmed_at, late_reason = screen.confirmed_at, screen.late_reason
    require_timely(work, screen.at, "at", confirmed_at=confirmed_at, late_reason=late_reason)
    work.require_once(events, sending, "again_event", given)
    return work.add(Event(id=id, at=screen.at, **given))
