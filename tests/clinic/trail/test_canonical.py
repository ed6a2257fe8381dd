"""One content has one text, whether it was just written or is read back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.utils.functional import SimpleLazyObject
from hypothesis import given
from hypothesis import strategies as st

from clinic.trail.canonical import canonical, columns, digest, moment, parse
from monitoring.models import Dose, Reading, Session
from tests.clock import TestClock
from tests.factories.people import StaffFactory
from tests.factories.visits import discharged

DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


# How long it takes to draw is a matter of the machine.
@given(DATA)
def test_the_text_is_read_back_as_it_was(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(), st.integers()), st.randoms())
def test_the_order_of_keys_does_not_matter(value: dict[str, int], random: Any) -> None:
    keys = list(value)
    random.shuffle(keys)
    assert digest({k: value[k] for k in keys}) == digest(value)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-14 * 60, 14 * 60))
def test_a_moment_has_one_text_in_every_zone(at: datetime, offset: int) -> None:
    try:
        elsewhere = at.astimezone(timezone(timedelta(minutes=offset)))
    except OverflowError:
        return
    assert moment(elsewhere) == moment(at)
    assert datetime.fromisoformat(moment(at)) == at


@given(
    mg=st.decimals(0, 999, places=1) | st.integers(0, 999).map(Decimal),
    expiry=st.dates(),
)
def test_a_row_is_the_same_just_made_and_parsed(mg: Decimal, expiry: date) -> None:
    dose = Dose(number=1, mg=mg, lot="A", expiry=expiry, started_at=datetime.now(UTC))
    made = columns(dose)
    assert columns(parse(Dose, made)) == made
    assert made["mg"] == f"{mg:.1f}"


def test_columns_that_are_not_named_keep_their_default() -> None:
    reading = parse(Reading, {"systolic": 120})
    assert isinstance(reading, Reading)
    assert (reading.systolic, reading.note) == (120, "")


@pytest.mark.django_db
def test_every_row_of_a_course_is_the_same_as_logged_and_as_read_back(clock: TestClock) -> None:
    visit = discharged(clock)
    session = visit.session
    for row in (session, *session.reading_set.all(), *session.dose_set.all(),
                *session.clearance_set.all(), session.departure):  # fmt: skip
        made = columns(row)
        assert columns(parse(type(row), made)) == made
        assert json.loads(canonical(made)) == made
    assert columns(Session.objects.get(pk=visit.id)) == columns(session)


@pytest.mark.django_db
def test_the_person_of_a_request_has_the_content_of_their_row() -> None:
    person = StaffFactory.create()
    lazy: Any = SimpleLazyObject(lambda: person)
    assert columns(lazy) == columns(person)
