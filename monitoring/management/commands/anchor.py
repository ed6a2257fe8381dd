"""Writes an anchor of the trail."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring.trail import anchors


class Command(BaseCommand):
    help = (
        "Write where every chain stands, signed, into the folder CLINIC_ANCHORS. Run once a day, "
        "and copy the file to where no one who can write to the database can change it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        before = anchors.read()
        if before.problems:
            name, words = before.problems[0]
            raise CommandError(f"{name} {words}. No anchor is put on top of it.")
        try:
            path = anchors.write()
        except FileExistsError:
            raise CommandError("Another anchor is being written.") from None
        written = anchors.read()
        self.stdout.write(f"{path}: {len(written.heads)} chains, root {_root(written)}")


def _root(written: anchors.Anchored) -> str:
    return anchors.merkle_root(written.heads)
