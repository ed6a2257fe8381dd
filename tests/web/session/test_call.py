"""The call after a session, and who waits for one."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.reports import calls
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.factories.sent import send, told
from tests.factories.visits import discharged

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def test_next_day_call_is_asked_for_on_the_board_and_tells_a_clinician(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    nurse = signed_in(visit.nurse)
    assert "waits for a call" not in nurse.get("/").content.decode()
    clock.forward(minutes=60 * 20)
    assert (
        "1 patient who left on an earlier day waits for a call" in nurse.get("/").content.decode()
    )
    assert f"/sessions/{visit.id}/call/" in nurse.get("/calls/").content.decode()
    assert told(send(nurse, visit, "call", {}), "was_reached", "Answer this question.")
    missed = {"was_reached": "no", "detail": "No answer"}
    assert send(nurse, visit, "call", missed).status_code == 302
    assert "Tried once, not reached." in nurse.get("/calls/").content.decode()
    answer = send(nurse, visit, "call", {"was_reached": "yes", "had_adverse_event": "yes"})
    for name in ("adverse_detail", "onset_at"):
        assert told(answer, name, "Enter this.")
    body = {
        "was_reached": "yes",
        "detail": "Low since yesterday",
        "has_slept": "no",
        "has_driven": "no",
        "has_suicidal_thoughts": "yes",
        "had_adverse_event": "no",
        "systolic": "131",
        "diastolic": "82",
    }
    assert send(nurse, visit, "call", body).status_code == 302
    assert "No one waits for a call." in nurse.get("/calls/").content.decode()
    page = html.unescape(nurse.get(f"/sessions/{visit.id}/").content.decode())
    assert "Low since yesterday; slept well: no" in page
    assert "131/82 mmHg" in page
    clinician = signed_in(visit.clinician)
    assert "1 entry came after the patient had left" in clinician.get("/").content.decode()
    late = visit.session.event_set.get(after_departure=True)
    address = f"/sessions/{visit.id}/event/{late.pk}/review/"
    assert address in clinician.get("/reviews/").content.decode()
    review = {"id": str(uuid7()), "assessment": "Known", "action_taken": "Seen today"}
    assert clinician.post(address, review).status_code == 302
    assert "No late entry waits" in clinician.get("/reviews/").content.decode()
    assert "Known; Seen today" in clinician.get(f"/sessions/{visit.id}/report/").content.decode()


@pytest.mark.skipif(USES_POSTGRESQL, reason="a small table is read whole there, and rightly")
def test_who_is_to_be_called_is_found_by_when_they_left(clock: TestClock) -> None:
    plan = calls.waiting(discharged(clock).site, clock.now()).explain()
    assert "session_by_closing (site_id=? AND closed_at>?)" in plan, plan
