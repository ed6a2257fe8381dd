"""One session as it is read back: its record, what deviated, and both clocks.

Screen, print and PDF are made from this one reading of the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinic.models import Site
from monitoring.models import Session
from monitoring.rules.deviation import Deviation
from monitoring.rules.deviations import deviations
from monitoring.rules.facts import SessionFacts, whole_minutes


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes from the first and from the last dose to one moment of the session."""

    code: str
    at: datetime
    from_first: int
    from_last: int | None


@dataclass(frozen=True, slots=True)
class SessionReport:
    session: Session
    facts: SessionFacts
    as_of: datetime
    deviations: tuple[Deviation, ...]
    spans: tuple[Span, ...]

    @property
    def is_over(self) -> bool:
        return self.session.phase in {"closed", "cancelled"}


def load(site: Site, session_id: UUID) -> Session | None:
    """The session with every noun and who recorded it, in a number of queries that is fixed."""
    return Session.objects.whole(session_id, site)


def session_report(session: Session, now: datetime) -> SessionReport:
    facts = session.facts()
    return SessionReport(
        session=session,
        facts=facts,
        as_of=now,
        deviations=tuple(deviations(facts, now)),
        spans=tuple(_spans(facts)),
    )


def _spans(facts: SessionFacts) -> list[Span]:
    """In the order of time. The form counts from the first dose, the window from the last
    (CLINICAL 8, rules 3 and 4); a window that outlasted the stay was not reached."""
    first, last, ends = facts.first_dose_at, facts.last_dose_at, facts.window_ends_at
    if first is None:
        return []
    departure = facts.departure
    is_unreached = departure is not None and ends is not None and departure.at < ends
    moments: list[tuple[str, datetime | None]] = [
        ("last_dose", last),
        ("window_unreached" if is_unreached else "window", ends),
        *(("clearance", c.signed_at) for c in facts.clearances),
        ("departure", departure.at if departure else None),
    ]
    found = [
        Span(
            code,
            at,
            whole_minutes(at - first),
            whole_minutes(at - last) if last is not None and code != "last_dose" else None,
        )
        for code, at in moments
        if at is not None
    ]
    return sorted(found, key=lambda span: span.at)
