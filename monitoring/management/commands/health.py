"""Says whether the server's machine is well."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.upkeep import health


class Command(BaseCommand):
    help = (
        "Say as JSON whether database, guards, clock and disk are well, and when backup, anchor "
        "and verification last ended. Ends with 0, with 1 when someone has to look, and with 2 "
        "when people cannot work. The same is at /health/ for this machine, and for who has the "
        "token."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = health.look()
        self.stdout.write(json.dumps(found.as_json(), indent=2))
        if code := health.RANK[found.status]:
            raise SystemExit(code)
