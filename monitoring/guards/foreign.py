"""What stands at the tables of the record that the application did not put there.

A trigger or a rule of someone else's can swallow a row that is acknowledged; rights that were given
can change one. Guards that are whole say nothing of either.
"""

from __future__ import annotations

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from monitoring.guards.privileges import allowed, record
from monitoring.guards.text import guards


def foreign(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers, rules and row security at the record's tables that are no guards, and tables that
    are none; each in words."""
    find = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    return sorted(find(connection))


def extra_rights(connection: BaseDatabaseWrapper) -> list[str]:
    """Rights on the record's tables that someone other than their owner has, beyond what the
    application needs; none on SQLite, which has no roles."""
    if connection.vendor != "postgresql":
        return []
    query = """
        SELECT c.relname, a.attname, g.grantee::regrole::text, g.privilege_type
        FROM pg_class c
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL
        CROSS JOIN LATERAL (
            SELECT * FROM aclexplode(c.relacl) UNION SELECT * FROM aclexplode(a.attacl)
        ) g
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s)
        AND g.grantee <> c.relowner
    """
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(query, [sorted(record())])
        for table, _column, role, right in cursor.fetchall():
            if right not in allowed(table) | {"SELECT"}:
                found.add(f"{role} may {right} on {table}")
    return sorted(found)


def _on_sqlite(connection: BaseDatabaseWrapper) -> set[str]:
    ours = {g.name for g in guards()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name, tbl_name FROM sqlite_master")
        rows = cursor.fetchall()
    found = {
        f"trigger {name} on {table}"
        for kind, name, table in rows
        if kind == "trigger" and name not in ours and table in record()
    }
    return found | _not_tables({name for kind, name, _ in rows if kind == "table"})


def _on_postgresql(connection: BaseDatabaseWrapper) -> set[str]:
    ours = {(g.name, g.table) for g in guards()}
    tables = sorted(record())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
            " AND c.relname = ANY(%s)",
            [tables],
        )
        found = {f"trigger {n} on {t}" for n, t in cursor.fetchall() if (n, t) not in ours}
        cursor.execute(
            "SELECT rulename, tablename FROM pg_rules"
            " WHERE schemaname = 'public' AND tablename = ANY(%s)",
            [tables],
        )
        found |= {f"rule {name} on {table}" for name, table in cursor.fetchall()}
        cursor.execute(
            "SELECT relname, relkind::text, relrowsecurity OR relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace"
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS t(name)"
            " WHERE to_regclass(name) IS DISTINCT FROM to_regclass('public.' || name)",
            [tables],
        )
        found |= {f"{name} outside of the schema public" for (name,) in cursor.fetchall()}
    held = {name for name, _, is_held in rows if is_held}
    found |= {f"row security on {name}" for name in held & set(record())}
    return found | _not_tables({name for name, kind, _ in rows if kind in {"r", "p"}})


def _not_tables(tables: set[str]) -> set[str]:
    models = {m._meta.db_table for m in apps.get_models() if m._meta.managed}
    return {f"{name} is no table" for name in models - tables}
