"""Suicidality on the pages: the screen, who must be told, the review that lets a patient go."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinic.ids import uuid7
from tests.clock import TestClock
from tests.factories.sent import send, told
from tests.factories.visits import Visit, admitted, ready_to_sign

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def shown(client: Client, visit: Visit, page: str = "") -> str:
    return html.unescape(client.get(f"/sessions/{visit.id}/{page}").content.decode())


def test_nothing_is_filled_in_and_what_is_missing_is_told_at_its_field(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = admitted(clock)
    nurse = signed_in(visit.nurse)
    assert " checked" not in shown(nurse, visit, "screen/")
    answer = send(nurse, visit, "screen", {})
    assert told(answer, "phq9_item9", "Enter the PHQ-9, the C-SSRS, or why neither was done.")
    answer = send(nurse, visit, "screen", {"phq9_item9": "1", "phq9_total": "27"})
    assert told(answer, "phq9_total", "27 is not possible here. Enter a value from 1 to 25.")
    assert send(nurse, visit, "screen", {"phq9_item9": "1", "phq9_total": "25"}).status_code == 302


def test_a_positive_screen_is_an_emergency_until_a_clinician_has_reviewed_it(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    nurse, clinician = signed_in(visit.nurse), signed_in(visit.clinician)
    answers = {f"cssrs_{n}": "yes" if n in {2, 4} else "no" for n in range(1, 7)}
    assert send(nurse, visit, "screen", answers).status_code == 302
    found = visit.session.event_set.get()
    for page in ("", "clearance/"):
        assert "C-SSRS question 4: yes" in shown(clinician, visit, page)
    assert "Emergency" in html.unescape(nurse.get("/").content.decode())
    path = f"event/{found.pk}/review/"
    assert path in shown(clinician, visit)
    assert path not in shown(nurse, visit)
    assert "C-SSRS 2, 4: yes" in shown(clinician, visit, path)
    body: dict[str, Any] = {"id": str(uuid7()), "assessment": "No intent", "action_taken": ""}
    address = f"/sessions/{visit.id}/{path}"
    assert told(clinician.post(address, body), "action_taken", "Enter this.")
    body |= {"action_taken": "Safety plan"}
    assert clinician.post(address, body).status_code == 302
    visit.sign()
    report = shown(clinician, visit, "report/")
    first = report.index("Suicidality: C-SSRS question 4: yes.")
    assert "No intent; done: Safety plan" in report[first : first + 200]


def test_a_medication_and_its_effect_are_entered_and_read_back(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = admitted(clock)
    nurse = signed_in(visit.nurse)
    answer = send(nurse, visit, "medication", {"amount": "a little"})
    assert told(answer, "amount", "Enter a number such as 0.5.")
    assert "Effect of a medication" not in shown(nurse, visit, "event/")
    body = {
        "drug": "Lorazepam",
        "amount": "0,5",
        "unit": "mg",
        "route": "sublingual",
        "ordered_by": visit.clinician.printed_name,
        "detail": "Panic",
    }
    assert send(nurse, visit, "medication", body).status_code == 302
    assert "Lorazepam 0.5 mg, Under the tongue" in shown(nurse, visit)
    given = visit.session.event_set.get()
    effect = {"kind": "effect", "detail": "Calm", "medication": str(given.pk)}
    assert send(nurse, visit, "event", effect).status_code == 302
    assert "Effect of a medication: Calm" in shown(nurse, visit).replace("</strong>", "").replace(
        "<strong>", ""
    )
