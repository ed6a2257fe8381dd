"""Sessions in every phase, made by verbs, for attacks to be tried on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff
from monitoring import actions
from monitoring.actions.register_patient import NewPatient
from monitoring.models import Patient, ProtocolVersion, Session
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US
from tests.clock import TestClock
from tests.factories import visits
from tests.factories.logged import insert
from tests.factories.people import StaffFactory

START = datetime(2026, 3, 10, 14, tzinfo=UTC)
ONE_DEVICE = replace(SPRAVATO_US, allowed_totals_mg=(28, 56, 84))
LONG_AGO = START - timedelta(days=30)


@dataclass
class Clinic:
    site: Site
    nurse: Staff
    clinician: Staff
    spravato: ProtocolVersion
    ketamine: ProtocolVersion
    take: Callable[[str], Any] | None = None
    """What it has in stock: a state by its name, see ready_made.py."""


def open_clinic(name: str = "North") -> Clinic:
    site = insert(Site(name=name, rems_certified_on=date(2025, 1, 1), requires_second_factor=False))
    return Clinic(
        site,
        nurse=_staff(site, "nurse", name),
        clinician=_staff(site, "clinician", name),
        spravato=actions.publish_protocol(ONE_DEVICE, site=site),
        ketamine=actions.publish_protocol(KETAMINE_IV, site=site),
    )


def _staff(site: Site, role: str, clinic: str) -> Staff:
    person: Staff = StaffFactory.create(username=f"{role}-{clinic}")
    insert(Membership(staff=person, site=site, role=role))
    return person


class Visit(visits.Visit):
    """A patient of the clinic whose people act, one device ordered unless told otherwise; each
    phase leads to the next."""

    def __init__(
        self,
        clinic: Clinic,
        clock: TestClock,
        *,
        infusion: bool = False,
        is_ordered: bool = True,
        planned_mg: int = 28,
    ) -> None:
        self.clinic = clinic
        patient = actions.register_patient(
            clinic.site,
            clinic.nurse,
            id=uuid7(),
            patient=NewPatient(
                mrn=uuid7().hex,
                family_name=f"Smith {uuid7().hex}",
                given_name=f"Jane {uuid7().hex}",
                date_of_birth=date(1950, 7, 14),
                sex=Patient.Sex.FEMALE,
                rems_enrolled_on=date(2026, 1, 1),
            ),
        )
        version = clinic.ketamine if infusion else clinic.spravato
        super().__init__(
            clock,
            site=clinic.site,
            people=(clinic.nurse, clinic.clinician),
            patient=patient,
            version=version,
            planned_mg=planned_mg,
            is_ordered=is_ordered,
        )

    @property
    def row(self) -> Session:
        return Session.objects.get(pk=self.id)

    def arrived(self) -> Self:
        self.admit()
        return self

    def dosed(self) -> Self:
        self.arrived().read(0)
        self.dose()
        return self

    def ready(self) -> Self:
        return self.dosed().observe()

    def observe(self) -> Self:
        """To the end of the window, with the readings that a signature needs."""
        self.clock.forward(minutes=40)
        self.read(40)
        self.clock.forward(minutes=80)
        self.read(120)
        return self

    def discharge(self) -> Self:
        self.leave()
        return self

    def transfer(self) -> Self:
        self.leave("transferred")
        return self
