"""Where a request comes from."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from clinic import origin
from clinic.models import Staff
from monitoring.models import AccessEntry
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import dosed

pytestmark = pytest.mark.django_db


def client_of(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_a_browser_keeps_one_name(clock: TestClock) -> None:
    visit = dosed(clock)
    client = client_of(visit.nurse)
    for _ in range(2):
        client.get(f"/sessions/{visit.id}/")
    one, other = AccessEntry.objects.all()
    assert one.device == other.device != ""
    client_of(visit.nurse).get(f"/sessions/{visit.id}/")
    assert len(set(AccessEntry.objects.values_list("device", flat=True))) == 2


def test_the_name_cannot_be_forged(clock: TestClock) -> None:
    visit = dosed(clock)
    client = client_of(visit.nurse)
    client.cookies["device"] = "another-tablet:forged"
    client.get(f"/sessions/{visit.id}/")
    assert "another-tablet" not in AccessEntry.objects.get().device


def test_who_is_not_signed_in_gets_no_cookie_of_the_kind() -> None:
    assert "device" not in Client().get("/sign-in/").cookies


@pytest.mark.parametrize(("behind_proxy", "expected"), [(False, "10.0.0.1"), (True, "203.0.113.9")])
def test_only_the_proxy_in_front_is_believed(
    clock: TestClock, settings: Settings, behind_proxy: bool, expected: str
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    visit = dosed(clock)
    client_of(visit.nurse).get(
        f"/sessions/{visit.id}/",
        headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"},
        REMOTE_ADDR="10.0.0.1",
    )
    assert AccessEntry.objects.get().address == expected


@pytest.mark.parametrize("address", ["", "nonsense", "1.2.3.4.5"])
def test_an_address_that_is_none_is_left_out(clock: TestClock, address: str) -> None:
    visit = dosed(clock)
    client_of(visit.nurse).get(f"/sessions/{visit.id}/", REMOTE_ADDR=address)
    assert AccessEntry.objects.get().address is None


def test_outside_a_request_no_one_acts_from_nowhere() -> None:
    client_of(person(SiteFactory.create(), "nurse")).get("/")
    assert origin.current() == origin.NOWHERE
