"""A nurse of two sites, in two tabs: a session is read and answered in its own site's time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.ids import uuid7
from clinic.models import Site
from monitoring.models import Reading
from tests.clock import TestClock
from tests.factories.answers import WELL
from tests.factories.people import MembershipFactory, SiteFactory, person
from tests.factories.visits import Visit, dosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
PAGES = ("session", "dose", "infusion-end", "reading", "event", "departure", "session-report")


@pytest.fixture
def here(clock: TestClock) -> Site:
    """The site that the browser chose last: an hour behind."""
    return SiteFactory.create(name="Harbor", time_zone="America/Chicago")


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    return dosed(clock, site=SiteFactory.create(name="Lakeside", time_zone="America/New_York"))


@pytest.fixture
def nurse(visit: Visit, here: Site, signed_in: Signer) -> Client:
    MembershipFactory.create(staff=visit.nurse, site=here, role="nurse")
    client = signed_in(visit.nurse)
    client.post(reverse("switch-site"), {"site": str(here.pk)})
    return client


def reading(taken_at: str) -> dict[str, Any]:
    return {"id": str(uuid7()), "taken_at": taken_at} | {k: str(v) for k, v in WELL.items()}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_session_of_ones_other_site_asks_whether_to_work_there(
    nurse: Client, visit: Visit, name: str
) -> None:
    address = reverse(name, args=[visit.id])
    answer = nurse.get(address)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "This session is at Lakeside" in page
    assert "Work at Lakeside" in page
    assert visit.patient.family_name not in page
    assert f'name="next" value="{address}"' in page


def test_a_form_sent_from_the_other_site_is_not_saved_and_can_be_sent_again_from_its_own(
    nurse: Client, visit: Visit, clock: TestClock
) -> None:
    clock.forward(minutes=15)
    address = f"{reverse('reading', args=[visit.id])}?slot=15"
    shown = clock.now().astimezone(visit.site.tz).strftime("%H:%M")
    answer = nurse.post(address, reading(shown))
    page = answer.content.decode()
    assert (answer.status_code, Reading.objects.filter(slot=15).count()) == (404, 0)
    assert "Not saved." in page
    assert f'name="next" value="{address}"' in page
    switched = nurse.post(reverse("switch-site"), {"site": str(visit.site.pk), "next": address})
    assert switched.headers["Location"] == address
    saved = nurse.post(address, reading(shown), follow=True)
    assert saved.redirect_chain, saved.context["form"].errors
    assert f"Reading saved at {shown}" in saved.content.decode()
    kept = Reading.objects.get(slot=15)
    assert kept.taken_at.astimezone(visit.site.tz).strftime("%H:%M") == shown


@pytest.mark.parametrize("role", ["auditor", None])
def test_who_may_not_see_that_page_there_is_told_nothing(
    visit: Visit, here: Site, signed_in: Signer, role: str | None
) -> None:
    stranger = person(here, "nurse")
    if role:
        MembershipFactory.create(staff=stranger, site=visit.site, role=role)
    client = signed_in(stranger)
    client.post(reverse("switch-site"), {"site": str(here.pk)})
    for answer in (
        client.get(reverse("reading", args=[visit.id])),
        client.post(reverse("reading", args=[visit.id]), reading("")),
    ):
        assert answer.status_code == 404
        # The header names both sites of who has two; the page itself does not.
        assert "Lakeside" not in answer.content.decode().split("<h1>")[1]


def test_a_session_that_does_not_exist_is_not_at_another_site(nurse: Client, visit: Visit) -> None:
    answer = nurse.get(reverse("session", args=[uuid7()]))
    assert answer.status_code == 404
    assert "This session is at" not in answer.content.decode()


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example", "x"])
def test_changing_the_site_goes_on_to_no_other_address(
    nurse: Client, visit: Visit, address: str
) -> None:
    sent = {"site": str(visit.site.pk), "next": address}
    assert nurse.post(reverse("switch-site"), sent).headers["Location"] == reverse("home")
