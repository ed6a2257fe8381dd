"""The administrator's pages about people, and the page behind a one-time link."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clinic import actions
from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff, TrailEntry
from clinic.signin import arrival, receivers
from clinic.trail.organisation import SIGN_FAILED
from clinic.web import staff_trail
from monitoring.proof.verify import verify
from tests.clinic.declared import declared
from tests.factories.logged import insert, save
from tests.factories.people import PASSWORD, SiteFactory, TabletFactory, person, visitor

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
GIVEN = {"first_name": "Ada", "last_name": "Novak", "credentials": "RN", "username": "ada"}


@pytest.fixture
def site() -> Site:
    return SiteFactory.create()


@pytest.fixture
def administrator(site: Site, signed_in: Signer) -> Client:
    return signed_in(person(site, "administrator", first_name="Sam", last_name="Wright"))


def invite(client: Client, **given: Any) -> Any:
    return client.post("/staff/invite/", {"id": str(uuid7()), "roles": "nurse", **GIVEN, **given})


def link_in(answer: Any) -> str:
    found = re.search(r'value="http://testserver(/invitation/[^"]+)"', answer.content.decode())
    assert found
    return found[1]


def test_from_an_invitation_to_a_first_sign_in(administrator: Client, site: Site) -> None:
    link = link_in(invite(administrator))
    invited = Client()
    page = invited.get(link)
    assert page.status_code == 200
    assert b"<strong>ada</strong>" in page.content
    words = "correct horse battery"
    done = invited.post(link, {"new_password1": words, "new_password2": words})
    assert done["Location"] == "/sign-in/"
    assert invited.post("/sign-in/", {"login": "ada", "password": words}).status_code == 302
    assert invited.get("/").status_code == 200
    assert invited.get(link).status_code == 404
    assert b"This link has ended" in invited.post(link, {"new_password1": words}).content


@pytest.mark.parametrize(
    ("one", "other"), [("short", "short"), ("password123", "password123"), ("a b c d e f", "x")]
)
def test_a_poor_or_mistyped_password_is_refused_at_its_field(
    administrator: Client, one: str, other: str
) -> None:
    link = link_in(invite(administrator))
    answer = Client().post(link, {"new_password1": one, "new_password2": other})
    assert answer.status_code == 422
    assert "new_password2" in answer.context["form"].errors
    assert not Staff.objects.get(username="ada").has_usable_password()


def test_the_link_is_shown_once(administrator: Client) -> None:
    link_in(invite(administrator))
    ada = Staff.objects.get(username="ada")
    assert "/invitation/" not in administrator.get(f"/staff/{ada.pk}/").content.decode()


def test_what_was_typed_stays_when_a_name_is_taken(administrator: Client, site: Site) -> None:
    person(site, "nurse", username="ada")
    answer = invite(administrator)
    assert answer.status_code == 422
    assert "Someone has this user name already" in answer.content.decode()
    assert 'value="Novak"' in answer.content.decode()


def test_an_invitation_needs_a_role(administrator: Client) -> None:
    answer = invite(administrator, roles=[])
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["roles"]


def test_the_list_names_everyone_of_the_site_with_role_and_state(
    administrator: Client, site: Site
) -> None:
    invite(administrator)
    left = person(site, "clinician", last_name="Gone")
    left.is_active = False
    save(left)
    person(SiteFactory.create(), "nurse", last_name="Stranger")
    shown = administrator.get("/staff/").content.decode()
    assert "Ada Novak, RN" in shown
    assert "Invited, no password yet" in shown
    assert "Deactivated" in shown
    assert "Stranger" not in shown


def test_roles_are_changed_and_told_with_who_changed_them(
    administrator: Client, site: Site
) -> None:
    nurse = person(site, "nurse")
    path = f"/staff/{nurse.pk}/"
    answer = administrator.post(f"{path}roles/", {"id": str(uuid7()), "roles": "clinician"})
    assert answer["Location"] == path
    assert [m.role for m in Membership.objects.filter(staff=nurse)] == ["clinician"]
    shown = administrator.get(path).content.decode()
    assert "Roles changed" in shown
    assert "Clinician; Nurse withdrawn" in shown
    told = TrailEntry.objects.filter(chain=nurse.pk).latest("seq")
    assert told.actor is not None
    assert told.actor.get_full_name() == "Sam Wright"
    assert [p for p in verify().problems if str(nurse.pk) in p.words] == []


def test_deactivating_and_reactivating_are_told(administrator: Client, site: Site) -> None:
    nurse = person(site, "nurse")
    for change in ("deactivate", "reactivate"):
        assert administrator.post(f"/staff/{nurse.pk}/{change}/").status_code == 302
    verbs = (
        TrailEntry.objects.filter(chain=nurse.pk).order_by("-seq").values_list("verb", flat=True)
    )
    assert list(verbs[:2]) == ["reactivate_person", "deactivate_person"]


def test_a_new_link_replaces_the_password(administrator: Client, site: Site) -> None:
    nurse = person(site, "nurse")
    answer = administrator.post(f"/staff/{nurse.pk}/link/")
    assert Client().get(link_in(answer)).status_code == 200
    assert f'action="/staff/{nurse.pk}/roles/"' in answer.content.decode()
    nurse.refresh_from_db()
    assert not nurse.has_usable_password()


def test_what_cannot_be_done_is_said(administrator: Client, site: Site) -> None:
    nurse = person(site, "nurse")
    insert(Membership(staff=nurse, site=SiteFactory.create(), role="nurse"))
    answer = administrator.post(f"/staff/{nurse.pk}/deactivate/", follow=True)
    assert "also works at a site" in answer.content.decode()
    nurse.refresh_from_db()
    assert nurse.is_active


def test_ones_own_page_offers_no_change_of_the_account(administrator: Client, site: Site) -> None:
    own = Membership.objects.get(site=site).staff
    shown = administrator.get(f"/staff/{own.pk}/").content.decode()
    assert "/deactivate/" not in shown
    answer = administrator.post(
        f"/staff/{own.pk}/roles/", {"id": str(uuid7()), "roles": "clinician"}
    )
    assert answer.status_code == 422
    assert "Another administrator" in answer.content.decode()


def test_the_list_asks_eleven_times_however_many_people(
    administrator: Client, site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        person(site, "nurse")
    with django_assert_num_queries(11):
        administrator.get("/staff/")


def test_the_list_and_the_person_say_what_lets_them_in(administrator: Client, site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(requires_second_factor=True)
    with_both, with_none = person(site, "clinician"), person(site, "clinician")
    nurse = person(site, "nurse")
    for kind in ("totp", "webauthn", "webauthn", "recovery_codes"):
        Authenticator.objects.create(user=with_both, type=kind, data={})
    actions.choose_pin(with_both, "295173")
    own = Membership.objects.get(site=site, role="administrator").staff
    arrive_with_second_factor(administrator, own)
    rows = {p.pk: factor for p, _status, factor in administrator.get("/staff/").context["people"]}
    assert rows[with_both.pk] == ("done", "authenticator app, passkey")
    assert rows[with_none.pk] == ("waiting", "none yet, needed")
    assert rows[nurse.pk] == ("closed", "none")
    shown = administrator.get(f"/staff/{with_both.pk}/").content.decode()
    assert "authenticator app, passkey" in shown
    assert "<dd>Set</dd>" in shown


def arrive_with_second_factor(client: Client, staff: Staff) -> None:
    session = client.session
    session[arrival.SECOND_FACTOR] = True
    session.save()


def test_every_entry_of_the_trail_of_people_and_organisation_has_words() -> None:
    """Each name that these chains can hold, as it is declared."""
    names = {verb.name for verb in declared()} | set(receivers.Entry) | {SIGN_FAILED}
    assert {"change_roles", "sign_in_failed", "enter_failed", "end_sign_in"} <= names
    # A right PIN is told as the sign-in, a wrong one under a name of its own.
    assert names - {"try_pin"} <= set(staff_trail.ENTRY_WORDS)
    assert set(staff_trail.ENTRY_WORDS) - names == {"change_protocol", "publish_protocol"}


def test_the_trail_says_by_what_means_and_why(administrator: Client, site: Site) -> None:
    nurse = person(site, "nurse")
    client = Client()
    client.post("/sign-in/", {"login": nurse.username, "password": PASSWORD})
    client.post("/lock/now/")
    visitor_home = SiteFactory.create()
    insert(Membership(staff=nurse, site=visitor_home, role="auditor"))
    told = {e.words: e.detail for e in staff_trail.of_person(nurse.pk, site)}
    assert told["Signed in"] == "password"
    assert told["Signed out"] == "tablet handed over"
    assert told["Roles changed"] == "Nurse"
    assert staff_trail.of_person(nurse.pk, site)[0].detail == "Auditor at another site"


def test_the_site_has_its_own_changes_on_the_staff_page(administrator: Client, site: Site) -> None:
    TabletFactory.create(site=site, name="Room 2")
    TabletFactory.create(name="Room of another site")
    answer = administrator.post("/staff/second-factor/", {"needed": "yes"}, follow=True)
    site.refresh_from_db()
    assert site.requires_second_factor
    assert answer.redirect_chain[0][0] == "/staff/"
    told = [(e.words, e.detail) for e in staff_trail.of_site(site)]
    assert told[0] == ("Site changed", "second factor needed")
    assert ("Tablet enrolled", "Room 2") in told
    assert "another site" not in str(told)


def test_a_rule_without_an_answer_changes_nothing(administrator: Client, site: Site) -> None:
    answer = administrator.post("/staff/second-factor/", {}, follow=True)
    assert "Choose yes or no" in answer.content.decode()
    site.refresh_from_db()
    assert not site.requires_second_factor


def test_the_people_are_those_who_work_there_not_who_visits(
    administrator: Client, site: Site
) -> None:
    guest = visitor(site, last_name="Visiting")
    listed = [p for p, _status, _factor in administrator.get("/staff/").context["people"]]
    assert guest not in listed
    assert administrator.get(f"/staff/{guest.pk}/").status_code == 404
    assert 'value="emergency"' not in administrator.get("/staff/invite/").content.decode()


def test_telephone_and_e_mail_are_given_changed_and_told(administrator: Client, site: Site) -> None:
    invite(administrator, phone="555 0101", email="ada@clinic.example")
    ada = Staff.objects.get(username="ada")
    assert (ada.phone, ada.email) == ("555 0101", "ada@clinic.example")
    path = f"/staff/{ada.pk}/contact/"
    given = {"id": str(uuid7()), "phone": "555 0102", "email": "ada@new.example"}
    assert administrator.post(path, given)["Location"] == f"/staff/{ada.pk}/"
    told = TrailEntry.objects.filter(chain=ada.pk).latest("seq")
    assert told.verb == "amend_contact"
    assert "555 0102" in told.payload
    shown = administrator.get(f"/staff/{ada.pk}/").content.decode()
    assert "555 0102" in shown
    assert "ada@new.example" in shown
    wrong = administrator.post(path, given | {"email": "nonsense"})
    assert wrong.status_code == 422
    assert 'value="nonsense"' in wrong.content.decode()


def test_everyone_changes_their_own_telephone_and_e_mail(site: Site, signed_in: Signer) -> None:
    nurse = person(site, "nurse")
    client = signed_in(nurse)
    given = {"id": str(uuid7()), "phone": "555 0103", "email": ""}
    assert client.post("/account/contact/", given)["Location"] == "/account/"
    nurse.refresh_from_db()
    assert nurse.phone == "555 0103"
    assert "555 0103" in client.get("/account/").content.decode()
    assert TrailEntry.objects.filter(chain=nurse.pk).latest("seq").actor == nurse
