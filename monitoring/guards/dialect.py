"""A guard in the words of each engine."""

from __future__ import annotations

import hashlib
import re

from monitoring.guards.stored import TIME, row_is_stored
from monitoring.guards.text import Guard

_SQLITE_EVENTS = {
    "REPLACE": "INSERT",
    "UPDATE OR REPLACE": "UPDATE",
    "UNTYPED INSERT": "INSERT",
    "UNTYPED UPDATE": "UPDATE",
}
SEARCH_PATH = "public, pg_temp"
_POSTGRESQL_EVENTS = {"TRUNCATE": "TRUNCATE", "TYPED INSERT": "INSERT"}
"""Events of one engine alone, in its words."""
_SQLITE = (
    (
        r"AMENDS\((\w+)\)",
        r"""CASE WHEN json_type(a.changes, '$.\1') IS NULL THEN NEW.\1 IS OLD.\1
        ELSE json_extract(a.changes, '$.\1[0]') IS OLD.\1
        AND json_extract(a.changes, '$.\1[1]') IS NEW.\1 END""",
    ),
    (
        r"AMENDED(?:_DAY)?\((\w+)\)",
        r"""CASE WHEN json_type(NEW.changes, '$.\1') IS NULL THEN \1
        ELSE json_extract(NEW.changes, '$.\1[1]') END""",
    ),
    (r"READABLE\(([^()]+)\)", TIME.replace("{c}", r"\1")),
    (r"IS SAME AS", "IS"),
    (r"NOW_SECONDS", "CAST(strftime('%s', 'now') AS INTEGER)"),
    (r"SECONDS\((COALESCE\([^()]+\)|[^()]+)\)", r"CAST(strftime('%s', \1) AS INTEGER)"),
    (r"SETTING_(?:NUMBER|TEXT)\((\w+)\)", r"json_extract(v.body, '$.\1')"),
)
_POSTGRESQL = (
    (
        r"AMENDS\((\w+)\)",
        r"""CASE WHEN a.changes -> '\1' IS NULL THEN NEW.\1 IS NOT DISTINCT FROM OLD.\1
        ELSE (a.changes #>> '{\1,0}') IS NOT DISTINCT FROM (to_jsonb(OLD.\1) #>> '{}')
        AND (a.changes #>> '{\1,1}') IS NOT DISTINCT FROM (to_jsonb(NEW.\1) #>> '{}') END""",
    ),
    (
        r"AMENDED\((\w+)\)",
        r"CASE WHEN NEW.changes -> '\1' IS NULL THEN \1 ELSE NEW.changes #>> '{\1,1}' END",
    ),
    (
        r"AMENDED_DAY\((\w+)\)",
        r"CASE WHEN NEW.changes -> '\1' IS NULL THEN \1 ELSE (NEW.changes #>> '{\1,1}')::date END",
    ),
    (r"READABLE\(", "isfinite("),
    (r"IS SAME AS", "IS NOT DISTINCT FROM"),
    (r"NOW_SECONDS", "floor(extract(epoch FROM clock_timestamp()))"),
    (r"SECONDS\((COALESCE\([^()]+\)|[^()]+)\)", r"floor(extract(epoch FROM \1))"),
    (r"SETTING_NUMBER\((\w+)\)", r"(v.body ->> '\1')::integer"),
    (r"SETTING_TEXT\((\w+)\)", r"(v.body ->> '\1')"),
)


def _translate(body: str, words: tuple[tuple[str, str], ...]) -> str:
    for pattern, replacement in words:
        body = re.sub(pattern, replacement, body)
    return body


def sqlite_trigger(guard: Guard) -> str | None:
    """The CREATE TRIGGER statement; None for an event that SQLite does not have.

    An unknown condition refuses as a true one does.
    """
    if guard.event in _POSTGRESQL_EVENTS:
        return None
    body = _translate(guard.body, _SQLITE)
    if "{stored}" in body:
        body = body.replace("{stored}", row_is_stored(guard.table))
    event = _SQLITE_EVENTS.get(guard.event, guard.event)
    heading = f"CREATE TRIGGER {guard.name} {guard.moment.upper()} {event} ON {guard.table}"
    if body.startswith("DO "):
        return f"{heading}\nBEGIN\n{body.removeprefix('DO ')};\nEND"
    return (
        f"{heading}\nWHEN COALESCE((\n{body}\n), TRUE)\n"
        f"BEGIN\nSELECT RAISE(ABORT, '{guard.name}');\nEND"
    )


def postgresql_function(guard: Guard) -> str:
    """The body of the trigger function."""
    body = _translate(guard.body, _POSTGRESQL)
    lock = ""
    event = _POSTGRESQL_EVENTS.get(guard.event, guard.event)
    if guard.has_session and event == "INSERT":
        lock = "PERFORM 1 FROM monitoring_session WHERE id = NEW.session_id FOR UPDATE;\n"
    if body.startswith("DO "):
        return f"BEGIN\n{body.removeprefix('DO ')};\nRETURN NEW;\nEND"
    refuse = f"RAISE EXCEPTION '{guard.name}' USING ERRCODE = 'integrity_constraint_violation';"
    row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(event, "NEW")
    return (
        f"BEGIN\n{lock}IF COALESCE((\n{body}\n), TRUE) THEN\n{refuse}\nEND IF;\nRETURN {row};\nEND"
    )


def postgresql_statements(guard: Guard) -> list[str]:
    """Function, trigger, and the fingerprint that the check compares.

    Nothing for REPLACE and for untyped rows, which PostgreSQL does not have. The search path keeps
    a temporary table from passing for one of the record.
    """
    if guard.event in _SQLITE_EVENTS:
        return []
    source = postgresql_function(guard)
    return [
        f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = {SEARCH_PATH} AS $guard${source}$guard$",
        postgresql_trigger(guard, guard.table),
        f"COMMENT ON TRIGGER {guard.name} ON {guard.table} IS '{fingerprint(guard)}'",
    ]


def postgresql_trigger(guard: Guard, table: str) -> str:
    """The CREATE TRIGGER statement, as PostgreSQL gives it back too when `table` has its schema."""
    event = _POSTGRESQL_EVENTS.get(guard.event, guard.event)
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return (
        f"CREATE TRIGGER {guard.name} {guard.moment.upper()} {event} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION {guard.name}()"
    )


def fingerprint(guard: Guard) -> str:
    """Changes with anything that the installed trigger was made from."""
    whole = "\n".join((guard.table, guard.moment, guard.event, postgresql_function(guard)))
    return hashlib.sha256(whole.encode()).hexdigest()
