"""A patient changes by an amendment alone, and as it says, whoever writes to the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from clinic.ids import uuid7
from clinic.models import Site
from monitoring.models import Patient, PatientAmendment
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.guards.raw import copy, run, update
from tests.guards.world import Clinic, Visit

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def visit(clinic: Clinic, clock: TestClock) -> Visit:
    """A patient who was amended once."""
    made = Visit(clinic, clock)
    made.amend_patient(allergies="Latex", rems_enrolled_on=None)
    return made


def stands(visit: Visit) -> dict[str, Any]:
    return dict(Patient.objects.filter(pk=visit.patient.pk).values().get())


def first(visit: Visit) -> PatientAmendment:
    return PatientAmendment.objects.get(patient=visit.patient)


COLUMNS: dict[str, Any] = {
    "mrn": "other",
    "family_name": "Other",
    "given_name": "Other",
    "date_of_birth": date(1990, 1, 1),
    "sex": "male",
    "allergies": "Other",
    "cautions": "Other",
    "telephone": "555",
    "rems_enrolled_on": date(2026, 2, 2),
    "search_name": " other",
    "amended": 2,
    "created_at": None,
}


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_of_a_patient_changes_without_an_amendment(
    column: str, counts: bool, visit: Visit
) -> None:
    before = stands(visit)
    value = COLUMNS[column] or visit.clock.now() + timedelta(days=1)
    changes: dict[str, Any] = {column: value, **({"amended": 2} if counts else {})}
    with pytest.raises(DatabaseError), transaction.atomic():
        update(visit.patient, **changes)
    assert stands(visit) == before


def test_a_patient_keeps_id_and_site(visit: Visit, clock: TestClock) -> None:
    elsewhere = insert(Site(name="Elsewhere"))
    changed: list[dict[str, Any]] = [{"id": uuid7()}, {"site_id": elsewhere.pk}]
    for changes in changed:
        with pytest.raises(DatabaseError), transaction.atomic():
            update(visit.patient, **changes)


FALSE: dict[str, dict[str, Any]] = {
    "an old value that does not stand": {"changes": {"allergies": ["None known", "Nuts"]}},
    "an old value where nothing stands": {"changes": {"rems_enrolled_on": ["2026-01-01", None]}},
    "no old value where one stands": {"changes": {"mrn": [None, "other"]}},
    "a number left out": {"number": 3, "changes": {"allergies": ["Latex", "Nuts"]}},
    "a number twice": {"number": 1, "changes": {"allergies": ["Latex", "Nuts"]}},
    "no reason": {"reason": "", "changes": {"allergies": ["Latex", "Nuts"]}},
    "no name left": {},
    "no birth date left": {"changes": {"date_of_birth": ["1950-07-14", None]}},
}


@pytest.mark.parametrize("what", FALSE)
def test_an_amendment_that_is_not_true_is_not_taken(what: str, visit: Visit) -> None:
    before = stands(visit)
    given = {"number": 2, **FALSE[what]}
    if what == "no name left":
        given["changes"] = {"family_name": [before["family_name"], ""]}
    with pytest.raises(DatabaseError), transaction.atomic():
        copy(first(visit), **given)
    assert stands(visit) == before
    assert PatientAmendment.objects.count() == 1


@pytest.mark.parametrize("spelt", [str.lower, str.upper])
def test_no_amendment_takes_an_mrn_that_is_someones(
    spelt: Callable[[str], str], clinic: Clinic, visit: Visit, clock: TestClock
) -> None:
    theirs = spelt(Visit(clinic, clock).patient.mrn)
    with pytest.raises(DatabaseError), transaction.atomic():
        copy(first(visit), number=2, changes={"mrn": [visit.patient.mrn, theirs]})


def test_an_amendment_below_the_verb_changes_what_it_says_and_nothing_else(visit: Visit) -> None:
    """The control: what the attacks above write is sound but for what they are about."""
    before = stands(visit)
    changes = {"allergies": ["Latex", "Nuts"], "rems_enrolled_on": [None, "2026-02-02"]}
    copy(first(visit), number=2, changes=changes)
    new = {"allergies": "Nuts", "rems_enrolled_on": date(2026, 2, 2), "amended": 2}
    assert stands(visit) == {**before, **new}


def test_an_amendment_that_is_written_over_changes_nothing(visit: Visit) -> None:
    row, before = first(visit), stands(visit)
    for how in ("UPDATE monitoring_patientamendment SET changes = '{}' WHERE id = %s",):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(how, row.pk)
    assert (stands(visit), first(visit).changes) == (before, row.changes)
