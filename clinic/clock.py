"""The one source of the present moment: always UTC, always aware."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The server's time. Callers write `clock.now()`, so that time is read in one place."""
    return datetime.now(UTC)
