"""The facts of one session as plain data: what the rules read.

Every time is an aware UTC datetime. Order is `seq`, never the wall clock: a clock may jump back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal
from uuid import UUID

from monitoring.rules.codes import AutomaticWithdrawal
from monitoring.rules.dose_facts import DoseFacts, InfusionOrder
from monitoring.rules.history import History
from monitoring.rules.measures import OBSERVATIONS, Number
from monitoring.rules.mended import Corrected, StruckFacts
from monitoring.rules.order import OrderFacts
from monitoring.rules.protocol import Protocol
from monitoring.rules.screens import ScreenFacts

CLOCKS_APART = timedelta(minutes=2)
"""How far the clocks of a tablet and of the server may stand apart (CLINICAL 7, hazard 31)."""

REPEAT_MINUTES = (1, 60)
"""After how many minutes a repeat may be ordered: no clinical limit, it keeps out slips."""

Outcome = Literal["give", "delay", "do_not_give"]
Phase = Literal["planned", "arrived", "dosing", "observing", "cleared", "closed", "cancelled"]


@dataclass(frozen=True, kw_only=True)
class AdmissionFacts:
    """The answers taken on arrival, `given` by question (`rules/questions.py`). None is a question
    not answered; nothing is pre-filled."""

    seq: int
    at: datetime
    given: Mapping[str, bool | None]
    fasting_reason: str = ""
    transport_reason: str = ""
    contraindication_reason: str = ""
    prescriber: str = ""
    prescriber_id: UUID | None = None
    by: UUID | None = None
    watches: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class DecisionFacts:
    """A clinician's decision on the dose, with what it was taken on; `history` are the codes of
    what it answered (`rules/history.py`)."""

    seq: int
    at: datetime
    outcome: Outcome
    reason: str
    reading: UUID | None
    history: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReadingFacts:
    """One set of observations. `not_done` maps an observation to its coded reason; `meant_for` is
    the slot whose form was opened."""

    id: UUID
    seq: int
    taken_at: datetime
    received_at: datetime
    meant_for: int | None = None
    values: Mapping[str, Number | None] = field(default_factory=dict)
    not_done: Mapping[str, str] = field(default_factory=dict)
    replaces: UUID | None = None
    correction_reason: str = ""
    late_reason: str = ""
    after_departure: bool = False
    """Whether it was first entered once the patient had left."""
    corrected_after_departure: bool = False

    def value(self, key: str) -> Number | None:
        return self.values.get(key)

    @cached_property
    def measured(self) -> frozenset[str]:
        """The observations that were measured: rules ask for them many times."""
        given = {name for name, value in self.values.items() if value is not None}
        return frozenset(o.key for o in OBSERVATIONS.values() if given.issuperset(o.fields))

    def has_value(self, observation: str) -> bool:
        return observation in self.measured

    def has(self, observation: str) -> bool:
        """Whether `observation` was measured or coded as not done."""
        return self.has_value(observation) or bool(self.not_done.get(observation))

    @cached_property
    def is_complete(self) -> bool:
        return len(self.measured) == len(OBSERVATIONS) or all(map(self.has, OBSERVATIONS))


@dataclass(frozen=True, kw_only=True)
class EventFacts:
    """Anything else worth its time. `informed` is who was told, or who reviewed."""

    id: UUID
    seq: int
    at: datetime
    recorded_at: datetime
    kind: str
    late_reason: str = ""
    symptoms: tuple[str, ...] = ()
    answers_reading: UUID | None = None
    answers_event: UUID | None = None
    answers_dose: UUID | None = None
    repeat_minutes: int | None = None
    is_serious: bool | None = None
    detail: str = ""
    informed: str = ""
    ordered: str = ""
    screen: ScreenFacts | None = None
    after_departure: bool = False
    corrected: Corrected | None = None
    by: UUID | None = None
    hands_over: str = ""
    handed_to: UUID | None = None
    handed_to_name: str = ""
    accepts: UUID | None = None
    watches: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class ClearanceFacts:
    """`ready_minutes` after the first dose the patient was ready to leave, as the signer wrote."""

    id: UUID
    signed_at: datetime
    through_seq: int
    withdrawn_at: datetime | None = None
    withdrawal_reason: str | AutomaticWithdrawal = ""
    justified: tuple[str, ...] = ()
    ready_minutes: int | None = None


Fact = AdmissionFacts | DecisionFacts | DoseFacts | ReadingFacts | EventFacts


DepartureKind = Literal["discharged", "transferred", "against_advice", "left_unseen"]


@dataclass(frozen=True, kw_only=True)
class DepartureFacts:
    """`at` is when the patient left, or, if nobody saw it, when it was noticed."""

    at: datetime
    recorded_at: datetime
    kind: DepartureKind
    late_reason: str = ""
    escort_name: str = ""
    no_escort_reason: str = ""
    is_advised: bool | None = None
    last_seen_at: datetime | None = None
    noticed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class SessionFacts:
    """One session. Tuples are in the order of `seq`. `doses` are those of which something was
    given; devices of which nothing left are `failed`.

    What was entered in error is in `struck` alone: no rule but those of page 1 reads it there.

    Facts loaded for recording alone leave out `admissions` and all but the latest clearance;
    `is_whole` says so. Deviations are asked of whole facts.
    """

    protocol: Protocol
    phase: Phase
    planned_mg: float
    last_seq: int
    is_admitted: bool = False
    admitted_at: datetime | None = None
    is_whole: bool = True
    is_first_treatment: bool = False
    indication: str = "trd"
    is_site_certified: bool = False
    is_patient_enrolled: bool = False
    is_inpatient: bool = False
    history: History | None = None
    orders: tuple[OrderFacts, ...] = ()
    admissions: tuple[AdmissionFacts, ...] = ()
    decisions: tuple[DecisionFacts, ...] = ()
    infusion: InfusionOrder | None = None
    doses: tuple[DoseFacts, ...] = ()
    failed: tuple[DoseFacts, ...] = ()
    readings: tuple[ReadingFacts, ...] = ()
    events: tuple[EventFacts, ...] = ()
    clearances: tuple[ClearanceFacts, ...] = ()
    departure: DepartureFacts | None = None
    struck: tuple[StruckFacts, ...] = ()

    @cached_property
    def worked_out(self) -> dict[object, tuple[object, object]]:
        """What rules have answered of these facts (`rules/once.py`)."""
        return {}

    @property
    def ordered(self) -> OrderFacts | None:
        """The order that stands: a later one takes the place of an earlier."""
        return self.orders[-1] if self.orders else None

    @property
    def admission(self) -> AdmissionFacts | None:
        return self.admissions[-1] if self.admissions else None

    @property
    def decision(self) -> DecisionFacts | None:
        return self.decisions[-1] if self.decisions else None

    @property
    def clearance(self) -> ClearanceFacts | None:
        """The latest clearance, whether or not it still stands."""
        return self.clearances[-1] if self.clearances else None

    @property
    def clearance_lapses_at(self) -> datetime | None:
        """When the latest clearance lapses, if there is one (CLINICAL 8, rule 33)."""
        if self.clearance is None:
            return None
        valid = timedelta(minutes=self.protocol.clearance_valid_minutes)
        return self.clearance.signed_at + valid

    def is_cleared(self, now: datetime) -> bool:
        """Whether the schedule rests on a signature at `now`: neither lapsed nor still to come."""
        clearance, lapses = self.clearance, self.clearance_lapses_at
        if self.phase != "cleared" or clearance is None or lapses is None:
            return False
        return clearance.signed_at <= now + CLOCKS_APART and now < lapses

    @cached_property
    def standing_readings(self) -> tuple[ReadingFacts, ...]:
        """Readings that no correction replaces, in the order they were taken."""
        replaced = {r.replaces for r in self.readings if r.replaces}
        standing = (r for r in self.readings if r.id not in replaced)
        return tuple(sorted(standing, key=self.order))

    @cached_property
    def _entered(self) -> dict[UUID, int]:
        """By reading the number of the first entry that it stands for: its own, or that of the
        original it corrects."""
        found: dict[UUID, int] = {}
        for reading in self.readings:
            own = reading.seq
            found[reading.id] = found.get(reading.replaces, own) if reading.replaces else own
        return found

    def entered(self, reading: ReadingFacts) -> int:
        """The place of `reading` among the facts: a correction has that of its original."""
        return self._entered.get(reading.id, reading.seq)

    def order(self, reading: ReadingFacts) -> tuple[datetime, int]:
        """By what readings are earlier and later: when they were taken, then which was entered
        first. A correction is no newer than its original (CLINICAL 7, hazard 4)."""
        return reading.taken_at, self.entered(reading)

    def without(self, *readings: UUID) -> SessionFacts:
        """The same facts as if `readings` had never been recorded, nor what they replace."""
        gone = set(readings)
        for reading in reversed(self.readings):
            if reading.id in gone and reading.replaces:
                gone.add(reading.replaces)
        return replace(self, readings=tuple(r for r in self.readings if r.id not in gone))

    @cached_property
    def first_dose_at(self) -> datetime | None:
        """The clock of the REMS form (CLINICAL 8, rule 4)."""
        return min((d.started_at for d in self.doses), default=None)

    @cached_property
    def last_dose_at(self) -> datetime | None:
        """The clock of the window: last spray of the last device, or the last end of a part of
        the infusion.

        None while an infusion runs (CLINICAL 8, rules 3 and 44).
        """
        if not self.doses:
            return None
        if self.protocol.is_infusion and any(d.ended_at is None for d in self.doses):
            return None
        return max(d.ended_at or d.started_at for d in self.doses)

    @property
    def last_given_at(self) -> datetime | None:
        """When the last dose was given, or the infusion that still runs began."""
        return max((d.ended_at or d.started_at for d in self.doses), default=None)

    @property
    def window_ends_at(self) -> datetime | None:
        """The later of both clocks ends the window (CLINICAL 8, rules 1 and 3)."""
        last = self.last_dose_at
        return last + self.protocol.window if last else None

    @property
    def given_mg(self) -> float:
        """What is known to have been given."""
        return round(sum(d.mg for d in self.doses), 2)

    @property
    def is_dose_stopped(self) -> bool:
        """A clinician decided, after the first dose, that nothing further is given."""
        decision = self.decision
        return bool(
            self.doses
            and decision
            and decision.outcome == "do_not_give"
            and decision.seq > self.doses[0].seq
        )

    @property
    def devices_open(self) -> int:
        """Ordered devices neither given nor stopped; once the session is over, none is. An infusion
        that has not begun, or is paused, is one."""
        if self.is_dose_stopped or self.phase in {"closed", "cancelled"}:
            return 0
        if not self.is_whole and self.phase in {"observing", "cleared"}:
            return 0  # Whether a clinician stopped it was not loaded: the phase tells.
        if self.protocol.is_infusion:
            return int(not self.doses or self.doses[-1].is_paused)
        return max(0, self.protocol.devices(self.planned_mg) - len(self.doses))

    @cached_property
    def predose(self) -> ReadingFacts | None:
        """The complete reading the dose rests on (CLINICAL 8, rules 10 and 12).

        Before the first device, the latest one. After it, the one that its row names, or the
        correction of that: a reading entered later never moves the line that rises and recovery
        are measured from.
        """
        first = self.first_dose_at
        complete = [r for r in self.standing_readings if r.is_complete]
        if first is None:
            return complete[-1] if complete else None
        named = self._corrected(self.doses[0].predose_reading)
        for reading in complete:
            if reading.id == named and reading.taken_at <= first + CLOCKS_APART:
                return reading
        return next((r for r in reversed(complete) if r.taken_at <= first), None)

    def _corrected(self, reading: UUID | None) -> UUID | None:
        """The id of what stands in the place of `reading`."""
        replaced_by = {r.replaces: r.id for r in self.readings if r.replaces}
        while reading in replaced_by:
            reading = replaced_by[reading]
        return reading

    def is_after_dose(self, reading: ReadingFacts) -> bool:
        """Whether `reading` was taken after the first device; the pre-dose reading never was,
        even by a tablet whose clock runs ahead."""
        first = self.first_dose_at
        if first is None or reading.taken_at <= first:
            return False
        return self.predose is None or reading.id != self.predose.id

    @cached_property
    def after_dose(self) -> tuple[ReadingFacts, ...]:
        """Standing readings taken after the first device and before departure."""
        standing = self.standing_readings
        return tuple(r for r in standing if not r.after_departure and self.is_after_dose(r))

    def with_value(self, observation: str) -> Iterator[ReadingFacts]:
        """Readings after the dose that measured `observation`, newest first."""
        return (r for r in reversed(self.after_dose) if r.has_value(observation))

    def latest(self, observation: str) -> ReadingFacts | None:
        """The newest reading after the dose that measured or coded `observation`."""
        return next((r for r in reversed(self.after_dose) if r.has(observation)), None)

    def minutes(self, at: datetime) -> int | None:
        """Whole minutes from the first device to `at`; negative before it."""
        first = self.first_dose_at
        return None if first is None else whole_minutes(at - first)


def whole_minutes(span: timedelta) -> int:
    """Minutes towards zero: 40 min 59 s is 40 min; half a minute before is 0 min."""
    return int(span.total_seconds() / 60)


def age_in_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
