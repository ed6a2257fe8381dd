"""Who signs here, and who says who signs, is not decided by one administrator alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from clinic import actions, proposals, staffing
from clinic.actions import NewPerson
from clinic.actions.sessions import begin_shift
from clinic.models import Membership, Proposal, Shift, Site, Staff, TrailEntry
from clinic.refusal import NotAllowed, Refused
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.factories.people import PASSWORD, MembershipFactory, SiteFactory, TabletFactory, person
from tests.factories.visits import planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(clock: TestClock, db: None) -> Site:
    """A site that has begun: a session is planned there."""
    return planned(clock).site


@pytest.fixture
def samuel(site: Site) -> Staff:
    return person(site, "administrator", username="samuel")


@pytest.fixture
def second(site: Site, clock: TestClock) -> Staff:
    """Another administrator, who has signed in before."""
    found = person(site, "administrator", username="second")
    Staff.objects.filter(pk=found.pk).update(last_login=clock.now())
    return found


@pytest.fixture
def nurse(site: Site) -> Staff:
    return person(site, "nurse", username="ada")


def roles(staff: Staff) -> list[str]:
    return sorted(Membership.objects.filter(staff=staff).values_list("role", flat=True))


def told(staff: Staff) -> list[str]:
    entries = TrailEntry.objects.filter(chain=staff.pk).order_by("seq")
    return list(entries.values_list("verb", flat=True))


def propose(by: Staff, site: Site, staff: Staff, role: str = "clinician") -> Proposal:
    actions.change_roles(by, site, staff.pk, roles=["nurse", role])
    return Proposal.objects.get(staff=staff, ended_at=None)


def with_passkey(staff: Staff, added: Any) -> Staff:
    row = Authenticator.objects.create(user=staff, type="webauthn", data={})
    Authenticator.objects.filter(pk=row.pk).update(created_at=added)
    return staff


@pytest.mark.parametrize("role", ["clinician", "administrator"])
def test_a_role_by_which_one_signs_waits_for_a_second_administrator(
    site: Site, samuel: Staff, second: Staff, nurse: Staff, role: str
) -> None:
    made = propose(samuel, site, nurse, role)
    assert (roles(nurse), made.effective_at) == (["nurse"], None)
    with pytest.raises(Refused, match="second_administrator"):
        actions.confirm_proposal(samuel, site, made.pk)
    assert roles(nurse) == ["nurse"]
    actions.confirm_proposal(second, site, made.pk)
    assert roles(nurse) == sorted(["nurse", role])
    assert told(nurse)[-2:] == ["change_roles", "confirm_proposal"]
    with pytest.raises(Refused, match="proposal_ended"):
        actions.confirm_proposal(second, site, made.pk)
    assert [p for p in verify().problems if str(nurse.pk) in p.words] == []


@pytest.mark.parametrize("role", ["nurse", "auditor"])
def test_other_roles_are_given_at_once(site: Site, samuel: Staff, nurse: Staff, role: str) -> None:
    actions.change_roles(samuel, site, nurse.pk, roles=[role])
    assert roles(nurse) == [role]
    assert not Proposal.objects.exists()


def test_until_the_first_session_is_planned_roles_are_given_freely(clock: TestClock) -> None:
    site = SiteFactory.create()
    samuel, nurse = person(site, "administrator"), person(site, "nurse")
    actions.change_roles(samuel, site, nurse.pk, roles=["nurse", "clinician", "administrator"])
    assert roles(nurse) == ["administrator", "clinician", "nurse"]
    assert not Proposal.objects.exists()


def test_who_is_invited_to_sign_has_no_role_until_it_is_confirmed(
    site: Site, samuel: Staff, second: Staff
) -> None:
    new = NewPerson(username="mei", first_name="Mei", last_name="Lin", credentials="MD")
    mei = actions.invite_person(samuel, site, new, roles=["clinician"])
    assert roles(mei) == []
    assert mei in staffing.people(site)
    actions.confirm_proposal(second, site, Proposal.objects.get(staff=mei).pk)
    assert roles(mei) == ["clinician"]


def test_a_sole_administrator_waits_for_a_day_that_everyone_sees(
    site: Site, samuel: Staff, nurse: Staff, clock: TestClock
) -> None:
    person(site, "administrator", username="never-came")
    made = propose(samuel, site, nurse)
    assert made.effective_at == clock.now() + timedelta(days=1)
    clock.forward(minutes=24 * 60 - 0.01)
    with pytest.raises(Refused, match="wait_a_day"):
        actions.confirm_proposal(samuel, site, made.pk)
    clock.forward(minutes=0.01)
    actions.confirm_proposal(samuel, site, made.pk)
    assert roles(nurse) == ["clinician", "nurse"]


def test_the_person_confirms_with_a_passkey_that_is_a_day_older(
    site: Site, samuel: Staff, second: Staff, nurse: Staff, clock: TestClock
) -> None:
    made = propose(samuel, site, nurse)
    for added, is_signed_in_with_it in (
        (made.proposed_at - timedelta(days=1), False),
        (made.proposed_at - timedelta(hours=23), True),
    ):
        Authenticator.objects.all().delete()
        with_passkey(nurse, added)
        with pytest.raises(Refused, match="own_passkey"):
            actions.confirm_proposal(nurse, site, made.pk, with_passkey=is_signed_in_with_it)
    with_passkey(nurse, made.proposed_at - timedelta(days=1))
    actions.confirm_proposal(nurse, site, made.pk, with_passkey=True)
    assert roles(nurse) == ["clinician", "nurse"]


def test_no_one_else_has_a_part_in_it(
    site: Site, samuel: Staff, second: Staff, nurse: Staff
) -> None:
    made = propose(samuel, site, nurse)
    other = SiteFactory.create()
    strangers = [
        person(site, "nurse"), person(site, "clinician"), person(site, "auditor"),
        person(other, "administrator"),
    ]  # fmt: skip
    for by in strangers:
        for change in (actions.confirm_proposal, actions.cancel_proposal):
            with pytest.raises(NotAllowed):
                change(by, site, made.pk)
    with pytest.raises(NotAllowed):
        actions.confirm_proposal(strangers[-1], other, made.pk)
    assert roles(nurse) == ["nurse"]


@pytest.mark.parametrize("by", ["samuel", "second", "ada"])
def test_anyone_concerned_cancels_it(
    site: Site, samuel: Staff, second: Staff, nurse: Staff, by: str
) -> None:
    made = propose(samuel, site, nurse)
    actions.cancel_proposal(Staff.objects.get(username=by), site, made.pk)
    assert (roles(nurse), told(nurse)[-1]) == (["nurse"], "cancel_proposal")
    with pytest.raises(Refused, match="proposal_ended"):
        actions.confirm_proposal(second, site, made.pk)


def test_the_same_is_proposed_once(site: Site, samuel: Staff, nurse: Staff) -> None:
    made = propose(samuel, site, nurse)
    assert propose(samuel, site, nurse) == made


def test_a_role_of_now_is_kept_until_the_new_one_is_confirmed(
    site: Site, samuel: Staff, nurse: Staff
) -> None:
    with pytest.raises(Refused, match="keep_a_role"):
        actions.change_roles(samuel, site, nurse.pk, roles=["clinician"])
    assert roles(nurse) == ["nurse"]
    assert not Proposal.objects.exists()


def test_nothing_comes_of_it_for_someone_who_was_deactivated(
    site: Site, samuel: Staff, second: Staff, nurse: Staff
) -> None:
    made = propose(samuel, site, nurse)
    actions.deactivate_person(samuel, site, nurse.pk)
    actions.reactivate_person(samuel, site, nurse.pk)
    with pytest.raises(Refused, match="proposal_ended"):
        actions.confirm_proposal(second, site, made.pk)


# A new link and a new sign-in


@pytest.fixture
def mei(site: Site) -> Staff:
    return person(site, "clinician", username="mei")


def test_a_new_link_of_who_signs_keeps_the_second_factors(
    site: Site, samuel: Staff, mei: Staff
) -> None:
    for kind in ("totp", "recovery_codes"):
        Authenticator.objects.create(user=mei, type=kind, data={})
    actions.choose_pin(mei, "295173")
    actions.renew_link(samuel, site, mei.pk)
    mei.refresh_from_db()
    assert (mei.has_usable_password(), mei.pin) == (False, "")
    assert Authenticator.objects.filter(user=mei).count() == 2
    actions.renew_link(samuel, site, mei.pk)
    assert Authenticator.objects.filter(user=mei).count() == 2
    assert told(mei)[-1] == "renew_link"


def test_who_signs_and_has_no_second_factor_gets_no_link_from_one_administrator(
    site: Site, samuel: Staff, mei: Staff
) -> None:
    Authenticator.objects.create(user=mei, type="recovery_codes", data={})
    with pytest.raises(Refused, match="no_factor_left"):
        actions.renew_link(samuel, site, mei.pk)
    assert Client().login(username="mei", password=PASSWORD)


def test_a_new_sign_in_is_confirmed_and_then_begins_with_a_link(
    site: Site, samuel: Staff, second: Staff, mei: Staff
) -> None:
    Authenticator.objects.create(user=mei, type="totp", data={})
    actions.propose_new_sign_in(samuel, site, mei.pk)
    made = Proposal.objects.get(staff=mei)
    assert made.role == ""
    mei.refresh_from_db()
    assert mei.has_usable_password()
    with pytest.raises(Refused, match="second_administrator"):
        actions.confirm_proposal(samuel, site, made.pk)
    actions.confirm_proposal(second, site, made.pk)
    mei.refresh_from_db()
    assert not mei.has_usable_password()
    assert not Authenticator.objects.filter(user=mei).exists()
    link = staffing.link_of(actions.renew_link(samuel, site, mei.pk))
    assert staffing.invited(*link) == mei


def test_losing_the_role_is_no_way_round(
    site: Site, samuel: Staff, second: Staff, mei: Staff
) -> None:
    """Without the role a link takes the factors; the role then needs two again."""
    Authenticator.objects.create(user=mei, type="totp", data={})
    actions.change_roles(samuel, site, mei.pk, roles=["nurse"])
    actions.renew_link(samuel, site, mei.pk)
    actions.change_roles(samuel, site, mei.pk, roles=["nurse", "clinician"])
    assert roles(mei) == ["nurse"]


def test_who_signs_elsewhere_is_guarded_here(site: Site, samuel: Staff, nurse: Staff) -> None:
    other = SiteFactory.create()
    MembershipFactory.create(staff=nurse, site=other, role="clinician")
    assert not proposals.is_guarded(nurse)
    MembershipFactory.create(staff=nurse, site=site, role="administrator")
    assert proposals.is_guarded(nurse)


def test_a_pin_ends_with_the_password(site: Site, nurse: Staff) -> None:
    begin_shift(TabletFactory.create(site=site), nurse, has_second_factor=False)
    actions.change_password(nurse, "another one altogether")
    assert not Shift.objects.filter(staff=nurse, ended_at=None).exists()
