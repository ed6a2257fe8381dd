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
from monitoring.guards.compare import faults, find, owned
from monitoring.guards.install import check, drop, has_tables, install
from monitoring.guards.privileges import as_owner, lift, restrict
from monitoring.guards.watch import require

__all__ = [
    "REFUSALS",
    "GuardsMissing",
    "as_owner",
    "check",
    "connect",
    "drop",
    "faults",
    "install",
    "require",
    "require_file",
]

REFUSALS = {
    "guard_clearance_signed_in_time": "signed_ahead",
    "guard_departure_left_in_time": "left_out_of_time",
}
"""What a person is answered where the database's own clock, or the times of the record, refused."""


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
        wrong = (*find(connection), *owned(connection))
        found += [checks.Warning(fault.words, id=fault.id) for fault in wrong]
    return found
