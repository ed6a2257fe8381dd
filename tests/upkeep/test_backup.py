"""A backup is one file, which appears whole or not at all, while people go on working."""

from __future__ import annotations

import json
import stat
import subprocess
import threading
from functools import partial
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

from clinic import marks
from clinic.models import ChainHead
from clinic.trail import anchors
from monitoring.models import Reading
from monitoring.upkeep import archive, copies
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.guards.world import Visit
from tests.upkeep.machine import Machine, elsewhere, killed_in, needs_age, run

pytestmark = pytest.mark.usefixtures("visit")


def said(backup: Path) -> dict[str, object]:
    text, _ = archive.read(backup, "")
    found: dict[str, object] = json.loads(text)
    return found


def test_it_says_what_is_in_it_and_what_else_is_needed(machine: Machine) -> None:
    run("anchor")
    body = said(machine.back_up())
    contents = body["contents"]
    assert isinstance(contents, dict)
    assert contents["root"] == anchors.MerkleTree(anchors.current_heads()).root
    assert contents["chains"] == ChainHead.objects.count()
    assert contents["rows"]["monitoring_reading"] == 1
    assert ["monitoring", "0001_initial"] in contents["migrations"]
    assert body["key_ids"] == ["test"]
    (anchor,) = (machine.folder / "anchors").glob("*.json")
    assert body["anchor"] == [anchor.name, archive.digest_of(anchor)]
    assert "only-for-tests" not in json.dumps(body), "the keys themselves are not in it"


def test_its_account_alone_reads_it_and_nothing_is_left_beside_it(machine: Machine) -> None:
    path = machine.back_up()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in machine.folder.glob("clinic-copy-*")] == []
    assert machine.found() == [path.name]


def test_who_watches_the_machine_sees_when_it_was_made(machine: Machine, clock: TestClock) -> None:
    path = machine.back_up()
    mark = marks.read("backup")
    assert mark["at"] == clock.now()
    assert mark["digest"] == archive.digest_of(path)


@needs_age
def test_encrypted_it_is_read_with_the_recipients_key_alone(machine: Machine) -> None:
    path = machine.back_up(recipient=[machine.recipient])
    content = path.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    plain = subprocess.run(
        ["age", "-d", "-i", machine.identity, path], check=True, capture_output=True
    )
    assert len(plain.stdout) > 10_000
    text, digest = archive.read(path, machine.identity.read_text())
    assert json.loads(text)["digest"] == digest
    # The key with which it was read back is kept nowhere, and opens nothing else.
    another = machine.folder / "another"
    subprocess.run(["age-keygen", "-o", another], check=True, capture_output=True)
    with pytest.raises(Exception, match="could not be opened"):
        archive.read(path, another.read_text())


def test_clear_text_has_to_be_asked_for(machine: Machine) -> None:
    with pytest.raises(CommandError, match="--unencrypted"):
        run("backup")
    assert machine.found() == []


@needs_age
def test_a_recipient_that_is_none_is_named(machine: Machine) -> None:
    with pytest.raises(CommandError, match="could not be encrypted"):
        run("backup", recipient=["age1nobody"])
    assert machine.found() == []


def test_a_disk_that_gives_back_something_else_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "read", lambda *a: (b"", "another digest"))
    with pytest.raises(CommandError, match="not what is read back"):
        run("backup", unencrypted=True)
    assert machine.found() == []


@pytest.mark.parametrize(
    ("place", "name"),
    [(copies, "contents"), (archive, "_pack"), (archive, "_unpack"), (archive, "_sync")],
    ids=["copied", "written", "read back", "named"],
)
def test_killed_it_leaves_a_whole_file_or_none_and_the_next_one_clears_up(
    machine: Machine, clock: TestClock, place: object, name: str
) -> None:
    killed_in(partial(machine.back_up), place, name)
    whole = [p for p in machine.backups.glob("clinic-*") if p.suffix == ".gz"]
    assert len(whole) == (name == "_sync")
    for path in whole:
        assert said(path)["digest"]
    clock.forward(minutes=1)
    path = machine.back_up()
    assert machine.found() == sorted({path.name, *(p.name for p in whole)})
    assert [p.name for p in machine.folder.glob("clinic-copy-*")] == []


def test_no_two_are_written_at_once(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    take = copies.take

    def meanwhile(path: Path) -> object:
        with pytest.raises(CommandError, match="Another backup"):
            run("backup", unencrypted=True)
        return take(path)

    monkeypatch.setattr(copies, "take", meanwhile)
    machine.back_up()


def test_the_newest_are_kept(machine: Machine, clock: TestClock) -> None:
    made = []
    for _ in range(4):
        clock.forward(minutes=60)
        made.append(machine.back_up(keep=3).name)
    assert machine.found() == made[1:]
    with pytest.raises(CommandError, match="at least"):
        run("backup", unencrypted=True, keep=0)


def test_one_that_failed_deletes_none(
    machine: Machine, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = machine.back_up().name
    clock.forward(minutes=60)
    monkeypatch.setattr(archive, "read", lambda *a: (b"", ""))
    with pytest.raises(CommandError):
        run("backup", unencrypted=True, keep=1)
    assert machine.found() == [kept]


def test_under_load_it_holds_all_that_was_acknowledged_before_it(
    machine: Machine, visit: Visit, clock: TestClock
) -> None:
    """Readings are saved while it is made; none waits for it, and it is one state of all."""
    clock.forward(minutes=5)
    is_over, saved = threading.Event(), []

    def save() -> None:
        try:
            while not is_over.is_set():
                saved.append(visit.read().pk)
        finally:
            connection.close()

    nurse = threading.Thread(target=save)
    nurse.start()
    try:
        while len(saved) < 3:
            pass
        before = list(saved)
        path = machine.back_up()
        after = len(saved)
    finally:
        is_over.set()
        nurse.join()
    assert after < len(saved) + 1
    with elsewhere(machine.folder, "load"):
        machine.restore(path)
        assert set(before) <= set(Reading.objects.values_list("pk", flat=True))


@pytest.mark.skipif(USES_POSTGRESQL, reason="of SQLite's file")
def test_a_damaged_file_is_named(machine: Machine) -> None:
    path = Path(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 40] = bytes(4096 * 37)
    path.write_bytes(content)
    with pytest.raises(CommandError, match=r"damaged|malformed"):
        run("backup", unencrypted=True)
    assert machine.found() == []
