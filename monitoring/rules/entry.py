"""What a nurse entered for one reading, and what must be asked or mended before it is kept.

A reading is never refused for its value, its lateness or its clock: impossible values and the
future are refused at the field, implausible ones ask (CLINICAL 7, hazards 5, 8 and 28).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from clinic.message import Message
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.filling import observations_at
from monitoring.rules.lateness import lateness
from monitoring.rules.measures import (
    NOT_DONE_REASONS,
    OBSERVATIONS,
    Number,
    implausible,
    impossible,
)
from monitoring.rules.scales import SCALES
from monitoring.rules.times import is_on_wrong_side, is_this_the_time

PRE_DOSE = 0
"""The slot asked for before the first device; every observation belongs to it."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`asked` is the slot the nurse took it for: minutes, PRE_DOSE, or None for an additional one.

    `confirmed` holds the fields whose implausible value she was asked about and kept;
    `confirmed_at` the moment she was asked about and kept.
    """

    taken_at: datetime
    values: Mapping[str, Number | None]
    not_done: Mapping[str, str] = field(default_factory=dict)
    asked: int | None = None
    confirmed: frozenset[str] = frozenset()
    confirmed_at: datetime | None = None
    late_reason: str = ""


def corrected(original: ReadingFacts, entry: Entry, *, is_time_wrong: bool) -> Entry:
    """The whole set that stands in the place of `original`, of which `entry` is what was wrong.

    What was left empty keeps the original's value, or its reason for not being measured. The time
    is the original's unless `is_time_wrong`: correcting a value makes it no newer.
    """
    values, not_done = dict(original.values), dict(original.not_done)
    for observation, fields in ((o.key, o.fields) for o in OBSERVATIONS.values()):
        typed = {f: entry.values[f] for f in fields if entry.values.get(f) is not None}
        code = entry.not_done.get(observation, "")
        if code:
            not_done[observation] = code
            values |= dict.fromkeys(fields, None) | typed
        elif typed:
            not_done.pop(observation, None)
            values |= typed
    beside = (o.beside.key for o in OBSERVATIONS.values() if o.beside)
    values |= {key: entry.values[key] for key in beside if entry.values.get(key) is not None}
    return replace(
        entry,
        taken_at=entry.taken_at if is_time_wrong else original.taken_at,
        values=values,
        not_done=not_done,
        asked=None,
        late_reason=entry.late_reason if is_time_wrong else "",
    )


def correction_problems(
    facts: SessionFacts, original: ReadingFacts, entry: Entry, now: datetime, *, is_time_wrong: bool
) -> list[Message]:
    """What is wrong with `entry` as a correction of `original`, in facts without it.

    Only what was typed is asked about; the time and why it is late, only when another was typed.
    """
    typed = {f for f, value in entry.values.items() if value is not None}
    if not typed and not any(entry.not_done.values()) and not is_time_wrong:
        return [Message("nothing_entered", field="systolic")]
    whole = corrected(original, entry, is_time_wrong=is_time_wrong)
    kept = {f for f in whole.values if f not in typed}
    found = entry_problems(
        facts.without(original.id), replace(whole, confirmed=entry.confirmed | kept), now
    )
    if "spo2" not in typed:
        # One from before oxygen was asked stays not known until its SpO2 is typed.
        found = [p for p in found if p.code != "oxygen_missing"]
    return [p for p in found if is_time_wrong or p.field not in {"taken_at", "late_reason"}]


def entry_problems(facts: SessionFacts, entry: Entry, now: datetime) -> list[Message]:
    """Everything to mend or to confirm, in the order of the fields. Empty when it can be kept."""
    return [
        *_presence(facts, entry),
        *impossible(entry.values),
        *_scale_values(facts, entry),
        *_questions(facts, entry),
        *_time(facts, entry, now),
    ]


def _time(facts: SessionFacts, entry: Entry, now: datetime) -> Iterator[Message]:
    """Read back before it counts; more than five minutes back asks why (CLINICAL 8, rule 37)."""
    wrong_side = entry.asked is not None and is_on_wrong_side(
        facts, entry.taken_at, is_predose=entry.asked == PRE_DOSE
    )
    question = is_this_the_time(
        facts,
        entry.taken_at,
        now,
        "taken_at",
        confirmed=entry.confirmed_at,
        is_on_wrong_side=wrong_side,
    )
    late = lateness(facts.protocol, entry.taken_at, now, entry.late_reason)
    yield from filter(None, (question, late))


def _presence(facts: SessionFacts, entry: Entry) -> Iterator[Message]:
    """A value or a coded reason for each observation that is needed; with SpO2 what was breathed
    (CLINICAL 8, rules 38 and 50)."""
    needed = _needed(facts, entry.asked)
    is_empty = True
    for observation in OBSERVATIONS.values():
        key, fields, beside = observation.key, observation.fields, observation.beside
        missing = [f for f in fields if entry.values.get(f) is None]
        has_beside = beside is not None and entry.values.get(beside.key) is not None
        code = entry.not_done.get(key, "")
        if code and code not in NOT_DONE_REASONS:
            yield Message("unknown_reason", field=f"{key}_not_done")
        if code and len(missing) < len(fields):
            yield Message("value_and_reason", field=fields[0])
        elif not code and missing and len(missing) < len(fields):
            yield Message("required", field=missing[0])
        elif not code and missing and (key in needed or has_beside):
            yield Message("value_or_reason", field=fields[0])
        elif beside and not missing and not has_beside:
            yield Message("oxygen_missing", field=beside.key)
        is_empty = is_empty and len(missing) == len(fields) and not (code or has_beside)
    if is_empty and not needed:
        yield Message("nothing_entered", field="systolic")


def _needed(facts: SessionFacts, asked: int | None) -> tuple[str, ...]:
    if asked is None:
        return ()
    return observations_at(facts.protocol, None if asked == PRE_DOSE else asked)


def _scale_values(facts: SessionFacts, entry: Entry) -> Iterator[Message]:
    for name, scale in facts.protocol.scales.items():
        value = entry.values.get(name)
        if value is not None and value not in SCALES[scale].values:
            yield Message("not_on_scale", {"value": value, "scale": SCALES[scale].name}, name)


def _questions(facts: SessionFacts, entry: Entry) -> Iterator[Message]:
    refused = {p.field for p in impossible(entry.values)}
    previous = previous_values(facts, entry.taken_at)
    for question in implausible(entry.values, previous):
        if question.field not in entry.confirmed | refused:
            yield question


def previous_values(facts: SessionFacts, before: datetime) -> dict[str, Number | None]:
    """The last measured value of each field among standing readings taken before `before`."""
    last: dict[str, Number | None] = {}
    for reading in facts.standing_readings:
        if reading.taken_at < before:
            last |= {k: v for k, v in reading.values.items() if v is not None}
    return last
