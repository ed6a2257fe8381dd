"""Correct the words or the time of an event; the original stays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic import access
from clinic.access import Permission
from clinic.refusal import Conflict, NotAllowed, refuse
from monitoring.actions.correcting import copied, require_correctable
from monitoring.actions.text import require_text
from monitoring.actions.times import require_after, require_not_future
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event, Reading
from monitoring.models.rows import SessionRows
from monitoring.rules.phase import PRESENT


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCorrection:
    """What was wrong, as it is right; None leaves it as it was."""

    at: datetime | None = None
    detail: str | None = None
    onset_at: datetime | None = None
    informed: str | None = None
    ordered: str | None = None


@session_verb(Permission.RECORD_EVENT, phases=(*PRESENT, "closed"))
def correct_event(
    work: SessionWork, *, id: UUID, replaces: UUID, correction: EventCorrection, reason: str
) -> Event:
    """Add event `id` in the place of `replaces`, once, with a reason.

    Kind, symptoms and whether it was serious stay: where they are wrong, it is struck and entered
    again. What answers the original answers the correction. After the patient has left it is
    marked, changes nothing that was signed, and waits for a clinician's review. Raises Refused at
    each field, Conflict with another's correction, NotAllowed.
    """
    rows = work.session.rows
    if sent := rows.find(Event, id):
        if sent.replaces_id != replaces or sent.correction_reason != reason.strip():
            raise Conflict(sent)
        return sent
    work.require_phase()
    original = require_correctable(rows, Event, replaces)
    require_text(reason, "reason")
    given = {f.name: getattr(correction, f.name) for f in fields(correction)}
    changed = {name: value for name, value in given.items() if value is not None}
    if not changed:
        raise refuse("nothing_corrected")
    _require_own(work, original, next(iter(changed)))
    event = copied(original) | _whole(work, original, changed)
    kept = {"id": id, "replaces": original, "correction_reason": reason.strip()}
    event["after_departure"] = work.session.phase == "closed"
    return work.add(Event(**{**event, **kept}))


def _require_own(work: SessionWork, was: Event, field: str) -> None:
    """A review is a clinician's words, and who took over said so: nobody else writes them. Raises
    NotAllowed, Refused."""
    if was.kind == Event.Kind.REVIEW and not access.may(
        work.by, Permission.REVIEW_EVENT, work.session.site
    ):
        raise NotAllowed(work.declared.name)
    if was.kind == Event.Kind.ACCEPTANCE or was.hands_over:
        raise refuse("not_of_this_event", field)


def _whole(work: SessionWork, was: Event, changed: dict[str, Any]) -> dict[str, Any]:
    """`changed`, each where this kind of event has it, with words that are not empty."""
    for name, value in changed.items():
        if isinstance(value, datetime):
            require_not_future(work, value, name)
        elif was.kind != Event.Kind.SYMPTOM or name != "detail":
            changed[name] = require_text(value, name)
        if name != "detail" and not getattr(was, name):
            raise refuse("not_of_this_event", name)
    answered = _answered(work.session.rows, was)
    if answered is not None and "at" in changed:
        require_after(changed["at"], answered, "before_answered")
    return changed


def _answered(rows: SessionRows, was: Event) -> datetime | None:
    """When what a response answers was measured or seen."""
    if was.answers_reading_id and (reading := rows.find(Reading, was.answers_reading_id)):
        return reading.taken_at
    if was.answers_event_id and (event := rows.find(Event, was.answers_event_id)):
        return event.at
    return None
