"""A clinic's machine: its folders, the key of its backups, and a command that is killed midway."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from monitoring.upkeep import archive
from tests.conftest import create_empty, drop_database

needs_age = pytest.mark.skipif(
    shutil.which("age") is None and "CI" not in os.environ, reason="age is not installed"
)
"""`make system` installs it; where tests decide, it has to be there."""


@dataclass
class Machine:
    folder: Path

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def identity(self) -> Path:
        """The file of the private key, made when it is asked for."""
        path = self.folder / "key"
        if not path.exists():
            subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
        return path

    @property
    def recipient(self) -> str:
        line = self.identity.read_text().splitlines()[1]
        return line.removeprefix("# public key: ")

    def back_up(self, **given: Any) -> Path:
        """The path of a new backup; in clear text unless told otherwise."""
        if "recipient" not in given:
            given["unencrypted"] = True
        printed = run("backup", **given)
        return Path(printed.split(": ")[0])

    def restore(self, backup: Path, **given: Any) -> str:
        return run(
            "restore", str(backup), **{"by": "nurse-North", "reason": "The disk broke", **given}
        )

    def found(self) -> list[str]:
        return sorted(p.name for p in self.backups.glob("clinic-*"))


def run(command: str, *arguments: str, **given: Any) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, **given)
    return out.getvalue()


@contextmanager
def elsewhere(folder: Path, name: str) -> Iterator[str]:
    """Another machine, whose database is empty yet."""
    connections.close_all()
    empty = create_empty(name, folder)
    before = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = empty
    try:
        yield empty
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before
        drop_database(empty)


def killed_in(act: Callable[[], object], place: Any, name: str) -> None:
    """`act` in a process of its own, which is killed when it comes to the function `name` of
    `place`."""
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            setattr(place, name, lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))
            act()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it did not come so far"


def rewritten(backup: Path, manifest: Callable[[bytes], bytes] | None = None,
              database: Callable[[bytes], bytes] | None = None) -> Path:  # fmt: skip
    """A backup in clear text with another content."""
    folder = backup.parent / "rewritten"
    folder.mkdir(exist_ok=True)
    content = folder / "database"
    content.unlink(missing_ok=True)
    text, _ = archive.read(backup, "", content)
    if database:
        content.write_bytes(database(content.read_bytes()))
    path = folder / backup.name
    path.unlink(missing_ok=True)
    archive.write(path, manifest(text) if manifest else text, content, [])
    return path


@contextmanager
def no_database() -> Iterator[None]:
    """Within it no statement is answered, and the error names a patient."""

    def gone(*given: Any, **named: Any) -> None:
        raise DatabaseError("Smith, Jane was the last row")

    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(type(connections["default"]), "cursor", gone)
        yield
