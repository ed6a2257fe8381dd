"""What the monitoring form is filled from, and the value of each of its fields.

The record answers where it can. Where it cannot, the observer's answer counts; where there is none,
the value is missing, and is never guessed (CLINICAL 7, hazards 29 and 37).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Literal

from monitoring.rules.facts import whole_minutes
from monitoring.rules.rems_form import EVENTS, Field, Revision
from monitoring.rules.scales import DISSOCIATION_0_4, MOAAS, Scale

Value = str | int | bool | dict[str, object] | list[object]
"""As JSON has it: a filed copy is compared with what the record says later."""
NOT_READY = "not_ready"
"""The answer of an observer whose patient was not ready when leaving."""


@dataclass(frozen=True, slots=True)
class Pressure:
    """A blood pressure, or the code of why it was not measured."""

    systolic: int | None = None
    diastolic: int | None = None
    not_done: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """`is_known`: whether what left it is known to the spray."""

    mg: float
    lot: str
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Serious:
    detail: str
    onset_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ratings:
    """One scale over the session: `before` the dose, and since, in the order they were taken."""

    before: int | None = None
    since: tuple[tuple[datetime, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSource:
    """One session of SPRAVATO as the form asks about it. None is what the record does not know."""

    given_name: str
    family_name: str
    birth_date: date
    sex: str
    enrolled_on: date | None
    is_first_treatment: bool
    benzodiazepine: bool | None
    hypnotic: bool | None
    opioid: bool | None
    stimulant: bool | None
    maoi: bool | None
    monitor_first_name: str
    monitor_last_name: str
    monitor_telephone: str
    monitor_email: str
    site_name: str
    address: str
    address_2: str
    city: str
    state: str
    postal_code: str
    zone: tzinfo
    first_dose_at: datetime
    ended_at: datetime | None
    devices: tuple[Device, ...]
    ready_minutes: int | None
    pressure_before: Pressure | None
    pressure_40: Pressure | None
    pressure_end: Pressure | None
    oxygen_saturations: tuple[int, ...]
    sedation: Ratings
    dissociation: Ratings
    was_serious: bool | None
    serious_events: tuple[Serious, ...]
    answers: Mapping[str, Value] = field(default_factory=dict)

    def minutes(self, at: datetime) -> int:
        """Whole minutes after the first device."""
        return whole_minutes(at - self.first_dose_at)


Standing = Literal["filled", "missing", "empty", "by_hand"]


@dataclass(frozen=True, slots=True)
class Filled:
    """A field with its value. `is_answer`: the observer gave it, the record has none."""

    field: Field
    value: Value | None
    standing: Standing
    is_answer: bool = False


def fill(source: FormSource, revision: Revision) -> tuple[Filled, ...]:
    """Every field of `revision` in its order, with its value or as missing."""
    return tuple(_fill(source, f, revision) for f in revision.fields)


def missing(filled: tuple[Filled, ...]) -> tuple[Field, ...]:
    return tuple(f.field for f in filled if f.standing == "missing")


def asked(source: FormSource, revision: Revision) -> tuple[Field, ...]:
    """What the observer is asked: each field that may be and that the record does not answer. What
    goes with a Yes is asked with it, for the answer may be one."""
    found = []
    for one in revision.fields:
        condition = _recorded(source, one.only_if) if one.only_if else True
        if one.is_asked and _recorded(source, one.key) is None and condition is not False:
            found.append(one)
    return tuple(found)


def values(filled: tuple[Filled, ...]) -> dict[str, Value | None]:
    """What a copy keeps, by field."""
    return {f.field.key: f.value for f in filled if f.standing != "by_hand"}


def changed(
    copy: Mapping[str, Value | None], filled: tuple[Filled, ...]
) -> tuple[tuple[Filled, Value | None], ...]:
    """The fields that now say otherwise than the `copy` that was filed, each with what it said."""
    return tuple(
        (f, copy[f.field.key])
        for f in filled
        if f.field.key in copy and copy[f.field.key] != f.value
    )


def _fill(source: FormSource, asked_for: Field, revision: Revision) -> Filled:
    if asked_for.origin == "hand":
        return Filled(asked_for, None, "by_hand")
    if asked_for.only_if and value_of(source, asked_for.only_if) is not True:
        return Filled(asked_for, None, "empty")
    value = value_of(source, asked_for.key)
    if value is None:
        return Filled(asked_for, None, "missing" if asked_for.is_required else "empty")
    is_answer = _recorded(source, asked_for.key) is None
    return Filled(asked_for, value, "filled", is_answer)


def value_of(source: FormSource, key: str) -> Value | None:
    """What the record says, else what the observer answered."""
    found = _recorded(source, key)
    return source.answers.get(key) if found is None else found


def _recorded(source: FormSource, key: str) -> Value | None:
    """What the record alone says of the field `key`; None where it cannot know."""
    found = _VALUES[key](source) if key in _VALUES else None
    return None if found in ("", []) else found


def _date(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _dose(s: FormSource) -> Value | None:
    if not s.devices:
        return None
    mg = round(sum(d.mg for d in s.devices), 1)
    return {"mg": f"{mg:g}", "is_known": all(d.is_known for d in s.devices)}


def _lots(s: FormSource) -> Value:
    return list(dict.fromkeys(d.lot for d in s.devices))


def _pressure(found: Pressure | None) -> Value | None:
    if found is None:
        return None
    if found.systolic is None or found.diastolic is None:
        return {"not_done": found.not_done}
    return {"systolic": found.systolic, "diastolic": found.diastolic}


def _oximetry(s: FormSource) -> Value | None:
    found = s.oxygen_saturations
    return {"checks": len(found), "lowest": min(found)} if found else None


def _is_worse(scale: Scale, value: int, than: int) -> bool:
    order = [level.value for level in scale.levels]
    return order.index(value) > order.index(than)


def _was(scale: Scale, ratings: Ratings) -> bool | None:
    """Whether any rating since the dose was other than unaffected; None where none was taken."""
    if not ratings.since:
        return None
    return any(_is_worse(scale, v, scale.levels[0].value) for _at, v in ratings.since)


def _onset(s: FormSource, scale: Scale, ratings: Ratings) -> int | None:
    unaffected = scale.levels[0].value
    found = (at for at, v in ratings.since if _is_worse(scale, v, unaffected))
    at = next(found, None)
    return None if at is None else s.minutes(at)


def _resolved(s: FormSource, scale: Scale, ratings: Ratings) -> int | None:
    """The first reading at the pre-dose level or better that is not followed by a worse one; None
    where there is none, or no onset."""
    if not _was(scale, ratings):
        return None
    level = scale.levels[0].value if ratings.before is None else ratings.before
    found: datetime | None = None
    for at, value in ratings.since:
        if _is_worse(scale, value, level):
            found = None
        elif found is None:
            found = at
    return None if found is None else s.minutes(found)


def _serious(s: FormSource) -> bool | None:
    return True if s.serious_events else s.was_serious


def _serious_detail(s: FormSource) -> Value:
    return [
        {
            "detail": e.detail,
            "onset": None if e.onset_at is None else s.minutes(e.onset_at),
            "resolved": None if e.resolved_at is None else s.minutes(e.resolved_at),
        }
        for e in s.serious_events
    ]


_VALUES: dict[str, Callable[[FormSource], Value | None]] = {
    "first_name": lambda s: s.given_name,
    "last_name": lambda s: s.family_name,
    "birth_date": lambda s: _date(s.birth_date),
    "sex": lambda s: s.sex if s.sex != "unknown" else None,
    "first_treatment": lambda s: s.is_first_treatment,
    "enrolled_on": lambda s: _date(s.enrolled_on),
    "benzodiazepines": lambda s: s.benzodiazepine,
    "hypnotics": lambda s: s.hypnotic,
    "opioids": lambda s: s.opioid,
    "psychostimulants": lambda s: s.stimulant,
    "maois": lambda s: s.maoi,
    "monitor_first_name": lambda s: s.monitor_first_name,
    "monitor_last_name": lambda s: s.monitor_last_name,
    "monitor_telephone": lambda s: s.monitor_telephone,
    "monitor_email": lambda s: s.monitor_email,
    "setting_name": lambda s: s.site_name,
    "address_1": lambda s: s.address,
    "address_2": lambda s: s.address_2,
    "city": lambda s: s.city,
    "state": lambda s: s.state,
    "zip": lambda s: s.postal_code,
    "treatment_date": lambda s: _date(s.first_dose_at.astimezone(s.zone).date()),
    "dose": _dose,
    "lot_numbers": _lots,
    "total_minutes": lambda s: None if s.ended_at is None else s.minutes(s.ended_at),
    "ready_minutes": lambda s: s.ready_minutes,
    "pressure_before": lambda s: _pressure(s.pressure_before),
    "pressure_40": lambda s: _pressure(s.pressure_40),
    "pressure_end": lambda s: _pressure(s.pressure_end),
    "oximetry": _oximetry,
    "sedation": lambda s: _was(MOAAS, s.sedation),
    "sedation_onset": lambda s: _onset(s, MOAAS, s.sedation),
    "sedation_resolved": lambda s: _resolved(s, MOAAS, s.sedation),
    "dissociation": lambda s: _was(DISSOCIATION_0_4, s.dissociation),
    "dissociation_onset": lambda s: _onset(s, DISSOCIATION_0_4, s.dissociation),
    "dissociation_resolved": lambda s: _resolved(s, DISSOCIATION_0_4, s.dissociation),
    "serious": _serious,
    "serious_detail": _serious_detail,
}


def problems(asked_for: tuple[Field, ...], answers: Mapping[str, object]) -> list[tuple[str, str]]:
    """What is wrong with `answers` to `asked_for`: a code by the field. A Yes is followed by its
    onset; whether it resolved may still be open. Nothing that was not asked is answered."""
    by_key = {f.key: f for f in asked_for}
    found = [("unknown", key) for key in answers if key not in by_key]
    for key, one in by_key.items():
        value = answers.get(key)
        follows = one.only_if in by_key and answers.get(one.only_if) is not True
        if follows and value is not None:
            found.append(("only_if_yes", key))
        elif not follows and value is None and not key.endswith("_resolved"):
            found.append(("unanswered", key))
    for event in EVENTS:
        onset, resolved = answers.get(f"{event}_onset"), answers.get(f"{event}_resolved")
        if isinstance(onset, int) and isinstance(resolved, int) and resolved < onset:
            found.append(("resolved_before_onset", f"{event}_resolved"))
    return found
