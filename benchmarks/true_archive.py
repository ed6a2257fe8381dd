"""An archive that is proved: clones of the demo's patients whose chains, digests and signatures
were made anew.

Whole patients are copied with all their sessions. Each id in their entries becomes another one, and
every row is written as its chain tells it. The guards are taken away meanwhile.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AT_ONCE = 20
"""Clones of patients that are written together."""


@dataclass
class Template:
    """A patient: the entries of each chain, the ids that are its own, and what is worked out."""

    chains: dict[UUID, tuple[str, list[Any]]]
    own: set[str]
    mrn: str
    readings: int
    derived: list[Any]


def fill(readings: int, say: Callable[[int], None] = lambda made: None) -> int:
    """Clone the patients that are here until there are so many readings more; how many there are
    then."""
    from monitoring.models import Reading

    known = templates()
    made = number = 0
    with without_guards():
        while made < readings:
            made += _write([known[(number + n) % len(known)] for n in range(AT_ONCE)], number)
            number += AT_ONCE
            say(made)
    return Reading.objects.count()


def templates() -> list[Template]:
    from clinic.models import TrailEntry
    from monitoring.models import Figures, Patient, Session, Tag

    found = []
    for patient in Patient.objects.order_by("pk"):
        sessions = Session.objects.filter(patient=patient)
        if not sessions or sessions.exclude(phase__in=("closed", "cancelled")).exists():
            continue
        ids = list(sessions.values_list("pk", flat=True))
        chains: dict[UUID, tuple[str, list[Any]]] = {}
        for id in (patient.pk, *ids):
            kind = "patient" if id == patient.pk else "session"
            chains[id] = kind, list(TrailEntry.objects.filter(chain=id).order_by("seq"))
        rows = [json.loads(e.payload)["rows"] for _, entries in chains.values() for e in entries]
        own = {key for table in rows for by_id in table.values() for key in by_id}
        read = sum(len(table.get("reading", ())) for table in rows)
        derived = [*Figures.objects.filter(pk__in=ids), *Tag.objects.filter(session__in=ids)]
        found.append(Template(chains, own, patient.mrn, read, derived))
    return found


def _write(some: list[Template], number: int) -> int:
    from django.db import transaction

    from clinic.models import ChainHead, TrailEntry

    entries, heads, rows = [], [], defaultdict(list)
    for place, template in enumerate(some):
        for made in _cloned(template, f"B{number + place:07}"):
            if isinstance(made, TrailEntry):
                entries.append(made)
            elif isinstance(made, ChainHead):
                heads.append(made)
            else:
                rows[type(made)].append(made)
    with transaction.atomic():
        for model, of_model in rows.items():
            model._default_manager.bulk_create(of_model)
        TrailEntry.objects.bulk_create(entries)
        ChainHead.objects.bulk_create(heads)
    return sum(template.readings for template in some)


def _cloned(template: Template, mrn: str) -> Iterator[Any]:
    """Entries, heads and rows of one clone."""
    from copy import copy

    from django.apps import apps

    from clinic.ids import uuid7
    from clinic.models import ChainHead, TrailEntry
    from clinic.trail import keys
    from clinic.trail.canonical import canonical, parse
    from clinic.trail.chain import digest_of
    from clinic.trail.replay import merge
    from monitoring.models import Tag

    others = {old: str(uuid7()) for old in sorted(template.own)}

    def other(found: re.Match[str]) -> str:
        return others.get(found[0], found[0])

    for old, (kind, entries) in template.chains.items():
        chain, previous = UUID(others[str(old)]), ""
        state: dict[str, Any] = {}
        for entry in entries:
            text = UUIDS.sub(other, entry.payload).replace(template.mrn, mrn)
            text = text.replace(template.mrn.lower(), mrn.lower())
            content = json.loads(text)
            merge(state, content["rows"])
            if _signed(state, content, previous):
                text = canonical(content)
                merge(state, content["rows"])
            made = TrailEntry(
                id=uuid7(), chain=chain, seq=entry.seq, verb=entry.verb, at=entry.at,
                actor_id=entry.actor_id, device=entry.device, payload=text, previous=previous,
                key_id=keys.current(),
            )  # fmt: skip
            made.digest = previous = digest_of(made)
            yield made
        yield ChainHead(id=chain, kind=kind, count=len(entries), digest=previous)
        for table, by_id in state.items():
            model = apps.get_model("monitoring", table)
            for row in by_id.values():
                yield parse(model, row)
    for row in template.derived:
        again = copy(row)
        again.session_id = UUID(others[str(row.session_id)])
        if isinstance(row, Tag):
            again.pk = None
        yield again


def _signed(state: Any, content: Any, previous: str) -> bool:
    """Make the digests of a clearance in this entry those of the clone; whether there is one."""
    from monitoring.proof.content import content_digest, cut

    found = False
    for key, row in content["rows"].get("clearance", {}).items():
        if row and row.get("content_digest"):
            covered = cut(state, row["through_seq"], key)
            row["content_digest"] = content_digest(covered, content["detail"])
            row["chain_head"] = previous
            found = True
    return found


@contextmanager
def without_guards() -> Iterator[None]:
    from django.db import connection

    from monitoring import guards
    from monitoring.guards import privileges

    privileges.lift(connection)
    guards.drop(connection)
    try:
        yield
    finally:
        guards.install(connection)
        privileges.restrict(connection)
