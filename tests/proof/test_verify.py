"""Verification while the clinic works, and what it costs."""

from __future__ import annotations

import sys
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.ids import uuid7
from clinic.models import TrailEntry
from clinic.trail import canonical
from clinic.trail.replay import payload
from monitoring.models import Clearance
from monitoring.proof.signed import as_signed
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.guards.world import Clinic, Visit, open_clinic


def test_who_records_meanwhile_is_not_taken_for_a_tamperer(
    committed_db: None, clock: TestClock
) -> None:
    """It reads one state of the database, and keeps no one waiting."""
    clinic = open_clinic()
    visits = [Visit(clinic, clock).dosed() for _ in range(3)]
    clock.forward(minutes=5)
    stop, faults = threading.Event(), []

    def record() -> None:
        try:
            while not stop.is_set():
                for visit in visits:
                    visit.read()
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    nurse = threading.Thread(target=record)
    nurse.start()
    try:
        found = [verify() for _ in range(15)]
    finally:
        stop.set()
        nurse.join()
    assert faults == []
    assert [p for one in found for p in one.problems] == []
    assert found[-1].checked["rows"] > found[0].checked["rows"]


def test_the_number_of_queries_does_not_grow_with_the_sessions(
    clinic: Clinic, clock: TestClock
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert verify().problems == []
        return len(captured)

    Visit(clinic, clock).dosed()
    few = asked()
    for _ in range(8):
        Visit(clinic, clock).dosed()
    assert asked() == few


def test_a_session_that_is_not_there_is_not_called_whole(clinic: Clinic) -> None:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_record", session=uuid7(), stdout=out)
    assert "is not on the trail" in out.getvalue()


def test_it_says_what_it_checked_and_how_long_it_took(clinic: Clinic, clock: TestClock) -> None:
    Visit(clinic, clock).dosed()
    out = StringIO()
    call_command("verify_record", stdout=out)
    text = out.getvalue()
    assert text.startswith("Checked in ")
    for what in ("entries", "chains", "rows", "sessions", "patients"):
        assert what in text
    assert "No anchor was found" in text


def test_a_signature_from_before_its_proof_was_kept_stands(
    clinic: Clinic, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column that came later holds its default where the log does not have it."""
    visit = Visit(clinic, clock).ready()
    writers = canonical._writers
    with monkeypatch.context() as before:
        before.setattr(
            canonical, "_writers", lambda m: tuple(w for w in writers(m) if w[0] != "proof")
        )
        # As a database that was upgraded has it: the column came with its default.
        signing = sys.modules["monitoring.actions.sign_clearance"]
        insert = vars(signing)["_insert"]
        before.setattr(signing, "_insert", lambda *a, **given: insert(*a, **given | {"proof": ""}))
        visit.sign()
    old = Clearance.objects.get()
    told = payload(TrailEntry.objects.get(chain=visit.id, verb="sign_clearance"))
    assert "proof" not in told["rows"]["clearance"][str(old.pk)]
    visit.read()
    visit.sign()
    found = as_signed(old)
    assert found is not None
    assert found.is_intact
    assert verify().problems == []
