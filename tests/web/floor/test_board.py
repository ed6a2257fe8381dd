"""The floor board: the most urgent first, and quiet while nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.models import Site
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import (
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


def named(
    clock: TestClock, site: Site, name: str, build: Callable[..., Visit], **plan: Any
) -> Visit:
    return build(
        clock, site=site, patient=PatientFactory.create(site=site, family_name=name), **plan
    )


def halfway(clock: TestClock, **plan: Any) -> Visit:
    """The first device of two, and nothing after it."""
    visit = predosed(clock, **plan)
    clock.forward(minutes=5)
    visit.dose()
    return visit


def cards(client: Client) -> list[Any]:
    return list(client.get("/").context["cards"])


def test_the_most_urgent_patient_stands_first(clock: TestClock, signed_in: Signer) -> None:
    site, start = SiteFactory.create(), clock.now()
    made: dict[str, Visit] = {}

    def build(name: str, how: Callable[..., Visit], minutes_ago: float, **plan: Any) -> None:
        clock.travel_to(start - timedelta(minutes=minutes_ago))
        made[name] = named(clock, site, name, how, **plan)

    build("Planned", planned, 0)
    build("Arrived", admitted, 20)
    build("Ready", signed, 137)
    build("Waiting", ready_to_sign, 139)
    build("Upcoming", observed, 30, through=15)
    build("Due", observed, 48, through=30)
    build("Flagged", observed, 58, through=40)
    build("Overdue", observed, 72, through=40)
    build("Urgent", observed, 77, through=40)
    build("Emergency", observed, 47, through=40)
    build("Device", halfway, 11)
    clock.travel_to(start)
    made["Flagged"].read(systolic=190)
    made["Emergency"].read(systolic=201)
    nurse = signed_in(person(site, "nurse"))
    found = cards(nurse)
    assert [c.name.split(",")[0].title() for c in found] == [
        "Emergency",
        "Device",
        "Urgent",
        "Flagged",
        "Overdue",
        "Due",
        "Upcoming",
        "Waiting",
        "Ready",
        "Arrived",
        "Planned",
    ]
    made["Emergency"].read(systolic=202)
    first, second = cards(nurse)[0].emergencies
    page = nurse.get("/").content.decode()
    moments = [timezone.localtime(at, site.tz).isoformat() for at in (first, second)]
    assert f'data-emergency="{" ".join(moments)}"' in page
    assert "Record 60-minute reading" in page
    assert "Systolic 190, at or above 180 mmHg" in page
    assert "Record who was informed" in page


def test_a_card_links_to_the_next_right_action(clock: TestClock, signed_in: Signer) -> None:
    site = SiteFactory.create()
    visit = named(clock, site, "Smith", observed, through=30)
    clock.forward(minutes=10)
    card = cards(signed_in(person(site, "nurse")))[0]
    assert card.action.href == f"/sessions/{visit.id}/reading/?slot=40"
    at = timezone.localtime(visit.session.facts().first_dose_at, site.tz) + timedelta(minutes=40)
    assert card.state == f"Due at {at:%H:%M}"
    assert [v.text for v in card.last.values] == ["122/78", "98", "5", "0"]


def test_only_who_may_sign_is_led_to_the_clearance(clock: TestClock, signed_in: Signer) -> None:
    site = SiteFactory.create()
    visit = named(clock, site, "Smith", ready_to_sign)
    assert cards(signed_in(person(site, "nurse")))[0].action.href == f"/sessions/{visit.id}/"
    clinician = cards(signed_in(person(site, "clinician")))[0]
    assert clinician.action.href == f"/sessions/{visit.id}/clearance/"


def test_pressure_above_the_guide_before_the_dose_is_said(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create()
    visit = named(clock, site, "Smith", predosed, predose={"systolic": 150})
    card = cards(signed_in(person(site, "nurse")))[0]
    why = "Systolic 150, above the guide of 140 mmHg"
    assert [m.words for m in card.attention] == [f"A clinician decides before the dose: {why}"]
    assert card.action.href == f"/sessions/{visit.id}/"


def test_a_poll_is_answered_with_nothing_until_something_changes(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create()
    visit = named(clock, site, "Smith", observed, through=30)
    nurse = signed_in(person(site, "nurse"))
    version = nurse.get("/").context["version"]

    def poll() -> Any:
        return nurse.get(f"/?version={version}", headers={"HX-Request": "true"})

    assert poll().status_code == 204
    clock.forward(minutes=2)
    assert poll().status_code == 204
    visit.read()
    changed = poll()
    assert changed.status_code == 200
    assert b"<html" not in changed.content
    assert b'id="cards"' in changed.content


def test_a_slot_that_falls_overdue_changes_the_board_by_itself(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create()
    named(clock, site, "Smith", observed, through=30)
    nurse = signed_in(person(site, "nurse"))
    version = nurse.get("/").context["version"]
    clock.forward(minutes=15)
    answer = nurse.get(f"/?version={version}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b"Overdue" in answer.content


def test_an_empty_board_says_what_to_do_next(clock: TestClock, signed_in: Signer) -> None:
    page = signed_in(person(SiteFactory.create(), "nurse")).get("/").content.decode()
    assert "No session today at this site." in page
    assert 'href="/patients/"' in page


def test_the_day_of_the_site_decides_what_is_planned_today(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create(time_zone="America/New_York")
    clock.travel_to(datetime(2026, 3, 11, 2, tzinfo=UTC))  # the evening of the 10th
    tonight = datetime(2026, 3, 11, 3, 59, tzinfo=UTC)
    named(clock, site, "Tonight", planned, planned_for=tonight)
    named(clock, site, "Tomorrow", planned, planned_for=tonight + timedelta(minutes=1))
    found = cards(signed_in(person(site, "nurse")))
    assert [c.name.split(",")[0].title() for c in found] == ["Tonight"]


def test_a_session_past_midnight_stays_until_it_is_closed(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create()
    clock.travel_to(datetime(2026, 3, 11, 3, 30, tzinfo=UTC))  # 23:30
    named(clock, site, "Late", dosed)
    clock.forward(minutes=60)
    assert len(cards(signed_in(person(site, "nurse")))) == 1


def test_names_are_escaped(clock: TestClock, signed_in: Signer) -> None:
    site = SiteFactory.create()
    named(clock, site, "<script>alert(1)</script>", planned)
    page = signed_in(person(site, "nurse")).get("/").content.decode()
    assert "<SCRIPT>" not in page
    assert "&lt;SCRIPT&gt;" in page


def test_patients_of_another_site_are_not_on_the_board(clock: TestClock, signed_in: Signer) -> None:
    named(clock, SiteFactory.create(), "Elsewhere", dosed)
    assert cards(signed_in(person(SiteFactory.create(), "nurse"))) == []


def test_an_outstanding_device_is_named_with_its_rest(clock: TestClock, signed_in: Signer) -> None:
    site = SiteFactory.create()
    visit = named(clock, site, "Smith", predosed, planned_mg=84)
    given = visit.dose().started_at
    clock.forward(minutes=2)
    card = cards(signed_in(person(site, "nurse")))[0]
    assert (card.next.words, card.next.until) == (
        "Device 2 of 3, rest",
        given + timedelta(minutes=5),
    )
    assert card.action.words == "Record device 2"


def test_a_clearance_that_lapsed_is_not_ready_to_leave(clock: TestClock, signed_in: Signer) -> None:
    site = SiteFactory.create()
    named(clock, site, "Smith", signed)
    nurse = signed_in(person(site, "nurse"))
    assert cards(nurse)[0].kind == "ready"
    clock.forward(minutes=15)
    lapsed = cards(nurse)[0]
    assert lapsed.kind != "ready"
    assert [m.words for m in lapsed.attention] == ["Clearance has lapsed"]
    assert "departure" not in lapsed.action.href


def test_the_flag_that_has_waited_longest_stands_first(clock: TestClock, signed_in: Signer) -> None:
    site, start = SiteFactory.create(), clock.now()
    for name, minutes_ago in (("Later", 4), ("Longest", 9)):
        clock.travel_to(start - timedelta(minutes=50))
        visit = named(clock, site, name, dosed)
        clock.travel_to(start - timedelta(minutes=minutes_ago))
        visit.read(40, systolic=190)
    clock.travel_to(start)
    found = cards(signed_in(person(site, "nurse")))
    assert [(c.kind, c.name.split(",")[0]) for c in found] == [
        ("flagged", "LONGEST"),
        ("flagged", "LATER"),
    ]


def test_a_pre_dose_reading_that_grew_old_is_asked_for_again(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create()
    named(clock, site, "Smith", predosed)
    clock.forward(minutes=31)
    assert cards(signed_in(person(site, "nurse")))[0].action.words == "Record pre-dose reading"


def test_a_poll_after_signing_out_is_refused_without_a_redirect(db: None) -> None:
    assert Client().get("/?version=x", headers={"HX-Request": "true"}).status_code == 401


def test_a_board_in_any_phase_stays_quiet_while_only_minutes_pass(
    clock: TestClock, signed_in: Signer
) -> None:
    site, start = SiteFactory.create(), clock.now()
    for minutes_ago, build in ((0, planned), (9, admitted), (131, ready_to_sign), (131, signed)):
        clock.travel_to(start - timedelta(minutes=minutes_ago))
        named(clock, site, "Smith", build)
    clock.travel_to(start + timedelta(minutes=1))
    nurse = signed_in(person(site, "nurse"))
    version = nurse.get("/").context["version"]
    clock.forward(seconds=70)
    answer = nurse.get(f"/?version={version}", headers={"HX-Request": "true"})
    assert answer.status_code == 204


def test_two_patients_of_one_family_name_say_so_on_both_cards(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create()
    for family in ("Muñoz", "MUNOZ", "Smith", "Okafor", "Okefor"):
        planned(clock, site=site, patient=PatientFactory.create(site=site, family_name=family))
    page = signed_in(person(site, "nurse")).get("/")
    marked = {c.name.partition(",")[0]: c.is_namesake for c in page.context["cards"]}
    near = {"OKAFOR": True, "OKEFOR": True}
    assert marked == {"MUÑOZ": True, "MUNOZ": True, "SMITH": False, **near}
    assert page.content.decode().count("Similar name") == 4


def test_two_of_one_name_are_told_apart_on_cards_and_banners(
    clock: TestClock, signed_in: Signer
) -> None:
    """Nothing of the other is shown on a banner: that would be a reading of theirs."""
    site, both = SiteFactory.create(), []
    for born in (date(1980, 3, 14), date(1953, 11, 2)):
        jane = {"family_name": "Smith", "given_name": "Jane", "date_of_birth": born}
        both.append(planned(clock, site=site, patient=PatientFactory.create(site=site, **jane)))
    other = PatientFactory.create(site=site, family_name="Okafor")
    third = planned(clock, site=site, patient=other)
    nurse = signed_in(person(site, "nurse"))
    shown = nurse.get("/").content.decode()
    assert shown.count("Similar name") == 2
    for visit, day in zip(both, ("14-Mar-1980", "02-Nov-1953"), strict=True):
        assert day in shown
        page = nurse.get(f"/sessions/{visit.id}/").content.decode()
        assert "Similar name: check the date of birth" in page
        assert day in page
        (namesake,) = (v for v in both if v is not visit)
        assert namesake.patient.mrn not in page
    assert "Similar name" not in nurse.get(f"/sessions/{third.id}/").content.decode()


def test_one_patient_with_two_sessions_is_no_namesake(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock)
    planned(clock, site=visit.site, patient=visit.patient)
    page = signed_in(visit.nurse).get("/")
    assert [c.is_namesake for c in page.context["cards"]] == [False, False]


def test_a_card_knows_that_a_clinician_decided(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock, predose={"systolic": 152})
    board = signed_in(visit.nurse)
    assert "A clinician decides before the dose: Systolic 152" in board.get("/").content.decode()
    visit.decide(reason="Usual range for this patient")
    decided = board.get("/").content.decode()
    assert "A clinician decides before the dose" not in decided
    assert "Record the first dose" in decided
