"""Whether one more device, or part of an infusion, may be recorded at its time, in its order.

Devices are limited by the order, rest, and are in date (CLINICAL 8, rules 20 to 22; hazard 18).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from clinic.message import Message
from monitoring.rules.doses import next_part_problem
from monitoring.rules.facts import CLOCKS_APART, SessionFacts, whole_minutes
from monitoring.rules.readiness import measured_by


def dose_problems(
    facts: SessionFacts, *, started_at: datetime, expiry: date, today: date, early_reason: str
) -> list[Message]:
    """What is wrong with one more device, or part of an infusion, started at `started_at`.

    Devices that did not fail are limited by the order (CLINICAL 8, rules 20 and 21), rest 5
    minutes unless a reason is given (rule 22), and are not used after `expiry` (hazard 18). `today`
    is the site's date.
    """
    problems = []
    if expiry < today:
        problems.append(Message("expired", {"expiry": expiry}, "expiry"))
    if facts.protocol.is_infusion:
        problems += [problem for problem in [next_part_problem(facts)] if problem]
    elif facts.devices_open == 0:
        code = "stopped" if facts.is_dose_stopped else "no_device_open"
        problems.append(Message(code, {"given": len(facts.doses)}, ""))
    previous = max((d.started_at for d in facts.doses), default=None)
    if previous is not None and not facts.protocol.is_infusion:
        rest = started_at - previous
        least = timedelta(minutes=facts.protocol.rest_between_devices_minutes)
        if rest < least and not early_reason.strip():
            params = {"minutes": max(0, whole_minutes(rest)), "least": whole_minutes(least)}
            problems.append(Message("too_early", params, "early_reason"))
    return problems


def out_of_order(facts: SessionFacts, started_at: datetime) -> Message | None:
    """Why a device cannot have been given at `started_at`: it would lie before admission, before
    the device that was given last, or before every pre-dose reading it could rest on (CLINICAL 7,
    hazards 13 and 32). The clocks of two tablets may stand apart."""
    earliest: list[tuple[str, datetime]] = []
    if facts.admitted_at is not None:
        earliest.append(("dose_before_admission", facts.admitted_at))
    if before := [*facts.doses, *facts.failed]:
        last = max(d.ended_at or d.started_at for d in before)
        code = "dose_before_pause" if facts.protocol.is_infusion else "dose_before_device"
        earliest.append((code, last))
    if not facts.doses and facts.predose and measured_by(facts, started_at).predose is None:
        first = min(r.taken_at for r in facts.standing_readings if r.is_complete)
        earliest.append(("dose_before_predose", first))
    for code, other in earliest:
        if started_at < other - CLOCKS_APART:
            return Message(code, {"at": started_at, "other": other}, "started_at")
    return None
