"""Who may reach what is written here by hand; the matrix beside asks every address for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern
from pytest_django import DjangoDbBlocker

from clinic.access import Permission, permissions_of
from clinic.models import Membership, Site, Staff
from tests import shared
from tests.clinic.routes import ANYONE, ROUTES, address, routes
from tests.factories.logged import insert, save
from tests.factories.people import (
    SiteFactory,
    just_confirmed,
    person,
)
from tests.factories.visits import Visit, dosed

pytestmark = pytest.mark.django_db


def status(staff: Staff | None, path: str, method: str = "get") -> int:
    client = Client()
    if staff is not None:
        client.force_login(staff)
        just_confirmed(client, staff)
    return int(getattr(client, method)(path).status_code)


@pytest.fixture(scope="module")
def shared_visit(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visit]:
    with shared.world(django_db_blocker) as clock:
        yield dosed(clock)


@pytest.fixture
def visit(shared_visit: Visit, db: None) -> Visit:
    """As it was before each test, with people of its own."""
    for staff in (shared_visit.nurse, shared_visit.clinician):
        staff.refresh_from_db()
    return shared_visit


def test_every_route_is_classified_here_and_in_the_code() -> None:
    assert {p.name for p in routes()} == set(ROUTES)
    for pattern in routes():
        assert hasattr(pattern.callback, "needs"), f"{pattern.name} is not classified"


def test_at_most_eight_addresses_are_open_to_anyone() -> None:
    public = {p.name for p in routes() if pattern_needs(p) is None}
    assert public == {name for name, route in ROUTES.items() if route.who == ANYONE}
    assert len(public) <= 8


def pattern_needs(pattern: URLPattern) -> frozenset[Permission] | None:
    needs: frozenset[Permission] | None = pattern.callback.__dict__["needs"]
    return needs


def test_roles_add_up(visit: Visit) -> None:
    both = person(visit.site, "nurse")
    insert(Membership(staff=both, site=visit.site, role="administrator"))
    assert status(both, "/") == 200
    assert status(both, "/sessions/") == 200
    assert permissions_of(["nurse", "administrator"]) > permissions_of(["nurse"])


def test_a_deactivated_person_is_signed_out_at_once(visit: Visit) -> None:
    client = Client()
    client.force_login(visit.nurse)
    assert client.get("/").status_code == 200
    visit.nurse.is_active = False
    save(visit.nurse)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_post_without_its_token_is_refused_before_anything_else(
    visit: Visit, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    everything = visit.clinician
    insert(Membership(staff=everything, site=visit.site, role="administrator"))
    client = Client(enforce_csrf_checks=True)
    client.force_login(everything)
    before = visit.session.last_seq
    assert client.post(address(name, visit)).status_code == 403
    assert "CSRF" in caplog.text
    assert visit.session.last_seq == before
    pattern = next(p for p in routes() if p.name == name)
    assert not getattr(pattern.callback, "csrf_exempt", False)


def test_a_site_that_is_not_ones_own_cannot_be_chosen(visit: Visit) -> None:
    other: Site = SiteFactory.create()
    client = Client()
    client.force_login(visit.nurse)
    assert client.post("/site/", {"site": str(other.pk)}).status_code == 404
    assert client.post("/site/", {"site": "nonsense"}).status_code == 404


def test_a_person_of_two_sites_sees_one_at_a_time(visit: Visit) -> None:
    other: Site = SiteFactory.create(name="AAA first by name")
    insert(Membership(staff=visit.nurse, site=other, role="nurse"))
    client = Client()
    client.force_login(visit.nurse)
    path = f"/sessions/{visit.id}/"
    assert client.get(path).status_code == 404
    client.post("/site/", {"site": str(visit.site.pk)})
    assert client.get(path).status_code == 200
