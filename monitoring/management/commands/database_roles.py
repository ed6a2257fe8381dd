"""Sets up PostgreSQL's role for the application, which owns nothing."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from monitoring.guards.privileges import grants


class Command(BaseCommand):
    help = (
        "Give the application's role on PostgreSQL what it needs and no more. Run as the owner of "
        "the tables, after each migration; then let the application connect as the role."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--application", default="clinic_app", help="the role's name")

    def handle(self, *args: Any, application: str, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles; on SQLite the application holds itself.")
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", application):
            raise CommandError("A role's name is of small letters, digits and underscores.")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [application])
            is_new = cursor.fetchone() is None
            if is_new:
                cursor.execute(f"CREATE ROLE {application} LOGIN")
            for statement in grants(application):
                cursor.execute(statement)
        made = "made" if is_new else "kept"
        self.stdout.write(f"Role {application} {made}: it reads, adds, and owns nothing.")
        if is_new:
            self.stdout.write(f"Give it a password: ALTER ROLE {application} PASSWORD '…'")
