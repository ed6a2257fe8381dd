"""How a body answers a dose, as published figures have it (CLINICAL 4): blood pressure, sedation
and dissociation peak near 40 minutes and are gone by an hour and a half; one in thirty is slow.

Invented values for a demonstration: no rule of the product reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp
from random import Random

PEAK = 40
DISSOCIATED_UNTIL, SEDATED_UNTIL = 85, 75
MEASURED_WITHIN = (5, 4)
"""By how many mmHg two measurements of one pressure differ (standard deviation), systolic and
diastolic."""
SLOW = 2.3
"""How much longer a slow recovery takes: past 140 minutes instead of 85."""


@dataclass(frozen=True, slots=True)
class Body:
    """One patient at rest, and how strongly a dose is felt."""

    systolic: int
    diastolic: int
    heart_rate: int
    rise: float
    feels: float


def body(rng: Random, age: int, *, is_hypertensive: bool) -> Body:
    rest = 116 + (age - 20) * 0.22 + rng.gauss(0, 6) + 8 * is_hypertensive
    systolic = round(min(max(rest, 106), 134))
    return Body(
        systolic=systolic,
        diastolic=round(systolic * 0.62 + rng.gauss(1, 3)),
        heart_rate=round(rng.gauss(72, 6)),
        rise=max(2.0, rng.gauss(11 + 3 * is_hypertensive, 6)),
        feels=min(max(rng.gauss(1, 0.3), 0.4), 1.6),
    )


@dataclass(frozen=True, slots=True)
class Ride:
    """One session: what would be measured at each minute from the first device."""

    at_rest: tuple[int, int]
    heart_rate: int
    rise: float
    dissociation: int
    sedation: int
    is_slow: bool
    rng: Random

    def at(self, minutes: float) -> dict[str, int | None]:
        spread = self._spread(minutes)
        pressure = max(0.0, spread / PEAK * exp(1 - spread / PEAK)) ** 1.8 if spread > 0 else 0.0
        error = [self.rng.gauss(0, deviation) for deviation in MEASURED_WITHIN]
        systolic = round(self.at_rest[0] + self.rise * pressure + error[0])
        diastolic = round(self.at_rest[1] + 0.62 * self.rise * pressure + error[1])
        return {
            "systolic": systolic,
            "diastolic": min(diastolic, systolic - 18),
            "heart_rate": round(self.heart_rate + 5 * pressure + self.rng.gauss(0, 2)),
            "spo2": min(100, round(97.4 - 0.8 * pressure + self.rng.gauss(0, 0.7))),
            "oxygen": 0,
            "respiratory_rate": round(self.rng.gauss(14.5, 1)),
            "sedation": 5 - ceil(self.sedation * _hill(spread, SEDATED_UNTIL)),
            "dissociation": ceil(self.dissociation * _hill(spread, DISSOCIATED_UNTIL)),
        }

    def _spread(self, minutes: float) -> float:
        is_late = self.is_slow and minutes > PEAK
        return PEAK + (minutes - PEAK) / SLOW if is_late else minutes


def _hill(minutes: float, until: float) -> float:
    """0 at the dose, 1 at the peak, 0 again from `until`."""
    if minutes <= 5 or minutes >= until:
        return 0.0
    return minutes / PEAK if minutes <= PEAK else (until - minutes) / (until - PEAK)


def ride(
    of: Body, rng: Random, *, number: int, is_slow: bool = False, above: int = 0, rise: float = 0
) -> Ride:
    """The `number`th session of a patient; `above` puts the pre-dose pressure over the guide."""
    fading = of.feels * (1 if number < 5 else 0.75)
    day = rng.gauss(0, 4)
    systolic = max(104, min(round(of.systolic + day), 134)) if not above else 140 + above
    diastolic = min(round(of.diastolic + day / 2), 84)
    return Ride(
        at_rest=(systolic, min(diastolic, systolic - 22) if not above else 90 + above // 3),
        heart_rate=of.heart_rate,
        rise=rise or max(1.0, rng.gauss(of.rise, 5)),
        dissociation=max(_drawn(rng, (0.5, 0.76, 0.94, 0.99), fading), 2 * is_slow),
        sedation=max(_drawn(rng, (0.6, 0.93, 0.99, 1), fading), 1 * is_slow),
        is_slow=is_slow,
        rng=rng,
    )


def _drawn(rng: Random, steps: tuple[float, ...], fading: float) -> int:
    """How many of `steps` a draw passes; patients who feel it more pass more."""
    draw = rng.random() ** (1 / fading)
    return sum(draw > step for step in steps)
