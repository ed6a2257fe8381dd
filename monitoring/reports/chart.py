"""What the chart of a session shows; how it is drawn says `drawing.py`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from monitoring.reports.drawing import PRESSURES, Mark, Picture, drawn
from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import reading_flags
from monitoring.rules.measures import OBSERVATIONS, Observation
from monitoring.rules.schedule import slots
from monitoring.words.readings import column


def session_chart(facts: SessionFacts, now: datetime) -> SafeString:
    """`chart` with its name and what it shows, in words."""
    names = (_(o.name) for o in OBSERVATIONS.values() if o.strip or o.key == "blood_pressure")
    title = _("Chart: %(observations)s") % {"observations": ", ".join(names)}
    description = _("%(count)s readings; the same values stand in the table of readings.") % {
        "count": len(facts.standing_readings)
    }
    return chart(facts, now, title=title, description=description)


def chart(facts: SessionFacts, now: datetime, *, title: str, description: str) -> SafeString:
    """The SVG of a session after its first device; empty before it. Texts are escaped here."""
    if facts.first_dose_at is None:
        return SafeString("")
    protocol = facts.protocol
    before = [facts.predose.value(key) for key in PRESSURES] if facts.predose else []
    strips = tuple(_strip_name(facts, o) for o in OBSERVATIONS.values() if o.strip)
    picture = Picture(
        title=title,
        description=description,
        pressure=_name(facts, OBSERVATIONS["blood_pressure"]),
        strips=strips,
        guide=(protocol.guide_systolic, protocol.guide_diastolic),
        notify=protocol.notify_systolic,
        predose=tuple(value for value in before if value is not None),
        window=facts.minutes(facts.window_ends_at) if facts.window_ends_at else None,
        slots=tuple((slot.minutes, slot.state) for slot in slots(facts, now)),
        last_slot=protocol.slots[-1],
        marks=tuple(_marks(facts)),
    )
    return drawn(picture, get_language())


def _marks(facts: SessionFacts) -> Iterator[Mark]:
    """The readings that have something to draw."""
    flags, strips = reading_flags(facts), [o for o in OBSERVATIONS.values() if o.strip]
    shown = {"blood_pressure", *(o.key for o in strips)}
    beside = (o.beside.key for o in strips if o.beside)
    fields = (*PRESSURES, *(o.fields[0] for o in strips), *beside)
    for reading in facts.standing_readings:
        if not reading.measured.isdisjoint(shown):
            values = tuple((field, reading.value(field)) for field in fields)
            flagged = frozenset(flag.field for flag in flags.get(reading.id, ()))
            yield Mark(facts.minutes(reading.taken_at) or 0, values, flagged)


def _name(facts: SessionFacts, observation: Observation) -> str:
    """As it heads the table of readings. On paper each letter in a drawing costs as much as a word
    beside it."""
    heading = column(observation, facts.protocol)
    return f"{heading.name} {heading.unit}".rstrip()


def _strip_name(facts: SessionFacts, observation: Observation) -> str:
    """With what stands beside some value of it."""
    name, beside = _name(facts, observation), observation.beside
    if beside and any(r.value(beside.key) for r in facts.standing_readings):
        params = {"name": name, "beside": _(beside.name), "unit": beside.unit}
        return _("%(name)s (+ %(beside)s %(unit)s)") % params
    return name
