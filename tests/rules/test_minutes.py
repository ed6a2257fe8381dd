"""The two kinds of minutes, and the codes they may point to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules import minutes as rules
from monitoring.rules.facts import SessionFacts
from monitoring.rules.minutes import Candidate, Contact
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_EU
from tests.rules.any_session import any_facts
from tests.rules.samples import at, departure, dose, observed

NURSE, CLINICIAN = uuid4(), uuid4()
HERE, NEXT, THIRD = uuid4(), uuid4(), uuid4()
DAY = date(2026, 3, 10)


def contact(begins: float, ends: float, n: int = 1, **given: Any) -> Contact:
    own: dict[str, Any] = {"session": HERE, "person": NURSE, "role": "nurse"} | given
    return Contact(id=uuid4(), began_at=at(begins), ended_at=at(ends), patients_at_once=n, **own)


def codes(found: Iterable[Candidate]) -> dict[str, float | None]:
    return {candidate.code: candidate.units for candidate in found}


def said(found: Iterable[Candidate], code: str) -> list[str]:
    return [m.code for c in found if c.code == code for m in c.conditions]


@given(any_facts(), st.integers(0, 400), st.one_of(st.none(), st.integers(0, 400)))
def test_observation_runs_from_the_first_device_until_the_patient_left_or_was_last_seen(
    facts: SessionFacts, left: int, seen: int | None
) -> None:
    """Counted minute by minute."""
    last = max(d.started_at for d in facts.doses)
    gone = departure(left + 20, last_seen_at=None if seen is None else at(seen + 20))
    found = rules.observation(replace(facts, departure=gone))
    ended = at((left if seen is None else seen) + 20)
    assert found is not None
    assert found.minutes == _walked(min(d.started_at for d in facts.doses), ended)
    assert found.minutes_after_last == _walked(last, ended)


def _walked(moment: datetime, end: datetime) -> int:
    count = 0
    while moment + timedelta(minutes=1) <= end:
        moment, count = moment + timedelta(minutes=1), count + 1
    return count


def test_observation_goes_on_while_the_patient_is_here_and_is_none_without_a_dose() -> None:
    found = rules.observation(observed())
    assert found is not None
    assert (found.ended_at, found.minutes) == (None, None)
    assert rules.observation(observed(doses=())) is None


SPANS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 60)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=8,
)


@given(SPANS)
def test_what_two_people_spend_there_together_counts_once(spans: list[tuple[int, int]]) -> None:
    """Against every minute that lies in one of them."""
    found = [contact(*span, person=uuid4()) for span in spans]
    expected = {minute for begins, ends in spans for minute in range(begins, ends)}
    assert rules.contact_minutes(found) == len(expected)


@given(st.lists(st.tuples(SPANS, st.sampled_from([NURSE, CLINICIAN])), max_size=4))
def test_patients_at_once_are_those_with_whom_the_same_person_was_in_the_same_minute(
    elsewhere: list[tuple[list[tuple[int, int]], UUID]],
) -> None:
    own = contact(20, 70)
    others = [
        contact(*span, session=session, person=person)
        for spans, person in elsewhere
        for session in [uuid4()]
        for span in spans
    ]
    most = max(
        len({
            c.session for c in others
            if c.person == NURSE and c.began_at <= at(minute) < c.ended_at
        }) for minute in range(20, 70)
    )  # fmt: skip
    assert rules.at_once(own, [own, *others]) == 1 + most


@pytest.mark.parametrize(
    ("sprays", "expected"),
    [
        ([2], {"G2082": 1, "J0013": 28}),
        ([2, 2], {"G2082": 1, "J0013": 56}),
        ([2, 2, 1], {"G2083": 1, "J0013": 70}),
        ([2, 2, 2], {"G2083": 1, "J0013": 84}),
    ],
)
def test_the_visit_is_coded_by_what_was_given(
    sprays: list[int], expected: dict[str, float]
) -> None:
    devices = tuple(dose(5 * n, n + 1, mg=14 * s, sprays=s) for n, s in enumerate(sprays))
    facts = observed(doses=devices, planned_mg=28 * len(sprays), departure=departure(130))
    found = rules.candidates(facts, DAY, [])
    assert codes(found) == expected
    assert said(found, next(iter(expected))) == [
        "up_to_mg" if "G2082" in expected else "more_than_mg",
        "established_patient",
        "includes_two_hours",
    ]


def test_a_device_of_which_it_is_not_known_what_left_it_leaves_both_codes_open() -> None:
    part = dose(10, 3, mg=0, sprays=None, is_complete=False)
    facts = observed(doses=(dose(0), dose(5, 2), part), planned_mg=84, departure=departure(130))
    found = rules.candidates(facts, DAY, [])
    assert codes(found) == {"G2082": 1, "G2083": 1, "J0013": 56}
    assert "dose_not_final" in said(found, "G2082")
    assert "part_not_known" in said(found, "J0013")


def test_before_2026_a_milligram_has_its_earlier_code() -> None:
    facts = observed(departure=departure(130))
    assert "S0013" in codes(rules.candidates(facts, date(2025, 12, 31), []))
    assert "J0013" in codes(rules.candidates(facts, date(2026, 1, 1), []))


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (29, {}),
        (30, {"99415": 1}),
        (89, {"99415": 1}),
        (90, {"99415": 1, "99416": 1}),
        (120, {"99415": 1, "99416": 2}),
    ],
)
def test_contact_of_nurses_is_the_first_hour_and_each_further_half(
    minutes: int, expected: dict[str, float]
) -> None:
    facts = observed(protocol=KETAMINE_IV, doses=(dose(0, ended_at=at(40)),))
    found = rules.candidates(facts, DAY, [contact(0, minutes)])
    assert codes(found) == expected


def test_minutes_with_more_than_two_at_once_count_for_no_code() -> None:
    facts = observed(protocol=KETAMINE_IV, doses=(dose(0, ended_at=at(40)),))
    many, two = contact(0, 40, 3), contact(50, 85, 2)
    assert codes(rules.candidates(facts, DAY, [many])) == {}
    found = rules.candidates(facts, DAY, [many, two])
    assert codes(found) == {"99415": 1}
    assert "above_left_out" in said(found, "99415")
    # Said to be one patient, and the same person recorded two others in the same minutes.
    elsewhere = [contact(55, 80, session=NEXT), contact(60, 90, session=THIRD)]
    assert codes(rules.candidates(facts, DAY, [contact(50, 85)], elsewhere)) == {}
    assert codes(rules.candidates(facts, DAY, [contact(50, 85)], elsewhere[:1])) == {"99415": 1}


def test_contact_of_clinicians_is_of_other_codes_and_is_never_added_to_that_of_nurses() -> None:
    facts = observed(protocol=KETAMINE_IV, doses=(dose(0, ended_at=at(40)),))
    own = contact(0, 20, person=CLINICIAN, role="clinician")
    found = rules.candidates(facts, DAY, [own, contact(20, 40)])
    assert codes(found) == {"99417": None, "G2212": None}
    assert "not_with_99415" in said(found, "99417")


def test_another_country_has_no_codes_and_no_carton() -> None:
    facts = observed(protocol=SPRAVATO_EU, departure=departure(130))
    assert rules.candidates(facts, DAY, [contact(0, 60)]) == ()
    assert rules.ndc(facts) == ()
    assert rules.ndc(observed()) == ("50458-028-02", "50458-028-03")
    assert rules.ndc(observed(protocol=KETAMINE_IV)) == ()
