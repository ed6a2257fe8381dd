"""Keeps what is made from the facts of a session in step with them, in the verb's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Q

from monitoring import models
from monitoring.models import Figures, Session
from monitoring.models.amended import amended, amends
from monitoring.models.session import IN_PROGRESS
from monitoring.proof.derived import batches, loaded
from monitoring.rules.facts import SessionFacts
from monitoring.rules.phase import ENDED
from monitoring.rules.tags import AMENDED, Tag, tags


def keep(
    session: Session, before: SessionFacts, after: SessionFacts, inserted: Iterable[Model]
) -> None:
    """Write what has changed from the facts `before` to those `after`, with the rows `inserted`
    meanwhile: mostly nothing. When a session ends everything is written anew."""
    if any(map(amends, inserted)):
        models.Tag.objects.bulk_create(_rows(session, [AMENDED]), ignore_conflicts=True)
    if after.phase not in ENDED:
        _retag(session, tags(before), tags(after))
    elif before.phase not in ENDED:
        make([(session, after)])
    else:
        _retag(session, tags(before), tags(after))
        if (now := Figures.values_of(after)) != Figures.values_of(before):
            Figures.objects.filter(pk=session.pk).update(**now)


def _retag(session: Session, was: frozenset[Tag], now: frozenset[Tag]) -> None:
    if gone := was - now:
        either = reduce(or_, (Q(kind=tag.kind, code=tag.code) for tag in gone))
        models.Tag.objects.filter(either, session=session.pk).delete()
    if come := now - was:
        models.Tag.objects.bulk_create(_rows(session, come), ignore_conflicts=True)


def _rows(session: Session, found: Iterable[Tag]) -> list[models.Tag]:
    return [models.Tag.of(session, *tag) for tag in sorted(found)]


def make(sessions: Iterable[tuple[Session, SessionFacts]]) -> None:
    """Write all of it anew for sessions with their facts, which are whole."""
    made = list(sessions)
    ids = [session.pk for session, _ in made]
    models.Tag.objects.filter(session__in=ids).delete()
    Figures.objects.filter(session__in=ids).delete()
    after = amended(ids)
    found = [(s, tags(facts, is_amended=s.pk in after)) for s, facts in made]
    models.Tag.objects.bulk_create([row for one, of_one in found for row in _rows(one, of_one)])
    Figures.objects.bulk_create(
        [Figures.of(session, facts) for session, facts in made if facts.phase in ENDED]
    )


def rebuild(ids: Iterable[UUID] | None = None) -> int:
    """Make it again from the rows, of every session or of `ids`; how many sessions these were.
    Each batch is one transaction, in which its sessions are locked."""
    count = 0
    wanted = Session.objects.order_by("pk").values_list("pk", flat=True) if ids is None else ids
    for batch in batches(wanted):
        with transaction.atomic():
            list(Session.objects.filter(pk__in=batch).order_by("pk").select_for_update())
            make((session, session.facts()) for session in loaded(batch))
        count += len(batch)
    return count


def lacking() -> list[UUID]:
    """The sessions that ended before there were figures, and, where there is any such, those that
    go on."""
    ended = list(Session.objects.filter(phase__in=ENDED, figures=None).values_list("pk", flat=True))
    if not ended and Figures.objects.exists():
        return []
    going_on = Session.objects.filter(phase__in=IN_PROGRESS).values_list("pk", flat=True)
    return [*ended, *going_on]
