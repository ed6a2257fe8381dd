"""Current values outside the criteria for clearance: they ask for words, they do not lock.

The clinician answers each in what is signed (CLINICAL 8, rules 5, 15, 16, 17, 33, 48 and 50).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinic.message import Message
from monitoring.rules.codes import NotDoneCode, ObservationCode
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.filling import MANDATORY, PRESSURE, filling
from monitoring.rules.flags import flags_of, outside_limits
from monitoring.rules.measures import OBSERVATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution(Message):
    """A current value outside a criterion: it asks for a justification, it does not lock.

    `key` names it within one clearance.
    """

    about: str = ""

    @property
    def key(self) -> str:
        return f"{self.code}_{self.about}" if self.about else self.code


def cautions(facts: SessionFacts) -> list[Caution]:
    """Current values outside the criteria for clearance, each to be answered in words.

    MOAA/S 5 and dissociation 0, whatever they were before the dose; blood pressure as in
    `_pressure`; respiratory rate, heart rate and SpO2 within their limits, on room air (CLINICAL 8,
    rules 5, 15, 17, 48 and 50); any final observation that could not be measured; a mandatory blood
    pressure that was not taken (hazard 3).
    """
    measured = list(facts.with_value("blood_pressure"))
    return [
        *_unmeasured(facts),
        *(_pressure(facts, measured[0]) if measured else ()),
        *_rising(facts, measured[:3]),
        *(c for o in ("heart_rate", "respiratory_rate") for c in _rates(facts, facts.latest(o), o)),
        *(c for o in ("sedation", "dissociation") for c in _scales(facts, facts.latest(o), o)),
        *_oxygen(facts, facts.latest("spo2")),
    ]


def is_outside_criteria(facts: SessionFacts, reading: ReadingFacts) -> bool:
    """Whether `reading` shows a value outside the criteria, so that it takes a clearance back
    (CLINICAL 8, rule 33)."""
    rates = (c for o in ("heart_rate", "respiratory_rate") for c in _rates(facts, reading, o))
    scales = (c for o in ("sedation", "dissociation") for c in _scales(facts, reading, o))
    return any((*_pressure(facts, reading), *rates, *scales, *_oxygen(facts, reading)))


def _unmeasured(facts: SessionFacts) -> Iterator[Caution]:
    for observation in OBSERVATIONS:
        latest = facts.latest(observation)
        if latest is not None and not latest.has_value(observation):
            params: dict[str, object] = {
                "observation": ObservationCode(observation),
                "reason": NotDoneCode(latest.not_done[observation]),
            }
            yield Caution("not_measured", params, about=observation)
    filled = filling(facts)
    for minutes in sorted(MANDATORY):
        reading = filled.of(minutes).get(PRESSURE)
        if reading is not None and not reading.has_value(PRESSURE):
            yield Caution(
                "mandatory_not_done",
                {"minutes": minutes, "reason": NotDoneCode(reading.not_done[PRESSURE])},
                about=str(minutes),
            )


def _pressure(facts: SessionFacts, reading: ReadingFacts) -> Iterator[Caution]:
    """At most 140/90 or within 20 % of pre-dose; never at or above what someone is informed of,
    the rise among it; not low (CLINICAL 8, rules 13, 15 and 48)."""
    systolic, diastolic = reading.value("systolic"), reading.value("diastolic")
    if systolic is None or diastolic is None:
        return
    p = facts.protocol
    params: dict[str, object] = {"systolic": systolic, "diastolic": diastolic}
    if systolic <= p.systolic_low_notify:
        yield Caution("blood_pressure_low", params | {"limit": p.systolic_low_notify})
    if any(f.code in INFORMED for f in flags_of(facts, reading)):
        limits: dict[str, object] = {
            "notify_systolic": p.notify_systolic,
            "notify_diastolic": p.notify_diastolic,
            "rise_systolic": p.notify_systolic_rise,
            "rise_diastolic": p.notify_diastolic_rise,
        }
        yield Caution("blood_pressure_informed", params | limits)
    elif _is_too_high(facts, reading):
        limits = {
            "limit_systolic": p.clearance_systolic,
            "limit_diastolic": p.clearance_diastolic,
            "percent": p.clearance_within_percent,
        }
        yield Caution("blood_pressure", params | limits)


INFORMED = frozenset(
    f"{key}_{code}"
    for key in ("systolic", "diastolic")
    for code in ("emergency", "high", "high_again", "rise")
)
"""The flags of rule 13, and of rule 14 above it."""


def _limits(facts: SessionFacts) -> tuple[tuple[str, int], ...]:
    p = facts.protocol
    return (("systolic", p.clearance_systolic), ("diastolic", p.clearance_diastolic))


def _is_too_high(facts: SessionFacts, reading: ReadingFacts) -> bool:
    """Above 140 or 90 and above pre-dose by more than 20 % (CLINICAL 8, rule 15)."""
    most = 100 + facts.protocol.clearance_within_percent
    for key, limit in _limits(facts):
        value = reading.value(key)
        base = facts.predose.value(key) if facts.predose else None
        within = base is not None and value is not None and value * 100 <= base * most
        if value is not None and value > limit and not within:
            return True
    return False


def _rising(facts: SessionFacts, latest: Sequence[ReadingFacts]) -> Iterator[Caution]:
    """Rising over the last two checks: by 10 mmHg above both of them, or, while above 140/90, by
    anything above one of them (CLINICAL 8, rule 15).

    Two measurements of one pressure differ by some 5/4 mmHg: a smaller rise is no rise.
    """
    if len(latest) < 2:
        return
    now, *before = latest
    is_above = any((now.value(key) or 0) > limit for key, limit in _limits(facts))
    for key in ("systolic", "diastolic"):
        lowest = min(before, key=lambda r: r.value(key) or 0)
        rises = [(now.value(key) or 0) - (r.value(key) or 0) for r in before]
        if min(rises) >= facts.protocol.clearance_rise or (is_above and max(rises) > 0):
            yield Caution(
                "blood_pressure_rising",
                {
                    "from_systolic": lowest.value("systolic"),
                    "from_diastolic": lowest.value("diastolic"),
                    "systolic": now.value("systolic"),
                    "diastolic": now.value("diastolic"),
                },
            )
            return


def _rates(facts: SessionFacts, reading: ReadingFacts | None, field: str) -> Iterator[Caution]:
    """A respiratory rate or heart rate outside its limits (CLINICAL 8, rules 5 and 48)."""
    for flag in outside_limits(facts.protocol, reading) if reading else ():
        if flag.field == field:
            yield Caution(field, {"value": flag.value, "limit": flag.limit})


def _scales(facts: SessionFacts, reading: ReadingFacts | None, field: str) -> Iterator[Caution]:
    """Sedation below MOAA/S 5, dissociation above 0, also where they were before the dose
    (CLINICAL 8, rule 5)."""
    p, value = facts.protocol, reading.value(field) if reading else None
    if value is None:
        return
    if field == "sedation" and value < p.clearance_sedation:
        yield Caution(field, {"value": value, "limit": p.clearance_sedation})
    if field == "dissociation" and value > p.clearance_dissociation:
        yield Caution(field, {"value": value, "limit": p.clearance_dissociation})


def _oxygen(facts: SessionFacts, reading: ReadingFacts | None) -> Iterator[Caution]:
    """SpO2 below its limit; oxygen given, whatever the SpO2 on it (CLINICAL 8, rules 17 and 50)."""
    spo2 = reading.value("spo2") if reading else None
    litres = reading.value("oxygen") if reading else None
    if spo2 is not None and spo2 < facts.protocol.spo2_below:
        yield Caution("spo2", {"value": spo2, "limit": facts.protocol.spo2_below})
    if litres:
        yield Caution("oxygen", {"litres": litres})
