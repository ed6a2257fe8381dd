"""Whoever is shown a patient, by whatever request, has an entry: found from what is shown."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import product
from uuid import UUID

import pytest
from django.test import Client

from clinic.ids import uuid7
from clinic.models import Membership, Site
from monitoring.models import AccessEntry, Patient
from monitoring.proof.reads import patients_of
from monitoring.web.review.access_log import PAGES
from tests.clinic.knocked import world
from tests.clinic.matrix import OWN, World, parts
from tests.clinic.routes import ROUTES
from tests.clock import TestClock
from tests.factories.logged import insert, save
from tests.factories.people import person
from tests.factories.visits import Visit, dosed
from tests.shared import undone

__all__ = ["world"]

ASKED: dict[str, tuple[str, dict[str, str]]] = {
    "a page": ("get", {}),
    "a form without its fields": ("post", {}),
    "a form, by script": ("post", {"HX-Request": "true"}),
    "an update": ("get", {"HX-Request": "true"}),
}
PLACES = ("own", "own in progress")
LEAST_PAGES = 25
KNOWN_TO_SHOW = {
    "board", "patient", "patient-list", "session-list", "session", "session-report", "signature",
    "verification", "session-plan", "review", "review-list", "withdrawal", "clearance", "response",
    "reading-correct", "downtime", "access-list", "access-export", "session-report-pdf",
}  # fmt: skip
"""Routes that show a patient, at least."""


@pytest.fixture
def everyone(world: World) -> Iterator[tuple[World, Client]]:
    """Someone with every role."""
    with undone():
        site = Site.objects.get(name=f"{OWN} Clinic")
        site.requires_second_factor = False
        save(site)
        staff = person(site, "nurse")
        for role in ("clinician", "administrator", "auditor"):
            insert(Membership(staff=staff, site=site, role=role))
        client = Client(raise_request_exception=False)
        client.force_login(staff)
        # So that the access log has something to show.
        client.get(world.address("session", "own"))
        yield world, client


def patients_in(page: str) -> set[UUID]:
    """The patients whose name or MRN the page holds, in whatever case."""
    found = {match.lower() for match in re.findall(rf"{OWN}-[0-9]+", page, re.IGNORECASE)}
    known = Patient.objects.filter(site__name=f"{OWN} Clinic")
    return {p.pk for p in known if {p.mrn.lower(), p.family_name.lower()} & found}


@dataclass
class Shown:
    status: int
    patients: set[UUID]
    kept: set[UUID]
    pages: set[str]
    is_whole: bool
    """Whether it is a page of its own, and no part of one, or a file."""
    says_printed: bool


def as_text(content: bytes) -> str:
    """A page as it is, and all that is in a workbook."""
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def ask(everyone: tuple[World, Client], name: str, place: str, how: str) -> Shown:
    world, client = everyone
    method, headers = ASKED.get(how, ("head", {}))
    path = world.address(name, place)
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    with undone():
        known = set(AccessEntry.objects.values_list("pk", flat=True))
        answer = getattr(client, method)(path, headers=headers)
        text = as_text(answer.getvalue() if answer.streaming else answer.content)
        kept = AccessEntry.objects.exclude(pk__in=known)
        found = Shown(
            answer.status_code,
            patients_in(text),
            patients_of(kept),
            set(kept.values_list("page", flat=True)),
            "<body" in text and 'class="head"' not in text,
            'data-printed="/printed/"' in text and "printed by" in text,
        )
    client.cookies = cookies
    return found


def test_no_request_shows_a_patient_without_an_entry(everyone: tuple[World, Client]) -> None:
    """Nor, on a page, without what keeps that it was printed, and says by whom."""
    showing, unkept, astray, unprinted = set(), [], [], []
    for name, place, how in product(sorted(ROUTES), PLACES, ASKED):
        if place != "own" and "session_id" not in parts(name):
            continue
        found = ask(everyone, name, place, how)
        if not found.patients <= found.kept:
            unkept.append(f"{how} of {name}, {place}")
        if not found.pages <= {name}:
            astray.append(f"{how} of {name}, {place}: {found.pages}")
        if found.patients:
            showing.add(name)
            if found.is_whole and not found.says_printed:
                unprinted.append(f"{how} of {name}, {place}")
    assert unkept == astray == unprinted == []
    # A walk that meets no patient would prove nothing.
    assert len(showing) >= LEAST_PAGES, sorted(showing)
    assert showing >= KNOWN_TO_SHOW
    assert showing <= set(PAGES), "each has a name in the log"


def test_asking_for_the_head_alone_is_kept_like_the_page(everyone: tuple[World, Client]) -> None:
    for name in sorted(KNOWN_TO_SHOW):
        page, head = (ask(everyone, name, "own", how) for how in ("a page", "its head"))
        assert head.kept == (set() if head.status == 405 else page.kept), name


def test_who_has_the_mrn_already_is_kept_as_shown(
    db: None, clock: TestClock, signed_in: Callable[..., Client]
) -> None:
    visit: Visit = dosed(clock)
    body = {
        "id": str(uuid7()),
        "mrn": visit.patient.mrn,
        "family_name": "Other",
        "given_name": "Name",
        "date_of_birth": "1980-01-01",
        "sex": "female",
    }
    answer = signed_in(visit.nurse).post("/patients/new/", body)
    assert visit.patient.banner_name in answer.content.decode()
    entry = AccessEntry.objects.get()
    assert (entry.patient, entry.page) == (visit.patient, "patient-register")


def test_the_page_of_an_error_keeps_no_one(
    db: None, clock: TestClock, signed_in: Callable[..., Client]
) -> None:
    visit = dosed(clock)
    assert signed_in(visit.clinician).get(f"/sessions/{visit.id}/review/{uuid7()}/").status_code
    assert not AccessEntry.objects.exists()


def test_the_board_that_stays_open_is_kept_again_after_a_quarter_of_an_hour(
    db: None, clock: TestClock, signed_in: Callable[..., Client]
) -> None:
    visit = dosed(clock)
    nurse = signed_in(visit.nurse)
    update = {"HX-Request": "true"}
    for _ in range(3):
        nurse.get("/", headers=update)
    assert AccessEntry.objects.count() == 1
    other = dosed(clock, site=visit.site)
    nurse.get("/", headers=update)
    first, second = AccessEntry.objects.order_by("at", "id")
    assert (first.patient, second.patient) == (visit.patient, other.patient)
    clock.forward(minutes=16)
    nurse.get("/", headers=update)
    again = AccessEntry.objects.exclude(pk__in=[first.pk, second.pk])
    assert patients_of(again) == {visit.patient.pk, other.patient.pk}
    assert again.count() == 1
    nurse.get("/", headers=update)
    assert AccessEntry.objects.count() == 3
