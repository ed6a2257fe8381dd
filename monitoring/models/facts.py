"""From rows to the plain facts that the rules read."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from clinic import clock
from monitoring.models.rows import SessionRows
from monitoring.rules import facts as rules
from monitoring.rules.codes import AutomaticWithdrawal
from monitoring.rules.measures import OBSERVATIONS, value_fields
from monitoring.rules.readiness import QUESTIONS
from monitoring.rules.rems import holds

if TYPE_CHECKING:
    from monitoring.models import (
        Admission,
        Clearance,
        Decision,
        Departure,
        Dose,
        DoseEnd,
        Event,
        Reading,
        Withdrawal,
    )

_ANSWERS = (*QUESTIONS, "fasting_reason", "transport_reason")


def facts_of(rows: SessionRows, *, is_whole: bool = True) -> rules.SessionFacts:
    """The facts that `rows` hold. Raises NotLoaded where a noun is missing.

    Facts that are not whole leave out the answers, decisions and signatures that were not loaded,
    but for the signature that stands, which the session names. Certification and enrolment are
    those of today at the site.
    """
    from monitoring.models import Admission, Decision, Dose, DoseEnd, Event, Reading

    session = rows.session
    site, today = session.site, clock.now().astimezone(session.site.tz).date()
    admissions = rows.of(Admission) if is_whole else rows.if_loaded(Admission)
    decisions = rows.of(Decision) if is_whole else rows.if_loaded(Decision)
    return rules.SessionFacts(
        protocol=session.protocol_version.protocol(),
        phase=cast(rules.Phase, session.phase),
        planned_mg=float(session.planned_mg),
        last_seq=session.last_seq,
        is_admitted=session.admitted_at is not None,
        admitted_at=session.admitted_at,
        is_whole=is_whole,
        is_first_treatment=session.is_first_treatment,
        indication=session.indication,
        is_site_certified=holds(today, site.rems_certified_on, site.rems_certified_until),
        is_patient_enrolled=holds(today, session.patient.rems_enrolled_on),
        is_inpatient=site.is_inpatient,
        admissions=tuple(map(admission_facts, admissions)),
        decisions=tuple(map(decision_facts, decisions)),
        doses=tuple(dose_facts(dose, rows.beside(dose, DoseEnd)) for dose in rows.of(Dose)),
        readings=tuple(map(reading_facts, rows.of(Reading))),
        events=tuple(map(event_facts, rows.of(Event))),
        clearances=_clearances(rows, is_whole=is_whole),
        departure=_departure(rows),
    )


def _clearances(rows: SessionRows, *, is_whole: bool) -> tuple[rules.ClearanceFacts, ...]:
    from monitoring.models import Clearance, Withdrawal

    if is_whole or rows.has(Clearance):
        found = rows.of(Clearance)
        return tuple(clearance_facts(c, rows.beside(c, Withdrawal)) for c in found)
    standing = rows.session.standing_clearance
    return (clearance_facts(standing, None),) if standing else ()


def _departure(rows: SessionRows) -> rules.DepartureFacts | None:
    """The database closes a session by its departure alone: in another phase none is asked for."""
    from monitoring.models import Departure

    found = rows.of(Departure) if rows.session.phase == "closed" else ()
    return departure_facts(found[0]) if found else None


def admission_facts(row: Admission) -> rules.AdmissionFacts:
    answers = {name: getattr(row, name) for name in _ANSWERS}
    return rules.AdmissionFacts(
        seq=row.seq, at=row.recorded_at, prescriber=row.prescriber_name, **answers
    )


def decision_facts(row: Decision) -> rules.DecisionFacts:
    return rules.DecisionFacts(
        seq=row.seq,
        at=row.recorded_at,
        outcome=cast(rules.Outcome, row.outcome),
        reason=row.reason,
        reading=row.reading_id,
    )


def dose_facts(row: Dose, end: DoseEnd | None = None) -> rules.DoseFacts:
    return rules.DoseFacts(
        id=row.id,
        seq=row.seq,
        number=row.number,
        mg=float(end.mg if end else row.mg),
        started_at=row.started_at,
        ended_at=end.ended_at if end else None,
        is_complete=end.is_complete if end else row.is_complete,
        recorded_at=row.recorded_at,
        early_reason=row.early_reason,
        late_reason=row.late_reason,
        end_recorded_at=end.recorded_at if end else None,
        end_late_reason=end.late_reason if end else "",
        predose_reading=row.predose_reading_id,
    )


def reading_facts(row: Reading) -> rules.ReadingFacts:
    return rules.ReadingFacts(
        id=row.id,
        seq=row.seq,
        taken_at=row.taken_at,
        received_at=row.recorded_at,
        slot=row.slot,
        values={name: getattr(row, name) for name in value_fields()},
        not_done={o: code for o in OBSERVATIONS if (code := getattr(row, f"{o}_not_done"))},
        replaces=row.replaces_id,
        correction_reason=row.correction_reason,
        late_reason=row.late_reason,
        after_departure=row.after_departure,
    )


def event_facts(row: Event) -> rules.EventFacts:
    return rules.EventFacts(
        id=row.id,
        seq=row.seq,
        at=row.at,
        recorded_at=row.recorded_at,
        kind=row.kind,
        late_reason=row.late_reason,
        symptoms=tuple(row.symptoms),
        answers_reading=row.answers_reading_id,
        answers_event=row.answers_event_id,
        repeat_minutes=row.repeat_minutes,
        is_serious=row.is_serious,
        detail=row.detail,
    )


def clearance_facts(row: Clearance, withdrawal: Withdrawal | None) -> rules.ClearanceFacts:
    return rules.ClearanceFacts(
        id=row.id,
        signed_at=row.signed_at,
        through_seq=row.through_seq,
        withdrawn_at=withdrawal.recorded_at if withdrawal else None,
        withdrawal_reason=withdrawal_reason(withdrawal) if withdrawal else "",
        justified=tuple(row.justifications),
    )


def withdrawal_reason(row: Withdrawal) -> str | AutomaticWithdrawal:
    """A person's words, or what made the record take the clearance back: for a reading, the fact
    before the withdrawal."""
    return AutomaticWithdrawal(row.reason, row.seq - 1) if row.is_automatic else row.reason


def departure_facts(row: Departure) -> rules.DepartureFacts:
    return rules.DepartureFacts(
        at=row.left_at,
        recorded_at=row.recorded_at,
        kind=cast(rules.DepartureKind, row.kind),
        late_reason=row.late_reason,
        no_escort_reason=row.no_escort_reason,
        is_advised=row.advice_given,
        last_seen_at=row.last_seen_at,
        noticed_by=row.noticed_by,
    )
