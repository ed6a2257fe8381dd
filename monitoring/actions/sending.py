"""The same form sent twice is one row; the same values twice are asked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitoring.actions.outcome import Conflict, refuse
from monitoring.actions.record import CLOCK_TOLERANCE, Record

JUST_NOW = timedelta(minutes=1)
AGAIN = timedelta(minutes=5)
"""How long the same values by the same person are asked about: as long as an answer that was lost
may be sent again by hand. It is no clinical limit."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How a form was sent. `left_empty` names its empty inputs: an empty time is read as now, anew
    with each sending. `is_another` answers that the same is meant a second time."""

    left_empty: frozenset[str] = frozenset()
    is_another: bool = False


FIRST = Sending()


def require_same_time(sent: Any, name: str, given: datetime, sending: Sending) -> None:
    """Conflict unless the row `sent` stands for the time `given`.

    A row that was entered at once agrees with an empty time, and with the minute that the tablet
    filled in for it when it sent the form again; its clock is read a moment before the server's.
    """
    stored: datetime = getattr(sent, name)
    was_now = abs(stored - sent.recorded_at) < JUST_NOW
    if name in sending.left_empty:
        is_same = was_now
    else:
        is_same = abs(given - stored) < CLOCK_TOLERANCE if was_now else given == stored
    if not is_same:
        raise Conflict(sent)


def require_once(
    record: Record, rows: Iterable[Any], sending: Sending, code: str, **given: object
) -> None:
    """Refuse with `code`, at "another", what the same person recorded in this session a moment ago;
    answered with "another" it is kept."""
    if sending.is_another:
        return
    for row in rows:
        is_recent = record.now - row.recorded_at < AGAIN and row.recorded_by_id == record.by.pk
        if is_recent and all(getattr(row, name) == value for name, value in given.items()):
            raise refuse(code, "another", at_second=row.recorded_at)
