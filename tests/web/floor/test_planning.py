"""Planning a session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.actions import publish_protocol
from monitoring.models import Patient, ProtocolVersion, Session
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


class Desk:
    """A nurse with a patient to plan for, at a site in Chicago."""

    def __init__(self, signed_in: Signer) -> None:
        self.site = SiteFactory.create(time_zone="America/Chicago")
        self.spravato: ProtocolVersion = publish_protocol(SPRAVATO_US, site=self.site)
        self.patient: Patient = PatientFactory.create(site=self.site)
        self.client = signed_in(person(self.site, "nurse"))
        self.address = f"/patients/{self.patient.pk}/plan/"

    def filled(self, **changes: str) -> dict[str, str]:
        return {
            "id": str(uuid7()),
            "day": "2026-03-16",
            "time": "09:30",
            "protocol_version": str(self.spravato.pk),
            "total": "56",
            "indication": "trd",
            "is_first_treatment": "no",
            "room": "Chair 3",
            **changes,
        }

    def post(self, **changes: str) -> Any:
        return self.client.post(self.address, self.filled(**changes))


@pytest.fixture
def desk(clock: TestClock, signed_in: Signer) -> Desk:
    return Desk(signed_in)


def test_a_session_is_planned_at_the_sites_own_time(desk: Desk) -> None:
    answer = desk.post()
    session = Session.objects.get()

    assert answer.url == f"/sessions/{session.pk}/"
    assert session.planned_for == datetime(2026, 3, 16, 14, 30, tzinfo=UTC)
    assert (session.planned_mg, session.room) == (Decimal(56), "Chair 3")
    assert session.is_first_treatment is False


def test_save_tapped_twice_plans_one_session(desk: Desk) -> None:
    sent = desk.filled()
    desk.client.post(desk.address, sent)
    desk.client.post(desk.address, sent)

    assert Session.objects.count() == 1


def test_nothing_is_filled_in_or_chosen_beforehand(desk: Desk) -> None:
    form = desk.client.get(desk.address).context["form"]

    assert [name for name in form.fields if name != "id" and form[name].value()] == []


def test_the_doses_offered_are_those_of_the_sites_protocols(desk: Desk) -> None:
    form = desk.client.get(desk.address).context["form"]

    assert [value for value, _words in form.fields["total"].choices] == ["56", "84"]
    assert "planned_mg" not in form.fields


BY_WEIGHT = {
    "weight_kg": "73.0",
    "mg_per_kg": "0.50",
    "concentration": "2",
    "infusion_minutes": "40",
}


def test_an_infusion_takes_an_amount_of_its_own(desk: Desk) -> None:
    ketamine = publish_protocol(KETAMINE_IV, site=desk.site)
    desk.post(protocol_version=str(ketamine.pk), total="", planned_mg="36,5", **BY_WEIGHT)

    session = Session.objects.get()
    assert (session.planned_mg, session.weight_kg) == (Decimal("36.5"), Decimal(73))
    assert (session.concentration, session.infusion_minutes) == (Decimal(2), 40)


@pytest.mark.parametrize("typed", ["", "365"])
def test_the_total_of_an_infusion_is_the_one_that_its_weight_gives(desk: Desk, typed: str) -> None:
    ketamine = publish_protocol(KETAMINE_IV, site=desk.site)
    answer = desk.post(protocol_version=str(ketamine.pk), total="", planned_mg=typed, **BY_WEIGHT)

    assert "0.50 mg/kg for 73.0 kg are 36.5 mg" in answer.context["form"].errors["planned_mg"][0]
    assert Session.objects.count() == 0


@pytest.mark.parametrize("amounts", [("", ""), ("56", "36.5"), ("", "lots"), ("", "-3")])
def test_there_is_one_total(desk: Desk, amounts: tuple[str, str]) -> None:
    ketamine = publish_protocol(KETAMINE_IV, site=desk.site)
    total, other = amounts
    answer = desk.post(protocol_version=str(ketamine.pk), total=total, planned_mg=other)

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() & {"total", "planned_mg"}
    assert Session.objects.count() == 0


def test_a_first_treatment_above_its_greatest_dose_is_refused_at_the_dose(desk: Desk) -> None:
    answer = desk.post(total="84", is_first_treatment="yes")

    assert answer.status_code == 422
    assert "56" in answer.context["form"].errors["total"][0]
    assert Session.objects.count() == 0


def test_an_infusions_amount_under_the_nasal_protocol_is_refused_at_the_dose(desk: Desk) -> None:
    publish_protocol(KETAMINE_IV, site=desk.site)
    answer = desk.post(total="", planned_mg="36.5")

    assert answer.status_code == 422
    assert "56, 84" in answer.context["form"].errors["total"][0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", ""),
        ("day", "next week"),
        ("time", ""),
        ("time", "25:00"),
        ("protocol_version", ""),
        ("total", "57"),
        ("indication", ""),
        ("is_first_treatment", ""),
    ],
)
def test_a_plan_that_cannot_be_saved_says_so_at_the_field_and_keeps_the_rest(
    desk: Desk, field: str, value: str
) -> None:
    answer = desk.post(**{field: value})
    form = answer.context["form"]

    assert answer.status_code == 422
    assert form.errors["near" if (field, value) == ("day", "") else field]
    assert form["room"].value() == "Chair 3"
    assert Session.objects.count() == 0


def test_a_protocol_of_another_site_is_not_a_choice(desk: Desk) -> None:
    other = publish_protocol(KETAMINE_IV, site=SiteFactory.create())
    answer = desk.post(protocol_version=str(other.pk))

    assert answer.status_code == 422
    assert answer.context["form"].errors["protocol_version"]


def test_another_sites_patient_is_not_found(desk: Desk) -> None:
    theirs = f"/patients/{PatientFactory.create().pk}/plan/"

    assert desk.client.get(theirs).status_code == 404
    assert desk.client.post(theirs, desk.filled()).status_code == 404
    assert Session.objects.count() == 0


def test_an_administrator_does_not_plan(desk: Desk, signed_in: Signer) -> None:
    administrator = signed_in(person(desk.site, "administrator"))

    assert administrator.post(desk.address, desk.filled()).status_code == 403


@pytest.mark.parametrize(
    ("near", "day", "planned"),
    [
        ("2026-03-10", "", date(2026, 3, 10)),
        ("2026-03-11", "", date(2026, 3, 11)),
        ("", "3/16/2026", date(2026, 3, 16)),
        ("", "16-Mar-2026", date(2026, 3, 16)),
    ],
)
def test_today_and_tomorrow_are_tiles_and_another_date_is_typed(
    clock: TestClock, desk: Desk, near: str, day: str, planned: date
) -> None:
    page = desk.client.get(desk.address).content.decode()
    assert "Today, 10-Mar-2026" in page
    assert "Tomorrow, 11-Mar-2026" in page
    assert desk.post(near=near, day=day).status_code == 302
    local = Session.objects.get().planned_for.astimezone(desk.site.tz)
    assert local.date() == planned


@pytest.mark.parametrize(
    ("near", "day", "field"),
    [
        ("2026-03-10", "2026-03-16", "day"),
        ("2026-03-09", "", "near"),
        ("x", "", "near"),
        ("", "03/04/2026", "day"),
    ],
)
def test_one_date_is_chosen(clock: TestClock, desk: Desk, near: str, day: str, field: str) -> None:
    answer = desk.post(near=near, day=day)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_what_rems_lacks_is_said_when_planning_with_the_page_that_closes_it(
    clock: TestClock, desk: Desk
) -> None:
    assert desk.client.get(desk.address).context["items"] == []
    patient = PatientFactory.create(site=desk.site, rems_enrolled_on=None)
    desk.site.rems_certified_on = None
    save(desk.site)
    address = f"/patients/{patient.pk}/plan/"
    items = {item.words: item.href for item in desk.client.get(address).context["items"]}
    there = urlencode({"at": "rems_enrolled_on", "next": address})
    assert items == {
        "The site is not certified under REMS today: ask an administrator": "",
        "The patient is not enrolled in REMS": f"/patients/{patient.pk}/amend/?{there}",
    }


def test_an_inpatient_setting_lacks_nothing_of_rems(clock: TestClock, desk: Desk) -> None:
    desk.site.is_inpatient = True
    save(desk.site)
    patient = PatientFactory.create(site=desk.site, rems_enrolled_on=None)
    assert desk.client.get(f"/patients/{patient.pk}/plan/").context["items"] == []


def test_a_planned_session_says_what_will_be_missing(clock: TestClock, desk: Desk) -> None:
    patient = PatientFactory.create(site=desk.site, rems_enrolled_on=None)
    sent = desk.filled(near="2026-03-10", day="")
    answer = desk.client.post(f"/patients/{patient.pk}/plan/", sent)
    page = desk.client.get(answer["Location"])
    assert [i.words for i in page.context["items"]] == [
        "No clinician has ordered the dose; 56 mg are planned",
        "The patient is not enrolled in REMS",
    ]
    assert page.context["items"][0].href == ""
    assert page.context["items"][1].href.startswith(f"/patients/{patient.pk}/amend/")
