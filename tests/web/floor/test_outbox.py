"""What the outbox of a tablet sends is kept once, and with the time at which it was entered."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from clinic.ids import uuid7
from monitoring.models import Call, Event, Reading, Strike
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.posted import READING
from tests.factories.visits import Visit, at_forty, discharged, dosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
SCHEDULES = int(os.environ.get("OUTBOX_SCHEDULES", "300"))
"""How many random schedules are gone through; a longer run asks for ten thousand."""
IN_ONE_SESSION = 15


@pytest.fixture
def visit(clock: TestClock, db: None) -> Visit:
    return at_forty(clock)


def sent(client: Client, visit: Visit, body: dict[str, str], page: str = "reading/") -> Any:
    headers = {"Accept": "application/json"}
    return client.post(f"/sessions/{visit.id}/{page}", body, headers=headers)


def entry(clock: TestClock, **changed: str) -> dict[str, str]:
    """A reading as the tablet keeps it, entered now."""
    made = {"id": str(uuid7()), "entered_at": clock.now().isoformat()}
    return READING | made | changed


def test_the_same_content_again_is_the_stored_row(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    nurse, body = signed_in(visit.nurse), entry(clock)
    first = sent(nurse, visit, body, "reading/?slot=40")
    assert first.status_code == 201
    assert first.json() | {"page": ""} == {"id": body["id"], "saved": "10:45:00", "page": ""}
    clock.forward(minutes=20)
    again = sent(nurse, visit, body, "reading/?slot=40")
    assert (again.status_code, again.json()["saved"]) == (200, "10:45:00")
    assert Reading.objects.filter(pk=body["id"]).count() == 1


def test_other_content_under_the_same_id_is_told_and_not_written(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    nurse, body = signed_in(visit.nurse), entry(clock)
    sent(nurse, visit, body)
    other = sent(nurse, visit, body | {"systolic": "144"})
    assert other.status_code == 409
    assert other.json()["errors"][""]
    assert Reading.objects.get(pk=body["id"]).systolic == int(body["systolic"])
    # On its page both are shown, and what was typed has a name of its own.
    address = f"/sessions/{visit.id}/reading/"
    page = nurse.post(address, body | {"systolic": "144"}).content.decode()
    assert "recorded this differently at 10:45" in page
    assert f"{body['systolic']}/{body['diastolic']}" in page
    (own,) = re.findall(r'name="id" value="([^"]+)"', page)
    assert own != body["id"]
    assert sent(nurse, visit, body | {"id": own, "systolic": "144"}).status_code == 201


@pytest.mark.parametrize("waited", [61, 5 * 60, 20 * 60, 11 * 60 * 60])
def test_what_waited_has_the_time_at_which_it_was_entered(
    visit: Visit, signed_in: Signer, clock: TestClock, waited: int
) -> None:
    body, entered_at = entry(clock), clock.now()
    clock.forward(minutes=waited / 60)
    nurse = signed_in(visit.nurse)
    assert sent(nurse, visit, body).status_code == 201
    found = Reading.objects.get(pk=body["id"])
    assert (found.taken_at, found.recorded_at) == (entered_at, clock.now())
    is_late = waited > 5 * 60
    words = "No contact with the server: on the tablet since 10:45."
    assert found.late_reason == (words if is_late else "")
    clock.forward(minutes=10)
    assert sent(nurse, visit, body).status_code == 200


def test_what_is_typed_is_read_by_the_moment_of_entering(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    """A time of day that was typed is not tomorrow's because the tablet was away for so long."""
    body = entry(clock, taken_at="10:43")
    typed = clock.now() - timedelta(minutes=2)
    clock.forward(minutes=11 * 60)
    assert sent(signed_in(visit.nurse), visit, body).status_code == 201
    assert Reading.objects.get(pk=body["id"]).taken_at == typed


@pytest.mark.parametrize(
    ("hours", "field"), [(24, "taken_at"), (-24, "taken_at"), (0.05, "taken_at")]
)
def test_a_clock_that_is_not_believed_asks_a_person(
    visit: Visit, signed_in: Signer, clock: TestClock, hours: float, field: str
) -> None:
    at = (clock.now() + timedelta(hours=hours)).isoformat()
    body = entry(clock, entered_at=at)
    answer = sent(signed_in(visit.nurse), visit, body)
    assert (answer.status_code, field in answer.json()["errors"]) == (422, True)
    assert not Reading.objects.filter(pk=body["id"]).exists()


def test_a_refusal_is_told_by_field(visit: Visit, signed_in: Signer, clock: TestClock) -> None:
    answer = sent(signed_in(visit.nurse), visit, entry(clock, systolic="80", diastolic="120"))
    assert answer.status_code == 422
    assert {"systolic", "diastolic"} & set(answer.json()["errors"])


