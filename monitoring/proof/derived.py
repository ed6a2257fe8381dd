"""What is made from the facts of sessions, against the facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from clinic.trail.differences import Held
from monitoring.models import Figures, Session, Tag
from monitoring.models.amended import amended, has_amending
from monitoring.models.session import recorded
from monitoring.proof import plain
from monitoring.proof.plain_facts import PlainFacts
from monitoring.rules.phase import ENDED
from monitoring.rules.tags import tags

BATCH = 200
Row = dict[str, Any]
_OF_TAG = ("session_id", "site_id", "planned_for", "kind", "code")
_OF_FIGURES = tuple(field.attname for field in Figures._meta.concrete_fields)
_OF_SESSION = ("session_id", "site_id", "planned_for")
_SHARED = ("patient", "site", "protocol_version")


def differences(sessions: Iterable[Session]) -> Iterator[tuple[UUID, str]]:
    """By session what is kept of it and is not what its facts say; `sessions` are loaded whole."""
    by_id = {session.pk: session for session in sessions}
    kept: dict[UUID, set[tuple[str, str]]] = {id: set() for id in by_id}
    tagged = Tag.objects.filter(session__in=by_id)
    for id, site, day, *tag in tagged.values_list(*_OF_TAG):
        session = by_id[id]
        # Under another site or day it is not found: as if it were not there.
        if (site, day) == (session.site_id, session.planned_for):
            kept[id].add((tag[0], tag[1]))
    figures = Figures.objects.filter(pk__in=by_id).values(*_OF_FIGURES)
    counted = {row["session_id"]: row for row in figures}
    after = amended(by_id)
    for id, session in by_id.items():
        facts = session.facts()
        told = tags(facts, is_amended=id in after)
        made = Figures.columns_of(session, facts) if session.phase in ENDED else None
        for words in _wrong(kept[id], told, counted.get(id), made):
            yield id, words


def differ(held: Collection[Held], facts: PlainFacts) -> bool:
    """Whether anything is kept of the sessions whose plain rows are `held` that is not what their
    facts say, or is not kept."""
    ids = {UUID(row["id"]): None for of_one in held for _, row in of_one["session"]}
    kept: dict[str, set[tuple[str, ...]]] = {}
    for tag in plain.belonging(Tag, "session_id", ids):
        kept.setdefault(tag["session_id"], set()).add(tuple(tag[name] for name in _OF_TAG[1:]))
    counted = {row["session_id"]: row for row in plain.belonging(Figures, "session_id", ids)}
    for of_one, (own, of_session) in zip(held, facts.of(held), strict=True):
        where = own["site_id"], own["planned_for"]
        told = tags(of_session, is_amended=has_amending(of_one))
        if kept.get(own["id"], set()) != {(*where, *tag) for tag in told}:
            return True
        made = None
        if own["phase"] in ENDED:
            made = dict(zip(_OF_SESSION, (own["id"], *where), strict=True))
            made |= Figures.values_of(of_session)
        if counted.get(own["id"]) != made:
            return True
    return False


def _wrong(
    kept: set[tuple[str, str]], told: frozenset[Any], counted: Row | None, made: Row | None
) -> Iterator[str]:
    wrong = {f"{kind} {code}" for kind, code in kept ^ set(told)}
    if wrong:
        yield f"is tagged otherwise than its facts say: {', '.join(sorted(wrong))}"
    if words := _compared(counted, made):
        yield words


def _compared(kept: Row | None, made: Row | None) -> str:
    """What is wrong with the figures `kept`, which should be as those `made`; "" if nothing."""
    if kept is None or made is None:
        return "" if kept is made else "goes on, with figures" if kept else "ended without figures"
    wrong = [name for name in _OF_FIGURES if kept[name] != made[name]]
    return f"has other figures than its facts say: {', '.join(wrong)}" if wrong else ""


def loaded(ids: Iterable[UUID]) -> list[Session]:
    """The sessions of `ids` with what the rules read, in a number of queries that is fixed. Many
    are of one patient, site and protocol, of which there is one instance; a session without one of
    them is left out."""
    found = Session.objects.loading(*recorded()).prefetch_related(*_SHARED).filter(pk__in=list(ids))
    return [s for s in found if all(map(s._state.fields_cache.get, _SHARED))]


def batches(ids: Iterable[UUID], size: int = BATCH) -> Iterator[list[UUID]]:
    batch: list[UUID] = []
    for id in ids:
        batch.append(id)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
