"""Moves a clinic from SQLite to PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from monitoring.upkeep.failure import Failure
from monitoring.upkeep.move import move


class Command(BaseCommand):
    help = (
        "Copy the database of SQLite that DATABASE_URL names into an empty one of PostgreSQL, and "
        "verify record, trail and signatures there. Stop the server first. The old one is kept "
        "under another name. Ends with 1, and leaves the old one as it was, when it fails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, help="postgresql://OWNER:PASSWORD@HOST/NAME")
        parser.add_argument("--by", required=True, metavar="USER", help="who moves it")
        parser.add_argument(
            "--despite",
            action="store_true",
            help="move a record that is not whole as it is, and tell it on the trail",
        )

    def handle(self, *args: Any, to: str, by: str, despite: bool, **options: Any) -> None:
        try:
            done = move(to, by=by, despite=despite)
        except (Failure, OSError) as error:
            raise CommandError(f"Nothing was moved. {error}") from None
        found = done.contents
        self.stdout.write(
            f"Moved: {sum(found.rows.values())} rows, {found.entries} entries in {found.chains} "
            f"chains, root {found.root}. Verified on the other side, and told on the trail.\n"
            f"The old database is kept as {done.kept}; nothing uses it any more.\n"
            "Now name the new one in DATABASE_URL, run manage.py database_roles as its owner, and "
            "start the server as the role that it makes."
        )
