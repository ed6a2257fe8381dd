"""Installs, drops and checks the guards on the engine at hand."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from monitoring.guards.dialect import (
    SEARCH_PATH,
    fingerprint,
    postgresql_function,
    postgresql_statements,
    postgresql_trigger,
    sqlite_trigger,
)
from monitoring.guards.text import Guard, guards


def has_tables(connection: BaseDatabaseWrapper) -> bool:
    return {g.table for g in guards()} <= set(connection.introspection.table_names())


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, replacing any of its name."""
    drop(connection)
    with connection.cursor() as cursor:
        for guard in guards():
            for statement in _statements(connection, guard):
                cursor.execute(statement)


def _statements(connection: BaseDatabaseWrapper, guard: Guard) -> list[str]:
    if connection.vendor == "postgresql":
        return postgresql_statements(guard)
    trigger = sqlite_trigger(guard)
    return [trigger] if trigger else []


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take every guard away, also one that the text no longer has, for a migration to work."""
    is_postgresql = connection.vendor == "postgresql"
    found = _postgresql_found(connection) if is_postgresql else _sqlite_found(connection)
    with connection.cursor() as cursor:
        for name, parts in found.items():
            if name.startswith("guard_"):
                place = f" ON {parts[0]}" if is_postgresql else ""
                cursor.execute(f"DROP TRIGGER {name}{place}")


def check(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the guards that are missing, switched off or not as their text says."""
    if connection.vendor == "postgresql":
        found = _postgresql_found(connection)
        expected = {
            g.name: (
                g.table,
                postgresql_function(g),
                fingerprint(g),
                "O",
                postgresql_trigger(g, f"public.{g.table}"),
                "plpgsql",
                f'{{"search_path={SEARCH_PATH}"}}',
            )
            for g in guards()
            if postgresql_statements(g)
        }
        return [name for name, parts in expected.items() if found.get(name) != parts]
    installed = _sqlite_found(connection)
    texts = {g.name: sqlite_trigger(g) for g in guards()}
    return [name for name, text in texts.items() if text and installed.get(name) != text]


def _sqlite_found(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _postgresql_found(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, ...]]:
    query = """
        SELECT t.tgname, c.relname, p.prosrc, obj_description(t.oid, 'pg_trigger'),
            t.tgenabled::text, pg_get_triggerdef(t.oid), l.lanname, p.proconfig::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
        JOIN pg_language l ON l.oid = p.prolang
        WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
    """
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: tuple(parts) for name, *parts in cursor.fetchall()}
