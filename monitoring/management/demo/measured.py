"""What a nurse measures in a session, and the facts that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from clinic.models import Staff
from monitoring import actions
from monitoring.actions import Refused
from monitoring.actions.sending import Sending
from monitoring.management.demo.body import Ride
from monitoring.management.demo.past import Clock, new_id
from monitoring.management.demo.people import Team
from monitoring.models import Patient, Reading, facts
from monitoring.rules.entry import PRE_DOSE, Entry
from monitoring.rules.facts import SessionFacts

MEANT = Sending(is_another=True)
"""The demo's clock stands still between two taps; a nurse's does not."""


class Measured:
    """Holds who acts, the session's id and its facts so far; the clock is the demo's."""

    facts: SessionFacts

    def __init__(
        self, team: Team, patient: Patient, ride: Ride, clock: Clock, rng: Random, room: str
    ) -> None:
        self.team, self.patient, self.ride = team, patient, ride
        self.clock, self.rng, self.room = clock, rng, room
        self.nurse: Staff = rng.choice(team.nurses)
        self.clinician: Staff = rng.choice(team.clinicians)
        self.id = UUID(int=0)
        self.first_dose_at = clock.now()
        self.last: Reading | None = None

    def new_id(self) -> UUID:
        return new_id(self.clock.now(), self.rng)

    def wait(self, low: float, high: float) -> datetime:
        """Let some minutes pass."""
        return self.clock.forward(seconds=round(self.rng.uniform(low, high) * 60))

    def follow(self, noun: str, fact: object) -> None:
        """Follow the facts beside the record: to load it for each step takes twice as long."""
        nouns: dict[str, Any] = {noun: (*getattr(self.facts, noun), fact)}
        self.facts = replace(self.facts, **nouns)

    def read(
        self,
        asked: int | None,
        values: Mapping[str, int] | None = None,
        *,
        minutes: float | None = None,
        late: str = "",
    ) -> Reading:
        """Record what the body shows now, or showed at `minutes` after the first device, but for
        `values`."""
        taken_at = self.clock.now()
        if minutes is not None:
            taken_at = self.first_dose_at + timedelta(minutes=minutes)
        at = (taken_at - self.first_dose_at).total_seconds() / 60
        shown = self.ride.at(0 if asked == PRE_DOSE else at) | dict(values or {})
        entry = Entry(
            taken_at=taken_at,
            values=shown,
            asked=asked,
            confirmed_at=taken_at,
            late_reason=late,
        )
        self.last = self._record(entry)
        return self.last

    def skip(self, asked: int, reason: str) -> Reading:
        """A slot whose blood pressure could not be taken; the rest is measured."""
        at = (self.clock.now() - self.first_dose_at).total_seconds() / 60
        shown = self.ride.at(at) | {"systolic": None, "diastolic": None}
        entry = Entry(
            taken_at=self.clock.now(),
            values=shown,
            asked=asked,
            not_done={"blood_pressure": reason},
        )
        return self._record(entry)

    def _record(self, entry: Entry, replaces: Reading | None = None) -> Reading:
        """Send the entry; where it is asked whether a value is right, say yes."""
        reading_id = self.new_id()
        confirmed: frozenset[str] = frozenset()
        while True:
            sent = replace(entry, confirmed=confirmed)
            try:
                reading = self._send(reading_id, sent, replaces)
                self.follow("readings", facts.reading_facts(reading))
                return reading
            except Refused as refused:
                asked = {r.field for r in refused.messages if r.code in {"unusual", "jump"}}
                if len(asked) < len(refused.messages) or asked <= confirmed:
                    raise
                confirmed |= asked

    def _send(self, reading_id: UUID, entry: Entry, replaces: Reading | None) -> Reading:
        if replaces is None:
            return actions.record_reading(
                self.id, self.nurse, id=reading_id, entry=entry, sending=MEANT
            )
        return actions.correct_reading(
            self.id,
            self.nurse,
            id=reading_id,
            replaces=replaces.pk,
            entry=entry,
            reason="Typed wrongly: read again from the monitor's memory",
        )

    def correct(self, wrong: Reading, values: Mapping[str, int]) -> Reading:
        shown: dict[str, int | None] = {
            name: getattr(wrong, name) for name in self.ride.at(0)
        } | dict(values)
        self.last = self._record(
            Entry(taken_at=wrong.taken_at, values=shown, confirmed_at=wrong.taken_at),
            replaces=wrong,
        )
        return self.last
