"""Where a session stands, as its facts give it."""

from __future__ import annotations

from monitoring.rules.facts import Phase, SessionFacts

DOSED: tuple[Phase, ...] = ("dosing", "observing", "cleared")
"""The patient had a dose and is here."""
PRESENT: tuple[Phase, ...] = ("arrived", *DOSED)
"""The patient is here."""
ENDED: tuple[Phase, ...] = ("closed", "cancelled")


def phase_of(facts: SessionFacts) -> Phase:
    """The phase that the facts give; `planned` and `cancelled` stay until a fact is added.

    Cleared only while the latest signature covers every fact and was not withdrawn; whether it has
    lapsed by the clock is asked of `readiness.clearance_state`.
    """
    if facts.departure is not None:
        return "closed"
    if facts.phase == "cancelled" or not facts.is_admitted:
        return facts.phase
    if not facts.doses:
        return "arrived"
    if facts.devices_open or facts.last_dose_at is None:
        return "dosing"
    clearance = facts.clearance
    if (
        clearance is not None
        and clearance.withdrawn_at is None
        and clearance.through_seq == facts.last_seq
    ):
        return "cleared"
    return "observing"
