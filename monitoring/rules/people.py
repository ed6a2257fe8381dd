"""Who was the prescriber on site, and who watched the patient, from when to when.

Both begin with the admission. Another prescriber is named by a handover, or by answers taken again
before the dose; another observer takes over by recording or accepting a handover (CLINICAL 8, rules
28 and 40).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from monitoring.rules.facts import EventFacts, SessionFacts


@dataclass(frozen=True, slots=True)
class Span:
    """One person, from `since` to `until`; the last has no end while the patient is here."""

    person: UUID
    since: datetime
    until: datetime | None = None


def prescribers(facts: SessionFacts) -> list[Span]:
    """Who was named as the prescriber on site, in order."""
    named = [(a.seq, Span(a.prescriber_id, a.at)) for a in facts.admissions if a.prescriber_id]
    named += [
        (e.seq, Span(e.handed_to, e.at))
        for e in facts.events
        if e.hands_over == "prescriber" and e.handed_to
    ]
    return _one_after_another(facts, named)


def observers(facts: SessionFacts) -> list[Span]:
    """Who watched the patient, in order."""
    began = [(a.seq, Span(a.by, a.at)) for a in facts.admissions[:1] if a.by]
    return _one_after_another(facts, [*began, *_taken_over(facts)])


def _taken_over(facts: SessionFacts) -> Iterator[tuple[int, Span]]:
    accepted = {e.accepts: e for e in facts.events if e.accepts}
    for event in facts.events:
        if event.hands_over != "observer" or event.handed_to is None:
            continue
        if event.by == event.handed_to:
            yield event.seq, Span(event.handed_to, event.at)
        elif acceptance := accepted.get(event.id):
            yield acceptance.seq, Span(event.handed_to, acceptance.at)


def _one_after_another(facts: SessionFacts, begun: Iterable[tuple[int, Span]]) -> list[Span]:
    """Each until the next begins, the last until the patient left; the same person goes on."""
    found: list[Span] = []
    for _seq, span in sorted(begun, key=lambda numbered: numbered[0]):
        if found and found[-1].person == span.person:
            continue
        if found:
            found[-1] = replace(found[-1], until=span.since)
        found.append(span)
    if found and facts.departure is not None:
        found[-1] = replace(found[-1], until=facts.departure.at)
    return found


def offered(facts: SessionFacts) -> EventFacts | None:
    """The handover of the watch that waits to be accepted: the latest, with no change since."""
    handovers = [e for e in facts.events if e.hands_over == "observer"]
    if not handovers:
        return None
    latest = max(handovers, key=lambda e: e.seq)
    is_accepted = any(e.accepts == latest.id for e in facts.events)
    return None if is_accepted or latest.by == latest.handed_to else latest


def is_over(watches: tuple[int, int] | None) -> bool:
    """Whether one person watches more patients than the site's number; False where it was not
    counted."""
    return watches is not None and watches[0] > watches[1]
