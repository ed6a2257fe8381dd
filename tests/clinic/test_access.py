"""Who may reach what is written here by hand; the matrix beside asks every address for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from clinic.access import Permission, permissions_of
from clinic.models import Membership, Site, Staff
from tests import shared
from tests.factories.logged import insert, save
from tests.factories.people import (
    SiteFactory,
    TabletFactory,
    just_confirmed,
    person,
)
from tests.factories.visits import Visit, dosed

pytestmark = pytest.mark.django_db

CARE = frozenset({"nurse", "clinician"})
REVIEW = frozenset({"administrator", "auditor"})
ALL = CARE | REVIEW
VISITOR = frozenset({"emergency"})
ROLES = ALL | VISITOR
ANYONE, SIGNED_IN = "anyone", "signed in"

ROUTES: dict[str, Any] = {
    "account_login": ANYONE,
    "mfa_authenticate": ANYONE,
    "mfa_login_webauthn": ANYONE,
    "lock": ANYONE,
    "sign-out": ANYONE,
    "lock-now": SIGNED_IN,
    "active": SIGNED_IN,
    "printed": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account-pin": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "home": SIGNED_IN,
    "switch-site": SIGNED_IN,
    "board": SIGNED_IN,
    "patient-list": ROLES,
    "patient-register": CARE,
    "patient": ROLES,
    "patient-amend": CARE,
    "session-plan": CARE,
    "session-list": REVIEW,
    "session": ROLES,
    "admission": CARE,
    "decision": frozenset({"clinician"}),
    "dose": CARE,
    "infusion-end": CARE,
    "reading": CARE | VISITOR,
    "reading-correct": CARE | VISITOR,
    "event": CARE | VISITOR,
    "response": CARE | VISITOR,
    "clearance": frozenset({"clinician"}),
    "clearance-challenge": frozenset({"clinician"}),
    "withdrawal": frozenset({"clinician"}),
    "departure": CARE,
    "session-cancel": CARE,
    "session-defer": CARE,
    "session-report": ROLES,
    "signature": ROLES,
    "verification": frozenset({"clinician"}) | REVIEW,
    "amendment": CARE,
    "review": frozenset({"clinician"}),
    "review-list": frozenset({"clinician"}),
    "access-list": REVIEW,
    "access-export": REVIEW,
    "invitation": ANYONE,
    "staff-list": frozenset({"administrator"}),
    "staff-invite": frozenset({"administrator"}),
    "person": frozenset({"administrator"}),
    "staff-contact": frozenset({"administrator"}),
    "own-contact": SIGNED_IN,
    "site": frozenset({"administrator"}),
    "staff-new-sign-in": frozenset({"administrator"}),
    "proposal": frozenset({"administrator"}),
    "own-proposal": SIGNED_IN,
    "visit-list": frozenset({"administrator", "clinician"}),
    "visit-review": frozenset({"administrator", "clinician"}),
    "staff-deactivate": frozenset({"administrator"}),
    "staff-reactivate": frozenset({"administrator"}),
    "staff-link": frozenset({"administrator"}),
    "tablet-list": frozenset({"administrator"}),
    "tablet-enrol": frozenset({"administrator"}),
    "tablet-revoke": frozenset({"administrator"}),
    "sign-in-list": frozenset({"administrator"}),
    "sign-in-end": frozenset({"administrator"}),
    "second-factor-rule": frozenset({"administrator"}),
    "emergency": frozenset({"clinician"}),
    "emergency-leave": SIGNED_IN,
    "emergency-end": frozenset({"administrator"}),
    "protocol-list": ROLES,
    "protocol": ROLES,
    "protocol-change": frozenset({"clinician"}),
}
"""Who may reach each route. Written here by hand, so that the table in the code is checked."""

NAMED = {n for n, who in ROUTES.items() if isinstance(who, frozenset)} - {
    "visit-list",
    "patient-list",
    "patient-register",
    "session-list",
    "protocol-list",
    "review-list",
    "access-list",
    "access-export",
    "staff-list",
    "staff-invite",
    "site",
    "tablet-list",
    "tablet-enrol",
    "sign-in-list",
    "second-factor-rule",
    "emergency",
}
"""Routes whose address names a row."""


LATER = {"response", "withdrawal", "signature", "review"}
"""Pages about something that a session does not have at once."""
NOT_THERE = {"proposal", "visit-review"}
"""Pages about something that the site does not have."""
ANSWERED = {"clearance-challenge"}
"""What a script posts, and is answered in JSON, also with why it was refused."""
POSTED = {
    "printed",
    "staff-deactivate",
    "staff-reactivate",
    "staff-link",
    "staff-new-sign-in",
    "proposal",
    "tablet-revoke",
    "sign-in-end",
    "second-factor-rule",
    "emergency-end",
} | ANSWERED


def routes(patterns: list[Any] | None = None) -> Iterator[URLPattern]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def address(name: str, visit: Visit) -> str:
    facts = visit.session.facts()
    known = {
        "session_id": visit.id,
        "patient_id": visit.patient.pk,
        "version_id": visit.version.pk,
        "reading_id": facts.readings[0].id,
        "clearance_id": uuid4(),
        "staff_id": visit.clinician.pk,
        "token": "made-up",
        "about": uuid4(),
        "proposal_id": uuid4(),
        "visit_id": uuid4(),
        "pk": 0,
    }
    pattern = next(p for p in routes() if p.name == name)
    if name == "sign-in-end":
        known["pk"] = sign_in_of(visit.clinician)
    if "tablet_id" in pattern.pattern.converters:
        known["tablet_id"] = TabletFactory.create(site=visit.site).pk
    return reverse(name, kwargs={key: known[key] for key in pattern.pattern.converters})


def sign_in_of(staff: Staff) -> int:
    """The row of a session in which `staff` is signed in."""
    Client().force_login(staff)
    return int(UserSession.objects.filter(user=staff).latest("pk").pk)


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


def test_at_most_six_addresses_are_open_to_anyone() -> None:
    public = {p.name for p in routes() if pattern_needs(p) is None}
    assert public == {name for name, who in ROUTES.items() if who == ANYONE}
    assert len(public) <= 6


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
