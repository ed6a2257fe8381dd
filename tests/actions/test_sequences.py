"""Whatever is done in whatever order, the record agrees with itself and with its trail.

`SEQUENCE_STEPS` sets how many steps each engine takes; `make test-long` takes half a million.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
from math import ceil
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clinic.trail.chain import entries_of
from clinic.trail.replay import State
from monitoring import actions
from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.proof.verify import verify
from monitoring.rules.protocol import KETAMINE_IV
from tests.actions.sequences import (
    EVERY_VERB,
    STARTS,
    STEPS,
    TELLS_ANOTHER,
    check,
    check_log,
    tables,
    whole,
)
from tests.clock import TestClock
from tests.factories.visits import Visit, planned

pytestmark = pytest.mark.django_db

AN_HOUR_IN_SPRING = datetime(2026, 3, 10, 14, tzinfo=UTC)
STEPS_IN_ALL = int(os.environ.get("SEQUENCE_STEPS", "20000"))
PARTS = 8
STEPS_IN_EXAMPLE = 50


class Clinic(RuleBasedStateMachine):
    """Two sessions at once, every verb on either, and the time that passes."""

    clock: TestClock
    steps: Counter[str] = Counter()
    orders: set[tuple[object, ...]] = set()

    @initialize(start=st.sampled_from(STARTS), is_infusion=st.booleans())
    def open(self, start: list[str], is_infusion: bool) -> None:
        self.atomic = transaction.atomic()
        # A verb is durable: it begins a transaction of its own, but for those of tests.
        self.atomic._from_testcase = True  # type: ignore[attr-defined]
        self.atomic.__enter__()
        self.clock.travel_to(AN_HOUR_IN_SPRING)
        kinds: list[dict[str, Any]] = [{}, {"protocol": KETAMINE_IV, "planned_mg": 36}]
        self.visits = [planned(self.clock, **kinds[is_infusion]), planned(self.clock)]
        self.known: dict[UUID, State] = {}
        self.told: dict[UUID, int] = {v.id: 1 for v in self.visits}
        self.order: list[object] = [is_infusion, *start]
        self.taken: list[str] = []
        for name in start:
            self._step(self.visits[0], name)

    @precondition(lambda self: hasattr(self, "visits"))
    @rule(name=st.sampled_from(sorted(STEPS)), is_second=st.booleans())
    def act(self, name: str, is_second: bool) -> None:
        self._step(self.visits[is_second], name)
        self.order.append((name, is_second))
        self.taken.append(name)

    def _step(self, visit: Visit, name: str) -> None:
        try:
            done = STEPS[name](visit)
        except (Refused, Conflict, NotAllowed):
            done = None
        session = whole(visit)
        state = tables(session)
        check(session, state, self.known.get(visit.id, {}))
        entries = check_log(visit, state)
        is_told = done is not None and not name.startswith("wait") and name not in TELLS_ANOTHER
        assert entries == self.told[visit.id] + is_told, name
        self.known[visit.id], self.told[visit.id] = state, entries

    def teardown(self) -> None:
        if hasattr(self, "visits"):
            for visit in self.visits:
                found = verify(visit.id).problems
                assert [p for p in found if not p.subject.startswith("patient")] == []
            self._count()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def _count(self) -> None:
        """Steps count where they were taken to the end, in an order that was not tried before."""
        order = tuple(self.order)
        if order not in self.orders:
            self.orders.add(order)
            self.steps.update(self.taken)


def machine(clock: TestClock) -> type[Clinic]:
    own = {"clock": clock, "steps": Counter(), "orders": set()}
    return type("ClinicAtAnHour", (Clinic,), own)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_order_of_verbs_breaks_the_record(clock: TestClock, part: int) -> None:
    made = machine(clock)
    wanted = ceil(STEPS_IN_ALL / PARTS)
    before = -1
    while before < made.steps.total() < wanted:
        before = made.steps.total()
        run_state_machine_as_test(
            made,
            settings=settings(
                max_examples=20,
                stateful_step_count=STEPS_IN_EXAMPLE,
                deadline=None,
                database=None,
                # In a continuous integration the same orders would be tried again and again.
                derandomize=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert made.steps.total() >= wanted
    assert set(made.steps) == set(STEPS) or wanted < 2000, part


def test_every_verb_is_among_the_steps_and_is_reached(clock: TestClock) -> None:
    done = {"publish_protocol", "register_patient", "amend_patient"}
    assert {"publish", "register", "amend patient", "plan"} == TELLS_ANOTHER
    for order in EVERY_VERB:
        clock.travel_to(AN_HOUR_IN_SPRING)
        visit = planned(clock, protocol=KETAMINE_IV, planned_mg=36)
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
