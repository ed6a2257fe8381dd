"""Admit a patient: two identifiers, the questions before a dose, the prescriber on site."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from clinic.access import Permission
from clinic.models import Membership, Staff
from monitoring.actions.outcome import Conflict, Reason, Refused, repeated
from monitoring.actions.record import Record, open_record, require_phase, verb
from monitoring.models import Admission, Patient, Session
from monitoring.models.session import IN_PROGRESS
from monitoring.rules.readiness import FASTING, QUESTIONS


@verb
def admit_patient(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    answers: Mapping[str, bool | None],
    fasting_reason: str = "",
    transport_reason: str = "",
    prescriber_id: UUID | None,
    room: str = "",
) -> Admission:
    """Record the answers; asked again before the dose, the later answers count.

    Every question is answered (`no_recent_nasal` only for a nasal dose) and the identifiers are
    confirmed. An answer that keeps the dose from being given is kept and stays open. An empty
    `room` keeps the one that was planned. Raises Refused at each field, Conflict with the
    patient's other open session, NotAllowed.
    """
    record = open_record(session_id, by, Permission.ADMIT_PATIENT)
    if sent := next((a for a in record.session.admission_set.all() if a.id == id), None):
        return repeated(
            sent,
            prescriber_id=prescriber_id,
            fasting_reason=fasting_reason.strip(),
            transport_reason=transport_reason.strip(),
            **{name: answers.get(name) for name in QUESTIONS},
        )
    require_phase(record, "planned", "arrived")
    # Two sessions of one patient have no row in common but the patient's.
    Patient.objects.select_for_update().get(pk=record.session.patient_id)
    others = Session.objects.filter(patient=record.session.patient_id, phase__in=IN_PROGRESS)
    if theirs := others.exclude(pk=session_id).first():
        raise Conflict(theirs)
    reasons = _open_questions(record, answers, fasting_reason, transport_reason)
    prescriber = _prescriber(record, prescriber_id)
    if prescriber is None:
        reasons.append(Reason("prescriber", "prescriber"))
    if reasons or prescriber is None:
        raise Refused(reasons)
    record.session.prescriber = prescriber
    record.session.room = room.strip() or record.session.room
    if record.session.admitted_at is None:
        record.admit()
    admission = record.add(
        Admission(
            id=id,
            prescriber=prescriber,
            prescriber_name=prescriber.printed_name,
            fasting_reason=fasting_reason.strip(),
            transport_reason=transport_reason.strip(),
            **{name: answers.get(name) for name in QUESTIONS},
        )
    )
    record.finish("admit_patient")
    return admission


def _open_questions(
    record: Record, answers: Mapping[str, bool | None], fasting: str, transport: str
) -> list[Reason]:
    asked = [q for q in QUESTIONS if q != "no_recent_nasal" or record.facts.protocol.nasal_minutes]
    reasons = [Reason("unanswered", q) for q in asked if answers.get(q) is None]
    if answers.get("identifiers_confirmed") is False:
        reasons.append(Reason("identifiers_open", "identifiers_confirmed"))
    if any(answers.get(q) is False for q in FASTING) and not fasting.strip():
        reasons.append(Reason("required", "fasting_reason"))
    if answers.get("transport_arranged") is False and not transport.strip():
        reasons.append(Reason("required", "transport_reason"))
    return reasons


def _prescriber(record: Record, prescriber_id: UUID | None) -> Staff | None:
    """An active clinician of the session's site."""
    return (
        Staff.objects.filter(
            pk=prescriber_id,
            is_active=True,
            memberships__site=record.session.site_id,
            memberships__role=Membership.Role.CLINICIAN,
        ).first()
        if prescriber_id
        else None
    )
