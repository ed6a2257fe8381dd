"""Record one device, or the start of a part of an infusion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from clinic.access import Permission
from clinic.refusal import Refused, refuse
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.text import require_identified, require_text
from monitoring.actions.times import require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Decision, Dose
from monitoring.models.dose import witnesses
from monitoring.models.on_site import before_device
from monitoring.rules.doses import SPRAYS, remaining_mg
from monitoring.rules.next_dose import dose_problems, out_of_order
from monitoring.rules.phase import PRESENT
from monitoring.rules.readiness import before_dose, measured_by


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseGiven:
    """One device, or a part of an infusion that begins. `confirmed_at` is the time that was read
    back and kept; `sprays`, those that left it, and `complaint` are asked of a device alone, and
    `rate`, in mL an hour, of an infusion; `identified_by` is the `Identifier` that was compared
    with the patient."""

    lot: str
    expiry: date
    started_at: datetime
    sprays: int | None = SPRAYS
    partial_detail: str = ""
    complaint: str = ""
    rate: Decimal | None = None
    early_reason: str = ""
    late_reason: str = ""
    confirmed_at: datetime | None = None
    witness_id: UUID | None = None
    identified_by: str = ""


@session_verb(Permission.GIVE_DOSE, phases=PRESENT)
def give_dose(work: SessionWork, *, id: UUID, dose: DoseGiven, sending: Sending = FIRST) -> Dose:
    """Record the next device of the order, or the next part of the infusion.

    The first needs everything in `before_dose` closed; each is within the order, in date, and five
    minutes after the last or with a reason. A device that failed, of which nothing left, is
    replaced by the next, which has its number; one spray given is never topped up. Raises Refused
    at each field, or with the open items; NotAllowed.
    """
    protocol, rows = work.facts.protocol, work.session.rows
    doses, before = rows.standing(Dose), work.facts.doses
    if protocol.is_infusion:
        dose = replace(dose, sprays=None, complaint="")
    else:
        dose = replace(dose, rate=None)
    given = _written(dose, is_first=not before or before[0].id == id)
    if sent := work.sent(rows.of(Dose), id, given, sending, started_at=dose.started_at):
        return sent
    work.require_phase()
    require_identified(dose.identified_by)
    _require_time(work, dose)
    _require_ready(work, dose)
    _require_whole(work, dose)
    same = {name: given[name] for name in ("lot", "expiry", "sprays")}
    again = "again_part" if protocol.is_infusion else "again_dose"
    work.require_once(doses, sending, again, same)
    require_text(dose.lot, "lot")
    return work.add(
        Dose(
            id=id,
            number=_first_free(doses),
            product=protocol.title,
            mg=protocol.device_mg or Decimal(str(remaining_mg(work.facts))),
            started_at=dose.started_at,
            **given,
            **_rests_on(work, dose.started_at),
        )
    )


def _first_free(doses: Iterable[Dose]) -> int:
    """The first number that no standing device has: one that was struck, or failed, has given its
    own back."""
    taken = {dose.number for dose in doses if dose.sprays != 0}
    return next(number for number in count(1) if number not in taken)


def _written(dose: DoseGiven, *, is_first: bool) -> dict[str, Any]:
    """The columns that hold what a person wrote."""
    is_whole = None if dose.sprays is None else dose.sprays == SPRAYS
    return {
        "lot": dose.lot.strip(),
        "expiry": dose.expiry,
        "is_complete": is_whole,
        "sprays": dose.sprays,
        "partial_detail": dose.partial_detail.strip() if is_whole is False else "",
        "complaint": dose.complaint.strip() if is_whole is False else "",
        "rate": dose.rate,
        "early_reason": "" if is_first else dose.early_reason.strip(),
        "late_reason": dose.late_reason.strip(),
        "witness_id": dose.witness_id,
        "identified_by": dose.identified_by,
    }


def _require_time(work: SessionWork, dose: DoseGiven) -> None:
    """In order, and meant."""
    protocol = work.facts.protocol
    if problem := out_of_order(work.facts, dose.started_at):
        raise Refused([problem])
    require_timely(
        work,
        dose.started_at,
        "started_at",
        confirmed_at=dose.confirmed_at,
        late_reason=dose.late_reason,
        window=None if protocol.is_infusion else protocol.window,
    )


def _require_ready(work: SessionWork, dose: DoseGiven) -> None:
    """Nothing is open before the first; each is within the order, in date, and rested."""
    if not work.facts.doses:
        work.load_history()
    facts = work.facts
    if facts.admission is not None and (items := before_device(work.session)):
        raise Refused(items)
    if not facts.doses and (items := before_dose(facts, dose.started_at)):
        raise Refused(items)
    problems = dose_problems(
        facts,
        started_at=dose.started_at,
        expiry=dose.expiry,
        today=work.now.astimezone(work.session.site.tz).date(),
        early_reason=dose.early_reason,
    )
    if problems:
        raise Refused(problems)


def _require_whole(work: SessionWork, dose: DoseGiven) -> None:
    """How much was given is answered, and agrees with what is said of it."""
    if dose.sprays == SPRAYS and dose.partial_detail.strip():
        raise refuse("complete_and_partial", "partial_detail")
    if dose.sprays == SPRAYS and dose.complaint.strip():
        raise refuse("complete_and_partial", "complaint")
    if not work.facts.protocol.is_infusion and dose.sprays not in range(SPRAYS + 1):
        raise refuse("unanswered", "sprays")
    if dose.sprays is not None and dose.sprays < SPRAYS:
        require_text(dose.partial_detail, "partial_detail")
    if dose.rate is not None and dose.rate <= 0:
        raise refuse("rate_not_positive", "rate")
    people = witnesses(work.session.site, work.by)
    if work.session.site.asks_witness and dose.witness_id is None:
        raise refuse("witness_missing", "witness")
    if dose.witness_id and not people.filter(pk=dose.witness_id).exists():
        raise refuse("witness", "witness")


def _rests_on(work: SessionWork, started_at: datetime) -> dict[str, UUID | None]:
    """The pre-dose reading of the session and, where one was taken on it, the decision to give."""
    first = work.facts.doses[0] if work.facts.doses else None
    if first is not None and (row := work.session.rows.find_standing(Dose, first.id)):
        return {"predose_reading_id": row.predose_reading_id, "decision_id": row.decision_id}
    facts = measured_by(work.facts, started_at)
    predose, decision = facts.predose, facts.decision
    given = next(
        (
            d.id
            for d in reversed(work.session.rows.standing(Decision))
            if decision and predose and d.outcome == "give" and d.reading_id == predose.id
        ),
        None,
    )
    return {"predose_reading_id": predose.id if predose else None, "decision_id": given}
