"""What every time that is recorded must satisfy, whatever happened then."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.message import Message
from clinic.refusal import Refused, refuse
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.work import SessionWork
from monitoring.rules.facts import CLOCKS_APART
from monitoring.rules.lateness import lateness
from monitoring.rules.times import future, is_this_the_time


def require_not_future(work: SessionWork, at: datetime, field: str) -> None:
    """Refuse a time further ahead of the server than clocks stand apart, at its field."""
    _refuse(future(at, work.now, field))


def require_timely(
    work: SessionWork,
    at: datetime,
    field: str,
    *,
    confirmed_at: datetime | None,
    late_reason: str,
    sending: Sending = FIRST,
    window: timedelta | None = None,
) -> None:
    """Refuse a time in the future; ask, at `field`, whether `at` is meant where it lies far back,
    and at `late_reason` why it is entered late (CLINICAL 7, hazards 5 and 32; 8, rule 37).

    `confirmed_at` is the moment that was answered for. `window` is what `at` begins,
    `sending` says when it was entered, where it waited on the tablet.
    """
    require_not_future(work, at, field)
    ends_at = None if window is None else at + window
    now = sending.judged_at(work.now)
    question = is_this_the_time(
        work.facts, at, now, field, confirmed=confirmed_at, window_ends_at=ends_at
    )
    late = lateness(work.facts.protocol, at, now, late_reason)
    _refuse(question, late)


def require_meant(
    work: SessionWork,
    at: datetime,
    field: str,
    *,
    confirmed_at: datetime | None,
    sending: Sending = FIRST,
) -> None:
    """The same for a time that lies back by its nature, such as an onset: it asks for no reason."""
    require_not_future(work, at, field)
    now = sending.judged_at(work.now)
    _refuse(is_this_the_time(work.facts, at, now, field, confirmed=confirmed_at))


def _refuse(*problems: Message | None) -> None:
    if found := [p for p in problems if p is not None]:
        raise Refused(found)


def require_after(at: datetime, other: datetime, code: str) -> None:
    """Refuse what answers or ends something before that was: it cannot be. The clocks of two
    tablets may stand apart."""
    if at < other - CLOCKS_APART:
        raise refuse(code, "at", at=at, other=other)


def require_after_admission(work: SessionWork, at: datetime) -> None:
    """Refuse an event before the patient was admitted: until then there is nothing to record of a
    session (CLINICAL 7, hazard 5)."""
    if work.session.admitted_at is not None:
        require_after(at, work.session.admitted_at, "before_admission")
