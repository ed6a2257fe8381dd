"""Whatever is amended once a form was filed: exactly the fields that come from it are changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.models import Dose, Reading
from monitoring.reports.form_state import form_state
from tests.clock import TestClock
from tests.factories.forms_to_file import to_file
from tests.factories.logged import save
from tests.factories.visits import Visit, discharged

pytestmark = pytest.mark.django_db


def patient(**values: Any) -> Callable[[Visit], object]:
    return lambda visit: visit.amend_patient(**values)


def site(name: str, value: str) -> Callable[[Visit], object]:
    def amend(visit: Visit) -> None:
        setattr(visit.site, name, value)
        save(visit.site)

    return amend


def observer(name: str, value: str) -> Callable[[Visit], object]:
    def amend(visit: Visit) -> None:
        setattr(visit.nurse, name, value)
        save(visit.nurse)

    return amend


def reading(place: int, **values: Any) -> Callable[[Visit], object]:
    """The reading at this place: 0 is from before the dose, 3 from 40 minutes after it."""

    def amend(visit: Visit) -> None:
        row = visit.session.rows.standing(Reading)[place]
        now = {name: getattr(row, name) for name in ("systolic", "diastolic", "spo2", "sedation")}
        visit.correct(row, **{**now, "dissociation": row.dissociation, **values})

    return amend


def dose(number: int, **values: Any) -> Callable[[Visit], object]:
    def amend(visit: Visit) -> None:
        (row,) = (d for d in visit.session.rows.standing(Dose) if d.number == number)
        right = DoseCorrection(**values)
        actions.correct_dose(
            visit.id, visit.nurse, id=uuid7(), replaces=row.pk, correction=right, reason="Misread"
        )

    return amend


def answered(visit: Visit) -> None:
    visit.answer_form(vitals_end=False)


def fainted(visit: Visit) -> None:
    visit.event(
        "adverse_event",
        is_serious=True,
        onset_at=visit.clock.now() - timedelta(minutes=30),
        detail="Fainted",
    )


AMENDED: list[tuple[Callable[[Visit], object], set[str]]] = [
    (patient(given_name="Wanda"), {"first_name"}),
    (patient(family_name="Ziegler"), {"last_name"}),
    (patient(date_of_birth=date(1959, 1, 2)), {"birth_date"}),
    (patient(sex="male"), {"sex"}),
    (patient(rems_enrolled_on=date(2026, 1, 9)), {"enrolled_on"}),
    (patient(telephone="555 0199", allergies="Latex", cautions="Falls"), set()),
    (site("name", "The Quay"), {"setting_name"}),
    (site("address", "9 Quay"), {"address_1"}),
    (site("address_2", "Floor 9"), {"address_2"}),
    (site("city", "Springfield"), {"city"}),
    (site("state", "NH"), {"state"}),
    (site("postal_code", "03031"), {"zip"}),
    (observer("first_name", "Ada"), {"monitor_first_name"}),
    (observer("last_name", "Byron"), {"monitor_last_name"}),
    (observer("phone", "555 0142"), {"monitor_telephone"}),
    (observer("email", "new@example.org"), {"monitor_email"}),
    (reading(0, systolic=133), {"pressure_before"}),
    (reading(3, systolic=134), {"pressure_40"}),
    (reading(-1, systolic=135), {"pressure_end"}),
    (reading(2, systolic=136, heart_rate=88), set()),
    (reading(2, spo2=91), {"oximetry"}),
    (reading(2, sedation=4), {"sedation", "sedation_onset", "sedation_resolved"}),
    (reading(3, dissociation=1), {"dissociation", "dissociation_onset", "dissociation_resolved"}),
    (dose(2, lot="B77"), {"lot_numbers"}),
    (answered, {"vitals_end"}),
    (fainted, {"serious", "serious_detail"}),
]


def test_exactly_the_fields_that_come_from_what_was_amended_are_changed(clock: TestClock) -> None:
    """One after another, each filed again before the next."""
    visit = discharged(clock)
    visit.answer_form()
    visit.file_form()
    for amend, fields in AMENDED:
        amend(visit)
        assert {now.field.key for now, _was in visit.form.changed} == fields
        waits = [row.state for row in to_file(visit.site, clock.now())]
        assert waits == (["changed"] if fields else [])
        clock.forward(minutes=1)
        visit.file_form()
        assert visit.form.changed == ()
    assert form_state(visit.session, clock.now()) == "filed"
