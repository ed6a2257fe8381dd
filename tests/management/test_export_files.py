"""Files to leave with, written by the command: whole or not at all, and of one moment."""

from __future__ import annotations

import csv
import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, connections

from clinic.models import Site
from monitoring.models import AccessEntry, ListedPatient, PatientAmendment
from monitoring.reports import files
from monitoring.reports.nouns import Noun
from tests.clock import TestClock
from tests.engine import IS_WHOLE, USES_POSTGRESQL
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import planned

ROOT = Path(__file__).parents[2]
TIMES = 20 if IS_WHOLE else 1
PATIENTS = 400
NAME = "record.zip"


def database() -> str:
    name = connection.settings_dict["NAME"]
    if USES_POSTGRESQL:
        return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    return f"sqlite:///{name}"


@pytest.mark.skipif(USES_POSTGRESQL and not IS_WHOLE, reason="the way is the same")
def test_a_command_that_is_killed_while_it_writes_leaves_no_file_of_that_name(
    committed_db: None, tmp_path: Path
) -> None:
    """What it wrote until then lies beside, under a name that begins with a dot, and no one takes
    it for the file."""
    site = SiteFactory.create()
    auditor = person(site, "auditor")
    PatientFactory.create_batch(PATIENTS, site=site)
    connections.close_all()
    folder = tmp_path / "files"
    folder.mkdir()
    written = 0
    for _ in range(TIMES):
        command = subprocess.Popen(
            [sys.executable, "manage.py", "export_files", "--site", site.name, "--by",
             auditor.username, "--to", str(folder / NAME), "--recipient", "Institute"],
            cwd=ROOT, env=os.environ | {"DATABASE_URL": database()}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        while command.poll() is None and not list(folder.glob(f".{NAME}.*")):
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.02))
        os.kill(command.pid, signal.SIGKILL)
        assert command.wait() == -signal.SIGKILL, "it was killed before it was done"
        assert not (folder / NAME).exists()
        left = list(folder.iterdir())
        written += len(left)
        for file in left:
            file.unlink()
    assert written == TIMES
    entries = AccessEntry.objects.filter(action="exported")
    assert entries.count() == TIMES
    listings = entries.values_list("listing", flat=True)
    assert ListedPatient.objects.filter(listing__in=listings).count() == PATIENTS


def test_what_is_written_between_two_of_its_tables_is_in_none_of_them(
    committed_db: None, clock: TestClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = planned(clock)
    auditor, rows = person(visit.site, "auditor"), files._rows

    def amend() -> None:
        visit.amend_patient(telephone="555 0199")
        connection.close()

    def meanwhile(noun: Noun, site: Site, kept: Collection[UUID]) -> Iterator[list[Any]]:
        if noun.name == "patientamendment":  # The table of patients was read before.
            thread = threading.Thread(target=amend)
            thread.start()
            thread.join()
        return rows(noun, site, kept)

    monkeypatch.setattr(files, "_rows", meanwhile)
    to = tmp_path / NAME
    call_command("export_files", site=visit.site.name, by=auditor.username, to=to)
    assert PatientAmendment.objects.count() == 1, "it was written meanwhile"
    with zipfile.ZipFile(to) as archive:
        told = {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            for name in archive.namelist()
        }
    assert told["patientamendment.csv"] == []
    (patient,) = told["patient.csv"]
    assert (patient["telephone"], patient["amended"]) == ("", "0")
