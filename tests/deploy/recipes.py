"""The files of `docs/deploy`."""

from __future__ import annotations

from tests.conftest import ROOT

DEPLOY = ROOT / "docs" / "deploy"


def settings_env() -> dict[str, str]:
    lines = (DEPLOY / "settings.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
