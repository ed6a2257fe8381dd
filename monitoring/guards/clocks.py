"""Whether the server's clock can be believed.

A clock that is wrong dates entries wrongly, and lets a window end too early. No clock knows that it
is wrong; but it differs from another then, or moves otherwise than time passes.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db.backends.base.base import BaseDatabaseWrapper

from clinic import clock

AGREE = timedelta(seconds=5)
"""Clocks that are no further apart agree."""


def seconds() -> float:
    """Time as it passes, whatever the clock is set to, and while the machine sleeps, too."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def zero() -> datetime:
    """What the clock said when `seconds` was 0; another moment once someone has set the clock."""
    return clock.now() - timedelta(seconds=seconds())


_zero = zero()


def apart(connection: BaseDatabaseWrapper, last: datetime | None) -> str:
    """Says how the clock differs from the database's, from the moment of the `last` entry or from
    what it was when this process began; nothing where all agree."""
    now = clock.now()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (there,) = cursor.fetchone()
        if abs(there - now) > AGREE:
            return f"The database's clock is {(there - now).total_seconds():+.0f} s from this one."
    if last is not None and last - now > AGREE:
        return f"The last entry is {(last - now).total_seconds():.0f} s in the future."
    moved = zero() - _zero
    if abs(moved) > AGREE:
        return (
            f"The clock was moved by {moved.total_seconds():+.0f} s while the server ran. Restart "
            "the server once the clock is right."
        )
    return ""
