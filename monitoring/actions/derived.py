"""Keeps what is made from the facts of a session in step with them, in the verb's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from monitoring.models import Figures, Session, Tag
from monitoring.models.session import IN_PROGRESS
from monitoring.proof.derived import batches, loaded
from monitoring.rules.facts import SessionFacts
from monitoring.rules.phase import ENDED
from monitoring.rules.tags import tags


def keep(session: Session, before: SessionFacts, after: SessionFacts) -> None:
    """Write what has changed from the facts `before` to those `after`: mostly nothing. When a
    session ends everything is written anew."""
    if after.phase in ENDED and before.phase not in ENDED:
        make([session.pk], {session.pk: after})
        return
    was, now = tags(before), tags(after)
    if gone := was - now:
        of_these = (Q(kind=tag.kind, code=tag.code) for tag in gone)
        either = Q()
        for one in of_these:
            either |= one
        Tag.objects.filter(either, session=session.pk).delete()
    if come := now - was:
        Tag.objects.bulk_create(
            [Tag(session_id=session.pk, kind=tag.kind, code=tag.code) for tag in sorted(come)],
            ignore_conflicts=True,
        )


def make(ids: Iterable[UUID], facts: dict[UUID, SessionFacts]) -> None:
    """Write all of it anew for sessions of these facts, which are whole."""
    Tag.objects.filter(session__in=list(ids)).delete()
    Tag.objects.bulk_create(
        Tag(session_id=id, kind=tag.kind, code=tag.code)
        for id, of_one in facts.items()
        for tag in sorted(tags(of_one))
    )
    Figures.objects.filter(session__in=list(ids)).delete()
    Figures.objects.bulk_create(
        Figures(session_id=id) for id, of_one in facts.items() if of_one.phase in ENDED
    )


def rebuild(ids: Iterable[UUID] | None = None) -> int:
    """Make it again from the rows, of every session or of `ids`; how many sessions these were.
    Each batch is one transaction, in which its sessions are locked."""
    count = 0
    wanted = Session.objects.order_by("pk").values_list("pk", flat=True) if ids is None else ids
    for batch in batches(wanted):
        with transaction.atomic():
            list(Session.objects.filter(pk__in=batch).order_by("pk").select_for_update())
            make(batch, {session.pk: session.facts() for session in loaded(batch)})
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
