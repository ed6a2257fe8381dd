"""From rows to the plain facts that the rules read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ObjectDoesNotExist

from clinic import clock
from monitoring.rules import facts as rules
from monitoring.rules.codes import AutomaticWithdrawal
from monitoring.rules.measures import OBSERVATIONS, value_fields
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
        Session,
        Withdrawal,
    )

_ANSWERS = (
    "identifiers_confirmed",
    "aneurysmal_disease",
    "intracerebral_haemorrhage",
    "hypersensitivity",
    "no_recent_food",
    "no_recent_liquid",
    "no_recent_nasal",
    "fasting_reason",
    "benzodiazepine",
    "hypnotic",
    "opioid",
    "stimulant",
    "maoi",
    "alcohol",
    "transport_arranged",
    "transport_reason",
    "no_driving_advised",
)


def facts_of(session: Session) -> rules.SessionFacts:
    """The facts of the nouns that were loaded with `session`, by a queryset method of its own.

    Without admissions, decisions and clearances it is not whole: it carries the standing clearance
    alone, which the session row names. Certification and enrolment are those of today at the site.
    """
    loaded = getattr(session, "_prefetched_objects_cache", {})
    is_whole = {"admission_set", "decision_set", "clearance_set"} <= set(loaded)
    site, today = session.site, clock.now().astimezone(session.site.tz).date()
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
        admissions=tuple(map(admission_facts, loaded.get("admission_set", ()))),
        decisions=tuple(map(decision_facts, loaded.get("decision_set", ()))),
        doses=tuple(map(dose_facts, session.dose_set.all())),
        readings=tuple(map(reading_facts, session.reading_set.all())),
        events=tuple(map(event_facts, session.event_set.all())),
        clearances=_clearances(session, loaded),
        departure=_departure(session),
    )


def _clearances(session: Session, loaded: dict[str, Any]) -> tuple[rules.ClearanceFacts, ...]:
    if "clearance_set" in loaded:
        return tuple(map(clearance_facts, loaded["clearance_set"]))
    standing = session.standing_clearance
    return (_signature(standing, None),) if standing else ()


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


def dose_facts(row: Dose) -> rules.DoseFacts:
    end: DoseEnd | None = getattr(row, "end", None)
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
        is_serious=row.is_serious,
        detail=row.detail,
    )


def clearance_facts(row: Clearance) -> rules.ClearanceFacts:
    return _signature(row, getattr(row, "withdrawal", None))


def _signature(row: Clearance, withdrawal: Withdrawal | None) -> rules.ClearanceFacts:
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


def _departure(session: Session) -> rules.DepartureFacts | None:
    if session.phase != "closed":
        return None
    try:
        return departure_facts(session.departure)
    except ObjectDoesNotExist:
        return None


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
