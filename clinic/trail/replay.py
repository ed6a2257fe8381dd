"""Rows as the log alone has them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from clinic.models import TrailEntry
from clinic.trail.canonical import Columns

State = dict[str, dict[str, Columns]]
"""By table and id, every row with its columns."""

UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What is raised by rows that are not what a verb writes: someone else wrote them."""


def merge(state: State, rows: dict[str, dict[str, Columns | None]]) -> None:
    """Take the rows of one entry into `state`: whole rows, changed columns, or rows gone."""
    for table, by_id in rows.items():
        rows_now = state.setdefault(table, {})
        for key, row in by_id.items():
            if row is None:
                rows_now.pop(key, None)
            else:
                before = rows_now.get(key)
                rows_now[key] = {**before, **row} if before else row


class WithPayload(Protocol):
    @property
    def payload(self) -> str: ...


def payload(entry: WithPayload) -> dict[str, Any]:
    """`rows` and `detail` of an entry, empty where the text is not what an entry holds."""
    try:
        found = json.loads(entry.payload)
        rows, detail = found["rows"], found["detail"]
        by_id = [row for table in rows.values() for row in table.values()]
    except UNREADABLE:
        return {"rows": {}, "detail": {}}
    is_sound = isinstance(detail, dict) and all(r is None or isinstance(r, dict) for r in by_id)
    return {"rows": rows, "detail": detail} if is_sound else {"rows": {}, "detail": {}}


def replay(entries: Iterable[TrailEntry]) -> State:
    """Everything that `entries` of one chain wrote, in their order."""
    state: State = {}
    for entry in entries:
        merge(state, payload(entry).get("rows", {}))
    return state


def until(entries: list[TrailEntry], at: datetime) -> list[TrailEntry]:
    """The entries up to the last that was made at or before `at`.

    Order is that of the chain: a clock that jumped back moves no entry.
    """
    last = max((e.seq for e in entries if e.at <= at), default=0)
    return [e for e in entries if e.seq <= last]
