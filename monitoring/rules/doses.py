"""How much was given, by device and by part of an infusion, and what may still be given.

Never more is said than is known to have left the device: 14 mg a spray, as its green dots show
(CLINICAL 1, device procedure; 8, rules 20 to 22; 11, device that fails). An infusion has parts, of
which each has its own end and amount (CLINICAL 5; 7, hazard 42; 8, rule 44).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import TYPE_CHECKING

from clinic.message import Message

if TYPE_CHECKING:
    from monitoring.rules.dose_facts import InfusionOrder
    from monitoring.rules.facts import SessionFacts
    from monitoring.rules.protocol import Protocol

SPRAYS = 2
"""In one device, one for each nostril (CLINICAL 1, device procedure)."""


def sprayed_mg(holds: float, sprays: int | None, *, is_complete: bool | None) -> float:
    """What is known to have left a device that held `holds` mg: 14 of 28 mg a spray.

    Of one recorded before sprays were asked, the whole where it was complete; of one given in part
    nothing is known (CLINICAL 8, rule 21; hazard 17).
    """
    if sprays is None:
        return holds if is_complete else 0
    return holds * sprays / SPRAYS


def ordered_mg(weight_kg: Decimal, mg_per_kg: Decimal) -> Decimal:
    """The total of an order by weight, to a tenth of a mg (CLINICAL 5)."""
    return (weight_kg * mg_per_kg).quantize(Decimal("0.1"), ROUND_HALF_UP)


def per_kg(protocol: Protocol, weight_kg: Decimal, total: Decimal) -> Decimal:
    """The mg/kg of an order of `total` mg, to a thousandth. A total that is the protocol's most
    rounded to a tenth of a mg is no more than it."""
    most = Decimal(protocol.infusion_most_mcg_kg) / 1000
    found = (total / weight_kg).quantize(Decimal("0.001"), ROUND_UP)
    return min(found, most) if total <= ordered_mg(weight_kg, most) else found


def beyond(protocol: Protocol, order: InfusionOrder) -> list[str]:
    """In what an order is beyond the protocol: `most` for more mg/kg, `least` for fewer minutes.

    0.5 mg/kg over 40 min is what CLINICAL 5 has a source for; that a clinician says why an order is
    beyond it is [D].
    """
    found = []
    if order.mg_per_kg * 1000 > protocol.infusion_most_mcg_kg:
        found.append("most")
    if order.minutes < protocol.infusion_least_minutes:
        found.append("least")
    return found


def remaining_mg(facts: SessionFacts) -> float:
    """What of the order has not been given."""
    return max(0, round(facts.planned_mg - facts.given_mg, 1))


def is_running(facts: SessionFacts) -> bool:
    """Whether a part of an infusion has begun and not ended: no window has begun (rule 44)."""
    return facts.protocol.is_infusion and any(d.ended_at is None for d in facts.doses)


def is_paused(facts: SessionFacts) -> bool:
    """Whether an infusion waits to be resumed, or for a clinician who decides to stop it."""
    return facts.protocol.is_infusion and bool(facts.doses) and facts.devices_open > 0


def next_part_problem(facts: SessionFacts) -> Message | None:
    """Why another part of the infusion cannot begin: one runs, a clinician stopped it, or all of
    the order was given. One that ended early may go on, within its order (rule 44; hazard 42)."""
    if not facts.doses:
        return None
    if is_running(facts):
        return Message("infusion_running")
    if facts.is_dose_stopped:
        return Message("stopped")
    if not remaining_mg(facts):
        return Message("infusion_given", {"mg": facts.planned_mg})
    return None


def may_give_more(facts: SessionFacts) -> bool:
    """Whether a device, or a part of the infusion, may follow what was given (rules 20, 21 and
    44)."""
    if facts.protocol.is_infusion:
        return bool(facts.doses) and next_part_problem(facts) is None
    return bool(facts.doses or facts.failed) and facts.devices_open > 0


def is_replaced(facts: SessionFacts, number: int) -> bool:
    """Whether the device `number`, which failed, was given by another one."""
    return any(d.number == number for d in facts.doses)
