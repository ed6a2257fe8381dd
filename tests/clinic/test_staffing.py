"""People are invited, given roles and deactivated; never by themselves, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import tokens
from django.contrib.sessions.models import Session
from django.test import Client

from clinic import shift, staffing
from clinic.models import Membership, Shift, Site, Staff, TrailEntry
from clinic.refusal import NotAllowed, Refused
from clinic.trail.chain import ORGANISATION
from tests.factories.people import PASSWORD, SiteFactory, StaffFactory, TabletFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return SiteFactory.create()


@pytest.fixture
def administrator(site: Site) -> Staff:
    return person(site, "administrator")


def invite(by: Staff, site: Site, **given: Any) -> Staff:
    return staffing.invite(
        by,
        site,
        **({
            "username": "ada",
            "first_name": "Ada",
            "last_name": "Novak",
            "credentials": "RN",
            "roles": ["nurse"],
        } | given),
    )  # fmt: skip


def roles(staff: Staff, site: Site) -> set[str]:
    return set(Membership.objects.filter(staff=staff, site=site).values_list("role", flat=True))


def test_who_is_invited_has_a_role_and_no_password(administrator: Staff, site: Site) -> None:
    made = invite(administrator, site, roles=["nurse", "auditor"])
    assert roles(made, site) == {"nurse", "auditor"}
    assert not made.has_usable_password()
    assert not Client().login(username="ada", password="")


@pytest.mark.parametrize("taken", ["ada", "ADA"])
def test_a_user_name_is_one_persons(administrator: Staff, site: Site, taken: str) -> None:
    StaffFactory.create(username=taken)
    with pytest.raises(Refused, match="username_taken"):
        invite(administrator, site)


@pytest.mark.parametrize("chosen", [[], ["surgeon"], ["nurse", "surgeon"]])
def test_a_role_is_one_of_four(administrator: Staff, site: Site, chosen: list[str]) -> None:
    with pytest.raises(Refused, match="no_role"):
        invite(administrator, site, roles=chosen)
    assert not Staff.objects.filter(username="ada").exists()


def test_a_link_lets_one_person_choose_one_password(administrator: Staff, site: Site) -> None:
    made = invite(administrator, site)
    link = staffing.link_of(made)
    assert staffing.invited(*link) == made
    staffing.accept(*link, "correct horse battery")
    assert Client().login(username="ada", password="correct horse battery")
    with pytest.raises(Refused, match="link"):
        staffing.accept(*link, "another one altogether")
    assert Client().login(username="ada", password="correct horse battery")


def test_a_link_ends_with_a_newer_one_with_time_and_with_deactivation(
    administrator: Staff, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = invite(administrator, site)
    old = staffing.link_of(made)
    new = staffing.link_of(staffing.renew_link(administrator, site, made.pk))
    assert staffing.invited(*old) is None
    assert staffing.invited(*new) == made
    assert staffing.invited(uuid4(), new[1]) is None
    assert staffing.invited(made.pk, "made-up") is None
    staffing.deactivate(administrator, site, made.pk)
    assert staffing.invited(*new) is None
    staffing.reactivate(administrator, site, made.pk)
    assert staffing.invited(*new) is None
    new = staffing.link_of(staffing.renew_link(administrator, site, made.pk))
    assert staffing.invited(*new) == made
    now = tokens.default_token_generator._now()
    monkeypatch.setattr(
        tokens.default_token_generator, "_now", lambda: now + timedelta(days=3, seconds=2)
    )
    assert staffing.invited(*new) is None


def test_a_new_link_signs_the_person_out_and_ends_the_password(
    administrator: Staff, site: Site
) -> None:
    nurse = person(site, "nurse")
    client = Client()
    client.force_login(nurse)
    assert client.get("/").status_code == 200
    staffing.renew_link(administrator, site, nurse.pk)
    assert client.get("/").status_code == 302
    assert not Client().login(username=nurse.username, password=PASSWORD)


def test_deactivation_ends_every_session_at_once(administrator: Staff, site: Site) -> None:
    nurse = person(site, "nurse")
    tablets = [Client(), Client()]
    for tablet in tablets:
        tablet.force_login(nurse)
    staffing.deactivate(administrator, site, nurse.pk)
    assert [t.get("/").status_code for t in tablets] == [302, 302]
    assert not Client().login(username=nurse.username, password=PASSWORD)
    assert Staff.objects.filter(pk=nurse.pk).exists()
    with pytest.raises(Refused, match="deactivated"):
        staffing.renew_link(administrator, site, nurse.pk)


def test_roles_are_exactly_those_that_were_chosen(administrator: Staff, site: Site) -> None:
    nurse, elsewhere = person(site, "nurse"), SiteFactory.create()
    Membership.objects.create(staff=nurse, site=elsewhere, role="auditor")
    staffing.set_roles(administrator, site, nurse.pk, roles=["clinician", "auditor"])
    assert roles(nurse, site) == {"clinician", "auditor"}
    assert roles(nurse, elsewhere) == {"auditor"}


CHANGES: dict[str, Callable[..., Staff]] = {
    "set_roles": lambda by, site, pk: staffing.set_roles(by, site, pk, roles=["administrator"]),
    "deactivate": staffing.deactivate,
    "reactivate": staffing.reactivate,
    "renew_link": staffing.renew_link,
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_one_changes_themselves(administrator: Staff, site: Site, name: str) -> None:
    with pytest.raises(Refused, match="oneself"):
        CHANGES[name](administrator, site, administrator.pk)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("role", ["nurse", "clinician", "auditor"])
def test_other_roles_change_no_one(site: Site, name: str, role: str) -> None:
    nurse = person(site, "nurse")
    with pytest.raises(NotAllowed):
        CHANGES[name](person(site, role), site, nurse.pk)
    with pytest.raises(NotAllowed):
        invite(person(site, role), site)


@pytest.mark.parametrize("name", CHANGES)
def test_people_of_another_site_are_not_found(administrator: Staff, site: Site, name: str) -> None:
    stranger = person(SiteFactory.create(), "nurse")
    for unknown in (stranger.pk, uuid4()):
        with pytest.raises(NotAllowed):
            CHANGES[name](administrator, site, unknown)
    with pytest.raises(NotAllowed):
        CHANGES[name](administrator, stranger.memberships.get().site, stranger.pk)


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"set_roles"}))
def test_who_also_works_elsewhere_is_not_shut_out_from_here(
    administrator: Staff, site: Site, name: str
) -> None:
    nurse, elsewhere = person(site, "nurse"), SiteFactory.create()
    Membership.objects.create(staff=nurse, site=elsewhere, role="nurse")
    with pytest.raises(Refused, match="works_elsewhere"):
        CHANGES[name](administrator, site, nurse.pk)
    Membership.objects.create(staff=administrator, site=elsewhere, role="administrator")
    both = Staff.objects.get(pk=administrator.pk)
    assert CHANGES[name](both, site, nurse.pk) == nurse


def lost_phone(site: Site) -> Staff:
    """A clinician with everything that lets one in: password, factors, PIN, a shift, a session."""
    staff = person(site, "clinician")
    shift.set_pin(staff, "295173")
    for kind in ("totp", "webauthn", "recovery_codes"):
        Authenticator.objects.create(user=staff, type=kind, data={})
    shift.begin(TabletFactory.create(site=site), staff, has_second_factor=True)
    return staff


def told(staff: Staff) -> list[str]:
    entries = TrailEntry.objects.filter(chain=staff.pk).order_by("seq")
    return list(entries.values_list("verb", flat=True))


def test_a_new_link_takes_away_every_other_way_in(administrator: Staff, site: Site) -> None:
    staff = lost_phone(site)
    client = Client()
    client.force_login(staff)
    staffing.renew_link(administrator, site, staff.pk)
    staff.refresh_from_db()
    assert (staff.has_usable_password(), staff.pin) == (False, "")
    assert not Authenticator.objects.filter(user=staff).exists()
    assert not Shift.objects.filter(staff=staff, ended_at=None).exists()
    assert not UserSession.objects.filter(user=staff).exists()
    assert client.get("/").status_code == 302
    assert told(staff)[-6:] == [
        "change_password", "change_pin", *["remove_second_factor"] * 3, "renew_link",
    ]  # fmt: skip


def test_deactivation_deletes_the_sessions_and_reactivation_brings_none_back(
    administrator: Staff, site: Site
) -> None:
    staff = lost_phone(site)
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(staff)
    keys = [client.cookies["sessionid"].value for client in clients]
    staffing.deactivate(administrator, site, staff.pk)
    assert not Session.objects.filter(pk__in=keys).exists()
    assert not Shift.objects.filter(staff=staff, ended_at=None).exists()
    staffing.reactivate(administrator, site, staff.pk)
    assert [client.get("/").status_code for client in clients] == [302, 302]
    assert not Shift.objects.filter(staff=staff, ended_at=None).exists()


def test_a_new_password_signs_out_every_other_session(site: Site) -> None:
    staff = person(site, "nurse")
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/sign-in/", {"login": staff.username, "password": PASSWORD})
        assert client.get("/").status_code == 200
    here.post("/account/confirm/", {"password": PASSWORD})
    words = {"oldpassword": PASSWORD, "password1": "an entirely new one", "password2": ""}
    answer = here.post("/account/password/", words | {"password2": "an entirely new one"})
    assert answer.status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


@pytest.mark.parametrize("is_required", [True, False])
def test_the_rule_about_second_factors_is_told_once(
    administrator: Staff, site: Site, is_required: bool
) -> None:
    Site.objects.filter(pk=site.pk).update(requires_second_factor=not is_required)
    before = TrailEntry.objects.filter(chain=ORGANISATION).count()
    for _ in range(2):
        staffing.require_second_factor(administrator, site, is_required=is_required)
    site.refresh_from_db()
    assert site.requires_second_factor is is_required
    assert TrailEntry.objects.filter(chain=ORGANISATION).count() == before + 1
    for by in (person(site, "clinician"), person(SiteFactory.create(), "administrator")):
        with pytest.raises(NotAllowed):
            staffing.require_second_factor(by, site, is_required=is_required)
