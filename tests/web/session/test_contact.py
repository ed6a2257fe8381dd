"""Recording one's own minutes with a patient on the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.models import StaffContact
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, dosed, signed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def at(visit: Visit, minutes: float) -> str:
    """A time of day, some minutes ago, as a nurse types it."""
    then = visit.clock.now() - timedelta(minutes=minutes)
    return then.astimezone(visit.site.tz).strftime("%H:%M")


def test_a_contact_is_typed_read_back_and_stands_on_the_page(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=20)
    nurse, path = signed_in(visit.nurse), f"/sessions/{visit.id}/contact/"
    assert f'href="{path}"' in nurse.get(f"/sessions/{visit.id}/").content.decode()
    body = {"id": str(uuid7()), "started_at": at(visit, 12), "ended_at": ""}
    short = nurse.post(path, body)
    assert short.status_code == 422
    assert short.context["form"].errors["patients_at_once"] == ["Enter this."]
    assert f'value="{at(visit, 12)}"' in short.content.decode()
    assert nurse.post(path, {**body, "patients_at_once": "2"}).status_code == 302
    (made,) = StaffContact.objects.filter(session=visit.id)
    assert (made.patients_at_once, made.recorded_by) == (2, visit.nurse)
    page = nurse.get(path).content.decode()
    assert f"/contact/{made.pk}/strike/" in page
    other = signed_in(person(visit.site, "nurse"))
    assert f"/contact/{made.pk}/strike/" not in other.get(path).content.decode()
    assert f"/contact/{made.pk}/strike/" in signed_in(visit.clinician).get(path).content.decode()


def test_more_than_two_are_asked_about_and_a_tick_counts_for_that_number_alone(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=20)
    nurse, path = signed_in(visit.nurse), f"/sessions/{visit.id}/contact/"
    body = {"id": str(uuid7()), "started_at": at(visit, 12), "patients_at_once": "3"}
    asked = nurse.post(path, body)
    assert asked.status_code == 422
    assert "3 patients at once." in asked.content.decode()
    assert 'name="confirmed_number"' in asked.content.decode()
    other = nurse.post(path, body | {"patients_at_once": "4", "confirmed_number": "3"})
    assert other.status_code == 422
    kept = nurse.post(path, body | {"confirmed_number": "3", "started_at": "25:00"})
    assert 'value="3" checked' in kept.content.decode(), "a tick stays while another field is wrong"
    assert nurse.post(path, body | {"confirmed_number": "3"}).status_code == 302
    assert StaffContact.objects.get(session=visit.id).is_number_confirmed


def test_a_contact_is_marked_as_entered_in_error(clock: TestClock, signed_in: Signer) -> None:
    visit = signed(clock)
    made = visit.contact(10)
    nurse, path = signed_in(visit.nurse), f"/sessions/{visit.id}/contact/{made.pk}/strike/"
    assert "It stays readable, struck through" in nurse.get(path).content.decode()
    assert nurse.post(path, {"id": str(uuid7()), "reason": ""}).status_code == 422
    body = {"id": str(uuid7()), "reason": "Another patient"}
    answer = nurse.post(path, body)
    assert answer["Location"] == f"/sessions/{visit.id}/contact/"
    assert "Entered in error, marked by" in nurse.get(answer["Location"]).content.decode()
    assert visit.session.phase == "cleared"
    again = nurse.post(path, {"id": str(uuid7()), "reason": "Once more"})
    assert again.status_code == 422
    assert "recorded this differently" in again.content.decode()
