"""What pages of the organisation show of the record: registered by the package that holds it.

The organisation does not know the record; `register` is called once, when the application starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from clinic.models import Site, Staff, Tablet


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a new site needs. `kind` is how it looks; `href` is empty once it is done, or
    where others do it."""

    words: str
    href: str = ""
    is_done: bool = False
    is_optional: bool = False

    @property
    def kind(self) -> str:
        if self.is_done:
            return "done"
        return "upcoming" if self.is_optional else "waiting"


class Record(Protocol):
    """What is asked of the record."""

    def waiting_rooms(self, tablet: Tablet) -> Sequence[object]:
        """The rooms of the tablet's site where something waits, for the template of the lock."""

    def first_run(self, site: Site, by: Staff) -> Sequence[Step]:
        """What the site still lacks before its first dose; empty once nothing is missing."""

    def last_reads(self, site: Site, since: datetime) -> Mapping[tuple[UUID, str], datetime]:
        """By person and device when a patient of the site was last read."""


_registered: list[Record] = []


def register(record: Record) -> None:
    _registered[:] = [record]


def record() -> Record:
    """The record that was registered; IndexError where the application has none."""
    return _registered[0]
