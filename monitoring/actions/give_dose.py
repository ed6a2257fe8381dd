"""Record one device, or the start of an infusion."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from clinic.access import Permission
from clinic.models import Staff
from clinic.refusal import Refused, refuse
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.text import require_text
from monitoring.actions.times import require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Dose
from monitoring.rules.phase import PRESENT
from monitoring.rules.readiness import before_dose, dose_problems, measured_by, out_of_order


@session_verb(Permission.GIVE_DOSE, phases=PRESENT)
def give_dose(
    work: SessionWork,
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
    facts, protocol = work.facts, work.facts.protocol
    doses = list(work.session.dose_set.all())
    is_first = not doses or doses[0].id == id
    if protocol.is_infusion:
        is_complete = None
    given = {
        "lot": lot.strip(),
        "expiry": expiry,
        "is_complete": is_complete,
        "partial_detail": partial_detail.strip() if is_complete is False else "",
        "early_reason": "" if is_first else early_reason.strip(),
        "late_reason": late_reason.strip(),
    }
    if sent := work.sent(doses, id, given, sending, started_at=started_at):
        return sent
    work.require_phase()
    if problem := out_of_order(facts, started_at):
        raise refuse(problem.code, problem.field, **problem.params)
    require_timely(
        work,
        started_at,
        "started_at",
        confirmed_at=confirmed_at,
        late_reason=late_reason,
        window=None if protocol.is_infusion else protocol.window,
    )
    if not facts.doses and (items := before_dose(facts, started_at)):
        raise Refused(items)
    today = work.now.astimezone(work.session.site.tz).date()
    problems = dose_problems(
        facts, started_at=started_at, expiry=expiry, today=today, early_reason=early_reason
    )
    if problems:
        raise Refused(problems)
    if is_complete and partial_detail.strip():
        raise refuse("complete_and_partial", "partial_detail")
    if is_complete is False:
        require_text(partial_detail, "partial_detail")
    if not protocol.is_infusion and is_complete is None:
        raise refuse("unanswered", "is_complete")
    if witness_id is not None:
        _require_witness(work, witness_id)
    same = {name: given[name] for name in ("lot", "expiry", "is_complete")}
    work.require_once(doses, sending, "again_dose", same)
    require_text(lot, "lot")
    dose = work.add(
        Dose(
            id=id,
            number=len(facts.doses) + 1,
            product=protocol.title,
            mg=protocol.device_mg or work.session.planned_mg,
            started_at=started_at,
            witness_id=witness_id,
            **given,
            **_rests_on(work, started_at),
        )
    )
    return dose


def _require_witness(work: SessionWork, witness_id: UUID) -> None:
    """Someone active who works at the site, other than the person who gives the dose; not who
    visits in an emergency."""
    people = Staff.objects.filter(
        is_active=True, memberships__site=work.session.site_id, memberships__ends_at=None
    )
    if witness_id == work.by.pk or not people.filter(pk=witness_id).exists():
        raise refuse("witness", "witness")


def _rests_on(work: SessionWork, started_at: datetime) -> dict[str, UUID | None]:
    """The pre-dose reading of the session and, where one was taken on it, the decision to give."""
    first = work.facts.doses[0] if work.facts.doses else None
    if first is not None:
        row = next(d for d in work.session.dose_set.all() if d.id == first.id)
        return {"predose_reading_id": row.predose_reading_id, "decision_id": row.decision_id}
    facts = measured_by(work.facts, started_at)
    predose, decision = facts.predose, facts.decision
    given = next(
        (
            d.id
            for d in reversed(work.session.decision_set.all())
            if decision and predose and d.outcome == "give" and d.reading_id == predose.id
        ),
        None,
    )
    return {"predose_reading_id": predose.id if predose else None, "decision_id": given}
