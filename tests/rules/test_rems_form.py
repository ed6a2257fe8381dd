"""The fields of the monitoring form: where each comes from, and what changes it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.rules.form_source import (
    NOT_READY,
    Device,
    FormSource,
    Pressure,
    Ratings,
    Serious,
    asked,
    changed,
    fill,
    missing,
    problems,
    values,
)
from monitoring.rules.rems_form import CURRENT, NOVEMBER_2021, REVISIONS, SECTIONS
from tests.rules.form_samples import WHOLE, at, source

WHERE = {
    "first_name": "patient",
    "middle_initial": "by hand",
    "last_name": "patient",
    "birth_date": "patient",
    "sex": "patient",
    "benzodiazepines": "answers on arrival",
    "hypnotics": "answers on arrival",
    "psychostimulants": "answers on arrival",
    "maois": "answers on arrival",
    "monitor_first_name": "who took the last set",
    "monitor_last_name": "who took the last set",
    "monitor_telephone": "who took the last set",
    "monitor_email": "who took the last set",
    "setting_name": "site",
    "address_1": "site",
    "address_2": "site",
    "city": "site",
    "state": "site",
    "zip": "site",
    "treatment_date": "doses",
    "dose": "doses",
    "lot_numbers": "doses",
    "total_minutes": "first device to departure",
    "ready_minutes": "clearance",
    "vitals_before": "asked",
    "vitals_end": "asked",
    "pressure_before": "readings",
    "pressure_40": "readings",
    "pressure_end": "readings",
    "sedation": "readings",
    "sedation_onset": "readings",
    "sedation_resolved": "readings",
    "dissociation": "readings",
    "dissociation_onset": "readings",
    "dissociation_resolved": "readings",
    "pressure_increase": "asked",
    "pressure_increase_onset": "asked",
    "pressure_increase_resolved": "asked",
    "serious": "departure and events",
    "serious_detail": "departure and events",
    "signature": "by hand",
}
"""Of each field of the 11/2021 revision, in the form's order, what answers it."""
ADDED = {
    "first_treatment": "plan",
    "enrolled_on": "patient",
    "opioids": "answers on arrival",
    "oximetry": "readings",
    "respiratory": "asked",
    "respiratory_onset": "asked",
    "respiratory_resolved": "asked",
}
ORIGINS = {
    "patient": "patient",
    "planning": "plan",
    "admission": "answers on arrival",
    "monitor": "who took the last set",
    "site": "site",
    "doses": "doses",
    "departure": "first device to departure",
    "clearance": "clearance",
    "readings": "readings",
    "events": "departure and events",
    "observer": "asked",
    "hand": "by hand",
}


def test_each_field_of_each_revision_comes_from_where_the_table_says() -> None:
    found = {f.key: ORIGINS[f.origin] for f in NOVEMBER_2021.fields}
    assert list(found.items()) == list(WHERE.items())
    now = {f.key: ORIGINS[f.origin] for f in CURRENT.fields}
    assert now == WHERE | ADDED
    assert [key for key in now if key in WHERE] == list(WHERE)


def test_each_revision_says_when_it_was_revised_and_where_it_was_read() -> None:
    for key, revision in REVISIONS.items():
        assert (revision.key, bool(revision.revised)) == (key, True)
        assert revision.source.startswith("CLINICAL 2, S3")
        assert len({f.key for f in revision.fields}) == len(revision.fields)
        order = [f.section for f in revision.fields]
        assert list(dict.fromkeys(order)) == list(SECTIONS)


def test_a_whole_session_fills_all_but_what_is_asked_and_written_by_hand() -> None:
    filled = fill(replace(WHOLE, answers={}), CURRENT)
    assert {f.key for f in missing(filled)} == {
        "vitals_before", "vitals_end", "respiratory", "pressure_increase"
    }  # fmt: skip
    assert missing(fill(WHOLE, CURRENT)) == ()
    assert {f.field.key for f in filled if f.standing == "by_hand"} == {
        "middle_initial", "signature"
    }  # fmt: skip


def test_what_the_form_says_of_a_session() -> None:
    found = values(fill(WHOLE, CURRENT))
    assert found["treatment_date"] == "2026-03-10"
    assert found["dose"] == {"mg": "56", "is_known": True}
    assert (found["lot_numbers"], found["total_minutes"]) == (["L1"], 131)
    assert found["pressure_40"] == {"systolic": 141, "diastolic": 88}
    assert found["oximetry"] == {"checks": 3, "lowest": 95}
    assert [found[f"sedation{x}"] for x in ("", "_onset", "_resolved")] == [True, 40, 80]
    assert [found[f"dissociation{x}"] for x in ("", "_onset", "_resolved")] == [True, 40, 120]
    assert (found["serious"], found["serious_detail"]) == (False, None)


