"""Every other page that records something: its refusals stand at its fields, in plain words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from clinic import clock as clinic_clock
from clinic.ids import uuid7
from monitoring import guards
from monitoring.guards import GuardsMissing
from monitoring.models import Dose, Event, Session
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US
from tests.clock import TestClock
from tests.factories.answers import ESCORT, GOOD_ANSWERS
from tests.factories.people import ShiftFactory, SiteFactory, TabletFactory, person
from tests.factories.sent import send, told, yes_no
from tests.factories.visits import admitted, dosed, planned, predosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
WHO = {"identified_by": "birth_date"}
DEVICE = {"lot": "A1", "expiry": "2027-05-31", "sprays": "2"} | WHO


def test_admission_shows_nothing_chosen_and_asks_for_each_answer(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = planned(clock)
    nurse = signed_in(visit.nurse)
    assert " checked" not in nurse.get(f"/sessions/{visit.id}/admission/").content.decode()
    answers = yes_no({q: GOOD_ANSWERS[q] for q in SPRAVATO_US.questions})
    del answers["opioid"]
    answer = send(nurse, visit, "admission", answers | {"room": "Chair 9"})
    assert told(answer, "opioid", "Answer this question.")
    assert told(answer, "prescriber", "Name the prescriber who is on site.")
    page = answer.content.decode()
    assert 'value="Chair 9"' in page
    assert page.count(" checked") == len(answers)
    good = yes_no(GOOD_ANSWERS) | {"prescriber": str(visit.clinician.pk)}
    for name in ESCORT:
        assert told(send(nurse, visit, "admission", good), name, "Enter this.")
    good |= ESCORT
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
        ({"sprays": ""}, "sprays", "Answer this question."),
        ({"sprays": "1"}, "partial_detail", "Enter this."),
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
    visit = predosed(clock, site=SiteFactory.create(asks_witness=True))
    stranger = person(SiteFactory.create(), "nurse")
    nurse = signed_in(visit.nurse)
    page = nurse.get(f"/sessions/{visit.id}/dose/").content.decode()
    assert f'value="{visit.clinician.pk}"' in page
    assert f'value="{visit.nurse.pk}"' not in page
    nobody = send(nurse, visit, "dose", DEVICE)
    assert told(nobody, "witness", "This site asks for a second person who witnesses the dose.")
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
    body = {"lot": "K9", "expiry": "2027-05-31"} | WHO
    assert send(nurse, visit, "dose", body).status_code == 302
    clock.forward(minutes=40)
    answer = send(nurse, visit, "infusion-end", {"mg": "40", "kind": "complete"})
    assert told(answer, "mg", "Enter an amount from 0 to 36.0 mg.")
    answer = send(nurse, visit, "infusion-end", {"mg": "36", "kind": "complete"})
    assert answer.status_code == 302
    assert visit.session.phase == "observing"


def test_a_decision_stands_beside_the_guide_and_its_values(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = predosed(clock, predose={"systolic": 152})
    clinician = signed_in(visit.clinician)
    page = clinician.get(f"/sessions/{visit.id}/decision/").content.decode()
    assert "Systolic 152, above the guide of 140 mmHg." in page
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


@pytest.mark.parametrize(
    ("answer", "minutes", "ordered"),
    [
        ({"repeat_minutes": "5"}, 5, "Repeat in 5 minutes"),
        ({"repeat_other": "20", "ordered": "Medication"}, 20, "Medication, Repeat in 20 minutes"),
        ({"ordered": "Nothing"}, None, "Nothing"),
    ],
)
def test_a_repeat_is_ordered_with_a_tap_or_in_minutes(
    clock: TestClock, signed_in: Signer, answer: dict[str, str], minutes: int | None, ordered: str
) -> None:
    visit = dosed(clock)
    pain = visit.event("symptom", symptoms=("chest_pain",))
    body = {"informed": visit.clinician.printed_name} | answer
    nurse, page = signed_in(visit.nurse), f"response/{pain.pk}"
    both = send(nurse, visit, page, body | {"repeat_minutes": "2", "repeat_other": "3"})
    assert told(both, "repeat_other", "Another time is tapped above")
    assert send(nurse, visit, page, body).status_code == 302
    response = Event.objects.get(kind="response")
    assert (response.repeat_minutes, response.ordered) == (minutes, ordered)


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
    assert told(answer, None, sentence, 503)
    assert 'value="A1"' in answer.content.decode()
    assert not Dose.objects.exists()


def test_what_was_saved_is_said_with_the_servers_time(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock)
    nurse = signed_in(visit.nurse)
    answer = nurse.post(f"/sessions/{visit.id}/dose/", DEVICE | {"id": str(uuid7())}, follow=True)
    at = clinic_clock.now().astimezone(visit.site.tz).strftime("%H:%M:%S")
    assert f"Device 1 saved at {at}." in answer.content.decode()


def test_those_on_shift_are_offered_as_witnesses(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock, site=SiteFactory.create(asks_witness=True))
    here = ShiftFactory.create(tablet=TabletFactory.create(site=visit.site)).staff
    page = signed_in(visit.nurse).get(f"/sessions/{visit.id}/dose/")
    offered = {value for value, _name in page.context["form"].fields["witness"].choices}
    assert offered == {"", str(here.pk)}
