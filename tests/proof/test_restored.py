"""An older copy is put back: no anchor heals it, and who did it honestly says so on the trail."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client

from clinic.models import TrailEntry
from clinic.trail import anchors, chain
from clinic.trail.canonical import moment
from monitoring import guards
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.conftest import copy_database, drop_database
from tests.factories.people import StaffFactory
from tests.guards.raw import run
from tests.guards.world import Visit, open_clinic
from tests.proof.scene import verified

pytestmark = pytest.mark.usefixtures("committed_db")
REASON = "The disk broke; the copy of last night"


def anchor(**given: str) -> str:
    out = StringIO()
    call_command("anchor", stdout=out, **given)
    return out.getvalue()


def record() -> tuple[int, str]:
    """How `verify_record` ends, and what it prints."""
    out = StringIO()
    try:
        call_command("verify_record", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    return Visit(open_clinic(), clock).dosed()


@pytest.fixture
def put_back(visit: Visit, tmp_path: Path) -> Any:
    """Answers a function that puts back the copy that is made now."""
    folder = tmp_path / "backup"
    folder.mkdir()
    now = connection.settings_dict["NAME"]
    connections.close_all()
    backup = copy_database(now, folder)

    def put() -> None:
        connections.close_all()
        connection.settings_dict["NAME"] = backup

    yield put
    connections.close_all()
    connection.settings_dict["NAME"] = now
    drop_database(backup)


@pytest.fixture
def lost(visit: Visit, put_back: Callable[[], None], anchors_folder: Path) -> Path:
    """A reading was recorded and anchored, and the copy of before it is put back."""
    visit.clock.forward(minutes=5)
    visit.read(systolic=199, diastolic=80)
    anchor()
    put_back()
    return anchors_folder


def test_no_anchor_is_put_over_what_is_missing(lost: Path, visit: Visit) -> None:
    before = {path.name: path.read_bytes() for path in lost.iterdir()}
    for _ in range(2):
        with pytest.raises(CommandError) as refused:
            anchor()
        assert f"session {visit.id}: 5 entries were anchored, 4 are there" in str(refused.value)
        assert "--restored" in str(refused.value)
    assert {path.name: path.read_bytes() for path in lost.iterdir()} == before
    assert record()[0] == 1


def test_nor_when_another_reading_took_the_place_of_the_lost_one(lost: Path, visit: Visit) -> None:
    visit.read(systolic=118)
    visit.read(systolic=117)
    with pytest.raises(CommandError, match=str(visit.id)):
        anchor()
    ended, text = record()
    assert ended == 1
    assert f"session {visit.id}: entry 5 is another than the one that was anchored" in text


def test_a_later_anchor_made_all_the_same_heals_nothing(lost: Path, visit: Visit) -> None:
    """By a program of its own, with the key."""
    anchors.write()
    visit.read(systolic=118)
    anchors.write()
    ended, text = record()
    assert ended == 1
    assert f"session {visit.id}: entry 5 is another than the one that was anchored" in text
    assert f"anchor 000002-2026-03-10.json: chain {visit.id} had 5 entries before" in text


def test_an_honest_restore_is_logged_and_then_said_for_good(lost: Path, visit: Visit) -> None:
    said = anchor(restored=REASON, by=visit.clinic.nurse.username)
    assert f"session {visit.id}: 5 entries were anchored, 4 are there" in said
    entry = TrailEntry.objects.filter(chain=chain.ORGANISATION).latest("seq")
    detail = json.loads(entry.payload)["detail"]
    assert (entry.verb, entry.actor) == ("restore_copy", visit.clinic.nurse)
    assert detail["reason"] == REASON
    assert set(detail["lost"]) == {str(visit.id)}
    before = TrailEntry.objects.exclude(pk=entry.pk).latest("at")
    assert detail["last_entry_at"] == moment(before.at)
    for _ in range(2):
        ended, text = record()
        assert ended == 0
        assert f"LOST   session {visit.id}: was anchored with 5 entries" in text
        assert REASON in text
        assert text.endswith("Everything else is as it was recorded.\n")
        visit.clock.forward(minutes=5)
        visit.read(systolic=118)
        anchor()
    assert [p.subject for p in verify(visit.id).losses] == [f"session {visit.id}"]
    assert verify(visit.id).problems == []
    clinician = Client()
    clinician.force_login(visit.clinic.clinician)
    page = clinician.get(f"/sessions/{visit.id}/verification/").content.decode()
    assert "Entries were lost" in page
    assert REASON in page


def test_what_was_logged_is_said_without_the_anchors_too(lost: Path, visit: Visit) -> None:
    anchor(restored=REASON, by=visit.clinic.nurse.username)
    for path in lost.iterdir():
        path.unlink()
    assert REASON in record()[1]


def test_a_second_loss_is_not_covered_by_what_was_logged_of_the_first(
    lost: Path, visit: Visit
) -> None:
    anchor(restored=REASON, by=visit.clinic.nurse.username)
    open_clinic("South")
    anchor()
    with guards.as_owner(connection):
        guards.drop(connection)
        run("DELETE FROM clinic_trailentry WHERE seq > 1 AND chain <> %s", visit.id)
        guards.install(connection)
    with pytest.raises(CommandError):
        anchor()
    assert record()[0] == 1


def test_it_is_logged_with_a_reason_by_someone_who_works_here_and_only_then(
    lost: Path, visit: Visit
) -> None:
    gone = StaffFactory.create(username="gone", is_active=False)
    for given in ({"restored": REASON}, {"restored": REASON, "by": "no one"},
                  {"restored": " ", "by": visit.clinic.nurse.username},
                  {"restored": REASON, "by": gone.username}):  # fmt: skip
        with pytest.raises(CommandError, match="by whom"):
            anchor(**given)


def test_an_anchor_is_read_by_the_account_that_writes_it_alone(
    visit: Visit, anchors_folder: Path
) -> None:
    anchor()
    (path,) = anchors_folder.iterdir()
    assert (path.stat().st_mode & 0o077, anchors_folder.stat().st_mode & 0o077) == (0, 0)


def test_where_nothing_is_missing_there_is_nothing_to_tell(visit: Visit) -> None:
    anchor()
    with pytest.raises(CommandError, match="nothing to say"):
        anchor(restored=REASON, by=visit.clinic.nurse.username)


def test_an_older_copy_of_the_database_is_named_also_for_its_session(
    lost: Path, visit: Visit
) -> None:
    assert "an older copy was put back" in verified()
    assert "an older copy was put back" in verified(visit.id)
