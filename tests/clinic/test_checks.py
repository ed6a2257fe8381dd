"""The check before a clinic starts, and the server: no demo, nothing that other accounts read."""

from __future__ import annotations

import gc
import runpy
import subprocess
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from clinic.checks import check_files
from tests.clinic.production import manage

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("environment", "code"),
    [({"CLINIC_DEMO": "1"}, "clinic.E001"), ({"CLINIC_HOSTS": "*"}, "clinic.E002")],
)
def test_what_no_clinic_may_start_with_is_an_error(environment: dict[str, str], code: str) -> None:
    done = manage("check", **environment)
    assert done.returncode == 1
    assert code in done.stderr


def test_the_demo_on_ones_own_machine_is_none() -> None:
    done = manage("check", CLINIC_DEMO="1", CLINIC_HTTPS="0")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("given", [{}, {"CLINIC_HSTS_SUBDOMAINS": "1", "CLINIC_HSTS_PRELOAD": "1"}])
def test_other_names_of_the_host_are_bound_only_where_the_clinic_says_so(
    given: dict[str, str],
) -> None:
    asked = "import clinic.settings as s; print(s.SECURE_HSTS_SECONDS, "
    asked += "s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    done = manage("shell", "-v", "0", "-c", asked, **given)
    assert done.stdout.split() == [str(365 * 24 * 60 * 60), *[str(bool(given))] * 2]


@pytest.fixture
def files(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """What a deployment keeps on disk, each for its owner alone."""
    settings.BASE_DIR, settings.ANCHORS = tmp_path, tmp_path / "anchors"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "clinic.sqlite3"))
    (tmp_path / "var").mkdir(mode=0o700)
    settings.ANCHORS.mkdir(mode=0o700)
    made = {
        "database": tmp_path / "clinic.sqlite3",
        "wal": tmp_path / "clinic.sqlite3-wal",
        "shm": tmp_path / "clinic.sqlite3-shm",
        "secret key": tmp_path / "var" / "secret_key",
        "trail keys": tmp_path / "var" / "trail_keys",
        "anchor": settings.ANCHORS / "2026-03-10.json",
    }
    for path in made.values():
        path.touch(mode=0o600)
    return made | {"anchors": settings.ANCHORS}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the database is no file")
@pytest.mark.parametrize(
    "name", ["database", "wal", "shm", "secret key", "trail keys", "anchor", "anchors"]
)
@pytest.mark.parametrize("mode", [0o040, 0o004, 0o002])
def test_a_file_that_others_may_read_is_named(files: dict[str, Path], name: str, mode: int) -> None:
    assert check_files(None, ["default"]) == []
    path = files[name]
    path.chmod(path.stat().st_mode | mode)
    found = check_files(None, ["default"])
    assert [str(path) in str(warning.msg) for warning in found] == [True]


@pytest.mark.parametrize(("mode", "is_named"), [(0o644, True), (0o600, False)])
def test_the_check_before_the_start_says_so(tmp_path: Path, mode: int, is_named: bool) -> None:
    path = tmp_path / "clinic.sqlite3"
    path.touch()
    path.chmod(mode)
    anchors = str(tmp_path / "anchors")
    done = manage(
        *("check", "--database", "default"),
        DATABASE_URL=f"sqlite:///{path}", CLINIC_ANCHORS=anchors,
    )  # fmt: skip
    assert (f"{path} can be read" in done.stderr) is is_named


def test_make_run_writes_for_its_own_account_alone(tmp_path: Path) -> None:
    """Each command of the recipe that writes, with a command of ours in its place."""
    recipe = subprocess.run(
        ["make", "--dry-run", "--always-make", "run", "PORT=1"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = [line for line in recipe.splitlines() if "manage.py" in line or "gunicorn" in line]
    assert len(lines) >= 5
    assert [line for line in lines if "umask 077;" not in line] == []
    assert "chmod -R go= var" in recipe


def test_the_server_writes_for_its_own_account_alone() -> None:
    written = (ROOT / "gunicorn.conf.py").read_text()
    assert "umask = 0o077" in written


PYTHONS_OWN = 700
"""New objects after which Python looks for what can be freed, unless it is told otherwise."""


def test_a_server_that_stands_frees_what_it_needs_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it loads, nothing is searched for."""
    calls: list[str] = []
    thresholds: list[int] = []
    monkeypatch.setattr(gc, "set_threshold", thresholds.append)
    for name in ("disable", "collect", "freeze", "enable"):
        monkeypatch.setattr(gc, name, partial(calls.append, name))
    server = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    assert calls == ["disable"]
    server["when_ready"](None)
    assert calls == ["disable", "collect", "freeze", "enable"]
    assert thresholds[0] > PYTHONS_OWN, "seldom within a request"
