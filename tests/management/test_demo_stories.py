"""What does not happen every day occurs in the demo, each by the verbs; and bodies are measured
as bodies are."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from statistics import mean, stdev

import pytest

from clinic import clock
from monitoring.management.demo.body import Body, ride
from monitoring.management.demo.stories import MAIN_STORIES, OTHER_STORIES
from monitoring.models import (
    Clearance,
    Dose,
    Event,
    PatientAmendment,
    Session,
    StrikeConfirmation,
)
from monitoring.proof.verify import verify
from monitoring.rules.deviations import deviations
from monitoring.rules.facts import SessionFacts
from tests.clock import TestClock
from tests.management.demo import made

pytestmark = pytest.mark.django_db


def kinds(facts: SessionFacts) -> set[str]:
    return {event.kind for event in facts.events}


def shows(facts: SessionFacts, key: str, value: int) -> bool:
    return any(reading.value(key) == value for reading in facts.readings)


def serious(facts: SessionFacts) -> list[bool]:
    return [event.is_serious for event in facts.events if event.is_serious is not None]


def left(facts: SessionFacts) -> str:
    return facts.departure.kind if facts.departure else ""


def told(facts: SessionFacts) -> set[str]:
    return {deviation.code for deviation in deviations(facts, clock.now())}


TOLD: dict[str, Callable[[SessionFacts], bool]] = {
    "replaced-device": lambda f: len(f.failed) == 1 and f.given_mg == f.planned_mg,
    "one-spray": lambda f: f.given_mg == f.planned_mg - 14,
    "wrong-reading": lambda f: [s.noun for s in f.struck if not s.waits] == ["reading"],
    "wrong-chart": lambda f: [s.noun for s in f.struck if not s.waits] == ["event"],
    "vomited": lambda f: (
        {"medication", "effect"} <= kinds(f)
        and serious(f) == [False]
        and "event_corrected" in told(f)
    ),
    "oxygen": lambda f: shows(f, "oxygen", 2) and "intervention" in kinds(f),
    "slow-breathing": lambda f: shows(f, "respiratory_rate", 10) and shows(f, "heart_rate", 49),
    "positive-screen": lambda f: (
        {"screen", "review"} <= kinds(f)
        and left(f) == "discharged"
        and "predose_repeated" in told(f)
    ),
    "fainted": lambda f: serious(f) == [True] and left(f) == "discharged",
    "transferred": lambda f: serious(f) == [True] and left(f) == "transferred",
    "against-advice": lambda f: left(f) == "against_advice",
    "left-unseen": lambda f: left(f) == "left_unseen",
    "before-the-dose": lambda f: (
        left(f) == "transferred" and not f.doses and "contraindication_changed" in told(f)
    ),
    "no-escort": lambda f: bool(f.departure and f.departure.no_escort_reason),
    "at-home": lambda f: any(e.after_departure and e.kind == "review" for e in f.events),
}


@pytest.mark.usefixtures("clock")
def test_each_story_is_told_and_verifies() -> None:
    assert set(TOLD) == set(MAIN_STORIES) | set(OTHER_STORIES)
    minutes: list[tuple[int, int]] = []
    for name, is_so in TOLD.items():
        session = made(name)
        assert session.phase == "closed", name
        assert is_so(session.facts()), name
        assert verify(session.pk).problems == [], name
        minutes += ready_and_signed(session)
    assert Dose.objects.filter(replaces__isnull=False).count() == 1
    assert PatientAmendment.objects.count() == 1
    assert set(StrikeConfirmation.objects.values_list("is_confirmed", flat=True)) == {True, False}
    assert len(minutes) >= 8
    assert sum(ready < signed for ready, signed in minutes) * 4 > len(minutes) * 3


def ready_and_signed(session: Session) -> list[tuple[int, int]]:
    """Minutes from the first device of each signature: ready to leave, and signed."""
    facts = session.facts()
    return [
        (c.ready_minutes or 0, facts.minutes(c.signed_at) or 0) for c in session.rows.of(Clearance)
    ]


def test_an_infusion_is_paused_resumed_and_witnessed(clock: TestClock) -> None:
    session = made("infusion")
    parts = list(Dose.objects.filter(session=session).order_by("started_at"))

    assert [part.end.kind for part in parts] == ["paused", "ended"]
    assert sum(part.end.mg for part in parts) == session.planned_mg
    assert all(part.witness_id not in {None, part.recorded_by_id} for part in parts)


def test_a_positive_screen_waits_for_its_review_today(clock: TestClock) -> None:
    made("suicidality")

    assert Event.objects.filter(kind="screen", phq9_item9__gt=0).exists()
    assert not Event.objects.filter(kind="review").exists()
    assert Session.objects.get().phase == "observing"


def test_two_measurements_of_one_pressure_differ_by_5_and_4(clock: TestClock) -> None:
    of = Body(systolic=120, diastolic=75, heart_rate=70, rise=11, feels=1)
    shown = ride(of, Random("noise"), number=1)
    at_rest = [shown.at(0) for _ in range(1000)]
    for key, rest, deviation in (("systolic", shown.at_rest[0], 5), ("diastolic", 0, 4)):
        values = [values[key] or 0 for values in at_rest]
        assert abs(stdev(values) - deviation) < 0.5
        assert not rest or abs(mean(values) - rest) < 1
