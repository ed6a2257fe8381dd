"""Views of the register that a person saves: opened in one tap, renamed, deleted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinic.ids import uuid7
from clinic.models import Membership, SavedView, Site, Staff
from monitoring.models import Session
from tests.clock import TestClock
from tests.factories.logged import delete
from tests.factories.people import SavedViewFactory, person
from tests.factories.visits import observed
from tests.web.review.conftest import made, shown

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
HIGHEST = "outcome=open&sort=-peak"


@pytest.fixture
def samuel(site: Site) -> Staff:
    return person(site, "administrator")


@pytest.fixture
def office(samuel: Staff, signed_in: Signer) -> Client:
    return signed_in(samuel)


def save(client: Client, name: str, query: str) -> Any:
    return client.post(f"/sessions/views/new/?{query}", {"id": str(uuid7()), "name": name})


def text(client: Client, path: str) -> str:
    page = re.sub(r"<[^>]+>", " ", client.get(path).content.decode())
    return " ".join(page.split())


def kept(client: Client, name: str = "Highest", query: str = HIGHEST) -> SavedView:
    assert save(client, name, query).status_code == 302
    return SavedView.objects.get(name=name)


def test_a_view_keeps_filter_and_order_and_stands_on_the_register_as_a_button(
    clock: TestClock, site: Site, office: Client
) -> None:
    calm, high = made(clock, site, observed), made(clock, site, observed)
    clock.forward(minutes=1)
    high.read(None, systolic=170, diastolic=95)
    made(clock, site)
    # As the form sends it, with what is empty, and with a page.
    asked = f"since=&until=&room=&{HIGHEST}&size=50&after={calm.id}"
    saved = save(office, "Highest now", asked)
    assert saved["Location"] == f"/sessions/?{HIGHEST}"
    page = office.get("/sessions/").content.decode()
    (address,) = re.findall(r'href="([^"]+)">Highest now</a>', page)
    opened = office.get(address.replace("&amp;", "&"))
    assert [s.pk for s in opened.context["sessions"]] == [high.id, calm.id]
    assert 'aria-current="true">Highest now</a>' in opened.content.decode()


def test_what_is_shown_is_offered_to_be_saved_unless_it_is_a_view_already(
    clock: TestClock, office: Client
) -> None:
    words = "Save this view"
    assert words in text(office, f"/sessions/?{HIGHEST}")
    assert words not in text(office, "/sessions/")
    assert words not in text(office, "/sessions/?sort=-planned_for")
    assert words not in text(office, "/sessions/?amended=yes")
    assert words not in text(office, "/sessions/?given=much")
    kept(office)
    assert words not in text(office, f"/sessions/?{HIGHEST}")
    assert "Rename or delete this view" in text(office, f"/sessions/?{HIGHEST}")


def test_a_view_of_one_patient_is_not_offered_and_is_refused_in_words(
    clock: TestClock, site: Site, office: Client
) -> None:
    made(clock, site, family_name="Quillmarsh")
    page = text(office, "/sessions/?patient=Quillmarsh")
    assert "Save this view" not in page
    assert "A view that looks for one patient cannot be saved." in page
    refused = save(office, "Her", "patient=Quillmarsh")
    assert refused.status_code == 422
    assert "A view that looks for one patient is not saved." in refused.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", HIGHEST, "Enter this."),
        ("Highest", HIGHEST, "You have a view of this name already."),
        ("x" * 41, HIGHEST, "at most 40 characters"),
        ("All", "", "Nothing is filtered"),
        ("Wrong", "given=much", "A filter is wrong."),
    ],
)
def test_what_is_refused_says_why_and_keeps_the_name_that_was_typed(
    clock: TestClock, office: Client, name: str, query: str, words: str
) -> None:
    kept(office)
    refused = save(office, name, query)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert words in page
    assert f'value="{name}"' in page or not name
    assert SavedView.objects.count() == 1


def test_a_view_is_renamed_and_deleted(clock: TestClock, office: Client) -> None:
    view = kept(office)
    path = f"/sessions/views/{view.pk}/"
    assert "How it ended: Still open; Order: Highest systolic first." in text(office, path)
    renamed = office.post(path, {"id": str(uuid7()), "name": "Pressure"})
    assert renamed["Location"] == f"/sessions/?{HIGHEST}"
    assert "Pressure" in text(office, "/sessions/")
    assert office.post(f"{path}delete/")["Location"] == "/sessions/"
    page = text(office, "/sessions/")
    assert "View “Pressure” deleted" in page
    assert "Pressure" not in text(office, "/sessions/")


def test_a_view_is_its_persons_own(
    clock: TestClock, site: Site, office: Client, auditor: Client
) -> None:
    view = kept(office)
    assert "Highest now" not in text(auditor, "/sessions/")
    path = f"/sessions/views/{view.pk}/"
    assert auditor.get(path).status_code == 404
    assert auditor.post(path, {"id": str(uuid7()), "name": "Mine"}).status_code == 404
    assert auditor.post(f"{path}delete/").status_code == 404
    assert SavedView.objects.get() == view


def test_the_sessions_of_a_nurse_who_left_are_still_found(
    clock: TestClock, site: Site, office: Client
) -> None:
    visit = made(clock, site, observed)
    made(clock, site, observed)
    query = f"nurse={visit.nurse.pk}"
    kept(office, "Rosa's", query)
    delete(Membership.objects.get(staff=visit.nurse, site=site))
    assert shown(office, nurse=str(visit.nurse.pk)) == [visit.id]
    assert f"Who watched last: {visit.nurse.printed_name}" in text(office, f"/sessions/?{query}")
    # Anyone else who left is not offered.
    assert visit.nurse.printed_name not in text(office, "/sessions/?amended=yes")


def test_a_room_that_is_no_more_finds_no_session_and_says_so(
    clock: TestClock, site: Site, office: Client
) -> None:
    made(clock, site)
    view = kept(office, "Chair 9", "room=Chair+9")
    assert "No session matches these filters." in text(office, f"/sessions/?{view.query}")


@pytest.mark.parametrize("query", ["nurse=00000000-0000-4000-8000-000000000000", "flag=given_up"])
def test_what_is_filtered_by_something_unknown_shows_nothing_and_can_be_deleted(
    clock: TestClock, site: Site, office: Client, samuel: Staff, query: str
) -> None:
    made(clock, site)
    view = SavedViewFactory.create(staff=samuel, site=site, query=query)
    assert "Nothing is shown while a filter is wrong." in text(office, f"/sessions/?{query}")
    page = text(office, f"/sessions/views/{view.pk}/")
    assert "Something that this view filters by is no longer there." in page
    assert office.post(f"/sessions/views/{view.pk}/delete/").status_code == 302
    assert Session.objects.exists()
    assert not SavedView.objects.exists()
