"""Is this what was recorded, by whom, when, and what exactly was signed?

Checks each chain and its keyed digests, the rows against the log in both directions, the sequence
of facts, the content of every signature, and the anchors outside the database. It reads one state
of the database from beginning to end, and changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import models
from django.db.models import Exists, OuterRef

from clinic.models import ChainHead, Staff, Tablet, TrailEntry
from clinic.models.row import Guarded, name_of
from clinic.trail import anchors, keys
from clinic.trail.anchors import Anchored, Head
from clinic.trail.canonical import Columns, columns, digest
from clinic.trail.chain import digest_of
from clinic.trail.changes import tablet
from clinic.trail.differences import Held, differences
from clinic.trail.person import factor, person
from clinic.trail.replay import UNREADABLE, State, merge, payload
from monitoring import guards
from monitoring.models import Patient, ProtocolVersion, Session, SessionFact
from monitoring.proof import derived, raw, restored
from monitoring.proof.content import content_digest, cut
from monitoring.proof.findings import Problem, Verification, noun_of, printable, words_of
from monitoring.proof.robust import AS_TEXT, Reader, one_state

BATCH = 200
"""How many sessions or patients are compared with their tables at once."""
AS_WRITTEN: dict[type[models.Model], Callable[[Any, Columns | None], Columns]] = {
    Authenticator: factor,
    Staff: person,
    Tablet: tablet,
}
"""Rows whose chains hold a digest of what lets someone in; of all others they hold every column."""
SUBJECTS: tuple[type[Guarded], ...] = (Session, Patient)
"""Rows that have a chain each."""


def _organisation() -> tuple[type[models.Model], ...]:
    """What the chains of people and of the organisation tell of."""
    return (Authenticator, *Guarded.tables("organisation"))


def _belonging(subject: type[Guarded]) -> list[tuple[type[Guarded], str]]:
    """The tables that the chains of `subject` are made of, each with its link to the subject."""
    kind = name_of(subject)
    found = Guarded.tables(subject.chain_kind)
    return [(model, "id" if model is subject else f"{kind}_id") for model in found]


def _counted() -> list[type[models.Model]]:
    """The tables of which every row is compared with a chain, and the chains themselves."""
    written = [model for model in Guarded.tables() if model.chain_kind]
    return [Authenticator, TrailEntry, ChainHead, *written]


def verify(session_id: UUID | None = None) -> Verification:
    """Verify everything, or one session with its patient and protocol."""
    start = time.perf_counter()
    # Before the database: what is anchored meanwhile would look lost.
    anchored = anchors.read() if session_id is None else anchors.opened()
    run = _Run(anchored)
    for name, words in anchored.problems:
        run.problem(f"anchor {name}", words)
    run.result.checked["anchors"] = anchored.files
    with one_state():
        if session_id is None:
            run.everything()
        else:
            run.one(session_id)
    run.result.seconds = time.perf_counter() - start
    return run.result


def _every_head(anchored: Anchored) -> dict[str, set[Head]]:
    return {chain: set(heads) for chain, heads in anchored.every.items()}


@dataclass
class _Chain:
    """One chain replayed: the rows that its entries tell of, and where it ends."""

    id: UUID
    kind: str
    state: State = field(default_factory=dict)
    count: int = 0
    last: str = ""
    protocol: str = ""


class _Run(Reader):
    def __init__(self, anchored: Anchored) -> None:
        super().__init__()
        self.anchors = anchored
        self.anchored: dict[str, set[Head]] = {}
        self.organisation: State = {}
        self._versions: dict[str, str] = {}

    def everything(self) -> None:
        self.anchored = _every_head(self.anchors)
        heads = {h.pk: h for h in self.read(ChainHead.objects.order_by("id"))}
        entries = self.read(TrailEntry.objects.order_by("chain", "seq"))
        chains = self._chains(entries, heads)
        for batch in _batches(chains, BATCH):
            self._batch(batch)
            self._derived(batch)
        for head in heads.values():
            if head.count:
                self.problem(_name(head), "has a head, and its entries are gone")
        for chain, gone in self.anchored.items():
            self._lost(chain, f"chain {chain}", gone, 0)
        self._went_back()
        self._organisation()
        self._without_chain()
        self._counted()
        self._stored((Authenticator, *Guarded.tables()))
        for words in guards.faults():
            self.problem("database", words)

    def one(self, session_id: UUID) -> None:
        wanted, stored = [session_id], raw.of_session(session_id)
        whose = Session.objects.filter(pk=session_id).values_list(
            "patient_id", "protocol_version_id"
        )
        with self.naming(f"session {session_id}", "whose it is"):
            for patient, protocol in whose:
                wanted.append(patient)
                stored.append((ProtocolVersion, "id", protocol))
                stored += [(m, owner, patient) for m, owner in _belonging(Patient)]
        self.anchors.take({str(chain) for chain in wanted})
        self.anchored = _every_head(self.anchors)
        found = self.read(ChainHead.objects.filter(pk__in=wanted).order_by("id"))
        heads = {head.pk: head for head in found}
        entries = TrailEntry.objects.filter(chain__in=wanted).order_by("chain", "seq")
        self._batch(list(self._chains(self.read(entries), heads)))
        for head in heads.values():
            self.problem(_name(head), "has a head, and its entries are gone")
        for chain, gone in self.anchored.items():
            self._lost(chain, f"chain {chain}", gone, 0)
        self._stored(stored)
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
            anchored = self.anchored.pop(str(chain_id), set())
            for entry in group:
                self._entry(chain, entry)
                anchored.discard((entry.seq, entry.digest))
            self.result.checked["chains"] += 1
            name = f"{chain.kind} {chain_id}"
            if head is None:
                self.problem(name, "has entries, and no head")
            elif (head.count, head.digest) != (chain.count, chain.last):
                self.problem(name, f"has a head that is not its last entry, {chain.count}")
            self._lost(str(chain_id), name, anchored, chain.count)
            yield chain

    def _lost(self, chain: str, name: str, anchored: set[Head], count: int) -> None:
        """Heads that were anchored and are not entries of the chain: who put an older copy back has
        told so, or it is wrong."""
        if not anchored:
            return
        logged = [one for one in self.logged if one.chain == chain]
        untold = anchored - {head for one in logged for head in one.heads}
        if not untold:
            self.result.losses += [Problem(name, printable(one.words)) for one in logged]
            return
        had = max(number for number, _ in untold)
        words = f"entry {had} is another than the one that was anchored"
        if not count:
            words = f"was anchored with {had} entries, and is not there any more"
        elif had > count:
            words = (
                f"was anchored with {had} entries and has {count}: "
                "it was cut short, or an older copy was put back"
            )
        self.problem(name, words)

    @cached_property
    def logged(self) -> list[restored.Told]:
        return restored.logged()

    def _went_back(self) -> None:
        """From one anchor to the next no chain has fewer entries, but after a recorded restore."""
        for name, chain, head in self.anchors.backwards:
            if not any(one.chain == chain and head in one.heads for one in self.logged):
                words = f"chain {chain} had {head[0]} entries before, and has fewer: an older copy"
                self.problem(f"anchor {name}", f"{words} was put back")
        said = {loss.words for loss in self.result.losses}
        for one in self.logged:
            # Also where the anchors that prove it were taken away.
            if one.words not in said:
                self.result.losses.append(Problem(f"{one.kind} {one.chain}", printable(one.words)))

    def _entry(self, chain: _Chain, entry: TrailEntry) -> None:
        self.result.checked["entries"] += 1
        name = f"{chain.kind} {chain.id}"
        if not isinstance(entry.seq, int):
            self.problem(name, f"has an entry that is not numbered: {entry.seq}")
            return
        if entry.seq != chain.count + 1:
            self.problem(name, f"lacks the entries between {chain.count} and {entry.seq}")
        if entry.previous != chain.last:
            self.problem(name, f"entry {entry.seq} does not follow the one before it")
        self._keyed_digest(name, entry)
        chain.count, chain.last = entry.seq, entry.digest
        logged = payload(entry)
        rows, detail = logged["rows"], logged["detail"]
        merge(chain.state, rows)
        if entry.verb == "plan_session":
            chain.protocol = str(detail.get("protocol", ""))
        for key, row in rows.get("clearance", {}).items():
            if row and row.get("content_digest"):
                with self.naming(name, f"clearance {key} in entry {entry.seq}"):
                    self._signature(chain, entry, key, row, detail)

    def _keyed_digest(self, name: str, entry: TrailEntry) -> None:
        try:
            is_signed = digest_of(entry) == entry.digest
        except keys.UnknownKey as unknown:
            words = f"entry {entry.seq} is signed with the key {unknown}, not given here"
            self.problem(name, words)
            return
        except UNREADABLE:
            is_signed = False
        if not is_signed:
            self.problem(name, f"entry {entry.seq} ({entry.verb}) is not what was signed")

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
                merge(self.organisation, chain.state)  # type: ignore[arg-type]  # it was read
        self._compare(sessions, Session)
        self._compare(patients, Patient)
        for chain in sessions.values():
            with self.naming(f"session {chain.id}", "the trail"):
                self._numbers(chain)
                self._protocol(chain)

    def _derived(self, chains: list[_Chain]) -> None:
        """What is made from the facts, of the sessions whose rows are as they were recorded."""
        wrong = {problem.subject for problem in self.result.problems}
        sessions = [chain.id for chain in chains if chain.kind == "session"]
        whole = [id for id in sessions if f"session {id}" not in wrong]
        with self.naming("figures", "a session"):
            for id, words in derived.differences(derived.loaded(whole)):
                self.problem(f"session {id}", f"{words}: `manage.py figures --rebuild` mends it")

    def _compare(self, chains: dict[UUID, _Chain], subject: type[Guarded]) -> None:
        """The rows of `subject`, and all that belong to it, against their chains."""
        kind = name_of(subject)
        self.result.checked[f"{kind}s"] += len(chains)
        held: dict[UUID, Held] = {chain: {} for chain in chains}
        for model, owner in _belonging(subject):
            ours = model._default_manager.filter(**{f"{owner}__in": chains})
            for row in self.read(ours.order_by("pk")):
                chain_id = getattr(row, owner)
                self._hold(held[chain_id], f"{kind} {chain_id}", row)
        for chain_id, chain in chains.items():
            for difference in differences(chain.state, held[chain_id]):
                self.problem(f"{kind} {chain_id}", words_of(difference))

    def _hold(
        self,
        held: Held,
        subject: str,
        row: models.Model,
        read: Callable[[Any], Columns] = columns,
    ) -> None:
        noun, key = name_of(row), str(row.pk)
        self.result.checked["rows"] += 1
        with self.naming(subject, f"{noun_of(noun)} {key}"):
            held.setdefault(noun, []).append((key, read(row)))

    def _numbers(self, chain: _Chain) -> None:
        sessions = chain.state.get("session", {})
        last = next(iter(sessions.values()), {}).get("last_seq", 0)
        facts = map(name_of, SessionFact.tables())
        found = sorted(row["seq"] for table in facts for row in chain.state.get(table, {}).values())
        if len(found) != last or found != list(range(1, len(found) + 1)):
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

    def _organisation(self) -> None:
        """People, roles, sites, tablets and protocols against what their chains tell."""
        held: Held = {}
        for model in _organisation():
            read = AS_WRITTEN.get(model, lambda row, logged: columns(row))
            logged = self.organisation.get(name_of(model), {})
            for row in self.read(model._default_manager.order_by("pk")):
                self._hold(held, "organisation", row, _as_told(read, logged.get(str(row.pk))))
        for difference in differences(self.organisation, held):
            self.problem("organisation", words_of(difference))

    def _without_chain(self) -> None:
        """Rows of sessions and patients that the trail does not know at all."""
        for subject in SUBJECTS:
            for model, owner in _belonging(subject):
                chain = TrailEntry.objects.filter(chain=OuterRef(owner))
                strays = model._default_manager.filter(~Exists(chain))
                for text in strays.values_list(AS_TEXT, flat=True):
                    self.found[model] += 1
                    words = f"{name_of(model)} {text} has no trail"
                    self.problem(f"{name_of(subject)} unknown", words)

    def _counted(self) -> None:
        """No row was passed over: as many were read or named as each table has."""
        for model in _counted():
            held = model._default_manager.count()
            if held != self.found[model]:
                noun = model._meta.verbose_name
                words = f"holds {held} rows, and {self.found[model]} could be compared"
                self.problem(f"table of {noun}", words)

    def _stored(self, rows: Iterable[raw.Rows]) -> None:
        """Each column holds what a verb writes, in the form that it is written in."""
        for row in raw.odd(rows):
            words = f"holds what no verb writes: {row.columns}"
            self.problem(f"{noun_of(row.noun)} {row.id}", words)


def _as_told(
    read: Callable[[Any, Columns | None], Columns], logged: Columns | None
) -> Callable[[Any], Columns]:
    return lambda row: read(row, logged)


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
