"""Registering a patient, once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions import Conflict, NotAllowed
from monitoring.actions.patient_values import with_mrn
from monitoring.models import Patient
from tests.actions.given import register
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import planned

pytestmark = pytest.mark.django_db


def test_a_patient_is_registered_once(clock: TestClock) -> None:
    visit, same = planned(clock), uuid7()
    patient = register(visit, id=same)
    assert register(visit, id=same) == patient
    assert (patient.family_name, patient.allergies) == ("Smith", "")


def test_a_number_that_is_someones_is_a_conflict(clock: TestClock) -> None:
    visit = planned(clock)
    theirs = register(visit)
    with pytest.raises(Conflict) as caught:
        register(visit)
    assert caught.value.theirs == theirs


@pytest.mark.parametrize("typed", ["a-1", "A-1 ", " A-1", "Ａ-1", "A\u00a0-1"])
def test_a_number_is_someones_however_it_is_typed(clock: TestClock, typed: str) -> None:
    visit = planned(clock)
    theirs = register(visit, mrn="A -1" if "\u00a0" in typed else "A-1")
    with pytest.raises(Conflict) as caught:
        register(visit, mrn=typed)
    assert caught.value.theirs == theirs


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\n", "\t", "\x07", "\ufeff", "\u2028"])
@pytest.mark.parametrize("field", ["mrn", "family_name", "given_name", "allergies", "telephone"])
def test_a_character_that_is_not_seen_is_refused(clock: TestClock, field: str, hidden: str) -> None:
    with refused("hidden_character", field):
        register(planned(clock), **{field: f"A{hidden}-1"})


def test_a_name_is_kept_in_one_spelling(clock: TestClock) -> None:
    patient = register(planned(clock), family_name="  Ｖan  der\u00a0Berg ", given_name="")
    assert (patient.family_name, patient.given_name) == ("Van der Berg", "")


@pytest.mark.parametrize("field", ["mrn", "family_name"])
def test_a_patient_needs_a_name_and_a_number(clock: TestClock, field: str) -> None:
    with refused("required", field):
        register(planned(clock), **{field: " "})


def test_no_one_is_born_in_the_future(clock: TestClock) -> None:
    with refused("born_in_future", "date_of_birth"):
        register(planned(clock), date_of_birth=date(2026, 3, 11))


def test_registering_is_for_the_care_team(clock: TestClock) -> None:
    visit = planned(clock)
    with pytest.raises(NotAllowed):
        register(visit, by=person(visit.site, "administrator"))


def test_a_number_taken_in_the_same_moment_is_a_conflict(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = planned(clock)
    theirs = register(visit)
    blind = [True]

    def blind_once(mrn: str) -> Patient | None:
        return None if blind and blind.pop() else with_mrn(mrn)

    monkeypatch.setitem(
        vars(actions.register_patient)["__wrapped__"].__globals__, "with_mrn", blind_once
    )
    with pytest.raises(Conflict) as caught:
        register(visit, family_name="Jones")
    assert caught.value.theirs == theirs


def test_another_name_under_the_same_id_is_a_conflict(clock: TestClock) -> None:
    visit, same = planned(clock), uuid7()
    first = register(visit, id=same)
    with pytest.raises(Conflict) as caught:
        register(visit, id=same, given_name="Joan")
    assert caught.value.theirs == first


def answer_of(caught: Any) -> str:
    (reason,) = caught.value.messages
    return str(reason.params["answer"])


ALIKE: dict[str, dict[str, Any]] = {
    "the same name": {"date_of_birth": date(1950, 1, 1)},
    "the same name otherwise written": {
        "family_name": "SMITH", "given_name": "jané", "date_of_birth": date(1950, 1, 1),
    },
    "the name in other fields": {
        "family_name": "Smith Jane", "given_name": "", "date_of_birth": date(1950, 1, 1),
    },
    "family name and birth date": {"given_name": "Joan"},
    "a near family name and birth date": {"family_name": "Smyth", "given_name": "Joan"},
}  # fmt: skip


@pytest.mark.parametrize("how", ALIKE)
def test_who_is_called_like_a_patient_here_is_asked_about(clock: TestClock, how: str) -> None:
    visit = planned(clock)
    theirs = register(visit)
    other: dict[str, Any] = {"mrn": "B-2", **ALIKE[how]}
    with refused("namesake", "family_name") as caught:
        register(visit, **other)
    (reason,) = caught.value.messages
    assert reason.params["patients"] == (theirs,)
    made = register(visit, **other, confirmed=[answer_of(caught)])
    assert made != theirs


def test_the_answer_is_for_the_patients_that_were_asked_about(clock: TestClock) -> None:
    visit = planned(clock)
    register(visit)
    with refused("namesake", "family_name") as caught:
        register(visit, mrn="B-2")
    answer = answer_of(caught)
    register(visit, mrn="B-2", confirmed=[answer])
    with refused("namesake", "family_name"):
        register(visit, mrn="C-3", confirmed=[answer])


@pytest.mark.parametrize(
    "other",
    [
        {"given_name": "Joan", "date_of_birth": date(1950, 1, 1)},
        {"family_name": "Smithson", "given_name": "Jane"},
        {"family_name": "Jones"},
    ],
)
def test_another_name_asks_nothing(clock: TestClock, other: Any) -> None:
    visit = planned(clock)
    register(visit)
    assert register(visit, mrn="B-2", **other).mrn == "B-2"


def test_a_patient_of_another_site_is_not_told_of(clock: TestClock) -> None:
    register(planned(clock))
    assert register(planned(clock), mrn="B-2").mrn == "B-2"


@pytest.mark.parametrize(("born", "asks"), [(date(2008, 3, 11), True), (date(2008, 3, 10), False)])
def test_who_is_under_eighteen_is_asked_about_and_not_refused(
    clock: TestClock, born: date, asks: bool
) -> None:
    """CLINICAL 8, rule 53."""
    visit = planned(clock)
    if not asks:
        assert register(visit, date_of_birth=born).date_of_birth == born
        return
    with refused("minor", "date_of_birth") as caught:
        register(visit, date_of_birth=born)
    answer = answer_of(caught)
    with refused("minor", "date_of_birth"):
        register(visit, date_of_birth=date(2010, 1, 1), confirmed=[answer])
    assert register(visit, date_of_birth=born, confirmed=[answer]).date_of_birth == born


def test_sent_twice_nothing_is_asked_about_oneself(clock: TestClock) -> None:
    visit, same = planned(clock), uuid7()
    patient = register(visit, id=same)
    assert register(visit, id=same) == patient
