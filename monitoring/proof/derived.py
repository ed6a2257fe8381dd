"""What is made from the facts of sessions, against the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from monitoring.models import Figures, Session, Tag
from monitoring.models.amended import amended
from monitoring.models.session import recorded
from monitoring.rules.phase import ENDED
from monitoring.rules.tags import tags

BATCH = 200


def differences(sessions: Iterable[Session]) -> Iterator[tuple[UUID, str]]:
    """By session what is kept of it and is not what its facts say; `sessions` are loaded whole."""
    by_id = {session.pk: session for session in sessions}
    kept: dict[UUID, set[tuple[str, str]]] = {id: set() for id in by_id}
    for tag in Tag.objects.filter(session__in=by_id):
        session = by_id[tag.session_id]
        # Under another site or day it is not found: as if it were not there.
        if (tag.site_id, tag.planned_for) == (session.site_id, session.planned_for):
            kept[session.pk].add((tag.kind, tag.code))
    counted = Figures.objects.in_bulk(list(by_id))
    after = amended(by_id)
    for id, session in by_id.items():
        facts = session.facts()
        told = tags(facts, is_amended=id in after)
        wrong = {f"{kind} {code}" for kind, code in kept[id] ^ set(told)}
        if wrong:
            yield id, f"is tagged otherwise than its facts say: {', '.join(sorted(wrong))}"
        made = Figures.of(session, facts) if session.phase in ENDED else None
        if words := _compared(counted.get(id), made):
            yield id, words


def _compared(kept: Figures | None, made: Figures | None) -> str:
    """What is wrong with the figures `kept`, which should be as those `made`; "" if nothing."""
    if kept is None or made is None:
        return "" if kept is made else "goes on, with figures" if kept else "ended without figures"
    names = [field.attname for field in Figures._meta.concrete_fields]
    wrong = [name for name in names if getattr(kept, name) != getattr(made, name)]
    return f"has other figures than its facts say: {', '.join(wrong)}" if wrong else ""


def loaded(ids: Iterable[UUID]) -> list[Session]:
    """The sessions of `ids` with what the rules read, in a number of queries that is fixed."""
    return list(Session.objects.loading(*recorded()).with_what_stays().filter(pk__in=list(ids)))


def batches(ids: Iterable[UUID], size: int = BATCH) -> Iterator[list[UUID]]:
    batch: list[UUID] = []
    for id in ids:
        batch.append(id)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
