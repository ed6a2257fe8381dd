"""What is added after the end, and the list of late readings that wait for a clinician."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.models import Amendment, Review
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import Visit, discharged, observed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def amend(client: Client, visit: Visit, **given: str) -> Any:
    body = {"id": str(uuid7()), "about": "session", "text": "The sister came", "reason": "Left out"}
    return client.post(f"/sessions/{visit.id}/amendment/", body | given)


def test_an_amendment_stands_on_session_and_report_beside_the_original(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    reading = visit.session.reading_set.last()
    assert reading
    nurse = signed_in(visit.nurse)
    assert amend(nurse, visit, about=f"reading:{reading.pk}").status_code == 302
    for page in ("", "report/"):
        shown = nurse.get(f"/sessions/{visit.id}/{page}").content.decode()
        assert "Amended: The sister came" in shown
        assert "Left out" in shown
        assert "122/78" in shown


@pytest.mark.parametrize("field", ["about", "text", "reason"])
def test_what_was_typed_is_still_there_when_something_is_missing(
    clock: TestClock, signed_in: Signer, field: str
) -> None:
    visit = discharged(clock)
    answer = amend(signed_in(visit.nurse), visit, **{field: ""})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    for name, value in {"text": "The sister came", "reason": "Left out"}.items():
        if name != field:
            assert value in answer.content.decode()
    assert not Amendment.objects.exists()


def test_what_is_no_row_of_the_session_is_refused_at_its_field(
    clock: TestClock, signed_in: Signer
) -> None:
    visit, other = discharged(clock), discharged(clock)
    theirs = other.session.reading_set.first()
    assert theirs
    for about in (f"reading:{theirs.pk}", "reading:nonsense", "patient", "session:1"):
        answer = amend(signed_in(visit.nurse), visit, about=about)
        assert answer.status_code == 422
        assert "about" in answer.context["form"].errors
    assert not Amendment.objects.exists()


def test_a_session_that_goes_on_is_not_amended(clock: TestClock, signed_in: Signer) -> None:
    visit = observed(clock)
    answer = amend(signed_in(visit.nurse), visit)
    assert answer.status_code == 422
    assert b"has moved on" in answer.content


def test_amending_is_offered_once_the_session_has_ended(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock)
    nurse = signed_in(visit.nurse)
    path = f"/sessions/{visit.id}/"
    assert "amendment/" not in nurse.get(path).content.decode()
    visit.leave("transferred")
    assert "amendment/" in nurse.get(path).content.decode()
    administrator = signed_in(person(visit.site, "administrator"))
    assert "amendment/" not in administrator.get(path).content.decode()


def test_a_late_reading_waits_on_the_clinicians_board_until_it_is_answered(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    late = visit.read(systolic=182, diastolic=101)
    clinician, nurse = signed_in(visit.clinician), signed_in(visit.nurse)
    assert "1 entry came after the patient had left" in clinician.get("/").content.decode()
    assert "came after the patient had left" not in nurse.get("/").content.decode()
    listed = clinician.get("/reviews/").content.decode()
    assert "182/101" in listed
    path = f"/sessions/{visit.id}/review/{late.pk}/"
    assert path in listed
    assert "182/101" in clinician.get(path).content.decode()
    body = {"id": str(uuid7()), "assessment": "Taken in time", "action_taken": "Rang: well"}
    assert clinician.post(path, body).status_code == 302
    assert Review.objects.get().reading == late
    assert "No late entry waits" in clinician.get("/reviews/").content.decode()
    assert "Taken in time; Rang: well" in nurse.get(f"/sessions/{visit.id}/").content.decode()


def test_an_answer_without_words_is_asked_for_at_its_field(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    late = visit.read()
    body = {"id": str(uuid7()), "assessment": "Taken in time", "action_taken": ""}
    answer = signed_in(visit.clinician).post(f"/sessions/{visit.id}/review/{late.pk}/", body)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["action_taken"]
    assert "Taken in time" in answer.content.decode()


def test_late_readings_of_another_site_are_not_listed(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    visit.read()
    stranger = signed_in(person(SiteFactory.create(), "clinician"))
    assert "No late entry waits" in stranger.get("/reviews/").content.decode()
