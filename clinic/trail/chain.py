"""Appending to a chain: the one place where trail entries are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db import models

from clinic import clock, origin
from clinic.models import ChainHead, TrailEntry
from clinic.models.constant import Constant
from clinic.models.row import name_of
from clinic.trail import keys
from clinic.trail.canonical import Columns, canonical, columns, moment

ORGANISATION = UUID(int=0)
"""The chain of what belongs to no session, patient or person."""

_checks: list[Callable[[], None]] = []


def check_before_append(check: Callable[[], None]) -> None:
    """Ask `check` before each entry: it raises where the database must not be written to."""
    if check not in _checks:
        _checks.append(check)


Rows = dict[str, dict[str, Columns | None]]
"""By table and id the columns that were written; None for a row that was taken away."""


def rows_of(*rows: models.Model) -> Rows:
    """`rows` whole, as a payload names them."""
    found: Rows = {}
    for row in rows:
        found.setdefault(name_of(row), {})[str(row.pk)] = columns(row)
    return found


def append(
    chain: UUID,
    kind: str,
    verb: str,
    *,
    rows: Rows,
    actor_id: UUID | None,
    detail: Mapping[str, object] | None = None,
    is_new: bool = False,
) -> TrailEntry:
    """Add one entry to `chain`, within the transaction of the change that it tells of.

    The session's row, where there is one, is locked already; the head is locked here. `is_new`
    begins the chain. Raises what `check_before_append` was given to raise.
    """
    for check in _checks:
        check()
    head = _begin(chain, kind) if is_new else _locked(chain, kind)
    entry = TrailEntry(
        chain=chain,
        seq=head.count + 1,
        verb=verb,
        at=clock.now(),
        actor_id=actor_id,
        device=origin.current().device,
        payload=canonical({"rows": rows, "detail": detail or {}}),
        previous=head.digest,
        key_id=keys.current(),
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


def _locked(chain: UUID, kind: str) -> ChainHead:
    found = _HEAD.rows([chain])
    return found[0] if found else _begin(chain, kind)


_HEAD = Constant(lambda ids: ChainHead.objects.select_for_update().filter(pk__in=ids).order_by())


def _begin(chain: UUID, kind: str) -> ChainHead:
    return ChainHead.objects.create(pk=chain, kind=kind)


class Signed(NamedTuple):
    """What is signed of an entry, in the order in which its text has it."""

    id: str
    chain: str
    seq: int
    verb: str
    at: str
    actor_id: str
    device: str
    payload: str
    previous: str
    key_id: str

    def digest(self) -> str:
        """Raises keys.UnknownKey."""
        return keys.sign(self.key_id, canonical(self))


def digest_of(entry: TrailEntry) -> str:
    """The keyed digest of every other column. Raises keys.UnknownKey."""
    return signed(entry).digest()


def signed(entry: TrailEntry) -> Signed:
    return Signed(
        str(entry.id),
        str(entry.chain),
        entry.seq,
        entry.verb,
        moment(entry.at),
        str(entry.actor_id or ""),
        entry.device,
        entry.payload,
        entry.previous,
        entry.key_id,
    )


def entries_of(chain: UUID) -> list[TrailEntry]:
    return list(TrailEntry.objects.filter(chain=chain).order_by("seq"))
