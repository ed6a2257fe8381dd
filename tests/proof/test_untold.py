"""What is read while the access log takes nothing is kept on disk, and told to it once."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import DatabaseError, OperationalError, transaction
from pytest_django import Settings

from clinic import clock as clinic_clock
from clinic.ids import uuid7
from monitoring.models import AccessEntry
from monitoring.proof import untold
from monitoring.proof.reads import Read, log_reads, patients_of, tell
from tests.clock import TestClock
from tests.downtime import read_only
from tests.factories.record import PatientFactory
from tests.guards.world import Clinic, open_clinic


@pytest.fixture
def place(committed_db: None, clock: TestClock, untold_reads: Path) -> Clinic:
    return open_clinic()


@pytest.fixture
def three(place: Clinic) -> list[UUID]:
    return [PatientFactory.create(site=place.site).pk for _ in range(3)]


def read(place: Clinic, *patients: UUID) -> None:
    page = "session" if len(patients) == 1 else "board"
    log_reads(Read(place.nurse, place.site, "opened", page), patients, clinic_clock.now())


def test_it_is_told_once_with_when_it_was_read_and_when_that_was_told(
    place: Clinic, three: list[UUID], clock: TestClock, untold_reads: Path
) -> None:
    seen = clock.now()
    with read_only():
        read(place, three[0])
        read(place, *three)
    assert untold_reads.stat().st_mode & 0o777 == 0o600
    assert not AccessEntry.objects.exists()
    told = clock.forward(minutes=5)
    assert (tell(), tell()) == (2, 0)
    alone, listed = AccessEntry.objects.order_by("pk")
    assert {(entry.at, entry.told_at) for entry in (alone, listed)} == {(seen, told)}
    assert (alone.patient_id, patients_of([listed])) == (three[0], set(three))
    assert not untold.waits()


def test_the_next_page_that_is_logged_tells_what_waits(place: Clinic, three: list[UUID]) -> None:
    with read_only():
        read(place, three[0])
    read(place, three[1])
    told = AccessEntry.objects.values_list("patient", "told_at")
    assert {(patient, at is None) for patient, at in told} == {(three[0], False), (three[1], True)}


def test_while_the_log_takes_nothing_all_of_it_waits_on(place: Clinic, three: list[UUID]) -> None:
    with read_only():
        read(place, three[0])
        assert tell() == 0
        assert untold.waits()
    assert tell() == 1


def test_a_telling_that_is_broken_off_tells_each_once(
    place: Clinic, three: list[UUID], untold_reads: Path
) -> None:
    """Killed after the log has them and before the file is empty: the same lines come again."""
    with read_only():
        read(place, three[0])
        read(place, *three)
    held = untold_reads.read_bytes()
    assert tell() == 2
    untold_reads.write_bytes(held)
    assert tell() == 0
    assert AccessEntry.objects.count() == 2
    assert not untold.waits()


def test_a_line_that_was_cut_off_and_one_of_strangers_are_put_aside(
    place: Clinic, three: list[UUID], untold_reads: Path
) -> None:
    with read_only():
        read(place, three[0])
    line = json.loads(untold_reads.read_text().strip())
    strange = line | {"id": str(uuid7()), "patients": [str(UUID(int=7))]}
    untold.keep(json.dumps(strange))
    untold.keep('{"id": "019')
    assert not untold.refused()
    assert tell() == 1
    refused = untold_reads.with_name(f"{untold_reads.name}.refused").read_text().splitlines()
    assert refused == [json.dumps(strange), '{"id": "019']
    assert (untold.refused(), untold.waits()) == (True, False)


def test_where_there_is_no_room_either_it_is_an_error(
    place: Clinic, three: list[UUID], untold_reads: Path
) -> None:
    with patch.object(untold, "ROOM", 100), read_only(), pytest.raises(DatabaseError):
        read(place, three[0])
    assert not untold.waits()


def test_within_a_change_it_is_an_error_and_the_change_is_undone(
    place: Clinic, three: list[UUID]
) -> None:
    with read_only(), pytest.raises(DatabaseError), transaction.atomic():
        read(place, three[0])
    assert not untold.waits()


def test_an_error_that_does_not_lie_with_the_database_is_not_kept(
    place: Clinic, three: list[UUID]
) -> None:
    broken = OperationalError("a mistake of ours")
    with patch.object(AccessEntry, "save", side_effect=broken), pytest.raises(OperationalError):
        read(place, three[0])
    assert not untold.waits()
    with patch("monitoring.proof.reads._told", side_effect=broken), pytest.raises(OperationalError):
        tell()


def test_only_one_process_tells_at_a_time(place: Clinic, three: list[UUID]) -> None:
    with read_only():
        read(place, three[0])
    with untold.taken() as lines:
        assert (len(lines), tell()) == (1, 0)
    assert not untold.waits()


def test_the_room_is_taken_on_the_disk_beforehand(untold_reads: Path) -> None:
    assert not untold.waits()
    untold.reserve()
    untold.reserve()
    assert (untold_reads.stat().st_size, untold.waits()) == (untold.ROOM, False)
    untold.keep("{}")
    assert (untold_reads.stat().st_size, untold.waits()) == (untold.ROOM, True)


def test_a_server_starts_where_no_room_can_be_taken(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.UNTOLD_READS = tmp_path
    untold.reserve()
    assert "no room is kept" in caplog.text
    assert not untold.waits()
