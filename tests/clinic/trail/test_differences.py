"""What the log says otherwise than a table, also of columns that came later."""

from __future__ import annotations

import pytest

from clinic.trail.canonical import columns
from clinic.trail.differences import Difference, differences, others
from monitoring.models import Event
from tests.clock import TestClock
from tests.factories.visits import dosed

pytestmark = pytest.mark.django_db


def test_a_column_that_came_later_holds_its_default(clock: TestClock) -> None:
    visit = dosed(clock)
    note = visit.event()
    held = columns(note)
    later = ("correction_reason", "replaces_id", "repeat_minutes")
    logged = {name: value for name, value in held.items() if name not in later}
    log = {"event": {str(note.pk): logged}}
    assert list(differences(log, {"event": [(str(note.pk), held)]})) == []
    assert others(log, {"event": [(str(note.pk), held)]}) == ["event"]
    assert others({"event": {str(note.pk): held}}, {"event": [(str(note.pk), held)]}) == []
    written = held | {"replaces_id": str(Event().pk)}
    found = list(differences(log, {"event": [(str(note.pk), written)]}))
    assert found == [Difference("changed", "event", str(note.pk), ("replaces_id",))]
