"""What the plan of an infusion must say: weight, mg/kg, concentration, duration, total."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from clinic.message import Message
from clinic.refusal import Refused, refuse
from monitoring.rules.dose_facts import InfusionOrder
from monitoring.rules.doses import beyond, ordered_mg, per_kg
from monitoring.rules.facts import SessionFacts
from monitoring.rules.protocol import Protocol

FIELDS = {"most": "mg_per_kg", "least": "infusion_minutes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ByWeight:
    """An infusion as it is ordered, in kg, mg/kg, mg/mL and minutes; nothing of it for a spray."""

    weight_kg: Decimal | None = None
    mg_per_kg: Decimal | None = None
    concentration: Decimal | None = None
    infusion_minutes: int | None = None
    beyond_reason: str = ""


NOT_INFUSED = ByWeight()


def require_infusion(
    given: ByWeight, total: Decimal, protocol: Protocol, *, is_order: bool
) -> None:
    """Refuse what is missing, a total that weight and mg/kg do not give, and, beyond the protocol,
    a plan without a clinician's reason (CLINICAL 5; 8, rule 44)."""
    if not protocol.is_infusion:
        if given != NOT_INFUSED:
            raise refuse("no_infusion_planned", "weight_kg")
        return
    order = _whole(given)
    if (right := ordered_mg(order.weight_kg, order.mg_per_kg)) != total:
        params = {"each": order.mg_per_kg, "weight": order.weight_kg, "total": right}
        raise Refused([Message("total_by_weight", params, "planned_mg")])
    found = beyond(protocol, order)
    if found and not is_order:
        limits = _limits(protocol)
        raise Refused(Message("beyond_needs_clinician", limits, FIELDS[code]) for code in found)
    if found and not given.beyond_reason.strip():
        raise Refused([Message("beyond_reason", _limits(protocol), "beyond_reason")])


def require_reason_beyond(facts: SessionFacts, total: Decimal, reason: str) -> None:
    """Refuse a later order of more mg/kg than the protocol's most without a clinician's reason; how
    long it runs, and why that is short, was asked when it was planned."""
    planned = facts.infusion
    if planned is None or reason.strip():
        return
    mg_per_kg = per_kg(facts.protocol, planned.weight_kg, total)
    if "most" in beyond(facts.protocol, replace(planned, mg_per_kg=mg_per_kg)):
        raise Refused([Message("beyond_reason", _limits(facts.protocol), "beyond_reason")])


def _whole(given: ByWeight) -> InfusionOrder:
    values = {
        "weight_kg": given.weight_kg,
        "mg_per_kg": given.mg_per_kg,
        "concentration": given.concentration,
        "infusion_minutes": given.infusion_minutes,
    }
    if missing := [name for name, value in values.items() if not value or value < 0]:
        raise Refused(Message("above_zero", field=name) for name in missing)
    return InfusionOrder(
        weight_kg=given.weight_kg or Decimal(0),
        mg_per_kg=given.mg_per_kg or Decimal(0),
        concentration=given.concentration or Decimal(0),
        minutes=given.infusion_minutes or 0,
    )


def _limits(protocol: Protocol) -> dict[str, object]:
    most = protocol.infusion_most_mcg_kg / 1000
    return {"most": most, "least": protocol.infusion_least_minutes}
