"""Where a session stands, as its facts give it."""

from __future__ import annotations

from monitoring.rules.course import Course, Phase


def phase_of(course: Course) -> Phase:
    """The phase that the facts give; `planned` and `cancelled` stay until a fact is added.

    Cleared only while the latest signature covers every fact and was not withdrawn; whether it has
    lapsed by the clock is asked of `readiness.clearance_state`.
    """
    if course.departure is not None:
        return "closed"
    if course.phase == "cancelled" or not course.is_admitted:
        return course.phase
    if not course.doses:
        return "arrived"
    if course.devices_open or course.last_dose_at is None:
        return "dosing"
    clearance = course.clearance
    if (
        clearance is not None
        and clearance.withdrawn_at is None
        and clearance.through_seq == course.last_seq
    ):
        return "cleared"
    return "observing"
