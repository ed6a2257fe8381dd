from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.protocol import KETAMINE_IV, PROTOCOLS, SPRAVATO_US, Protocol, ProtocolError
from monitoring.rules.questions import CONCOMITANT, CONTRAINDICATIONS, US_CHECKLIST
from monitoring.rules.readiness import before_clearance, before_dose
from tests.rules.samples import arrived, at, observed


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.key)
def test_a_shipped_protocol_is_the_same_after_writing_and_reading(protocol: Protocol) -> None:
    assert Protocol.from_json(protocol.to_json()) == protocol


@pytest.mark.parametrize(
    ("laxer", "said"),
    [
        ({"slots": (15, 30, 60)}, "40-minute"),
        ({"slots": (40, 15)}, "rise"),
        ({"slots": (0, 40)}, "minutes after"),
        ({"repeat_every_minutes": 0}, "repeat"),
        ({"forty_on_time": (41, 50)}, "40 minutes"),
        ({"escalate_after_minutes": 4}, "escalation"),
        ({"repeat_pressure_minutes": 6}, "high pressure"),
        ({"repeat_spo2_minutes": 3}, "low SpO2"),
        ({"answer_within_minutes": 11}, "informed"),
        ({"overdue_after_minutes": 0}, "overdue"),
        ({"window_minutes": 119}, "120 minutes under REMS"),
        ({"window_minutes": 0, "rems": False}, "window"),
        ({"guide_systolic": 141}, "140/90"),
        ({"guide_diastolic": 91}, "140/90"),
        ({"predose_max_age_minutes": 0}, "greatest age"),
        ({"rest_between_devices_minutes": 4}, "5 minutes apart"),
        ({"device_mg": None}, "counts devices"),
        ({"allowed_totals_mg": ()}, "allowed totals"),
        ({"food_minutes": 119}, "fasting"),
        ({"liquid_minutes": 29}, "fasting"),
        ({"nasal_minutes": 59}, "nasal medication"),
        ({"nasal_minutes": None}, "nasal medication"),
        ({"spo2_below": 92}, "switched off"),
        ({"spo2_far_below": 94}, "lower SpO2"),
        ({"final_set_max_age_minutes": 0}, "final set"),
        ({"clearance_valid_minutes": 0}, "lapses"),
        ({"slot_tolerance_minutes": -1}, "give or take"),
        ({"device_mg": 14}, "28 mg"),
        ({"allowed_totals_mg": (28, 56, 84, 112)}, "28, 56 and 84"),
        ({"first_treatment_max_mg": 57}, "at most 56"),
        ({"first_treatment_max_mg": None}, "at most 56"),
        ({"contraindications": CONTRAINDICATIONS[1:]}, "every country"),
        ({"contraindications": (*CONTRAINDICATIONS, "shoe_size")}, "not known"),
        ({"contraindications": (*CONTRAINDICATIONS, "hypersensitivity")}, "every country"),
        ({"concomitant": CONCOMITANT[:-1]}, "every country"),
        ({"concomitant": CONTRAINDICATIONS}, "every country"),
        ({"checklist": US_CHECKLIST[1:]}, "every country"),
        ({"clearance_sedation": 4}, "MOAA/S 5"),
        ({"clearance_dissociation": 1}, "resolved at 0"),
        ({"respiratory_low_notify": 8}, "respiratory rate"),
        ({"respiratory_high_emergency": 21}, "respiratory rate"),
        ({"heart_low_emergency": 50}, "heart rate"),
        ({"heart_high_notify": 131}, "heart rate"),
        ({"systolic_low_emergency": 100}, "low pressure"),
        ({"sedation_scale": "poss"}, "sedation scale"),
        ({"dissociation_scale": "cadss"}, "dissociation scale"),
    ],
)
def test_a_protocol_cannot_be_laxer_than_its_source(laxer: dict[str, Any], said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        replace(SPRAVATO_US, **laxer)


@pytest.mark.parametrize(
    "stricter",
    [
        {"window_minutes": 121},
        {"guide_systolic": 139},
        {"rest_between_devices_minutes": 6},
        {"slots": (10, 20, 40, 120)},
        {"spo2_below": 94},
        {"predose_max_age_minutes": 15},
    ],
)
def test_a_protocol_can_be_stricter(stricter: dict[str, Any]) -> None:
    assert replace(SPRAVATO_US, **stricter) != SPRAVATO_US


@given(st.lists(st.integers(1, 300), max_size=8))
def test_no_choice_of_slots_does_without_the_forty_minute_pressure(slots: list[int]) -> None:
    try:
        protocol = replace(SPRAVATO_US, slots=tuple(slots))
    except ProtocolError:
        return
    assert 40 in protocol.slots


def test_a_setting_nobody_knows_is_refused() -> None:
    with pytest.raises(ProtocolError, match="unknown setting: sound"):
        Protocol.from_json(SPRAVATO_US.to_json() | {"sound": True})


def test_a_setting_that_is_missing_is_named() -> None:
    body = SPRAVATO_US.to_json()
    del body["slots"]
    with pytest.raises(ProtocolError, match="missing setting: slots"):
        Protocol.from_json(body)


def test_a_protocol_is_the_same_after_real_json() -> None:
    assert Protocol.from_json(json.loads(json.dumps(KETAMINE_IV.to_json()))) == KETAMINE_IV


def test_every_problem_is_said_at_once() -> None:
    with pytest.raises(ProtocolError) as refusal:
        replace(SPRAVATO_US, window_minutes=60, guide_systolic=150)
    assert len(refusal.value.problems) == 2


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "slots": st.lists(st.integers(-5, 300), max_size=6).map(tuple),
            "forty_on_time": st.tuples(st.integers(0, 80), st.integers(0, 80)),
            "final_set_max_age_minutes": st.integers(-5, 60),
            "predose_max_age_minutes": st.integers(-5, 60),
            "repeat_every_minutes": st.integers(-5, 60),
        },
    )
)
def test_pre_dose_forty_minute_and_final_pressure_cannot_be_configured_away(
    settings: dict[str, Any],
) -> None:
    try:
        protocol = replace(SPRAVATO_US, **settings)
    except ProtocolError:
        return
    unread = arrived(protocol=protocol)
    assert "predose_missing" in [i.code for i in before_dose(unread, at(0))]
    codes = [i.code for i in before_clearance(observed(protocol=protocol), at(600))]
    assert {"mandatory", "final_set"} <= set(codes)


def test_an_infusion_needs_no_device_no_rest_and_no_rems() -> None:
    assert KETAMINE_IV.is_infusion
    assert not KETAMINE_IV.rems
    assert KETAMINE_IV.devices(36.5) == 1


@pytest.mark.parametrize(("mg", "devices"), [(28, 1), (56, 2), (84, 3)])
def test_the_order_counts_devices_of_28_mg(mg: int, devices: int) -> None:
    assert SPRAVATO_US.devices(mg) == devices
