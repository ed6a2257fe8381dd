"""How much was given, by device and by part, and what may still be given."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from monitoring.rules.dose_facts import DoseFacts, InfusionOrder
from monitoring.rules.doses import (
    beyond,
    is_paused,
    is_running,
    may_give_more,
    next_part_problem,
    ordered_mg,
    remaining_mg,
    sprayed_mg,
)
from monitoring.rules.facts import SessionFacts
from monitoring.rules.phase import phase_of
from monitoring.rules.protocol import KETAMINE_IV
from monitoring.rules.readiness import before_clearance
from monitoring.words.given import given, ordered
from tests.rules.samples import at, decision, dose, observed


@pytest.mark.parametrize(("sprays", "mg"), [(0, 0), (1, 14), (2, 28)])
def test_each_spray_is_half_of_the_device(sprays: int, mg: int) -> None:
    assert sprayed_mg(28, sprays, is_complete=sprays == 2) == mg


def test_of_a_partial_device_recorded_before_sprays_were_asked_nothing_is_claimed() -> None:
    assert sprayed_mg(28, None, is_complete=True) == 28
    assert sprayed_mg(28, None, is_complete=False) == 0


def one_spray(minutes: float, number: int) -> DoseFacts:
    return dose(minutes, number, mg=14, sprays=1, is_complete=False, detail="Sneezed")


def test_what_was_given_is_said_as_it_is_known() -> None:
    assert given(observed(planned_mg=84, doses=(dose(0), dose(5, 2), dose(10, 3)))) == "84 mg"
    partial = observed(planned_mg=84, doses=(dose(0), dose(5, 2), one_spray(10, 3)))
    assert given(partial) == "70 mg (56 mg complete; device 3 in part: one spray, 14 mg)"
    old = observed(doses=(dose(0), dose(5, 2, mg=0, is_complete=False)))
    assert given(old) == "28 mg (28 mg complete; device 2 in part: how much is not known)"


def test_one_spray_given_is_never_topped_up() -> None:
    facts = observed(phase="dosing", doses=(dose(0), one_spray(5, 2)))
    assert facts.devices_open == 0
    assert not may_give_more(facts)


def test_a_failed_device_gives_nothing_and_leaves_its_place_open() -> None:
    failed = dose(5, 2, mg=0, sprays=0, is_complete=False, detail="Jammed")
    facts = observed(phase="dosing", planned_mg=56, doses=(dose(0),), failed=(failed,))
    assert (facts.given_mg, facts.devices_open, facts.last_dose_at) == (28, 1, at(0))
    assert may_give_more(facts)
    assert phase_of(replace(facts, doses=())) == "arrived"


def infusion(*parts: DoseFacts, **more: Any) -> SessionFacts:
    return observed(protocol=KETAMINE_IV, planned_mg=36, doses=parts, **more)


def part(start: float, end: float | None, mg: float = 0, *, paused: bool = False) -> DoseFacts:
    ended_at = None if end is None else at(end)
    return dose(start, mg=mg, ended_at=ended_at, is_complete=None, is_paused=paused)


def test_the_window_runs_from_the_last_end_and_not_while_a_part_runs() -> None:
    stopped = infusion(part(0, 12, 11, paused=True), phase="dosing")
    assert stopped.window_ends_at == at(132)
    running = infusion(part(0, 12, 11, paused=True), part(20, None), phase="dosing")
    assert running.window_ends_at is None
    ended = infusion(part(0, 12, 11, paused=True), part(20, 48, 25), phase="dosing")
    assert (ended.window_ends_at, ended.given_mg) == (at(168), 36)
    assert given(ended) == "36 mg (in 2 parts: 11 mg, 25 mg)"


def test_an_infusion_that_is_paused_is_not_over_until_a_clinician_stops_it() -> None:
    paused = infusion(part(0, 12, 11, paused=True), phase="dosing")
    assert is_paused(paused)
    assert not is_running(paused)
    assert phase_of(paused) == "dosing"
    assert "infusion_paused" in {i.code for i in before_clearance(paused, at(140))}
    stopped = replace(paused, decisions=(decision("do_not_give"),))
    assert phase_of(stopped) == "observing"
    assert not may_give_more(stopped)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((), None),
        ((part(0, None),), "infusion_running"),
        ((part(0, 12, 11),), None),
        ((part(0, 40, 35.9),), None),
        ((part(0, 40, 36),), "infusion_given"),
    ],
)
def test_a_part_begins_within_the_order_when_none_runs(
    parts: tuple[DoseFacts, ...], code: str | None
) -> None:
    problem = next_part_problem(infusion(*parts))
    assert (problem.code if problem else None) == code
    assert remaining_mg(infusion(part(0, 40, 35.9))) == 0.1


@pytest.mark.parametrize(
    ("mg_per_kg", "minutes", "found"),
    [
        ("0.5", 40, []),
        ("0.51", 40, ["most"]),
        ("0.5", 39, ["least"]),
        ("0.51", 39, ["most", "least"]),
    ],
)
def test_beyond_half_a_mg_a_kg_over_forty_minutes_is_beyond_the_protocol(
    mg_per_kg: str, minutes: int, found: list[str]
) -> None:
    order = InfusionOrder(
        weight_kg=Decimal(72),
        mg_per_kg=Decimal(mg_per_kg),
        concentration=Decimal(2),
        minutes=minutes,
    )
    assert beyond(KETAMINE_IV, order) == found


def test_the_total_is_what_the_weight_gives() -> None:
    assert ordered_mg(Decimal("72.5"), Decimal("0.5")) == Decimal("36.3")
    order = InfusionOrder(
        weight_kg=Decimal("72.0"),
        mg_per_kg=Decimal("0.50"),
        concentration=Decimal("2.0"),
        minutes=40,
    )
    words = ordered(infusion(infusion=order))
    assert words == "36 mg (0.5 mg/kg for 72 kg, over 40 min, 2 mg/mL)"
