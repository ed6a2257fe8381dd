from __future__ import annotations

from typing import Any

import pytest

from tests.guards.world import Clinic, Course, open_clinic


@pytest.fixture
def clinic(db: None, clock: Any) -> Clinic:
    return open_clinic()


@pytest.fixture
def course(clinic: Clinic, clock: Any) -> Course:
    return Course(clinic, clock)
