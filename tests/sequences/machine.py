"""Any verbs in any order on two sessions, as hypothesis draws them; looked at after each step."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from clinic.trail.replay import State
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

AN_HOUR_IN_SPRING = datetime(2026, 3, 10, 14, tzinfo=UTC)
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


def after_every_verb(clock: TestClock) -> list[Visit]:
    """Sessions in which each verb was done at least once."""
    visits = []
    for order in EVERY_VERB:
        clock.travel_to(AN_HOUR_IN_SPRING)
        is_spray = "file form" in order
        own: dict[str, Any] = {} if is_spray else {"protocol": KETAMINE_IV, "planned_mg": 36}
        visits.append(planned(clock, **own))
        for name in order:
            STEPS[name](visits[-1])
    return visits
