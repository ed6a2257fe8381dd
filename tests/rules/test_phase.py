from __future__ import annotations

from dataclasses import replace

import pytest

from monitoring.rules.phase import phase_of
from monitoring.rules.protocol import KETAMINE_IV
from tests.rules.samples import arrived, at, clearance, decision, departure, dose, observed, whole


@pytest.mark.parametrize("phase", ["planned", "cancelled"])
def test_before_arrival_the_session_is_what_it_was_called(phase: str) -> None:
    assert phase_of(arrived(phase=phase, is_admitted=False)) == phase


def test_a_session_ended_without_a_dose_stays_ended() -> None:
    assert phase_of(arrived(phase="cancelled")) == "cancelled"


def test_arrival_the_devices_and_the_watch_follow_each_other() -> None:
    assert phase_of(arrived(phase="planned")) == "arrived"
    assert phase_of(observed(phase="arrived", doses=(dose(0),))) == "dosing"
    assert phase_of(observed(phase="dosing")) == "observing"


def test_a_stopped_order_is_watched() -> None:
    facts = observed(
        phase="dosing", doses=(dose(0),), decisions=(decision("do_not_give", at=at(3)),)
    )
    assert phase_of(facts) == "observing"


def test_an_infusion_is_dosing_until_it_ends() -> None:
    running = observed(
        phase="arrived", protocol=KETAMINE_IV, planned_mg=36.5, doses=(dose(0, mg=36.5),)
    )
    assert phase_of(running) == "dosing"
    ended = replace(running, phase="dosing", doses=(dose(0, mg=36.5, ended_at=at(40)),))
    assert phase_of(ended) == "observing"


def test_a_session_is_cleared_while_the_signature_covers_every_fact() -> None:
    signed = whole(clearances=(clearance(126, through_seq=10),))
    assert phase_of(signed) == "cleared"
    assert phase_of(replace(signed, last_seq=11)) == "observing"
    taken_back = whole(clearances=(clearance(126, through_seq=10, withdrawn_at=at(127)),))
    assert phase_of(taken_back) == "observing"


@pytest.mark.parametrize("kind", ["discharged", "transferred", "against_advice", "left_unseen"])
def test_a_departure_closes_the_session_whatever_else_is_open(kind: str) -> None:
    assert phase_of(observed(doses=(dose(0),), departure=departure(20, kind))) == "closed"
