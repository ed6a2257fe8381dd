"""An auditor sees who works here, on which tablets and since when, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic import actions
from clinic.access import Permission
from clinic.models import Membership, Site, Staff
from tests.clinic.routes import BUTTONS, ROUTES, routes, sign_in_of
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.people import ShiftFactory, SiteFactory, TabletFactory, person

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
MANAGING = {Permission.MANAGE_STAFF, Permission.MANAGE_TABLETS, Permission.AMEND_SITE}


@pytest.fixture
def site() -> Any:
    return SiteFactory.create()


@pytest.fixture
def auditor(site: Site, signed_in: Signer) -> Client:
    return signed_in(person(site, "auditor"))


@pytest.fixture
def nurse(site: Site) -> Staff:
    return person(site, "nurse", first_name="Rosa", last_name="Delgado")


def main(client: Client, path: str) -> str:
    """What stands on the page below its header."""
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode().split("<main", 1)[1].split("</main>")[0]


def test_the_roles_of_a_person_are_seen_with_the_day_from_which_they_were_had(
    clock: TestClock, site: Site, auditor: Client, nurse: Staff
) -> None:
    role = Membership.objects.get(staff=nurse)
    assert role.given_at is not None
    for path in ("/staff/", f"/staff/{nurse.pk}/"):
        page = main(auditor, path)
        assert "Rosa Delgado" in page
        assert "Nurse" in page
        assert f"since {role.given_at:%d-%b-%Y}" in page


def test_who_was_deactivated_is_seen_with_who_did_it(
    clock: TestClock, site: Site, auditor: Client, nurse: Staff
) -> None:
    administrator = person(site, "administrator")
    actions.deactivate_person(administrator, site, nurse.pk)
    assert "Deactivated" in main(auditor, "/staff/")
    assert administrator.printed_name in main(auditor, f"/staff/{nurse.pk}/")


def test_emergency_access_that_is_over_is_seen_with_its_review(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    visitor = person(site, "emergency", last_name="Okafor")
    clock.forward(minutes=90)
    assert "Not reviewed yet" in main(auditor, "/staff/")
    visit = Membership.objects.get(staff=visitor)
    actions.review_emergency(person(site, "administrator"), site, visit.pk, words="Was needed")
    page = main(auditor, "/staff/")
    assert "Okafor" in page
    assert "Was needed" in page
    assert "Not reviewed yet" not in page


def test_tablets_and_sign_ins_are_seen(
    clock: TestClock, site: Site, auditor: Client, nurse: Staff
) -> None:
    tablet = TabletFactory.create(site=site, name="Chair 4")
    on_shift = ShiftFactory.create(tablet=tablet).staff
    sign_in_of(nurse)
    assert "Chair 4" in main(auditor, "/tablets/")
    assert on_shift.printed_name in main(auditor, "/tablets/")
    assert "Rosa Delgado" in main(auditor, "/staff/sign-ins/")


def test_an_auditor_finds_no_control_on_any_of_these_pages_and_an_administrator_does(
    clock: TestClock, site: Site, auditor: Client, nurse: Staff, signed_in: Signer
) -> None:
    TabletFactory.create(site=site)
    sign_in_of(nurse)
    person(site, "emergency")
    actions.change_roles(
        person(site, "administrator"), site, nurse.pk, roles=["nurse", "administrator"]
    )
    administrator = signed_in(person(site, "administrator"))
    control = re.compile(r"<button|<input(?! type=\"hidden\")|<select|<textarea|/(invite|enrol)/")
    for path in ("/staff/", f"/staff/{nurse.pk}/", "/staff/sign-ins/", "/tablets/"):
        assert control.findall(main(auditor, path)) == []
        assert control.findall(main(administrator, path)) != []


def test_every_button_about_people_and_tablets_is_refused_an_auditor(
    clock: TestClock, site: Site, auditor: Client, nurse: Staff
) -> None:
    known = {
        "staff_id": nurse.pk,
        "tablet_id": TabletFactory.create(site=site).pk,
        "pk": sign_in_of(nurse),
        "proposal_id": nurse.pk,
        "visit_id": nurse.pk,
    }
    managed = [
        route
        for route in routes()
        if MANAGING & (getattr(route.callback, "needs", None) or frozenset())
        or str(route.pattern).startswith(("staff/", "tablets/"))
    ]
    asked = [route for route in managed if "post" in ROUTES[str(route.name)].methods]
    assert {str(route.name) for route in asked} & BUTTONS
    for route in asked:
        path = reverse(str(route.name), kwargs={k: known[k] for k in route.pattern.converters})
        assert auditor.post(path).status_code == 403, path
    for path in ("/staff/", f"/staff/{nurse.pk}/", "/staff/sign-ins/", "/tablets/"):
        assert auditor.post(path).status_code == 405, path


def test_no_secret_of_a_person_stands_on_their_page(
    clock: TestClock, site: Site, auditor: Client, nurse: Staff
) -> None:
    nurse.pin = "pbkdf2-of-a-pin"
    save(nurse, "pin")
    page = main(auditor, "/staff/") + main(auditor, f"/staff/{nurse.pk}/")
    for secret in (nurse.pin, nurse.password):
        assert secret not in page


@pytest.mark.parametrize("role", ["nurse", "clinician"])
def test_who_looks_after_patients_sees_none_of_it(
    site: Site, nurse: Staff, role: str, signed_in: Signer
) -> None:
    client = signed_in(person(site, role))
    for path in ("/staff/", f"/staff/{nurse.pk}/", "/staff/sign-ins/", "/tablets/"):
        assert client.get(path).status_code == 403
