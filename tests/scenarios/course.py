"""What a scenario reads back: page 1 of the report, and what is still open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitoring.rules.deviations import deviations
from monitoring.rules.flags import flagged
from monitoring.rules.readiness import before_clearance, before_dose
from monitoring.rules.schedule import slots
from tests.factories.visits import Visit


def page_1(visit: Visit) -> list[str]:
    """The codes of what page 1 lists, in order."""
    return [d.code for d in deviations(visit.session.facts(), visit.clock.now())]


def open_now(visit: Visit) -> list[str]:
    """What keeps the session from its signature, by code."""
    return [item.code for item in before_clearance(visit.session.facts(), visit.clock.now())]


def open_before_dose(visit: Visit) -> list[str]:
    """What keeps the dose from being given, by code."""
    return [item.code for item in before_dose(visit.session.facts(), visit.clock.now())]


def states(visit: Visit) -> dict[int, str]:
    """The state of each slot, by its minutes."""
    return {s.minutes: s.state for s in slots(visit.session.facts(), visit.clock.now())}


def tiers(visit: Visit) -> list[str]:
    """The tier of everything flagged, in the order in which it was recorded."""
    return [found.tier for found in flagged(visit.session.facts())]


def to_the_end(visit: Visit, *, through: int = 120, **values: Any) -> None:
    """Read each slot that is left, up to `through` minutes, and wait for the window to end."""
    facts = visit.session.facts()
    first, ends = facts.first_dose_at, facts.window_ends_at
    assert first is not None
    assert ends is not None
    for minutes in visit.version.protocol().slots:
        due = first + timedelta(minutes=minutes)
        if due >= visit.clock.now() and minutes <= through:
            visit.clock.travel_to(due)
            visit.read(minutes, **values)
    if visit.clock.now() < ends:
        visit.clock.travel_to(ends)
        visit.read(**values)
