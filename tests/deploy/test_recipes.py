"""The files of `docs/deploy` are those that run a clinic: each is used as it is shipped."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deploy.recipes import DEPLOY, settings_env

UNITS = sorted((DEPLOY / "systemd").iterdir())
ON_MACHINE = {"/opt/clinic/.venv/bin/python": sys.executable, "/etc/clinic/on-failure": "/bin/true"}


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, each template with the instances that the timers start."""
    text = "".join(unit.read_text() for unit in UNITS)
    for unit in UNITS:
        content = unit.read_text()
        for there, here in ON_MACHINE.items():
            content = content.replace(there, here)
        names = [unit.name]
        if "@." in unit.name:
            kind = unit.name.split("@")[0]
            names = sorted(set(re.findall(rf"{kind}@\w+\.service", text))) or [f"{kind}@x.service"]
        for name in names:
            (tmp_path / name).write_text(content)
    return tmp_path


def verified(units: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, units.iterdir()))],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed"
)


@needs_systemd
def test_systemd_takes_every_unit(units: Path) -> None:
    done = verified(units)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(units.iterdir())) == 17


@needs_systemd
def test_systemd_would_say_so_of_one_that_is_wrong(units: Path) -> None:
    unit = units / "clinic.service"
    unit.write_text(unit.read_text().replace("Type=notify", "Type=notifies"))
    assert "notifies" in verified(units).stderr


@pytest.mark.parametrize(
    "unit", [u for u in UNITS if u.suffix == ".service"], ids=lambda unit: unit.name
)
def test_each_service_that_fails_tells_someone(unit: Path) -> None:
    text = unit.read_text()
    assert ("OnFailure=clinic-failed@%n.service" in text) == (unit.name != "clinic-failed@.service")


def test_each_page_that_installs_the_program_compiles_it() -> None:
    """Who runs it may not write beside it: what is not compiled then is compiled at each start."""
    pages = [page for page in DEPLOY.glob("*.md") if "pip install" in page.read_text()]
    assert {page.name for page in pages} == {"README.md", "upgrade.md"}
    for page in pages:
        _, command = page.read_text().split(".txt\n    .venv/bin/python ", 1)
        words = command.splitlines()[0].split()
        assert words == ["-m", "compileall", "-q", "clinic", "monitoring"]


def test_each_command_that_a_unit_or_a_page_runs_is_there() -> None:
    pages = [*DEPLOY.glob("*.md"), *UNITS]
    text = "\n".join(page.read_text() for page in pages)
    named = set(re.findall(r"(?:manage\.py|^    clinic) ([a-z_]+)", text, re.MULTILINE))
    named |= set(re.findall(r"clinic@([a-z_]+)\.service", text))
    listed = subprocess.run(
        [sys.executable, "manage.py", "help", "--commands"],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert {"backup", "restore", "anchor", "verify_record", "migrate", "health"} <= named
    assert named <= set(listed.stdout.split())


def test_each_file_that_a_page_names_is_there() -> None:
    for page in DEPLOY.glob("*.md"):
        text = page.read_text()
        named = re.findall(r"docs/deploy/[\w.-]+\w", text) + [
            f"docs/deploy/{link}" for link in re.findall(r"\]\(([\w.-]+\.md)\)", text)
        ]
        assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_settings_pass_the_check_of_a_deployment(tmp_path: Path) -> None:
    given = settings_env()
    known = (ROOT / "clinic" / "settings.py").read_text()
    assert [name for name in given if f'"{name}"' not in known] == []
    filled = given | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CLINIC_TRAIL_KEYS": given["CLINIC_TRAIL_KEYS"] + secrets.token_urlsafe(50),
    }
    there = {
        name: value.replace("/var/lib/clinic", str(tmp_path)) for name, value in filled.items()
    }
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("CLINIC_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=plain | there, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_what_is_called_when_a_unit_fails_names_it(tmp_path: Path) -> None:
    said = tmp_path / "said"
    for program in ("logger", "mail"):
        (tmp_path / program).write_text(f'#!/bin/sh\necho "$@" >> {said}\n')
        (tmp_path / program).chmod(0o755)
    subprocess.run(
        [DEPLOY / "on-failure", "clinic-backup.service"], check=True, stdin=subprocess.DEVNULL,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert "clinic-backup.service failed" in said.read_text()


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="logrotate is not installed")
def test_logrotate_takes_its_file(tmp_path: Path) -> None:
    done = subprocess.run(
        ["logrotate", "--debug", "--state", tmp_path / "state", DEPLOY / "logrotate"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "error:" not in done.stderr
