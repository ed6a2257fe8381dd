"""One session: where it stands, what is open, and the next right action for this person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from monitoring.models import Reading
from tests.factories.courses import (
    Visit,
    admitted,
    discharged,
    dosed,
    infused,
    observed,
    planned,
    predosed,
    ready_to_sign,
    signed,
)
from tests.factories.place import person

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def page(client: Client, visit: Visit) -> Any:
    return client.get(f"/sessions/{visit.id}/")


def high(clock: Any) -> Visit:
    return predosed(clock, predose={"systolic": 150})


@pytest.mark.parametrize(
    ("build", "nurse", "clinician"),
    [
        (planned, "Admit", "Admit"),
        (admitted, "Record pre-dose reading", "Record pre-dose reading"),
        (predosed, "Record the first dose", "Record the first dose"),
        (high, None, "Decide on the dose"),
        (dosed, None, None),
        (ready_to_sign, None, "Review and sign clearance"),
        (signed, "Record departure", "Record departure"),
        (discharged, None, None),
        (infused, "Record 40-minute reading", "Record 40-minute reading"),
    ],
)
def test_the_next_right_action_is_the_one_button(
    clock: Any,
    signed_in: Signer,
    build: Callable[[Any], Visit],
    nurse: str | None,
    clinician: str | None,
) -> None:
    visit = build(clock)
    for staff, expected in ((visit.nurse, nurse), (visit.clinician, clinician)):
        primary = page(signed_in(staff), visit).context["primary"]
        assert (primary.words if primary else None) == expected


def test_an_administrator_reads_and_is_offered_no_action(clock: Any, signed_in: Signer) -> None:
    visit = ready_to_sign(clock)
    answer = page(signed_in(person(visit.site, "administrator")), visit)
    assert answer.context["primary"] is None
    assert [a.words for a in answer.context["others"]] == ["Report"]


def test_the_banner_identifies_the_patient_as_spoken(clock: Any, signed_in: Signer) -> None:
    visit = planned(clock)
    text = " ".join(page(signed_in(visit.nurse), visit).content.decode().split())
    assert f"SMITH, {visit.patient.given_name}" in text
    assert "Born</span> 14-Jul-1958 (67y)" in text
    assert "Allergies</span> Not known" in text


def test_both_clocks_are_shown(clock: Any, signed_in: Signer) -> None:
    visit = dosed(clock, planned_mg=84)
    text = " ".join(page(signed_in(visit.nurse), visit).content.decode().split())
    assert "First dose</span> 10:05" in text
    assert "Last dose</span> 10:15" in text
    assert "<strong>12:15</strong>" in text


def test_each_open_item_leads_to_what_closes_it(clock: Any, signed_in: Signer) -> None:
    visit = observed(clock, through=30)
    clock.forward(minutes=25)
    pain = visit.event("symptom", symptoms=("chest_pain",))
    items = {i.words: i.href for i in page(signed_in(visit.nurse), visit).context["items"]}
    base = f"/sessions/{visit.id}"
    assert items["No response recorded: Chest pain"] == f"{base}/response/{pain.pk}/"
    forty = "40-minute blood pressure: not taken and not coded as not done"
    assert items[forty] == f"{base}/reading/?slot=40"
    assert next(href for words, href in items.items() if words.startswith("Observation")) == ""


def test_a_flag_says_value_and_limit_and_a_correction_keeps_the_original(
    clock: Any, signed_in: Signer
) -> None:
    visit = observed(clock, through=30)
    clock.forward(minutes=10)
    visit.read(40, systolic=186)
    text = page(signed_in(visit.nurse), visit).content.decode()
    assert "Systolic 186, at or above 180 mmHg" in text
    assert "Systolic 64 mmHg above pre-dose, limit 40" in text


def test_a_reading_received_much_later_shows_both_times(clock: Any, signed_in: Signer) -> None:
    visit = dosed(clock)
    clock.forward(minutes=20)
    taken = clock.now()
    clock.forward(minutes=8)
    visit.read(taken_at=taken, late_reason="Network was down")
    text = " ".join(page(signed_in(visit.nurse), visit).content.decode().split())
    assert "Entered late: Network was down." in text
    assert "On the server 10:38." in text


def test_a_poll_is_quiet_until_a_fact_or_a_slot_changes(clock: Any, signed_in: Signer) -> None:
    visit = observed(clock, through=15)
    nurse = signed_in(visit.nurse)
    version = page(nurse, visit).context["version"]

    def poll() -> Any:
        address = f"/sessions/{visit.id}/?version={version}"
        return nurse.get(address, headers={"HX-Request": "true"})

    assert poll().status_code == 204
    clock.forward(minutes=11)
    assert poll().status_code == 200
    version = page(nurse, visit).context["version"]
    visit.event()
    assert b'id="live"' in poll().content


def test_a_clearance_that_lapsed_says_so_without_anyones_doing(
    clock: Any, signed_in: Signer
) -> None:
    visit = signed(clock)
    nurse = signed_in(visit.nurse)
    assert "Clearance stands" in page(nurse, visit).content.decode()
    clock.forward(minutes=15)
    text = page(nurse, visit).content.decode()
    assert "Clearance has lapsed" in text
    assert "Record departure" not in text


def test_a_withdrawn_clearance_says_why(clock: Any, signed_in: Signer) -> None:
    visit = signed(clock)
    high_reading = visit.read(systolic=165, diastolic=95)
    text = page(signed_in(visit.nurse), visit).content.decode()
    assert "Clearance withdrawn" in text
    assert f"Reading {high_reading.seq} is outside the criteria" in text


def test_words_of_people_are_escaped(clock: Any, signed_in: Signer) -> None:
    visit = dosed(clock)
    visit.event(detail="<img src=x onerror=alert(1)>")
    text = page(signed_in(visit.nurse), visit).content.decode()
    assert "<img" not in text
    assert "&lt;img src=x" in text


def test_a_missed_and_a_coded_slot_are_told_apart(clock: Any, signed_in: Signer) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    nothing = dict.fromkeys(("systolic", "diastolic"))
    visit.read(40, **nothing, not_done={"blood_pressure": "refused"})
    assert Reading.objects.get(slot=40).blood_pressure_not_done == "refused"
    states = {s.label: s.state for s in page(signed_in(visit.nurse), visit).context["slots"]}
    assert (states["15 min"], states["40 min"]) == ("missed", "not_done")
    assert "Patient declined" in page(signed_in(visit.nurse), visit).content.decode()
