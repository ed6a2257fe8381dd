"""How the patient left, where it was otherwise than the protocol asks: each a deviation.

CLINICAL 7, hazards 1, 36 and 40; 8, rules 16, 34 and 35.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitoring.rules.codes import ObservationCode
from monitoring.rules.deviation import Deviation
from monitoring.rules.facts import CLOCKS_APART, SessionFacts, whole_minutes
from monitoring.rules.lateness import minutes_late
from monitoring.rules.measures import OBSERVATIONS


def of_leaving(facts: SessionFacts) -> Iterator[Deviation]:
    """Leaving without a signature, without recent values, unescorted, unadvised, or recorded late
    (CLINICAL 8, rules 34 and 35)."""
    departure = facts.departure
    if departure is None:
        return
    if departure.kind == "left_unseen":
        params: dict[str, object] = {"seen": departure.last_seen_at, "by": departure.noticed_by}
        yield Deviation("left_unseen", params, at=departure.at)
    elif departure.kind != "discharged":
        yield Deviation(departure.kind, at=departure.at)
    if not facts.doses:
        yield Deviation("no_dose", at=departure.at)
    if departure.kind != "discharged":
        yield from _values(facts, departure.at)
    if departure.kind == "against_advice" and not departure.escort_name:
        yield Deviation("left_alone", at=departure.at)
    if departure.no_escort_reason:
        yield Deviation("no_escort", {"reason": departure.no_escort_reason}, at=departure.at)
    if departure.is_advised is False:
        yield Deviation("not_advised", at=departure.at)
    minutes = minutes_late(facts.protocol, departure.at, departure.recorded_at)
    if minutes is not None:
        params = {"minutes": minutes, "reason": departure.late_reason}
        yield Deviation("departure_late", params, at=departure.at)
    later = [r.taken_at for r in facts.after_dose if r.taken_at > departure.at + CLOCKS_APART]
    if later:
        yield Deviation("left_before_reading", {"at": max(later)}, at=departure.at)


def _values(facts: SessionFacts, left_at: datetime) -> Iterator[Deviation]:
    """How old the last value of each observation was, where that is more than a final set may be,
    and what was never measured: who leaves early has no final set (CLINICAL 8, rules 16 and 35)."""
    greatest = timedelta(minutes=facts.protocol.final_set_max_age_minutes)
    old: dict[datetime, list[ObservationCode]] = {}
    never = []
    for observation in OBSERVATIONS:
        at = _last_measured(facts, observation)
        if at is None:
            never.append(ObservationCode(observation))
        elif left_at - at > greatest:
            old.setdefault(at, []).append(ObservationCode(observation))
    for at, observations in sorted(old.items(), reverse=True):
        params = {"minutes": whole_minutes(left_at - at), "of": tuple(observations), "at": at}
        yield Deviation("left_with_old_values", params, at=left_at)
    if never:
        yield Deviation("left_without_values", {"of": tuple(never)}, at=left_at)


def _last_measured(facts: SessionFacts, observation: str) -> datetime | None:
    found = (r for r in facts.standing_readings if not r.after_departure)
    return max((r.taken_at for r in found if r.has_value(observation)), default=None)
