"""How a form was sent: the same one twice is one row, whatever its empty times were read as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from clinic.refusal import Conflict
from monitoring.rules.facts import CLOCKS_APART

JUST_NOW = timedelta(minutes=1)
BELIEVED = timedelta(hours=12)
"""As long as a shift on a tablet goes on: an entry of before that is asked about."""
AGAIN = timedelta(minutes=5)
"""How long the same values by the same person are asked about: as long as an answer that was lost
may be sent again by hand. It is no clinical limit."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How a form was sent. `left_empty` names its empty inputs: an empty time is read as now, again
    with each sending. `is_another` answers that the same is meant a second time. `through_seq` is
    the last fact of the session when the form was shown; None where that does not matter.

    `entered_at` is when it was entered, by the server's clock, where it waited on the tablet since;
    `waited` says so, as the reason for being late that no person has to give. `known` are the rows
    that the same person entered on the tablet before: they are no surprise."""

    left_empty: frozenset[str] = frozenset()
    is_another: bool = False
    through_seq: int | None = None
    entered_at: datetime | None = None
    waited: str = ""
    known: frozenset[UUID] = frozenset()

    def judged_at(self, now: datetime) -> datetime:
        """The moment by which its times are questioned: that at which it was entered. A tablet is
        believed for one shift; after that, and of a time to come, a person is asked."""
        at = self.entered_at
        is_believed = at is not None and now - BELIEVED < at <= now + CLOCKS_APART
        return at if at is not None and is_believed else now

    def reason(self, given: str, stored: str) -> str:
        """`given`, as the row that it became has it: with why it was late, where it waited."""
        return stored if stored == self.waited and not given else given


FIRST = Sending()


def require_same_time(sent: Any, name: str, given: datetime, sending: Sending) -> None:
    """Conflict unless the row `sent` stands for the time `given`.

    A row that was entered at once agrees with an empty time, and with the minute that the tablet
    filled in for it when it sent the form again; its clock is read a moment before the server's.
    """
    stored: datetime = getattr(sent, name)
    was_now = abs(stored - sent.recorded_at) < JUST_NOW
    if name in sending.left_empty:
        is_same = was_now or given == stored
    else:
        is_same = abs(given - stored) < CLOCKS_APART if was_now else given == stored
    if not is_same:
        raise Conflict(sent)
