"""Chains checked in parts, by several processes where there are very many, which all read the same
state of the database."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, connections, models

from clinic.models import ChainHead
from clinic.trail.replay import merge
from monitoring.proof.robust import UNREADABLE_ROW, begun, one_state

if TYPE_CHECKING:
    from monitoring.proof.chains import Chains, Outcome, Part

ENTRIES = 5000
"""In a part, about: what is in memory at once."""
LONGEST_WAIT = 60
"""Seconds after which a process that does not begin is given up."""

Tell = Callable[[float], None]
"""Is told which share of the parts is done."""


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of one table, each of which is looked at by itself."""

    model: type[models.Model]


@contextmanager
def outcomes(
    chains: Chains,
    processes: int,
    tell: Tell,
    tables: Callable[[], Iterable[type[models.Model]]] = tuple,
) -> Iterator[Iterator[Outcome]]:
    """What the parts of all chains come to, then the `tables`, which are asked for once those were
    taken, one after the other; within, the database is read as it stood at one moment. Within a
    transaction, whose rows no one else sees, it is one process."""
    of_chains = parts()
    if connection.in_atomic_block or 1 in {processes, len(of_chains)}:
        with one_state():
            yield _each(partial(map, partial(_looked_at, chains)), of_chains, tell, tables)
        return
    with _Pool(chains, processes).reading() as pool:
        yield _each(partial(pool.map, _part), of_chains, tell, tables)


def _each(
    looked_at: Callable[[Iterable[Part | Table]], Iterator[Outcome]],
    of_chains: list[Part],
    tell: Tell,
    tables: Callable[[], Iterable[type[models.Model]]],
) -> Iterator[Outcome]:
    for done, outcome in enumerate(looked_at(of_chains), start=1):
        yield outcome
        tell(done / len(of_chains))
    yield from looked_at(map(Table, tables()))


def _looked_at(chains: Chains, part: Part | Table) -> Outcome:
    return chains.table(part.model) if isinstance(part, Table) else chains.part(part)


def add(whole: Outcome, part: Outcome) -> None:
    whole.result.checked.update(part.result.checked)
    whole.result.problems += part.result.problems
    whole.result.losses += part.result.losses
    whole.found.update(part.found)
    whole.alike.update(part.alike)
    merge(whole.organisation, part.organisation)  # type: ignore[arg-type]  # it was read


def parts() -> list[Part]:
    """All chains, by about so many entries; ids that no one should have are in one of them too."""
    from monitoring.proof.chains import Part

    ends: list[UUID] = []
    held = 0
    try:
        for id, count in ChainHead.objects.order_by("id").values_list("id", "count").iterator():
            held += count
            if held >= ENTRIES:
                ends.append(id)
                held = 0
    except UNREADABLE_ROW:
        ends = []  # It will be named.
    return [Part(a, b) for a, b in zip([None, *ends], [*ends, None], strict=True)]


@dataclass
class _Pool:
    """Processes that are begun before anything is read, for a connection is not for two."""

    chains: Chains
    processes: int
    context: Any = field(default_factory=lambda: multiprocessing.get_context("fork"))

    @contextmanager
    def reading(self) -> Iterator[ProcessPoolExecutor]:
        connections.close_all()
        meeting = self.context.Barrier(self.processes)
        with ProcessPoolExecutor(
            self.processes, self.context, _keep, (self.chains, meeting)
        ) as pool:
            self._each(pool, _meet)
            with ExitStack() as state:
                lock = state.enter_context(_no_writer())
                state.enter_context(one_state())
                self._each(pool, _join, begun())
                lock.close()
                yield pool
                self._each(pool, _leave)

    def _each(self, pool: ProcessPoolExecutor, work: Callable[..., None], *given: Any) -> None:
        """Let each process do it once: none goes on before the others are there."""
        for done in [pool.submit(work, *given) for _ in range(self.processes)]:
            done.result()


@contextmanager
def _no_writer() -> Iterator[ExitStack]:
    """On SQLite no one writes until this is closed, so that all begin to read at the same state;
    PostgreSQL has a name for it."""
    with ExitStack() as held:
        if connection.vendor == "sqlite":
            other = connection.copy()
            held.callback(other.close)
            with other.cursor() as cursor:
                cursor.execute("BEGIN IMMEDIATE")
        yield held


class _Here:
    """What one process keeps between its parts."""

    chains: Chains
    meeting: Any
    state: ExitStack


def _keep(chains: Chains, meeting: Any) -> None:
    _Here.chains, _Here.meeting, _Here.state = chains, meeting, ExitStack()
    # What refers to itself goes with the part that made it: to look for it all the time is dear.
    gc.disable()
    gc.freeze()


def _meet() -> None:
    _Here.meeting.wait(LONGEST_WAIT)


def _join(snapshot: str) -> None:
    _Here.state.enter_context(one_state(snapshot))
    begun()
    _meet()


def _leave() -> None:
    _Here.state.close()
    connections.close_all()
    _meet()


def _part(part: Part | Table) -> Outcome:
    found = _looked_at(_Here.chains, part)
    gc.collect()
    return found
