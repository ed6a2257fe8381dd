"""One session: where it stands, what is open, and the next right action for this person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring import actions
from monitoring.models import Reading
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.sent import page
from tests.factories.visits import (
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

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def high(clock: TestClock) -> Visit:
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
        (discharged, *["Answer for the monitoring form"] * 2),
        (infused, "Record 40-minute reading", "Record 40-minute reading"),
    ],
)
def test_the_next_right_action_is_the_one_button(
    clock: TestClock,
    signed_in: Signer,
    build: Callable[[Any], Visit],
    nurse: str | None,
    clinician: str | None,
) -> None:
    visit = build(clock)
    for staff, expected in ((visit.nurse, nurse), (visit.clinician, clinician)):
        primary = page(signed_in(staff), visit).context["primary"]
        assert (primary.words if primary else None) == expected


def test_an_administrator_reads_and_is_offered_no_action(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    answer = page(signed_in(person(visit.site, "administrator")), visit)
    assert answer.context["primary"] is None
    assert [a.words for a in answer.context["others"]] == [
        "Monitoring form",
        "Minutes",
        "Report",
    ]


def test_the_banner_identifies_the_patient_as_spoken(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock)
    text = " ".join(page(signed_in(visit.nurse), visit).content.decode().split())
    assert f"SMITH, {visit.patient.given_name}" in text
    assert "Born</span> 14-Jul-1958 (67y)" in text
    link = r"Allergies</span> <a [^>]*>Not known<span"
    assert re.search(link, text)


def test_both_clocks_are_shown(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock, planned_mg=84)
    text = " ".join(page(signed_in(visit.nurse), visit).content.decode().split())
    assert "First dose</span> 10:05" in text
    assert "Last dose</span> 10:15" in text
    assert "<strong>12:15</strong>" in text


def test_each_open_item_leads_to_what_closes_it(clock: TestClock, signed_in: Signer) -> None:
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
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=30)
    clock.forward(minutes=10)
    visit.read(40, systolic=186)
    text = page(signed_in(visit.nurse), visit).content.decode()
    assert "Systolic 186, at or above 180 mmHg" in text
    assert "Systolic 64 mmHg above pre-dose, limit 40" in text


def test_a_reading_received_much_later_shows_both_times(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=20)
    taken = clock.now()
    clock.forward(minutes=8)
    visit.read(taken_at=taken, late_reason="Network was down")
    text = " ".join(page(signed_in(visit.nurse), visit).content.decode().split())
    assert "Entered late: Network was down." in text
    assert "Saved 10:38:00." in text


def test_a_poll_is_quiet_until_a_fact_or_a_slot_changes(
    clock: TestClock, signed_in: Signer
) -> None:
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
    clock: TestClock, signed_in: Signer
) -> None:
    visit = signed(clock)
    nurse = signed_in(visit.nurse)
    assert "Clearance stands" in page(nurse, visit).content.decode()
    clock.forward(minutes=15)
    text = page(nurse, visit).content.decode()
    assert "Clearance has lapsed" in text
    assert "Record departure" not in text


def test_a_withdrawn_clearance_says_why(clock: TestClock, signed_in: Signer) -> None:
    visit = signed(clock)
    high_reading = visit.read(systolic=165, diastolic=95)
    text = page(signed_in(visit.nurse), visit).content.decode()
    assert "Clearance withdrawn" in text
    assert f"Reading {high_reading.seq} is outside the criteria" in text


def test_words_of_people_are_escaped(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    visit.event(detail="<img src=x onerror=alert(1)>")
    text = page(signed_in(visit.nurse), visit).content.decode()
    assert "<img" not in text
    assert "&lt;img src=x" in text


def test_a_missed_and_a_coded_slot_are_told_apart(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    visit.read(40, systolic=None, diastolic=None, not_done={"blood_pressure": "refused"})
    assert Reading.objects.get(slot=40).blood_pressure_not_done == "refused"
    states = {s.label: s.state for s in page(signed_in(visit.nurse), visit).context["slots"]}
    assert (states["15 min"], states["40 min"]) == ("missed", "not_done")
    assert "Patient declined" in page(signed_in(visit.nurse), visit).content.decode()


def test_a_session_of_another_site_is_not_found(clock: TestClock, signed_in: Signer) -> None:
    stranger = person(SiteFactory.create(), "clinician")
    assert page(signed_in(stranger), planned(clock)).status_code == 404


def test_a_nurse_is_offered_neither_signature_nor_decision(
    clock: TestClock, signed_in: Signer
) -> None:
    ready, above = ready_to_sign(clock), high(clock)
    waiting = page(signed_in(ready.nurse), ready).content.decode()
    assert "/clearance/" not in waiting
    assert "Nothing is open. A clinician can review the record and sign." in waiting
    undecided = page(signed_in(above.nurse), above).content.decode()
    assert "/decision/" not in undecided
    assert "A clinician decides whether the dose is given." in undecided
    assert "/decision/" in page(signed_in(above.clinician), above).content.decode()


def test_the_decision_to_dose_stays_in_sight_until_the_patient_leaves(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = high(clock)
    visit.decide(reason="Usual for this patient")
    visit.dose()
    clock.forward(minutes=5)
    visit.dose()
    assert visit.session.phase == "observing"
    assert "Usual for this patient" in page(signed_in(visit.nurse), visit).content.decode()


def test_answers_out_of_the_ordinary_are_said_before_the_dose(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = planned(clock)
    answers = GOOD_ANSWERS | {"no_recent_food": False, "opioid": True}
    visit.admit(answers=answers, fasting_reason="Toast at noon")
    assert page(signed_in(visit.nurse), visit).context["answers"] == [
        "Opioid: yes",
        "No food for 2 hours: not met. Toast at noon",
    ]


def test_a_corrected_reading_stays_readable_with_the_reason(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=10)
    wrong = visit.read(15, systolic=158)
    actions.correct_reading(
        visit.id, visit.nurse, id=uuid7(), replaces=wrong.pk,
        entry=visit.entry(systolic=138, taken_at=wrong.taken_at), reason="Typed wrongly",
    )  # fmt: skip
    before, after = page(signed_in(visit.nurse), visit).context["readings"].rows[-2:]
    assert (before.is_replaced, before.cells[0].text) == (True, "158/78")
    assert (after.is_replaced, after.cells[0].text) == (False, "138/78")
    assert "Correction: Typed wrongly" in after.notes


def test_a_late_reading_says_by_how_much(clock: TestClock, signed_in: Signer) -> None:
    visit = observed(clock, through=30)
    clock.forward(minutes=23)
    visit.read(40)
    answer = page(signed_in(visit.nurse), visit)
    assert "13 min late" in answer.context["readings"].rows[-1].notes
    marks = {m.label: m.words for m in answer.context["slots"]}
    assert marks["40 min"] == "13 min late"


@pytest.mark.parametrize(
    "dosed_at",
    [
        datetime(2026, 3, 11, 3, 30, tzinfo=UTC),  # 23:30, past midnight
        datetime(2025, 11, 2, 5, 30, tzinfo=UTC),  # 01:30, and 01:10 again 40 minutes later
        datetime(2026, 3, 8, 6, 30, tzinfo=UTC),  # 01:30, and 03:10 40 minutes later
    ],
)
def test_minutes_count_through_midnight_and_both_changes_of_the_clocks(
    clock: TestClock, signed_in: Signer, dosed_at: datetime
) -> None:
    clock.travel_to(dosed_at - timedelta(minutes=5))
    visit = observed(clock, through=40)
    answer = page(signed_in(visit.nurse), visit)
    last = answer.context["readings"].rows[-1]
    assert (last.label, last.elapsed) == ("40 min", "40 min")
    marks = {m.label: m.state for m in answer.context["slots"]}
    assert marks["40 min"] == "done"


def test_the_page_asks_for_itself_again_once_the_window_has_elapsed(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock)
    nurse = signed_in(visit.nurse)
    version = page(nurse, visit).context["version"]
    poll = f"/sessions/{visit.id}/?version={version}"
    ends = visit.session.facts().window_ends_at
    assert ends is not None
    clock.travel_to(ends - timedelta(seconds=1))
    assert nurse.get(poll, headers={"HX-Request": "true"}).status_code == 204
    clock.travel_to(ends)
    assert nurse.get(poll, headers={"HX-Request": "true"}).status_code == 200


def test_names_of_any_length_are_shown_whole(clock: TestClock, signed_in: Signer) -> None:
    site, long = SiteFactory.create(), "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
    visit = planned(clock, site=site, patient=PatientFactory.create(site=site, family_name=long))
    assert f"{long.upper()}, " in page(signed_in(visit.nurse), visit).content.decode()


def test_a_session_that_is_over_gives_its_day_and_asks_for_nothing_more(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    clock.forward(minutes=3 * 24 * 60)
    text = page(signed_in(visit.nurse), visit).content.decode()
    assert "10-Mar-2026 10:05" in text
    assert "hx-trigger" not in text
    assert "data-since" not in text
    assert "data-ago" not in text


def test_a_session_of_an_earlier_day_says_so_and_leads_to_how_the_patient_left(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=60)
    nurse = signed_in(visit.nurse)
    words = "no one has recorded how it ended"
    assert words not in nurse.get(f"/sessions/{visit.id}/").content.decode()
    clock.forward(minutes=60 * 18)
    page = nurse.get(f"/sessions/{visit.id}/").content.decode()
    assert words in page
    assert "Record how the patient left" in page
    board = nurse.get("/").content.decode()
    assert "No one has recorded how it ended." in board
    assert f'href="/sessions/{visit.id}/departure/"' in board
    visit.leave("left_unseen")
    assert "No one has recorded how it ended." not in nurse.get("/").content.decode()


def test_who_arrived_yesterday_without_a_dose_is_ended_without_one(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = admitted(clock)
    clock.forward(minutes=60 * 18)
    board = signed_in(visit.nurse).get("/").content.decode()
    assert "No one has recorded how it ended." in board
    assert "End the session without a dose" in board


def test_a_signature_ahead_of_the_clock_is_shown_and_offers_no_discharge(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = signed(clock)
    clock.forward(minutes=-40)
    nurse = signed_in(visit.nurse)
    page = nurse.get(f"/sessions/{visit.id}/").content.decode()
    assert "Signed ahead of the clock" in page
    assert "Record departure" not in page
    departure = nurse.get(f"/sessions/{visit.id}/departure/").content.decode()
    assert "it does not allow a discharge" in departure
    assert "?kind=discharged" not in departure
    assert "a time still to come" in nurse.get(f"/sessions/{visit.id}/report/").content.decode()


def test_an_entry_ahead_of_the_clock_is_shown(clock: TestClock, signed_in: Signer) -> None:
    visit = observed(clock, through=60)
    clock.forward(minutes=-30)
    page = signed_in(visit.nurse).get(f"/sessions/{visit.id}/").content.decode()
    assert "Recorded ahead of the clock" in page


def test_minutes_before_the_first_dose_stand_with_a_minus(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = predosed(clock)
    clock.forward(minutes=5)
    visit.dose()
    shown = page(signed_in(visit.nurse), visit).content.decode()
    assert re.search(r"−\d+ min", shown)
    assert not re.search(r"-\d+ min", shown)
