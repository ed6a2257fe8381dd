"""Record the telephone call after a session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.access import Permission
from clinic.message import Message
from clinic.refusal import Refused
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.times import require_after, require_meant, require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Call, Departure, Event
from monitoring.models.rows import load
from monitoring.rules.measures import impossible
from monitoring.rules.suicidality import SYMPTOM

ANSWERS = ("has_slept", "has_driven", "has_suicidal_thoughts", "had_adverse_event")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntry:
    """What was said on the telephone; times `…confirmed_at` were read back and kept. An adverse
    event has its detail, whether it was serious, and when it began."""

    at: datetime
    was_reached: bool | None
    detail: str
    has_slept: bool | None = None
    has_driven: bool | None = None
    systolic: int | None = None
    diastolic: int | None = None
    has_suicidal_thoughts: bool | None = None
    had_adverse_event: bool | None = None
    adverse_detail: str = ""
    is_serious: bool | None = None
    onset_at: datetime | None = None
    late_reason: str = ""
    confirmed_at: datetime | None = None
    onset_confirmed_at: datetime | None = None


@session_verb(Permission.CALL_PATIENT, phases=("closed",))
def record_call(work: SessionWork, *, id: UUID, call: CallEntry, sending: Sending = FIRST) -> Call:
    """Record a call: whether the patient was reached, how they are, whether they slept, whether
    they drove before that, suicidal thoughts, an adverse event; the blood pressure if measured.

    Suicidal thoughts and an adverse event become events of the session, which wait for a
    clinician's review. What was signed does not change. Raises Refused at each field, NotAllowed.
    """
    given = _written(call)
    load([work.session], [Call])
    rows = work.session.rows
    if sent := work.sent(rows.of(Call), id, given, sending, at=call.at):
        return sent
    work.require_phase()
    if problems := _problems(call):
        raise Refused(problems)
    call = replace(call, late_reason=work.late_reason(call.late_reason, call.at, sending))
    given = _written(call)
    _require_times(work, call, sending)
    work.require_once(rows.standing(Call), sending, "again_event", given)
    made = work.add(Call(id=id, at=call.at, **given))
    _add_events(work, call)
    return made


def _require_times(work: SessionWork, call: CallEntry, sending: Sending) -> None:
    """After the patient had left, and the times that are meant."""
    (departure,) = work.session.rows.of(Departure)
    require_after(call.at, departure.left_at, "before_leaving")
    require_timely(
        work,
        call.at,
        "at",
        confirmed_at=call.confirmed_at,
        late_reason=call.late_reason,
        sending=sending,
    )
    if call.had_adverse_event and call.onset_at is not None:
        require_meant(
            work,
            call.onset_at,
            "onset_at",
            confirmed_at=call.onset_confirmed_at,
            sending=sending,
        )


def _written(call: CallEntry) -> dict[str, Any]:
    """The columns that hold what was said; nothing was said by who was not reached."""
    said = {name: getattr(call, name) for name in (*ANSWERS, "systolic", "diastolic")}
    return {
        "was_reached": call.was_reached,
        "detail": call.detail.strip(),
        "late_reason": call.late_reason.strip(),
        **(said if call.was_reached else dict.fromkeys(said)),
    }


def _problems(call: CallEntry) -> list[Message]:
    if call.was_reached is None:
        return [Message("unanswered", field="was_reached")]
    found = [] if call.detail.strip() else [Message("required", field="detail")]
    if not call.was_reached:
        answered = [n for n in ANSWERS if getattr(call, n) is not None]
        return [*found, *(Message("not_reached", field=n) for n in answered)]
    found += [Message("unanswered", field=n) for n in ANSWERS if getattr(call, n) is None]
    pressure = {"systolic": call.systolic, "diastolic": call.diastolic}
    empty = [name for name, value in pressure.items() if value is None]
    if len(empty) == 1:
        found.append(Message("required", field=empty[0]))
    found += impossible(pressure)
    if call.had_adverse_event:
        if not call.adverse_detail.strip():
            found.append(Message("required", field="adverse_detail"))
        if call.is_serious is None:
            found.append(Message("unanswered", field="is_serious"))
        if call.onset_at is None:
            found.append(Message("required", field="onset_at"))
    return found


def _add_events(work: SessionWork, call: CallEntry) -> None:
    """What the call told that a clinician has to review."""
    told: dict[str, Any] = {
        "at": call.at,
        "after_departure": True,
        "late_reason": call.late_reason.strip(),
    }
    if call.has_suicidal_thoughts:
        detail = call.detail.strip()
        work.add(Event(kind=Event.Kind.SYMPTOM, symptoms=[SYMPTOM], detail=detail, **told))
    if call.had_adverse_event:
        work.add(
            Event(
                kind=Event.Kind.ADVERSE_EVENT,
                detail=call.adverse_detail.strip(),
                is_serious=call.is_serious,
                onset_at=call.onset_at,
                **told,
            )
        )
