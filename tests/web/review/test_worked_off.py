"""The lists that are worked off, page by page: late entries, calls, monitoring forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinic.ids import uuid7
from clinic.pages import keyset
from monitoring.models import AccessEntry, Reading
from monitoring.proof.reads import patients_of
from monitoring.web.review import forms
from monitoring.web.session import amendment, call
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, discharged

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for page in (amendment, call, forms):
        monkeypatch.setattr(page, "PAGE_SIZE", 2)


def link(page: str, words: str) -> str:
    found = re.search(rf'href="([^"]*)">{words}<', page)
    return found[1] if found else ""


def pages(client: Client, address: str, row: str) -> list[list[str]]:
    """What `row` finds on each page, forward to the last; back again it is the same."""
    path, query, forward, back = address, "", [], []
    while True:
        page = client.get(path + query).content.decode()
        forward.append(re.findall(row, page))
        if not (query := link(page, "Next")):
            break
    while True:
        back.append(re.findall(row, page))
        if not (query := link(page, "Previous")):
            break
        page = client.get(path + query).content.decode()
    assert forward == back[::-1]
    return forward


def late_entries(clock: TestClock) -> tuple[Visit, list[Any]]:
    """Of each kind some, in the order in which the page has them."""
    visit = discharged(clock)
    events = [visit.event("symptom", symptoms=("nausea",)) for _ in range(3)]
    readings = [visit.read(systolic=150 + n) for n in range(2)]
    strikes = [visit.strike(visit.session.reading_set.order_by("seq")[n]) for n in range(2)]
    return visit, [*events, *readings, *strikes]


def answered(clinician: Client, visit: Visit, late: Reading) -> None:
    """By a review that a clinician sends."""
    answer = {"id": str(uuid7()), "assessment": "Known", "action_taken": "None"}
    clinician.post(f"/sessions/{visit.id}/review/{late.pk}/", answer)


REVIEWED = r'href="/sessions/[^/]+/(?:event|review|strikes)/([^/]+)/'


def test_late_entries_are_paged_kind_after_kind_and_each_stands_on_one_page(
    clock: TestClock, signed_in: Signer
) -> None:
    visit, made = late_entries(clock)
    found = pages(signed_in(visit.clinician), "/reviews/", REVIEWED)
    ids = [str(row.pk) for row in made]
    assert found == [ids[:2], ids[2:4], ids[4:6], ids[6:]]


def test_a_page_whose_entries_are_all_answered_shows_those_that_still_wait(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    late = [visit.read(systolic=150 + n) for n in range(3)]
    clinician = signed_in(visit.clinician)
    second = link(clinician.get("/reviews/").content.decode(), "Next")
    answered(clinician, visit, late[-1])
    shown = clinician.get(f"/reviews/{second}").content.decode()
    assert re.findall(REVIEWED, shown) == [str(row.pk) for row in late[:2]]
    assert "No late entry waits" not in shown


def test_one_entry_that_is_answered_meanwhile_leaves_none_out_of_the_next_page(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    late = [visit.read(systolic=150 + n) for n in range(4)]
    clinician = signed_in(visit.clinician)
    second = link(clinician.get("/reviews/").content.decode(), "Next")
    answered(clinician, visit, late[1])
    shown = clinician.get(f"/reviews/{second}").content.decode()
    assert re.findall(REVIEWED, shown) == [str(row.pk) for row in late[2:]]


def test_the_longest_waiting_call_comes_first_and_only_the_page_is_read(
    clock: TestClock, signed_in: Signer
) -> None:
    first = discharged(clock)
    others = []
    for _ in range(2):
        clock.forward(minutes=5)
        others.append(discharged(clock, site=first.site))
    clock.forward(minutes=60 * 20)
    nurse = signed_in(first.nurse)
    nurse.get("/calls/")
    listed = AccessEntry.objects.filter(page="call-list")
    assert patients_of(listed) == {first.patient.pk, others[0].patient.pk}
    ids = [str(visit.id) for visit in (first, *others)]
    assert pages(nurse, "/calls/", "/sessions/([^/]+)/call/") == [ids[:2], ids[2:]]


def test_forms_to_be_filed_again_come_after_those_to_be_filed(
    clock: TestClock, signed_in: Signer
) -> None:
    again = discharged(clock)
    again.file_form()
    again.amend_patient(family_name="Ziegler")
    waiting = []
    for _ in range(2):
        clock.forward(minutes=60 * 24)
        waiting.append(discharged(clock, site=again.site))
    administrator = signed_in(person(again.site, "administrator"))
    ids = [str(visit.id) for visit in (*waiting, again)]
    assert pages(administrator, "/forms/", "/sessions/([^/]+)/form/") == [ids[:2], ids[2:]]


@pytest.mark.parametrize("place", ["9.x", "0.", "x", "2.00000000-0000-0000-0000-000000000000"])
def test_a_place_that_there_is_not_shows_the_first_page(
    clock: TestClock, signed_in: Signer, place: str
) -> None:
    visit, made = late_entries(clock)
    shown = signed_in(visit.clinician).get("/reviews/", {"after": place}).content.decode()
    assert re.findall(REVIEWED, shown) == [str(row.pk) for row in made[:2]]


def test_the_heading_counts_every_kind_and_ends_beyond_the_most_that_is_counted(
    clock: TestClock, signed_in: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, made = late_entries(clock)
    clinician = signed_in(visit.clinician)
    assert f"Late entries <small>{len(made)}</small>" in clinician.get("/reviews/").content.decode()
    monkeypatch.setattr(keyset, "MOST_COUNTED", 6)
    shown = clinician.get("/reviews/").content.decode()
    assert "Late entries <small>more than 6</small>" in shown
