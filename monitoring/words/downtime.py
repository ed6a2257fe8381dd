"""What stands on the sheet by which a session goes on while the server does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.pages import moments
from monitoring.models import Session
from monitoring.rules.dose_facts import DoseFacts
from monitoring.rules.due import Due
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.flags import outside_now, unanswered
from monitoring.rules.measures import OBSERVATIONS, Observation
from monitoring.rules.predose import outside_before_dose
from monitoring.rules.repeats import repeats
from monitoring.rules.schedule import OPEN, slots
from monitoring.words import wording
from monitoring.words.banner import Banner, session_banner
from monitoring.words.due import due_words
from monitoring.words.given import given, milligrams, ordered
from monitoring.words.last_set import newest
from monitoring.words.protocol import Setting, limits
from monitoring.words.readings import Column, column
from monitoring.words.values import whole_value

ROWS = 10
"""To fill in by hand: what is due, and empty ones below it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A value and when it was taken; empty where there is none."""

    text: str = ""
    at: datetime | None = None
    is_outside: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One observation: before the dose, and last."""

    column: Column
    before: Measured
    last: Measured


@dataclass(frozen=True, slots=True)
class Row:
    """One reading to take: what it is called and when it is due; neither for an empty row."""

    words: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    session: Session
    banner: Banner
    phase: str
    protocol: str
    observer: str
    ordered: str
    given: str
    doses: tuple[str, ...]
    window_minutes: int
    window_ends_at: datetime | None
    """Not known before the dose."""
    unanswered: tuple[str, ...]
    lines: tuple[Line, ...]
    rows: tuple[Row, ...]
    limits: tuple[Setting, ...]


def sheet(session: Session, facts: SessionFacts, now: datetime) -> Sheet:
    """The sheet of one session as it stands `now`."""
    observer = session.observer
    return Sheet(
        session=session,
        banner=session_banner(session, is_marked=False),
        phase=str(session.get_phase_display()),
        protocol=str(session.protocol_version),
        observer=observer.printed_name if observer else "",
        ordered=ordered(facts),
        given=given(facts),
        doses=tuple(_dose(facts, dose) for dose in facts.doses),
        window_minutes=facts.protocol.window_minutes,
        window_ends_at=facts.window_ends_at,
        unanswered=tuple(wording.flag(f) for found in unanswered(facts) for f in found.flags),
        lines=tuple(_line(facts, o) for o in OBSERVATIONS.values()),
        rows=_rows(facts, now),
        limits=tuple(limits(facts.protocol)),
    )


def _dose(facts: SessionFacts, dose: DoseFacts) -> str:
    began, mg = moments.clock(dose.started_at), milligrams(dose.mg)
    if dose.ended_at is None and facts.protocol.is_infusion:
        return _("running since %(began)s") % {"began": began}
    if dose.ended_at is None:
        return _("%(mg)s at %(began)s") % {"mg": mg, "began": began}
    words = _("%(mg)s from %(began)s to %(ended)s")
    return words % {"mg": mg, "began": began, "ended": moments.clock(dose.ended_at)}


def _line(facts: SessionFacts, observation: Observation) -> Line:
    return Line(
        column(observation, facts.protocol),
        _measured(facts, observation, facts.predose),
        _measured(facts, observation, newest(facts, observation.key)),
    )


def _measured(
    facts: SessionFacts, observation: Observation, reading: ReadingFacts | None
) -> Measured:
    if reading is None or not reading.has_value(observation.key):
        return Measured()
    if facts.is_after_dose(reading):
        outside = set(outside_now(facts))
    else:
        outside = {flag.field for flag in outside_before_dose(facts.protocol, reading)}
    is_outside = bool(outside & set(observation.fields))
    return Measured(whole_value(reading, observation), reading.taken_at, is_outside)


def _rows(facts: SessionFacts, now: datetime) -> tuple[Row, ...]:
    """What is still to be measured, in the order in which it is due, and room for more; before the
    dose how long after it each reading is due."""
    waited_for = OPEN | {"upcoming"}
    found: list[Due] = [*slots(facts, now), *repeats(facts, now)]
    waits = sorted((d for d in found if d.state in waited_for), key=lambda d: d.due_at)
    due = [Row(due_words(d), d.due_at) for d in waits]
    if facts.first_dose_at is None:
        words = _("%(count)s min after the first dose")
        due = [Row(words % {"count": minutes}) for minutes in facts.protocol.slots]
        if facts.predose is None:
            due.insert(0, Row(_("Pre-dose reading")))
    return (*due, *[Row()] * max(3, ROWS - len(due)))
