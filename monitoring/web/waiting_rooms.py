"""What the lock of a tablet shows of the record: the rooms where something waits, without names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clinic import clock
from clinic.models import Tablet
from monitoring.models import Session
from monitoring.rules.due import Due, next_due
from monitoring.rules.protocol import Protocol
from monitoring.rules.urgency import emergencies
from monitoring.words.due import due_words


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one room: an emergency, a reading or repeat that is overdue, or both.
    No name, no value and no symptom: the page is open to whoever passes."""

    room: str
    emergencies: tuple[datetime, ...]
    due: Due | None
    protocol: Protocol

    @property
    def is_emergency(self) -> bool:
        return bool(self.emergencies)

    @property
    def words(self) -> str:
        return due_words(self.due) if self.due else ""


def waiting_rooms(tablet: Tablet) -> list[Waiting]:
    """Emergencies that nobody was informed of, then the readings that have waited longest."""
    now = clock.now()
    found = []
    sessions = Session.objects.at(tablet.site).in_progress().with_observations()
    for session in sessions.select_related("standing_clearance"):
        facts = session.facts_loaded()
        urgent = emergencies(facts)
        due = next_due(facts, now)
        late = due if due is not None and due.state == "overdue" else None
        if urgent or late:
            found.append(Waiting(session.room, urgent, late, facts.protocol))
    return sorted(found, key=lambda p: (not p.is_emergency, p.due.due_at if p.due else now))
