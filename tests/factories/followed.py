"""What is recorded beside the readings of a session, and after it, in tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from clinic.ids import uuid7
from clinic.models import Staff
from monitoring import actions
from monitoring.actions.record_call import CallEntry
from monitoring.actions.record_medication import MedicationGiven
from monitoring.actions.record_screen import ScreenEntry
from monitoring.actions.record_staff_contact import ContactEntry
from monitoring.actions.sending import FIRST, Sending
from monitoring.models import Call, Event, StaffContact, StaffContactStrike
from monitoring.rules.screens import ScreenFacts
from tests.factories.filled import filled

TIMES = frozenset({"taken_at", "started_at", "at"})
LEFT_EMPTY = Sending(left_empty=frozenset({"ended_at"}))
MEANT = Sending(is_another=True)
MEANT_NOW = Sending(is_another=True, left_empty=TIMES)
"""What is repeated in a test is meant, and an empty time is now."""


class Clock(Protocol):
    def now(self) -> datetime: ...
    def forward(self, minutes: float = 0, seconds: float = 0) -> datetime: ...
    def travel_to(self, moment: datetime) -> datetime: ...


class Followed:
    """The verbs of a session for screens, medication, reviews and calls."""

    id: UUID
    nurse: Staff
    clinician: Staff
    clock: Clock

    def screen(self, **given: Any) -> Event:
        own = {"at", "detail", "late_reason", "confirmed_at"} & set(given)
        entry = {name: given.pop(name) for name in own}
        entry |= {"confirmed_at": entry.get("confirmed_at", entry.get("at"))}
        return actions.record_screen(
            self.id,
            self.nurse,
            id=given.pop("id", None) or uuid7(),
            sending=given.pop("sending", MEANT if "at" in entry else MEANT_NOW),
            screen=ScreenEntry(
                result=ScreenFacts(**given or {"phq9_item9": 0}),
                **filled(entry, at=self.clock.now()),
            ),
        )

    def medicate(self, **given: Any) -> Event:
        return actions.record_medication(
            self.id,
            self.nurse,
            id=given.pop("id", None) or uuid7(),
            sending=given.pop("sending", MEANT if "at" in given else MEANT_NOW),
            medication=MedicationGiven(
                **filled(
                    given,
                    drug="Lorazepam",
                    amount=Decimal(1),
                    unit="mg",
                    route="oral",
                    ordered_by=self.clinician.printed_name,
                    detail="Panic",
                    at=self.clock.now(),
                    confirmed_at=given.get("at"),
                )
            ),
        )

    def review_event(self, about: UUID, **given: Any) -> Event:
        return actions.review_event(
            self.id,
            given.pop("by", self.clinician),
            **filled(
                given,
                id=uuid7(),
                about=about,
                assessment="No plan, no intent today",
                action_taken="Safety plan gone through; the sister stays tonight",
            ),
        )

    def call(self, **given: Any) -> Call:
        reached = {
            "has_slept": True,
            "has_driven": False,
            "has_suicidal_thoughts": False,
            "had_adverse_event": False,
        }
        if given.get("was_reached") is False:
            reached = {}
        return actions.record_call(
            self.id,
            self.nurse,
            id=given.pop("id", None) or uuid7(),
            sending=given.pop("sending", MEANT if "at" in given else MEANT_NOW),
            call=CallEntry(
                **filled(
                    given,
                    was_reached=True,
                    detail="Well, at work",
                    at=self.clock.now(),
                    confirmed_at=given.get("at"),
                    onset_confirmed_at=given.get("onset_at"),
                    **reached,
                )
            ),
        )

    def contact(
        self, minutes: float = 10, *, by: Staff | None = None, **given: Any
    ) -> StaffContact:
        """The last `minutes`, by the nurse."""
        sending = given.pop("sending", FIRST if "ended_at" in given else LEFT_EMPTY)
        id, ended = given.pop("id", None) or uuid7(), given.get("ended_at") or self.clock.now()
        return actions.record_staff_contact(
            self.id,
            by or self.nurse,
            id=id,
            sending=sending,
            contact=ContactEntry(
                **filled(
                    given,
                    started_at=ended - timedelta(minutes=minutes),
                    ended_at=ended,
                    confirmed_at=given.get("ended_at"),
                    patients_at_once=1,
                )
            ),
        )

    def strike_contact(
        self, contact: StaffContact, *, by: Staff | None = None, **given: Any
    ) -> StaffContactStrike:
        return actions.strike_staff_contact(
            self.id,
            by or self.nurse,
            contact_id=contact.pk,
            **filled(given, id=uuid7(), reason="Another patient"),
        )
