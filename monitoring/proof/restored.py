"""An older copy of the database was put back: what was lost with it, and that someone said so.

What was anchored and is not there any more is missing until the chain of the organisation
says so, with a reason and by whom. From then on anchoring goes on, and verification keeps saying
what was lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from clinic.models import ChainHead, Staff, TrailEntry
from clinic.trail import chain, keys
from clinic.trail.anchors import Anchored, Head, Heads
from clinic.trail.canonical import moment
from clinic.trail.replay import payload
from monitoring import guards

VERB = "restore_copy"
BATCH = 200
"""How many heads are asked for at once."""

Lost = dict[str, set[Head]]
"""By chain the anchored heads that are not its entries any more."""


@dataclass(frozen=True, slots=True)
class Told:
    """One chain that lost entries: how many it had when it was anchored, and how many were left."""

    at: datetime
    by: str
    reason: str
    chain: str
    kind: str
    heads: frozenset[Head]
    left: int

    @property
    def words(self) -> str:
        had = max(count for count, _ in self.heads)
        return (
            f"was anchored with {had} entries, of which some are lost; {self.left} were there when "
            f"{self.by} told on {self.at:%Y-%m-%d %H:%MZ} that an older copy was put back: "
            f"{self.reason}"
        )


def logged() -> list[Told]:
    """What was told as lost, in the order of telling; an entry that no key signed tells nothing."""
    entries = TrailEntry.objects.filter(chain=chain.ORGANISATION, verb=VERB).order_by("seq")
    return [one for entry in entries.select_related("actor") for one in _read(entry)]


def _read(entry: TrailEntry) -> Iterator[Told]:
    try:
        is_signed = chain.digest_of(entry) == entry.digest
    except keys.UnknownKey:
        is_signed = False
    if not is_signed:
        return
    detail = payload(entry)["detail"]
    for chain_id, (kind, left, heads) in detail["lost"].items():
        found = frozenset((count, digest) for count, digest in heads)
        by = str(entry.actor or "someone")
        yield Told(entry.at, by, detail["reason"], chain_id, kind, found, left)


def missing(anchored: Anchored, ends: Heads) -> Lost:
    """Every anchored head that is not in the database any more, or that went back between two
    anchors, and that no one has told."""
    known = {(one.chain, head) for one in logged() for head in one.heads}
    # Most chains have ended, and are where they were: those are not asked for one by one.
    hollow = set(_hollow())
    asked = [
        (chain, head)
        for chain, heads in anchored.every.items()
        for head in heads
        if (head != ends.get(chain) or chain in hollow) and (chain, head) not in known
    ]
    gone = set(asked) - _there(asked)
    gone |= {(c, head) for _, c, head in anchored.backwards} - known
    found: Lost = {}
    for chain_id, head in gone:
        found.setdefault(chain_id, set()).add(head)
    return found


def _hollow() -> list[str]:
    """The chains that end, by their heads, with an entry that is not there."""
    last = TrailEntry.objects.filter(
        chain=OuterRef("pk"), seq=OuterRef("count"), digest=OuterRef("digest")
    )
    found = ChainHead.objects.filter(~Exists(last), count__gt=0).values_list("pk", flat=True)
    return [str(chain) for chain in found]


def _there(asked: list[tuple[str, Head]]) -> set[tuple[str, Head]]:
    found: set[tuple[str, Head]] = set()
    for start in range(0, len(asked), BATCH):
        wanted = Q()
        for chain_id, (count, _) in asked[start : start + BATCH]:
            wanted |= Q(chain=chain_id, seq=count)
        rows = TrailEntry.objects.filter(wanted).values_list("chain", "seq", "digest")
        found |= {(str(c), (seq, digest)) for c, seq, digest in rows}
    return found


def left(lost: Lost) -> dict[str, ChainHead]:
    """Where the chains that lost entries stand now; without those that are gone altogether."""
    return {str(head.pk): head for head in ChainHead.objects.filter(pk__in=lost)}


def append_restore(lost: Lost, by: Staff, reason: str, **more: object) -> None:
    """Append to the organisation's chain that an older copy was put back, what it lost, how old it
    is by its last entry, and `more` of where it came from."""
    guards.require()
    heads = left(lost)
    detail = {
        **more,
        "reason": reason,
        "last_entry_at": moment(latest) if (latest := _latest()) else None,
        "lost": {
            chain_id: [
                heads[chain_id].kind if chain_id in heads else "chain",
                heads[chain_id].count if chain_id in heads else 0,
                sorted(gone),
            ]
            for chain_id, gone in sorted(lost.items())
        },
    }
    with transaction.atomic():
        chain.append(
            chain.ORGANISATION, "organisation", VERB, rows={}, actor_id=by.pk, detail=detail
        )


def _latest() -> datetime | None:
    found: datetime | None = TrailEntry.objects.aggregate(at=Max("at"))["at"]
    return found
