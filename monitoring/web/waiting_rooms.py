"""What the lock of a tablet shows of the record: the rooms where something waits, without names."""

from __future__ import annotations

from dataclasses import dataclass

from clinic import clock
from clinic.models import Tablet
from monitoring.models import Session
from monitoring.rules.flags import unanswered
from monitoring.rules.protocol import Protocol
from monitoring.rules.schedule import Slot, next_slot


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one room: an emergency, a reading that is overdue, or both. No name, no value
    and no symptom: the page is open to whoever passes."""

    room: str
    is_emergency: bool
    slot: Slot | None
    protocol: Protocol


def waiting_rooms(tablet: Tablet) -> list[Waiting]:
    """Emergencies that nobody was informed of, then the readings that have waited longest."""
    now = clock.now()
    found = []
    sessions = Session.objects.at(tablet.site).in_progress().with_observations()
    for session in sessions.select_related("standing_clearance"):
        facts = session.facts_loaded()
        is_emergency = any(f.tier == "emergency" for f in unanswered(facts))
        slot = next_slot(facts, now)
        late = slot if slot is not None and slot.state == "overdue" else None
        if is_emergency or late:
            found.append(Waiting(session.room, is_emergency, late, facts.protocol))
    return sorted(found, key=lambda p: (not p.is_emergency, p.slot.due_at if p.slot else now))
