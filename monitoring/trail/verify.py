"""Is this what was recorded, by whom, when, and what exactly was signed?

Checks each chain and its keyed digests, the rows against the log in both directions, the sequence
of facts, the content of every signature, and the anchors outside the database. It reads one state
of the database from beginning to end, and changes nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef

from clinic.models import Membership, Site, Staff, Tablet
from monitoring.models import (
    Admission,
    Amendment,
    ChainHead,
    Clearance,
    Decision,
    Departure,
    Dose,
    DoseEnd,
    Event,
    Patient,
    ProtocolVersion,
    Reading,
    Review,
    Session,
    SiteProtocol,
    TrailEntry,
    Withdrawal,
)
from monitoring.trail import anchors, keys
from monitoring.trail.anchors import Heads
from monitoring.trail.canonical import columns, digest
from monitoring.trail.chain import digest_of
from monitoring.trail.compare import Difference, differences, table_of
from monitoring.trail.place import person, tablet
from monitoring.trail.replay import FACTS, State, content_digest, cut, merge, payload

OF_SESSION: tuple[type[models.Model], ...] = (
    Admission,
    Amendment,
    Clearance,
    Decision,
    Departure,
    Dose,
    DoseEnd,
    Event,
    Reading,
    Review,
    Withdrawal,
)
BATCH = 200
"""How many sessions or patients are compared with their tables at once."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`subject` is the kind and id of the chain, or the name of an anchor's file."""

    subject: str
    words: str


@dataclass
class Verification:
    """What was checked, how often, and what was found wrong."""

    checked: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0

    @property
    def is_whole(self) -> bool:
        return not self.problems


def verify(session_id: UUID | None = None) -> Verification:
    """Verify everything, or one session with its patient and protocol."""
    start = time.perf_counter()
    anchored = anchors.read()
    run = _Run(anchored.heads)
    for name, words in anchored.problems:
        run.problem(f"anchor {name}", words)
    run.result.checked["anchors"] = anchored.files
    with _one_state():
        if session_id is None:
            run.everything()
        else:
            run.one(session_id)
    run.result.seconds = time.perf_counter() - start
    return run.result


