"""A clock that tests hold in their hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class TestClock:
    """A clock that stands still until it is moved.

    It starts in the past: the database compares signing times with its own, real clock.
    """

    __test__ = False

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 10, 14, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def forward(self, minutes: float = 0, seconds: float = 0) -> datetime:
        self.time += timedelta(minutes=minutes, seconds=seconds)
        return self.time

    def travel_to(self, moment: datetime) -> datetime:
        self.time = moment
        return moment
