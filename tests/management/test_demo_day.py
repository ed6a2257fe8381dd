"""The day of the demo goes on: at any hour the board shows every state, by verbs at their times."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clinic import clock as clinic_clock
from clinic.models import Site, Staff, TrailEntry
from monitoring.management.demo import live
from monitoring.management.demo.people import MAIN
from monitoring.models import AccessEntry, Session
from monitoring.proof.verify import verify
from monitoring.rules.urgency import waits
from tests.clock import TestClock
from tests.engine import IS_WHOLE
from tests.factories.logged import insert

pytestmark = pytest.mark.django_db

HOURS = (1, 3, 5, 7, 10, 30) if IS_WHOLE else (6,)
"""After the demo was built; `make test` looks once."""


def played() -> None:
    call_command("demo", play_on=True, stdout=StringIO())


def shown(clock: TestClock) -> set[str]:
    """What the sessions in progress at the main site wait for."""
    main = Site.objects.get(name=MAIN)
    found = Session.objects.at(main).in_progress()
    every = (waits(Session.read(session.pk).facts(), clock.now()) for session in found)
    return {wait.kind for kinds in every for wait in kinds}


def test_every_state_is_on_the_board_at_any_hour_of_the_day(clock: TestClock) -> None:
    call_command("demo", session="every", stdout=StringIO())
    built, begun = clock.now(), set(Session.objects.values_list("pk", flat=True))
    for hours in HOURS:
        clock.travel_to(built + timedelta(hours=hours))
        played()
        found = shown(clock)
        assert [state for state, of in live.WANTED.items() if not found & of] == []
        assert Session.objects.filter(phase="planned", planned_for__gte=clock.now()).exists()
        assert 8 <= Session.objects.in_progress().count() <= 20
    assert not Session.objects.filter(pk__in=begun, phase="arrived").exists()
    assert not TrailEntry.objects.filter(at__gt=clock.now()).exists()
    assert [p for s in Session.objects.all() for p in verify(s.pk).problems] == []
    assert clinic_clock.now == clock.now


def test_what_someone_has_opened_is_left_to_them_and_twice_is_once(clock: TestClock) -> None:
    call_command("demo", session="flagged", stdout=StringIO())
    session = Session.objects.select_related("patient", "site").get()
    AccessEntry.objects.create(
        at=clock.now(),
        staff=Staff.objects.get(username="rosa"),
        site=session.site,
        patient=session.patient,
        session=session,
        action="opened",
        page="session",
    )
    clock.forward(minutes=60)
    played()
    assert Session.objects.get(pk=session.pk).last_seq == session.last_seq
    before = TrailEntry.objects.count()
    played()
    assert TrailEntry.objects.count() == before


def test_a_database_that_is_not_of_the_demo_is_not_played_on(clock: TestClock) -> None:
    insert(Site(name="Real clinic"))
    with pytest.raises(CommandError, match="not of the demo"):
        played()
    assert not Session.objects.exists()


def test_it_is_played_until_what_started_it_has_ended(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    parents, rounds = iter([7, *[7] * 120, 1]), []
    monkeypatch.setattr("os.getppid", lambda: next(parents))
    monkeypatch.setattr(live, "sleep", lambda seconds: None)
    monkeypatch.setattr(live, "play_on", lambda **how: rounds.append(how))
    live.play_on_every(1, seed=1, password="x")
    assert len(rounds) == 2
