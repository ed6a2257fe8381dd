from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from tests.campaign.machine import Workshop
from tests.engine import binaries

ENGINES = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(
            binaries() is None and "CI" not in os.environ, reason="PostgreSQL is not installed"
        ),
    ),
]


@pytest.fixture(scope="session")
def workshop(pytestconfig: pytest.Config, collected: dict[str, Any]) -> Iterator[Workshop]:
    folder = Path(mkdtemp(prefix="campaign-"))
    folder.chmod(0o755)
    os.environ["STATIC_ROOT"] = collected["STATIC_ROOT"]
    yield Workshop(pytestconfig, folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)
