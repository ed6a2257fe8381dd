"""Four eyes on the pages: proposed, seen by everyone concerned, confirmed by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from clinic import clock as clinic_clock
from clinic.ids import uuid7
from clinic.models import Membership, Proposal, Site, Staff
from clinic.signin import arrival
from tests.clock import TestClock
from tests.factories.logged import save
from tests.factories.people import PASSWORD, SiteFactory, person, visitor
from tests.factories.visits import discharged, observed, planned, ready_to_sign

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def site(clock: TestClock, db: None) -> Site:
    return planned(clock).site


@pytest.fixture
def samuel(site: Site) -> Staff:
    return person(site, "administrator", first_name="Samuel", last_name="Wright")


@pytest.fixture
def ada(site: Site) -> Staff:
    return person(site, "nurse", first_name="Ada", last_name="Novak")


def propose(client: Client, staff: Staff) -> Proposal:
    answer = client.post(
        f"/staff/{staff.pk}/roles/",
        {"id": str(uuid7()), "roles": ["nurse", "clinician"]},
        follow=True,
    )
    assert "Roles saved, except what waits to be confirmed" in answer.content.decode()
    return Proposal.objects.get(ended_at=None)


def test_everyone_concerned_sees_it(
    site: Site, samuel: Staff, ada: Staff, signed_in: Signer
) -> None:
    client = signed_in(samuel)
    propose(client, ada)
    words = "Ada Novak, RN is to become Clinician"
    for page in ("/staff/", f"/staff/{ada.pk}/", "/sessions/"):
        assert words in client.get(page).content.decode()
    assert words in signed_in(person(site, "clinician")).get("/").content.decode()
    own = signed_in(ada).get("/account/").content.decode()
    assert words in own
    assert 'value="cancel"' in own
    assert words not in signed_in(person(SiteFactory.create(), "nurse")).get("/").content.decode()


def test_another_administrator_confirms_it(
    site: Site, samuel: Staff, ada: Staff, signed_in: Signer
) -> None:
    second = signed_in(person(site, "administrator"))
    first = signed_in(samuel)
    path = f"/staff/proposals/{propose(first, ada).pk}/"
    refused = first.post(path, {"answer": "confirm"}, follow=True).content.decode()
    assert "Another administrator of the site has to confirm this." in refused
    done = second.post(path, {"answer": "confirm"}, follow=True).content.decode()
    assert "Confirmed and done" in done
    assert Membership.objects.filter(staff=ada, role="clinician").exists()


def test_the_person_confirms_it_only_when_signed_in_with_a_passkey(
    site: Site, samuel: Staff, ada: Staff, signed_in: Signer
) -> None:
    made = propose(signed_in(samuel), ada)
    row = Authenticator.objects.create(user=ada, type="webauthn", data={})
    Authenticator.objects.filter(pk=row.pk).update(created_at=made.proposed_at - timedelta(days=2))
    client, path = signed_in(ada), f"/account/proposals/{made.pk}/"
    client.post(path, {"answer": "confirm"})
    assert not Membership.objects.filter(staff=ada, role="clinician").exists()
    session = client.session
    session[arrival.MEANS] = ["webauthn"]
    session.save()
    client.post(path, {"answer": "confirm"})
    assert Membership.objects.filter(staff=ada, role="clinician").exists()


def test_the_person_cancels_it_and_a_stranger_does_not(
    site: Site, samuel: Staff, ada: Staff, signed_in: Signer
) -> None:
    made = propose(signed_in(samuel), ada)
    path = f"/account/proposals/{made.pk}/"
    signed_in(person(site, "nurse")).post(path, {"answer": "cancel"})
    made.refresh_from_db()
    assert made.ended_at is None
    signed_in(ada).post(path, {"answer": "cancel"})
    made.refresh_from_db()
    assert made.is_confirmed is False


def test_a_lost_phone_of_who_signs_is_proposed_and_no_link_is_offered(
    site: Site, samuel: Staff, signed_in: Signer
) -> None:
    mei = person(site, "clinician")
    client = signed_in(samuel)
    shown = client.get(f"/staff/{mei.pk}/").content.decode()
    assert "Propose a new sign-in" in shown
    assert f"/staff/{mei.pk}/link/" not in shown
    answer = client.post(f"/staff/{mei.pk}/new-sign-in/", follow=True).content.decode()
    assert "is to get a new sign-in, without the present second factors" in answer
    Authenticator.objects.create(user=mei, type="totp", data={})
    assert f"/staff/{mei.pk}/link/" in client.get(f"/staff/{mei.pk}/").content.decode()


STEP_UPS = (
    "/staff/invite/",
    "/staff/{nurse}/roles/",
    "/staff/{nurse}/link/",
    "/staff/{nurse}/new-sign-in/",
    "/staff/second-factor/",
    "/tablets/enrol/",
)


@pytest.mark.parametrize("path", STEP_UPS)
def test_the_administrators_own_password_is_asked_for_first(
    site: Site, samuel: Staff, ada: Staff, path: str
) -> None:
    client, address = Client(), path.format(nurse=ada.pk)
    client.force_login(samuel)
    answer = client.post(address, {"id": str(uuid7()), "roles": "nurse", "name": "Room 2"})
    assert answer["Location"].startswith("/account/confirm/?next=")
    ada.refresh_from_db()
    assert ada.has_usable_password()


def test_after_the_password_what_was_sent_is_done(site: Site, samuel: Staff, ada: Staff) -> None:
    client = Client()
    client.force_login(samuel)
    path = f"/staff/{ada.pk}/roles/"
    sent = {"id": str(uuid7()), "roles": ["nurse", "auditor"]}
    asked = client.post(path, sent)["Location"]
    given = {"password": "a guess", "next": path}
    assert client.post("/account/confirm/", given).status_code == 422
    assert not Membership.objects.filter(staff=ada, role="auditor").exists()
    assert str(ada.pk) in asked
    done = client.post("/account/confirm/", given | {"password": PASSWORD})
    assert done["Location"] == f"/staff/{ada.pk}/"
    assert Membership.objects.filter(staff=ada, role="auditor").exists()


# Signatures of the week after a new link


@pytest.mark.parametrize(("days", "is_said"), [(0, True), (6.99, True), (7, False)])
def test_a_signature_within_a_week_of_a_renewed_sign_in_says_so(
    clock: TestClock, signed_in: Signer, days: float, is_said: bool
) -> None:
    visit = ready_to_sign(clock)
    mei, begun = visit.clinician, clock.now()
    administrator = person(visit.site, "administrator", first_name="Sam", last_name="Wright")
    Authenticator.objects.create(user=mei, type="totp", data={})
    assert signed_in(administrator).post(f"/staff/{mei.pk}/link/").status_code == 200
    mei.set_password(PASSWORD)
    save(mei)
    clock.travel_to(begun + timedelta(days=days))
    words = "sign-in renewed by Sam Wright, RN on 10-Mar-2026"
    page = signed_in(mei).get(f"/sessions/{visit.id}/clearance/")
    assert (words in page.context["renewal"]) is is_said
    if days:
        return
    assert f"Your signature will say: {words}" in page.content.decode()
    signed = visit.sign()
    for path in ("report/", f"clearances/{signed.pk}/"):
        assert words in signed_in(mei).get(f"/sessions/{visit.id}/{path}").content.decode()


def test_other_signatures_say_nothing_of_it(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    shown = signed_in(visit.clinician).get(f"/sessions/{visit.id}/report/").content.decode()
    assert "renewed" not in shown


# Reviews of emergency access


def test_a_visit_that_is_over_is_listed_and_reviewed(clock: TestClock, signed_in: Signer) -> None:
    visit = observed(clock)
    visitor(visit.site, first_name="Ines", last_name="Moreau")
    clinician = signed_in(visit.clinician)
    assert "waits for a review" not in clinician.get("/").content.decode()
    clock.travel_to(clinic_clock.now() + timedelta(hours=1))
    assert "waits for a review" in clinician.get("/").content.decode()
    assert "waits for a review" not in signed_in(visit.nurse).get("/").content.decode()
    assert "Ines Moreau" in clinician.get("/emergency/visits/").content.decode()
    row = Membership.objects.get(role="emergency")
    path = f"/emergency/visits/{row.pk}/review/"
    empty = clinician.post(path, {"id": str(uuid7()), "words": ""})
    assert empty.status_code == 422
    sent = {"id": str(uuid7()), "words": "Called by the nurse, helped with oxygen"}
    assert clinician.post(path, sent)["Location"] == "/emergency/visits/"
    assert "waits for a review" not in clinician.get("/").content.decode()
    assert clinician.get(path).status_code == 404
