"""How a patient leaves, each kind on its page."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.ids import uuid7
from monitoring.models import Departure
from tests.clock import TestClock
from tests.factories.sent import send, told
from tests.factories.visits import (
    Visit,
    dosed,
    observed,
    ready_to_sign,
    signed,
)

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


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
    "had_serious_event": "no",
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
    for name in ("reason", "transport"):
        assert told(answer, name, "Enter this.")
    for name in ("had_serious_event", "advice_given"):
        assert told(answer, name, "Answer this question.")
    body = {
        "destination": "General Hospital",
        "reason": "Pain",
        "transport": "Ambulance",
        "advice_given": "no",
        "had_serious_event": "yes",
    }
    answer = leave(nurse, visit, "transferred", body)
    for name in ("serious_event_detail", "serious_event_onset_at", "clinician_informed"):
        assert told(answer, name, "Enter this.")
    now = timezone.localtime(clock.now(), visit.site.tz).strftime("%H:%M")
    body |= {"serious_event_detail": "Chest pain", "serious_event_onset_at": now}
    body["clinician_other"] = "The ambulance crew"
    assert leave(nurse, visit, "transferred", body).status_code == 302
    assert visit.session.outcome == "transferred"
    assert (
        "Serious adverse event: Chest pain"
        in nurse.get(f"/sessions/{visit.id}/report/").content.decode()
    )


def test_who_was_named_on_arrival_is_one_tap_and_nobody_else_at_once(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = signed(clock)
    nurse = signed_in(visit.nurse)
    page = nurse.get(f"/sessions/{visit.id}/departure/").content.decode()
    assert "Ann Smith, 555 0101" in page
    body = {"handed_to": "escort", "transport": "Car", "advice_given": "on"}
    body |= {"had_serious_event": "no"}
    answer = leave(nurse, visit, "discharged", body | {"escort_name": "Bob"})
    assert "handed_to" in answer.context["form"].errors
    assert leave(nurse, visit, "discharged", body).status_code == 302
    assert Departure.objects.get().escort_name == "Ann Smith"


def test_a_nurse_alone_lets_no_one_leave_without_an_escort(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = signed(clock)
    alone = ESCORT | {"escort_name": "", "escort_phone": "", "no_escort_reason": "Lives next door"}
    answer = leave(signed_in(visit.nurse), visit, "discharged", alone)
    assert "a clinician's decision" in html.unescape(answer.content.decode())
    assert leave(signed_in(visit.clinician), visit, "discharged", alone).status_code == 302


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
    body |= {"advice_given": "no", "transport": "Not known"}
    assert told(leave(nurse, visit, "left_unseen", body), "last_seen_at", "Enter this.")
    typed = {"last_seen_at": timezone.localtime(seen, visit.site.tz).strftime("%H:%M")}
    answer = leave(nurse, visit, "left_unseen", body | typed)
    assert set(answer.context["form"].errors) == {"last_seen_at"}
    typed |= {"last_seen_at_confirmed": seen.isoformat()}
    assert leave(nurse, visit, "left_unseen", body | typed).status_code == 302
    assert Departure.objects.get().last_seen_at == seen
    page = nurse.get(f"/sessions/{visit.id}/report/").content.decode()
    assert "Left without being seen off: last seen at" in page
