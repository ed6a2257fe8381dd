"""Exactly what a clearance covered, from the log, and whether that is what was signed."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.models import TrailEntry
from clinic.trail.chain import entries_of
from clinic.trail.replay import UNREADABLE, payload, replay
from monitoring.models import Clearance, Session
from monitoring.proof.content import content_digest, cut, through
from monitoring.proof.rebuild import rebuilt


@dataclass(frozen=True, slots=True)
class AsSigned:
    """`session` as the signer had it before them; `is_intact` is None where the signature is
    older than the trail and has no digest to compare with."""

    session: Session
    digest: str
    is_intact: bool | None


def as_signed(clearance: Clearance) -> AsSigned | None:
    """None where the log does not know the clearance, or was made unreadable."""
    entries = through(entries_of(clearance.session_id), clearance.pk)
    try:
        return _made_anew(clearance, entries) if entries else None
    except UNREADABLE:
        return None


def _made_anew(clearance: Clearance, entries: list[TrailEntry]) -> AsSigned:
    state = replay(entries)
    detail = payload(entries[-1]).get("detail") or None
    covered = cut(state, clearance.through_seq, clearance.pk)
    found = content_digest(covered, detail)
    is_intact = (found == clearance.content_digest) if clearance.content_digest else None
    key = str(clearance.session_id)
    # The columns that move are those of the moment, but for what the signature itself moved.
    moving = {**state["session"][key], **covered["session"][key]}
    covered["session"][key] = {
        **moving,
        "phase": "observing",
        "last_seq": clearance.through_seq,
        "standing_clearance_id": None,
        "closed_at": None,
        "outcome": "",
    }
    return AsSigned(rebuilt(covered, detail), found, is_intact)
