"""A clinic whose anchors go to a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.clock import TestClock
from tests.guards.world import Clinic, open_clinic


@pytest.fixture(autouse=True)
def anchors_folder(settings: Settings, tmp_path: Path) -> Path:
    folder = tmp_path / "anchors"
    settings.ANCHORS = folder
    return folder


@pytest.fixture
def clinic(db: None, clock: TestClock) -> Clinic:
    return open_clinic()
