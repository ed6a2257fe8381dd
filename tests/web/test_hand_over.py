"""A tablet that changes hands on a patient's page asks whose page it is, with one tap."""

from __future__ import annotations

import pytest
from django.test import Client

from clinic.models import Staff, Tablet
from monitoring.models import AccessEntry
from tests.clock import TestClock
from tests.factories.people import PIN, ShiftFactory, TabletFactory, on_tablet
from tests.factories.visits import Visit, dosed

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    return dosed(clock)


@pytest.fixture
def tablet(visit: Visit) -> Tablet:
    return TabletFactory.create(site=visit.site)


def come_back(tablet: Tablet, staff: Staff, page: str) -> Client:
    """Someone of the shift unlocks the tablet on `page`."""
    client = on_tablet(tablet)
    answer = client.post(f"/lock/?next={page}", {"staff": str(staff.pk), "pin": PIN})
    assert answer["Location"] == page
    return client


@pytest.fixture
def rosa(tablet: Tablet) -> Staff:
    return ShiftFactory.create(tablet=tablet).staff


@pytest.fixture
def tom(tablet: Tablet) -> Staff:
    return ShiftFactory.create(tablet=tablet).staff


def matched(visit: Visit) -> int:
    return AccessEntry.objects.filter(session=visit.id, action="matched").count()


def test_another_person_compares_an_identifier_before_the_page_opens(
    visit: Visit, tablet: Tablet, rosa: Staff, tom: Staff
) -> None:
    page = f"/sessions/{visit.id}/reading/?slot=40"
    come_back(tablet, rosa, "/").get(page)
    client = come_back(tablet, tom, page)
    asked = client.get(page)
    assert asked["Location"].startswith(f"/sessions/{visit.id}/whose/?next=")
    shown = client.get(asked["Location"])
    assert "14-Jul-1958" in shown.content.decode()
    assert visit.patient.mrn in shown.content.decode()
    # Nothing is chosen: an empty tap leads nowhere, and going round asks again.
    assert client.post(asked["Location"]).status_code == 422
    assert client.get(page).status_code == 302
    assert matched(visit) == 0
    answer = client.post(asked["Location"], {"identified_by": "birth_date", "next": page})
    assert answer["Location"] == page
    assert client.get(page).status_code == 200
    assert matched(visit) == 1


def test_the_same_person_and_another_page_are_not_asked(
    visit: Visit, tablet: Tablet, rosa: Staff, tom: Staff
) -> None:
    page = f"/sessions/{visit.id}/"
    come_back(tablet, rosa, "/").get(page)
    assert come_back(tablet, rosa, page).get(page).status_code == 200
    assert come_back(tablet, tom, "/").get(page).status_code == 200
