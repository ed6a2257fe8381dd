"""Puts a backup back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from monitoring.upkeep.failure import Failure
from monitoring.upkeep.restore import Done, Wanted, restore


class Command(BaseCommand):
    help = (
        "Put a backup into the database that DATABASE_URL names, which has to be empty. It is "
        "checked, told on the trail and verified before anyone works in it. Stop the server first. "
        "Ends with 1, and says what it left as it was, when it fails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument("--identity", type=Path, help="the file of the key that opens it")
        parser.add_argument("--by", required=True, metavar="USER", help="who restores it")
        parser.add_argument("--reason", required=True, metavar="WORDS", help="why")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="on SQLite: put the database aside that is there, and keep it",
        )
        parser.add_argument(
            "--despite",
            action="store_true",
            help="go on although something is lacking or wrong, and tell it on the trail",
        )

    def handle(self, *args: Any, identity: Path | None, **options: Any) -> None:
        names = ("backup", "by", "reason", "replace", "despite")
        try:
            key = identity.read_text() if identity else ""
            done = restore(Wanted(identity=key, **{name: options[name] for name in names}))
        except (Failure, OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Nothing was restored. {error}") from None
        self.stdout.write("\n".join(_words(done)))


def _words(done: Done) -> list[str]:
    found = done.said.contents
    lines = [
        f"Restored: {found.entries} entries in {found.chains} chains, the last of "
        f"{found.last_entry_at or 'no day'}, from the backup of {done.said.made_at}. It is told on "
        "the trail.",
        *(f"WRONG  {one}" for one in done.findings),
    ]
    if done.lost:
        lines.append(
            f"LOST   {len(done.lost)} chains had more entries when they were anchored last: "
            "manage.py verify_record names them."
        )
    elif not done.said.anchor:
        lines.append("There was no anchor when it was made: what came after it cannot be named.")
    if done.aside:
        lines.append(f"The database that stood there is kept as {done.aside}.")
    if connection.vendor == "postgresql":
        lines.append("Now run manage.py database_roles, then start the server.")
    lines.append("Write an anchor now: manage.py anchor")
    return lines
