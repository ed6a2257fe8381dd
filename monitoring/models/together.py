"""What one entry made beside a fact: it was told in the same breath, and is struck with it."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.models.call import Call
from monitoring.models.departure import Departure
from monitoring.models.event import Event
from monitoring.models.row import SessionFact
from monitoring.models.rows import SessionRows


def made_with(rows: SessionRows, fact: SessionFact) -> tuple[Event, ...]:
    """The events that stand and were made by the entry that made `fact`: what a call told, which a
    clinician reviews; who was informed of a serious event that was told at a transfer.

    An answer that someone recorded by itself is its own, and stays. A correction has the place of
    what it replaces.
    """
    by_seq = {event.seq: event for event in rows.of(Event)}
    places = {event.pk for seq in _numbers(rows, fact, by_seq) if (event := by_seq.get(seq))}
    return tuple(e for e in rows.standing(Event) if rows.first(e).pk in places)


def _numbers(rows: SessionRows, fact: SessionFact, by_seq: dict[int, Event]) -> Iterator[int]:
    """The numbers that follow on that of `fact`, as its verb gave them."""
    if isinstance(fact, Call):
        told = (fact.has_suicidal_thoughts, fact.had_adverse_event)
        yield from range(fact.seq + 1, fact.seq + 1 + sum(map(bool, told)))
    elif isinstance(fact, Event) and fact.kind == Event.Kind.ADVERSE_EVENT:
        first = rows.first(fact)
        after = by_seq.get(first.seq + 1)
        left_then = {left.recorded_at for left in rows.if_loaded(Departure)}
        if after is None or after.answers_event_id != first.pk:
            return
        if after.recorded_at == first.recorded_at and first.recorded_at in left_then:
            yield after.seq
