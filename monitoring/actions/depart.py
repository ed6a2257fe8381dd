"""Record how the patient left. The only way a session closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import Reason, Refused, refuse, repeated
from monitoring.actions.record import (
    CLOCK_TOLERANCE,
    Record,
    open_record,
    require_not_future,
    require_phase,
    verb,
)
from monitoring.actions.sending import FIRST, Sending, require_same_time
from monitoring.models import Departure
from monitoring.models.course import departure_facts
from monitoring.rules.readiness import clearance_state


@verb
def depart(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    sending: Sending = FIRST,
    kind: str,
    left_at: datetime,
    escort_name: str = "",
    escort_phone: str = "",
    no_escort_reason: str = "",
    transport: str = "",
    advice_given: bool | None = None,
    destination: str = "",
    reason: str = "",
    clinician_told: str = "",
    had_serious_event: bool | None = None,
) -> Departure:
    """Discharge on a clearance that stands now, or say why there is none.

    A discharge needs an escort with a telephone number, or why there is none, the transport and
    the advice; a transfer its destination and reason; leaving against advice the reason and which
    clinician was told; both the question about serious adverse events. Raises Refused at each
    field, Conflict when the session is closed already, NotAllowed.
    """
    record = open_record(session_id, by, Permission.DEPART)
    given = {
        "escort_name": escort_name.strip(),
        "escort_phone": escort_phone.strip(),
        "no_escort_reason": no_escort_reason.strip(),
        "transport": transport.strip(),
        "destination": destination.strip(),
        "reason": reason.strip(),
        "clinician_told": clinician_told.strip(),
    }
    theirs: Departure | None = getattr(record.session, "departure", None)
    if theirs is not None:
        require_same_time(theirs, "left_at", left_at, sending)
        answers = {"advice_given": advice_given, "had_serious_event": had_serious_event}
        return repeated(theirs, id=id, kind=kind, **answers, **given)
    require_phase(record, "dosing", "observing", "cleared")
    require_not_future(record, left_at, "left_at")
    if kind not in Departure.Kind.values:
        raise refuse("required", "kind")
    is_discharge = kind == Departure.Kind.DISCHARGED
    if is_discharge:
        _require_clearance(record, left_at)
    if reasons := _missing(kind, given, advice_given, had_serious_event):
        raise Refused(reasons)
    departure = Departure(
        id=id,
        session=record.session,
        kind=kind,
        left_at=left_at,
        recorded_at=record.now,
        recorded_by=by,
        clearance_id=record.session.standing_clearance_id if is_discharge else None,
        advice_given=advice_given,
        had_serious_event=had_serious_event,
        **given,
    )
    record.keep(departure)
    record.session.closed_at = record.now
    record.session.outcome = kind
    record.course = replace(record.course, departure=departure_facts(departure))
    record.finish("depart")
    return departure


def _require_clearance(record: Record, left_at: datetime) -> None:
    """One that stands now and was signed before the patient left.

    A server's clock that jumped back does not refuse a patient who leaves now.
    """
    state = clearance_state(record.course, record.now)
    clearance = record.course.clearance
    if state != "stands" or clearance is None:
        raise refuse(f"clearance_{state}", "kind")
    if left_at < min(clearance.signed_at, record.now) - CLOCK_TOLERANCE:
        raise refuse("before_clearance", "left_at", at=clearance.signed_at)


def _missing(
    kind: str, given: dict[str, str], advice_given: bool | None, had_serious_event: bool | None
) -> list[Reason]:
    needed = {
        "discharged": ["transport"],
        "transferred": ["destination", "reason"],
        "against_advice": ["reason", "clinician_told"],
    }[kind]
    if kind == "discharged" and not given["no_escort_reason"]:
        needed = ["escort_name", "escort_phone", *needed]
    reasons = [Reason("required", name) for name in needed if not given[name]]
    if kind == "discharged" and advice_given is not True:
        reasons.append(Reason("confirm", "advice_given"))
    if kind != "discharged" and had_serious_event is None:
        reasons.append(Reason("unanswered", "had_serious_event"))
    return reasons
