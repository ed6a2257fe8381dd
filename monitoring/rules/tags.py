"""What a session is found by: the kinds of its flags and deviations, that it had an adverse event,
and that something was added once it had ended.

Only what the facts say by themselves: nothing here changes because time passes. While a session
goes on, what the protocol asks may still come, so deviations are tagged once it has ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from monitoring.rules.clocks import recorded_times
from monitoring.rules.deviation import Deviation
from monitoring.rules.deviations import deviations
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import flagged
from monitoring.rules.phase import ENDED

TagKind = Literal["deviation", "flag", "event", "amendment"]
_SETTLED = timedelta(days=1)
ADVERSE_EVENT = "adverse_event"


class Tag(NamedTuple):
    """`code` is that of a deviation or of a flag, "adverse_event", or "amended"."""

    kind: TagKind
    code: str


AMENDED = Tag("amendment", "amended")
"""No rule reads what was added once a session had ended: whoever has the rows says so."""


def tags(facts: SessionFacts, *, is_amended: bool = False) -> frozenset[Tag]:
    """The tags of a session, to which something was added once it had ended or not. Of one that has
    ended the facts must be whole."""
    found = {Tag("flag", flag.code) for f in flagged(facts) for flag in f.flags}
    if any(event.kind == ADVERSE_EVENT for event in facts.events):
        found.add(Tag("event", ADVERSE_EVENT))
    if facts.phase in ENDED:
        found |= {Tag("deviation", d.code) for d in _deviations(facts)}
    if is_amended:
        found.add(AMENDED)
    return frozenset(found)


def settled_at(facts: SessionFacts) -> datetime:
    """A time after which nothing of a session that has ended changes by itself: what was not
    answered then stays unanswered, and no clock is behind the record any more. It has a fact, or a
    departure."""
    return max(recorded_times(facts)) + _SETTLED


def _deviations(facts: SessionFacts) -> list[Deviation]:
    return deviations(facts, settled_at(facts)) if recorded_times(facts) else []
