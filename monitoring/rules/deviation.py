"""One thing that did not go as the protocol asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clinic.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation(Message):
    """What did not go as the protocol asks; `at` is when it happened."""

    at: datetime
