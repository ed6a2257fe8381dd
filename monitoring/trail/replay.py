"""The record as the log alone tells it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from monitoring.models import Session, TrailEntry
from monitoring.trail.canonical import Columns, columns, digest

State = dict[str, dict[str, Columns]]
"""By table and id, every row with its columns."""

FACTS = (
    "admission",
    "decision",
    "dose",
    "doseend",
    "event",
    "reading",
    "withdrawal",
    "amendment",
    "review",
)
"""Tables whose rows carry the session's number."""
SIGNED_OF_SESSION = (
    "id",
    "patient_id",
    "site_id",
    "protocol_version_id",
    "planned_for",
    "planned_mg",
    "indication",
    "is_first_treatment",
    "planned_at",
    "planned_by_id",
)
"""Columns of the session that no verb changes after planning."""


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
        kept = state.setdefault(table, {})
        for key, row in by_id.items():
            if row is None:
                kept.pop(key, None)
            else:
                kept[key] = {**kept.get(key, {}), **row}


def payload(entry: TrailEntry) -> dict[str, Any]:
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


def through(entries: list[TrailEntry], clearance_id: UUID) -> list[TrailEntry]:
    """The entries up to the one that wrote the clearance; none where the log has no such."""
    for index, entry in enumerate(entries):
        if str(clearance_id) in payload(entry).get("rows", {}).get("clearance", {}):
            return entries[: index + 1]
    return []


def cut(state: State, through_seq: int, clearance_id: UUID | str) -> State:
    """What a clearance covers: the facts up to `through_seq` and the signatures before it."""
    (session,) = state["session"].values()
    covered: State = {
        "session": {session["id"]: {k: session[k] for k in SIGNED_OF_SESSION}},
        "clearance": {
            key: row
            for key, row in state.get("clearance", {}).items()
            if row["through_seq"] <= through_seq and key != str(clearance_id)
        },
    }
    for table in FACTS:
        rows = state.get(table, {})
        covered[table] = {k: row for k, row in rows.items() if row["seq"] <= through_seq}
    return {table: rows for table, rows in covered.items() if rows}


def signed_detail(session: Session) -> dict[str, Any]:
    """Whose record it was and under which protocol, kept with the signature."""
    version = session.protocol_version
    return {"patient": columns(session.patient), "protocol": columns(version)}


def content_digest(covered: State, detail: object) -> str:
    """The digest that a clearance holds: of what it covers, the patient and the protocol."""
    return digest({"record": covered, "detail": detail})
