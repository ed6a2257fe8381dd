"""plan_session, cancel_session, register_patient, publish_protocol."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.models import Patient, ProtocolVersion, Session
from monitoring.models.fact import uuid7
from monitoring.rules.protocol import SPRAVATO_US
from tests.actions.refusals import refused
from tests.factories.courses import Visit, admitted, planned
from tests.factories.place import SiteFactory, person

pytestmark = pytest.mark.django_db


def plan(visit: Visit, **changed: Any) -> Session:
    given: dict[str, Any] = {
        "id": uuid7(),
        "patient_id": visit.patient.pk,
        "protocol_version_id": visit.version.pk,
        "planned_for": visit.clock.now(),
        "planned_mg": Decimal(56),
        "indication": "trd",
        "is_first_treatment": False,
    }
    return actions.plan_session(changed.pop("by", visit.nurse), **(given | changed))


@pytest.mark.parametrize("mg", [28, 56, 84])
def test_a_session_is_planned_at_the_patients_site_in_an_allowed_total(clock: Any, mg: int) -> None:
    session = plan(planned(clock), planned_mg=Decimal(mg))
    assert (session.phase, session.site, session.last_seq) == ("planned", session.patient.site, 0)


@pytest.mark.parametrize("mg", ["27", "57", "112", "28.5"])
def test_no_other_total_is_planned(clock: Any, mg: str) -> None:
    with refused("order_total", "planned_mg"):
        plan(planned(clock), planned_mg=Decimal(mg))


@pytest.mark.parametrize("mg", ["0", "-28"])
def test_a_dose_is_above_zero(clock: Any, mg: str) -> None:
    with refused("not_positive", "planned_mg"):
        plan(planned(clock), planned_mg=Decimal(mg))


def test_a_first_treatment_of_84_mg_is_for_suicidal_ideation_alone(clock: Any) -> None:
    visit = planned(clock)
    with refused("order_first", "planned_mg"):
        plan(visit, planned_mg=Decimal(84), is_first_treatment=True)
    session = plan(visit, planned_mg=Decimal(84), is_first_treatment=True, indication="mdsi")
    assert session.planned_mg == 84


def test_the_same_plan_sent_twice_is_one_session(clock: Any) -> None:
    visit, same = planned(clock), uuid7()
    assert plan(visit, id=same) == plan(visit, id=same)
    assert Session.objects.count() == 2


def test_a_protocol_that_the_site_does_not_use_is_refused(clock: Any) -> None:
    visit, other = planned(clock), planned(clock)
    with refused("protocol_not_in_use", "protocol_version"):
        plan(visit, protocol_version_id=other.version.pk)


def test_planning_is_for_the_care_team_of_the_site(clock: Any) -> None:
    visit = planned(clock)
    for stranger in (person(visit.site, "administrator"), person(SiteFactory(), "nurse")):
        with pytest.raises(NotAllowed):
            plan(visit, by=stranger)
    visit.nurse.is_active = False
    with pytest.raises(NotAllowed):
        plan(visit)


def test_a_planned_session_is_cancelled_with_a_reason(clock: Any) -> None:
    visit = planned(clock)
    with refused("required", "reason"):
        actions.cancel_session(visit.id, visit.nurse, reason="  ")
    session = actions.cancel_session(visit.id, visit.nurse, reason="Patient rang")
    assert (session.phase, session.cancelled_by) == ("cancelled", visit.nurse)


def test_a_session_that_began_is_not_cancelled(clock: Any) -> None:
    visit = admitted(clock)
    with refused("wrong_phase"):
        actions.cancel_session(visit.id, visit.nurse, reason="Patient rang")


def test_a_patient_who_has_arrived_can_leave_undosed_with_a_reason(clock: Any) -> None:
    visit = admitted(clock)
    session = actions.defer_dose(visit.id, visit.nurse, reason="Feels unwell")
    assert session.phase == "cancelled"
    with refused("wrong_phase"):
        visit.read(0)


def register(visit: Visit, **changed: Any) -> Patient:
    given: dict[str, Any] = {
        "id": uuid7(),
        "mrn": "A-1",
        "family_name": " Smith ",
        "given_name": "Jane",
        "date_of_birth": date(1945, 7, 14),
        "sex": "female",
    }
    by = changed.pop("by", visit.nurse)
    return actions.register_patient(visit.site, by, **(given | changed))


def test_a_patient_is_registered_once(clock: Any) -> None:
    visit, same = planned(clock), uuid7()
    patient = register(visit, id=same)
    assert register(visit, id=same) == patient
    assert (patient.family_name, patient.allergies) == ("Smith", "")


def test_a_number_that_is_someones_is_a_conflict(clock: Any) -> None:
    visit = planned(clock)
    theirs = register(visit)
    with pytest.raises(Conflict) as caught:
        register(visit)
    assert caught.value.theirs == theirs


@pytest.mark.parametrize("field", ["mrn", "family_name", "given_name"])
def test_a_patient_needs_a_name_and_a_number(clock: Any, field: str) -> None:
    with refused("required", field):
        register(planned(clock), **{field: " "})


def test_no_one_is_born_in_the_future(clock: Any) -> None:
    with refused("born_in_future", "date_of_birth"):
        register(planned(clock), date_of_birth=date(2026, 3, 11))


def test_registering_is_for_the_care_team(clock: Any) -> None:
    visit = planned(clock)
    with pytest.raises(NotAllowed):
        register(visit, by=person(visit.site, "administrator"))


def test_a_published_protocol_takes_the_place_of_the_earlier_one(clock: Any) -> None:
    site = SiteFactory()
    first = actions.publish_protocol(SPRAVATO_US, site=site)
    again = actions.publish_protocol(SPRAVATO_US, site=site)
    assert again == first
    from dataclasses import replace

    stricter = actions.publish_protocol(replace(SPRAVATO_US, window_minutes=150), site=site)
    assert stricter.version == first.version + 1
    assert [p.version for p in site.protocols.all()] == [stricter]
    assert ProtocolVersion.objects.count() == 2


def test_a_day_that_is_over_is_not_planned(clock: Any) -> None:
    visit = planned(clock)
    with refused("past", "day"):
        plan(visit, planned_for=clock.now() - timedelta(days=1, seconds=1))
    assert plan(visit, planned_for=clock.now() - timedelta(hours=2)).phase == "planned"


def test_a_number_taken_in_the_same_moment_is_a_conflict(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = planned(clock)
    theirs = register(visit)
    seen = Patient.objects.filter
    blind = [True]

    def filter_once(*args: Any, **kwargs: Any) -> Any:
        if "mrn" in kwargs and blind.pop():
            return Patient.objects.none()
        return seen(*args, **kwargs)

    monkeypatch.setattr(Patient.objects, "filter", filter_once)
    with pytest.raises(Conflict) as caught:
        register(visit)
    assert caught.value.theirs == theirs
