"""Whether a session was left open: the patient has gone, and nobody has recorded it."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitoring.rules.facts import SessionFacts

A_DAY = timedelta(hours=24)


def is_left_open(facts: SessionFacts, now: datetime, midnight: datetime) -> bool:
    """Whether a session in progress is of an earlier day than the one that began at `midnight`.

    A session that runs over midnight is not: its window has not ended, or something was measured
    since. After 24 hours every session is.
    """
    admitted_at = facts.admitted_at
    if admitted_at is None or facts.departure is not None or facts.phase == "cancelled":
        return False
    if now - admitted_at >= A_DAY:
        return True
    ends = facts.window_ends_at
    is_watched = bool(facts.doses) and (ends is None or now < ends)
    was_measured = any(r.taken_at >= midnight for r in facts.standing_readings)
    return admitted_at < midnight and not is_watched and not was_measured
