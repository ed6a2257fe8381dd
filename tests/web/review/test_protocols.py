"""Protocols, read only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from django.test import Client

from monitoring.actions import publish_protocol
from monitoring.rules.facts import REPEAT_MINUTES
from monitoring.rules.history import ADULT_YEARS, OLDER_YEARS
from monitoring.rules.protocol import KETAMINE_IV, PROTOCOLS, SPRAVATO_US, Protocol
from monitoring.words.protocol import groups
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import planned

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]

STRICTER = replace(SPRAVATO_US, window_minutes=150, guide_systolic=135)


def test_versions_in_use_stand_before_earlier_ones(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock)
    new = publish_protocol(STRICTER, site=visit.site)
    page = signed_in(visit.nurse).get("/protocols/")

    assert page.context["used"] == [new]
    assert page.context["earlier"] == [visit.version]


def test_another_sites_protocols_are_not_found(clock: TestClock, signed_in: Signer) -> None:
    version = publish_protocol(KETAMINE_IV, site=SiteFactory.create())
    nurse = signed_in(person(SiteFactory.create(), "nurse"))
    page = nurse.get("/protocols/")

    assert page.context["used"] == page.context["earlier"] == []
    assert "No protocol is in use" in page.content.decode()
    assert nurse.get(f"/protocols/{version.pk}/").status_code == 404


def test_a_version_is_shown_with_units_and_sources(clock: TestClock, signed_in: Signer) -> None:
    site = SiteFactory.create()
    version = publish_protocol(STRICTER, site=site)
    page = signed_in(person(site, "auditor")).get(f"/protocols/{version.pk}/").content.decode()

    for words in ("150 min", "135/90 mmHg", "56, 84 mg", "SPRAVATO REMS", "In use at this"):
        assert words in page
    assert "<form" not in page.split("<main")[1]


def test_a_protocol_without_rems_claims_no_source_of_spravato() -> None:
    sources = {s.source for _heading, settings in groups(KETAMINE_IV) for s in settings}

    assert not any("label" in s and "no label" not in s for s in sources)
    assert not any("REMS" in s for s in sources)


def sources(protocol: Protocol) -> set[str]:
    return {s.source for _heading, settings in groups(protocol) for s in settings}


def test_a_label_is_a_source_in_its_own_country_alone() -> None:
    assert {"US SPRAVATO label", "SPRAVATO REMS"} <= sources(SPRAVATO_US)
    inpatient = sources(replace(SPRAVATO_US, rems=False))
    assert "US SPRAVATO label" in inpatient
    assert not any("REMS" in source for source in inpatient)
    elsewhere = sources(replace(SPRAVATO_US, jurisdiction="", rems=False))
    assert not any("label" in source and "no label" not in source for source in elsewhere)
    for protocol, words in ((SPRAVATO_US, "United States"), (KETAMINE_IV, "no country")):
        assert any(s.value.startswith(words) for _heading, group in groups(protocol) for s in group)


def distinct() -> Protocol:
    """Each number differs, so that one shown twice does not stand for two."""
    return replace(
        SPRAVATO_US,
        rest_between_devices_minutes=6,
        slots=(16, 31, 40, 61, 91, 121),
        repeat_every_minutes=17,
        slot_tolerance_minutes=10,
        forty_on_time=(32, 51),
        overdue_after_minutes=8,
        escalate_after_minutes=11,
        window_minutes=151,
        guide_systolic=138,
        guide_diastolic=88,
        predose_max_age_minutes=29,
        food_minutes=122,
        liquid_minutes=33,
        nasal_minutes=62,
        notify_systolic=178,
        notify_diastolic=108,
        notify_systolic_rise=39,
        notify_diastolic_rise=24,
        emergency_systolic=198,
        emergency_diastolic=118,
        emergency_repeat_minutes=7,
        spo2_below=94,
        spo2_far_below=92,
        clearance_systolic=139,
        clearance_diastolic=89,
        clearance_within_percent=19,
        final_set_max_age_minutes=14,
        clearance_valid_minutes=13,
        late_entry_minutes=9,
        respiratory_low_emergency=3,
        respiratory_low_notify=12,
        respiratory_high_notify=23,
        respiratory_high_emergency=26,
        heart_low_emergency=41,
        heart_low_notify=49,
        heart_high_notify=112,
        heart_high_emergency=132,
        systolic_low_emergency=87,
        systolic_low_notify=101,
        clearance_rise=21,
    )


def test_the_limits_of_all_that_is_read_stand_with_their_source() -> None:
    """Rules 15, 48 and 49: low, high, once as information and once as an emergency."""
    shown = {s.value: s.source for _heading, found in groups(distinct()) for s in found}
    news = "Outer bands of NEWS2, taken as limits without its score"
    limits = ("12 / 23/min", "3 / 26/min", "49 / 112/min", "41 / 132/min", "101 mmHg", "87 mmHg")
    assert {limit: shown.get(limit) for limit in limits} == dict.fromkeys(limits, news)
    assert shown["21 mmHg"].startswith("The product's default")
    before = dict(groups(distinct()))["Before the dose"]
    boxed = [s.value for s in before if s.source.startswith("Boxed warning")]
    assert boxed == ["5", "0", "94 %", "always"]


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.key)
def test_what_the_record_asks_by_itself_stands_with_its_source(protocol: Protocol) -> None:
    """Rules 51, 52, 53 and 55: numbers that no clinic sets."""
    shown = {s.words: s for _heading, found in groups(protocol) for s in found}
    numbers = {
        "younger than": f"{ADULT_YEARS} years",
        "that someone orders again": f"{REPEAT_MINUTES[0]} to {REPEAT_MINUTES[1]} min",
        "A prescriber orders": "always",
        "second dose is given on one day": "always",
        "month and year": "always",
        "twice running, and SpO₂": "always",
    }
    if not protocol.is_infusion:
        numbers["acute suicidal ideation"] = "4 weeks"
    if 28 in protocol.allowed_totals_mg:
        numbers["28 mg without"] = f"{OLDER_YEARS} years"
    for words, value in numbers.items():
        (found,) = (s for said, s in shown.items() if words in said)
        assert found.value == value, words
        assert found.source, words


INFUSED: dict[str, Any] = {"infusion_most_mcg_kg": 470, "infusion_least_minutes": 52}
"""What an infusion has alone."""
NASAL = {"device_mg", "first_treatment_max_mg", "allowed_totals_mg"} | {
    "rest_between_devices_minutes",
    "nasal_minutes",
    "least_days_between",
    "induction_weeks",
    "induction_a_week",
    "later_a_week",
}
"""What a spray has alone."""


@pytest.mark.parametrize(
    ("protocol", "absent"),
    [
        (distinct(), set(INFUSED)),
        (replace(distinct(), rems=False, route="intravenous", device_mg=None, **INFUSED), NASAL),
    ],
)
def test_every_number_of_a_protocol_is_shown(protocol: Protocol, absent: set[str]) -> None:
    text = " ".join(
        f" {s.value} ".replace("/", " ").replace(",", " ")
        for _heading, settings in groups(protocol)
        for s in settings
    )
    words = text.split()
    for field in fields(Protocol):
        value = None if field.name in absent else getattr(protocol, field.name)
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, int) and not isinstance(number, bool):
                assert str(number) in words, field.name
