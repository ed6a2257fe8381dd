"""What every verb rests on: one transaction, tried again only where nothing of it was kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from clinic import verbs
from clinic.access import Permission
from clinic.models import Site
from clinic.refusal import Conflict, Refused, refuse
from clinic.verbs import Work
from tests.clock import TestClock
from tests.factories.people import SiteFactory

pytestmark = pytest.mark.django_db


class _Cause(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


def failing(times: int, sqlstate: str) -> tuple[Any, list[int]]:
    """A verb that the database fails `times` times before it answers, and its tries."""
    tries: list[int] = []

    @verbs.verb(None)
    def act(work: Work) -> str:
        tries.append(1)
        if len(tries) <= times:
            raise OperationalError("failed") from _Cause(sqlstate)
        return "done"

    return act, tries


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clinic.verbs.time.sleep", lambda seconds: None)


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_deadlock_or_a_serialization_failure_is_tried_again(sqlstate: str) -> None:
    act, tries = failing(2, sqlstate)
    assert act() == "done"
    assert len(tries) == 3


def test_what_fails_three_times_is_told(clock: TestClock) -> None:
    act, tries = failing(3, "40P01")
    with pytest.raises(OperationalError):
        act()
    assert len(tries) == 3


def test_any_other_failure_is_told_at_once() -> None:
    act, tries = failing(1, "55P03")
    with pytest.raises(OperationalError):
        act()
    assert len(tries) == 1


def test_what_fails_halfway_leaves_nothing() -> None:
    @verbs.verb(None)
    def act(work: Work) -> None:
        work.insert(Site(name="Half", time_zone="UTC"))
        raise refuse("required")

    with pytest.raises(Refused):
        act()
    assert not Site.objects.filter(name="Half").exists()


def test_the_same_sent_twice_is_one_row_and_other_values_are_a_conflict() -> None:
    site = SiteFactory.create(name="Riverside")
    assert verbs.sent_before([site], site.pk, {"name": "Riverside"}) == site
    assert verbs.sent_before([], site.pk, {"name": "Riverside"}) is None
    with pytest.raises(Conflict):
        verbs.sent_before([site], site.pk, {"name": "Lakeside"})


def test_a_verb_is_offered_by_permission_and_phase() -> None:
    @verbs.verb(Permission.GIVE_DOSE, phases=("arrived", "dosing"))
    def act(work: Work) -> None: ...

    assert act.name == "act"
    assert act.is_offered({Permission.GIVE_DOSE}, "dosing")
    assert not act.is_offered({Permission.GIVE_DOSE}, "closed")
    assert not act.is_offered({Permission.DEPART}, "dosing")
