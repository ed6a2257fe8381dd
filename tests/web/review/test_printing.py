"""Whoever prints a page with patients is kept as having printed it, whichever page it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from clinic.models import Membership
from monitoring.models import AccessEntry
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import SiteFactory, person
from tests.factories.visits import Visit, discharged

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
FIELD = re.compile(r'<input type="hidden" [^>]*name="(page|at)" value="([^"]+)">')


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    return discharged(clock)


@pytest.fixture
def administrator(visit: Visit, signed_in: Signer) -> Client:
    return signed_in(person(visit.site, "administrator", first_name="Ada", last_name="Byron"))


def told(page: str) -> dict[str, str]:
    """What the page would say of itself when it is printed."""
    return {name: unescape(value) for name, value in FIELD.findall(page)}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/sessions/", "session-list"),
        ("/patients/", "patient-list"),
        ("/patients/{patient}/", "patient"),
        ("/sessions/{session}/", "session"),
        ("/sessions/{session}/report/", "session-report"),
        ("/sessions/{session}/clearances/{clearance}/", "signature"),
        ("/sessions/{session}/verification/", "verification"),
        ("/access/", "access-list"),
    ],
)
def test_what_was_shown_is_kept_as_printed(
    visit: Visit, administrator: Client, clock: TestClock, path: str, name: str
) -> None:
    administrator.get(f"/sessions/{visit.id}/amendment/")
    administrator.get(f"/patients/{visit.patient.pk}/")
    clock.forward(minutes=1)
    found = path.format(
        patient=visit.patient.pk,
        session=visit.id,
        clearance=visit.session.clearance_set.get().pk,
    )
    page = administrator.get(found).content.decode()
    clock.forward(minutes=1)
    assert administrator.post("/printed/", told(page)).status_code == 204
    printed = AccessEntry.objects.get(action="printed")
    shown = AccessEntry.objects.get(page=name, at=clock.now().replace(minute=printed.at.minute - 1))
    assert printed.page == name
    assert (printed.patient, printed.session) == (shown.patient, shown.session)
    assert (printed.staff, printed.site) == (shown.staff, shown.site)


def test_it_says_who_prints_and_as_of_when(administrator: Client, clock: TestClock) -> None:
    page = administrator.get("/sessions/").content.decode()
    at = clock.now().astimezone(SiteFactory.build().tz)
    assert f"as of {at:%d-%b-%Y %H:%M}, printed by Ada Byron" in page


@pytest.mark.parametrize("path", ["/protocols/", "/staff/", "/tablets/"])
def test_a_page_that_shows_no_patient_says_nothing(administrator: Client, path: str) -> None:
    page = administrator.get(path).content.decode()
    assert told(page) == {}
    assert "printed by" not in page


def test_what_others_were_shown_or_no_one_was_is_not_kept(
    visit: Visit, administrator: Client, signed_in: Signer
) -> None:
    said = told(administrator.get(f"/sessions/{visit.id}/report/").content.decode())
    assert signed_in(visit.nurse).post("/printed/", said).status_code == 404
    assert Client().post("/printed/", said).status_code == 302
    for wrong in (
        {},
        said | {"page": "patient-list"},
        said | {"page": "\x00"},
        said | {"at": "yesterday"},
        said | {"at": "2026-13-40T00:00:00+00:00"},
        said | {"at": "2026-03-10T10:00:00"},
    ):
        assert administrator.post("/printed/", wrong).status_code == 404
    assert not AccessEntry.objects.filter(action="printed").exists()


@pytest.mark.parametrize("path", ["/patients/", "/sessions/", "/access/", "/reviews/"])
def test_a_number_is_never_broken_over_lines(visit: Visit, signed_in: Signer, path: str) -> None:
    visit.read(systolic=182, diastolic=101)
    insert(Membership(staff=visit.clinician, site=visit.site, role="administrator"))
    client = signed_in(visit.clinician)
    client.get(f"/patients/{visit.patient.pk}/")
    page = client.get(path).content.decode().partition("<main")[2]
    whole = re.findall(rf'text-nowrap">(?:MRN )?{visit.patient.mrn}<', page)
    assert len(whole) == page.count(visit.patient.mrn) > 0
