"""What a session is found by: the kinds of its flags and deviations, that it had an adverse event,
that it was dosed and is not signed, what it counts in and most sessions do not, and that something
was added once it had ended.

Only what the facts say by themselves: nothing here changes because time passes. While a session
goes on, what the protocol asks may still come, so deviations, and what it counts in, are tagged
once it has ended.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from monitoring.rules.clocks import recorded_times, settled_at
from monitoring.rules.counted import SELDOM, counted_in
from monitoring.rules.deviation import Deviation
from monitoring.rules.deviations import deviations
from monitoring.rules.facts import SessionFacts
from monitoring.rules.figures import figures, standing_clearance
from monitoring.rules.flags import flagged
from monitoring.rules.phase import ENDED

TagKind = Literal["deviation", "flag", "event", "signature", "line", "amendment"]
ADVERSE_EVENT = "adverse_event"


class Tag(NamedTuple):
    """`code` is that of a deviation, of a flag or of a line of the overview, "adverse_event",
    "unsigned" or "amended"."""

    kind: TagKind
    code: str


UNSIGNED = Tag("signature", "unsigned")
AMENDED = Tag("amendment", "amended")
"""No rule reads what was added once a session had ended: whoever has the rows says so."""


def tags(facts: SessionFacts, *, is_amended: bool = False) -> frozenset[Tag]:
    """The tags of a session, to which something was added once it had ended or not. Of one that has
    ended the facts must be whole."""
    found = {Tag("flag", flag.code) for f in flagged(facts) for flag in f.flags}
    if any(event.kind == ADVERSE_EVENT for event in facts.events):
        found.add(Tag("event", ADVERSE_EVENT))
    if facts.doses and not _is_signed(facts):
        found.add(UNSIGNED)
    if facts.phase in ENDED:
        found |= {Tag("deviation", d.code) for d in _deviations(facts)}
        found |= {of_line(code) for code in counted_in(figures(facts)) if code in SELDOM}
    if is_amended:
        found.add(AMENDED)
    return frozenset(found)


def of_line(code: str) -> Tag:
    """The tag of a line of the overview. Its code is that of no flag or deviation: databases guess
    from how often a code occurs, whatever its kind, how many sessions have a tag."""
    return Tag("line", f"line_{code}")


def _is_signed(facts: SessionFacts) -> bool:
    """While a session goes on its phase says it, and not all of its facts may be loaded."""
    if facts.phase in ENDED:
        return standing_clearance(facts) is not None
    return facts.phase == "cleared"


def _deviations(facts: SessionFacts) -> list[Deviation]:
    return deviations(facts, settled_at(facts)) if recorded_times(facts) else []
