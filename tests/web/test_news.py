"""A page that asks again is answered with nothing while nothing changed, and with the change at
once: one that was recorded, and one that time alone makes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from monitoring.models import AccessEntry, Session
from monitoring.web import news
from monitoring.web.floor import board
from monitoring.web.presenters.cards import Card, card
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
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


@given(changes_in=st.timedeltas(timedelta(seconds=1), 2 * news.AHEAD))
def test_the_moment_up_to_which_nothing_changes_lies_just_before_the_change(
    changes_in: timedelta,
) -> None:
    now = datetime(2026, 3, 4, 9, tzinfo=UTC)
    steady = news.steady_until(now, lambda at: at < now + changes_in) - now
    assert steady <= news.AHEAD
    assert steady < changes_in
    assert steady == news.AHEAD or changes_in - steady <= news.NEAR


def test_only_the_card_that_changed_is_made_again(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = SiteFactory.create()
    opening, visits = clock.now(), []
    for _ in range(3):
        clock.travel_to(opening)
        visits.append(observed(clock, site=site, patient=PatientFactory.create(site=site)))
    page = watcher(visits[0], "board")
    page.ask()
    made: list[object] = []

    def counted(session: Session, *told: Any) -> Card:
        made.append(session.pk)
        return card(session, *told)

    monkeypatch.setattr("monitoring.web.floor.floor.card", counted)
    clock.forward(minutes=1)
    visits[1].read()
    assert page.has_news()
    assert set(made) == {visits[1].id}
