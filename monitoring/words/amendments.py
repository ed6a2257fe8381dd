"""What came after a session had ended: amendments, and readings and events that came late."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from monitoring.models import Amendment, Dose, Event, Reading, Review, Session
from monitoring.rules.facts import EventFacts
from monitoring.rules.suicidality import is_reviewed_late, reviews, waits_for_review
from monitoring.words.people import recorder
from monitoring.words.readings import values
from monitoring.words.subjects import subject, subjects
from monitoring.words.timeline import Entry, dose_entry, event_entry


@dataclass(frozen=True, slots=True)
class AmendmentLine:
    about: str
    text: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LateReading:
    """`review` is what a clinician wrote about it; empty while no one has."""

    id: UUID
    taken_at: datetime
    received_at: datetime
    values: str
    by: str
    review: str = ""
    reviewed_by: str = ""
    gone: str = ""
    """Why it counts no more and waits for no review."""


def amendments(session: Session) -> list[AmendmentLine]:
    """Of a session that was loaded with them; none of one that goes on."""
    loaded = session.rows.if_loaded(Amendment)
    names = dict(subjects(session)) if loaded else {}
    return [
        AmendmentLine(
            about=names.get(subject(row.about, row.about_id), row.get_about_display()),
            text=row.text,
            reason=row.reason,
            by=row.printed_name,
            at=row.recorded_at,
        )
        for row in loaded
    ]


def late_readings(session: Session) -> list[LateReading]:
    """Readings that arrived after departure, in a session whose patient has left."""
    if session.phase != "closed":
        return []
    rows = session.rows
    struck, counting = rows.struck(Reading), {row.pk for row in rows.standing(Reading)}
    found = []
    for row in rows.of(Reading):
        if row.after_departure:
            why = _("Entered in error") if row.pk in struck else _("Corrected")
            line = late_reading(row, rows.beside(row, Review))
            found.append(line if row.pk in counting else replace(line, gone=why))
    return found


@dataclass(frozen=True, slots=True)
class LateEvent:
    """`review` is what a clinician wrote about it; empty while no one has."""

    id: UUID
    at: datetime
    words: str
    by: str
    review: str = ""
    reviewed_by: str = ""


def late_events(session: Session) -> list[LateEvent]:
    """Symptoms and adverse events recorded after departure, events and doses corrected then, and
    what was positive before it and left unreviewed."""
    if session.phase != "closed":
        return []
    facts, rows = session.facts_loaded(), session.rows
    done = reviews(facts)
    wanted = {e.id for e in waits_for_review(facts)}
    waiting = set(wanted)
    wanted |= {e.id for e in facts.events if is_reviewed_late(e)}
    found = []
    for event in rows.standing(Event):
        if event.pk in wanted:
            review = None if event.pk in waiting else done.get(event.pk)
            found.append(_late(event.pk, event_entry(event), review))
    of_doses = {e.answers_dose: e for e in facts.events if e.kind == "review"}
    for dose in rows.standing(Dose):
        if dose.after_departure:
            found.append(_late(dose.pk, dose_entry(dose), of_doses.get(dose.pk)))
    return found


def _late(id: UUID, entry: Entry, review: EventFacts | None) -> LateEvent:
    words = f"{review.detail}; {review.ordered}" if review else ""
    by = review.informed if review else ""
    return LateEvent(id, entry.at, entry.words, entry.by, words, by)


def late_reading(row: Reading, review: Review | None) -> LateReading:
    return LateReading(
        id=row.pk,
        taken_at=row.taken_at,
        received_at=row.recorded_at,
        values=values(row),
        by=recorder(row),
        review=f"{review.assessment}; {review.action_taken}" if review else "",
        reviewed_by=review.printed_name if review else "",
    )
