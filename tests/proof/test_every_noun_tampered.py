"""Whatever is recorded of a session, in whatever noun, is named when it is changed or gone."""

from __future__ import annotations

from typing import Any

import pytest

from clinic.models.row import name_of
from monitoring.models import Event, SessionRow
from tests.clock import TestClock
from tests.guards.examples import example
from tests.guards.raw import update
from tests.guards.world import Clinic, Visit
from tests.proof.scene import delete, verified, without_guards

OTHERWISE = {"order": "reason", "strike": "reason", "clearance": "statement"}
"""A column of words; of any other noun it is who recorded it that is changed."""


@pytest.mark.parametrize("noun", [name_of(row) for row in SessionRow.tables()])
def test_a_row_of_every_noun_is_named_when_changed_and_when_gone(
    noun: str, clinic: Clinic, clock: TestClock
) -> None:
    """The list is that of the models: a new noun is tried without being named here."""
    _visit, row = example(noun, clinic, clock)
    column = OTHERWISE.get(noun, _words_of(type(row)))
    with without_guards():
        update(row, **{column: "Something else"})
        assert f"changed: {column}" in verified()
        delete(noun, id=row.pk)
        found = verified()
    assert f"{row.pk} was recorded, and is gone" in found


def _words_of(noun: type[Any]) -> str:
    """A column of free words: one that holds text and offers no choices."""
    for name in ("detail", "reason", "text", "printed_name", "lot", "note", "room", "assessment",
                 "escort_name", "late_reason"):  # fmt: skip
        if any(field.name == name for field in noun._meta.local_concrete_fields):
            return name
    raise AssertionError(f"{name_of(noun)} has no column of words: name one in OTHERWISE")


@pytest.mark.parametrize(
    ("made", "column", "value"),
    [
        ("screen", "phq9_item9", 1),
        ("medicate", "drug", "Water"),
        ("medicate", "amount", 2),
        ("medicate", "ordered_by", "Dr Else"),
        ("event", "after_departure", True),
        ("event", "watches", 9),
        ("event", "watch_limit", 9),
    ],
)
def test_a_column_of_an_event_is_named(
    made: str, column: str, value: Any, clinic: Clinic, clock: TestClock
) -> None:
    visit = Visit(clinic, clock).dosed()
    row: Event = getattr(visit, made)()
    assert getattr(row, column) != value
    with without_guards():
        update(row, **{column: value})
        assert f"changed: {column}" in verified()
