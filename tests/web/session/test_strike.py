"""Marking an entry, confirming it, and how it then reads on every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.ids import uuid7
from monitoring.models import Dose, Event, Strike, StrikeConfirmation
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, admitted, discharged, dosed, infused, observed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def strike(client: Client, visit: Visit, noun: str, row: Any, **given: str) -> Any:
    body = {"id": str(uuid7()), "kind": "wrong_patient", "reason": "Meant for chair 2"}
    return client.post(f"/sessions/{visit.id}/strike/{noun}/{row.pk}/", body | given)


def test_an_entry_is_marked_from_the_page_and_stays_readable(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    nurse, page = signed_in(visit.nurse), f"/sessions/{visit.id}/"
    reading = visit.session.reading_set.get(slot=40)
    address = f"{page}strike/reading/{reading.pk}/"
    assert address in nurse.get(page).content.decode()
    assert "122/78" in nurse.get(address).content.decode()
    assert strike(nurse, visit, "reading", reading).status_code == 302
    for shown in (nurse.get(page), nurse.get(f"{page}report/")):
        text = shown.content.decode()
        assert "Entered in error (Wrong patient): Meant for chair 2" in text
        assert text.count('<tbody class="replaced">') == 1
    assert address not in nurse.get(page).content.decode()
    assert "<s><strong>Marked" not in nurse.get(page).content.decode()
    assert "struck by" in nurse.get(f"{page}report/").content.decode()


def test_another_nurse_is_not_offered_it_and_is_told_who_may(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    note = visit.event()
    other = signed_in(person(visit.site, "nurse"))
    assert "/strike/" not in other.get(f"/sessions/{visit.id}/").content.decode()
    answer = strike(other, visit, "event", note)
    assert answer.status_code == 422
    assert visit.nurse.printed_name in answer.content.decode()


@pytest.mark.parametrize("field", ["kind", "reason"])
def test_what_is_missing_is_asked_at_its_field(
    clock: TestClock, signed_in: Signer, field: str
) -> None:
    visit = dosed(clock)
    note = visit.event()
    answer = strike(signed_in(visit.nurse), visit, "event", note, **{field: ""})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Strike.objects.exists()


def test_what_is_no_entry_of_the_session_is_not_there(clock: TestClock, signed_in: Signer) -> None:
    visit, other = dosed(clock), dosed(clock)
    nurse = signed_in(visit.nurse)
    dose = Dose.objects.filter(session=visit.id)[0]
    assert strike(nurse, visit, "event", other.event()).status_code == 404
    assert strike(nurse, visit, "doseend", dose).status_code == 404
    assert strike(nurse, visit, "clearance", dose).status_code == 404


def test_an_arrival_is_struck_from_where_it_is_shown(clock: TestClock, signed_in: Signer) -> None:
    """By who recorded it, or a clinician: on the session until the dose, on the report at any time.
    Of two the later one is struck."""
    visit = admitted(clock)
    visit.admit()
    later = visit.session.admission_set.latest("seq")
    nurse = signed_in(visit.nurse)
    href = f"/sessions/{visit.id}/strike/admission/{later.pk}/"
    for page in ("", "report/"):
        assert href in nurse.get(f"/sessions/{visit.id}/{page}").content.decode()
    other = signed_in(person(visit.site, "nurse"))
    assert href not in other.get(f"/sessions/{visit.id}/report/").content.decode()
    assert "Arrival" in nurse.get(href).content.decode()
    assert strike(nurse, visit, "admission", later).status_code == 302
    assert href not in nurse.get(f"/sessions/{visit.id}/").content.decode()


def test_a_waiting_strike_is_shown_to_the_clinician_until_it_is_answered(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    waiting = visit.strike(Dose.objects.get(number=2))
    nurse, clinician = signed_in(visit.nurse), signed_in(visit.clinician)
    page = f"/sessions/{visit.id}/"
    address = f"{page}strikes/{waiting.pk}/"
    assert address in clinician.get(page).content.decode()
    assert address not in nurse.get(page).content.decode()
    assert "A clinician confirms it" in nurse.get("/").content.decode()
    asked = clinician.post(address, {"id": str(uuid7())})
    assert "is_confirmed" in asked.context["form"].errors
    body = {"id": str(uuid7()), "is_confirmed": "no"}
    assert "reason" in clinician.post(address, body).context["form"].errors
    assert clinician.post(address, body | {"is_confirmed": "yes"}).status_code == 302
    assert StrikeConfirmation.objects.get().is_confirmed
    assert "<s><strong>Device 2, 28 mg</strong>" in nurse.get(page).content.decode()
    assert "confirmed by" in nurse.get(page).content.decode()


def test_what_counts_no_more_is_shown_without_a_form(clock: TestClock, signed_in: Signer) -> None:
    """A second tab, an old link or Back: it says what became of the entry, and by whom."""
    visit = observed(clock, through=40)
    nurse, clinician = signed_in(visit.nurse), signed_in(visit.clinician)
    page = f"/sessions/{visit.id}/"
    reading, dose = visit.session.reading_set.get(slot=40), visit.session.dose_set.first()
    assert dose
    visit.strike(reading)
    for address in (f"strike/reading/{reading.pk}/", f"reading/{reading.pk}/correct/"):
        text = nurse.get(page + address).content.decode()
        assert "Entered in error (Wrong patient): Meant for chair 2" in text
        assert "data-main" not in text
    answer = strike(nurse, visit, "dose", dose)
    saved = nurse.get(answer.headers["Location"]).content.decode()
    assert "It counts until a clinician confirms this. Marked as entered in error at" in saved
    assert "data-main" not in nurse.get(f"{page}strike/dose/{dose.pk}/").content.decode()
    waiting = Strike.objects.get(noun="dose")
    confirm = f"{page}strikes/{waiting.pk}/"
    assert "data-main" in clinician.get(confirm).content.decode()
    visit.confirm(waiting)
    text = clinician.get(confirm).content.decode()
    assert f"confirmed by {visit.clinician.printed_name}" in text
    assert "data-main" not in text
    assert "data-main" not in nurse.get(f"{page}dose/{dose.pk}/correct/").content.decode()


def test_after_departure_it_waits_on_the_list_of_reviews(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    waiting = visit.strike(visit.session.reading_set.get(slot=40))
    clinician = signed_in(visit.clinician)
    assert "1 entry came after the patient had left" in clinician.get("/").content.decode()
    address = f"/sessions/{visit.id}/strikes/{waiting.pk}/"
    assert address in clinician.get("/reviews/").content.decode()
    visit.confirm(waiting)
    assert "No late entry waits" in clinician.get("/reviews/").content.decode()
    since = clinician.get(f"/sessions/{visit.id}/report/").content.decode()
    assert "Confirmed as entered in error" in since


def test_what_a_call_told_is_named_before_it_goes_with_the_call(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    call = visit.call(has_suicidal_thoughts=True)
    nurse, clinician = signed_in(visit.nurse), signed_in(visit.clinician)
    page = nurse.get(f"/sessions/{visit.id}/strike/call/{call.pk}/").content.decode()
    assert page.split("marked with it:")[1].count("<li>") == 1
    strike(nurse, visit, "call", call)
    waiting = Strike.objects.get(noun="call")
    address = f"/sessions/{visit.id}/strikes/{waiting.pk}/"
    assert "marked with it:" in clinician.get(address).content.decode()
    body = {"id": str(uuid7()), "is_confirmed": "yes", "reason": ""}
    assert clinician.post(address, body).status_code == 302
    assert StrikeConfirmation.objects.filter(is_confirmed=True).count() == 2


def test_a_lot_is_corrected_from_the_line_of_its_dose(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    dose = Dose.objects.get(number=1)
    nurse, page = signed_in(visit.nurse), f"/sessions/{visit.id}/"
    address = f"{page}dose/{dose.pk}/correct/"
    assert address in nurse.get(page).content.decode()
    assert "A1234" not in nurse.get(address).content.decode().split("<form")[-1]
    assert "empty means now" not in nurse.get(address).content.decode()
    empty = nurse.post(address, {"id": str(uuid7()), "reason": "Misread"})
    assert empty.status_code == 422
    assert "Enter what was wrong" in empty.content.decode()
    body = {"id": str(uuid7()), "lot": "B77", "reason": "Misread"}
    assert nurse.post(address, body).status_code == 302
    made = Dose.objects.get(replaces=dose)
    assert (made.lot, made.expiry, made.started_at) == ("B77", dose.expiry, dose.started_at)
    shown = nurse.get(page).content.decode()
    assert "Replaced by a correction." in shown
    assert "lot B77" in shown


def test_the_words_of_an_event_are_corrected(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    note = visit.event(detail="Left arm")
    nurse, page = signed_in(visit.nurse), f"/sessions/{visit.id}/"
    address = f"{page}event/{note.pk}/correct/"
    assert address in nurse.get(page).content.decode()
    body = {"id": str(uuid7()), "detail": "Right arm", "reason": "Misheard"}
    assert nurse.post(address, body).status_code == 302
    made = Event.objects.get(replaces=note)
    assert (made.detail, made.at) == ("Right arm", note.at)
    assert "Note corrected: Misheard" in nurse.get(f"{page}report/").content.decode()


def test_an_end_entered_in_error_is_taken_away_on_the_page_of_its_infusion(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = infused(clock)
    dose = visit.session.dose_set.get()
    address = reverse("dose-correct", args=[visit.id, dose.pk])
    assert "it still runs" in signed_in(visit.nurse).get(address).content.decode()
    body = {"id": str(uuid7()), "is_running": "on", "reason": "It was chair 2"}
    assert "ask a clinician" in signed_in(visit.nurse).post(address, body).content.decode()
    assert signed_in(visit.clinician).post(address, body).status_code == 302
    assert visit.session.phase == "dosing"


def test_a_late_reading_that_was_struck_is_told_and_offers_no_review(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    late = visit.read(systolic=182, diastolic=101)
    visit.strike(late, by=visit.clinician)
    page = signed_in(visit.clinician).get(f"/sessions/{visit.id}/").content.decode()
    told = '<span class="state state-waiting">Entered in error</span> <s><strong>'
    assert told in page
    assert reverse("review", args=[visit.id, late.pk]) not in page
