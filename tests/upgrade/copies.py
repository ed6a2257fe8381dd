"""Kept copies of databases as landed versions left them, one file an engine and version.

SQLite's is the file itself, PostgreSQL's what `pg_dump` writes; both are compressed.
"""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.db import connection

from tests.engine import USES_POSTGRESQL, binaries

KEPT = Path(__file__).parent / "kept"
SUFFIX = ".postgresql.sql.gz" if USES_POSTGRESQL else ".sqlite3.gz"


def versions() -> list[str]:
    """The versions of which a copy for this engine is kept, the oldest first."""
    return sorted(path.name.removesuffix(SUFFIX) for path in KEPT.glob(f"*{SUFFIX}"))


def rows() -> dict[str, int]:
    """How many rows each table of the product has, as the database itself counts them."""
    with connection.cursor() as cursor:
        tables = [
            t.name
            for t in connection.introspection.get_table_list(cursor)
            if t.name.startswith(("clinic_", "monitoring_"))
        ]
        found = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def access_log() -> list[tuple[Any, ...]]:
    """Each entry of who was shown whose record, in the columns that it always had."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, at, staff_id, site_id, patient_id, session_id, action, page, device,"
            " address FROM monitoring_accessentry ORDER BY id"
        )
        return list(cursor.fetchall())


def keep(version: str) -> Path:
    """Write the database at hand as the copy of `version`."""
    path = KEPT / f"{version}{SUFFIX}"
    path.parent.mkdir(exist_ok=True)
    # Without the time of compressing, the same database is the same file.
    path.write_bytes(gzip.compress(_dumped(), mtime=0))
    return path


def restore(version: str, name: str) -> None:
    """Put the copy of `version` into the empty database `name`, or the file of that path."""
    content = gzip.decompress((KEPT / f"{version}{SUFFIX}").read_bytes())
    if USES_POSTGRESQL:
        load = [*_client("psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={name}"]
        subprocess.run(load, input=content, check=True, stdout=subprocess.DEVNULL, cwd="/")
    else:
        Path(name).write_bytes(content)


def _dumped() -> bytes:
    name = str(connection.settings_dict["NAME"])
    if USES_POSTGRESQL:
        dump = [*_client("pg_dump"), "--no-owner", f"--dbname={name}"]
        written = subprocess.run(dump, check=True, capture_output=True, cwd="/").stdout
        # `\\restrict` is a command of the newest clients alone.
        lines = written.splitlines(keepends=True)
        return b"".join(x for x in lines if not x.startswith((b"\\restrict", b"\\unrestrict")))
    connection.close()
    with tempfile.TemporaryDirectory() as folder, sqlite3.connect(name) as plain:
        # One file without a log beside it.
        plain.execute("VACUUM INTO ?", [f"{folder}/kept"])
        return Path(folder, "kept").read_bytes()


def _client(program: str) -> list[str]:
    found = binaries()
    assert found is not None, "PostgreSQL is not installed"
    where: dict[str, Any] = connection.settings_dict
    return [
        str(found / program),
        f"--host={where['HOST']}",
        f"--port={where['PORT']}",
        f"--username={where['USER']}",
    ]
