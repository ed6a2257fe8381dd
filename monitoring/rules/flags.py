"""Which value lies outside which configured range. Facts only: no score, no advice.

CLINICAL 8, rules 13, 14, 17, 18, 19, 42, 43 and 48.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from monitoring.rules.facts import EventFacts, ReadingFacts, SessionFacts
from monitoring.rules.marking import gettext_noop as _
from monitoring.rules.measures import OBSERVATIONS, Number
from monitoring.rules.once import once
from monitoring.rules.protocol import Protocol
from monitoring.rules.suicidality import SYMPTOM as SUICIDAL_THOUGHTS

Tier = Literal["repeat", "notify", "emergency"]

CRISIS_SYMPTOMS: dict[str, str] = {
    "chest_pain": _("Chest pain"),
    "shortness_of_breath": _("Shortness of breath"),
    "severe_headache": _("Severe headache"),
    "visual_disturbance": _("Visual disturbance"),
    "seizure": _("Seizure"),
    "reduced_consciousness": _("Reduced consciousness"),
    "focal_deficit": _("Focal neurological deficit"),
}
"""Symptoms of a hypertensive crisis, asked for whatever the numbers say (CLINICAL 1, "After
dosing", S8; hazard 10). A clinic cannot switch them off (rule 14)."""

EMERGENCY_SYMPTOMS: dict[str, str] = {
    SUICIDAL_THOUGHTS: _("Suicidal thoughts"),
    "apnoea": _("Apnoea"),
    "syncope": _("Syncope"),
}
"""Emergencies for another reason than the pressure: suicidality (CLINICAL 8, rule 42); no breathing
is below any respiratory rate (rule 48), a loss of consciousness MOAA/S 0 (rule 18)."""

OTHER_SYMPTOMS: dict[str, str] = {
    "dizziness": _("Dizziness"),
    "nausea": _("Nausea"),
    "vomiting": _("Vomiting"),
    "somnolence": _("Somnolence"),
    "anxiety": _("Anxiety"),
    "panic_agitation": _("Panic or agitation"),
    "hallucination": _("Hallucination"),
    "palpitation": _("Palpitation"),
    "fall": _("Fall"),
}

SYMPTOMS: dict[str, str] = {**CRISIS_SYMPTOMS, **EMERGENCY_SYMPTOMS, **OTHER_SYMPTOMS}


@dataclass(frozen=True, slots=True)
class Flag:
    """One value outside one configured limit. `field` is empty for a symptom or an event."""

    code: str
    tier: Tier
    field: str
    value: Number | None = None
    limit: Number | None = None
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flagged:
    """A reading or event with its flags, and when someone was first informed of it."""

    fact: ReadingFacts | EventFacts
    flags: tuple[Flag, ...]
    answered_at: datetime | None = None

    @property
    def at(self) -> datetime:
        """When it was measured or seen."""
        return self.fact.taken_at if isinstance(self.fact, ReadingFacts) else self.fact.at

    @property
    def needs_answer(self) -> bool:
        return self.answered_at is None and self.asks

    @property
    def asks(self) -> bool:
        """Whether someone has to be informed of it; one that only asks for a repeat does not."""
        return any(f.tier != "repeat" for f in self.flags)

    @property
    def tier(self) -> Tier:
        tiers: tuple[Tier, ...] = ("emergency", "notify", "repeat")
        return next(t for t in tiers if any(f.tier == t for f in self.flags))


@once
def flags_of(facts: SessionFacts, reading: ReadingFacts) -> tuple[Flag, ...]:
    """The flags of one reading of `facts`, most urgent first.

    Pre-dose readings are judged by the pre-dose guide instead, in `predose`.
    """
    if not facts.is_after_dose(reading):
        return ()
    found = [
        *_pressure(facts, reading),
        *outside_limits(facts.protocol, reading),
        *_oxygen(facts, reading),
        *_scales(facts, reading),
    ]
    order = {"emergency": 0, "notify": 1, "repeat": 2}
    return tuple(sorted(found, key=lambda f: order[f.tier]))


LIMITS: tuple[tuple[str, str, str], ...] = (
    ("respiratory_rate", "respiratory", "low"),
    ("respiratory_rate", "respiratory", "high"),
    ("heart_rate", "heart", "low"),
    ("heart_rate", "heart", "high"),
    ("systolic", "systolic", "low"),
)
"""The value, and how the protocol's limits of it begin (CLINICAL 8, rule 48)."""


def outside_limits(p: Protocol, reading: ReadingFacts) -> Iterator[Flag]:
    """A respiratory rate, heart rate or low pressure outside its limits, before the dose or after.

    An emergency at 8 and 25, 40 and 131, 90; informed at 11 and 21, 50 and 111, 100; each of them
    included (CLINICAL 8, rule 48).
    """
    for key, is_low, tiers in _TIERS:
        value = reading.value(key)
        if value is None:
            continue
        for tier, name, code in tiers:
            limit = getattr(p, name)
            if value <= limit if is_low else value >= limit:
                yield Flag(code, tier, key, value, limit)
                break


_TIERS: tuple[tuple[str, bool, tuple[tuple[Tier, str, str], ...]], ...] = tuple(
    (
        key,
        side == "low",
        (
            ("emergency", f"{name}_{side}_emergency", f"{name}_{side}_emergency"),
            ("notify", f"{name}_{side}_notify", f"{name}_{side}"),
        ),
    )
    for key, name, side in LIMITS
)
"""The same, with the name of each limit and the code of what is beyond it."""


def _pressure(facts: SessionFacts, reading: ReadingFacts) -> Iterator[Flag]:
    p = facts.protocol
    predose = facts.predose
    limits = (
        ("systolic", p.emergency_systolic, p.notify_systolic, p.notify_systolic_rise),
        ("diastolic", p.emergency_diastolic, p.notify_diastolic, p.notify_diastolic_rise),
    )
    again = _is_high_again(facts, reading)
    for key, emergency, notify, rise in limits:
        value = reading.value(key)
        if value is None:
            continue
        if value >= emergency:
            yield Flag(f"{key}_emergency", "emergency", key, value, emergency)
        elif value >= notify:
            tier: Tier = "emergency" if again else "notify"
            yield Flag(f"{key}_high_again" if again else f"{key}_high", tier, key, value, notify)
        base = predose.value(key) if predose else None
        if base is not None and value - base >= rise:
            yield Flag(f"{key}_rise", "notify", key, value - base, rise)


def _is_high_again(facts: SessionFacts, reading: ReadingFacts) -> bool:
    """At or above 180/110 now and at an earlier check at least 5 minutes ago, with none lower
    in between (CLINICAL 8, rule 14)."""
    if not _is_high(facts, reading):
        return False
    gap = timedelta(minutes=facts.protocol.emergency_repeat_minutes)
    for earlier in facts.with_value("blood_pressure"):
        if facts.order(earlier) >= facts.order(reading):
            continue
        if not _is_high(facts, earlier):
            return False
        if reading.taken_at - earlier.taken_at >= gap:
            return True
    return False


def _is_high(facts: SessionFacts, reading: ReadingFacts) -> bool:
    systolic, diastolic = reading.value("systolic"), reading.value("diastolic")
    p = facts.protocol
    return (systolic is not None and systolic >= p.notify_systolic) or (
        diastolic is not None and diastolic >= p.notify_diastolic
    )


def _oxygen(facts: SessionFacts, reading: ReadingFacts) -> Iterator[Flag]:
    """Below 93 % twice running, or below 90 % once; the first asks for a repeat (rule 17)."""
    value, p = reading.value("spo2"), facts.protocol
    if value is None or value >= p.spo2_below:
        return
    if value < p.spo2_far_below:
        yield Flag("spo2_far_below", "notify", "spo2", value, p.spo2_far_below)
        return
    earlier = (r for r in facts.with_value("spo2") if facts.order(r) < facts.order(reading))
    previous = next(earlier, None)
    last = previous.value("spo2") if previous else None
    if last is not None and last < p.spo2_below:
        yield Flag("spo2_below_again", "notify", "spo2", value, p.spo2_below)
    else:
        yield Flag("spo2_below", "repeat", "spo2", value, p.spo2_below)


def _scales(facts: SessionFacts, reading: ReadingFacts) -> Iterator[Flag]:
    p = facts.protocol
    sedation, dissociation = reading.value("sedation"), reading.value("dissociation")
    if sedation is not None and sedation <= p.sedation_emergency:
        yield Flag("sedation_emergency", "emergency", "sedation", sedation, p.sedation_emergency)
    elif sedation is not None and sedation <= p.sedation_notify:
        yield Flag("sedation_low", "notify", "sedation", sedation, p.sedation_notify)
    if dissociation is not None and dissociation >= p.dissociation_notify:
        limit = p.dissociation_notify
        yield Flag("dissociation_high", "notify", "dissociation", dissociation, limit)


def event_flags(event: EventFacts) -> tuple[Flag, ...]:
    """A crisis symptom is flagged whatever the blood pressure (CLINICAL 7, hazard 10); so is a
    serious adverse event, which has to be reported (hazard 38; CLINICAL 8, rule 43), and what
    speaks of suicidality (rule 42; hazard 35)."""
    found = list(_suicidality(event))
    if crisis := tuple(s for s in event.symptoms if s in CRISIS_SYMPTOMS):
        found.append(Flag("crisis_symptom", "emergency", "", symptoms=crisis))
    if urgent := tuple(s for s in event.symptoms if s in _URGENT):
        found.append(Flag("urgent_symptom", "emergency", "", symptoms=urgent))
    if event.is_serious:
        found.append(Flag("serious_event", "emergency", ""))
    return tuple(found)


_URGENT = frozenset(EMERGENCY_SYMPTOMS) - {SUICIDAL_THOUGHTS}


def _suicidality(event: EventFacts) -> Iterator[Flag]:
    if SUICIDAL_THOUGHTS in event.symptoms:
        yield Flag(SUICIDAL_THOUGHTS, "emergency", "")
    if (screen := event.screen) is None:
        return
    if screen.phq9_item9:
        yield Flag("phq9_item9", "emergency", "", screen.phq9_item9, 0)
    yield from (Flag(question, "emergency", "") for question in screen.yes)


@once
def flagged(facts: SessionFacts) -> list[Flagged]:
    """Everything flagged after the dose, in order of time, answered or not.

    A correction of an answered reading must be answered again if it is flagged itself.
    """
    answered = _answers(facts)
    candidates: list[tuple[ReadingFacts | EventFacts, tuple[Flag, ...]]] = [
        *((reading, flags_of(facts, reading)) for reading in facts.after_dose),
        *((event, event_flags(event)) for event in facts.events if not event.after_departure),
    ]
    found = [Flagged(fact, flags, answered.get(fact.id)) for fact, flags in candidates if flags]
    return sorted(found, key=lambda f: f.fact.seq)


def _answers(facts: SessionFacts) -> dict[UUID, datetime]:
    """When someone was first informed of each reading or event, by its id: a clinician's review
    says so, too."""
    found: dict[UUID, datetime] = {}
    for event in (e for e in facts.events if e.kind in {"response", "review"}):
        about = event.answers_reading or event.answers_event
        if about is not None:
            found[about] = min(event.at, found.get(about, event.at))
    return found


@once
def unanswered(facts: SessionFacts) -> list[Flagged]:
    """What someone has still to be informed of, emergencies first."""
    found = [f for f in flagged(facts) if f.needs_answer]
    return sorted(found, key=lambda f: f.tier != "emergency")


def corrected_unanswered(facts: SessionFacts) -> list[Flagged]:
    """Flagged values that a correction took away before anyone was informed of them.

    The correction is not asked about, so a slip that was mended in time and a value that was
    explained away look alike: both are told (CLINICAL 7, hazards 9 and 40). A correction that is
    flagged itself asks again and is not listed here.
    """
    answered, still = _answers(facts), {f.fact.id for f in flagged(facts) if f.asks}
    replaced_by = {r.replaces: r.id for r in facts.readings if r.replaces}
    found = []
    for reading in facts.readings:
        last = reading.id
        while last in replaced_by:
            last = replaced_by[last]
        if last == reading.id or last in still or reading.after_departure:
            continue
        found.append(Flagged(reading, flags_of(facts, reading), answered.get(reading.id)))
    return [f for f in found if f.flags and f.needs_answer]


def outside_now(facts: SessionFacts) -> dict[str, Flag]:
    """The flag on the last value of each field while that value is outside its range, whether or
    not anyone was informed of it: an answer does not bring a pressure down."""
    found: dict[str, Flag] = {}
    for observation in OBSERVATIONS.values():
        newest = next(facts.with_value(observation.key), None)
        for flag in flags_of(facts, newest) if newest else ():
            if flag.field in observation.fields:
                found.setdefault(flag.field, flag)
    return found


def reading_flags(facts: SessionFacts) -> dict[UUID, tuple[Flag, ...]]:
    """Flags by reading id, for tables and charts."""
    return {r.id: flags for r in facts.after_dose if (flags := flags_of(facts, r))}
