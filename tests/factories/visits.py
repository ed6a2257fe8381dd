"""Sessions brought to a phase by verbs, as a clinic would, under the test clock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from clinic.ids import uuid7
from clinic.models import Site, Staff
from monitoring import actions
from monitoring.actions.admit_patient import Answers
from monitoring.actions.depart import Leaving
from monitoring.actions.give_dose import DoseGiven
from monitoring.actions.order_dose import Ordering
from monitoring.actions.plan_session import Plan
from monitoring.actions.record_event import EventEntry
from monitoring.actions.sending import FIRST, Sending
from monitoring.actions.sign_clearance import Signing
from monitoring.models import (
    Admission,
    Clearance,
    Decision,
    Departure,
    Dose,
    Event,
    Order,
    Patient,
    ProtocolVersion,
    Reading,
    Session,
    Withdrawal,
)
from monitoring.rules.cautions import cautions
from monitoring.rules.entry import PRE_DOSE, Entry
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US
from monitoring.rules.protocol import Protocol as ProtocolRules
from monitoring.rules.questions import CHECKLIST
from tests.factories.answers import ESCORT, GOOD_ANSWERS, LEAVING, WELL, measured
from tests.factories.filed import Filed
from tests.factories.filled import filled
from tests.factories.followed import MEANT, MEANT_NOW, Clock, Followed
from tests.factories.mended import Mended
from tests.factories.people import PASSWORD, SiteFactory, person
from tests.factories.protocols import by_weight
from tests.factories.record import PatientFactory, ProtocolVersionFactory, SiteProtocolFactory
from tests.factories.recorded import recorded


def _published(protocol: ProtocolRules, site: Site) -> ProtocolVersion:
    version: ProtocolVersion = ProtocolVersionFactory.create(
        key=protocol.key, title=protocol.title, body=protocol.to_json()
    )
    SiteProtocolFactory.create(site=site, version=version)
    return version


class Visit(Mended, Followed, Filed):
    """One session with its people; each method is one verb, with answers that let it through."""

    def __init__(
        self,
        clock: Clock,
        *,
        site: Site | None = None,
        people: tuple[Staff, Staff] | None = None,
        protocol: ProtocolRules = SPRAVATO_US,
        version: ProtocolVersion | None = None,
        planned_mg: int = 56,
        patient: Patient | None = None,
        is_ordered: bool = True,
        **plan: Any,
    ) -> None:
        """Planned and ordered by the clinician, or planned by the nurse and not ordered yet."""
        self.clock = clock
        self.site = site or SiteFactory.create()
        self.nurse, self.clinician = people or (
            person(self.site, "nurse"),
            person(self.site, "clinician", credentials="MD"),
        )
        self.patient = patient or PatientFactory.create(site=self.site)
        self.version = version or _published(protocol, self.site)
        self.id = actions.plan_session(
            self.clinician if is_ordered else self.nurse,
            id=uuid7(),
            order_id=uuid7() if is_ordered else None,
            patient_id=self.patient.pk,
            plan=Plan(
                protocol_version_id=self.version.pk,
                planned_mg=Decimal(planned_mg),
                infusion=plan.pop("infusion", by_weight(self.version.protocol(), planned_mg)),
                **filled(
                    plan,
                    planned_for=clock.now(),
                    indication="trd",
                    is_first_treatment=False,
                    treatment_phase="maintenance",
                    planned_reason="As last time, tolerated well",
                ),
            ),
        ).pk

    @property
    def session(self) -> Session:
        """The session as it now stands in the database."""
        return Session.read(self.id)

    def order(self, mg: Decimal | int = 56, **given: Any) -> Order:
        latest = self.session.order_set.last()
        return actions.order_dose(
            self.id,
            given.pop("by", self.clinician),
            id=given.pop("id", None) or uuid7(),
            replaces_id=given.pop("replaces_id", latest and latest.pk),
            ordering=Ordering(
                **filled(
                    given,
                    mg=Decimal(mg),
                    treatment_phase="maintenance",
                    reason="As last time, tolerated well",
                )
            ),
        )

    def admit(self, **answers: Any) -> Admission:
        return actions.admit_patient(
            self.id,
            answers.pop("by", self.nurse),
            id=answers.pop("id", None) or uuid7(),
            answers=Answers(
                **filled(
                    answers,
                    given=answers.pop("answers", GOOD_ANSWERS),
                    prescriber_id=self.clinician.pk,
                    room="Chair 1",
                    **ESCORT,
                )
            ),
        )

    def entry(self, asked: int | None = None, **values: Any) -> Entry:
        """A complete set taken now; keywords name values, or fields of the entry."""
        own = {"taken_at", "not_done", "confirmed", "confirmed_at", "late_reason"} & set(values)
        fields = {name: values.pop(name) for name in own}
        return Entry(
            **filled(
                fields,
                taken_at=self.clock.now(),
                confirmed=frozenset(WELL),
                confirmed_at=fields.get("taken_at"),
                asked=asked,
                values=measured(values),
            ),
        )

    def read(
        self,
        asked: int | None = None,
        *,
        id: UUID | None = None,
        sending: Sending | None = None,
        note: str = "",
        **values: Any,
    ) -> Reading:
        meant = MEANT if "taken_at" in values else MEANT_NOW
        return actions.record_reading(
            self.id,
            self.nurse,
            id=id or uuid7(),
            sending=sending or meant,
            entry=self.entry(asked, **values),
            note=note,
        )

    def correct(self, reading: Reading, *, is_time_wrong: bool = False, **values: Any) -> Reading:
        return actions.correct_reading(
            self.id,
            self.nurse,
            id=uuid7(),
            replaces=reading.pk,
            entry=self.entry(**values),
            reason="Typed wrongly",
            is_time_wrong=is_time_wrong,
        )

    def decide(self, outcome: str = "give", **given: Any) -> Decision:
        predose = self.session.facts().predose
        return actions.decide_dose(
            self.id,
            self.clinician,
            outcome=outcome,
            **filled(
                given,
                id=uuid7(),
                reason="Weighed benefit and risk",
                reading_id=predose.id if predose else None,
                through_seq=self.session.last_seq,
            ),
        )

    def dose(self, **given: Any) -> Dose:
        return actions.give_dose(
            self.id,
            self.nurse,
            id=given.pop("id", None) or uuid7(),
            sending=given.pop("sending", MEANT if "started_at" in given else MEANT_NOW),
            dose=DoseGiven(
                **filled(
                    given,
                    lot="A1234",
                    expiry=date(2027, 12, 31),
                    started_at=self.clock.now(),
                    confirmed_at=given.get("started_at"),
                    identified_by="birth_date",
                )
            ),
        )

    def event(self, kind: str = "note", **given: Any) -> Event:
        return actions.record_event(
            self.id,
            self.nurse,
            id=given.pop("id", None) or uuid7(),
            sending=given.pop("sending", MEANT if "at" in given else MEANT_NOW),
            event=EventEntry(
                **filled(
                    given,
                    kind=kind,
                    at=self.clock.now(),
                    confirmed_at=given.get("at"),
                    onset_confirmed_at=given.get("onset_at"),
                    detail="Comfortable",
                )
            ),
        )

    def respond(self, about: UUID, **given: Any) -> Event:
        return actions.respond_to_flag(
            self.id,
            self.nurse,
            about=about,
            **filled(
                given,
                id=uuid7(),
                sending=MEANT if "at" in given else MEANT_NOW,
                informed=self.clinician.printed_name,
                ordered="Repeat in 5 minutes",
                at=self.clock.now(),
                confirmed_at=given.get("at"),
            ),
        )

    def sign(self, **given: Any) -> Clearance:
        session = self.session
        justified = {
            c.key: "Talked it through, stays with family" for c in cautions(session.facts())
        }
        return actions.sign_clearance(
            self.id,
            given.pop("by", self.clinician),
            id=given.pop("id", None) or uuid7(),
            password=given.pop("password", PASSWORD),
            assertion=given.pop("assertion", None),
            signing=Signing(
                **filled(
                    given,
                    through_seq=session.last_seq,
                    checklist=dict.fromkeys(CHECKLIST, True),
                    justifications=justified,
                    had_serious_event=False,
                    ready_minutes=95,
                    identified_by="mrn",
                )
            ),
        )

    def withdraw(self, clearance: Clearance, reason: str = "New complaint") -> Withdrawal:
        return actions.withdraw_clearance(
            self.id, self.clinician, id=uuid7(), clearance_id=clearance.pk, reason=reason
        )

    def leave(self, kind: str = "discharged", **given: Any) -> Departure:
        own: dict[str, dict[str, Any]] = {
            "against_advice": {"clinician_informed": self.clinician.printed_name},
            "left_unseen": {
                "noticed_by": self.nurse.printed_name,
                "last_seen_at": given.get("left_at") or self.clock.now(),
            },
            "transferred": {
                "serious_event_onset_at": given.get("left_at") or self.clock.now(),
                "clinician_informed": self.clinician.printed_name,
            },
        }
        needs = LEAVING.get(kind, {}) | own.get(kind, {})
        return actions.depart(
            self.id,
            given.pop("by", self.nurse),
            id=given.pop("id", None) or uuid7(),
            sending=given.pop("sending", FIRST),
            leaving=Leaving(kind=kind, **filled(given, left_at=self.clock.now(), **needs)),
        )


@recorded
def planned(clock: Clock, **plan: Any) -> Visit:
    return Visit(clock, **plan)


@recorded
def admitted(clock: Clock, **plan: Any) -> Visit:
    visit = planned(clock, **plan)
    visit.admit()
    return visit


@recorded
def predosed(clock: Clock, *, predose: dict[str, Any] | None = None, **plan: Any) -> Visit:
    visit = admitted(clock, **plan)
    visit.read(PRE_DOSE, **(predose or {}))
    return visit


@recorded
def dosed(clock: Clock, **plan: Any) -> Visit:
    """Every ordered device given, five minutes apart."""
    visit = predosed(clock, **plan)
    clock.forward(minutes=5)
    devices = visit.session.facts().devices_open
    for number in range(devices):
        if number:
            clock.forward(minutes=5)
        visit.dose()
    return visit


def at_forty(clock: Clock) -> Visit:
    """Dosed, and the reading at 40 minutes is due now."""
    visit = dosed(clock)
    clock.forward(minutes=35)
    return visit


@recorded
def observed(clock: Clock, *, through: int = 120, **plan: Any) -> Visit:
    """Every slot up to `through` minutes read on time, all well."""
    visit = dosed(clock, **plan)
    first = visit.session.first_dose_at
    assert first is not None
    for minutes in visit.version.protocol().slots:
        if minutes <= through:
            clock.travel_to(first)
            clock.forward(minutes=minutes)
            visit.read(minutes)
    return visit


@recorded
def ready_to_sign(clock: Clock, **plan: Any) -> Visit:
    visit = observed(clock, **plan)
    ends = visit.session.facts().window_ends_at
    assert ends is not None
    clock.travel_to(max(ends, clock.now()))
    return visit


@recorded
def signed(clock: Clock, **plan: Any) -> Visit:
    visit = ready_to_sign(clock, **plan)
    visit.sign()
    return visit


@recorded
def discharged(clock: Clock, **plan: Any) -> Visit:
    visit = signed(clock, **plan)
    visit.leave()
    return visit


@recorded
def infused(clock: Clock, *, minutes: int = 40) -> Visit:
    """Intravenous ketamine whose infusion has ended."""
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    visit.dose()
    clock.forward(minutes=minutes)
    actions.end_infusion(
        visit.id,
        visit.nurse,
        id=uuid7(),
        ended_at=clock.now(),
        mg=Decimal(36),
        is_complete=True,
    )
    return visit
