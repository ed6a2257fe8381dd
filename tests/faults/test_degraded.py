"""A database that can be read and takes nothing: the record stays readable, and says so."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import InternalError, OperationalError
from django.test import Client
from prometheus_client import CollectorRegistry

from clinic import metrics, unwritable
from clinic.ids import uuid7
from clinic.settings import SQLITE
from monitoring.models import AccessEntry, Reading
from monitoring.proof import untold
from monitoring.proof.reads import patients_of
from tests.clock import TestClock
from tests.downtime import FAULTS, away, faults, read_only, reconnected
from tests.engine import USES_POSTGRESQL
from tests.factories.people import ShiftFactory, on_tablet, person
from tests.factories.posted import READING
from tests.factories.visits import Visit, dosed

pytestmark = pytest.mark.usefixtures("committed_db")
PAGES = ("", "report/", "reading/")


@pytest.fixture
def visit(untold_reads: Path, visit: Visit) -> Visit:
    return visit


@pytest.fixture
def nurse(visit: Visit) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(visit.nurse)
    return client


def seen(visit: Visit, nurse: Client) -> list[int]:
    """What the board and the pages of a session answer."""
    return [
        nurse.get(path).status_code
        for path in ("/", *(f"/sessions/{visit.id}/{page}" for page in PAGES))
    ]


def body() -> dict[str, str]:
    return READING | {"id": str(uuid7()), "note": "Calm, eyes closed"}


@faults
def test_the_record_is_read_and_who_read_it_is_told_once_it_can_be(
    nurse: Client, visit: Visit, untold_reads: Path, clock: TestClock, fault: str
) -> None:
    with FAULTS[fault][0](visit):
        before = AccessEntry.objects.count()
        assert seen(visit, nurse) == [200] * 4
        at = clock.now()
        lines = [json.loads(line) for line in untold_reads.read_text().split("\n") if line]
        assert AccessEntry.objects.count() == before
    assert len(lines) == 4
    assert untold_reads.stat().st_mode & 0o777 == 0o600
    patient = visit.session.patient
    assert not any(word in untold_reads.read_text() for word in (patient.family_name, patient.mrn))
    clock.forward(minutes=5)
    assert nurse.get("/").status_code == 200
    told = AccessEntry.objects.filter(told_at=clock.now())
    assert {str(entry.pk) for entry in told} == {line["id"] for line in lines}
    assert {entry.at for entry in told} == {at}
    assert {entry.staff_id for entry in told} == {visit.nurse.pk}
    assert patients_of(told) == {patient.pk}
    assert AccessEntry.objects.count() == before + 4 + 1
    assert not untold.waits()


@faults
def test_what_is_saved_then_is_answered_503_with_words_and_all_that_was_typed(
    nurse: Client, visit: Visit, fault: str
) -> None:
    made, words = FAULTS[fault]
    address, sent = f"/sessions/{visit.id}/reading/", body()
    with made(visit):
        readings = Reading.objects.count()
        page = nurse.post(address, sent)
        told = nurse.post(address, sent, headers={"Accept": "application/json"})
        assert Reading.objects.count() == readings
    assert page.status_code == 503
    text = page.content.decode().replace("&#x27;", "'")
    assert words in text
    assert all(f'value="{sent[name]}"' in text for name in ("systolic", "diastolic", "note", "id"))
    assert told.status_code == 503, "the tablet keeps it, and sends it again"
    assert words in " ".join(told.json()["errors"][""])
    assert nurse.post(address, sent).status_code == 302
    assert Reading.objects.get(pk=sent["id"]).note == sent["note"]


@faults
def test_a_monitor_is_told_how_often_and_why_nothing_was_saved(
    visit: Visit, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = CollectorRegistry()
    counts = metrics.Counts(registry)
    monkeypatch.setattr(metrics, "counts", lambda: counts)
    nurse = Client()
    nurse.force_login(visit.nurse)
    with FAULTS[fault][0](visit):
        nurse.get(f"/sessions/{visit.id}/")
        assert nurse.post(f"/sessions/{visit.id}/reading/", body()).status_code == 503
    assert nurse.post(f"/sessions/{visit.id}/reading/", body()).status_code == 302
    refused = {
        why: registry.get_sample_value("clinic_refused_total", {"method": "POST", "why": why})
        for why in unwritable.WHY
    }
    assert refused == dict.fromkeys(unwritable.WHY, 0) | {fault.replace(" ", "_"): 1}


@faults
def test_a_tablet_shows_the_record_though_it_cannot_be_kept_what_it_shows(
    clock: TestClock, untold_reads: Path, fault: str
) -> None:
    shift = ShiftFactory.create()
    tablet = on_tablet(shift.tablet)
    tablet.force_login(shift.staff)
    visit = dosed(clock, site=shift.tablet.site)
    clock.forward(minutes=2)
    with FAULTS[fault][0](visit):
        assert tablet.get(f"/sessions/{visit.id}/").status_code == 200


def test_where_the_file_takes_nothing_either_no_one_is_shown(
    nurse: Client, visit: Visit, untold_reads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its room is bounded: beyond it nothing is shown that is kept nowhere."""
    monkeypatch.setattr(untold, "ROOM", 1000)
    patient = visit.session.patient
    with read_only():
        answers = [nurse.get(f"/sessions/{visit.id}/") for _ in range(4)]
    codes = [answer.status_code for answer in answers]
    assert codes == sorted(codes)
    assert set(codes) == {200, 503}
    refused = answers[-1].content.decode()
    assert "can be read, but not written" in refused
    assert patient.family_name not in refused
    assert len(untold_reads.read_bytes().rstrip(b"\n")) < 1000


