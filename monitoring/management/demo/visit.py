"""One session, moved on by the verbs as a nurse and a clinician would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from clinic.models import Staff
from monitoring import actions
from monitoring.actions.admit_patient import Answers
from monitoring.actions.depart import Leaving
from monitoring.actions.give_dose import DoseGiven
from monitoring.actions.infusion_order import NOT_INFUSED, ByWeight
from monitoring.actions.plan_session import Plan
from monitoring.actions.record_event import EventEntry
from monitoring.actions.record_medication import MedicationGiven
from monitoring.actions.record_screen import ScreenEntry
from monitoring.actions.sign_clearance import Signing
from monitoring.management.demo.measured import MEANT, Measured
from monitoring.management.demo.past import new_id
from monitoring.models import Order, ProtocolVersion, Session, Strike, facts
from monitoring.rules.cautions import cautions
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.flags import unanswered
from monitoring.rules.protocol import Protocol
from monitoring.rules.questions import EU_CONCOMITANT, EU_CONTRAINDICATIONS, QUESTIONS
from monitoring.rules.readiness import before_clearance, history_items, needs_decision
from monitoring.rules.screens import ScreenFacts

YES = frozenset(QUESTIONS).difference(EU_CONTRAINDICATIONS, EU_CONCOMITANT)
"""What is answered so where all is well; the other questions are answered with no."""
SEEN = ("Seen at the chair; continue observation", None)
ORDERED: tuple[tuple[str, int | None], ...] = (
    ("Stay semi-reclined, repeat in 15 minutes", 15),
    SEEN,
    ("Keep supine, repeat in 10 minutes", 10),
)
"""In the first hour; later nothing is ordered that the end of the session would wait for."""


UNFIT = frozenset({"sedation", "dissociation", "blood_pressure"})
"""Cautions that the demo's clinicians wait out; the others they answer in words."""


