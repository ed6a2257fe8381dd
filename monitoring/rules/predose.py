"""What a reading before the dose shows outside its limits, by which a clinician decides.

Above the guide (CLINICAL 8, rule 10); sedated, dissociated, SpO2 below its limit, or outside the
limits that hold after the dose too (rule 49); or not measured, for what was not looked at cannot be
called acceptable.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.flags import Flag, outside_limits
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.protocol import Protocol


def outside_before_dose(protocol: Protocol, reading: ReadingFacts) -> tuple[Flag, ...]:
    """Each value of `reading` that a clinician weighs before the dose, with its limit.

    Above 140/90, MOAA/S below 5, dissociation above 0, SpO2 below 93, or a respiratory rate, heart
    rate or low pressure outside its limits (CLINICAL 8, rules 10, 48 and 49).
    """
    return (*_above_guide(protocol, reading), *_affected(protocol, reading))


def why_decide(facts: SessionFacts, reading: ReadingFacts) -> tuple[Flag, ...]:
    """What of `reading` a clinician decides on: values outside, and what a complete one did not
    measure (CLINICAL 8, rules 10 and 49)."""
    unmeasured = [o for o in OBSERVATIONS if reading.is_complete and not reading.has_value(o)]
    return (
        *outside_before_dose(facts.protocol, reading),
        *(Flag("not_measured", "notify", observation) for observation in unmeasured),
    )


def _above_guide(p: Protocol, reading: ReadingFacts) -> Iterator[Flag]:
    for key, limit in (("systolic", p.guide_systolic), ("diastolic", p.guide_diastolic)):
        value = reading.value(key)
        if value is not None and value > limit:
            yield Flag(f"{key}_guide", "notify", key, value, limit)


def _affected(p: Protocol, reading: ReadingFacts) -> Iterator[Flag]:
    yield from outside_limits(p, reading)
    spo2 = reading.value("spo2")
    if spo2 is not None and spo2 < p.spo2_below:
        yield Flag("spo2_predose", "notify", "spo2", spo2, p.spo2_below)
    sedation, dissociation = reading.value("sedation"), reading.value("dissociation")
    if sedation is not None and sedation < p.clearance_sedation:
        yield Flag("sedation_predose", "notify", "sedation", sedation, p.clearance_sedation)
    if dissociation is not None and dissociation > p.clearance_dissociation:
        limit = p.clearance_dissociation
        yield Flag("dissociation_predose", "notify", "dissociation", dissociation, limit)


def outside_and_repeated(facts: SessionFacts) -> list[ReadingFacts]:
    """Readings of this arrival that had a value outside, and after which the dose rests on another:
    measuring until it passes stays to be seen (CLINICAL 8, rule 49)."""
    predose = facts.predose
    if predose is None:
        return []
    earlier = (r for r in facts.standing_readings if facts.order(r) < facts.order(predose))
    return [r for r in earlier if outside_before_dose(facts.protocol, r)]


def checks_before_dose(facts: SessionFacts) -> list[ReadingFacts]:
    """The pre-dose reading, and what was measured since and before the first dose, in the order in
    which they were recorded (CLINICAL 8, rules 10 and 49; hazard 12)."""
    reading = facts.predose
    if reading is None:
        return []
    since = [
        r
        for r in facts.standing_readings
        if facts.order(r) > facts.order(reading)
        and not facts.is_after_dose(r)
        and (not facts.doses or facts.entered(r) < facts.doses[0].seq)
    ]
    return sorted([reading, *since], key=lambda r: r.seq)
