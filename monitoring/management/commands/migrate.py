"""Migrate so that each migration is applied and noted in one transaction.

Django notes some of them in a transaction of their own, after that of their changes. Where the
server dies between the two, the next `migrate` makes the same changes once more, which ends with an
error, each time.
"""

from __future__ import annotations

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState


class _WholeExecutor(MigrationExecutor):
    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> ProjectState:
        if not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        # SQLite can leave a foreign key unchecked only outside a transaction, and looks at every
        # one before this transaction ends.
        with (
            self.connection.constraint_checks_disabled(),
            transaction.atomic(using=self.connection.alias),
        ):
            return super().apply_migration(state, migration, fake, fake_initial)


class Command(migrate.Command):
    """Django's own, with that executor, which it takes no other way."""


migrate.MigrationExecutor = _WholeExecutor  # type: ignore[attr-defined]
