from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.guards.world import Clinic, open_clinic


@pytest.fixture(autouse=True)
def anchors_folder(settings: Any, tmp_path: Path) -> Path:
    settings.ANCHORS = tmp_path / "anchors"
    return settings.ANCHORS


@pytest.fixture
def clinic(db: None, clock: Any) -> Clinic:
    return open_clinic()
