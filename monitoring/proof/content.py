"""What a signature covers, and its digest."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from clinic.models import TrailEntry
from clinic.models.row import name_of
from clinic.trail.canonical import columns, digest
from clinic.trail.replay import State, payload
from monitoring.models import Session, SessionFact

SIGNED_OF_SESSION = (
    "id",
    "patient_id",
    "site_id",
    "protocol_version_id",
    "planned_for",
    "planned_mg",
    "weight_kg",
    "mg_per_kg",
    "concentration",
    "infusion_minutes",
    "beyond_reason",
    "indication",
    "is_first_treatment",
    "planned_at",
    "planned_by_id",
)
"""Columns of the session that no verb changes after planning. A session that was planned before a
column existed was logged without it."""


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
        "session": {session["id"]: {k: session[k] for k in SIGNED_OF_SESSION if k in session}},
        "clearance": {
            key: row
            for key, row in state.get("clearance", {}).items()
            if row["through_seq"] <= through_seq and key != str(clearance_id)
        },
    }
    for table in map(name_of, SessionFact.tables()):
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
