"""What the application may do to each table, apart from reading it.

On PostgreSQL these are the grants of its role, which owns nothing; on SQLite, which has no roles,
an authorizer on the application's connections refuses the rest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.models.row import Guarded


@cache
def record() -> dict[str, frozenset[str]]:
    """By guarded table the rights that its model declares; Django's own list of migrations is
    never written by the application."""
    declared = {model._meta.db_table: model.rights for model in Guarded.tables()}
    return {**declared, "django_migrations": frozenset()}


EVERYTHING = frozenset({"INSERT", "UPDATE", "DELETE"})
"""On tables that hold nothing of the record, such as those of signed-in sessions."""


def allowed(table: str) -> frozenset[str]:
    return record().get(table, EVERYTHING)


_STATEMENTS = {
    sqlite3.SQLITE_INSERT: "INSERT",
    sqlite3.SQLITE_UPDATE: "UPDATE",
    sqlite3.SQLITE_DELETE: "DELETE",
}
_READING = frozenset(
    {
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
    }
)
_READING_PRAGMAS = frozenset(
    {
        # How long this connection waits for another.
        "busy_timeout",
        "database_list",
        "foreign_key_check",
        "foreign_key_list",
        "index_info",
        "index_list",
        "integrity_check",
        "quick_check",
        "table_info",
        "table_list",
        "table_xinfo",
        "wal_checkpoint",
    }
)


def _decide(action: int, first: str | None, second: str | None, *where: str | None) -> int:
    """SQLite's question before a statement is run: the table, or the pragma and its value."""
    if action in _READING:
        return sqlite3.SQLITE_OK
    is_allowed = False
    if action in _STATEMENTS and first is not None:
        is_allowed = not first.startswith("sqlite_") and _STATEMENTS[action] in allowed(first)
    elif action == sqlite3.SQLITE_PRAGMA:
        is_allowed = second is None or first in _READING_PRAGMAS
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def restrict(connection: BaseDatabaseWrapper) -> None:
    """Hold a connection to SQLite to what the application may do. PostgreSQL's role is held
    already."""
    if connection.vendor == "sqlite" and connection.connection is not None:
        connection.connection.set_authorizer(_decide)


def lift(connection: BaseDatabaseWrapper) -> None:
    """The rights of the owner, for migrations."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.set_authorizer(None)


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[None]:
    lift(connection)
    try:
        yield
    finally:
        restrict(connection)


def grants(role: str) -> list[str]:
    """PostgreSQL's statements that give `role` what the application may do, and no more.

    Run as the owner of the tables, after each migration.
    """
    tables = sorted({m._meta.db_table for m in apps.get_models(include_auto_created=True)})
    statements = [
        f"REVOKE ALL ON SCHEMA public FROM PUBLIC, {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
    for table in [*tables, settings.CACHES["default"]["LOCATION"], "django_migrations"]:
        words = ", ".join(["SELECT", *sorted(allowed(table))])
        statements.append(f"GRANT {words} ON {table} TO {role}")
    return statements


_EXCESS = """
    SELECT t.name
    FROM unnest(%s::text[]) AS t(name) JOIN pg_class c ON c.oid = t.name::regclass
    WHERE has_table_privilege(current_user, c.oid, 'TRUNCATE')
    OR pg_has_role(current_user, c.relowner, 'USAGE')
"""


def excess(connection: BaseDatabaseWrapper) -> list[str]:
    """Tables of the record that the connection's role owns, or could empty; none on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(_EXCESS, [sorted(record())])
        return [name for (name,) in cursor.fetchall()]


SQLITE_SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "recursive_triggers": 1,
    "foreign_keys": 1,
}


UNSAFE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "session_replication_role": "replica",
}
"""Settings of PostgreSQL, with the value that loses what was acknowledged, or the guards."""
_FOR_NEXT = """
    SELECT option FROM pg_db_role_setting, LATERAL unnest(setconfig) AS option
    WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    AND setrole IN (0, current_user::regrole)
"""
"""What each connection of this role will be set to, whatever this one is."""


def settings_missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Settings of the connection that do not keep what was acknowledged, or the guards."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = {}
            for name in SQLITE_SETTINGS:
                cursor.execute(f"PRAGMA {name}")
                (found[name],) = cursor.fetchone()
            return [n for n, value in SQLITE_SETTINGS.items() if found[n] != value]
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(UNSAFE)])
        settings = dict(cursor.fetchall())
        cursor.execute(_FOR_NEXT)
        to_come = {option for (option,) in cursor.fetchall()}
    return [n for n, bad in UNSAFE.items() if settings[n] == bad or f"{n}={bad}" in to_come]
