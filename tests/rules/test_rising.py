"""When a rising pressure asks for words: seldom at noise, always at a true rise.

Two measurements of one pressure differ by chance. A caution that fires at chance teaches people to
type "ok" (CLINICAL 8, rule 15: a rise of 10 mmHg over the last two checks, or of anything while
above 140/90).

Below 140/90 three checks of one pressure ask in 3.9 % of sessions, whatever the pressure: the last
is 10 above both before it in 2.8 % for the systolic and 1.1 % for the diastolic pressure. So does a
plateau whose noise does not reach 140/90, up to 128/78.

Above 140/90 no rule keeps both promises. Rule 15 asks there at anything, and of three checks of one
pressure the last is the highest in one third, and above the lowest in two thirds, for each of both
pressures. Nor would another margin do. The last check less the mean of the two before it has a
standard deviation of 5 and 4 mmHg times the root of 1.5. A rise of 15 in both pressures stands 2.45
and 3.06 of these above a plateau, 3.92 where both are judged together as well as can be. A rule
that asks at one plateau in twenty (1.64) then misses a true rise that lies 2.28 too low: 11 in
1,000. Above 140/90 the rule keeps to the rise, which may harm; below it to the plateau.
"""

from __future__ import annotations

from random import Random

from monitoring.rules.cautions import cautions
from tests.engine import IS_WHOLE
from tests.rules.samples import observed, reading

SESSIONS = 1000
SEEDS = range(20 if IS_WHOLE else 1)
NOISE = (5, 4)
"""Standard deviation in mmHg of one measurement, systolic and diastolic."""
SLOTS = (60, 90, 120)
BELOW, ABOVE = ((104, 60), (118, 72), (128, 78)), ((140, 90), (150, 85), (165, 95))
"""Plateaus below the limit and above it."""


def is_asked(rng: Random, pressure: tuple[int, int], rise: int) -> bool:
    """Whether the last of three checks on a plateau, `rise` higher than it, asks for words."""
    found = []
    for minutes in SLOTS:
        up = rise if minutes == SLOTS[-1] else 0
        systolic, diastolic = (
            round(at + up + rng.gauss(0, noise)) for at, noise in zip(pressure, NOISE, strict=True)
        )
        found.append(reading(minutes, systolic=systolic, diastolic=diastolic))
    return "blood_pressure_rising" in {c.code for c in cautions(observed(*found))}


def asked(pressures: tuple[tuple[int, int], ...], rise: int = 0) -> float:
    """The share that is asked for words of 1,000 sessions at each pressure with each seed."""
    found = [
        is_asked(rng, pressure, rise)
        for seed in SEEDS
        for pressure in pressures
        for rng in [Random(f"{seed}/{pressure}")]
        for _ in range(SESSIONS)
    ]
    return sum(found) / len(found)


def test_a_plateau_below_the_limit_asks_in_at_most_one_session_in_twenty() -> None:
    assert 0 < asked(BELOW) <= 0.05


def test_a_true_rise_of_fifteen_above_the_limit_always_asks() -> None:
    assert asked(ABOVE, rise=15) == 1


def test_above_the_limit_noise_asks_too_for_anything_may_be_a_rise() -> None:
    assert asked(ABOVE[1:2]) > 0.5
