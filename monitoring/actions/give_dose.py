"""Record one device, or the start of an infusion."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from monitoring.actions.outcome import Reason, Refused, refuse, repeated
from monitoring.actions.record import (
    Record,
    open_record,
    require_phase,
    require_text,
    verb,
)
from monitoring.actions.sending import FIRST, Sending, require_once, require_same_time
from monitoring.actions.times import require_timely
from monitoring.models import Dose
from monitoring.rules.readiness import before_dose, dose_problems, measured_by, out_of_order


@verb
def give_dose(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    sending: Sending = FIRST,
    lot: str,
    expiry: date,
    started_at: datetime,
    is_complete: bool | None = True,
    partial_detail: str = "",
    early_reason: str = "",
    late_reason: str = "",
    confirmed_at: datetime | None = None,
    witness_id: UUID | None = None,
) -> Dose:
    """Record the next device of the order, given at `started_at`.

    The first needs everything in `before_dose` closed; each is within the order, in date, and five
    minutes after the last or with a reason. `confirmed_at` is the time that was read back and
    kept. `is_complete` is None for an infusion. Raises Refused
    at each field, or with the open items; NotAllowed.
    """
    record = open_record(session_id, by, Permission.GIVE_DOSE)
    if sent := next((d for d in record.session.dose_set.all() if d.id == id), None):
        require_same_time(sent, "started_at", started_at, sending)
        return _same_dose(sent, lot, expiry, is_complete, partial_detail, early_reason, late_reason)
    require_phase(record, "arrived", "dosing", "observing", "cleared")
    facts, protocol = record.facts, record.facts.protocol
    if problem := out_of_order(facts, started_at):
        raise refuse(problem.code, problem.field, **problem.params)
    require_timely(
        record,
        started_at,
        "started_at",
        confirmed_at=confirmed_at,
        late_reason=late_reason,
        window=None if protocol.is_infusion else protocol.window,
    )
    if not facts.doses and (items := before_dose(facts, started_at)):
        raise Refused(Reason(f"item_{i.code}", "", {**i.params, "item": i}) for i in items)
    today = record.now.astimezone(record.session.site.tz).date()
    problems = dose_problems(
        facts, started_at=started_at, expiry=expiry, today=today, early_reason=early_reason
    )
    if problems:
        raise Refused(Reason(p.code, p.field, p.params) for p in problems)
    if protocol.is_infusion:
        is_complete = None
    if is_complete and partial_detail.strip():
        raise refuse("complete_and_partial", "partial_detail")
    detail = require_text(partial_detail, "partial_detail") if is_complete is False else ""
    if not protocol.is_infusion and is_complete is None:
        raise refuse("unanswered", "is_complete")
    if witness_id is not None:
        _require_witness(record, witness_id)
    same = {"lot": lot.strip(), "expiry": expiry, "is_complete": is_complete}
    require_once(record, record.session.dose_set.all(), sending, "again_dose", **same)
    dose = record.add(
        Dose(
            id=id,
            number=len(facts.doses) + 1,
            product=protocol.title,
            mg=protocol.device_mg or record.session.planned_mg,
            lot=require_text(lot, "lot"),
            expiry=expiry,
            started_at=started_at,
            is_complete=is_complete,
            partial_detail=detail,
            early_reason=early_reason.strip() if facts.doses else "",
            late_reason=late_reason.strip(),
            witness_id=witness_id,
            **_rests_on(record, started_at),
        )
    )
    record.finish("give_dose")
    return dose


def _require_witness(record: Record, witness_id: UUID) -> None:
    """Someone active who works at the site, other than the person who gives the dose; not who
    visits in an emergency."""
    people = Staff.objects.filter(
        is_active=True, memberships__site=record.session.site_id, memberships__ends_at=None
    )
    if witness_id == record.by.pk or not people.filter(pk=witness_id).exists():
        raise refuse("witness", "witness")


def _same_dose(
    sent: Dose,
    lot: str,
    expiry: date,
    is_complete: bool | None,
    partial_detail: str,
    early_reason: str,
    late_reason: str,
) -> Dose:
    """The row that a second sending of the same device meets."""
    is_infusion = sent.is_complete is None
    return repeated(
        sent,
        lot=lot.strip(),
        expiry=expiry,
        is_complete=None if is_infusion else is_complete,
        partial_detail=partial_detail.strip() if is_complete is False else "",
        early_reason=early_reason.strip() if sent.number > 1 else "",
        late_reason=late_reason.strip(),
    )


def _rests_on(record: Record, started_at: datetime) -> dict[str, UUID | None]:
    """The pre-dose reading of the session and, where one was taken on it, the decision to give."""
    first = record.facts.doses[0] if record.facts.doses else None
    if first is not None:
        row = next(d for d in record.session.dose_set.all() if d.id == first.id)
        return {"predose_reading_id": row.predose_reading_id, "decision_id": row.decision_id}
    facts = measured_by(record.facts, started_at)
    predose, decision = facts.predose, facts.decision
    given = next(
        (
            d.id
            for d in reversed(record.session.decision_set.all())
            if decision and predose and d.outcome == "give" and d.reading_id == predose.id
        ),
        None,
    )
    return {"predose_reading_id": predose.id if predose else None, "decision_id": given}
