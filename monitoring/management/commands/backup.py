"""Writes a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from monitoring.upkeep.backup import back_up
from monitoring.upkeep.failure import Failure


class Command(BaseCommand):
    help = (
        "Write one file with the whole database as it stands now, while the server runs; "
        "encrypted, read back and checked. Keep it on another machine, and apart from it the keys "
        "and the anchors: docs/deploy/backup.md lists them. Ends with 1, and leaves no file, when "
        "it fails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=settings.BACKUPS, help="default: CLINIC_BACKUPS"
        )
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            metavar="KEY",
            help="a public key of `age` or SSH that can open it; default: CLINIC_BACKUP_RECIPIENTS",
        )
        parser.add_argument(
            "--unencrypted",
            action="store_true",
            help="write it in clear text: whoever has the file reads every patient",
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="then delete all but the newest N in the folder"
        )

    def handle(
        self,
        *args: Any,
        folder: Path,
        recipient: list[str],
        unencrypted: bool,
        keep: int | None,
        **options: Any,
    ) -> None:
        recipients = [] if unencrypted else recipient or settings.BACKUP_RECIPIENTS
        if not recipients and not unencrypted:
            raise CommandError(
                "Name who can open the backup: --recipient, or CLINIC_BACKUP_RECIPIENTS "
                "(age-keygen makes a key), or say --unencrypted."
            )
        if keep is not None and keep < 1:
            raise CommandError("Keep one backup at least.")
        try:
            path, said, gone = back_up(folder, recipients, keep=keep)
        except (Failure, OSError) as error:
            raise CommandError(f"No backup was written. {error}") from None
        found = said.contents
        self.stdout.write(
            f"{path}: {found.entries} entries in {found.chains} chains, root {found.root}, "
            f"keys {', '.join(said.key_ids)}. It was read back, and is as it was written."
        )
        for old in gone:
            self.stdout.write(f"Deleted: {old}")
