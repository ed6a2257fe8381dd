"""Whole courses in which a device fails, gives one spray, or an infusion is interrupted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinic.ids import uuid7
from clinic.models import Staff
from monitoring import actions
from monitoring.actions.infusion_order import ByWeight
from monitoring.actions.sending import FIRST
from monitoring.models import DoseEnd
from monitoring.rules.deviations import deviations
from monitoring.rules.protocol import KETAMINE_IV
from monitoring.words.statement import statement
from monitoring.words.wording import deviation
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, planned, predosed
from tests.guards.raw import copy

pytestmark = pytest.mark.django_db


def told(visit: Visit) -> list[str]:
    facts = visit.session.facts()
    return [deviation(d) for d in deviations(facts, visit.clock.now())]


def given(visit: Visit, minutes: float = 5, **how: Any) -> Any:
    made = visit.dose(**how)
    visit.clock.forward(minutes=minutes)
    return made


def test_84_mg_one_device_fails_and_is_replaced(clock: TestClock) -> None:
    visit = predosed(clock, planned_mg=84)
    given(visit)
    failed = given(visit, minutes=1, sprays=0, partial_detail="Jammed", complaint="C-17")
    assert (visit.session.phase, visit.session.given_mg) == ("dosing", Decimal(28))
    assert visit.session.last_dose_at == clock.now() - timedelta(minutes=6)
    again = given(visit)
    assert (failed.number, again.number) == (2, 2)
    last = given(visit, minutes=0)
    session = visit.session
    assert (last.number, session.phase, session.given_mg) == (3, "observing", Decimal(84))
    assert session.facts().window_ends_at == clock.now() + timedelta(minutes=120)
    with refused("no_device_open"):
        visit.dose(early_reason="Asked")
    assert "84 mg of esketamine" in statement(session, session.facts(), "Mei Chen, MD")
    words = "Device 2 failed, nothing left it, and was replaced: Jammed. Product complaint C-17"
    assert words in told(visit)


def test_a_first_device_that_fails_begins_nothing(clock: TestClock) -> None:
    visit = predosed(clock)
    given(visit, minutes=31, sprays=0, partial_detail="No green dots")
    session = visit.session
    assert (session.phase, session.first_dose_at, session.given_mg) == ("arrived", None, Decimal(0))
    words = "Device 1 failed, nothing left it: No green dots. Product complaint to be reported"
    assert words in told(visit)
    with refused("predose_old"):
        visit.dose()
    visit.read(0)
    assert visit.dose().number == 1
    assert visit.session.first_dose_at == clock.now()


def test_device_2_one_spray(clock: TestClock) -> None:
    visit = predosed(clock)
    given(visit)
    given(visit, sprays=1, partial_detail="Second spray would not come", complaint="C-18")
    session = visit.session
    assert (session.phase, session.given_mg) == ("observing", Decimal(42))
    with refused("no_device_open"):
        visit.dose()
    said = statement(session, session.facts(), "Mei Chen, MD")
    assert "42 mg (28 mg complete; device 2 in part: one spray, 14 mg) of esketamine" in said
    assert "Device 2 in part, one spray (14 mg): Second spray would not come" in told(visit)
    assert "Device 2, product complaint C-18" in told(visit)


def test_vomits_or_sneezes_after_a_spray(clock: TestClock) -> None:
    """What left the device left it; what became of it is a symptom."""
    visit = predosed(clock)
    given(visit)
    given(visit, minutes=0)
    visit.event("symptom", symptoms=["vomiting"], detail="One minute after device 2")
    session = visit.session
    assert (session.phase, session.given_mg) == ("observing", Decimal(56))
    with refused("no_device_open"):
        visit.dose(early_reason="Vomited")


def test_what_was_said_of_a_whole_device_is_refused(clock: TestClock) -> None:
    visit = predosed(clock)
    with refused("complete_and_partial", "complaint"):
        visit.dose(complaint="C-17")


def end(visit: Visit, mg: float, **how: Any) -> DoseEnd:
    whole: dict[str, Any] = {
        "id": uuid7(),
        "ended_at": visit.clock.now(),
        "mg": Decimal(str(mg)),
    } | how
    made: DoseEnd = actions.end_infusion(visit.id, visit.nurse, **whole)
    return made


@pytest.fixture
def infused(clock: TestClock) -> Visit:
    """Twelve minutes into 36 mg."""
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    given(visit, minutes=12, rate=Decimal("27.0"))
    return visit


@pytest.mark.parametrize("paused", [True, False])
def test_iv_36_mg_stopped_at_12_min_with_11_mg_and_restarted(
    clock: TestClock, infused: Visit, paused: bool
) -> None:
    assert infused.session.given_mg == 0
    with refused("infusion_running"):
        infused.dose()
    end(infused, 11, is_paused=paused, partial_detail="Line occluded")
    clock.forward(minutes=8)
    second = infused.dose()
    assert (second.number, second.mg) == (2, Decimal(25))
    assert infused.session.facts().window_ends_at is None
    clock.forward(minutes=28)
    with refused("not_within_order", "mg"):
        end(infused, 25.1)
    end(infused, 25, is_complete=True)
    session = infused.session
    assert (session.phase, session.given_mg) == ("observing", Decimal(36))
    assert session.facts().window_ends_at == clock.now() + timedelta(minutes=120)
    words = "Infusion interrupted for 8 min, 11 mg of this part given: Line occluded"
    assert told(infused)[0] == words
    with refused("infusion_given"):
        infused.dose()
    assert not any("evice" in words for words in told(infused))


def test_the_database_counts_the_window_from_the_last_part(
    clock: TestClock, infused: Visit
) -> None:
    end(infused, 11, is_paused=True, partial_detail="Line occluded")
    clock.forward(minutes=8)
    second = infused.dose()
    with (
        pytest.raises(IntegrityError, match="guard_dose_within_the_order"),
        transaction.atomic(),
    ):
        copy(second, number=3, seq=infused.session.last_seq + 1)


def test_the_next_part_begun_at_once_is_asked_about_as_an_infusion(clock: TestClock) -> None:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    given(visit, minutes=1)
    end(visit, 1, is_paused=True, partial_detail="Line occluded")
    with refused("again_part", "another"):
        visit.dose(sending=FIRST)


def test_a_paused_infusion_is_stopped_by_a_clinician(clock: TestClock, infused: Visit) -> None:
    with refused("paused_and_complete", "kind"):
        end(infused, 36, is_paused=True, is_complete=True)
    end(infused, 11, is_paused=True, partial_detail="Nausea")
    assert infused.session.phase == "dosing"
    infused.decide("do_not_give", reason="Nausea goes on")
    assert infused.session.phase == "observing"
    with refused("stopped"):
        infused.dose()
    assert "Infusion stopped early, 11 of 36 mg given: Nausea" in told(infused)


def test_a_part_does_not_begin_before_the_last_one_ended(clock: TestClock, infused: Visit) -> None:
    end(infused, 11, is_paused=True, partial_detail="Line occluded")
    with refused("dose_before_pause", "started_at"):
        infused.dose(started_at=clock.now() - timedelta(minutes=2, seconds=1))


BEYOND = ByWeight(
    weight_kg=Decimal(72),
    mg_per_kg=Decimal("0.75"),
    concentration=Decimal(2),
    infusion_minutes=30,
)


def order(clock: TestClock, infusion: ByWeight, mg: Decimal | int = 54, **how: Any) -> Visit:
    return planned(clock, protocol=KETAMINE_IV, planned_mg=mg, infusion=infusion, **how)


def test_beyond_the_protocol_a_clinician_says_why(clock: TestClock) -> None:
    with refused("beyond_needs_clinician", "mg_per_kg"):
        order(clock, BEYOND, is_ordered=False)
    with refused("beyond_reason", "beyond_reason"):
        order(clock, BEYOND)
    visit = order(clock, ByWeight(**_columns(BEYOND), beyond_reason="No response to 0.5"))
    visit.admit()
    visit.read(0)
    given(visit)
    words = "Infusion ordered beyond the protocol, 0.75 mg/kg over 30 min: No response to 0.5"
    assert words in told(visit)


@pytest.mark.parametrize(("mg", "is_beyond"), [("36.2", False), ("36.3", True), ("60", True)])
def test_a_later_order_beyond_the_protocol_says_why(
    clock: TestClock, mg: str, is_beyond: bool
) -> None:
    """36.2 mg are 0.5 mg/kg of 72.3 kg, rounded to a tenth of a mg."""
    plan: dict[str, Any] = {"weight_kg": Decimal("72.3"), "mg_per_kg": Decimal("0.4")}
    visit = order(
        clock, ByWeight(concentration=Decimal(2), infusion_minutes=40, **plan), Decimal("28.9")
    )
    if is_beyond:
        with refused("beyond_reason", "beyond_reason"):
            visit.order(Decimal(mg))
        visit.order(Decimal(mg), beyond_reason="No response to 0.4")
    else:
        visit.order(Decimal(mg))
    visit.admit()
    visit.read(0)
    given(visit)
    found = [words for words in told(visit) if "beyond the protocol" in words]
    assert [words.endswith("No response to 0.4") for words in found] == [True] * is_beyond


def _columns(given: ByWeight) -> dict[str, Any]:
    names = ("weight_kg", "mg_per_kg", "concentration", "infusion_minutes")
    return {name: getattr(given, name) for name in names}


@pytest.mark.parametrize("missing", ["weight_kg", "mg_per_kg", "concentration", "infusion_minutes"])
def test_an_infusion_is_ordered_by_weight(clock: TestClock, missing: str) -> None:
    with refused("above_zero", missing):
        order(clock, ByWeight(**_columns(BEYOND) | {missing: None}))
    with refused("total_by_weight", "planned_mg"):
        order(clock, BEYOND, mg=53)


def test_a_spray_has_no_weight(clock: TestClock) -> None:
    with refused("no_infusion_planned", "weight_kg"):
        planned(clock, infusion=ByWeight(weight_kg=Decimal(72)))


def test_a_site_that_asks_for_a_witness_gets_one(clock: TestClock) -> None:
    visit = predosed(clock)
    visit.site.asks_witness = True
    visit.site.save()
    with refused("witness_missing", "witness"):
        visit.dose()
    witness: Staff = visit.clinician
    assert visit.dose(witness_id=witness.pk).witness == witness
