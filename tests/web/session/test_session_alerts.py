"""What leads the page of a session: an emergency, a flagged value, a reading that is urgent."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from clinic.ids import uuid7
from tests.clock import TestClock
from tests.factories.answers import WELL
from tests.factories.people import person
from tests.factories.sent import page
from tests.factories.visits import Visit, observed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def emergency(clock: TestClock) -> Visit:
    visit = observed(clock, through=40)
    visit.read(systolic=205, diastolic=121, sedation=1)
    return visit


def test_an_emergency_leads_the_page_with_value_limit_source_and_what_to_do(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = emergency(clock)
    text = page(signed_in(visit.nurse), visit).content.decode()
    top, rest = text.split('class="session-head"')
    assert "notice-emergency" in top
    assert re.search(r'<span class="state state-emergency"[^>]*>Emergency</span>', top)
    assert "Systolic 205, at or above 200 mmHg" in top
    assert "MOAA/S 1, at or below 1" in top
    assert "Source: The product&#x27;s default" in top
    reading = visit.session.reading_set.last()
    assert reading is not None
    assert f'href="/sessions/{visit.id}/response/{reading.pk}/"' in top
    assert "Record who was informed" in top
    assert "notice-emergency" not in rest


def test_a_save_that_is_flagged_is_not_answered_in_green_alone(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    nurse = signed_in(visit.nurse)
    body = {key: str(value) for key, value in WELL.items()} | {"id": str(uuid7())}
    high = body | {"systolic": "205", "diastolic": "118", "confirm_systolic": "205"}
    clock.forward(minutes=2)
    text = nurse.post(f"/sessions/{visit.id}/reading/", high, follow=True).content.decode()
    assert "Reading saved" in text
    assert "message message-success message-beside" in text
    assert "Systolic 205, at or above 200 mmHg" in text
    clock.forward(minutes=2)
    visit.respond(visit.session.reading_set.latest("seq").pk)
    well = body | {"id": str(uuid7()), "confirm_systolic": "122"}
    text = nurse.post(f"/sessions/{visit.id}/reading/", well, follow=True).content.decode()
    assert "message-beside" not in text


def test_the_last_value_is_marked_on_the_page_and_the_card_while_it_is_outside(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    visit.respond(visit.read(systolic=186, diastolic=92, spo2=97).pk)
    nurse = signed_in(visit.nurse)

    def marked() -> list[tuple[str, str, bool]]:
        shown = page(nurse, visit).context["last"].values
        (card,) = nurse.get("/").context["cards"]
        assert card.last.values == shown
        return [(v.text, v.change, v.is_outside) for v in shown]

    assert marked() == [
        ("186/92", "+64/+14", True),
        ("97", "", False),
        ("5", "", False),
        ("0", "", False),
    ]
    text = nurse.get("/").content.decode()
    assert "Still outside its range: Systolic 186, at or above 180 mmHg" in text
    clock.forward(minutes=2)
    visit.read(systolic=120, diastolic=78)
    assert marked()[0] == ("120/78", "−2/±0", False)


def test_a_slot_that_is_urgent_says_so_and_the_page_brings_itself_up_to_date(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    nurse = signed_in(visit.nurse)
    clock.forward(minutes=29)
    before = page(nurse, visit)
    assert "slot-urgent" not in before.content.decode()
    clock.forward(minutes=1)
    poll = {"HX-Request": "true"}
    version = before.context["version"]
    after = nurse.get(f"/sessions/{visit.id}/?version={version}", headers=poll)
    assert after.status_code == 200
    assert "slot-urgent" in after.content.decode()


def test_who_may_not_answer_sees_the_emergency_without_the_link(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = emergency(clock)
    text = page(signed_in(person(visit.site, "auditor")), visit).content.decode()
    assert "notice-emergency" in text
    assert "Record who was informed" not in text


def test_once_the_patient_has_left_an_unanswered_emergency_is_said_without_a_link(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = emergency(clock)
    visit.leave("against_advice")
    nurse = signed_in(visit.nurse)
    text = page(nurse, visit).content.decode()
    assert "notice-emergency" in text
    assert "Record who was informed" not in text
    report = nurse.get(f"/sessions/{visit.id}/report/").content.decode()
    assert "No one recorded as informed: Systolic 205, at or above 200 mmHg" in report
