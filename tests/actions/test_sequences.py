"""Whatever is done in whatever order, the record agrees with itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring import actions
from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.models import Session
from monitoring.models.fact import uuid7
from monitoring.rules.flags import unanswered
from monitoring.rules.phase import phase_of
from tests.factories.courses import Visit, planned

pytestmark = pytest.mark.django_db
Step = Callable[[Visit], Any]


def _respond(visit: Visit) -> Any:
    open_flags = unanswered(visit.session.course())
    return visit.respond(open_flags[0].fact.id) if open_flags else None


def _withdraw(visit: Visit) -> Any:
    latest = visit.session.clearance_set.last()
    return visit.withdraw(latest) if latest else None


def _read_slot(visit: Visit) -> Any:
    from monitoring.rules.schedule import next_slot

    slot = next_slot(visit.session.course(), visit.clock.now())
    return visit.read(slot.minutes if slot else 0)


def _correct(visit: Visit) -> Any:
    standing = visit.session.course().standing_readings
    if not standing:
        return None
    return actions.correct_reading(
        visit.id,
        visit.nurse,
        id=uuid7(),
        replaces=standing[-1].id,
        entry=visit.entry(systolic=131),
        reason="Wrong arm",
    )


def _twice(visit: Visit) -> Any:
    same = uuid7()
    first = visit.read(id=same)
    assert visit.read(id=same) == first
    return first


def _late(visit: Visit) -> Any:
    taken = visit.clock.now() - timedelta(minutes=12)
    return visit.read(taken_at=taken, late_reason="Tablet was charging")


STEPS: dict[str, Step] = {
    "admit": lambda v: v.admit(),
    "read": _read_slot,
    "read high": lambda v: v.read(systolic=188, diastolic=95),
    "read again": lambda v: v.read(),
    "read twice": _twice,
    "read late": _late,
    "correct": _correct,
    "delay": lambda v: v.decide("delay"),
    "adverse event": lambda v: v.event("adverse_event", is_serious=False, onset_at=v.clock.now()),
    "defer": lambda v: actions.defer_dose(v.id, v.nurse, reason="Unwell"),
    "decide": lambda v: v.decide(),
    "stop": lambda v: v.decide("do_not_give"),
    "dose": lambda v: v.dose(),
    "event": lambda v: v.event(),
    "symptom": lambda v: v.event("symptom", symptoms=("chest_pain",)),
    "respond": _respond,
    "sign": lambda v: v.sign(),
    "withdraw": _withdraw,
    "discharge": lambda v: v.leave(),
    "transfer": lambda v: v.leave("transferred"),
    "wait 5": lambda v: v.clock.forward(minutes=5),
    "wait 20": lambda v: v.clock.forward(minutes=20),
    "wait 130": lambda v: v.clock.forward(minutes=130),
}
USUAL = [
    "admit",
    "read",
    "dose",
    "wait 5",
    "dose",
    "wait 20",
    "wait 20",
    "read",
    "wait 130",
    "read",
]


def facts(session: Session) -> dict[UUID, int]:
    """Every fact's id with its number."""
    names = ("admission", "decision", "dose", "reading", "event", "withdrawal")
    rows = [row for name in names for row in getattr(session, f"{name}_set").all()]
    return {row.pk: row.seq for row in rows}


def check(session: Session, before: dict[UUID, int]) -> dict[UUID, int]:
    found = facts(session)
    assert before.items() <= found.items()
    assert sorted(found.values()) == list(range(1, session.last_seq + 1))
    assert session.phase == phase_of(session.course())
    departure = getattr(session, "departure", None)
    if departure is not None and departure.kind == "discharged":
        latest = session.clearance_set.last()
        assert latest is not None
        assert departure.clearance == latest
        assert not hasattr(latest, "withdrawal")
        late = {r.seq for r in session.reading_set.all() if r.after_departure}
        assert latest.through_seq == max(set(found.values()) - late)
    return found


STARTS = ([], USUAL, [*USUAL, "sign"], [*USUAL, "sign", "discharge"])
"""A random order alone seldom reaches a signature, so some begin beyond it."""
AN_HOUR_IN_SPRING = datetime(2026, 3, 10, 14, tzinfo=UTC)


def play(clock: Any, steps: list[str]) -> Session:
    """Take the steps, refused or not, and check the record after each."""
    clock.travel_to(AN_HOUR_IN_SPRING)
    visit = planned(clock)
    known: dict[UUID, int] = {}
    for name in steps:
        with contextlib.suppress(Refused, Conflict, NotAllowed):
            STEPS[name](visit)
        known = check(visit.session, known)
    return visit.session


@pytest.mark.parametrize(
    ("start", "phase"), [*zip(STARTS, ["planned", "observing", "cleared", "closed"], strict=True)]
)
def test_the_starts_reach_what_they_are_for(clock: Any, start: list[str], phase: str) -> None:
    assert play(clock, start).phase == phase


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    start=st.sampled_from(STARTS),
    steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=3, max_size=15),
)
def test_no_order_of_verbs_breaks_the_record(
    clock: Any, start: list[str], steps: list[str]
) -> None:
    play(clock, [*start, *steps])
