"""The monitoring forms of the demo: a session fills all but what is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from clinic import clock as clinic_clock
from clinic.models import Site
from monitoring.management.demo.forms import play_forms
from monitoring.management.demo.past import moved_clock
from monitoring.management.demo.people import MAIN
from monitoring.models import FormFiling, Session
from monitoring.models.filled_form import form_of
from monitoring.proof.verify import verify
from monitoring.reports.form_state import form_state
from tests.clock import TestClock
from tests.factories.forms_to_file import to_file
from tests.management.demo import made

pytestmark = pytest.mark.django_db

ASKED = {"vitals_before", "vitals_end", "respiratory", "pressure_increase"}


def test_a_session_of_the_demo_fills_all_but_what_is_asked_of_the_observer(
    clock: TestClock,
) -> None:
    session = Session.objects.whole(made("fainted").pk)
    form = session and form_of(session)
    assert form
    assert {field.key for field in form.missing} == ASKED
    said = {f.field.key: f.value for f in form.fields}
    assert said["serious"] is True
    assert said["serious_detail"]


def test_one_is_overdue_one_is_due_the_rest_is_filed_and_one_changed_since(
    clock: TestClock,
) -> None:
    """Sessions of four days, ten days ago and later, told on as when the demo is built."""
    now = clock.now()
    for story, days in (("fainted", 12), ("oxygen", 9), ("vomited", 5), ("at-home", 3)):
        _told(clock, story, now - timedelta(days=days))
    clock.travel_to(now)
    with moved_clock() as moved:
        play_forms(moved, Random("forms"))
    assert clinic_clock.now() == now
    site = Site.objects.get(name=MAIN)
    found = {(row.state, row.left) for row in to_file(site, now)}
    states = [state for state, _left in found]
    assert sorted(states) == ["changed", "due", "overdue"]
    assert ("due", 4) in found
    assert FormFiling.objects.count() == 2
    for session in Session.objects.at(site):
        assert verify(session.pk).problems == []
        assert form_state(session, now) != "none"


def _told(clock: TestClock, story: str, at: datetime) -> None:
    clock.travel_to(at)
    made(story)
