"""What is added after a session has ended."""

from __future__ import annotations

from uuid import UUID

import pytest

from clinic.ids import uuid7
from monitoring import actions
from monitoring.actions import Conflict
from monitoring.models import Amendment
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import discharged, observed, planned

pytestmark = pytest.mark.django_db


def test_an_amendment_names_who_what_and_why_and_changes_nothing_signed(clock: TestClock) -> None:
    visit = discharged(clock)
    reading = visit.session.reading_set.last()
    assert reading
    before = visit.session.clearance_set.values().get()
    made = visit.amend(about="reading", about_id=reading.pk)
    assert (made.recorded_by, made.printed_name) == (visit.nurse, visit.nurse.printed_name)
    assert (made.about, made.about_id, made.seq) == ("reading", reading.pk, visit.session.last_seq)
    assert visit.session.clearance_set.values().get() == before
    assert visit.session.reading_set.last() == reading
    assert visit.session.phase == "closed"


def test_a_session_without_a_dose_is_amended_too(clock: TestClock) -> None:
    visit = planned(clock)
    actions.cancel_session(visit.id, visit.nurse, reason="Rang")
    assert visit.amend().text == "The escort was the sister"
    assert visit.session.phase == "cancelled"


def test_while_a_session_goes_on_readings_are_corrected_instead(clock: TestClock) -> None:
    with refused("wrong_phase"):
        observed(clock).amend()


@pytest.mark.parametrize("field", ["text", "reason"])
def test_both_texts_are_asked_for(clock: TestClock, field: str) -> None:
    visit = discharged(clock)
    with refused("required", field):
        visit.amend(**{field: "  "})


@pytest.mark.parametrize(
    ("about", "about_id"),
    [("reading", uuid7()), ("reading", None), ("session", uuid7()), ("departure", uuid7()),
     ("patient", None)],
)  # fmt: skip
def test_it_is_about_a_row_of_the_session(
    clock: TestClock, about: str, about_id: UUID | None
) -> None:
    visit = discharged(clock)
    with refused("unknown_row", "about"):
        visit.amend(about=about, about_id=about_id)


def test_every_noun_of_the_session_can_be_amended(clock: TestClock) -> None:
    visit = discharged(clock)
    session = visit.session
    rows = {noun: getattr(session, f"{noun}_set").first() for noun in ("admission", "dose",
            "reading", "clearance")} | {"departure": session.departure}  # fmt: skip
    for about, row in rows.items():
        assert row is not None
        visit.amend(about=about, about_id=row.pk)
    assert Amendment.objects.count() == len(rows)


def test_sent_twice_it_is_one(clock: TestClock) -> None:
    visit, same = discharged(clock), uuid7()
    assert visit.amend(id=same) == visit.amend(id=same)
    assert Amendment.objects.count() == 1
    with pytest.raises(Conflict):
        visit.amend(id=same, text="Something else")
