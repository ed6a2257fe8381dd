"""Admit a patient: two identifiers, the questions before a dose, the prescriber on site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from clinic.access import Permission
from clinic.message import Message
from clinic.models import Membership, Staff
from clinic.refusal import Conflict, Refused
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Admission, Patient, Session
from monitoring.models.session import IN_PROGRESS
from monitoring.rules.readiness import FASTING, QUESTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was asked on arrival: `given` answers each of QUESTIONS, None where it was not. An
    empty `room` leaves the one that was planned."""

    given: Mapping[str, bool | None]
    fasting_reason: str = ""
    transport_reason: str = ""
    prescriber_id: UUID | None
    room: str = ""


@session_verb(Permission.ADMIT_PATIENT, phases=("planned", "arrived"))
def admit_patient(work: SessionWork, *, id: UUID, answers: Answers) -> Admission:
    """Record the answers; asked again before the dose, the later answers count.

    Every question is answered (`no_recent_nasal` only for a nasal dose) and the identifiers are
    confirmed. An answer that keeps the dose from being given is recorded and stays open. Raises
    Refused at each field, Conflict with the patient's other open session, NotAllowed.
    """
    given = {
        **{name: answers.given.get(name) for name in QUESTIONS},
        "fasting_reason": answers.fasting_reason.strip(),
        "transport_reason": answers.transport_reason.strip(),
        "prescriber_id": answers.prescriber_id,
    }
    if sent := work.sent(work.session.rows.of(Admission), id, given):
        return sent
    work.require_phase()
    # Two sessions of one patient have no row in common but the patient's.
    Patient.objects.select_for_update().get(pk=work.session.patient_id)
    others = Session.objects.filter(patient=work.session.patient_id, phase__in=IN_PROGRESS)
    if theirs := others.exclude(pk=work.session.pk).first():
        raise Conflict(theirs)
    reasons = _open_questions(work, answers)
    prescriber = _prescriber(work, answers.prescriber_id)
    if prescriber is None:
        reasons.append(Message("prescriber", field="prescriber"))
    if reasons or prescriber is None:
        raise Refused(reasons)
    work.session.prescriber = prescriber
    work.session.room = answers.room.strip() or work.session.room
    if work.session.admitted_at is None:
        work.admit()
    admission = work.add(Admission(id=id, prescriber_name=prescriber.printed_name, **given))
    return admission


def _open_questions(work: SessionWork, answers: Answers) -> list[Message]:
    given = answers.given
    asked = [q for q in QUESTIONS if q != "no_recent_nasal" or work.facts.protocol.nasal_minutes]
    reasons = [Message("unanswered", field=q) for q in asked if given.get(q) is None]
    if given.get("identifiers_confirmed") is False:
        reasons.append(Message("identifiers_open", field="identifiers_confirmed"))
    if any(given.get(q) is False for q in FASTING) and not answers.fasting_reason.strip():
        reasons.append(Message("required", field="fasting_reason"))
    if given.get("transport_arranged") is False and not answers.transport_reason.strip():
        reasons.append(Message("required", field="transport_reason"))
    return reasons


def _prescriber(work: SessionWork, prescriber_id: UUID | None) -> Staff | None:
    """An active clinician of the session's site."""
    return (
        Staff.objects.filter(
            pk=prescriber_id,
            is_active=True,
            memberships__site=work.session.site_id,
            memberships__role=Membership.Role.CLINICIAN,
        ).first()
        if prescriber_id
        else None
    )
