"""Chains checked and replayed, and the rows that they tell of compared with the tables.

Any part of all chains is checked by itself: what is found is added up (apart.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from clinic.models import ChainHead, TrailEntry
from clinic.models.row import Guarded, name_of
from clinic.trail import keys
from clinic.trail.anchors import Anchored, Head
from clinic.trail.canonical import Columns, columns, digest
from clinic.trail.chain import digest_of
from clinic.trail.differences import Held, differences, others
from clinic.trail.replay import UNREADABLE, State, merge, payload
from monitoring.models import Patient, ProtocolVersion, Session, SessionFact
from monitoring.proof import derived, plain, raw, restored
from monitoring.proof.content import content_digest, cut
from monitoring.proof.findings import Problem, Verification, noun_of, printable, words_of
from monitoring.proof.plain import Entry
from monitoring.proof.plain_facts import PlainFacts
from monitoring.proof.robust import UNREADABLE_ROW, Reader

BATCH = 200
"""How many sessions or patients are compared with their tables at once."""


def belonging(subject: type[Guarded]) -> list[tuple[type[Guarded], str]]:
    """The tables that the chains of `subject` are made of, each with its link to the subject."""
    kind = name_of(subject)
    found = Guarded.tables(subject.chain_kind)
    return [(model, "id" if model is subject else f"{kind}_id") for model in found]


@dataclass
class Chain:
    """One chain replayed: the rows that its entries tell of, and where it ends."""

    id: UUID
    kind: str
    state: State = field(default_factory=dict)
    count: int = 0
    last: str = ""
    protocol: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        self.name = f"{self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class Part:
    """The chains whose ids come after one and not after another; without either, to that end."""

    after: UUID | None = None
    until: UUID | None = None

    def of(self, column: str) -> Q:
        found = Q() if self.after is None else Q(**{f"{column}__gt": self.after})
        return found if self.until is None else found & Q(**{f"{column}__lte": self.until})


@dataclass
class Outcome:
    """What one part came to."""

    result: Verification = field(default_factory=Verification)
    found: Counter[type[models.Model]] = field(default_factory=Counter)
    organisation: State = field(default_factory=dict)
    alike: Counter[str] = field(default_factory=Counter)
    """How many rows of each table were read without a model, and are what was signed in each."""


class Chains(Reader):
    def __init__(self, anchored: Anchored) -> None:
        super().__init__()
        self.anchors = anchored
        self.anchored: dict[str, set[Head]] = {}
        self.organisation: State = {}
        self.alike: Counter[str] = Counter()
        self._versions: dict[str, str] = {}
        self._is_plain = False
        self._facts = PlainFacts()

    def part(self, part: Part) -> Outcome:
        """Check the chains of one part, and nothing that was checked before."""
        return self.twice(lambda: self._part(part))

    def table(self, model: type[models.Model]) -> Outcome:
        """Look at each row of a table by itself."""
        return self.once(lambda: self._stored([model]), is_plain=True)

    def _stored(self, rows: Iterable[raw.Rows]) -> None:
        """Each column holds what a verb writes, in the form that it is written in."""
        for row in raw.odd(rows):
            words = f"holds what no verb writes: {row.columns}"
            self.problem(f"{noun_of(row.noun)} {row.id}", words)

    def twice(self, check: Callable[[], None]) -> Outcome:
        """What `check` comes to. Whether anything is wrong is found out without models, in a
        fraction of the time; what is wrong is named by them."""
        with suppress(*UNREADABLE_ROW):
            found = self.once(check, is_plain=True)
            if found.result.is_whole:
                found.alike[name_of(TrailEntry)] = found.found[TrailEntry]
                return found
        return self.once(check, is_plain=False)

    def once(self, check: Callable[[], None], *, is_plain: bool) -> Outcome:
        self._is_plain = is_plain
        self.take(Outcome())
        check()
        return Outcome(self.result, self.found, self.organisation, self.alike)

    def _part(self, part: Part) -> None:
        anchored = self.anchors.between(part.after, part.until)
        self.anchored = {chain: set(heads) for chain, heads in anchored.every.items()}
        of_part = ChainHead.objects.filter(part.of("id")).order_by("id")
        heads = {head.pk: head for head in self.read(of_part)}
        entries = self.entries(
            lambda: plain.entries_between(part.after, part.until), part.of("chain")
        )
        for batch in _batches(self._chains(entries, heads), BATCH):
            held = self._batch(batch)
            if self._is_plain:
                self._derived_plainly(held)
            else:
                self._derived(batch)
        for head in heads.values():
            if head.count:
                self.problem(name_of_head(head), "has a head, and its entries are gone")
        self.gone()

    def entries(
        self, plainly: Callable[[], Iterator[Entry]], where: Q
    ) -> Iterator[Entry | TrailEntry]:
        if not self._is_plain:
            yield from self.read(TrailEntry.objects.filter(where).order_by("chain", "seq"))
            return
        for entry in plainly():
            self.found[TrailEntry] += 1
            yield entry

    def take(self, outcome: Outcome) -> None:
        """Go on from what was found."""
        self.result, self.found = outcome.result, outcome.found
        self.organisation, self.alike = outcome.organisation, outcome.alike

    def gone(self) -> None:
        """Chains that were anchored, and have no entry."""
        for chain, gone in self.anchored.items():
            self._lost(chain, f"chain {chain}", gone, 0)

    def _chains(
        self, entries: Iterable[Entry | TrailEntry], heads: dict[UUID, ChainHead]
    ) -> Iterator[Chain]:
        """Each chain checked and replayed; its head is taken out of `heads`."""
        for name, group in groupby(entries, key=attrgetter("chain")):
            chain_id = name if isinstance(name, UUID) else UUID(name)
            head = heads.pop(chain_id, None)
            chain = Chain(chain_id, head.kind if head else "chain")
            anchored = self.anchored.pop(str(chain_id), set())
            for entry in group:
                self._entry(chain, entry)
                anchored.discard((entry.seq, entry.digest))
            self.result.checked["chains"] += 1
            if head is None:
                self.problem(chain.name, "has entries, and no head")
            elif (head.count, head.digest) != (chain.count, chain.last):
                self.problem(chain.name, f"has a head that is not its last entry, {chain.count}")
            self._lost(str(chain_id), chain.name, anchored, chain.count)
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

    def _entry(self, chain: Chain, entry: Entry | TrailEntry) -> None:
        self.result.checked["entries"] += 1
        name = chain.name
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

    def _keyed_digest(self, name: str, entry: Entry | TrailEntry) -> None:
        try:
            keyed = entry.signed.digest() if isinstance(entry, Entry) else digest_of(entry)
            is_signed = keyed == entry.digest
        except keys.UnknownKey as unknown:
            words = f"entry {entry.seq} is signed with the key {unknown}, not given here"
            self.problem(name, words)
            return
        except UNREADABLE:
            is_signed = False
        if not is_signed:
            self.problem(name, f"entry {entry.seq} ({entry.verb}) is not what was signed")

    def _signature(
        self,
        chain: Chain,
        entry: Entry | TrailEntry,
        key: str,
        row: dict[str, Any],
        detail: Any,
    ) -> None:
        """What was signed is what the log had then."""
        self.result.checked["signatures"] += 1
        name = chain.name
        if not chain.state.get("session"):
            self.problem(name, f"clearance {key} stands on a trail that does not tell its session")
            return
        covered = cut(chain.state, row["through_seq"], key)
        if content_digest(covered, detail) != row["content_digest"]:
            self.problem(name, f"clearance {key} covers another content than was signed")
        if row["chain_head"] != entry.previous:
            self.problem(name, f"clearance {key} was signed over another trail")

    def _batch(self, chains: list[Chain]) -> dict[UUID, Held]:
        """Answers the rows of each session."""
        sessions = {c.id: c for c in chains if c.kind == "session"}
        patients = {c.id: c for c in chains if c.kind == "patient"}
        for chain in chains:
            if chain.id not in sessions and chain.id not in patients:
                merge(self.organisation, chain.state)  # type: ignore[arg-type]  # it was read
        held = self._compare(sessions, Session)
        self._compare(patients, Patient)
        for chain in sessions.values():
            with self.naming(f"session {chain.id}", "the trail"):
                self._numbers(chain)
                self._protocol(chain)
        return held

    def _derived_plainly(self, held: dict[UUID, Held]) -> None:
        """Where a row is wrong already, all is looked at again by models."""
        if self.result.is_whole and derived.differ(list(held.values()), self._facts):
            self.problem("figures", "are not what the facts say")

    def _derived(self, chains: list[Chain]) -> None:
        """What is made from the facts, of the sessions whose rows are as they were recorded."""
        wrong = {problem.subject for problem in self.result.problems}
        sessions = [chain.id for chain in chains if chain.kind == "session"]
        whole = [id for id in sessions if f"session {id}" not in wrong]
        with self.naming("figures", "a session"):
            for id, words in derived.differences(derived.loaded(whole)):
                self.problem(f"session {id}", f"{words}: `manage.py figures --rebuild` mends it")

    def _compare(self, chains: dict[UUID, Chain], subject: type[Guarded]) -> dict[UUID, Held]:
        """The rows of `subject`, and all that belong to it, against their chains."""
        kind = name_of(subject)
        self.result.checked[f"{kind}s"] += len(chains)
        held: dict[UUID, Held] = {chain: {} for chain in chains}
        by_name = {str(chain): of_chain for chain, of_chain in held.items()}
        for model, owner in belonging(subject):
            if self._is_plain:
                self._hold_plain(by_name, list(held), model, owner)
                continue
            ours = model._default_manager.filter(**{f"{owner}__in": chains})
            for row in self.read(ours.order_by("pk")):
                chain_id = getattr(row, owner)
                self._hold(held[chain_id], f"{kind} {chain_id}", row)
        for chain_id, chain in chains.items():
            of_chain = held[chain_id]
            other = others(chain.state, of_chain)
            if self._is_plain:
                self.alike.update({t: len(of_chain[t]) for t in of_chain.keys() - other})
            for difference in differences(chain.state, of_chain) if other else ():
                self.problem(f"{kind} {chain_id}", words_of(difference))
        return held

    def _hold_plain(
        self, by_name: dict[str, Held], ids: list[UUID], model: type[Guarded], owner: str
    ) -> None:
        noun, key = name_of(model), model._meta.pk.attname
        found = list(plain.belonging(model, owner, ids))
        for row in found:
            by_name[row[owner]].setdefault(noun, []).append((row[key], row))
        self.result.checked["rows"] += len(found)
        self.found[model] += len(found)

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

    def _numbers(self, chain: Chain) -> None:
        sessions = chain.state.get("session", {})
        last = next(iter(sessions.values()), {}).get("last_seq", 0)
        facts = map(name_of, SessionFact.tables())
        found = sorted(row["seq"] for table in facts for row in chain.state.get(table, {}).values())
        if len(found) != last or found != list(range(1, len(found) + 1)):
            self.problem(
                f"session {chain.id}", f"has not every fact from 1 to {last} once: {found}"
            )

    def _protocol(self, chain: Chain) -> None:
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


def _batches(chains: Iterable[Chain], size: int) -> Iterator[list[Chain]]:
    batch: list[Chain] = []
    for chain in chains:
        batch.append(chain)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def name_of_head(head: ChainHead) -> str:
    return f"{head.kind} {head.pk}"
