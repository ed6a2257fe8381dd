"""Shows a session from the log alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from clinic import clock
from clinic.trail.chain import entries_of
from clinic.trail.replay import payload, replay, until

ALWAYS = {"id", "session_id", "seq", "recorded_at", "recorded_by_id"}
NAMES_THE_PATIENT = {"statement"}
"""Not shown: whoever reads the log at a terminal need not learn whose session it is."""


def _moment(text: str) -> datetime:
    at = parse_datetime(text)
    if at is None or at.tzinfo is None:
        raise CommandError(f"{text} is not a time with its offset, such as 2026-03-10T14:00Z.")
    return at


class Command(BaseCommand):
    help = (
        "Show a session as it stood at a time, from the log alone: no table of the record is read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--session", type=UUID, required=True)
        parser.add_argument("--at", help="a time with its offset; now, if it is left out")

    def handle(self, *args: Any, session: UUID, at: str | None, **options: Any) -> None:
        entries = until(entries_of(session), _moment(at) if at else clock.now())
        if not entries:
            raise CommandError("The log tells of no such session at that time.")
        for entry in entries:
            by = entry.actor_id or "the organisation"
            self.stdout.write(
                f"{entry.seq:>4}  {entry.at:%Y-%m-%d %H:%M:%SZ}  {entry.verb}  by {by}"
            )
            for table, rows in payload(entry).get("rows", {}).items():
                for key, row in rows.items():
                    self.stdout.write(f"      {table} {key}: {_written(row)}")
        sessions = list(replay(entries).get("session", {}).values())
        if len(sessions) != 1:
            raise CommandError("These entries do not tell of one session: run verify_record.")
        row = sessions[0]
        self.stdout.write(f"Then: {_written(row)}")
        self.stdout.write(f"Chain head after {entries[-1].seq} entries: {entries[-1].digest}")


def _written(row: dict[str, Any] | None) -> str:
    if row is None:
        return "taken away"
    return ", ".join(
        f"{name} {value}"
        for name, value in row.items()
        if name not in ALWAYS | NAMES_THE_PATIENT and value not in (None, "", [], {})
    )
