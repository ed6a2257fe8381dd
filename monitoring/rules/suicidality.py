"""Suicidality in one session: whether it was asked, what is positive, what no one reviewed.

A positive screen, and suicidal thoughts as a symptom, keep clearance open until a clinician's
review of them is recorded (CLINICAL 8, rule 42; 7, hazard 35).
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from monitoring.rules.facts import EventFacts, SessionFacts

SYMPTOM = "suicidal_thoughts"
REVIEWED_LATE = frozenset({"symptom", "adverse_event"})


def is_asked(facts: SessionFacts) -> bool:
    """Whether this session asks for a screen: it treats acute suicidal ideation or behaviour."""
    return facts.indication == "mdsi"


def is_missing(facts: SessionFacts) -> bool:
    """Whether a screen that is asked for has neither a result nor a reason.

    It is asked before the dose: what a patient answers between dose and two hours is weak evidence
    (CLINICAL 3, S28).
    """
    screens = (e for e in facts.events if e.screen is not None and not e.after_departure)
    return is_asked(facts) and next(screens, None) is None


def is_positive(event: EventFacts) -> bool:
    """Whether a clinician has to review `event` before the patient leaves."""
    return SYMPTOM in event.symptoms or bool(event.screen and event.screen.is_positive)


def positive(facts: SessionFacts) -> Iterator[EventFacts]:
    """What was positive while the patient was here, in the order in which it was recorded."""
    return (e for e in facts.events if is_positive(e) and not e.after_departure)


def unreviewed(facts: SessionFacts) -> list[EventFacts]:
    """What is positive and was reviewed by no clinician."""
    done = reviews(facts)
    return [e for e in positive(facts) if e.id not in done]


def waits_for_review(facts: SessionFacts) -> list[EventFacts]:
    """What a clinician has still to review: what is positive, symptoms and adverse events that were
    recorded after the patient had left, and what was corrected then (CLINICAL 7, hazards 35 and
    38)."""
    found = {e.id: e for e in (*positive(facts), *filter(is_reviewed_late, facts.events))}
    reviewed = reviews(facts)
    return [e for e in found.values() if not _is_reviewed(e, reviewed.get(e.id))]


def is_reviewed_late(event: EventFacts) -> bool:
    """Whether `event` came, or was corrected, once the patient had left, and asks for a review. A
    clinician who rewords a review has reviewed it."""
    is_late = event.after_departure and event.kind in REVIEWED_LATE
    return is_late or (_corrected_late(event) and event.kind != "review")


def _corrected_late(event: EventFacts) -> bool:
    return event.corrected is not None and event.corrected.after_departure


def _is_reviewed(event: EventFacts, review: EventFacts | None) -> bool:
    """A review answers what it found: not a correction that came after both it and departure."""
    if review is None or event.corrected is None or not _corrected_late(event):
        return review is not None
    return review.seq > event.corrected.seq


def reviews(facts: SessionFacts) -> dict[UUID, EventFacts]:
    """The last review of each event, by the id of the event."""
    found: dict[UUID, EventFacts] = {}
    for event in facts.events:
        if event.kind == "review" and event.answers_event is not None:
            found[event.answers_event] = event
    return found
