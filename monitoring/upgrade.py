"""After a migration, make what is made from the facts of sessions that ended before it was kept."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate


def connect(app: AppConfig) -> None:
    post_migrate.connect(_after, sender=app, dispatch_uid="figures_after")


def _after(using: str, **kwargs: Any) -> None:
    from monitoring.actions import derived
    from monitoring.models import Figures

    connection = connections[using]
    if Figures._meta.db_table not in connection.introspection.table_names():
        return
    if (ids := derived.lacking()) and _is_up_to_date(using):
        derived.rebuild(ids)


def _is_up_to_date(using: str) -> bool:
    """Whether the tables have every column of the models: only then sessions can be read."""
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
