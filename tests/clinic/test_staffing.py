"""People are invited, given roles and deactivated; never by themselves, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import tokens
from django.test import Client

from clinic import staffing
from clinic.models import Membership, Site, Staff
from clinic.staffing import NotAllowed, NotPossible
from tests.factories.place import PASSWORD, SiteFactory, StaffFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return SiteFactory()


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
    StaffFactory(username=taken)
    with pytest.raises(NotPossible, match="username_taken"):
        invite(administrator, site)


@pytest.mark.parametrize("chosen", [[], ["surgeon"], ["nurse", "surgeon"]])
def test_a_role_is_one_of_four(administrator: Staff, site: Site, chosen: list[str]) -> None:
    with pytest.raises(NotPossible, match="no_role"):
        invite(administrator, site, roles=chosen)
    assert not Staff.objects.filter(username="ada").exists()


def test_a_link_lets_one_person_choose_one_password(administrator: Staff, site: Site) -> None:
    made = invite(administrator, site)
    link = staffing.link_of(made)
    assert staffing.invited(*link) == made
    staffing.accept(*link, "correct horse battery")
    assert Client().login(username="ada", password="correct horse battery")
    with pytest.raises(NotPossible, match="link"):
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
    with pytest.raises(NotPossible, match="deactivated"):
        staffing.renew_link(administrator, site, nurse.pk)


def test_roles_are_exactly_those_that_were_chosen(administrator: Staff, site: Site) -> None:
    nurse, elsewhere = person(site, "nurse"), SiteFactory()
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
    with pytest.raises(NotPossible, match="oneself"):
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
    stranger = person(SiteFactory(), "nurse")
    for unknown in (stranger.pk, uuid4()):
        with pytest.raises(NotAllowed):
            CHANGES[name](administrator, site, unknown)
    with pytest.raises(NotAllowed):
        CHANGES[name](administrator, stranger.memberships.get().site, stranger.pk)


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"set_roles"}))
def test_who_also_works_elsewhere_is_not_shut_out_from_here(
    administrator: Staff, site: Site, name: str
) -> None:
    nurse, elsewhere = person(site, "nurse"), SiteFactory()
    Membership.objects.create(staff=nurse, site=elsewhere, role="nurse")
    with pytest.raises(NotPossible, match="works_elsewhere"):
        CHANGES[name](administrator, site, nurse.pk)
    Membership.objects.create(staff=administrator, site=elsewhere, role="administrator")
    both = Staff.objects.get(pk=administrator.pk)
    assert CHANGES[name](both, site, nurse.pk) == nurse
