"""What a clinic may set of its protocol, and that nothing it may set makes a limit useless."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as drawing
from hypothesis import strategies as st

from monitoring.rules.protocol import KETAMINE_IV, PROTOCOLS, SPRAVATO_US, Protocol, ProtocolError
from monitoring.rules.protocol_bounds import (
    APART,
    DAY,
    EVERYWHERE,
    bounds,
    changed,
    problems,
    settings_of,
)

few = drawing(max_examples=80)
"""Each example draws every setting of a protocol."""

NOT_THE_CLINICS = {
    "key",
    "title",
    "drug",
    "route",
    "jurisdiction",
    "device_mg",
    "allowed_totals_mg",
    "first_treatment_max_mg",
    "first_treatment_older_max_mg",
    "later_a_week",
    "contraindications",
    "concomitant",
    "checklist",
    "rems",
    "clearance_sedation",
    "clearance_dissociation",
    "sedation_scale",
    "dissociation_scale",
}


def codes(protocol: Protocol, **settings: Any) -> dict[str, str]:
    found = problems(protocol, settings_of(protocol) | settings)
    return {problem.field: problem.code for problem in found}


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.key)
def test_a_shipped_protocol_is_within_its_bounds(protocol: Protocol) -> None:
    settings = settings_of(protocol)
    assert problems(protocol, settings) == []
    assert changed(protocol, settings) == protocol


def test_every_setting_has_a_bound_or_is_not_the_clinics() -> None:
    names = {field.name for field in fields(Protocol)} - {"slots", "forty_on_time"}
    nasal, infused = set(bounds(SPRAVATO_US)), set(bounds(KETAMINE_IV))
    assert names - nasal - infused == NOT_THE_CLINICS
    of_a_course = {"least_days_between", "induction_weeks", "induction_a_week"}
    assert nasal - infused == {"rest_between_devices_minutes", "nasal_minutes", *of_a_course}
    assert infused - nasal == {"infusion_most_mcg_kg", "infusion_least_minutes"}


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("notify_systolic", 140, 180),
        ("notify_diastolic", 90, 110),
        ("notify_systolic_rise", 20, 40),
        ("notify_diastolic_rise", 15, 25),
        ("sedation_notify", 3, 4),
        ("dissociation_notify", 2, 3),
        ("final_set_max_age_minutes", 5, 15),
        ("clearance_within_percent", 0, 20),
        ("spo2_below", 93, 96),
        ("spo2_far_below", 90, 95),
        ("sedation_emergency", 1, 3),
        ("emergency_systolic", 141, 200),
        ("emergency_diastolic", 91, 120),
        ("predose_max_age_minutes", 5, 30),
        ("clearance_valid_minutes", 5, 15),
    ],
)
def test_the_ranges_of_rule_54(name: str, least: int, most: int) -> None:
    assert (EVERYWHERE[name].least, EVERYWHERE[name].most) == (least, most)
    assert "54" in EVERYWHERE[name].rule


@pytest.mark.parametrize(
    ("name", "source", "edge_of_normal"),
    [
        ("respiratory_low_notify", 11, 12),
        ("respiratory_high_notify", 21, 20),
        ("heart_low_notify", 50, 51),
        ("heart_high_notify", 111, 90),
        ("systolic_low_notify", 100, 111),
        ("respiratory_low_emergency", 8, 11),
        ("respiratory_high_emergency", 25, 21),
        ("heart_low_emergency", 40, 50),
        ("heart_high_emergency", 131, 91),
        ("systolic_low_emergency", 90, 110),
        ("clearance_rise", 10, 5),
    ],
)
def test_a_limit_of_rules_15_and_48_moves_from_its_source_towards_normal_alone(
    name: str, source: int, edge_of_normal: int
) -> None:
    assert getattr(SPRAVATO_US, name) == source
    assert {EVERYWHERE[name].least, EVERYWHERE[name].most} == {source, edge_of_normal}


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.key)
def test_each_setting_has_room_on_both_sides_and_an_end_on_both(protocol: Protocol) -> None:
    for name, bound in bounds(protocol).items():
        assert 0 <= bound.least < bound.most <= 720, name


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.key)
def test_a_setting_is_refused_at_its_field_one_beyond_either_end(protocol: Protocol) -> None:
    for name, bound in bounds(protocol).items():
        for value in (bound.least - 1, bound.most + 1, None):
            assert codes(protocol, **{name: value})[name] == "setting_out_of_bounds"
        for value in (bound.least, bound.most):
            assert codes(protocol, **{name: value}).get(name) != "setting_out_of_bounds"


def test_the_window_is_at_least_two_hours_under_rems_alone() -> None:
    assert codes(SPRAVATO_US, window_minutes=119) == {"window_minutes": "setting_out_of_bounds"}
    assert codes(KETAMINE_IV, window_minutes=40) == {}
    assert codes(KETAMINE_IV, window_minutes=39) == {"window_minutes": "setting_out_of_bounds"}


@pytest.mark.parametrize(
    ("slots", "code"),
    [
        ((15, 30, 60), "slots_without_forty"),
        ((40, 15), "slots_do_not_rise"),
        ((40, 40), "slots_do_not_rise"),
        ((0, 40), "slots_out_of_bounds"),
        ((40, DAY + 1), "slots_out_of_bounds"),
        (None, "slots_out_of_bounds"),
        ((), "slots_without_forty"),
        ((40,), None),
        ((5, 40, DAY), None),
    ],
)
def test_the_times_of_readings_rise_and_have_forty(slots: Any, code: str | None) -> None:
    assert codes(SPRAVATO_US, slots=slots).get("slots") == code


@pytest.mark.parametrize(("lower", "higher", "_rule"), APART)
def test_the_milder_limit_comes_before_the_other(lower: str, higher: str, _rule: str) -> None:
    ranges = bounds(SPRAVATO_US)
    at = max(ranges[lower].least, ranges[higher].least)
    assert codes(SPRAVATO_US, **{lower: at, higher: at}) == {higher: "setting_not_above"}
    assert codes(SPRAVATO_US, **{lower: at, higher: at + 1}) == {}


@st.composite
def settings(draw: st.DrawFn, protocol: Protocol, beyond: int = 0) -> dict[str, Any]:
    drawn = {
        name: draw(st.integers(bound.least - beyond, bound.most + beyond))
        for name, bound in bounds(protocol).items()
    }
    times = st.sets(st.integers(1, DAY), max_size=8).map(lambda t: tuple(sorted({*t, 40})))
    return drawn | {"slots": draw(times)}


@few
@given(st.sampled_from(PROTOCOLS).flatmap(lambda p: st.tuples(st.just(p), settings(p))))
def test_what_is_within_bounds_is_a_protocol_of_its_own(
    drawn: tuple[Protocol, dict[str, Any]],
) -> None:
    protocol, chosen = drawn
    if found := problems(protocol, chosen):
        assert {problem.code for problem in found} == {"setting_not_above"}
        return
    made = changed(protocol, chosen)
    assert settings_of(made) == chosen
    for name in NOT_THE_CLINICS:
        assert getattr(made, name) == getattr(protocol, name)


@few
@given(settings(SPRAVATO_US, beyond=200))
def test_nothing_laxer_than_the_source_passes(chosen: dict[str, Any]) -> None:
    if problems(SPRAVATO_US, chosen):
        return
    made = changed(SPRAVATO_US, chosen)
    assert made.window_minutes >= 120
    assert made.guide_systolic <= 140
    assert made.spo2_below >= 93
    assert (made.notify_systolic, made.notify_diastolic) <= (180, 110)


def test_a_laxer_protocol_cannot_be_made_round_the_bounds() -> None:
    with pytest.raises(ProtocolError):
        replace(SPRAVATO_US, window_minutes=119)
