"""Moves this process's clock, so that the verbs write as if they ran then.

Only the demo command does so, and only in its own process: the product offers no such hook.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from clinic import clock


class Clock:
    """Stands still until it is moved; never ahead of the moment it was made."""

    def __init__(self, present: datetime) -> None:
        self.present = present
        self.time = present

    def now(self) -> datetime:
        return self.time

    def move_to(self, moment: datetime) -> datetime:
        self.time = min(moment, self.present)
        return self.time

    def forward(self, *, seconds: float) -> datetime:
        return self.move_to(self.time + timedelta(seconds=seconds))


@contextmanager
def moved_clock() -> Iterator[Clock]:
    """`clock.now()` answers the demo's time until the block ends."""
    real = clock.now
    moved = Clock(real())
    clock.now = moved.now
    try:
        yield moved
    finally:
        clock.now = real


def new_id(at: datetime, rng: Random) -> UUID:
    """A UUID of version 7 that depends on the seed and the demo's time alone."""
    stamp = int(at.timestamp() * 1000)
    value = (stamp & (2**48 - 1)) << 80 | 0x7 << 76 | rng.getrandbits(12) << 64
    return UUID(int=value | 0b10 << 62 | rng.getrandbits(62))