EMPTIED: dict[str, Any] = {
    "given_name": "",
    "sex": "unknown",
    "enrolled_on": None,
    "benzodiazepine": None,
    "monitor_email": "",
    "address": "",
    "ended_at": None,
    "ready_minutes": None,
    "pressure_40": None,
    "oxygen_saturations": (),
    "sedation": Ratings(),
    "was_serious": None,
}
LACKS = {
    "given_name": {"first_name"},
    "sex": {"sex"},
    "enrolled_on": {"enrolled_on"},
    "benzodiazepine": {"benzodiazepines"},
    "monitor_email": {"monitor_email"},
    "address": {"address_1"},
    "ended_at": {"total_minutes"},
    "ready_minutes": {"ready_minutes"},
    "pressure_40": {"pressure_40"},
    "oxygen_saturations": {"oximetry"},
    "sedation": {"sedation"},
    "was_serious": {"serious"},
}


@pytest.mark.parametrize("what", EMPTIED)
def test_what_the_record_lacks_is_named_and_nothing_else(what: str) -> None:
    lacking = fill(source(**{what: EMPTIED[what]}), CURRENT)
    assert {f.key for f in missing(lacking)} == LACKS[what]


def test_what_may_be_left_out_is_not_missing() -> None:
    assert missing(fill(source(address_2="", monitor_telephone=""), CURRENT)) == ()


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ((), (None, None, None)),
        (((40, 5), (80, 5)), (False, None, None)),
        (((40, 4), (80, 5)), (True, 40, 80)),
        (((40, 4), (80, 5), (100, 3), (120, 5)), (True, 40, 120)),
        (((40, 4), (80, 4)), (True, 40, None)),
    ],
)
def test_sedation_is_told_from_its_readings(
    since: tuple[tuple[int, int], ...], said: tuple[object, ...]
) -> None:
    ratings = Ratings(5, tuple((at(m), v) for m, v in since))
    found = values(fill(source(sedation=ratings), CURRENT))
    assert tuple(found[f"sedation{x}"] for x in ("", "_onset", "_resolved")) == said


def test_dissociation_resolves_at_the_level_from_before_the_dose() -> None:
    ratings = Ratings(1, ((at(40), 3), (at(80), 1), (at(120), 1)))
    assert values(fill(source(dissociation=ratings), CURRENT))["dissociation_resolved"] == 80


def test_a_pressure_that_was_not_measured_says_why() -> None:
    found = values(fill(source(pressure_40=Pressure(not_done="refused")), CURRENT))
    assert found["pressure_40"] == {"not_done": "refused"}


def test_the_observer_is_asked_what_the_record_cannot_know_and_no_more() -> None:
    nothing = {f.key for f in asked(replace(WHOLE, answers={}), CURRENT)}
    always = {"vitals_before", "vitals_end"} | {
        f"{event}{x}"
        for event in ("respiratory", "pressure_increase")
        for x in ("", "_onset", "_resolved")
    }
    assert nothing == always
    assert {f.key for f in asked(WHOLE, CURRENT)} == always  # What was answered may be mended.
    left_early = {f.key for f in asked(source(ready_minutes=None, maoi=None), CURRENT)}
    assert left_early == always | {"ready_minutes", "maois"}
    unrated = {f.key for f in asked(source(sedation=Ratings()), CURRENT)}
    assert unrated == always | {"sedation", "sedation_onset", "sedation_resolved"}
    lasting = {f.key for f in asked(source(sedation=Ratings(5, ((at(40), 4),))), CURRENT)}
    assert lasting == always | {"sedation_resolved"}


def test_what_the_record_says_counts_before_what_the_observer_said() -> None:
    answers = {**WHOLE.answers, "ready_minutes": NOT_READY, "maois": True}
    found = values(fill(source(answers=answers), CURRENT))
    assert (found["ready_minutes"], found["maois"]) == (95, False)
    without = fill(source(answers=answers, ready_minutes=None), CURRENT)
    (ready,) = (f for f in without if f.field.key == "ready_minutes")
    assert (ready.value, ready.is_answer) == (NOT_READY, True)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"vitals_end": None}, [("unanswered", "vitals_end")]),
        ({"respiratory": True}, [("unanswered", "respiratory_onset")]),
        ({"respiratory": True, "respiratory_onset": 30}, []),
        ({"respiratory": True, "respiratory_onset": 30, "respiratory_resolved": 30}, []),
        (
            {"respiratory": True, "respiratory_onset": 30, "respiratory_resolved": 29},
            [("resolved_before_onset", "respiratory_resolved")],
        ),
        ({"respiratory_onset": 30}, [("only_if_yes", "respiratory_onset")]),
        ({"sedation": True}, [("unknown", "sedation")]),
    ],
)
def test_answers_are_whole(given: dict[str, object], found: list[tuple[str, str]]) -> None:
    answers = {**WHOLE.answers, **given}
    assert problems(asked(WHOLE, CURRENT), answers) == found