class Visit(Measured):
    """From the plan to the departure."""

    order_mg: Decimal
    escort: dict[str, str]

    def plan(
        self,
        version: ProtocolVersion,
        planned_for: datetime,
        mg: Decimal,
        *,
        is_first: bool,
        indication: str = "trd",
        weeks: int = 0,
        is_ordered: bool = True,
    ) -> Visit:
        """By the clinician, who orders it, or by the nurse, whose plan waits for an order; so many
        whole weeks after the treatment began."""
        id = self.new_id()
        session = actions.plan_session(
            self.clinician if is_ordered else self.nurse,
            id=id,
            order_id=new_id(self.clock.now(), Random(f"order of {id}")) if is_ordered else None,
            patient_id=self.patient.pk,
            plan=Plan(
                protocol_version_id=version.pk,
                planned_for=planned_for,
                planned_mg=mg,
                infusion=_by_weight(version.protocol(), mg),
                indication=indication,
                is_first_treatment=is_first,
                room=self.room,
                treatment_phase=_treatment_phase(weeks),
                planned_reason=_why_this_dose(mg, is_first=is_first),
            ),
        )
        self.id, self.order_mg = session.pk, mg
        self.reload()
        return self

    def reload(self) -> None:
        """Read the facts from the record, where they do not follow from what was added."""
        session = Session.read(self.id)
        session.load_history()
        self.facts = session.facts()

    def admit(self, *, by: Staff | None = None, changed: str = "", **answers: bool | str) -> Visit:
        """By a clinician with why, where a contraindication is `changed` to No."""
        fasting_reason = str(answers.pop("fasting_reason", ""))
        given: dict[str, bool | None] = {q: q in YES for q in QUESTIONS}
        given |= {q: bool(a) for q, a in answers.items()}
        self.escort = self._escort() if given["transport_arranged"] else {}
        actions.admit_patient(
            self.id,
            by or self.nurse,
            id=self.new_id(),
            answers=Answers(
                given=given,
                fasting_reason=fasting_reason,
                contraindication_reason=changed,
                prescriber_id=self.clinician.pk,
                room=self.room,
                **self.escort,
            ),
        )
        history = self.facts.history
        if history and history.on != self.clock.now().astimezone(self.team.site.tz).date():
            # Planned for after midnight, arrived before: what the history asks is of that day.
            self.reload()
        return self

    def _escort(self) -> dict[str, str]:
        """Who takes the patient home, as named on arrival."""
        name = self.rng.choice(("spouse", "sister", "son", "friend", "mother"))
        return {
            "escort_name": f"{self.patient.family_name} ({name})",
            "escort_phone": f"312-555-01{self.rng.randrange(100):02d}",
        }

    def predose(self, values: Mapping[str, int] | None = None) -> Visit:
        self.first_dose_at = self.clock.now()
        self.read(PRE_DOSE, values)
        return self

    def decide(self, reason: str) -> Visit:
        """A clinician decides to give, where the pre-dose pressure or the history asks for it."""
        is_asked = needs_decision(self.facts) or any(history_items(self.facts))
        if is_asked and self.facts.predose:
            decision = actions.decide_dose(
                self.id,
                self.clinician,
                id=self.new_id(),
                outcome="give",
                reason=reason,
                reading_id=self.facts.predose.id,
                through_seq=max(r.seq for r in self.facts.readings),
            )
            self.follow("decisions", facts.decision_facts(decision))
        return self

    def dose(
        self,
        number: int,
        *,
        partial: str = "",
        sprays: int = 1,
        complaint: str = "",
        early: str = "",
    ) -> Visit:
        """Give a device, or begin a part of the infusion. What left it is asked where it is
        `partial`; a second person witnesses where the site asks for one, and each infusion."""
        at = self.clock.now()
        if number == 1:
            self.decide("The last date was moved; seen today, worth going on")
            self.first_dose_at = at
        is_infusion = self.facts.protocol.is_infusion
        is_witnessed = is_infusion or self.team.site.asks_witness
        given = actions.give_dose(
            self.id,
            self.nurse,
            id=self.new_id(),
            sending=MEANT,
            dose=DoseGiven(
                lot=f"{'K' if is_infusion else 'S'}{at:%y%m}{'ABC'[at.day % 3]}",
                expiry=date(at.year + 2, at.month, 28),
                started_at=at,
                sprays=sprays if partial else 2,
                partial_detail=partial,
                complaint=complaint,
                early_reason=early,
                identified_by="birth_date",
                witness_id=self.clinician.pk if is_witnessed else None,
            ),
        )
        if given.sprays == 0 or is_infusion:
            self.reload()
        else:
            self.follow("doses", facts.dose_facts(given))
        return self

    def end_infusion(self, mg: Decimal, *, paused: str = "") -> Visit:
        """`mg` ran in since the part began; it is `paused` for a reason, or has ended."""
        actions.end_infusion(
            self.id,
            self.nurse,
            id=self.new_id(),
            ended_at=self.clock.now(),
            mg=mg,
            is_complete=not paused,
            is_paused=bool(paused),
            partial_detail=paused,
        )
        self.reload()
        return self

    def strike(self, noun: str, target: UUID, reason: str) -> Strike:
        """By the nurse who entered it; where that needs a clinician, it waits."""
        strike = actions.strike(
            self.id,
            self.nurse,
            id=self.new_id(),
            noun=noun,
            target=target,
            kind="wrong_patient",
            reason=reason,
        )
        self.reload()
        return strike

    def confirm_strikes(self, *, refused: str = "") -> None:
        """A clinician agrees to each strike that waits, or says why it is `refused`."""
        for struck in (s for s in self.facts.struck if s.waits):
            actions.confirm_strike(
                self.id,
                self.clinician,
                id=self.new_id(),
                strike_id=struck.id,
                is_confirmed=not refused,
                reason=refused,
            )
        self.reload()

    def review(self, about: UUID, assessment: str, action_taken: str) -> None:
        review = actions.review_event(
            self.id,
            self.clinician,
            id=self.new_id(),
            about=about,
            assessment=assessment,
            action_taken=action_taken,
        )
        self.follow("events", facts.event_facts(review))

    def respond(self, ordered: str = "") -> Visit:
        """Answer for everything that is flagged and not answered."""
        for flagged in unanswered(self.facts):
            is_early = (self.facts.minutes(self.clock.now()) or 0) < 60
            drawn = self.rng.choice(ORDERED if is_early else (SEEN,))
            words, minutes = (ordered, None) if ordered else drawn
            response = actions.respond_to_flag(
                self.id,
                self.nurse,
                id=self.new_id(),
                about=flagged.fact.id,
                sending=MEANT,
                informed=self.clinician.printed_name,
                ordered=words,
                repeat_minutes=minutes,
                at=self.clock.now(),
            )
            self.follow("events", facts.event_facts(response))
        return self

    def event(self, kind: str, **given: Any) -> None:
        event = actions.record_event(
            self.id,
            self.nurse,
            id=self.new_id(),
            event=EventEntry(
                kind=kind, at=self.clock.now(), onset_confirmed_at=given.get("onset_at"), **given
            ),
            sending=MEANT,
        )
        self.follow("events", facts.event_facts(event))

    def screen(self, **answers: Any) -> None:
        screen = actions.record_screen(
            self.id,
            self.nurse,
            id=self.new_id(),
            screen=ScreenEntry(result=ScreenFacts(**answers), at=self.clock.now()),
            sending=MEANT,
        )
        self.follow("events", facts.event_facts(screen))

    def medicate(self, drug: str, amount: int, reason: str) -> None:
        given = actions.record_medication(
            self.id,
            self.nurse,
            id=self.new_id(),
            medication=MedicationGiven(
                drug=drug,
                amount=Decimal(amount),
                unit="mg",
                route="oral",
                ordered_by=self.clinician.printed_name,
                detail=reason,
                at=self.clock.now(),
            ),
            sending=MEANT,
        )
        self.follow("events", facts.event_facts(given))

    def hand_over(self, *, is_accepted: bool = True) -> None:
        """The watch goes to another nurse of the team, and the prescriber's place to another."""
        taker = next(n for n in reversed(self.team.nurses) if n != self.nurse)
        id = new_id(self.clock.now(), Random(f"handover of {self.id}"))
        handover = actions.hand_over_watch(self.id, self.nurse, id=id, to_id=taker.pk)
        self.follow("events", facts.event_facts(handover))
        if not is_accepted:
            return
        id = new_id(self.clock.now(), Random(f"acceptance of {self.id}"))
        accepted = actions.accept_watch(self.id, taker, id=id, handover_id=handover.pk)
        self.follow("events", facts.event_facts(accepted))
        second = next(c for c in self.team.clinicians if c != self.clinician)
        id = new_id(self.clock.now(), Random(f"prescriber of {self.id}"))
        left = actions.hand_over_prescriber(
            self.id, taker, id=id, to_id=second.pk, at=self.clock.now()
        )
        self.follow("events", facts.event_facts(left))

    def sign(self, password: str) -> None:
        seq = Session.objects.values_list("last_seq", flat=True).get(pk=self.id)
        actions.sign_clearance(
            self.id,
            self.clinician,
            id=self.new_id(),
            password=password,
            signing=Signing(
                through_seq=seq,
                checklist=dict.fromkeys(self.facts.protocol.checklist, True),
                justifications={
                    c.key: "Small change within the range seen before; the patient feels well"
                    for c in cautions(self.facts)
                },
                had_serious_event=self.has_serious_event(),
                ready_minutes=self.ready_minutes() if self.facts.protocol.rems else None,
                identified_by="mrn",
            ),
        )

    def has_serious_event(self) -> bool:
        return any(event.is_serious for event in self.facts.events)

    def ready_minutes(self) -> int:
        """When the last set was taken, which showed the patient well, but no earlier than the
        window ends: some minutes before the clinician has come and signed."""
        ends, last = self.facts.window_ends_at, self.last.taken_at if self.last else None
        ready = max(at for at in (ends, last) if at is not None)
        return self.facts.minutes(ready) or 0

    def is_complete(self) -> bool:
        return not before_clearance(self.facts, self.clock.now())

    def is_ready(self) -> bool:
        """Whether nothing is open and the patient is as before the dose."""
        found = {c.code for c in cautions(self.facts)}
        return self.is_complete() and not found & UNFIT

    def leave(self, kind: str = "discharged", *, by: Staff | None = None, **given: Any) -> Visit:
        if kind == "discharged":
            usual = {"transport": "Private car", "had_serious_event": self.has_serious_event()}
            given = {**(self.escort or self._escort()), **usual, "advice_given": True} | given
        actions.depart(
            self.id,
            by or self.nurse,
            id=self.new_id(),
            leaving=Leaving(kind=kind, left_at=self.clock.now(), **given),
        )
        return self


def _treatment_phase(weeks: int) -> str:
    """Of the label's dose table (CLINICAL 1)."""
    phases = Order.TreatmentPhase
    if weeks < 4:
        return phases.INDUCTION.value
    return (phases.WEEKS_5_TO_8 if weeks < 8 else phases.MAINTENANCE).value


def _why_this_dose(mg: Decimal, *, is_first: bool) -> str:
    if is_first:
        return "First treatment"
    return "As last time, tolerated well" if mg < 84 else "Response still partial, tolerated well"


def _by_weight(protocol: Protocol, mg: Decimal) -> ByWeight:
    """An infusion of 0.5 mg/kg over 40 minutes; nothing for a spray."""
    if not protocol.is_infusion:
        return NOT_INFUSED
    return ByWeight(
        weight_kg=mg * 2,
        mg_per_kg=Decimal("0.5"),
        concentration=Decimal(2),
        infusion_minutes=protocol.infusion_least_minutes,
    )
