"""Record anything else worth its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from clinic.access import Permission
from clinic.refusal import refuse
from monitoring.actions.sending import FIRST, Sending, require_same_time
from monitoring.actions.text import require_text
from monitoring.actions.times import require_after, require_meant, require_timely
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Event
from monitoring.rules.flags import SYMPTOMS
from monitoring.rules.phase import PRESENT

RECORDABLE = frozenset(Event.Kind.values) - {Event.Kind.RESPONSE}
RESOLVABLE = frozenset({Event.Kind.SYMPTOM, Event.Kind.ADVERSE_EVENT})


@session_verb(Permission.RECORD_EVENT, phases=PRESENT)
def record_event(
    work: SessionWork,
    *,
    id: UUID,
    sending: Sending = FIRST,
    kind: str,
    at: datetime,
    detail: str = "",
    symptoms: Sequence[str] = (),
    is_serious: bool | None = None,
    onset_at: datetime | None = None,
    resolves_id: UUID | None = None,
    late_reason: str = "",
    confirmed_at: datetime | None = None,
    onset_confirmed_at: datetime | None = None,
) -> Event:
    """Record a symptom, intervention, medication, handover, note, adverse event or the resolution
    of one. A response to a flag has its own verb.

    An adverse event says whether it was serious and when it began; a symptom names at least one.
    What belongs to another kind than the one chosen is refused, so that no tick is lost.
    Raises Refused at each field, NotAllowed.
    """
    events = list(work.session.event_set.all())
    given = {
        "kind": kind,
        "detail": detail.strip(),
        "late_reason": late_reason.strip(),
        "symptoms": list(symptoms),
        "is_serious": is_serious if kind == Event.Kind.ADVERSE_EVENT else None,
        "resolves_id": resolves_id,
    }
    if sent := work.sent(events, id, given, sending, at=at):
        if sent.onset_at and onset_at:
            require_same_time(sent, "onset_at", onset_at, sending)
        return sent
    work.require_phase()
    if kind not in RECORDABLE:
        raise refuse("required", "kind")
    _require_agreement(kind, symptoms, is_serious, onset_at, resolves_id)
    resolved = _resolved(work, kind, resolves_id)
    if resolved is not None:
        require_after(at, resolved.at, "before_resolved")
    require_timely(work, at, "at", confirmed_at=confirmed_at, late_reason=late_reason)
    if kind == Event.Kind.SYMPTOM:
        if not symptoms or not set(symptoms) <= set(SYMPTOMS):
            raise refuse("required", "symptoms")
    else:
        require_text(detail, "detail")
    if kind == Event.Kind.ADVERSE_EVENT:
        if is_serious is None:
            raise refuse("unanswered", "is_serious")
        if onset_at is None:
            raise refuse("required", "onset_at")
        require_meant(work, onset_at, "onset_at", confirmed_at=onset_confirmed_at)
    same = {name: given[name] for name in ("kind", "detail", "symptoms")}
    work.require_once(events, sending, "again_event", same)
    return work.add(Event(id=id, at=at, onset_at=onset_at, **given))


def _require_agreement(
    kind: str,
    symptoms: Sequence[str],
    is_serious: bool | None,
    onset_at: datetime | None,
    resolves_id: UUID | None,
) -> None:
    """Refuse, at the field, what only another kind of event has: chest pain that was ticked under
    "Note" is chest pain. "Serious: No" says nothing of any event and may stand."""
    if symptoms and kind != Event.Kind.SYMPTOM:
        raise refuse("not_a_symptom", "symptoms", kind=kind)
    if kind != Event.Kind.ADVERSE_EVENT:
        if is_serious:
            raise refuse("not_adverse", "is_serious", kind=kind)
        if onset_at is not None:
            raise refuse("not_adverse", "onset_at", kind=kind)
    if resolves_id is not None and kind != Event.Kind.RESOLUTION:
        raise refuse("not_a_resolution", "resolves", kind=kind)


def _resolved(work: SessionWork, kind: str, resolves_id: UUID | None) -> Event | None:
    """What a resolution ends: a symptom or adverse event of this session, still unresolved."""
    if kind != Event.Kind.RESOLUTION:
        return None
    events = list(work.session.event_set.all())
    resolved = {e.resolves_id for e in events}
    for event in events:
        if event.id == resolves_id and event.id not in resolved and event.kind in RESOLVABLE:
            return event
    raise refuse("required", "resolves")
