"""The whole way at once: a backup under load, the machine gone, the record serving elsewhere.

How long it takes is measured by benchmarks/restore_drill.py.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test import Client
from pytest_django import Settings

from clinic.ids import uuid7
from monitoring.models import Reading
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.factories.posted import READING
from tests.guards.world import Visit
from tests.upkeep.machine import Machine, elsewhere, needs_age, run


class Nurse(threading.Thread):
    """Saves readings by the form until she is stopped; `saved` are those that she was told of."""

    def __init__(self, visit: Visit) -> None:
        super().__init__()
        self.visit, self.saved, self._is_over = visit, list[str](), threading.Event()
        self.client = Client()
        self.client.force_login(visit.nurse)

    def run(self) -> None:
        try:
            while not self._is_over.is_set():
                self.save()
        finally:
            connection.close()

    def save(self) -> None:
        sent = READING | {"id": str(uuid7()), "systolic": str(120 + len(self.saved) % 40)}
        answer = self.client.post(f"/sessions/{self.visit.id}/reading/", sent)
        if answer.status_code == 302:
            self.saved.append(sent["id"])

    def wait_for(self, more: int) -> set[str]:
        wanted = len(self.saved) + more
        while len(self.saved) < wanted and self.is_alive():
            time.sleep(0.01)
        return set(self.saved)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            self._is_over.set()
            self.join()


@needs_age
def test_from_a_backup_under_load_the_record_serves_elsewhere_with_all_from_before_it(
    machine: Machine, visit: Visit, clock: TestClock, settings: Settings, tmp_path: Path
) -> None:
    clock.forward(minutes=5)
    nurse = Nurse(visit)
    run("anchor")
    with nurse.at_work():
        before = nurse.wait_for(3)
        backup = shutil.copy(machine.back_up(recipient=[machine.recipient]), tmp_path)
        nurse.wait_for(1)
    run("anchor")
    settings.STATE, settings.BACKUPS = tmp_path / "new" / "state", tmp_path / "new" / "backups"
    for kept_nowhere in ("state", "backups"):
        shutil.rmtree(machine.folder / kept_nowhere)
    with elsewhere(tmp_path, "new_machine"):
        printed = machine.restore(Path(backup), identity=machine.identity)
        run("anchor")
        assert verify().problems == []
        there = {str(pk) for pk in Reading.objects.values_list("pk", flat=True)}
        assert before <= there
        assert "LOST   1 chains" in printed, "what came after the backup is named"
        assert set(nurse.saved) - there
        health = Client().get("/health/").json()["checks"]
        well = ("database", "guards", "exchange", "clock", "access_log", "anchor")
        assert {name: health[name]["status"] for name in well} == dict.fromkeys(well, "ok")
        known = len(nurse.saved)
        nurse.save()
        assert len(nurse.saved) == known + 1, "she is signed in still, and works on"
        assert Reading.objects.filter(pk=nurse.saved[-1]).exists()
