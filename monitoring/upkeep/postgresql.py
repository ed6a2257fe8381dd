"""PostgreSQL's own programs for a dump and its restore."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.conninfo import make_conninfo

from monitoring.upkeep.failure import Failure

NAMED = ("dbname", "user", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "service")
"""What of the connection's settings the programs are told; the password through the environment."""


def dump(path: Path, snapshot: str) -> None:
    """The whole database as it stood when `snapshot` was taken, as a file that is read to its end
    afterwards. Raises Failure."""
    # The archive around it is compressed.
    how = ["--format=custom", "--compress=0", "--no-password", f"--snapshot={snapshot}"]
    _run("pg_dump", [*how, f"--file={path}"])
    _run("pg_restore", ["--file=/dev/null", str(path)], connects=False)


def load(path: Path) -> None:
    """Put a dump into the database, in one transaction. Roles and rights belong to the cluster,
    and are given afterwards by `database_roles`. Raises Failure."""
    how = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    # The database takes nothing else until the restore is on its trail.
    writes = "-c default_transaction_read_only=off -c statement_timeout=0"
    _run("pg_restore", [*how, "--no-password", str(path)], PGOPTIONS=writes)


def require_alone(connection: BaseDatabaseWrapper) -> None:
    """Raises Failure while someone else is connected to the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        (others,) = cursor.fetchone()
    if others:
        raise Failure(f"{others} others are connected to the database. Stop the server first.")


@contextmanager
def closed_to_others(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Whoever connects meanwhile can write nothing; nor afterwards, when it did not end well."""
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    setting = f"ALTER DATABASE {name} %s default_transaction_read_only"
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"{setting % 'SET'} = on")
        except DatabaseError as error:
            raise Failure(f"Only the database's owner restores it: {error}") from None
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute("SET statement_timeout = 0")
        try:
            yield
        except BaseException as error:
            raise Failure(
                f"{error}\nThe database is not complete and takes nothing: drop it, and create it "
                "anew."
            ) from error
        cursor.execute(setting % "RESET")
    connection.close()


def _run(program: str, arguments: list[str], *, connects: bool = True, **given: str) -> None:
    found = which(program)
    if found is None:
        raise Failure(f"`{program}` is not installed: apt install postgresql-client")
    connection = connections[DEFAULT_DB_ALIAS]
    where = connection.get_connection_params()
    named = {name: where[name] for name in NAMED if where.get(name)}
    database = [f"--dbname={make_conninfo('', **named)}"] if connects else []
    environment = {**os.environ, **given}
    if where.get("password"):
        environment["PGPASSWORD"] = str(where["password"])
    done = subprocess.run(
        [found, *database, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        # Of its errors the first is the cause. It quotes no value of a row.
        raise Failure(f"{program} failed: {(done.stderr.strip() or '?').splitlines()[0]}")
