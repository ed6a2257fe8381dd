"""Sessions in every phase, made by verbs, for attacks to be tried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from clinic import clock
from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff
from monitoring import actions
from monitoring.actions.admit_patient import Answers
from monitoring.actions.depart import Leaving
from monitoring.actions.give_dose import DoseGiven
from monitoring.actions.plan_session import Plan
from monitoring.actions.sending import Sending
from monitoring.actions.sign_clearance import Signing
from monitoring.models import (
    Amendment,
    Clearance,
    Decision,
    Patient,
    PatientAmendment,
    Reading,
    Review,
    Session,
)
from monitoring.rules.entry import Entry
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US
from monitoring.rules.readiness import CHECKLIST, QUESTIONS
from tests.factories.logged import insert
from tests.factories.people import StaffFactory

CALM = {
    "systolic": 120,
    "diastolic": 80,
    "heart_rate": 70,
    "spo2": 98,
    "respiratory_rate": 14,
    "sedation": 5,
    "dissociation": 0,
}
YES = {"identifiers_confirmed", "no_recent_food", "no_recent_liquid", "no_recent_nasal"} | {
    "transport_arranged",
    "no_driving_advised",
}
ANSWERS: dict[str, bool | None] = {question: question in YES for question in QUESTIONS}


MEANT = Sending(is_another=True)
"""The clock stands still here, so that everything is recorded a moment after the same."""


@dataclass
class Clinic:
    site: Site
    nurse: Staff
    clinician: Staff
    spravato: UUID
    ketamine: UUID


def open_clinic(name: str = "North") -> Clinic:
    site = insert(Site(name=name, rems_certified_on=date(2025, 1, 1), requires_second_factor=False))
    nurse, clinician = _staff(site, "nurse", name), _staff(site, "clinician", name)
    spravato = actions.publish_protocol(SPRAVATO_US, site=site)
    ketamine = actions.publish_protocol(KETAMINE_IV, site=site)
    return Clinic(site, nurse, clinician, spravato.id, ketamine.id)


def _staff(site: Site, role: str, place: str) -> Staff:
    person = StaffFactory.create(username=f"{role}-{place}", password="pw")
    insert(Membership(staff=person, site=site, role=role))
    return person


class Visit:
    """One session, moved on by its verbs. `clock` is the test clock."""

    def __init__(self, clinic: Clinic, test_clock: Any, *, infusion: bool = False) -> None:
        self.clinic, self.clock = clinic, test_clock
        self.patient = actions.register_patient(
            clinic.site,
            clinic.nurse,
            id=uuid7(),
            mrn=uuid7().hex,
            family_name=f"Smith {uuid7().hex}",
            given_name=f"Jane {uuid7().hex}",
            date_of_birth=date(1980, 7, 14),
            sex=Patient.Sex.FEMALE,
            rems_enrolled_on=date(2026, 1, 1),
        )
        self.id = actions.plan_session(
            clinic.nurse,
            id=uuid7(),
            patient_id=self.patient.id,
            plan=Plan(
                protocol_version_id=clinic.ketamine if infusion else clinic.spravato,
                planned_for=clock.now(),
                planned_mg=Decimal(28),
                indication="trd",
                is_first_treatment=False,
            ),
        ).id

    @property
    def row(self) -> Session:
        return Session.objects.get(pk=self.id)

    def admit(self) -> Visit:
        actions.admit_patient(
            self.id,
            self.clinic.nurse,
            id=uuid7(),
            answers=Answers(
                given=ANSWERS,
                prescriber_id=self.clinic.clinician.id,
            ),
        )
        return self

    def entry(self, asked: int | None = None, **values: int) -> Entry:
        values = {**CALM, **values}
        return Entry(taken_at=clock.now(), values=values, asked=asked, confirmed=frozenset(values))

    def read(self, asked: int | None = None, **values: int) -> Reading:
        return actions.record_reading(
            self.id,
            self.clinic.nurse,
            id=uuid7(),
            entry=self.entry(asked, **values),
            sending=MEANT,
        )

    def decide(self, reading: Reading, outcome: str = "give") -> Decision:
        return actions.decide_dose(
            self.id,
            self.clinic.clinician,
            id=uuid7(),
            outcome=outcome,
            reason="Known pressure",
            reading_id=reading.id,
            through_seq=Session.objects.get(pk=self.id).last_seq,
        )

    def dose(self) -> Visit:
        actions.give_dose(
            self.id,
            self.clinic.nurse,
            id=uuid7(),
            dose=DoseGiven(
                lot="A1",
                expiry=date(2028, 1, 1),
                started_at=clock.now(),
            ),
        )
        return self

    def observe(self) -> Visit:
        """To the end of the window, with the readings that a signature needs."""
        self.clock.forward(minutes=40)
        self.read(40)
        self.clock.forward(minutes=80)
        self.read(120)
        return self

    def dosed(self) -> Visit:
        self.admit().read(0)
        return self.dose()

    def ready(self) -> Visit:
        return self.dosed().observe()

    def sign(self, **changes: Any) -> Clearance:
        given: dict[str, Any] = {
            "through_seq": self.row.last_seq,
            "checklist": dict.fromkeys(CHECKLIST, True),
            "justifications": {},
            "had_serious_event": False,
            "ready_minutes": 90,
        }
        return actions.sign_clearance(
            self.id,
            self.clinic.clinician,
            id=changes.pop("id", None) or uuid7(),
            password=changes.pop("password", "pw"),
            signing=Signing(**{**given, **changes}),
        )

    def discharge(self) -> Visit:
        return self._leave("discharged", escort_name="Ann", escort_phone="1", transport="Car")

    def transfer(self) -> Visit:
        return self._leave("transferred", destination="Hospital", reason="Chest pain")

    def _leave(self, kind: str, **given: Any) -> Visit:
        actions.depart(
            self.id,
            self.clinic.nurse,
            id=uuid7(),
            leaving=Leaving(
                kind=kind,
                left_at=clock.now(),
                advice_given=True,
                had_serious_event=False,
                **given,
            ),
        )
        return self

    def amend(self) -> Amendment:
        return actions.amend_record(
            self.id,
            self.clinic.nurse,
            id=uuid7(),
            about="session",
            about_id=None,
            text="The escort was the sister",
            reason="Written down wrongly",
        )

    def amend_patient(self, **changes: Any) -> PatientAmendment:
        patient = Patient.objects.get(pk=self.patient.pk)
        values = {name: getattr(patient, name) for name in Patient.AMENDED}
        return actions.amend_patient(
            patient.pk,
            self.clinic.nurse,
            id=uuid7(),
            amended=patient.amended,
            values={**values, **changes},
            reason="Told us today",
        )

    def review(self, reading: Reading) -> Review:
        return actions.review_reading(
            self.id,
            self.clinic.clinician,
            id=uuid7(),
            reading_id=reading.id,
            assessment="Within what was expected",
            action_taken="Called the patient: well",
        )


START = datetime(2026, 3, 10, 14, tzinfo=UTC)
LONG_AGO = START - timedelta(days=30)
