"""Plan a supervised dosing session."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from clinic.access import Permission
from clinic.message import Message
from clinic.models import Staff
from clinic.refusal import NotAllowed, Refused, refuse
from clinic.trail import chain
from clinic.trail.canonical import columns, digest
from clinic.verbs import Work, same_or_conflict, sent_before, verb
from monitoring.models import Patient, ProtocolVersion, Session
from monitoring.models.history import dosed_sessions
from monitoring.rules.facts import SessionFacts
from monitoring.rules.protocol import Protocol
from monitoring.rules.readiness import order_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is ordered for one session: under which protocol, for when, how much, and why. Whether
    it is the first treatment is left open, None, where the record knows of an earlier one."""

    protocol_version_id: UUID
    planned_for: datetime
    planned_mg: Decimal
    indication: str
    is_first_treatment: bool | None
    room: str = ""


@verb(Permission.PLAN_SESSION)
def plan_session(work: Work, by: Staff, *, id: UUID, patient_id: UUID, plan: Plan) -> Session:
    """Plan a session for a patient, at the patient's site, under a published protocol that the
    site uses.

    The same `id` sent twice is one session. Whether it is the first treatment is answered by the
    record where it knows of an earlier dose (CLINICAL 8, rule 53). Raises Refused, NotAllowed.
    """
    # There is no session to lock yet: the patient's row keeps two taps apart.
    patients = Patient.objects.select_for_update(of=("self",)).select_related("site")
    patient = patients.filter(pk=patient_id).first()
    if patient is None:
        raise NotAllowed(work.declared.name)
    work.require(by, patient.site)
    given = asdict(plan)
    room = given.pop("room").strip()
    is_treated = dosed_sessions(patient).exclude(pk=id).exists()
    if is_treated and plan.is_first_treatment is None:
        given["is_first_treatment"] = False
    if sent := sent_before(Session.objects.filter(pk=id, patient=patient), id, given):
        return sent if sent.admitted_at else same_or_conflict(sent, {"room": room})
    versions = ProtocolVersion.objects.filter(sites__site=patient.site)
    version = versions.filter(pk=plan.protocol_version_id).first()
    if version is None:
        raise refuse("protocol_not_in_use", "protocol_version")
    _require_order(plan, version.protocol(), work.now)
    if given["is_first_treatment"] is None:
        raise refuse("unanswered", "is_first_treatment")
    if given["is_first_treatment"] and is_treated:
        raise refuse("not_first", "is_first_treatment")
    session = work.insert(
        Session(
            id=id,
            patient=patient,
            site=patient.site,
            room=room,
            planned_at=work.now,
            planned_by=by,
            **given,
        )
    )
    rows = chain.rows_of(session)
    detail = {"protocol": digest(columns(version))}
    chain.append(
        id, "session", work.declared.name, rows=rows, actor_id=by.pk, detail=detail, is_new=True
    )
    return session


def _require_order(plan: Plan, protocol: Protocol, now: datetime) -> None:
    """An amount that the protocol allows, for a day that has not passed."""
    if plan.planned_for < now - timedelta(days=1):
        raise refuse("past", "day")
    if plan.planned_mg <= 0:
        raise refuse("not_positive", "planned_mg")
    order = SessionFacts(
        protocol=protocol,
        phase="planned",
        planned_mg=float(plan.planned_mg),
        last_seq=0,
        is_first_treatment=bool(plan.is_first_treatment),
        indication=plan.indication,
    )
    if problems := order_problems(order):
        params = {
            "allowed": protocol.allowed_totals_mg,
            "greatest": protocol.first_treatment_max_mg,
        }
        raise Refused(Message(f"order_{code}", params, "planned_mg") for code in problems)
