"""One session, moved on by the verbs as a nurse and a clinician would."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from clinic.models import Staff
from monitoring import actions
from monitoring.actions import Refused
from monitoring.actions.admit_patient import QUESTIONS
from monitoring.management.demo.body import Ride
from monitoring.management.demo.past import Clock, new_id
from monitoring.management.demo.people import Team
from monitoring.models import Patient, ProtocolVersion, Reading, Session
from monitoring.models import course as facts
from monitoring.rules.course import Course
from monitoring.rules.entry import PRE_DOSE, Entry
from monitoring.rules.flags import unanswered
from monitoring.rules.readiness import CHECKLIST, before_clearance, cautions, needs_decision

YES = frozenset(
    (
        "identifiers_confirmed",
        "food_kept",
        "liquid_kept",
        "nasal_kept",
        "transport_arranged",
        "no_driving_advised",
    )
)
STATEMENT = (
    "I have read the course of this session up to the last entry shown. "
    "The patient may leave with the escort named at departure."
)
ORDERED = (
    "Repeat in 15 minutes, stay semi-reclined",
    "Seen at the chair; continue observation",
    "Keep supine, repeat in 10 minutes",
)


UNFIT = frozenset({"sedation", "dissociation", "blood_pressure"})
"""Cautions that the demo's clinicians wait out; the others they answer in words."""


