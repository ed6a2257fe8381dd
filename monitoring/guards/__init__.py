"""What the database itself enforces, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connection, connections
from django.db.models.signals import post_migrate, pre_migrate

from monitoring.guards.install import GuardsMissing, check, drop, has_tables, install

__all__ = ["GuardsMissing", "check", "connect", "drop", "install", "require"]

_found_whole: set[tuple[str, str]] = set()
"""Databases, by alias and name, whose guards this process has found whole."""


def require() -> None:
    """Refuse to write while a guard is missing; asks each database once a process.

    Raises GuardsMissing.
    """
    database = (connection.alias, str(connection.settings_dict["NAME"]))
    if database in _found_whole:
        return
    if missing := check(connection):
        raise GuardsMissing(missing)
    _found_whole.add(database)


def connect(app: AppConfig) -> None:
    """Drop the guards before migrations, which break or silently lose triggers, and install them
    after; report missing ones to `check --database`."""
    pre_migrate.connect(_before, sender=app, dispatch_uid="guards_before")
    post_migrate.connect(_after, sender=app, dispatch_uid="guards_after")
    checks.register(_report, checks.Tags.database)


def _before(using: str, **kwargs: Any) -> None:
    drop(connections[using])


def _after(using: str, **kwargs: Any) -> None:
    if has_tables(connections[using]):
        install(connections[using])


def _report(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """A warning, not an error: `migrate` asks too, and it is what installs them."""
    return [
        checks.Warning(f"The guard {name} is missing or changed.", id="monitoring.W001")
        for alias in databases or ()
        if has_tables(connections[alias])
        for name in check(connections[alias])
    ]
