"""Whatever is done in whatever order, the record agrees with itself and with its trail.

`SEQUENCE_STEPS` says how many steps must have written on a session, beside those that were refused
and the time that passed; `make test-all` asks for twenty thousand on each engine.
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
from tests.clock import TestClock
from tests.factories.visits import Visit, planned
from tests.sequences.steps import (
    EVERY_VERB,
    LIKELY,
    SAYS_NOTHING_CLINICAL,
    STARTS,
    STEPS,
    TELLS_ANOTHER,
    check,
    check_log,
    standing,
    tables,
    whole,
)
from tests.sequences.struck import check_struck

pytestmark = pytest.mark.django_db

AN_HOUR_IN_SPRING = datetime(2026, 3, 10, 14, tzinfo=UTC)
WRITTEN_IN_ALL = int(os.environ.get("SEQUENCE_STEPS", "3000"))
PARTS = 8
EXAMPLES_A_ROUND = 2
"""So few that a part ends soon after it has written enough."""
STEPS_IN_EXAMPLE = 50
IS_ANY = st.sampled_from([True] + [False] * 9)
"""One step of ten is any step at all; the others are likely to be let through."""


class Clinic(RuleBasedStateMachine):
    """Two sessions at once, every verb on either, and the time that passes."""

    clock: TestClock
    taken: Counter[str] = Counter()
    written: Counter[str] = Counter()
    orders: set[tuple[object, ...]] = set()

    @initialize(start=st.sampled_from(STARTS), is_infusion=st.booleans())
    def open(self, start: list[str], is_infusion: bool) -> None:
        self.atomic = transaction.atomic()
        # A verb is durable: it begins a transaction of its own, but for those of tests.
        vars(self.atomic)["_from_testcase"] = True
        self.atomic.__enter__()
        self.clock.travel_to(AN_HOUR_IN_SPRING)
        kinds: list[dict[str, Any]] = [{}, {"protocol": KETAMINE_IV, "planned_mg": 36}]
        self.visits = [planned(self.clock, **kinds[is_infusion]), planned(self.clock)]
        self.known: dict[UUID, State] = {v.id: {} for v in self.visits}
        self.stands = {v.id: standing(v.id) for v in self.visits}
        self.order: list[object] = [is_infusion, *start]
        self.tried: list[str] = []
        self.wrote: list[str] = []
        for name in start:
            self._step(self.visits[0], name)

    @precondition(lambda self: hasattr(self, "visits"))
    @rule(data=st.data(), is_second=st.booleans(), is_any=IS_ANY)
    def act(self, data: st.DataObject, is_second: bool, is_any: bool) -> None:
        visit = self.visits[is_second]
        likely = LIKELY[self.stands[visit.id].phase]
        name = data.draw(st.sampled_from(sorted(STEPS) if is_any else likely))
        self.order.append((name, is_second))
        self.tried.append(name)
        if self._step(visit, name):
            self.wrote.append(name)

    def _step(self, visit: Visit, name: str) -> bool:
        """Take a step and look at what it left; answers whether it wrote on the session."""
        try:
            done = STEPS[name](visit)
        except (Refused, Conflict, NotAllowed):
            done = None
        before = self.stands[visit.id]
        self.stands[visit.id] = now = standing(visit.id)
        if done is None or name.startswith("wait") or name in TELLS_ANOTHER:
            assert now == before, name
            return False
        assert now.entries == before.entries + 1, name
        if name in SAYS_NOTHING_CLINICAL:
            assert (now.last_seq, now.phase) == (before.last_seq, before.phase), name
        self._check(visit)
        return True

    def _check(self, visit: Visit) -> None:
        session = whole(visit)
        state = tables(session)
        check(session, state, self.known[visit.id])
        check_struck(session)
        assert check_log(visit, state) == self.stands[visit.id].entries
        self.known[visit.id] = state

    def teardown(self) -> None:
        if hasattr(self, "visits"):
            for visit in self.visits:
                self._check(visit)
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
            self.taken.update(self.tried)
            self.written.update(self.wrote)


def machine(clock: TestClock) -> type[Clinic]:
    own = {"clock": clock, "taken": Counter(), "written": Counter(), "orders": set()}
    return type("ClinicAtAnHour", (Clinic,), own)


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
