"""Whatever is done in whatever order, the record agrees with itself and with its trail.

`SEQUENCE_STEPS` sets how many steps each engine takes; `make test-long` takes half a million.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
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

from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.rules.protocol import KETAMINE_IV
from monitoring.trail.replay import State
from monitoring.trail.verify import verify
from tests.actions.sequences import (
    STARTS,
    STEPS,
    TELLS_ANOTHER,
    check,
    check_log,
    tables,
    whole,
)
from tests.factories.courses import Visit, planned

pytestmark = pytest.mark.django_db

AN_HOUR_IN_SPRING = datetime(2026, 3, 10, 14, tzinfo=UTC)
STEPS_IN_ALL = int(os.environ.get("SEQUENCE_STEPS", "20000"))
PARTS = 8
STEPS_IN_EXAMPLE = 50


class Clinic(RuleBasedStateMachine):
    """Two sessions at once, every verb on either, and the time that passes."""

    clock: Any
    steps: Counter[str] = Counter()

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
        for name in start:
            self._step(self.visits[0], name)

    @precondition(lambda self: hasattr(self, "visits"))
    @rule(name=st.sampled_from(sorted(STEPS)), is_second=st.booleans())
    def act(self, name: str, is_second: bool) -> None:
        self._step(self.visits[is_second], name)
        self.steps[name] += 1

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
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)


def machine(clock: Any) -> type[Clinic]:
    return type("ClinicAtAnHour", (Clinic,), {"clock": clock, "steps": Counter()})


@pytest.mark.parametrize("part", range(PARTS))
def test_no_order_of_verbs_breaks_the_record(clock: Any, part: int) -> None:
    made = machine(clock)
    wanted = STEPS_IN_ALL // PARTS
    while sum(made.steps.values()) < wanted:
        run_state_machine_as_test(
            made,
            settings=settings(
                max_examples=20,
                stateful_step_count=STEPS_IN_EXAMPLE,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert set(made.steps) == set(STEPS) or wanted < 2000, part


@pytest.mark.parametrize(
    ("start", "phase"), [*zip(STARTS, ["planned", "observing", "cleared", "closed"], strict=True)]
)
def test_the_starts_reach_what_they_are_for(clock: Any, start: list[str], phase: str) -> None:
    clock.travel_to(AN_HOUR_IN_SPRING)
    visit = planned(clock)
    for name in start:
        STEPS[name](visit)
    assert visit.session.phase == phase
