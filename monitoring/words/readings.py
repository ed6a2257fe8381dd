"""Readings as rows of a table, corrected ones included."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic.pages.numbers import minus
from monitoring.models import Amendment, Reading, Session
from monitoring.models.facts import reading_facts
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.filling import filling
from monitoring.rules.flags import reading_flags
from monitoring.rules.measures import OBSERVATIONS, Number, Observation
from monitoring.rules.protocol import Protocol
from monitoring.rules.scales import SCALES
from monitoring.rules.schedule import slots
from monitoring.words import wording
from monitoring.words.people import recorder
from monitoring.words.strikes import strike_notes
from monitoring.words.values import Measured, beside, value

RECEIVED_LATER = timedelta(minutes=2)
"""From this difference on, both the time taken and the time received are shown."""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    detail: str = ""
    is_flagged: bool = False
    is_scale: bool = False
    """Whether `detail` says what the number means on its scale."""


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    label: str
    taken_at: datetime
    received_at: datetime | None
    elapsed: str
    cells: tuple[Cell, ...]
    flags: tuple[str, ...]
    by: str
    notes: tuple[str, ...]
    is_replaced: bool
    is_correction: bool
    is_struck: bool = False
    saved_at: datetime | None = None
    """When the server had it, whether or not that differs."""

    @property
    def is_gone(self) -> bool:
        """Whether it counts no more."""
        return self.is_replaced or self.is_struck

    @property
    def is_remarkable(self) -> bool:
        """Whether more is to be said than what was measured, when and by whom."""
        return bool(self.flags or self.notes or self.is_replaced or self.received_at)


@dataclass(frozen=True, slots=True)
class Column:
    """The heading over one observation: its short name, and its unit where it has one."""

    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Readings under their headings: each row has a cell for each column, in the same order."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def width(self) -> int:
        """How many columns there are, with what the reading was for and its time."""
        return len(self.columns) + 2

    @property
    def legend(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """What the numbers in it mean: each scale's heading, and the values that occur
        with their words, the lowest first."""
        found: dict[str, dict[str, str]] = {}
        for row in self.rows:
            for column, cell in zip(self.columns, row.cells, strict=True):
                if cell.is_scale:
                    found.setdefault(column.name, {})[cell.text] = cell.detail
        return tuple((name, tuple(sorted(words.items()))) for name, words in found.items())


def table(session: Session, facts: SessionFacts, *, only: Collection[UUID] | None = None) -> Table:
    """All readings of the session, or those with the ids in `only`."""
    found = (r for r in rows(session, facts) if only is None or r.id in only)
    return Table(columns(facts.protocol), tuple(found))


def columns(protocol: Protocol) -> tuple[Column, ...]:
    """One an observation, in the order in which `cells` gives their values."""
    return tuple(column(observation, protocol) for observation in OBSERVATIONS.values())


def column(observation: Observation, protocol: Protocol) -> Column:
    return _column(observation, protocol.scales.get(observation.key, ""))


def _column(observation: Observation, scale_id: str) -> Column:
    """A scale that is a number alone, such as 0-4, is named after what it rates."""
    if scale_id and SCALES[scale_id].name[0].isalpha():
        return Column(SCALES[scale_id].name)
    unit = observation.measures[0].unit if observation.measures else ""
    return Column(_(observation.short or observation.name), unit)


def rows(session: Session, facts: SessionFacts) -> list[Row]:
    """One row a reading, in the order taken; a corrected one stands before its correction. What was
    entered in error stays among them."""
    people = {r.id: r for r in session.rows.of(Reading)}
    counting = {r.id for r in facts.readings}
    struck = [reading_facts(row) for id, row in people.items() if id not in counting]
    observed = [*facts.readings, *struck]
    flags, notes = reading_flags(facts), strike_notes(session.rows)
    replaced = {r.replaces for r in observed if r.replaces}
    late, amended = _late(facts), _amended(session)
    homes = filling(facts).homes
    ordered = sorted(observed, key=lambda r: (*facts.order(r), r.seq))
    return [
        Row(
            id=r.id,
            label=_label(facts, r, homes),
            taken_at=r.taken_at,
            saved_at=r.received_at,
            received_at=r.received_at if r.received_at - r.taken_at > RECEIVED_LATER else None,
            elapsed=elapsed(facts, r),
            cells=cells(r, people[r.id], {f.field for f in flags.get(r.id, ())}),
            flags=tuple(wording.flag(f) for f in flags.get(r.id, ())),
            by=recorder(people[r.id]),
            notes=(
                *late.get(r.id, ()),
                *_notes(people[r.id]),
                *amended.get(r.id, ()),
                *([notes[r.id].words] if r.id in notes else []),
            ),
            is_replaced=r.id in replaced,
            is_correction=r.replaces is not None,
            is_struck=r.id not in counting,
        )
        for r in ordered
    ]


def _amended(session: Session) -> dict[UUID, tuple[str, ...]]:
    """What was said of a reading after the session had ended, by its id."""
    found: dict[UUID, tuple[str, ...]] = {}
    for amendment in session.rows.if_loaded(Amendment):
        if amendment.about == "reading" and amendment.about_id:
            words = _("Amended: %(text)s") % {"text": amendment.text}
            found[amendment.about_id] = (*found.get(amendment.about_id, ()), words)
    return found


def elapsed(facts: SessionFacts, reading: ReadingFacts) -> str:
    """Minutes after the first dose, with a minus before it; nothing before there is one."""
    minutes = facts.minutes(reading.taken_at)
    if minutes is None:
        return ""
    return _("%(count)s min") % {"count": minus(minutes)}


def _late(facts: SessionFacts) -> dict[UUID, tuple[str, ...]]:
    """By reading what it was too late for; a blood pressure may be that of a slot before too."""
    if not facts.readings:
        return {}
    last = max(r.received_at for r in facts.readings)
    homes = filling(facts).homes
    found: dict[UUID, tuple[str, ...]] = {}
    for slot in (s for s in slots(facts, last) if s.state == "late"):
        if slot.reading is None:
            continue
        params = {"slot": slot.minutes, "count": slot.minutes_over}
        is_own = homes.get(slot.reading.id) == slot.minutes
        words = (
            _("%(count)s min late") if is_own else _("%(slot)s-minute reading %(count)s min late")
        )
        found[slot.reading.id] = (*found.get(slot.reading.id, ()), words % params)
    return found


def label(facts: SessionFacts, reading: ReadingFacts) -> str:
    """What a reading was for: "Pre-dose", "40 min", "Additional"."""
    return _label(facts, reading, filling(facts).homes)


def _label(facts: SessionFacts, reading: ReadingFacts, homes: Mapping[UUID, int]) -> str:
    first = facts.first_dose_at
    if first is None or reading.taken_at <= first:
        return _("Pre-dose")
    if reading.id in homes:
        return _("%(count)s min") % {"count": homes[reading.id]}
    return _("Additional")


def cells(observed: ReadingFacts, row: Reading, flagged: Iterable[str]) -> tuple[Cell, ...]:
    """They follow from what was measured, whoever it was: the same are worded once."""
    return _cells(
        tuple(observed.values.items()),
        tuple(observed.not_done.items()),
        tuple(getattr(row, f"{o.key}_scale", "") for o in OBSERVATIONS.values() if o.is_scale),
        frozenset(flagged),
        tuple(OBSERVATIONS),
        get_language(),
    )


@lru_cache(maxsize=4096)
def _cells(
    values: tuple[tuple[str, Number | None], ...],
    not_done: tuple[tuple[str, str], ...],
    scales: tuple[str, ...],
    flagged: frozenset[str],
    keys: tuple[str, ...],
    _language: str | None,
) -> tuple[Cell, ...]:
    """`scales` are those of the rated observations, in their order."""
    measured, coded, rated_on = dict(values), dict(not_done), iter(scales)
    found = []
    for observation in (OBSERVATIONS[key] for key in keys):
        scale = next(rated_on) if observation.is_scale else ""
        found.append(_cell(observation, measured, coded, scale, flagged))
    return tuple(found)


def _cell(
    observation: Observation,
    measured: Measured,
    not_done: Mapping[str, str],
    scale: str,
    flagged: frozenset[str],
) -> Cell:
    if code := not_done.get(observation.key):
        return Cell(wording.not_done(code))
    text = value(measured, observation)
    if not text:
        return Cell("–")
    fields = observation.fields
    is_flagged = not flagged.isdisjoint(fields)
    rated = measured.get(fields[0]) if scale else None
    if rated is not None:
        return Cell(text, _(SCALES[scale].words(rated)), is_flagged, is_scale=True)
    return Cell(text, beside(measured, observation), is_flagged)


def values(row: Reading) -> str:
    """What was measured, in one line: "BP 120/80 mmHg, MOAA/S 5"."""
    parts, observed = [], reading_facts(row)
    for observation in OBSERVATIONS.values():
        text = value(observed.values, observation)
        if text:
            shown = _column(observation, getattr(row, f"{observation.key}_scale", ""))
            words = _("%(name)s %(value)s %(unit)s") if shown.unit else _("%(name)s %(value)s")
            said = words % {"name": shown.name, "value": text, "unit": shown.unit}
            parts.append(" ".join(filter(None, (said, beside(observed.values, observation)))))
    return ", ".join(parts) or _("not done")


def _notes(row: Reading) -> tuple[str, ...]:
    notes = []
    if row.correction_reason:
        notes.append(_("Correction: %(reason)s") % {"reason": row.correction_reason})
    if row.late_reason and row.late_reason != row.correction_reason:
        # What follows ends the sentence.
        reason = row.late_reason.rstrip(".")
        notes.append(_("Entered late: %(reason)s") % {"reason": reason})
    if row.after_departure and row.replaces_id:
        notes.append(_("Corrected after the patient had left"))
    elif row.after_departure:
        notes.append(_("Arrived after the patient had left"))
    if row.note:
        notes.append(row.note)
    return tuple(notes)
