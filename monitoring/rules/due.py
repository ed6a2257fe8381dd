"""What is measured next: the schedule's readings and the repeats, as one list.

CLINICAL 8, rules 9 and 51. What is overdue comes first, then a repeat whose time has come, then the
schedule's reading, then what is to come.
"""

from __future__ import annotations

from datetime import datetime

from monitoring.rules.facts import SessionFacts
from monitoring.rules.repeats import Repeat, next_repeat
from monitoring.rules.schedule import Slot, next_slot

Due = Slot | Repeat


def next_due(facts: SessionFacts, now: datetime) -> Due | None:
    """The reading to record next; None before the first device and once nothing is asked for.

    Of two that are overdue the schedule's is named: the same set is the repeat as well (CLINICAL
    8, rules 9 and 51).
    """
    found = [due for due in (next_slot(facts, now), next_repeat(facts, now)) if due is not None]
    return min(found, key=_turn, default=None)


def _turn(due: Due) -> tuple[int, datetime]:
    if due.state == "overdue":
        return (0 if due.is_escalated else 1), due.due_at
    if due.state == "due":
        return (2 if isinstance(due, Repeat) else 3), due.due_at
    return 4, due.due_at
