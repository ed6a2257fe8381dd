"""People are invited, given roles and deactivated; never by themselves, never deleted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import tokens
from django.contrib.sessions.models import Session
from django.test import Client

from clinic import actions, staffing
from clinic.actions import NewPerson
from clinic.actions.sessions import begin_shift
from clinic.models import Membership, Shift, Site, Staff, TrailEntry
from clinic.refusal import NotAllowed, Refused
from clinic.trail.chain import ORGANISATION
from tests.factories.logged import insert
from tests.factories.people import PASSWORD, SiteFactory, StaffFactory, TabletFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return SiteFactory.create()


@pytest.fixture
def administrator(site: Site) -> Staff:
    return person(site, "administrator")


def invite(by: Staff, site: Site, *, roles: Iterable[str] = ("nurse",)) -> Staff:
    new = NewPerson(username="ada", first_name="Ada", last_name="Novak", credentials="RN")
    return actions.invite_person(by, site, new, roles=roles)


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
    actions.accept_invitation(*link, "correct horse battery")
    assert Client().login(username="ada", password="correct horse battery")
    with pytest.raises(Refused, match="link"):
        actions.accept_invitation(*link, "another one altogether")
    assert Client().login(username="ada", password="correct horse battery")


def test_a_link_ends_with_a_newer_one_with_time_and_with_deactivation(
    administrator: Staff, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = invite(administrator, site)
    old = staffing.link_of(made)
    new = staffing.link_of(actions.renew_link(administrator, site, made.pk))
    assert staffing.invited(*old) is None
    assert staffing.invited(*new) == made
    assert staffing.invited(uuid4(), new[1]) is None
    assert staffing.invited(made.pk, "made-up") is None
    actions.deactivate_person(administrator, site, made.pk)
    assert staffing.invited(*new) is None
    actions.reactivate_person(administrator, site, made.pk)
    assert staffing.invited(*new) is None
    new = staffing.link_of(actions.renew_link(administrator, site, made.pk))
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
    actions.renew_link(administrator, site, nurse.pk)
    assert client.get("/").status_code == 302
    assert not Client().login(username=nurse.username, password=PASSWORD)


def test_deactivation_ends_every_session_at_once(administrator: Staff, site: Site) -> None:
    nurse = person(site, "nurse")
    tablets = [Client(), Client()]
    for tablet in tablets:
        tablet.force_login(nurse)
    actions.deactivate_person(administrator, site, nurse.pk)
    assert [t.get("/").status_code for t in tablets] == [302, 302]
    assert not Client().login(username=nurse.username, password=PASSWORD)
    assert Staff.objects.filter(pk=nurse.pk).exists()
    with pytest.raises(Refused, match="deactivated"):
        actions.renew_link(administrator, site, nurse.pk)


def test_roles_are_exactly_those_that_were_chosen(administrator: Staff, site: Site) -> None:
    nurse, elsewhere = person(site, "nurse"), SiteFactory.create()
    insert(Membership(staff=nurse, site=elsewhere, role="auditor"))
    actions.change_roles(administrator, site, nurse.pk, roles=["clinician", "auditor"])
    assert roles(nurse, site) == {"clinician", "auditor"}
    assert roles(nurse, elsewhere) == {"auditor"}


CHANGES: dict[str, Callable[..., Staff]] = {
    "set_roles": lambda by, site, pk: actions.change_roles(by, site, pk, roles=["administrator"]),
    "deactivate": actions.deactivate_person,
    "reactivate": actions.reactivate_person,
    "renew_link": actions.renew_link,
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
    insert(Membership(staff=nurse, site=elsewhere, role="nurse"))
    with pytest.raises(Refused, match="works_elsewhere"):
        CHANGES[name](administrator, site, nurse.pk)
    insert(Membership(staff=administrator, site=elsewhere, role="administrator"))
    both = Staff.objects.get(pk=administrator.pk)
    assert CHANGES[name](both, site, nurse.pk) == nurse


def lost_phone(site: Site) -> Staff:
    """A clinician with everything that lets one in: password, factors, PIN, a shift, a session."""
    staff = person(site, "clinician")
    actions.choose_pin(staff, "295173")
    for kind in ("totp", "webauthn", "recovery_codes"):
        Authenticator.objects.create(user=staff, type=kind, data={})
    begin_shift(TabletFactory.create(site=site), staff, has_second_factor=True)
    return staff


def told(staff: Staff) -> list[str]:
    entries = TrailEntry.objects.filter(chain=staff.pk).order_by("seq")
    return list(entries.values_list("verb", flat=True))


def test_a_new_link_takes_away_every_other_way_in(administrator: Staff, site: Site) -> None:
    staff = lost_phone(site)
    client = Client()
    client.force_login(staff)
    actions.renew_link(administrator, site, staff.pk)
    staff.refresh_from_db()
    assert (staff.has_usable_password(), staff.pin) == (False, "")
    assert not Authenticator.objects.filter(user=staff).exists()
    assert not Shift.objects.filter(staff=staff, ended_at=None).exists()
    assert not UserSession.objects.filter(user=staff).exists()
    assert client.get("/").status_code == 302
    assert told(staff)[-4:] == [*["remove_second_factor"] * 3, "renew_link"]
    told_of_it = TrailEntry.objects.filter(chain=staff.pk).latest("seq")
    changed = json.loads(told_of_it.payload)["rows"]["staff"][str(staff.pk)]
    assert set(changed) == {"password_digest", "pin_digest"}
    assert told_of_it.actor == administrator


def test_deactivation_deletes_the_sessions_and_reactivation_brings_none_back(
    administrator: Staff, site: Site
) -> None:
    staff = lost_phone(site)
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(staff)
    keys = [client.cookies["sessionid"].value for client in clients]
    actions.deactivate_person(administrator, site, staff.pk)
    assert not Session.objects.filter(pk__in=keys).exists()
    assert not Shift.objects.filter(staff=staff, ended_at=None).exists()
    actions.reactivate_person(administrator, site, staff.pk)
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
        actions.require_second_factor(administrator, site, is_required=is_required)
    site.refresh_from_db()
    assert site.requires_second_factor is is_required
    assert TrailEntry.objects.filter(chain=ORGANISATION).count() == before + 1
    for by in (person(site, "clinician"), person(SiteFactory.create(), "administrator")):
        with pytest.raises(NotAllowed):
            actions.require_second_factor(by, site, is_required=is_required)


def test_an_administrator_amends_where_another_is_reached(administrator: Staff, site: Site) -> None:
    nurse = person(site, "nurse")
    actions.amend_contact(administrator, site, nurse.pk, phone="555 0101", email="")
    nurse.refresh_from_db()
    assert (nurse.phone, told(nurse)[-1]) == ("555 0101", "amend_contact")
    with pytest.raises(NotAllowed):
        actions.amend_contact(nurse, site, administrator.pk, phone="1", email="")


def test_everyone_amends_where_they_are_reached_themselves(site: Site) -> None:
    nurse = person(site, "nurse")
    before = len(told(nurse))
    for _ in range(2):
        actions.amend_own_contact(nurse, phone="555 0101", email="ada@clinic.example")
    nurse.refresh_from_db()
    assert nurse.email == "ada@clinic.example"
    assert told(nurse)[before:] == ["amend_own_contact"], "what changes nothing is not told"


def test_no_one_ends_a_session_of_another_site(administrator: Staff, site: Site) -> None:
    stranger = person(SiteFactory.create(), "nurse")
    client = Client()
    client.post("/sign-in/", {"login": stranger.username, "password": PASSWORD})
    row = UserSession.objects.get(user=stranger)
    with pytest.raises(NotAllowed):
        actions.end_sign_in(administrator, site, row.pk, own_key="")
    assert UserSession.objects.filter(pk=row.pk).exists()
