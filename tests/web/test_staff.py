"""The administrator's pages about people, and the page behind a one-time link."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinic.models import Membership, Site, Staff
from monitoring.models import TrailEntry
from monitoring.models.fact import uuid7
from monitoring.trail.verify import verify
from tests.factories.place import SiteFactory, person

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
GIVEN = {"first_name": "Ada", "last_name": "Novak", "credentials": "RN", "username": "ada"}


@pytest.fixture
def site() -> Site:
    return SiteFactory()


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
    left.save()
    person(SiteFactory(), "nurse", last_name="Stranger")
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
    assert administrator.post(path, {"id": str(uuid7()), "roles": "clinician"}).status_code == 302
    assert [m.role for m in Membership.objects.filter(staff=nurse)] == ["clinician"]
    shown = administrator.get(path).content.decode()
    assert "Role given" in shown
    assert "Role taken" in shown
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
    assert f'action="/staff/{nurse.pk}/"' in answer.content.decode()
    nurse.refresh_from_db()
    assert not nurse.has_usable_password()


def test_what_cannot_be_done_is_said(administrator: Client, site: Site) -> None:
    nurse = person(site, "nurse")
    Membership.objects.create(staff=nurse, site=SiteFactory(), role="nurse")
    answer = administrator.post(f"/staff/{nurse.pk}/deactivate/", follow=True)
    assert "also works at a site" in answer.content.decode()
    nurse.refresh_from_db()
    assert nurse.is_active


def test_ones_own_page_offers_no_change_of_the_account(administrator: Client, site: Site) -> None:
    own = Membership.objects.get(site=site).staff
    shown = administrator.get(f"/staff/{own.pk}/").content.decode()
    assert "/deactivate/" not in shown
    answer = administrator.post(f"/staff/{own.pk}/", {"id": str(uuid7()), "roles": "clinician"})
    assert answer.status_code == 422
    assert "Another administrator" in answer.content.decode()


def test_the_list_asks_seven_times_however_many_people(
    administrator: Client, site: Site, django_assert_num_queries: Any
) -> None:
    for _ in range(8):
        person(site, "nurse")
    with django_assert_num_queries(7):
        administrator.get("/staff/")
