"""Current values outside the criteria for clearance: they ask for words, they do not lock.

The clinician answers each in what is signed (CLINICAL 8, rules 5, 15, 16, 17 and 33).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clinic.message import Message
from monitoring.rules.codes import NotDoneCode, ObservationCode
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.filling import MANDATORY, PRESSURE, filling
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

    Sedation and dissociation at pre-dose level, blood pressure not rising and at most 140/90 or
    within 20 % of pre-dose, respiration (CLINICAL 8, rules 5, 15 and 17); any final observation
    that could not be measured; a mandatory blood pressure that was not taken (hazard 3).
    """
    return [
        *_unmeasured(facts),
        *_pressure(facts),
        *_level(facts),
        *_oxygen(facts),
    ]


def is_outside_criteria(facts: SessionFacts, reading: ReadingFacts) -> bool:
    """Whether `reading` shows a value outside the criteria, so that it takes a clearance back
    (CLINICAL 8, rule 33)."""
    p = facts.protocol
    spo2 = reading.value("spo2")
    return bool(
        _pressure_too_high(facts, reading)
        or _scale_cautions(facts, reading)
        or (spo2 is not None and spo2 < p.spo2_below)
    )


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


def _pressure(facts: SessionFacts) -> Iterator[Caution]:
    measured = list(facts.with_value("blood_pressure"))
    if not measured:
        return
    latest = measured[0]
    too_high = _pressure_too_high(facts, latest)
    if too_high:
        p = facts.protocol
        yield Caution(
            "blood_pressure",
            {
                "systolic": latest.value("systolic"),
                "diastolic": latest.value("diastolic"),
                "limit_systolic": p.clearance_systolic,
                "limit_diastolic": p.clearance_diastolic,
                "percent": p.clearance_within_percent,
            },
        )
    rising = _rising(measured[1], measured[0]) if len(measured) > 1 else []
    if rising:
        before, now = measured[1], measured[0]
        yield Caution(
            "blood_pressure_rising",
            {
                "from_systolic": before.value("systolic"),
                "from_diastolic": before.value("diastolic"),
                "systolic": now.value("systolic"),
                "diastolic": now.value("diastolic"),
            },
        )


def _pressure_too_high(facts: SessionFacts, reading: ReadingFacts) -> list[str]:
    """Fields above 140/90 and above pre-dose by more than 20 % (CLINICAL 8, rule 15)."""
    p, predose = facts.protocol, facts.predose
    limits = {"systolic": p.clearance_systolic, "diastolic": p.clearance_diastolic}
    high = []
    for key, limit in limits.items():
        value = reading.value(key)
        base = predose.value(key) if predose else None
        within = (
            base is not None
            and value is not None
            and (value * 100 <= base * (100 + p.clearance_within_percent))
        )
        if value is not None and value > limit and not within:
            high.append(key)
    return high


def _rising(before: ReadingFacts, now: ReadingFacts) -> list[str]:
    """Fields higher now than at the check before (CLINICAL 8, rule 15: not rising over last 2)."""
    pairs = ((key, before.value(key), now.value(key)) for key in ("systolic", "diastolic"))
    return [key for key, a, b in pairs if a is not None and b is not None and b > a]


def _level(facts: SessionFacts) -> Iterator[Caution]:
    for observation in ("sedation", "dissociation"):
        latest = facts.latest(observation)
        if latest is not None:
            yield from (c for c in _scale_cautions(facts, latest) if c.code == observation)


def _scale_cautions(facts: SessionFacts, reading: ReadingFacts) -> list[Caution]:
    """Sedation below MOAA/S 5 and below pre-dose; dissociation above 0 and above pre-dose
    (CLINICAL 8, rule 5)."""
    p, predose = facts.protocol, facts.predose
    found = []
    sedation = reading.value("sedation")
    base = predose.value("sedation") if predose else None
    enough = min(p.clearance_sedation, base) if base is not None else p.clearance_sedation
    if sedation is not None and sedation < enough:
        found.append(Caution("sedation", {"value": sedation, "limit": enough}))
    dissociation = reading.value("dissociation")
    base = predose.value("dissociation") if predose else None
    most = max(p.clearance_dissociation, base or 0)
    if dissociation is not None and dissociation > most:
        found.append(Caution("dissociation", {"value": dissociation, "limit": most}))
    return found


def _oxygen(facts: SessionFacts) -> Iterator[Caution]:
    latest = facts.latest("spo2")
    value = latest.value("spo2") if latest else None
    if value is not None and value < facts.protocol.spo2_below:
        yield Caution("spo2", {"value": value, "limit": facts.protocol.spo2_below})
