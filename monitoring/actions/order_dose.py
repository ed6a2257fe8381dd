"""A prescriber orders the dose of a session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from clinic.access import Permission
from clinic.message import Message
from clinic.models import Staff
from clinic.refusal import Refused, refuse
from monitoring.actions.infusion_order import require_reason_beyond
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Order
from monitoring.rules.facts import SessionFacts
from monitoring.rules.readiness import order_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """How much, in which phase of treatment, why this dose, and why beyond the protocol."""

    mg: Decimal
    treatment_phase: str
    reason: str
    beyond_reason: str = ""


@session_verb(Permission.ORDER_DOSE, phases=("planned", "arrived"))
def order_dose(
    work: SessionWork, *, id: UUID, replaces_id: UUID | None, ordering: Ordering
) -> Order:
    """Order the dose of the session, before it is given (CLINICAL 8, rules 20 and 52).

    A later order takes the place of an earlier one, `replaces_id`, that was shown; after the first
    dose the rest can only be stopped, by `decide_dose`. An infusion of more mg/kg than the
    protocol's most needs its reason, as in a plan (CLINICAL 5; 8, rule 44). Raises Refused at each
    field, and where another order has come since; NotAllowed.
    """
    rows = work.session.rows
    if sent := work.sent(rows.of(Order), id, written(ordering)):
        return sent
    work.require_phase()
    orders = rows.standing(Order)
    if replaces_id != (orders[-1].pk if orders else None):
        raise refuse("order_changed")
    require_order(work.facts, ordering)
    require_reason_beyond(work.facts, ordering.mg, ordering.beyond_reason)
    work.session.planned_mg = ordering.mg
    return work.add(order_of(work.by, id, ordering))


def order_of(by: Staff, id: UUID, ordering: Ordering) -> Order:
    """The row, without its place in a session."""
    return Order(id=id, printed_name=by.printed_name, **written(ordering))


def written(ordering: Ordering) -> dict[str, object]:
    """The columns that hold what the prescriber wrote."""
    return {
        "mg": ordering.mg,
        "treatment_phase": ordering.treatment_phase,
        "reason": ordering.reason.strip(),
        "beyond_reason": ordering.beyond_reason.strip(),
    }


def require_order(facts: SessionFacts, ordering: Ordering) -> None:
    """Refuse an amount that the protocol does not allow, and what is left out of the order."""
    found = amount_problems(facts, ordering.mg)
    if ordering.treatment_phase not in Order.TreatmentPhase.values:
        found.append(Message("unanswered", field="treatment_phase"))
    if not ordering.reason.strip():
        found.append(Message("required", field="reason"))
    if found:
        raise Refused(found)


def amount_problems(facts: SessionFacts, mg: Decimal) -> list[Message]:
    """Why `mg` can't be planned or ordered for the session (CLINICAL 8, rule 20; hazard 15)."""
    if mg <= 0:
        return [Message("not_positive", field="planned_mg")]
    params = {
        "allowed": facts.protocol.allowed_totals_mg,
        "greatest": facts.protocol.first_treatment_max_mg,
    }
    problems = order_problems(replace(facts, planned_mg=float(mg)))
    return [Message(f"order_{code}", params, "planned_mg") for code in problems]
