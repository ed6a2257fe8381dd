"""Whatever is done in whatever order, the record agrees with itself and with its trail.

`SEQUENCE_STEPS` says how many steps must have written on a session, beside those that were refused
and the time that passed; `make test-all` asks for twenty thousand on each engine.
"""

from __future__ import annotations

import os
from math import ceil
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from clinic.trail.chain import entries_of
from monitoring import actions
from monitoring.rules.protocol import KETAMINE_IV
from tests.clock import TestClock
from tests.factories.visits import planned
from tests.sequences.machine import AN_HOUR_IN_SPRING, machine
from tests.sequences.steps import EVERY_VERB, STARTS, STEPS, TELLS_ANOTHER

pytestmark = pytest.mark.django_db

WRITTEN_IN_ALL = int(os.environ.get("SEQUENCE_STEPS", "3000"))
PARTS = 8
EXAMPLES_A_ROUND = 2
"""So few that a part ends soon after it has written enough."""
STEPS_IN_EXAMPLE = 50


@pytest.mark.parametrize("part", range(PARTS))
def test_no_order_of_verbs_breaks_the_record(clock: TestClock, part: int) -> None:
    made = machine(clock)
    wanted = ceil(WRITTEN_IN_ALL / PARTS)
    before = -1
    while before < made.written.total() < wanted:
        before = made.written.total()
        run_state_machine_as_test(
            made,
            settings=settings(
                max_examples=EXAMPLES_A_ROUND,
                stateful_step_count=STEPS_IN_EXAMPLE,
                database=None,
                # In a continuous integration the same orders would be tried again and again.
                derandomize=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert made.written.total() >= wanted
    assert set(made.taken) == set(STEPS) or wanted < 2000, part


def test_every_verb_is_among_the_steps_and_is_reached(clock: TestClock) -> None:
    done = {"publish_protocol", "change_protocol", "register_patient", "amend_patient"}
    tells = {"publish", "change protocol", "register", "amend patient", "plan"}
    assert tells == TELLS_ANOTHER
    for order in EVERY_VERB:
        clock.travel_to(AN_HOUR_IN_SPRING)
        has_form = "file form" in order
        infusion: dict[str, Any] = {"protocol": KETAMINE_IV, "planned_mg": 36}
        visit = planned(clock, **({} if has_form else infusion))
        for name in [*TELLS_ANOTHER, *order]:
            assert STEPS[name](visit) is not None, name
        done |= {entry.verb for entry in entries_of(visit.id)}
    assert done == {name for name in actions.__all__ if name.islower()}


@pytest.mark.parametrize(
    ("start", "phase"), [*zip(STARTS, ["planned", "observing", "cleared", "closed"], strict=True)]
)
def test_the_starts_reach_what_they_are_for(clock: TestClock, start: list[str], phase: str) -> None:
    clock.travel_to(AN_HOUR_IN_SPRING)
    visit = planned(clock)
    for name in start:
        STEPS[name](visit)
    assert visit.session.phase == phase