def test_the_room_is_on_the_disk_before_it_is_full(nurse: Client, untold_reads: Path) -> None:
    nurse.get("/")
    assert untold_reads.stat().st_blocks * 512 >= untold.ROOM
    assert untold_reads.stat().st_size == untold.ROOM
    assert not untold.waits()


def test_a_poll_goes_on_and_an_administrator_reads_who_was_shown_later(
    nurse: Client, visit: Visit, clock: TestClock, untold_reads: Path
) -> None:
    with read_only():
        nurse.get(f"/sessions/{visit.id}/")
        poll = nurse.get(f"/sessions/{visit.id}/", headers={"HX-Request": "true"})
        assert poll.status_code in {200, 204}
    clock.forward(minutes=1)
    visit.site.requires_second_factor = False
    auditor = Client()
    auditor.force_login(person(visit.site, "auditor"))
    auditor.get(f"/sessions/{visit.id}/")
    assert "told to the log at" in auditor.get("/access/").content.decode()
    export = auditor.get("/access.csv").getvalue().decode()
    assert export.splitlines()[0].rstrip().endswith("told_at")


def test_an_error_of_ours_is_no_downtime() -> None:
    assert unwritable.reason(ValueError("x")) is None


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (sqlite3.SQLITE_IOERR_WRITE, "read_only"),
        (sqlite3.SQLITE_IOERR_FSYNC, "read_only"),
        (sqlite3.SQLITE_IOERR_READ, "away"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "busy"),
        (sqlite3.SQLITE_CORRUPT, "damaged"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "damaged"),
        (sqlite3.SQLITE_NOTADB, "damaged"),
    ],
)
def test_the_number_of_an_error_says_why(code: int, why: str) -> None:
    """A disk that fails at a write still holds what is read."""
    error, cause = OperationalError(), sqlite3.OperationalError()
    cause.sqlite_errorcode = code
    error.__cause__ = cause
    assert unwritable.reason(error) == why


@pytest.mark.parametrize(
    ("cause", "why"),
    [(psycopg.errors.IoError(), "read_only"), (psycopg.errors.DataCorrupted(), "damaged")],
)
def test_so_does_one_of_postgresql(cause: psycopg.Error, why: str) -> None:
    error = InternalError()
    error.__cause__ = cause
    assert unwritable.reason(error) == why


@pytest.mark.skipif(USES_POSTGRESQL, reason="the file is SQLite's")
def test_a_file_that_cannot_be_read_is_said_on_every_page(
    nurse: Client, visit: Visit, tmp_path: Path
) -> None:
    """As SQLite takes a page of it that the disk does not give back."""
    unreadable = tmp_path / "unreadable.sqlite3"
    unreadable.write_bytes(b"x" * 8192)
    address = f"/sessions/{visit.id}/reading/"
    with reconnected(NAME=str(unreadable)):
        shown, sent = nurse.get(address), nurse.post(address, body())
    assert (shown.status_code, sent.status_code) == (503, 503)
    assert "The database cannot be read: its disk fails." in shown.content.decode()


def test_a_database_that_is_away_is_said_on_every_page_and_the_tablet_sends_again(
    nurse: Client, visit: Visit
) -> None:
    address = f"/sessions/{visit.id}/reading/"
    with away():
        shown = nurse.get(address)
        sent = nurse.post(address, body(), headers={"Accept": "application/json"})
    assert (shown.status_code, sent.status_code) == (503, 503)
    assert "The database does not answer." in shown.content.decode()
    assert shown["Retry-After"] == "10"
    assert nurse.get(address).status_code == 200


def test_a_tablet_waits_longer_for_an_answer_than_the_server_for_the_database() -> None:
    script = (settings.BASE_DIR / "clinic/static/clinic/outbox-answers.js").read_text()
    (tablet,) = re.findall(r"PATIENCE = (\d+);", script)
    # Once to save, once to write who read.
    server = SQLITE["timeout"] * 1000 + unwritable.PATIENCE
    assert server < int(tablet)
