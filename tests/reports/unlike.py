"""Sessions whose reports are as unlike as they come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from clinic.ids import uuid7
from monitoring.actions import end_infusion
from monitoring.rules.protocol import KETAMINE_IV
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, discharged, observed, planned, predosed, ready_to_sign

LONG = "Featherstonehaugh-Cholmondeley Abercrombie y Villavicencio de la Fuente"


def partial(clock: TestClock) -> Visit:
    visit = predosed(clock)
    visit.dose(sprays=1, partial_detail="Sneezed")
    clock.forward(minutes=5)
    visit.dose()
    clock.forward(minutes=40)
    visit.read(40)
    return visit


def withdrawn(clock: TestClock) -> Visit:
    visit = ready_to_sign(clock)
    visit.withdraw(visit.sign())
    clock.forward(minutes=5)
    visit.read(None)
    visit.sign()
    visit.leave()
    return visit


def amended(clock: TestClock) -> Visit:
    visit = discharged(clock)
    visit.read(systolic=182, diastolic=101)
    visit.amend(text="Left by the door to the yard")
    return visit


def across_midnight(clock: TestClock) -> Visit:
    """The session begins a quarter of an hour before the site's midnight."""
    local = clock.now().astimezone(SiteFactory.build().tz)
    night = local.replace(hour=23, minute=30)
    clock.forward(minutes=(night - local) / timedelta(minutes=1))
    return discharged(clock)


def corrected(clock: TestClock) -> Visit:
    """Twelve corrections, one after another."""
    visit = observed(clock)
    found = visit.session.facts().standing_readings[-1]
    reading = visit.session.reading_set.get(pk=found.id)
    for number in range(12):
        reading = visit.correct(reading, systolic=125 + number)
    return visit


def long_names(clock: TestClock) -> Visit:
    site = SiteFactory.create(paper_size="a4")
    patient = PatientFactory.create(
        site=site, family_name=LONG, given_name=LONG, allergies=LONG * 3
    )
    visit = discharged(clock, site=site, patient=patient)
    return visit


def infusion(clock: TestClock) -> Visit:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    visit.dose()
    clock.forward(minutes=40)
    end_infusion(
        visit.id, visit.nurse, id=uuid7(), ended_at=clock.now(), mg=Decimal(36), is_complete=True
    )
    visit.read(40)
    return visit


def transferred(clock: TestClock) -> Visit:
    visit = observed(clock, through=60)
    high = visit.read(systolic=184, diastolic=111)
    visit.respond(high.pk)
    visit.leave("transferred")
    return visit


UNLIKE: dict[str, Callable[[TestClock], Visit]] = {
    "empty": planned,
    "one reading": predosed,
    "partial dose": partial,
    "withdrawn": withdrawn,
    "amended": amended,
    "across midnight": across_midnight,
    "twelve corrections": corrected,
    "long names": long_names,
    "infusion": infusion,
    "transferred": transferred,
    "as signed": discharged,
}
