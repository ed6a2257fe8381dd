"""Views of the register: who saves, renames and deletes them, and what is refused."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from clinic import actions
from clinic.ids import uuid7
from clinic.models import SavedView, Site, Staff, TrailEntry
from clinic.refusal import Conflict, NotAllowed, Refused
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.factories.people import MembershipFactory, SavedViewFactory, SiteFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Any:
    return SiteFactory.create()


@pytest.fixture
def samuel(site: Site) -> Staff:
    return person(site, "administrator")


def save(
    by: Staff,
    site: Site,
    name: str = "Amended",
    query: str = "amended=yes",
    id: UUID | None = None,
) -> SavedView:
    return actions.save_view(by, site, id=id or uuid7(), name=name, query=query)


def names(staff: Staff) -> list[str]:
    return [view.name for view in SavedView.objects.filter(staff=staff)]


def test_a_view_is_saved_renamed_and_deleted_and_the_persons_trail_tells_each(
    samuel: Staff, site: Site, clock: TestClock
) -> None:
    view = save(samuel, site, " Late ones ")
    assert names(samuel) == ["Late ones"]
    actions.rename_view(samuel, site, view.pk, name="Amended ones")
    assert names(samuel) == ["Amended ones"]
    assert actions.delete_view(samuel, site, view.pk) == "Amended ones"
    assert names(samuel) == []
    told = TrailEntry.objects.filter(chain=samuel.pk, verb__endswith="_view").order_by("seq")
    assert [entry.verb for entry in told] == ["save_view", "rename_view", "delete_view"]
    assert json.loads(told[2].payload)["detail"] == {"name": "Amended ones"}
    assert verify().problems == []


def test_the_same_form_sent_twice_saves_one_view(samuel: Staff, site: Site) -> None:
    id = uuid7()
    assert save(samuel, site, id=id) == save(samuel, site, id=id)
    assert names(samuel) == ["Amended"]
    with pytest.raises(Conflict):
        save(samuel, site, "Another", id=id)


def test_a_name_is_given_once_by_a_person_at_a_site(samuel: Staff, site: Site) -> None:
    other = SiteFactory.create()
    MembershipFactory.create(staff=samuel, site=other, role="auditor")
    first, colleague = save(samuel, site), person(site, "auditor")
    second = save(samuel, site, "Signed")
    with pytest.raises(Refused, match="view_name_taken"):
        save(samuel, site, "AMENDED")
    with pytest.raises(Refused, match="view_name_taken"):
        actions.rename_view(samuel, site, second.pk, name="amended")
    actions.rename_view(samuel, site, first.pk, name="AMENDED")
    save(samuel, other)
    save(colleague, site)
    assert sorted(names(samuel)) == ["AMENDED", "Amended", "Signed"]


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        ("  ", "amended=yes", "view_name"),
        ("All", "", "view_empty"),
        ("Ann", "patient=smith", "view_patient"),
        ("Ann", "amended=yes&patient=MRN+1", "view_patient"),
        ("Long", "room=" + "x" * SavedView.QUERY_LENGTH, "view_long"),
    ],
)
def test_what_cannot_be_a_view_is_refused(
    samuel: Staff, site: Site, name: str, query: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        save(samuel, site, name, query)
    assert names(samuel) == []


def test_a_person_has_twelve_views_at_most(samuel: Staff, site: Site) -> None:
    for _ in range(SavedView.MOST):
        SavedViewFactory.create(staff=samuel, site=site)
    with pytest.raises(Refused, match="most_views"):
        save(samuel, site)
    actions.delete_view(samuel, site, SavedView.objects.all()[0].pk)
    assert save(samuel, site)


def test_no_one_renames_or_deletes_the_view_of_another_person(samuel: Staff, site: Site) -> None:
    view, colleague = save(samuel, site), person(site, "administrator")
    with pytest.raises(NotAllowed):
        actions.rename_view(colleague, site, view.pk, name="Mine")
    with pytest.raises(NotAllowed):
        actions.delete_view(colleague, site, view.pk)
    assert names(samuel) == ["Amended"]


@pytest.mark.parametrize("role", ["nurse", "clinician", "emergency"])
def test_who_may_not_read_the_register_saves_no_view(
    samuel: Staff, site: Site, role: str, clock: TestClock
) -> None:
    by = person(site, role)
    with pytest.raises(NotAllowed):
        save(by, site)
    elsewhere = person(SiteFactory.create(), "administrator")
    with pytest.raises(NotAllowed):
        save(elsewhere, site)
    assert not SavedView.objects.exists()