def test_who_is_signed_out_is_told_so(visit: Visit, client: Client, clock: TestClock) -> None:
    answer = sent(client, visit, entry(clock))
    assert (answer.status_code, answer.json()) == (401, {"signed_in": False})
    assert client.get("/sending/", headers={"Accept": "application/json"}).status_code == 401


def test_who_was_deactivated_or_left_the_site_saves_nothing(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    stranger = signed_in(person(SiteFactory.create(), "nurse"))
    assert sent(stranger, visit, entry(clock)).status_code == 404
    nurse = signed_in(visit.nurse)
    visit.nurse.memberships.all().delete()
    assert sent(nurse, visit, entry(clock)).status_code == 403
    assert Reading.objects.count() == 1


def test_what_someone_else_entered_is_taken_from_no_one(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    body, address = entry(clock), f"/sessions/{visit.id}/reading/"
    headers = {"Accept": "application/json", "X-Entered-By": str(visit.nurse.pk)}
    colleague = signed_in(person(visit.site, "nurse"))
    assert colleague.post(address, body, headers=headers).status_code == 401
    assert not Reading.objects.filter(pk=body["id"]).exists()
    assert signed_in(visit.nurse).post(address, body, headers=headers).status_code == 201
    assert Reading.objects.get(pk=body["id"]).recorded_by_id == visit.nurse.pk


def test_a_token_of_before_someone_signed_in_is_told_as_signed_out(
    visit: Visit, clock: TestClock
) -> None:
    nurse = Client(enforce_csrf_checks=True)
    nurse.force_login(visit.nurse)
    body = entry(clock)
    assert sent(nurse, visit, body).status_code == 401
    page = nurse.post(f"/sessions/{visit.id}/reading/", body)
    assert (page.status_code, b"sign-in has ended" in page.content) == (403, True)
    token = nurse.get("/sending/").json()["token"]
    assert sent(nurse, visit, body | {"csrfmiddlewaretoken": token}).status_code == 201


def test_what_the_same_person_entered_before_is_no_surprise(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    """Two sets with the same values, ten minutes apart, that arrive in the same moment."""
    seen = {"through_seq": str(visit.session.last_seq)}
    first = entry(clock, **seen)
    clock.forward(minutes=10)
    second = entry(clock, **seen)
    clock.forward(minutes=10)
    nurse = signed_in(visit.nurse)
    assert sent(nurse, visit, first, "reading/?slot=40").status_code == 201
    assert sent(nurse, visit, second).status_code == 422
    assert sent(nurse, visit, second | {"known": "no id"}).status_code == 422
    assert sent(nurse, visit, second | {"known": first["id"]}).status_code == 201


def test_it_is_told_who_is_signed_in_and_the_time(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    found = signed_in(visit.nurse).get("/sending/").json()
    assert found.pop("token")
    who = {"person": str(visit.nurse.pk), "site": str(visit.site.pk)}
    assert found == who | {"now": clock.now().isoformat()}


def test_sending_again_keeps_no_one_signed_in(
    visit: Visit, signed_in: Signer, clock: TestClock, settings: Settings
) -> None:
    nurse, name = signed_in(visit.nurse), settings.ACTIVE_COOKIE_NAME
    headers = {"Accept": "application/json", "X-Sent-Again": "1"}
    answer = nurse.post(f"/sessions/{visit.id}/reading/", entry(clock), headers=headers)
    assert answer.status_code == 201
    assert name not in answer.cookies
    assert name in sent(nurse, visit, entry(clock, systolic="140")).cookies


def test_events_and_strikes_are_saved_once_too(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    nurse, at = signed_in(visit.nurse), clock.now()
    event = {"id": str(uuid7()), "symptoms": "chest_pain", "entered_at": at.isoformat()}
    clock.forward(minutes=20)
    assert sent(nurse, visit, event, "event/").status_code == 201
    assert sent(nurse, visit, event, "event/").status_code == 200
    assert Event.objects.get().at == at
    response = {"id": str(uuid7()), "informed_other": "Dr Smith", "ordered_other": "Rest"}
    response |= {"entered_at": (clock.now() - timedelta(minutes=10)).isoformat()}
    page = f"response/{event['id']}/"
    assert sent(nurse, visit, response, page).status_code == 201
    assert sent(nurse, visit, response, page).status_code == 200
    strike = {"id": str(uuid7()), "kind": Strike.Kind.values[0], "reason": "Wrong patient"}
    page = f"strike/event/{response['id']}/"
    assert sent(nurse, visit, strike, page).status_code == 201
    assert sent(nurse, visit, strike, page).status_code == 200
    assert (Event.objects.count(), Strike.objects.count()) == (2, 1)


def test_a_correction_that_waited_is_saved_once_at_the_time_that_was_meant(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    nurse, first = signed_in(visit.nurse), entry(clock)
    sent(nurse, visit, first)
    page, at = f"reading/{first['id']}/correct/", clock.now()
    why = {"usual_reason": "typed"}
    values = {"id": str(uuid7()), "entered_at": at.isoformat(), "systolic": "124"} | why
    clock.forward(minutes=20)
    assert [sent(nurse, visit, values, page).status_code for _ in range(2)] == [201, 200]
    other = sent(nurse, visit, values | {"systolic": "125"}, page)
    assert (other.status_code, bool(other.json()["errors"][""])) == (409, True)
    corrected = Reading.objects.get(pk=values["id"])
    assert (corrected.systolic, corrected.taken_at, corrected.late_reason) == (124, at, "")
    # Another tablet was first: both stay readable, and a person looks.
    theirs = sent(nurse, visit, values | {"id": str(uuid7())}, page)
    assert (theirs.status_code, bool(theirs.json()["errors"][""])) == (409, True)
    # Another time of day, read by the moment at which it was typed.
    page = f"reading/{values['id']}/correct/"
    entered_at = clock.now().isoformat()
    moved = {"id": str(uuid7()), "entered_at": entered_at, "taken_at": "11:00"} | why
    clock.forward(minutes=11 * 60)
    assert sent(nurse, visit, moved | {"taken_at": "77"}, page).json()["errors"]["taken_at"]
    assert [sent(nurse, visit, moved, page).status_code for _ in range(2)] == [201, 200]
    row = Reading.objects.get(pk=moved["id"])
    assert row.taken_at == at + timedelta(minutes=15)
    assert row.late_reason == "No contact with the server: on the tablet since 11:05."


def test_a_corrected_event_and_a_call_that_waited_are_saved_once(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    nurse = signed_in(visit.nurse)
    event = {"id": str(uuid7()), "kind": "note", "detail": "Tearful"}
    assert sent(nurse, visit, event, "event/").status_code == 201
    fixed = {"id": str(uuid7()), "entered_at": clock.now().isoformat(), "at": "10:44"}
    fixed |= {"usual_reason": "typed"}
    page, meant = f"event/{event['id']}/correct/", clock.now() - timedelta(minutes=1)
    clock.forward(minutes=11 * 60)
    assert sent(nurse, visit, fixed | {"usual_reason": ""}, page).status_code == 422
    assert [sent(nurse, visit, fixed, page).status_code for _ in range(2)] == [201, 200]
    assert sent(nurse, visit, fixed | {"id": str(uuid7())}, page).status_code == 409
    assert Event.objects.get(pk=fixed["id"]).at == meant

    left = discharged(clock)
    clock.forward(minutes=60 * 20)
    at, caller = clock.now(), signed_in(left.nurse)
    call = {"id": str(uuid7()), "entered_at": at.isoformat()}
    call |= {"was_reached": "no", "detail": "No answer"}
    clock.forward(minutes=20)
    assert sent(caller, left, call | {"detail": ""}, "call/").json()["errors"]["detail"]
    assert [sent(caller, left, call, "call/").status_code for _ in range(2)] == [201, 200]
    assert sent(caller, left, call | {"detail": "Engaged"}, "call/").status_code == 409
    found = Call.objects.get()
    assert found.at == at
    assert found.late_reason.startswith("No contact with the server: on the tablet since")


def test_no_schedule_of_sendings_makes_a_row_too_many_or_too_few(
    clock: TestClock, signed_in: Signer
) -> None:
    """Twice, out of order, without the answer that it was saved, by a tablet that started again."""
    dice, done = random.Random(7), 0
    while done < SCHEDULES:
        visit = dosed(clock)
        nurse = signed_in(visit.nurse)
        for _ in range(min(IN_ONE_SESSION, SCHEDULES - done)):
            _one_schedule(dice, visit, nurse, clock)
            done += 1


def _one_schedule(dice: random.Random, visit: Visit, nurse: Client, clock: TestClock) -> None:
    """Some readings, each entered once, and each sent until the tablet has had an answer."""
    queue: list[dict[str, str]] = []
    expected = {}
    for _ in range(dice.randint(1, 2)):
        clock.forward(minutes=2)
        body = entry(clock, systolic=str(dice.randint(100, 139)), note=str(uuid7()))
        # Someone has answered that a reading beside another is meant.
        queue.append(body | {"another": "on"})
        expected[body["id"]] = (int(body["systolic"]), clock.now())
    had: set[str] = set()
    while queue:
        clock.forward(minutes=dice.choice([0, 0, 1, 3]))
        body = dice.choice(queue)
        answer = sent(nurse, visit, body)
        expected_status = 200 if body["id"] in had else 201
        assert answer.status_code == expected_status, answer.json()
        had.add(body["id"])
        is_heard = dice.random() < 0.6
        if is_heard:
            queue.remove(body)
    for id, (systolic, entered_at) in expected.items():
        row = Reading.objects.get(pk=id)
        assert row.systolic == systolic
        assert abs(row.taken_at - entered_at) < timedelta(minutes=1)
        assert row.recorded_by_id == visit.nurse.pk
