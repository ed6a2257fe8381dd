"""Giving a device or an infusion: only after all that comes before it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict, Refused
from monitoring.models import Dose
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.protocol import KETAMINE_IV
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import admitted, dosed, infused, planned, predosed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "question", ["aneurysmal_disease", "intracerebral_haemorrhage", "hypersensitivity"]
)
def test_no_dose_is_given_with_a_contraindication(clock: TestClock, question: str) -> None:
    visit = planned(clock)
    visit.admit(answers=GOOD_ANSWERS | {question: True})
    visit.read(PRE_DOSE)
    with refused("contraindication"):
        visit.dose()


def test_no_dose_is_given_without_a_complete_reading_before_it(clock: TestClock) -> None:
    visit = admitted(clock)
    with refused("predose_missing"):
        visit.dose()
    visit.read(heart_rate=None, spo2=None, respiratory_rate=None, sedation=None, dissociation=None)
    with refused("predose_missing"):
        visit.dose()


@pytest.mark.parametrize(("age", "is_refused"), [(30, False), (30.02, True)])
def test_the_pre_dose_reading_is_at_most_thirty_minutes_old(
    clock: TestClock, age: float, is_refused: bool
) -> None:
    visit = predosed(clock)
    clock.forward(minutes=age)
    if is_refused:
        with refused("predose_old"):
            visit.dose()
    else:
        assert visit.dose().number == 1


def test_a_site_or_a_patient_outside_rems_gets_no_dose(clock: TestClock) -> None:
    lapsed = predosed(clock, site=SiteFactory.create(rems_certified_on=None))
    with refused("site_not_certified"):
        lapsed.dose()
    site = SiteFactory.create()
    unknown = predosed(
        clock, site=site, patient=PatientFactory.create(site=site, rems_enrolled_on=None)
    )
    with refused("patient_not_enrolled"):
        unknown.dose()


@pytest.mark.parametrize(
    ("certified", "code"),
    [
        ({"rems_certified_on": date(2031, 1, 1)}, "site_not_certified"),
        ({"rems_certified_on": date(2026, 3, 11)}, "site_not_certified"),
        ({"rems_certified_until": date(2026, 3, 9)}, "site_not_certified"),
        ({"rems_certified_on": date(2026, 3, 10)}, ""),
        ({"rems_certified_until": date(2026, 3, 10)}, ""),
    ],
)
def test_a_certification_counts_from_its_day_to_its_last_day_at_the_site(
    clock: TestClock, certified: dict[str, date], code: str
) -> None:
    """Half an hour before midnight in New York, when it is the eleventh in Greenwich."""
    clock.travel_to(datetime(2026, 3, 11, 3, 30, tzinfo=UTC))
    visit = predosed(clock, site=SiteFactory.create(time_zone="America/New_York", **certified))
    if code:
        with refused(code):
            visit.dose()
    else:
        assert visit.dose().number == 1


@pytest.mark.parametrize("enrolled", [date(2026, 3, 11), date(2030, 3, 10)])
def test_an_enrolment_in_the_future_is_none_yet(clock: TestClock, enrolled: date) -> None:
    site = SiteFactory.create()
    patient = PatientFactory.create(site=site, rems_enrolled_on=enrolled)
    with refused("patient_not_enrolled"):
        predosed(clock, site=site, patient=patient).dose()


def test_inpatients_and_infusions_need_no_enrolment(clock: TestClock) -> None:
    ward = SiteFactory.create(rems_certified_on=None, is_inpatient=True)
    assert predosed(clock, site=ward).dose().number == 1
    office = SiteFactory.create(rems_certified_on=None)
    assert predosed(clock, site=office, protocol=KETAMINE_IV, planned_mg=36).dose().mg == 36


@pytest.mark.parametrize(("mg", "devices"), [(56, 2), (84, 3)])
def test_an_order_is_given_in_devices_of_28_mg(clock: TestClock, mg: int, devices: int) -> None:
    visit = dosed(clock, planned_mg=mg)
    session = visit.session
    assert (session.phase, session.given_mg, session.dose_set.count()) == (
        "observing",
        Decimal(mg),
        devices,
    )
    with refused("no_device_open"):
        clock.forward(minutes=5)
        visit.dose()


@pytest.mark.parametrize(("rest", "is_early"), [(5, False), (4.98, True)])
def test_devices_are_five_minutes_apart_or_say_why(
    clock: TestClock, rest: float, is_early: bool
) -> None:
    visit = predosed(clock)
    visit.dose()
    clock.forward(minutes=rest)
    if is_early:
        with refused("too_early", "early_reason"):
            visit.dose()
        assert visit.dose(early_reason="Patient asked").early_reason == "Patient asked"
    else:
        assert visit.dose().number == 2


def test_an_expired_lot_is_refused_and_the_day_of_expiry_is_not(clock: TestClock) -> None:
    visit = predosed(clock)
    with refused("expired", "expiry"):
        visit.dose(expiry=date(2026, 3, 9))
    assert visit.dose(expiry=date(2026, 3, 10)).number == 1


@pytest.mark.parametrize("compared", ["", "photograph"])
def test_an_identifier_is_compared_with_the_patient_before_each_device(
    clock: TestClock, compared: str
) -> None:
    visit = predosed(clock)
    with refused("identify", "identified_by"):
        visit.dose(identified_by=compared)
    assert visit.dose(identified_by="mrn").identified_by == "mrn"


def test_a_dose_needs_its_lot_and_how_much_was_given(clock: TestClock) -> None:
    visit = predosed(clock)
    with refused("required", "lot"):
        visit.dose(lot=" ")
    with refused("unanswered", "sprays"):
        visit.dose(sprays=None)
    with refused("unanswered", "sprays"):
        visit.dose(sprays=3)
    with refused("required", "partial_detail"):
        visit.dose(sprays=1)
    dose = visit.dose(sprays=1, partial_detail="One dot left")
    assert dose.partial_detail == "One dot left"


def test_a_partial_device_is_never_topped_up(clock: TestClock) -> None:
    visit = predosed(clock)
    for sprays, detail in ((2, ""), (1, "One dot left")):
        visit.dose(sprays=sprays, partial_detail=detail)
        clock.forward(minutes=5)
    with refused("no_device_open"):
        visit.dose()


def test_a_device_is_not_given_in_the_future(clock: TestClock) -> None:
    visit = predosed(clock)
    with refused("future", "started_at"):
        visit.dose(started_at=clock.now() + timedelta(minutes=2, seconds=1))
    visit.dose(started_at=clock.now() + timedelta(minutes=2))


def test_the_same_device_sent_twice_is_one_row(clock: TestClock) -> None:
    visit, same = predosed(clock), uuid7()
    assert visit.dose(id=same) == visit.dose(id=same)
    assert Dose.objects.filter(session=visit.id).count() == 1


def test_a_second_infusion_is_not_in_the_order(clock: TestClock) -> None:
    visit = infused(clock)
    with pytest.raises(Refused):
        visit.dose()


@pytest.mark.parametrize("changed", [{"lot": "B99"}, {"expiry": date(2028, 1, 31)},
    {"sprays": 1, "partial_detail": "One dot left"}])  # fmt: skip
def test_another_device_under_the_same_id_is_a_conflict(
    clock: TestClock, changed: dict[str, Any]
) -> None:
    visit, same = predosed(clock), uuid7()
    first = visit.dose(id=same)
    with pytest.raises(Conflict) as caught:
        visit.dose(id=same, **changed)
    assert caught.value.theirs == first


def test_the_start_of_an_infusion_sent_twice_is_one_row(clock: TestClock) -> None:
    visit, same = predosed(clock, protocol=KETAMINE_IV, planned_mg=36), uuid7()
    assert visit.dose(id=same) == visit.dose(id=same)
    assert visit.session.phase == "dosing"


def test_a_witness_is_someone_else_of_the_site(clock: TestClock) -> None:
    visit = predosed(clock)
    for wrong in (visit.nurse.pk, person(SiteFactory.create(), "nurse").pk, uuid7()):
        with refused("witness", "witness"):
            visit.dose(witness_id=wrong)
    assert visit.dose(witness_id=visit.clinician.pk).witness == visit.clinician


def test_what_was_not_given_is_refused_beside_complete_and_never_dropped(clock: TestClock) -> None:
    visit = predosed(clock)
    with refused("complete_and_partial", "partial_detail"):
        visit.dose(sprays=2, partial_detail="Sneezed after the first spray")
    assert not visit.session.dose_set.exists()
