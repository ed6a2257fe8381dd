"""A database of SQLite that is exchanged under the application."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from django.db import connection


def put_a_copy_in_its_place(tmp_path: Path) -> Path:
    path = Path(connection.settings_dict["NAME"])
    restored = tmp_path / "restored.sqlite3"
    with sqlite3.connect(restored) as target, sqlite3.connect(path) as source:
        source.backup(target)
    os.replace(restored, path)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    return path
