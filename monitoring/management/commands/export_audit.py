"""Writes what was done and who read, for a collector of logs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from monitoring.upkeep import audit


class Command(BaseCommand):
    help = (
        "Write, one JSON object a line, each change that the trail tells and each view that the "
        "access log keeps, with ids and codes, and without a name or value of any patient. It goes "
        "on from where it stopped; the first time it writes everything."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        audit.export(self.stdout.write)
        self.stdout.flush()
