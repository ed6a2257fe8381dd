"""When a rising pressure asks for words: seldom at noise, always at a true rise.

Two measurements of one pressure differ by chance, by 5 and 4 mmHg here. A caution that fires at
chance teaches people to type "ok". CLINICAL 8, rule 15 asks at a rise of 10 mmHg over the last two
checks and, while above 140/90, at a rise of anything.

What is kept. Below 140/90 a plateau asks in 3.9 % of sessions, whatever the pressure: the last of
three checks is 10 above both before it in 2.8 % for the systolic and 1.1 % for the diastolic
pressure. So does a plateau whose noise does not reach 140/90, up to 128/78. Above 140/90 every true
rise of 15 asks.

What is not kept, and cannot be. A plateau above 140/90 asks more often than not, and one just below
it whenever its noise is read above it. Rule 15 says so itself: there it asks at anything. Nor could
another rule do better, whatever it computes from the checks. It has to tell a last check that is
noise from one that is noise and 15 more, in both pressures. Were the plateau known exactly, which
no number of earlier checks makes it, the two would stand 15/5 and 15/4 standard deviations apart,
and 4.80 where both are judged together as well as can be (Neyman and Pearson). A rule that asks at
one plateau in twenty, 1.64, then misses a rise whose noise lies 3.16 too low: 1 in 1,257. All of
1,000 rises ask in fewer than half of such trials. From the two checks of rule 15 the plateau is
known to the root of 1.5, and 11 in 1,000 are missed; from four checks, 4 in 1,000. A rule that
misses none of 1,000 in 99 trials of 100 asks at more than three plateaus in five.

Above 140/90 the rule keeps to the rise, which may harm; below it to the plateau.
"""

from __future__ import annotations

from math import hypot, inf
from random import Random
from statistics import NormalDist

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


def missed(earlier: float, plateaus: float = 0.05) -> float:
    """The share of true rises of 15 that even the best rule misses which asks at `plateaus` of all
    plateaus, when it has as many `earlier` checks of the plateau."""
    spread = (1 + 1 / earlier) ** 0.5
    apart = hypot(*(15 / (noise * spread) for noise in NOISE))
    normal = NormalDist()
    return normal.cdf(normal.inv_cdf(1 - plateaus) - apart)


def test_no_rule_above_the_limit_keeps_both_promises() -> None:
    """Not from two checks before the last, nor from four, nor were the plateau known."""
    assert [round(missed(n) * SESSIONS) for n in (2, 4)] == [11, 4]
    assert (1 - missed(inf)) ** SESSIONS < 0.5
    assert (1 - missed(2, plateaus=0.6)) ** SESSIONS < 0.99
