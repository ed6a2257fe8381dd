"""Record a medication that was given beside the dose of the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from clinic.access import Permission
from clinic.message import Message
from clinic.refusal import Refused
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.times import require_after_admission, require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event
from monitoring.rules.phase import PRESENT


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationGiven:
    """What was given of one drug: `amount` of `unit`, by `route`, and who ordered it. What it was
    for is `detail`; what it did comes later, as an event of its own."""

    drug: str
    amount: Decimal | None
    unit: str
    route: str
    ordered_by: str
    detail: str
    at: datetime
    late_reason: str = ""
    confirmed_at: datetime | None = None


@session_verb(Permission.RECORD_EVENT, phases=PRESENT)
def record_medication(
    work: SessionWork, *, id: UUID, medication: MedicationGiven, sending: Sending = FIRST
) -> Event:
    """Record a drug with its dose, unit and route, who ordered it and what for.

    Raises Refused at each field, NotAllowed.
    """
    given = _written(medication)
    events = work.session.rows.of(Event)
    if sent := work.sent(events, id, given, sending, at=medication.at):
        return sent
    work.require_phase()
    if problems := _missing(given):
        raise Refused(problems)
    require_after_admission(work, medication.at)
    require_timely(
        work,
        medication.at,
        "at",
        confirmed_at=medication.confirmed_at,
        late_reason=medication.late_reason,
    )
    work.require_once(events, sending, "again_event", given)
    return work.add(Event(id=id, at=medication.at, **given))


def _written(medication: MedicationGiven) -> dict[str, Any]:
    texts = ("drug", "unit", "route", "ordered_by", "detail", "late_reason")
    return {
        "kind": Event.Kind.MEDICATION,
        "amount": medication.amount,
        **{name: getattr(medication, name).strip() for name in texts},
    }


def _missing(given: dict[str, Any]) -> list[Message]:
    """What is not there, or is none of the choices."""
    needed = [name for name in ("drug", "ordered_by", "detail") if not given[name]]
    needed += [
        name
        for name, choices in (("unit", Event.Unit), ("route", Event.Route))
        if given[name] not in choices.values
    ]
    found = [Message("required", field=name) for name in needed]
    if given["amount"] is None or given["amount"] <= 0:
        found.append(Message("not_positive", field="amount"))
    return found
