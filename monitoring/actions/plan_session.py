"""Plan a supervised dosing session."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from clinic.access import Permission, may
from clinic.models import Staff
from clinic.refusal import NotAllowed, Refused, refuse
from clinic.trail import chain
from clinic.trail.canonical import columns, digest
from clinic.verbs import Work, same_or_conflict, sent_before, verb
from monitoring.actions.infusion_order import NOT_INFUSED, ByWeight, require_infusion
from monitoring.actions.order_dose import Ordering, amount_problems, order_of, require_order
from monitoring.models import Order, Patient, ProtocolVersion, Session
from monitoring.models.history import dosed_sessions
from monitoring.rules.facts import SessionFacts
from monitoring.rules.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is planned for one session: under which protocol, for when, how much, and why. Whether
    it is the first treatment is left open, None, where the record knows of an earlier one."""

    protocol_version_id: UUID
    planned_for: datetime
    planned_mg: Decimal
    indication: str
    is_first_treatment: bool | None
    room: str = ""
    treatment_phase: str = ""
    planned_reason: str = ""
    infusion: ByWeight = NOT_INFUSED


@verb(Permission.PLAN_SESSION)
def plan_session(
    work: Work, by: Staff, *, id: UUID, patient_id: UUID, plan: Plan, order_id: UUID | None = None
) -> Session:
    """Plan a session for a patient, at the patient's site, under a published protocol that the
    site uses.

    With `order_id` a prescriber orders what is planned in the same step; else the plan waits for
    an order (CLINICAL 8, rule 52). The same `id` sent twice is one session. Whether it is the first
    treatment is answered by the record where it knows of an earlier dose (rule 53). Raises Refused,
    NotAllowed, also for who may plan and not order.
    """
    # There is no session to lock yet: the patient's row keeps two taps apart.
    patients = Patient.objects.select_for_update(of=("self",)).select_related("site")
    patient = patients.filter(pk=patient_id).first()
    if patient is None:
        raise NotAllowed(work.declared.name)
    work.require(by, patient.site)
    if order_id and not may(by, Permission.ORDER_DOSE, patient.site):
        raise NotAllowed(work.declared.name)
    given = _written(plan)
    room = given.pop("room")
    is_treated = dosed_sessions(patient).exclude(pk=id).exists()
    if is_treated and plan.is_first_treatment is None:
        given["is_first_treatment"] = False
    if sent := sent_before(Session.objects.filter(pk=id, patient=patient), id, given):
        return sent if sent.admitted_at else same_or_conflict(sent, {"room": room})
    version = _version_in_use(patient, plan.protocol_version_id)
    _require_plan(plan, version.protocol(), work.now, is_order=order_id is not None)
    _require_first(given["is_first_treatment"], is_treated=is_treated)
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
    if order_id:
        _order(work, by, session, order_id)
    rows, detail = chain.rows_of(*work.inserted), {"protocol": digest(columns(version))}
    chain.append(
        id, "session", work.declared.name, rows=rows, actor_id=by.pk, detail=detail, is_new=True
    )
    return session


def _written(plan: Plan) -> dict[str, Any]:
    """The columns that hold what a person wrote."""
    given = asdict(plan)
    given |= given.pop("infusion")
    for name in ("room", "planned_reason", "beyond_reason"):
        given[name] = given[name].strip()
    return given


def _version_in_use(patient: Patient, version_id: UUID) -> ProtocolVersion:
    versions = ProtocolVersion.objects.filter(sites__site=patient.site_id)
    if (version := versions.filter(pk=version_id).first()) is None:
        raise refuse("protocol_not_in_use", "protocol_version")
    return version


def _require_first(is_first: bool | None, *, is_treated: bool) -> None:
    if is_first is None:
        raise refuse("unanswered", "is_first_treatment")
    if is_first and is_treated:
        raise refuse("not_first", "is_first_treatment")


def _order(work: Work, by: Staff, session: Session, order_id: UUID) -> None:
    """The first fact of a session that a prescriber plans. The database moves the counter."""
    order = order_of(by, order_id, _ordering(session))
    order.session, order.recorded_by = session, by
    order.seq, order.recorded_at = session.last_seq + 1, work.now
    work.insert(order)
    session.last_seq = order.seq


def _ordering(plan: Plan | Session) -> Ordering:
    return Ordering(
        mg=plan.planned_mg, treatment_phase=plan.treatment_phase, reason=plan.planned_reason
    )


def _require_plan(plan: Plan, protocol: Protocol, now: datetime, *, is_order: bool) -> None:
    """An amount that the protocol allows, for a day that has not passed; of an order everything."""
    if plan.planned_for < now - timedelta(days=1):
        raise refuse("past", "day")
    facts = SessionFacts(
        protocol=protocol,
        phase="planned",
        planned_mg=float(plan.planned_mg),
        last_seq=0,
        is_first_treatment=bool(plan.is_first_treatment),
        indication=plan.indication,
    )
    if is_order:
        require_order(facts, _ordering(plan))
    elif found := amount_problems(facts, plan.planned_mg):
        raise Refused(found)
    require_infusion(plan.infusion, plan.planned_mg, protocol, is_order=is_order)
    if plan.treatment_phase not in {"", *Order.TreatmentPhase.values}:
        raise refuse("unanswered", "treatment_phase")
