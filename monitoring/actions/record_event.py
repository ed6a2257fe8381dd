"""Record anything else worth its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.access import Permission
from clinic.refusal import refuse
from monitoring.actions.sending import FIRST, Sending, require_same_time
from monitoring.actions.text import require_text
from monitoring.actions.times import (
    require_after,
    require_after_admission,
    require_meant,
    require_timely,
)
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event
from monitoring.rules.codes import KindCode
from monitoring.rules.flags import SYMPTOMS
from monitoring.rules.phase import PRESENT

RECORDABLE = frozenset(Event.Kind.values) - {
    Event.Kind.RESPONSE,
    Event.Kind.HANDOVER,
    Event.Kind.MEDICATION,
    Event.Kind.SCREEN,
    Event.Kind.ACCEPTANCE,
    Event.Kind.REVIEW,
}
RESOLVABLE = frozenset({Event.Kind.SYMPTOM, Event.Kind.ADVERSE_EVENT})
AFTER_LEAVING = RESOLVABLE | {Event.Kind.RESOLUTION}
"""What is still recorded as an event once the patient has left; anything else is an amendment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """What was entered of one event. `confirmed_at` and `onset_confirmed_at` are the times that
    were read back and kept."""

    kind: str
    at: datetime
    detail: str = ""
    symptoms: Sequence[str] = ()
    is_serious: bool | None = None
    onset_at: datetime | None = None
    resolves_id: UUID | None = None
    medication_id: UUID | None = None
    late_reason: str = ""
    confirmed_at: datetime | None = None
    onset_confirmed_at: datetime | None = None


@session_verb(Permission.RECORD_EVENT, phases=(*PRESENT, "closed"))
def record_event(
    work: SessionWork, *, id: UUID, event: EventEntry, sending: Sending = FIRST
) -> Event:
    """Record a symptom, intervention, note, adverse event or the resolution of one, or the effect
    of a medication. A response, a screen, a medication and a handover have their own verbs.

    An adverse event says whether it was serious and when it began; a symptom names at least one.
    What belongs to another kind than the one chosen is refused, so that no tick is lost. Once the
    patient has left, symptoms and adverse events are marked, and wait for a clinician's review.
    Raises Refused at each field, NotAllowed.
    """
    rows = work.session.rows
    events = rows.standing(Event)
    given = _written(event)
    if sent := work.sent(rows.of(Event), id, given, sending, at=event.at):
        if sent.onset_at and event.onset_at:
            require_same_time(sent, "onset_at", event.onset_at, sending)
        return sent
    work.require_phase()
    if event.kind not in RECORDABLE:
        raise refuse("required", "kind")
    if work.session.phase == "closed" and event.kind not in AFTER_LEAVING:
        raise refuse("amended_after_leaving", "kind", kind=KindCode(event.kind))
    _require_agreement(event)
    require_after_admission(work, event.at)
    resolved = _resolved(events, event)
    if resolved is not None:
        require_after(event.at, resolved.at, "before_resolved")
    if event.kind == Event.Kind.EFFECT:
        require_after(event.at, _medication(events, event).at, "before_medication")
    event = replace(event, late_reason=work.late_reason(event.late_reason, event.at, sending))
    given = _written(event)
    require_timely(
        work,
        event.at,
        "at",
        confirmed_at=event.confirmed_at,
        late_reason=event.late_reason,
        sending=sending,
    )
    _require_whole(work, event, sending)
    same = {name: given[name] for name in ("kind", "detail", "symptoms")}
    work.require_once(events, sending, "again_event", same)
    is_late = work.session.phase == "closed"
    return work.add(
        Event(id=id, at=event.at, onset_at=event.onset_at, after_departure=is_late, **given)
    )


def _written(event: EventEntry) -> dict[str, Any]:
    """The columns that hold what a person wrote."""
    is_adverse = event.kind == Event.Kind.ADVERSE_EVENT
    return {
        "kind": event.kind,
        "detail": event.detail.strip(),
        "late_reason": event.late_reason.strip(),
        "symptoms": list(event.symptoms),
        "is_serious": event.is_serious if is_adverse else None,
        "resolves_id": event.resolves_id,
        "answers_event_id": event.medication_id,
    }


def _require_whole(work: SessionWork, event: EventEntry, sending: Sending) -> None:
    """What its kind needs is there."""
    if event.kind == Event.Kind.SYMPTOM:
        if not event.symptoms or not set(event.symptoms) <= set(SYMPTOMS):
            raise refuse("required", "symptoms")
    else:
        require_text(event.detail, "detail")
    if event.kind == Event.Kind.ADVERSE_EVENT:
        if event.is_serious is None:
            raise refuse("unanswered", "is_serious")
        if event.onset_at is None:
            raise refuse("required", "onset_at")
        require_meant(
            work,
            event.onset_at,
            "onset_at",
            confirmed_at=event.onset_confirmed_at,
            sending=sending,
        )


def _require_agreement(event: EventEntry) -> None:
    """Refuse, at the field, what only another kind of event has: chest pain that was ticked under
    "Note" is chest pain. "Serious: No" says nothing of any event and may stand."""
    kind = event.kind
    if event.symptoms and kind != Event.Kind.SYMPTOM:
        raise refuse("not_a_symptom", "symptoms", kind=KindCode(kind))
    if kind != Event.Kind.ADVERSE_EVENT:
        if event.is_serious:
            raise refuse("not_adverse", "is_serious", kind=KindCode(kind))
        if event.onset_at is not None:
            raise refuse("not_adverse", "onset_at", kind=KindCode(kind))
    if event.resolves_id is not None and kind != Event.Kind.RESOLUTION:
        raise refuse("not_a_resolution", "resolves", kind=KindCode(kind))
    if event.medication_id is not None and kind != Event.Kind.EFFECT:
        raise refuse("not_an_effect", "medication", kind=KindCode(kind))


def _medication(events: Sequence[Event], event: EventEntry) -> Event:
    """The medication of this session that an effect is of."""
    for found in events:
        if found.id == event.medication_id and found.kind == Event.Kind.MEDICATION:
            return found
    raise refuse("required", "medication")


def _resolved(events: Sequence[Event], event: EventEntry) -> Event | None:
    """What a resolution ends: a symptom or adverse event of this session, still unresolved."""
    if event.kind != Event.Kind.RESOLUTION:
        return None
    resolved = {e.resolves_id for e in events}
    for found in events:
        is_open = found.id not in resolved and found.kind in RESOLVABLE
        if found.id == event.resolves_id and is_open:
            return found
    raise refuse("required", "resolves")
