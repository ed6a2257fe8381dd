"""Writes an anchor of the trail."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from clinic import marks
from clinic.models import Staff
from clinic.trail import anchors
from clinic.uncollected import uncollected
from monitoring.guards import statistics
from monitoring.proof import restored

SHOWN = 20
"""How many chains are named, at most."""


class Command(BaseCommand):
    help = (
        "Write where every chain stands, signed, into the folder CLINIC_ANCHORS. Run once a day, "
        "and copy the file to where no one who can write to the database can change it. SQLite is "
        "told how its tables have grown, so that it finds what it is asked for. Ends with "
        "1, and writes nothing, when what was anchored is not there any more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--restored",
            metavar="REASON",
            help="say on the trail that an older copy was put back, and why; then write the anchor",
        )
        parser.add_argument("--by", metavar="USER", help="the user name of who says so")

    @uncollected()
    def handle(
        self, *args: Any, restored: str | None = None, by: str | None = None, **options: Any
    ) -> None:
        before = anchors.read()
        if before.problems:
            name, words = before.problems[0]
            raise CommandError(f"{name} {words}. No anchor is put on top of it.")
        heads = anchors.current_heads()
        if self._tell_loss(before, heads, restored, by):
            heads = anchors.current_heads()
        try:
            path = anchors.write(before, heads)
        except FileExistsError:
            raise CommandError("Another anchor is being written.") from None
        marks.leave("anchor", file=path.name)
        statistics.gather(connection)
        written = json.loads(path.read_bytes())
        self.stdout.write(f"{path}: {written['chains']} chains, root {written['root']}")

    def _tell_loss(
        self, before: anchors.Anchored, heads: anchors.Heads, reason: str | None, by: str | None
    ) -> bool:
        """Whether something that was anchored is missing, which is then told. Raises CommandError
        where nobody tells it."""
        lost = restored.missing(before, heads)
        if reason is None and not lost:
            return False
        if reason is None:
            raise CommandError(
                f"{_words(lost)}\nNo anchor is put on top of it. If a backup was put back, say so: "
                "manage.py anchor --restored REASON --by USER"
            )
        if not lost:
            raise CommandError("Everything that was anchored is there: nothing to say.")
        who = Staff.objects.filter(username=by or "", is_active=True).first()
        if who is None or not reason.strip():
            raise CommandError("Say why, and by whom: --restored REASON --by USER.")
        restored.append_restore(lost, who, reason.strip())
        self.stdout.write(f"{_words(lost)}\nTold on the trail by {who}: {reason.strip()}")
        return True


def _words(lost: restored.Lost) -> str:
    """Which chains lost what, one a line."""
    heads = restored.left(lost)
    lines = [f"Chains that are not where they were anchored: {len(lost)}."]
    for chain, gone in sorted(lost.items())[:SHOWN]:
        head = heads.get(chain)
        now = f"{head.count} are there" if head else "it is not there any more"
        kind = head.kind if head else "chain"
        lines.append(f"  {kind} {chain}: {max(c for c, _ in gone)} entries were anchored, {now}")
    return "\n".join(lines)
