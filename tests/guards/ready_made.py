"""States that many attacks are tried on: made once a module, and as they were for each test."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from monitoring.models import Clearance, Departure
from tests.clock import TestClock
from tests.guards.world import Clinic, Visit

Made = TypeVar("Made")
Make = Callable[[Clinic, TestClock], Made]
STATES: dict[str, Make[Any]] = {}


class Stock:
    """One of each state, at the moment at which it was made, in a clinic of its own."""

    def __init__(self, clinic: Clinic, clock: TestClock) -> None:
        self.clinic, self.clock = clinic, clock
        self.made: dict[str, tuple[Any, datetime]] = {}
        for name, make in STATES.items():
            self.made[name] = make(clinic, clock), clock.now()

    def opened(self, clock: TestClock) -> Clinic:
        """The clinic for one test, which may change what it is given: all of it is a copy."""
        copies: dict[int, Any] = {id(self.clock): clock}
        clinic = copy.deepcopy(self.clinic, copies)
        left = dict(self.made)

        def take(name: str) -> Any:
            """The state, the first time that a test asks; it makes a second one itself."""
            if name not in left:
                return None
            made, moment = left.pop(name)
            clock.travel_to(max(clock.now(), moment))
            return copy.deepcopy(made, copies)

        clinic.take = take
        return clinic


def ready_made(make: Make[Made]) -> Make[Made]:
    """Answer what the clinic has in stock, or make it."""
    name = make.__name__

    @wraps(make)
    def take(clinic: Clinic, clock: TestClock) -> Made:
        made = clinic.take(name) if clinic.take else None
        return make(clinic, clock) if made is None else made

    STATES[name] = take
    return take


def departure(visit: Visit, clearance: Clearance) -> Departure:
    now = visit.clock.now()
    return Departure(
        session_id=visit.id,
        kind="discharged",
        left_at=now,
        recorded_at=now,
        recorded_by=visit.clinic.nurse,
        clearance=clearance,
        escort_name="Ann",
        escort_phone="1",
        transport="Car",
        advice_given=True,
    )
