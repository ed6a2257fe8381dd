"""Several processes verify what one does, and find the same."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from monitoring.models import Reading
from monitoring.proof import apart
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.guards.raw import update
from tests.guards.world import Visit, open_clinic
from tests.proof.scene import without_guards


@pytest.fixture
def visits(committed_db: None, clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> list[Visit]:
    """Some sessions, whose chains are in parts of some entries each."""
    monkeypatch.setattr(apart, "ENTRIES", 5)
    clinic = open_clinic()
    return [Visit(clinic, clock).dosed() for _ in range(3)]


def test_processes_find_what_one_finds(visits: list[Visit], anchors_folder: object) -> None:
    call_command("anchor", stdout=StringIO())
    alone, apart_ = (verify(processes=number) for number in (1, 2))
    assert alone.problems == apart_.problems == []
    assert alone.checked == apart_.checked
    assert alone.checked["sessions"] == len(visits)
    with without_guards():
        update(Reading.objects.filter(session=visits[1].id).latest("seq"), systolic=119)
    alone, apart_ = (verify(processes=number) for number in (1, 2))
    # Of the connection itself each says what is true of its own.
    found = [[p for p in one.problems if p.subject != "database"] for one in (alone, apart_)]
    assert [p for p in found[1] if "systolic" in p.words]
    assert found[0] == found[1]


def test_it_says_how_far_it_is(visits: list[Visit]) -> None:
    out = StringIO()
    call_command("verify_record", stdout=out, processes=2)
    shares = [line for line in out.getvalue().splitlines() if line.endswith(" %")]
    assert shares
    assert shares == sorted(set(shares), key=lambda share: int(share.split()[0]))