ONE_FOR_ONE = sorted(
    name
    for name in (f.name for f in fields(FormSource))
    if [f for f in CURRENT.fields if f.uses[:1] == (name,)]
    and isinstance(getattr(WHOLE, name), str | bool)
)
OTHERS: dict[str, st.SearchStrategy[Any]] = {
    "birth_date": st.dates(date(1920, 1, 1), date(2007, 1, 1)),
    "enrolled_on": st.none() | st.dates(date(2020, 1, 1), date(2026, 1, 1)),
    "first_dose_at": st.integers(-2000, 30).map(at),
    "ended_at": st.none() | st.integers(100, 400).map(at),
    "devices": st.lists(
        st.builds(Device, st.sampled_from((14, 28)), st.sampled_from("ABC"), st.booleans()),
        min_size=1,
        max_size=3,
    ).map(tuple),
    "ready_minutes": st.none() | st.integers(0, 300),
    "pressure_before": st.none() | st.builds(Pressure, st.integers(80, 200), st.integers(40, 120)),
    "pressure_40": st.none() | st.builds(Pressure, not_done=st.sampled_from(("refused", "asleep"))),
    "pressure_end": st.none() | st.builds(Pressure, st.integers(80, 200), st.integers(40, 120)),
    "oxygen_saturations": st.lists(st.integers(80, 100), max_size=4).map(tuple),
    "sedation": st.lists(st.integers(0, 5), max_size=4).map(
        lambda v: Ratings(5, tuple((at(20 * n), x) for n, x in enumerate(v, 1)))
    ),
    "dissociation": st.lists(st.integers(0, 4), max_size=4).map(
        lambda v: Ratings(0, tuple((at(20 * n), x) for n, x in enumerate(v, 1)))
    ),
    "serious_events": st.lists(
        st.builds(Serious, st.sampled_from(("Fell", "Fainted")), st.just(at(50))), max_size=2
    ).map(tuple),
    "answers": st.fixed_dictionaries(
        {}, optional={key: st.booleans() for key in ("vitals_before", "vitals_end", "respiratory")}
    ),
    **dict.fromkeys(("was_serious", *ONE_FOR_ONE), st.nothing()),
}


def test_every_part_of_the_record_that_the_form_reads_is_tried() -> None:
    used = {name for f in CURRENT.fields for name in f.uses}
    assert used | {"zone"} == {f.name for f in fields(FormSource)}
    assert set(OTHERS) == used


def _another(name: str) -> st.SearchStrategy[Any]:
    value = getattr(WHOLE, name)
    if isinstance(value, bool):
        return st.just(not value)
    if isinstance(value, str):
        words = st.text("abcXYZ 019", min_size=1, max_size=12).filter(str.strip)
        return words.filter(lambda text: text not in {value, "unknown"})
    return OTHERS[name].filter(lambda other: other != value)


@settings(max_examples=150)
@given(st.data())
def test_amending_a_part_changes_exactly_the_fields_that_use_it(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(OTHERS)))
    now = source(**{name: data.draw(_another(name))})
    copy, filled = values(fill(WHOLE, CURRENT)), fill(now, CURRENT)
    said = {f.field.key for f, _was in changed(copy, filled)}
    users = {f.key for f in CURRENT.fields if name in f.uses}
    if name in ONE_FOR_ONE:
        assert said >= users
    # What goes with a Yes appears and disappears with it.
    users |= {f.key for f in CURRENT.fields if f.only_if in users}
    assert said <= users
    assert said == {k for k, v in values(filled).items() if copy[k] != v}


@pytest.mark.parametrize("revision", REVISIONS.values(), ids=list(REVISIONS))
def test_nothing_is_changed_in_a_copy_of_the_same_record(revision: Any) -> None:
    filled = fill(WHOLE, revision)
    assert changed(values(filled), filled) == ()


def test_a_day_moves_with_the_zone_and_not_with_utc() -> None:
    late = WHOLE.first_dose_at + timedelta(hours=10, minutes=30)
    found = fill(source(first_dose_at=late, ended_at=None), CURRENT)
    assert values(found)["treatment_date"] == "2026-03-10"
