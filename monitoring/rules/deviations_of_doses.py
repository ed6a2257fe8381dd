"""Doses that were not given whole or as ordered: each a deviation (CLINICAL 7, hazards 15, 17, 40
and 42; 8, rules 20 to 22 and 44)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from monitoring.rules.deviation import Deviation
from monitoring.rules.doses import beyond, is_replaced, remaining_mg
from monitoring.rules.facts import SessionFacts, whole_minutes


def in_part(facts: SessionFacts) -> Iterator[Deviation]:
    """Devices that failed or gave one spray; an infusion that was interrupted, ended early or was
    ordered beyond the protocol."""
    if facts.protocol.is_infusion:
        yield from _infusion(facts)
        return
    for dose in facts.doses:
        if dose.is_complete is False:
            params: dict[str, object] = {"number": dose.number, "detail": dose.detail}
            code = "device_partial" if dose.sprays is None else "device_one_spray"
            yield Deviation(code, params | {"mg": dose.mg}, at=dose.started_at)
            if dose.complaint:
                told = {"number": dose.number, "complaint": dose.complaint}
                yield Deviation("device_complaint", told, at=dose.started_at)
    for device in facts.failed:
        params = {"number": device.number, "detail": device.detail, "complaint": device.complaint}
        code = "device_replaced" if is_replaced(facts, device.number) else "device_failed"
        code = code if device.complaint else f"{code}_to_report"
        yield Deviation(code, params, at=device.started_at)


def _infusion(facts: SessionFacts) -> Iterator[Deviation]:
    parts = sorted(facts.doses, key=lambda d: d.started_at)
    if parts and facts.infusion and beyond(facts.protocol, facts.infusion):
        params: dict[str, object] = {
            "mg_per_kg": float(facts.infusion.mg_per_kg),
            "minutes": facts.infusion.minutes,
            "reason": facts.infusion.beyond_reason,
        }
        yield Deviation("infusion_beyond", params, at=parts[0].started_at)
    for before, after in pairwise(parts):
        if before.ended_at is not None:
            gap = whole_minutes(after.started_at - before.ended_at)
            params = {"mg": before.mg, "minutes": gap, "detail": before.detail}
            yield Deviation("infusion_interrupted", params, at=before.ended_at)
    last = parts[-1] if parts else None
    if last and last.ended_at is not None and remaining_mg(facts):
        params = {"given": facts.given_mg, "ordered": facts.planned_mg, "detail": last.detail}
        yield Deviation("infusion_partial", params, at=last.ended_at)