@contextmanager
def _one_state() -> Iterator[None]:
    """Read everything as it stood at one moment, without keeping a writer waiting."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Not `atomic`, which takes the write lock at once.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@dataclass
class _Chain:
    """One chain replayed: the rows that its entries tell of, and where it ends."""

    id: UUID
    kind: str
    state: State = field(default_factory=dict)
    count: int = 0
    last: str = ""
    protocol: str = ""


class _Run:
    def __init__(self, anchored: Heads) -> None:
        self.result = Verification()
        self.anchored = anchored
        self.place: State = {}
        self._versions: dict[str, str] = {}

    def problem(self, subject: str, words: str) -> None:
        self.result.problems.append(Problem(subject, words))

    def everything(self) -> None:
        heads = {h.pk: h for h in ChainHead.objects.iterator()}
        entries = TrailEntry.objects.order_by("chain", "seq").iterator(chunk_size=2000)
        chains = self._chains(entries, heads)
        for batch in _batches(chains, BATCH):
            self._batch(batch)
        for head in heads.values():
            if head.count:
                self.problem(_name(head), "has a head, and its entries are gone")
        for chain, (count, _) in self.anchored.items():
            if count:
                words = f"was anchored with {count} entries, and is not there any more"
                self.problem(f"chain {chain}", words)
        self._place()
        self._without_chain()

    def one(self, session_id: UUID) -> None:
        session = Session.objects.filter(pk=session_id).values("patient_id").first()
        wanted = [session_id, session["patient_id"]] if session else [session_id]
        self.anchored = {c: h for c, h in self.anchored.items() if UUID(c) in wanted}
        heads = ChainHead.objects.in_bulk(wanted)
        entries = TrailEntry.objects.filter(chain__in=wanted).order_by("chain", "seq")
        self._batch(list(self._chains(entries, heads)))
        for head in heads.values():
            self.problem(_name(head), "has a head, and its entries are gone")
        for chain in self.anchored:
            self.problem(f"chain {chain}", "was anchored, and is not there any more")
        for kind, chain_id in zip(("session", "patient"), wanted, strict=False):
            if not self.result.checked[f"{kind}s"]:
                self.problem(f"{kind} {chain_id}", "is not on the trail")

    def _chains(
        self, entries: Iterable[TrailEntry], heads: dict[UUID, ChainHead]
    ) -> Iterator[_Chain]:
        """Each chain checked and replayed; its head is taken out of `heads`."""
        for chain_id, group in groupby(entries, key=attrgetter("chain")):
            head = heads.pop(chain_id, None)
            chain = _Chain(chain_id, head.kind if head else "chain")
            anchored = self.anchored.pop(str(chain_id), None)
            for entry in group:
                self._entry(chain, entry, anchored)
            self.result.checked["chains"] += 1
            name = f"{chain.kind} {chain_id}"
            if head is None:
                self.problem(name, "has entries, and no head")
            elif (head.count, head.digest) != (chain.count, chain.last):
                self.problem(name, f"has a head that is not its last entry, {chain.count}")
            if anchored and chain.count < anchored[0]:
                self.problem(
                    name,
                    f"was anchored with {anchored[0]} entries and has {chain.count}: "
                    "it was cut short, or an older copy was put back",
                )
            yield chain

    def _entry(self, chain: _Chain, entry: TrailEntry, anchored: tuple[int, str] | None) -> None:
        self.result.checked["entries"] += 1
        name = f"{chain.kind} {chain.id}"
        if entry.seq != chain.count + 1:
            self.problem(name, f"lacks the entries between {chain.count} and {entry.seq}")
        if entry.previous != chain.last:
            self.problem(name, f"entry {entry.seq} does not follow the one before it")
        try:
            if digest_of(entry) != entry.digest:
                self.problem(name, f"entry {entry.seq} ({entry.verb}) is not what was signed")
        except keys.UnknownKey as unknown:
            words = f"entry {entry.seq} is signed with the key {unknown}, not given here"
            self.problem(name, words)
        if anchored and entry.seq == anchored[0] and entry.digest != anchored[1]:
            self.problem(name, f"entry {entry.seq} is another than the one that was anchored")
        told = payload(entry)
        merge(chain.state, told.get("rows", {}))
        detail = told.get("detail", {})
        if entry.verb == "plan_session":
            chain.protocol = detail.get("protocol", "")
        for key, row in told.get("rows", {}).get("clearance", {}).items():
            if row and row.get("content_digest"):
                self._signature(chain, entry, key, row, detail)
        chain.count, chain.last = entry.seq, entry.digest

    def _signature(
        self, chain: _Chain, entry: TrailEntry, key: str, row: dict[str, Any], detail: Any
    ) -> None:
        """What was signed is what the log had then."""
        self.result.checked["signatures"] += 1
        name = f"{chain.kind} {chain.id}"
        if not chain.state.get("session"):
            self.problem(name, f"clearance {key} stands on a trail that does not tell its session")
            return
        covered = cut(chain.state, row["through_seq"], key)
        if content_digest(covered, detail) != row["content_digest"]:
            self.problem(name, f"clearance {key} covers another content than was signed")
        if row["chain_head"] != entry.previous:
            self.problem(name, f"clearance {key} was signed over another trail")

    def _batch(self, chains: list[_Chain]) -> None:
        sessions = {c.id: c for c in chains if c.kind == "session"}
        patients = {c.id: c for c in chains if c.kind == "patient"}
        for chain in chains:
            if chain.id not in sessions and chain.id not in patients:
                merge(self.place, chain.state)  # type: ignore[arg-type]
        rows: list[models.Model] = [*Session.objects.filter(pk__in=sessions)]
        for model in OF_SESSION:
            rows += model._default_manager.filter(session__in=sessions)
        self._compare("session", sessions, rows, "session_id")
        self._compare("patient", patients, Patient.objects.filter(pk__in=patients), "id")
        for chain in sessions.values():
            self._numbers(chain)
            self._protocol(chain)
        self.result.checked["sessions"] += len(sessions)
        self.result.checked["patients"] += len(patients)

    def _compare(
        self, kind: str, chains: dict[UUID, _Chain], rows: Iterable[models.Model], owner: str
    ) -> None:
        held: dict[UUID, list[models.Model]] = {chain: [] for chain in chains}
        for row in rows:
            held[row.pk if isinstance(row, Session) else getattr(row, owner)].append(row)
            self.result.checked["rows"] += 1
        for chain_id, chain in chains.items():
            for difference in differences(chain.state, table_of(held[chain_id])):
                self.problem(f"{kind} {chain_id}", _words(difference))

    def _numbers(self, chain: _Chain) -> None:
        sessions = chain.state.get("session", {})
        last = next(iter(sessions.values()), {}).get("last_seq", 0)
        found = sorted(row["seq"] for table in FACTS for row in chain.state.get(table, {}).values())
        if found != list(range(1, last + 1)):
            self.problem(
                f"session {chain.id}", f"has not every fact from 1 to {last} once: {found}"
            )

    def _protocol(self, chain: _Chain) -> None:
        """The version that the session was planned under is the one it is read by."""
        if not chain.protocol:
            return
        session = next(iter(chain.state.get("session", {}).values()), {})
        version = str(session.get("protocol_version_id", ""))
        if version not in self._versions:
            row = ProtocolVersion.objects.filter(pk=version).first() if version else None
            self._versions[version] = digest(columns(row)) if row else ""
        if self._versions[version] != chain.protocol:
            self.problem(
                f"session {chain.id}",
                f"was planned under another protocol than {version} now holds",
            )

    def _place(self) -> None:
        """People, roles, sites, tablets and protocols against what their chains tell."""
        held = table_of(
            [
                *Membership.objects.all(),
                *Site.objects.all(),
                *ProtocolVersion.objects.all(),
                *SiteProtocol.objects.all(),
            ]
        )
        held["staff"] = {str(s.pk): person(s) for s in Staff.objects.all()}
        held["tablet"] = {str(t.pk): tablet(t) for t in Tablet.objects.all()}
        for rows in held.values():
            self.result.checked["rows"] += len(rows)
        for difference in differences(self.place, held):
            self.problem("place", _words(difference))

    def _without_chain(self) -> None:
        """Rows of sessions and patients that the trail does not know at all."""
        found: list[tuple[str, type[models.Model], str]] = [
            ("session", Session, "pk"),
            ("patient", Patient, "pk"),
            *(("session", model, "session") for model in OF_SESSION),
        ]
        for kind, model, owner in found:
            chain = TrailEntry.objects.filter(chain=OuterRef(owner))
            strays = model._default_manager.filter(~Exists(chain)).values_list("pk", flat=True)
            for pk in strays:
                self.problem(f"{kind} unknown", f"{model._meta.model_name} {pk} has no trail")


def _batches(chains: Iterable[_Chain], size: int) -> Iterator[list[_Chain]]:
    batch: list[_Chain] = []
    for chain in chains:
        batch.append(chain)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _name(head: ChainHead) -> str:
    return f"{head.kind} {head.pk}"


@cache
def _model_names() -> dict[str, str]:
    return {str(m._meta.model_name): str(m._meta.verbose_name) for m in OF_SESSION}


def _words(difference: Difference) -> str:
    what = f"{_model_names().get(difference.table, difference.table)} {difference.id}"
    if difference.kind == "missing":
        return f"{what} was recorded, and is gone"
    if difference.kind == "unlogged":
        return f"{what} is there, and was never recorded"
    return f"{what} was changed: {', '.join(difference.columns)}"
