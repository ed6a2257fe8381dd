"""What the rules say of one reading before it is written, asked once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from clinic.message import Message
from monitoring.rules.cautions import is_outside_criteria
from monitoring.rules.entry import Entry, corrected, correction_problems, entry_problems
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.filling import taken_already
from monitoring.rules.flags import flags_of
from monitoring.rules.meanwhile import moved_onto, taken_meanwhile
from monitoring.rules.times import future


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One reading, judged.

    `problems` are to be mended or confirmed first: nothing is written while there is one. `beside`
    is what has its place already, where it would add nothing to that. `is_outside` says that
    it shows a value outside the criteria or a flagged one, by which a standing clearance ends
    (CLINICAL 8, rule 33).
    """

    problems: tuple[Message, ...]
    beside: ReadingFacts | None
    is_outside: bool
    moved_onto: tuple[int, ReadingFacts] | None = None
    """The slot to which a correction of the time moves it, and what stands for that already."""


def judge(
    facts: SessionFacts,
    entry: Entry,
    now: datetime,
    id: UUID,
    through_seq: int | None = None,
    entered_at: datetime | None = None,
    known: Collection[UUID] = (),
) -> Judgement:
    """A new reading `id`; a time to come is all that is said of one that has it. `through_seq` is
    the last fact that whoever took it was shown. `entered_at` is the moment by which its time is
    questioned: now, unless it waited on the tablet, as the readings `known` did before it."""
    ahead = future(entry.taken_at, now, "taken_at")
    problems = [ahead] if ahead else entry_problems(facts, entry, entered_at or now)
    return _judged(facts, entry, now, id, problems, through_seq=through_seq, known=known)


def judge_correction(
    facts: SessionFacts,
    original: ReadingFacts,
    entry: Entry,
    now: datetime,
    id: UUID,
    entered_at: datetime | None = None,
    *,
    is_time_wrong: bool,
) -> Judgement:
    """Reading `id` in the place of `original`, of which `entry` holds what was wrong; `entered_at`
    is what it is of a new one."""
    ahead = future(entry.taken_at, now, "taken_at") if is_time_wrong else None
    problems = (
        [ahead]
        if ahead
        else correction_problems(
            facts, original, entry, entered_at or now, is_time_wrong=is_time_wrong
        )
    )
    whole = corrected(original, entry, is_time_wrong=is_time_wrong)
    return _judged(facts, whole, now, id, problems, replaces=original.id)


def _judged(
    facts: SessionFacts,
    entry: Entry,
    now: datetime,
    id: UUID,
    problems: list[Message],
    replaces: UUID | None = None,
    through_seq: int | None = None,
    known: Collection[UUID] = (),
) -> Judgement:
    reading = ReadingFacts(
        id=id,
        seq=facts.last_seq + 1,
        taken_at=entry.taken_at,
        received_at=now,
        meant_for=entry.asked,
        values=entry.values,
        not_done=entry.not_done,
        replaces=replaces,
    )
    after = replace(facts, last_seq=reading.seq, readings=(*facts.readings, reading))
    is_outside = is_outside_criteria(after, reading) or bool(flags_of(after, reading))
    beside = taken_already(facts, entry.asked, reading)
    beside = beside or taken_meanwhile(facts, reading, through_seq, now, known)
    return Judgement(
        problems=tuple(problems),
        beside=beside,
        is_outside=is_outside,
        moved_onto=moved_onto(facts, reading, replaces) if replaces else None,
    )
