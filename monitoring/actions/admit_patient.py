"""Admit a patient: two identifiers, the questions before a dose, the prescriber on site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from clinic.access import Permission, may
from clinic.message import Message
from clinic.refusal import Conflict, Refused
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Admission, Patient, Session
from monitoring.models.on_site import one_of, prescribers_at, watched_with
from monitoring.models.session import IN_PROGRESS
from monitoring.rules.contraindications import taken_back
from monitoring.rules.questions import QUESTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was asked on arrival: `given` answers each question of the protocol, None where it was
    not; other answers are left out. An empty `room` leaves the one that was planned.
    `contraindication_reason` says why a contraindication no longer stands."""

    given: Mapping[str, bool | None]
    fasting_reason: str = ""
    transport_reason: str = ""
    contraindication_reason: str = ""
    escort_name: str = ""
    escort_phone: str = ""
    prescriber_id: UUID | None
    room: str = ""


@session_verb(Permission.ADMIT_PATIENT, phases=("planned", "arrived"))
def admit_patient(work: SessionWork, *, id: UUID, answers: Answers) -> Admission:
    """Record the answers; asked again before the dose, the later answers count.

    Every question that the protocol asks is answered, the identifiers are confirmed, and who takes
    the patient home has a name and a telephone number. An answer
    that keeps the dose from being given is recorded and stays open; a contraindication's Yes is
    changed to No by a clinician only, with a reason (CLINICAL 8, rule 24). Raises Refused at each
    field, Conflict with the patient's other open session, NotAllowed.
    """
    asked = work.facts.protocol.questions
    given = {
        **{name: answers.given.get(name) if name in asked else None for name in QUESTIONS},
        "contraindication_reason": answers.contraindication_reason.strip(),
        "fasting_reason": answers.fasting_reason.strip(),
        "transport_reason": answers.transport_reason.strip(),
        "escort_name": answers.escort_name.strip(),
        "escort_phone": answers.escort_phone.strip(),
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
    prescriber = one_of(prescribers_at(work.session.site_id), answers.prescriber_id)
    if prescriber is None:
        reasons.append(Message("prescriber", field="prescriber"))
    if reasons or prescriber is None:
        raise Refused(reasons)
    work.session.room = answers.room.strip() or work.session.room
    if work.session.admitted_at is None:
        work.admit()
    return work.add(
        Admission(id=id, prescriber_name=prescriber.printed_name, **given, **_watch(work))
    )


def _watch(work: SessionWork) -> dict[str, int | None]:
    """Who admits begins to watch; who asks the questions again does not."""
    if work.facts.admissions:
        return {}
    count = watched_with(work.session, work.by)
    return {"watches": count, "watch_limit": work.session.site.watch_limit}


def _open_questions(work: SessionWork, answers: Answers) -> list[Message]:
    given, protocol = answers.given, work.facts.protocol
    reasons = [Message("unanswered", field=q) for q in protocol.questions if given.get(q) is None]
    if given.get("identifiers_confirmed") is False:
        reasons.append(Message("identifiers_open", field="identifiers_confirmed"))
    if any(given.get(q) is False for q in protocol.fasting) and not answers.fasting_reason.strip():
        reasons.append(Message("required", field="fasting_reason"))
    if given.get("transport_arranged") is False and not answers.transport_reason.strip():
        reasons.append(Message("required", field="transport_reason"))
    if given.get("transport_arranged"):
        escort = {"escort_name": answers.escort_name, "escort_phone": answers.escort_phone}
        reasons += [
            Message("required", field=n) for n, typed in escort.items() if not typed.strip()
        ]
    return [*reasons, *_taken_back(work, answers)]


def _taken_back(work: SessionWork, answers: Answers) -> Iterator[Message]:
    """A contraindication that was answered Yes and now is not, at its field."""
    changed = taken_back(work.facts.admission, answers.given)
    if changed and not may(work.by, Permission.DECIDE_DOSE, work.session.site):
        yield from (Message("only_a_clinician", field=question) for question in changed)
    elif changed and not answers.contraindication_reason.strip():
        yield Message("required", field="contraindication_reason")
