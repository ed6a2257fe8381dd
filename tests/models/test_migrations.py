"""Migrations go back and forth, on the engine at hand."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from monitoring import guards


def test_every_migration_goes_back_and_forth(committed_db: None) -> None:
    names = [name for app, name in MigrationExecutor(connection).loader.graph.nodes
             if app == "monitoring"]  # fmt: skip
    for name in sorted(names, reverse=True):
        call_command("migrate", "monitoring", name, verbosity=0)
    call_command("migrate", verbosity=0)
    assert guards.check(connection) == []
