"""Every other page that records something: its refusals stand at its fields, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from clinic import clock as clinic_clock
from clinic.ids import uuid7
from monitoring import guards
from monitoring.guards import GuardsMissing
from monitoring.models import Clearance, Departure, Dose, Event, Session
from monitoring.rules.protocol import KETAMINE_IV
from monitoring.rules.readiness import CHECKLIST
from monitoring.web.session.clearance import _changes
from tests.clock import TestClock
from tests.factories.people import PASSWORD, SiteFactory, person
from tests.factories.visits import (
    GOOD_ANSWERS,
    Visit,
    admitted,
    dosed,
    observed,
    planned,
    predosed,
    ready_to_sign,
    signed,
)

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
DEVICE = {"lot": "A1", "expiry": "2027-05-31", "is_complete": "yes"}


def send(client: Client, visit: Visit, page: str, body: dict[str, Any]) -> Any:
    return client.post(f"/sessions/{visit.id}/{page}/", {"id": str(uuid7())} | body)


def told(answer: Any, field: str | None, sentence: str) -> bool:
    assert answer.status_code == 422
    errors = answer.context["form"].errors.get(field or "__all__", [])
    assert any(sentence in str(error) for error in errors), dict(answer.context["form"].errors)
    return sentence in answer.content.decode()


def yes_no(answers: dict[str, bool | None]) -> dict[str, str]:
    return {q: "yes" if a else "no" for q, a in answers.items() if a is not None}


def test_admission_shows_nothing_chosen_and_asks_for_each_answer(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = planned(clock)
    nurse = signed_in(visit.nurse)
    assert " checked" not in nurse.get(f"/sessions/{visit.id}/admission/").content.decode()
    answers = yes_no(GOOD_ANSWERS)
    del answers["opioid"]
    answer = send(nurse, visit, "admission", answers | {"room": "Chair 9"})
    assert told(answer, "opioid", "Answer this question.")
    assert told(answer, "prescriber", "Name the prescriber who is on site.")
    page = answer.content.decode()
    assert 'value="Chair 9"' in page
    assert page.count(" checked") == len(answers)
    good = yes_no(GOOD_ANSWERS) | {"prescriber": str(visit.clinician.pk)}
    assert send(nurse, visit, "admission", good).status_code == 302
    assert visit.session.phase == "arrived"


def test_an_infusion_asks_nothing_about_the_nose(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock, protocol=KETAMINE_IV, planned_mg=36)
    page = signed_in(visit.nurse).get(f"/sessions/{visit.id}/admission/").content.decode()
    assert "no_recent_nasal" not in page
    assert "no_recent_food" in page


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"expiry": "2026-03-09"}, "expiry", "This lot expired on 09-Mar-2026."),
        ({"expiry": ""}, "expiry", "Enter the expiry date printed on the device."),
        ({"expiry": "soon"}, "expiry", "Enter a date, such as 05/2027 or 052027."),
        ({"lot": " "}, "lot", "Enter the lot number printed on the device."),
        ({"is_complete": ""}, "is_complete", "Answer this question."),
        ({"is_complete": "no"}, "partial_detail", "Enter this."),
        (
            {"started_at": "11:30"},
            "started_at",
            "09-Mar-2026 11:30 is before the patient was admitted, at 10:00.",
        ),
    ],
)
def test_a_device_entered_wrongly_is_told_at_its_field(
    clock: TestClock, signed_in: Signer, changed: dict[str, str], field: str, sentence: str
) -> None:
    visit = predosed(clock)
    answer = send(signed_in(visit.nurse), visit, "dose", DEVICE | changed)
    assert told(answer, field, sentence)
    lot = (DEVICE | changed)["lot"]
    assert f'value="{lot}"' in answer.content.decode()
    assert not Dose.objects.exists()


def test_a_fourth_device_is_refused_in_words(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock, planned_mg=84)
    clock.forward(minutes=5)
    answer = send(signed_in(visit.nurse), visit, "dose", DEVICE)
    assert told(answer, None, "All 3 ordered devices have been given.")
    assert visit.session.dose_set.count() == 3


def test_a_device_too_early_asks_why(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock)
    nurse = signed_in(visit.nurse)
    assert send(nurse, visit, "dose", DEVICE).status_code == 302
    clock.forward(minutes=2)
    assert "until 10:05" in nurse.get(f"/sessions/{visit.id}/dose/").content.decode()
    answer = send(nurse, visit, "dose", DEVICE)
    assert told(answer, "early_reason", "Only 2 min since the last device; the rest is 5 min.")
    ready = DEVICE | {"early_reason": "Patient asked"}
    asked = send(nurse, visit, "dose", ready)
    assert told(asked, "another", "The same device was recorded at 10:00:00.")
    ready |= {"another": "on"}
    assert send(nurse, visit, "dose", ready).status_code == 302


def test_a_witness_of_the_site_is_chosen_and_stands_beside_the_dose(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = predosed(clock)
    stranger = person(SiteFactory.create(), "nurse")
    nurse = signed_in(visit.nurse)
    page = nurse.get(f"/sessions/{visit.id}/dose/").content.decode()
    assert f'value="{visit.clinician.pk}"' in page
    assert f'value="{visit.nurse.pk}"' not in page
    wrong = send(nurse, visit, "dose", DEVICE | {"witness": str(stranger.pk)})
    assert wrong.status_code == 422
    assert list(wrong.context["form"].errors) == ["witness"]
    assert (
        send(nurse, visit, "dose", DEVICE | {"witness": str(visit.clinician.pk)}).status_code == 302
    )
    assert visit.session.dose_set.get().witness == visit.clinician
    said = f"witness: {visit.clinician.printed_name}"
    assert said in nurse.get(f"/sessions/{visit.id}/").content.decode()
    assert said in nurse.get(f"/sessions/{visit.id}/report/").content.decode()


def test_a_dose_says_what_is_open_before_it_with_links(clock: TestClock, signed_in: Signer) -> None:
    visit = admitted(clock)
    page = signed_in(visit.nurse).get(f"/sessions/{visit.id}/dose/").content.decode()
    assert "No complete pre-dose reading" in page
    assert f"/sessions/{visit.id}/reading/?slot=0" in page


def test_two_taps_on_save_are_one_device(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock)
    nurse, same = signed_in(visit.nurse), {"id": str(uuid7())}
    for _ in range(2):
        assert send(nurse, visit, "dose", DEVICE | same).status_code == 302
    assert Dose.objects.count() == 1


def test_an_infusion_is_started_and_ended_on_its_pages(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    nurse = signed_in(visit.nurse)
    body = {"lot": "K9", "expiry": "2027-05-31"}
    assert send(nurse, visit, "dose", body).status_code == 302
    clock.forward(minutes=40)
    answer = send(nurse, visit, "infusion-end", {"mg": "40", "is_complete": "yes"})
    assert told(answer, "mg", "Enter an amount from 0 to 36.0 mg.")
    answer = send(nurse, visit, "infusion-end", {"mg": "36", "is_complete": "yes"})
    assert answer.status_code == 302
    assert visit.session.phase == "observing"


def test_a_decision_stands_beside_the_guide_and_its_values(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = predosed(clock, predose={"systolic": 152})
    clinician = signed_in(visit.clinician)
    page = clinician.get(f"/sessions/{visit.id}/decision/").content.decode()
    assert "Outside the guide" in page
    assert "140/90" in page
    assert "152/78" in page
    reading = str(visit.session.reading_set.get().pk)
    shown = {"reading": reading, "through_seq": str(visit.session.last_seq)}
    answer = send(clinician, visit, "decision", {"outcome": "give"} | shown)
    assert told(answer, "reason", "Enter this.")
    body = {"outcome": "give", "reason": "Usual for her"} | shown
    assert send(clinician, visit, "decision", body).status_code == 302


def test_a_decision_on_an_older_reading_is_refused(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock, predose={"systolic": 152})
    old = str(visit.session.reading_set.get().pk)
    visit.read(0, systolic=160)
    seen = str(visit.session.last_seq)
    body = {"outcome": "give", "reason": "Fine", "reading": old, "through_seq": seen}
    answer = send(signed_in(visit.clinician), visit, "decision", body)
    assert told(answer, None, "There is a newer pre-dose reading.")
    assert "Fine" in answer.content.decode()


def test_an_event_is_saved_or_told_what_it_lacks(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    nurse = signed_in(visit.nurse)
    assert told(send(nurse, visit, "event", {}), "kind", "Enter this.")
    answer = send(nurse, visit, "event", {"kind": "adverse_event", "detail": "Fainted"})
    assert told(answer, "is_serious", "Answer this question.")
    assert "Fainted" in answer.content.decode()
    body = {"kind": "symptom", "symptoms": ["chest_pain", "nausea"]}
    assert send(nurse, visit, "event", body).status_code == 302
    assert Event.objects.get().symptoms == ["chest_pain", "nausea"]
    page = nurse.get(f"/sessions/{visit.id}/").content.decode()
    assert "No response recorded: Chest pain" in page


def test_a_symptom_ticked_under_a_note_is_sent_back_with_all_that_was_entered(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    nurse = signed_in(visit.nurse)
    body = {"kind": "note", "symptoms": ["chest_pain"], "detail": "Says it presses"}
    answer = send(nurse, visit, "event", body)
    assert told(answer, "symptoms", "A symptom is ticked, but “Note” is chosen.")
    page = answer.content.decode()
    assert 'value="chest_pain" checked' in page
    assert "Says it presses" in page
    assert not Event.objects.exists()
    assert send(nurse, visit, "event", body | {"kind": "symptom"}).status_code == 302
    assert Event.objects.get().symptoms == ["chest_pain"]


def test_a_symptom_alone_says_what_kind_of_event_it_is(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    nurse = signed_in(visit.nurse)
    assert send(nurse, visit, "event", {"symptoms": ["seizure"]}).status_code == 302
    assert Event.objects.get().kind == "symptom"


def test_an_onset_typed_for_a_note_is_sent_back_and_an_empty_one_is_not(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    nurse = signed_in(visit.nurse)
    at = timezone.localtime(clock.now(), visit.site.tz).strftime("%H:%M")
    body = {"kind": "note", "detail": "Fainted", "onset_at": at}
    assert told(send(nurse, visit, "event", body), "onset_at", "only about an adverse event")
    assert send(nurse, visit, "event", body | {"onset_at": ""}).status_code == 302


def test_a_serious_event_asks_who_was_informed_until_it_is_answered(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    nurse = signed_in(visit.nurse)
    body = {"kind": "adverse_event", "detail": "Fainted, ambulance called", "is_serious": "yes"}
    assert send(nurse, visit, "event", body).status_code == 302
    event = Event.objects.get()
    for page in ("/", f"/sessions/{visit.id}/"):
        text = nurse.get(page).content.decode()
        assert "Serious adverse event" in text
        assert f"/sessions/{visit.id}/response/{event.pk}/" in text
        assert "state-emergency" in text
    answer = {"informed": visit.clinician.printed_name, "ordered_other": "Ambulance"}
    assert send(nurse, visit, f"response/{event.pk}", answer).status_code == 302
    assert "state-emergency" not in nurse.get("/").content.decode()
    report = nurse.get(f"/sessions/{visit.id}/report/").content.decode()
    (first, *_rest) = report.split('aria-labelledby="deviations-heading"')[1].split("</li>")
    assert "Serious adverse event: Fainted, ambulance called" in first


def test_who_was_tapped_and_who_was_typed_are_both_kept(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    pain = visit.event("symptom", symptoms=("chest_pain",))
    nurse, page = signed_in(visit.nurse), f"response/{pain.pk}"
    body = {
        "informed": visit.clinician.printed_name,
        "informed_other": "Charge nurse",
        "ordered": "Go on watching",
        "ordered_other": "ECG",
    }
    long = send(nurse, visit, page, body | {"informed_other": "x" * 199})
    assert told(long, "informed_other", "too long")
    assert send(nurse, visit, page, body).status_code == 302
    response = Event.objects.get(kind="response")
    assert response.informed == f"{visit.clinician.printed_name}, Charge nurse"
    assert response.ordered == "Go on watching, ECG"


def test_a_response_takes_a_tap_or_free_words(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    pain = visit.event("symptom", symptoms=("chest_pain",))
    nurse = signed_in(visit.nurse)
    page = f"response/{pain.pk}"
    assert told(send(nurse, visit, page, {"ordered_other": "ECG"}), "informed", "Enter this.")
    body = {"informed": visit.clinician.printed_name, "ordered_other": "ECG"}
    assert send(nurse, visit, page, body).status_code == 302
    response = Event.objects.get(kind="response")
    assert (response.informed, response.ordered) == (visit.clinician.printed_name, "ECG")


def clearance_body(visit: Visit, **changed: Any) -> dict[str, Any]:
    return {
        "through_seq": str(visit.session.last_seq),
        **dict.fromkeys(CHECKLIST, "on"),
        "had_serious_event": "no",
        "ready_minutes": "100",
        "password": PASSWORD,
    } | changed


def test_the_clearance_page_shows_the_course_the_statement_and_who_signs(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    page = signed_in(visit.clinician).get(f"/sessions/{visit.id}/clearance/").content.decode()
    assert f"I, {visit.clinician.printed_name}, clear" in page
    assert visit.patient.mrn in page
    assert f"up to entry {visit.session.last_seq}" in page
    assert page.count('<th scope="row">') == 7
    assert 'type="password"' in page
    assert 'value="' + PASSWORD not in page


def test_nothing_can_be_signed_while_an_item_is_open(clock: TestClock, signed_in: Signer) -> None:
    visit = observed(clock, through=60)
    clinician = signed_in(visit.clinician)
    page = clinician.get(f"/sessions/{visit.id}/clearance/").content.decode()
    assert "cannot be signed yet" in page
    assert 'type="password"' not in page
    answer = send(clinician, visit, "clearance", clearance_body(visit))
    assert told(answer, None, "Observation until")
    assert not Clearance.objects.exists()


def test_a_wrong_password_keeps_all_that_was_written_but_itself(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    visit.read(systolic=145, diastolic=95)
    clinician = signed_in(visit.clinician)
    words = {"justify_blood_pressure_rising": "Coughing", "justify_blood_pressure": "Known"}
    body = clearance_body(visit, password="wrong one") | words
    answer = send(clinician, visit, "clearance", body)
    assert told(answer, "password", "The password is wrong.")
    page = answer.content.decode()
    assert "Coughing" in page
    assert "wrong one" not in page
    assert 'value="100"' in page


def test_a_caution_without_words_is_told_at_its_own_field(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    visit.read(sedation=4)
    answer = send(signed_in(visit.clinician), visit, "clearance", clearance_body(visit))
    assert told(answer, "justify_sedation", "Say in your own words")
    assert "MOAA/S 4, criterion 5" in answer.content.decode()


def test_a_record_that_changed_is_shown_before_it_is_signed(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    body = clearance_body(visit, ready_minutes="111")
    visit.read(systolic=126)
    visit.event("symptom", symptoms=["nausea", "dizziness"], detail="Since standing up")
    clinician = signed_in(visit.clinician)
    answer = send(clinician, visit, "clearance", body)
    page = answer.content.decode()
    changed = page.split('id="changes-heading"')[1].split("</ul>")[0]
    assert "Symptom: Nausea, Dizziness, Since standing up" in changed
    assert "BP 126/78" in changed
    assert visit.nurse.printed_name in changed
    assert page.count("data-error-summary") == 1
    assert "has changed since" not in page
    assert "checked" not in re.findall(r'<input[^>]*name="record_reviewed"[^>]*>', page)[0]
    assert "checked" in re.findall(r'<input[^>]*name="clinically_stable"[^>]*>', page)[0]
    assert answer.status_code == 422
    assert "Not signed: recorded since this page was shown" in page
    assert "126/78" in page
    assert 'value="111"' in page
    assert not Clearance.objects.exists()
    again = clearance_body(visit, justify_blood_pressure_rising="Talking")
    assert send(clinician, visit, "clearance", again).status_code == 302
    assert Clearance.objects.get().printed_name == visit.clinician.printed_name


def test_what_has_changed_names_doses_decisions_symptoms_and_answers_in_full(
    clock: TestClock,
) -> None:
    visit = predosed(clock, predose={"systolic": 150})
    visit.decide(reason="Usual range for this patient")
    visit.dose()
    visit.respond(visit.event("symptom", symptoms=["chest_pain"], detail="").pk)
    session = Session.objects.for_page(visit.id)
    assert session is not None
    lines = "\n".join(_changes(session, session.facts_loaded(), 1))
    for words in (
        "Reading, Pre-dose: BP 150/78",
        "Decision: Give the dose: Usual range for this patient",
        "Device 1, 28 mg: lot A1234",
        "Symptom: Chest pain",
        f"informed: {visit.clinician.printed_name}; ordered: Repeat in 5 minutes",
    ):
        assert words in lines
    assert len(_changes(session, session.facts_loaded(), session.last_seq - 1)) == 1


def test_the_signer_is_who_is_signed_in_whatever_is_sent(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    other = person(visit.site, "clinician")
    body = clearance_body(visit, signed_by=str(other.pk), printed_name="Someone Else")
    assert send(signed_in(visit.clinician), visit, "clearance", body).status_code == 302
    assert Clearance.objects.get().signed_by == visit.clinician


def test_a_clearance_is_withdrawn_on_its_page(clock: TestClock, signed_in: Signer) -> None:
    visit = signed(clock)
    clearance = str(visit.session.standing_clearance_id)
    clinician = signed_in(visit.clinician)
    answer = send(clinician, visit, "clearance/withdraw", {"clearance": clearance})
    assert told(answer, "reason", "Enter this.")
    body = {"clearance": clearance, "reason": "Dizzy on standing"}
    assert send(clinician, visit, "clearance/withdraw", body).status_code == 302
    assert visit.session.phase == "observing"


def leave(client: Client, visit: Visit, kind: str, body: dict[str, str]) -> Any:
    address = f"/sessions/{visit.id}/departure/?kind={kind}"
    return client.post(address, {"id": str(uuid7())} | body)


def test_a_departure_that_does_not_say_how_the_patient_left_is_refused(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    answer = send(signed_in(visit.nurse), visit, "departure", {"kind": "transferred"})
    assert told(answer, None, "Choose how the patient left.")
    assert not Departure.objects.exists()


ESCORT = {
    "escort_name": "Ann",
    "escort_phone": "555 0101",
    "transport": "Car",
    "advice_given": "on",
}


def test_without_a_clearance_discharge_is_neither_offered_nor_taken(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    nurse = signed_in(visit.nurse)
    page = nurse.get(f"/sessions/{visit.id}/departure/").content.decode()
    assert "?kind=discharged" not in page
    assert "No clearance has been signed. The patient cannot be discharged." in page
    answer = leave(nurse, visit, "discharged", ESCORT)
    assert answer.status_code == 422
    assert "No clearance has been signed." in answer.content.decode()
    assert not Departure.objects.exists()


def test_a_discharge_is_saved_with_its_escort(clock: TestClock, signed_in: Signer) -> None:
    visit = signed(clock)
    nurse = signed_in(visit.nurse)
    answer = leave(nurse, visit, "discharged", ESCORT | {"escort_phone": ""})
    assert told(answer, "escort_phone", "Enter this.")
    assert 'value="Ann"' in answer.content.decode()
    assert leave(nurse, visit, "discharged", ESCORT).status_code == 302
    assert visit.session.phase == "closed"


def test_the_hour_when_a_clearance_lapses_is_shown(clock: TestClock, signed_in: Signer) -> None:
    visit = signed(clock)
    page = signed_in(visit.nurse).get(f"/sessions/{visit.id}/departure/").content.decode()
    assert "It lapses at" in page
    clock.forward(minutes=15)
    page = signed_in(visit.nurse).get(f"/sessions/{visit.id}/departure/").content.decode()
    assert "The clearance lapsed at" in page
    assert "?kind=discharged" in page


def test_a_transfer_asks_where_and_about_serious_events(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    nurse = signed_in(visit.nurse)
    answer = leave(nurse, visit, "transferred", {"destination": "General Hospital"})
    assert told(answer, "reason", "Enter this.")
    assert told(answer, "had_serious_event", "Answer this question.")
    body = {"destination": "General Hospital", "reason": "Pain", "had_serious_event": "yes"}
    answer = leave(nurse, visit, "transferred", body)
    assert told(answer, "serious_event_detail", "Enter this.")
    body |= {"serious_event_detail": "Chest pain"}
    assert leave(nurse, visit, "transferred", body).status_code == 302
    assert visit.session.outcome == "transferred"


def test_ending_without_a_dose_needs_its_reason(clock: TestClock, signed_in: Signer) -> None:
    visit, other = planned(clock), admitted(clock)
    assert told(send(signed_in(visit.nurse), visit, "cancel", {}), "reason", "Enter this.")
    assert send(signed_in(visit.nurse), visit, "cancel", {"reason": "Ill"}).status_code == 302
    assert send(signed_in(other.nurse), other, "defer", {"reason": "Ill"}).status_code == 302
    assert set(Session.objects.values_list("phase", flat=True)) == {"cancelled"}


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (
            GuardsMissing(["guard_departure_discharge_needs_clearance"]),
            "The safeguards of the database are incomplete",
        ),
        (OperationalError("canceling statement due to lock timeout"), "save again"),
    ],
)
def test_a_database_that_cannot_write_is_said_and_nothing_typed_is_lost(
    clock: TestClock,
    signed_in: Signer,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    sentence: str,
) -> None:
    visit = predosed(clock)

    def fail() -> None:
        raise failure

    monkeypatch.setattr(guards, "require", fail)
    answer = send(signed_in(visit.nurse), visit, "dose", DEVICE)
    assert told(answer, None, sentence)
    assert 'value="A1"' in answer.content.decode()
    assert not Dose.objects.exists()


def test_what_was_saved_is_said_with_the_servers_time(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock)
    nurse = signed_in(visit.nurse)
    answer = nurse.post(f"/sessions/{visit.id}/dose/", DEVICE | {"id": str(uuid7())}, follow=True)
    at = clinic_clock.now().astimezone(visit.site.tz).strftime("%H:%M:%S")
    assert f"Device 1 saved at {at}." in answer.content.decode()


def test_a_departure_typed_late_is_read_back_and_says_why(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = signed(clock)
    left_at = clock.forward(minutes=5)
    clock.forward(minutes=25)
    nurse = signed_in(visit.nurse)
    page = nurse.get(f"/sessions/{visit.id}/departure/?kind=discharged").content.decode()
    assert "The clearance lapsed at" in page
    body = ESCORT | {"left_at": timezone.localtime(left_at, visit.site.tz).strftime("%H:%M")}
    answer = leave(nurse, visit, "discharged", body)
    assert set(answer.context["form"].errors) == {"left_at", "late_reason"}
    body |= {"left_at_confirmed": left_at.isoformat(), "late_reason": "Other patient"}
    assert leave(nurse, visit, "discharged", body).status_code == 302
    assert Departure.objects.get().left_at == left_at
    for page in ("", "report/"):
        shown = nurse.get(f"/sessions/{visit.id}/{page}").content.decode()
        assert "Other patient" in shown
    assert "Departure recorded 25 min after: Other patient" in shown


def test_leaving_against_advice_shows_the_last_values_and_asks_the_way_home(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=30)
    visit.read(None, systolic=171, diastolic=97)
    nurse = signed_in(visit.nurse)
    page = nurse.get(f"/sessions/{visit.id}/departure/?kind=against_advice").content.decode()
    assert "171/97" in page
    assert "Would not say" in page
    answer = leave(nurse, visit, "against_advice", {"reason": "Work"})
    for name in ("clinician_informed", "transport"):
        assert told(answer, name, "Enter this.")
    for name in ("advice_given", "had_serious_event"):
        assert told(answer, name, "Answer this question.")
    body = {
        "reason": "Work",
        "clinician_informed": visit.clinician.printed_name,
        "transport": "Would not say",
        "advice_given": "no",
        "had_serious_event": "no",
    }
    assert leave(nurse, visit, "against_advice", body).status_code == 302
    page = nurse.get(f"/sessions/{visit.id}/report/").content.decode()
    assert "Left without the advice not to drive" in page
    assert "Would not say" in page


def test_who_left_unseen_is_told_with_when_last_seen_and_by_whom_it_was_noticed(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=30)
    seen = clock.now()
    clock.forward(minutes=10)
    nurse = signed_in(visit.nurse)
    body = {"noticed_by": "Rosa", "reason": "Empty chair", "had_serious_event": "no"}
    assert told(leave(nurse, visit, "left_unseen", body), "last_seen_at", "Enter this.")
    typed = {"last_seen_at": timezone.localtime(seen, visit.site.tz).strftime("%H:%M")}
    answer = leave(nurse, visit, "left_unseen", body | typed)
    assert set(answer.context["form"].errors) == {"last_seen_at"}
    typed |= {"last_seen_at_confirmed": seen.isoformat()}
    assert leave(nurse, visit, "left_unseen", body | typed).status_code == 302
    assert Departure.objects.get().last_seen_at == seen
    page = nurse.get(f"/sessions/{visit.id}/report/").content.decode()
    assert "Left without being seen off: last seen at" in page