class Visit:
    """Holds who acts, the session's id and its course so far; the clock is the demo's."""

    course: Course

    def __init__(
        self, team: Team, patient: Patient, ride: Ride, clock: Clock, rng: Random, place: str
    ) -> None:
        self.team, self.patient, self.ride = team, patient, ride
        self.clock, self.rng, self.place = clock, rng, place
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

    def _keep(self, noun: str, fact: object) -> None:
        """Follow the course beside the record: to load it for each step takes twice as long."""
        self.course = replace(self.course, **{noun: (*getattr(self.course, noun), fact)})

    def plan(
        self,
        version: ProtocolVersion,
        planned_for: datetime,
        mg: Decimal,
        *,
        is_first: bool,
        indication: str = "trd",
    ) -> Visit:
        session = actions.plan_session(
            self.nurse,
            id=self.new_id(),
            patient_id=self.patient.pk,
            protocol_version_id=version.pk,
            planned_for=planned_for,
            planned_mg=mg,
            indication=indication,
            is_first_treatment=is_first,
            place=self.place,
        )
        self.id, self.course = session.pk, session.course()
        return self

    def admit(self, **answers: bool | str) -> Visit:
        fasting_reason = str(answers.pop("fasting_reason", ""))
        given: dict[str, bool | None] = {q: q in YES for q in QUESTIONS}
        given |= {q: bool(a) for q, a in answers.items()}
        actions.admit_patient(
            self.id,
            self.nurse,
            id=self.new_id(),
            answers=given,
            fasting_reason=fasting_reason,
            prescriber_id=self.clinician.pk,
            place=self.place,
        )
        return self

    def read(
        self, asked: int | None, *, minutes: float | None = None, late: str = "", **values: int
    ) -> Reading:
        """Record what the body shows now, or showed at `minutes` after the first device."""
        taken_at = self.clock.now()
        if minutes is not None:
            taken_at = self.first_dose_at + timedelta(minutes=minutes)
        at = (taken_at - self.first_dose_at).total_seconds() / 60
        shown = self.ride.at(0 if asked == PRE_DOSE else at) | values
        entry = Entry(taken_at=taken_at, values=shown, asked=asked, late_reason=late)
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
            sent = Entry(**{**_fields(entry), "confirmed": confirmed})
            try:
                reading = self._send(reading_id, sent, replaces)
                self._keep("readings", facts.reading_facts(reading))
                return reading
            except Refused as refused:
                asked = {r.field for r in refused.reasons if r.code in {"unusual", "jump"}}
                if len(asked) < len(refused.reasons) or asked <= confirmed:
                    raise
                confirmed |= asked

    def _send(self, reading_id: UUID, entry: Entry, replaces: Reading | None) -> Reading:
        if replaces is None:
            return actions.record_reading(self.id, self.nurse, id=reading_id, entry=entry)
        return actions.correct_reading(
            self.id,
            self.nurse,
            id=reading_id,
            replaces=replaces.pk,
            entry=entry,
            reason="Typed wrongly: read again from the monitor's memory",
        )

    def correct(self, wrong: Reading, **values: int) -> Reading:
        shown: dict[str, int | None] = {
            name: getattr(wrong, name) for name in self.ride.at(0)
        } | values
        self.last = self._record(Entry(taken_at=wrong.taken_at, values=shown), replaces=wrong)
        return self.last

    def predose(self, **values: int) -> Visit:
        self.first_dose_at = self.clock.now()
        self.read(PRE_DOSE, **values)
        return self

    def decide(self, reason: str) -> Visit:
        """A clinician decides to give, where the pre-dose pressure asks for a decision."""
        if needs_decision(self.course) and self.course.predose:
            decision = actions.decide_dose(
                self.id,
                self.clinician,
                id=self.new_id(),
                outcome="give",
                reason=reason,
                reading_id=self.course.predose.id,
            )
            self._keep("decisions", facts.decision_facts(decision))
        return self

    def dose(self, number: int, *, partial: str = "", early: str = "") -> Visit:
        at = self.clock.now()
        if number == 1:
            self.first_dose_at = at
        is_infusion = self.course.protocol.is_infusion
        given = actions.give_dose(
            self.id,
            self.nurse,
            id=self.new_id(),
            lot=f"{'K' if is_infusion else 'S'}{at:%y%m}{'ABC'[at.day % 3]}",
            expiry=date(at.year + 2, at.month, 28),
            started_at=at,
            is_complete=None if is_infusion else not partial,
            partial_detail=partial,
            early_reason=early,
        )
        self._keep("doses", facts.dose_facts(given))
        return self

    def end_infusion(self, mg: Decimal) -> Visit:
        end = actions.end_infusion(
            self.id,
            self.nurse,
            id=self.new_id(),
            ended_at=self.clock.now(),
            mg=mg,
            is_complete=True,
        )
        self.course = replace(self.course, doses=(facts.dose_facts(end.dose),))
        return self

    def respond(self) -> Visit:
        """Answer for everything that is flagged and not answered."""
        for flagged in unanswered(self.course):
            response = actions.respond_to_flag(
                self.id,
                self.nurse,
                id=self.new_id(),
                about=flagged.fact.id,
                told=self.clinician.printed_name,
                ordered=self.rng.choice(ORDERED),
                at=self.clock.now(),
            )
            self._keep("events", facts.event_facts(response))
        return self

    def event(self, kind: str, **given: object) -> None:
        event = actions.record_event(
            self.id,
            self.nurse,
            id=self.new_id(),
            kind=kind,
            at=self.clock.now(),
            **given,  # type: ignore[arg-type]
        )
        self._keep("events", facts.event_facts(event))

    def sign(self, password: str) -> None:
        minutes = self.course.minutes(self.clock.now()) or 0
        actions.sign_clearance(
            self.id,
            self.clinician,
            id=self.new_id(),
            password=password,
            through_seq=Session.objects.values_list("last_seq", flat=True).get(pk=self.id),
            checklist=dict.fromkeys(CHECKLIST, True),
            justifications={
                c.key: "Small change within the range seen before; the patient feels well"
                for c in cautions(self.course)
            },
            had_serious_event=False,
            ready_minutes=minutes if self.course.protocol.rems else None,
            statement=STATEMENT,
        )

    def is_complete(self) -> bool:
        return not before_clearance(self.course, self.clock.now())

    def is_ready(self) -> bool:
        """Whether nothing is open and the patient is as before the dose."""
        found = {c.code for c in cautions(self.course)}
        return self.is_complete() and not found & UNFIT

    def leave(self, kind: str = "discharged", **given: object) -> Visit:
        if kind == "discharged":
            name = self.rng.choice(("spouse", "sister", "son", "friend", "mother"))
            number = f"312-555-01{self.rng.randrange(100):02d}"
            given = {"escort_name": f"{self.patient.family_name} ({name})"} | given
            given |= {"escort_phone": number, "transport": "Private car", "advice_given": True}
        actions.depart(
            self.id,
            self.nurse,
            id=self.new_id(),
            kind=kind,
            left_at=self.clock.now(),
            **given,  # type: ignore[arg-type]
        )
        return self


def _fields(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
