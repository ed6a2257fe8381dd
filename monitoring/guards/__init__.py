"""What the database itself enforces, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.signals import request_started
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from clinic.refusal import GuardsMissing
from monitoring.guards import file, statistics
from monitoring.guards.foreign import extra_rights, foreign
from monitoring.guards.install import check, drop, has_tables, install
from monitoring.guards.privileges import as_owner, excess, lift, restrict, settings_missing

__all__ = [
    "REFUSALS",
    "GuardsMissing",
    "as_owner",
    "check",
    "connect",
    "drop",
    "install",
    "require",
    "require_file",
]

REFUSALS = {
    "guard_clearance_signed_in_time": "signed_ahead",
    "guard_departure_left_in_time": "left_out_of_time",
}
"""What a person is answered where the database's own clock, or the times of the record, refused."""

_found_whole: set[tuple[str, str]] = set()
"""Databases, by alias and name, whose guards this process has found whole."""


def require() -> None:
    """Refuse to write while a guard is missing, or a setting that keeps what was written, or while
    something else stands at the tables; asks each database once a process.

    Raises GuardsMissing.
    """
    database = (connection.alias, str(connection.settings_dict["NAME"]))
    if database in _found_whole:
        return
    missing = [*check(connection), *settings_missing(connection), *foreign(connection)]
    if missing:
        raise GuardsMissing(missing)
    _found_whole.add(database)


def require_file() -> None:
    """Refuse to write into a file that no longer stands at its path. Raises GuardsMissing."""
    if file.is_replaced(connections[connection.alias]):
        raise GuardsMissing(["the file of the database was replaced under the running server"])


def connect(app: AppConfig) -> None:
    """Drop the guards before migrations, which break or silently lose triggers, and install them
    after; report missing ones to `check --database`. Hold every other connection to what the
    application may do."""
    connection_created.connect(_restrict, dispatch_uid="guards_restrict")
    request_started.connect(file.renew, dispatch_uid="guards_file")
    pre_migrate.connect(_before, sender=app, dispatch_uid="guards_before")
    post_migrate.connect(_after, sender=app, dispatch_uid="guards_after")
    checks.register(_report, checks.Tags.database)


def _restrict(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    file.keep(connection)
    restrict(connection)


def _before(using: str, **kwargs: Any) -> None:
    lift(connections[using])
    drop(connections[using])


def _after(using: str, **kwargs: Any) -> None:
    if has_tables(connections[using]):
        install(connections[using])
    restrict(connections[using])
    statistics.gather(connections[using])


def _report(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Warnings, not errors: `migrate` asks too, and it is what installs the guards."""
    found: list[checks.CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if not has_tables(connection):
            continue
        found += [checks.Warning(words, id=id) for id, words in _faults(connection)]
        if excess(connection):
            found.append(
                checks.Warning(
                    "The application connects with the rights of the tables' owner.",
                    hint="Run `manage.py database_roles`, and connect as the role it makes.",
                    id="monitoring.W003",
                )
            )
    return found


def faults() -> list[str]:
    """Everything about the guards, settings and rights of the database that does not keep the
    record, in words; verification says it with what it finds."""
    return [words for _, words in _faults(connections[connection.alias])]


def _faults(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """The id of each warning, and its words."""
    found = [
        ("monitoring.W001", f"The guard {name} is missing or changed.")
        for name in check(connection)
    ]
    found += [
        ("monitoring.W002", f"The database's setting {name} does not keep the record.")
        for name in settings_missing(connection)
    ]
    found += [
        (
            "monitoring.W004",
            f"This is not the application's, and may keep rows from the record: {what}.",
        )
        for what in foreign(connection)
    ]
    return found + [
        ("monitoring.W005", f"This right is more than the application needs: {what}.")
        for what in extra_rights(connection)
    ]
