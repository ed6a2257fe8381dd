from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.clock import TestClock
from tests.guards.world import Visit, open_clinic
from tests.upkeep.machine import Machine


@pytest.fixture
def machine(settings: Settings, tmp_path: Path) -> Machine:
    settings.STATE = tmp_path / "state"
    settings.ANCHORS = tmp_path / "anchors"
    settings.BACKUPS = tmp_path / "backups"
    settings.BACKUP_RECIPIENTS = []
    return Machine(tmp_path)


@pytest.fixture
def visit(committed_db: None, clock: TestClock) -> Visit:
    """A session with a reading, in a database with real commits."""
    return Visit(open_clinic(), clock).dosed()
