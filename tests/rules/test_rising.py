"""When a rising pressure asks for words: not at noise, always at a true rise.

Two measurements of one pressure differ by chance. A caution that fires at chance teaches people to
type "ok" (CLINICAL 8, rule 15).
"""

from __future__ import annotations

from random import Random

from monitoring.rules.cautions import cautions
from tests.rules.samples import observed, reading

SESSIONS = 1000
NOISE = (5, 4)
"""Standard deviation in mmHg of one measurement, systolic and diastolic: about 38 in 1,000 ask."""
SLOTS = (60, 90, 120)


def is_asked(rng: Random, systolic: float, diastolic: float, *, rise: int = 0) -> bool:
    """Whether the last of three checks on a plateau, `rise` higher than it, asks for words."""
    found = [
        reading(
            minutes,
            systolic=round(systolic + (rise if minutes == 120 else 0) + rng.gauss(0, NOISE[0])),
            diastolic=round(diastolic + (rise if minutes == 120 else 0) + rng.gauss(0, NOISE[1])),
        )
        for minutes in SLOTS
    ]
    return "blood_pressure_rising" in {c.code for c in cautions(observed(*found))}


def test_a_plateau_with_noise_asks_in_at_most_one_session_in_twenty() -> None:
    rng = Random(1)
    asked = sum(is_asked(rng, rng.uniform(108, 128), rng.uniform(62, 78)) for _ in range(SESSIONS))
    assert 0 < asked <= SESSIONS * 5 // 100


def test_a_true_rise_of_fifteen_above_the_limit_always_asks() -> None:
    rng = Random(1)
    assert all(
        is_asked(rng, rng.uniform(142, 165), rng.uniform(80, 95), rise=15) for _ in range(SESSIONS)
    )
