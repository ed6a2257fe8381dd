"""What the addresses, queries and bodies of the matrix name of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from clinic.ids import uuid7
from monitoring import actions
from tests.factories.visits import Visit

LENGTH_OF_UUID = 36


@dataclass(frozen=True)
class Ids:
    """What the addresses, queries and bodies of requests name; `session` says which."""

    path: dict[str, Any]
    sent: dict[str, str]

    def shown_by(self, page: str) -> set[str]:
        """The UUIDs of these that a page shows; a number could be anything."""
        known = {str(value) for value in (*self.path.values(), *self.sent.values())}
        return {value for value in known if len(value) == LENGTH_OF_UUID and value in page}


@dataclass(frozen=True)
class Waiting:
    """Ids of an event of a session, and of what waits in it for one who was named, or for a
    clinician."""

    handover: UUID
    event: UUID
    unreviewed: UUID
    strike: UUID

    def path(self) -> dict[str, UUID]:
        return {
            "event_id": self.event,
            "handover_id": self.handover,
            "strike_id": self.strike,
            "unreviewed": self.unreviewed,
        }


def offered(visit: Visit) -> UUID:
    """The nurse offers the watch to the clinician."""
    offer = actions.hand_over_watch(visit.id, visit.nurse, id=uuid7(), to_id=visit.clinician.pk)
    return offer.pk


def ids_of(
    visit: Visit,
    reading: Any,
    about: Any,
    clearance: Any,
    waiting: Waiting,
    more: dict[str, str],
) -> Ids:
    """The ids of a visit, by their names in addresses and by their names in queries and forms."""
    path = {
        "session_id": visit.id,
        "patient_id": visit.patient.pk,
        "version_id": visit.version.pk,
        "noun": "reading",
        "fact_id": reading,
        "dose_id": visit.session.facts().doses[0].id,
        **waiting.path(),
        "reading_id": reading,
        "clearance_id": clearance,
        "about": about,
        "staff_id": visit.nurse.pk,
        "tablet_id": more["tablet"],
        "token": "made-up",
        **dict.fromkeys(("proposal_id", "visit_id", "view_id", "filing_id", "contact_id"), uuid4()),
        "passkey": more["passkey"],
        "sign_in": more["sign_in"],
    }
    sent = {
        "id": reading,
        "about": f"reading:{reading}",
        "clearance": clearance,
        "event": waiting.event,
        "login": "made-up",
        "next": f"/sessions/{visit.id}/",
        "patient": visit.patient.pk,
        "patient_id": visit.patient.pk,
        "prescriber": visit.clinician.pk,
        "protocol_version": visit.version.pk,
        "reading": reading,
        "replaces": reading,
        "resolves": waiting.event,
        "session": visit.id,
        "session_id": visit.id,
        "staff": visit.nurse.pk,
        "staff_id": visit.nurse.pk,
    }
    return Ids(path, {key: str(value) for key, value in sent.items()} | more)
