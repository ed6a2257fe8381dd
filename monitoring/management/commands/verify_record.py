"""Verifies the record against its trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from clinic import marks
from monitoring.proof.verify import verify

MARK = "verified"


class Command(BaseCommand):
    help = (
        "Verify the chains, the rows against the log, what was signed, the sequence of facts, the "
        "anchors, and the guards of the database. Ends with 1 and a list when something is wrong. "
        "Changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--session", type=UUID, help="one session, with its patient")
        parser.add_argument(
            "--processes", type=int, metavar="N", help="how many share it; one for each core if not"
        )

    def handle(
        self,
        *args: Any,
        session: UUID | None = None,
        processes: int | None = None,
        **options: Any,
    ) -> None:
        self._tenths = 0
        found = verify(session, processes=processes, tell=self._tell)
        checked = ", ".join(f"{count} {what}" for what, count in found.checked.items())
        self.stdout.write(f"Checked in {found.seconds:.1f} s: {checked}.")
        if session is None:
            self.stdout.write("The guards, settings and rights of the database were checked too.")
        if not found.checked["anchors"]:
            self.stdout.write(
                "No anchor was found, so it is not proved that the end of the trail is complete. "
                "Write one a day with `manage.py anchor`, and keep it elsewhere."
            )
        for loss in found.losses:
            self.stdout.write(f"LOST   {loss.subject}: {loss.words}")
        for problem in found.problems:
            self.stdout.write(f"WRONG  {problem.subject}: {problem.words}")
        if session is None:
            marks.leave(MARK, is_whole=found.is_whole)
        if not found.is_whole:
            self.stdout.write(f"{len(found.problems)} wrong.")
            raise SystemExit(1)
        what = "Everything else" if found.losses else "Everything"
        self.stdout.write(f"{what} is as it was recorded.")

    def _tell(self, share: float) -> None:
        """How far it is, in tenths; nothing of what is done at once."""
        if share < 1 and int(share * 10) > self._tenths:
            self._tenths = int(share * 10)
            self.stdout.write(f"{self._tenths * 10} %")
            self.stdout.flush()
