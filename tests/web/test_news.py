"""A page that asks again is answered with nothing while nothing changed, and with the change at
once: one that was recorded, and one that time alone makes."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client

from monitoring.models import AccessEntry
from monitoring.web.floor import board
from tests.clock import TestClock
from tests.factories.visits import Visit, dosed, observed
from tests.web.watcher import Watcher

pytestmark = pytest.mark.django_db


def watcher(visit: Visit, where: str) -> Watcher:
    client = Client()
    client.force_login(visit.nurse)
    return Watcher(client, "/" if where == "board" else f"/sessions/{visit.id}/")


@pytest.mark.parametrize("where", ["board", "session"])
def test_what_was_recorded_is_shown_at_once(clock: TestClock, where: str) -> None:
    visit = dosed(clock)
    page = watcher(visit, where)
    assert [page.has_news() for _ in range(3)] == [False] * 3
    clock.forward(minutes=40)
    page.ask()
    visit.read(40)
    assert page.has_news()
    assert not page.has_news()


@pytest.mark.parametrize("where", ["board", "session"])
def test_what_time_alone_changes_is_shown_to_the_second(clock: TestClock, where: str) -> None:
    """An hour of questions: each answers as the page made anew would."""
    visit = observed(clock, through=40)
    page = watcher(visit, where)
    changed = 0
    for _ in range(75):
        clock.forward(seconds=47)
        shown = Watcher(page.client, page.path).version
        is_other = shown != page.version.partition(".")[0]
        assert page.has_news() == is_other
        changed += is_other
    assert changed >= 3


def test_the_board_of_midnight_is_another(clock: TestClock) -> None:
    page = watcher(observed(clock), "board")
    page.ask()
    before = page.version.split(".")[1]
    clock.forward(minutes=24 * 60)
    page.ask()
    assert page.version.split(".")[1] != before


def test_no_one_is_answered_from_what_another_was_told(clock: TestClock) -> None:
    visit = observed(clock)
    nurse, clinician = watcher(visit, "board"), watcher(visit, "board")
    clinician.client.force_login(visit.clinician)
    nurse.ask()
    clinician.version = "x." + nurse.version.partition(".")[2]
    assert clinician.has_news()


def test_nothing_new_shows_no_one_and_is_not_on_the_access_log(clock: TestClock) -> None:
    page = watcher(observed(clock), "board")
    kept = AccessEntry.objects.count()
    for _ in range(5):
        clock.forward(seconds=10)
        assert page.ask().content == b""
    assert AccessEntry.objects.count() == kept


def test_cards_are_not_made_where_nothing_changed(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = watcher(observed(clock), "board")
    assert not page.has_news()
    monkeypatch.setattr(board, "cards", partial(pytest.fail, "made"))
    clock.forward(seconds=10)
    assert not page.has_news()
