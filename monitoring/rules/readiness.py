"""What is still open before the dose, and before clearance; what must be answered in words.

The gate asks for completeness and a signature, never for a "good" value: an open item is closed by
recording something, a caution by the clinician's own words (CLINICAL 8, rules 1 to 36).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal
from uuid import UUID

from clinic.message import Message
from monitoring.rules.codes import NounCode, ObservationCode, QuestionCode, RepeatCode
from monitoring.rules.doses import is_paused, is_running
from monitoring.rules.facts import CLOCKS_APART, ReadingFacts, SessionFacts, whole_minutes
from monitoring.rules.flags import Flag, Flagged, event_flags, unanswered
from monitoring.rules.history import Ordered, asks
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.once import once
from monitoring.rules.order import mg_words
from monitoring.rules.predose import checks_before_dose, why_decide
from monitoring.rules.questions import QUESTIONS_YES
from monitoring.rules.repeats import waited_for
from monitoring.rules.schedule import slots
from monitoring.rules.suicidality import is_missing, unreviewed

Closes = Literal[
    "admission",
    "decision",
    "reading",
    "dose",
    "response",
    "strike",
    "review",
    "screen",
    "time",
    "order",
    "prescriber",
    "planning",
    "patient",
    "site",
    "",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Message):
    """One open item: `closes` is the page that helps, `about` the reading, event or slot it
    concerns."""

    closes: Closes = ""
    about: UUID | int | None = None


def before_dose(facts: SessionFacts, now: datetime) -> list[Item]:
    """What keeps the first device, or the infusion, from being given at `now`.

    Only what had been measured by `now` counts: a dose entered later than it was given does not
    rest on a reading taken after it (CLINICAL 8, rules 10, 12, 20, 23 to 25, 28, 29 and 34).
    """
    facts = measured_by(facts, now)
    return [
        *_planning(facts),
        *_admission(facts),
        *_predose(facts, now),
        *_decision(facts),
        *history_items(facts),
        *([Item("screen_missing", closes="screen")] if is_missing(facts) else ()),
    ]


def measured_by(facts: SessionFacts, now: datetime) -> SessionFacts:
    """The facts with the readings that had been taken at `now`."""
    late = (r.id for r in facts.standing_readings if r.taken_at > now + CLOCKS_APART)
    return facts.without(*late)


def _planning(facts: SessionFacts) -> Iterator[Item]:
    """Order, REMS certification and enrolment (CLINICAL 8, rules 20, 29 and 52)."""
    if facts.ordered is None:
        yield Item("order_missing", {"mg": mg_words(facts.planned_mg)}, closes="order")
    yield from (Item(f"order_{code}", closes="planning") for code in order_problems(facts))
    if facts.protocol.rems and not facts.is_inpatient:
        yield from rems_missing(facts.is_site_certified, facts.is_patient_enrolled)


def rems_missing(is_site_certified: bool, is_patient_enrolled: bool) -> list[Item]:
    """What REMS asks for before an outpatient is dosed, and is not there (CLINICAL 8, rule 29)."""
    found = [
        (is_site_certified, Item("site_not_certified", closes="site")),
        (is_patient_enrolled, Item("patient_not_enrolled", closes="patient")),
    ]
    return [item for is_there, item in found if not is_there]


def before_arrival(facts: SessionFacts) -> list[Item]:
    """What of planning will keep the dose from being given, while it can still be put right."""
    return [*_planning(facts), *history_items(facts)]


def order_problems(facts: SessionFacts) -> list[str]:
    """`total` when the ordered total is not allowed; `first` when a first TRD session is above
    its greatest dose (CLINICAL 8, rule 20; hazard 15)."""
    p = facts.protocol
    problems = []
    if p.allowed_totals_mg and facts.planned_mg not in p.allowed_totals_mg:
        problems.append("total")
    greatest = p.first_treatment_max_mg
    is_first_trd = facts.is_first_treatment and facts.indication == "trd"
    if greatest is not None and is_first_trd and facts.planned_mg > greatest:
        problems.append("first")
    return problems


def _admission(facts: SessionFacts) -> Iterator[Item]:
    answers = facts.admission
    if answers is None:
        yield Item("not_admitted", closes="admission")
        return
    given, protocol = answers.given, facts.protocol
    for name, code in QUESTIONS_YES.items():
        if given.get(name) is not True:
            yield Item(f"{code}_open", closes="admission")
    for name in protocol.questions:
        if given.get(name) is None and name not in QUESTIONS_YES:
            yield Item("unanswered", {"question": QuestionCode(name)}, closes="admission")
        elif given.get(name) and name in protocol.contraindications:
            yield Item("contraindication", {"question": QuestionCode(name)}, closes="admission")
    if any(given.get(n) is False for n in protocol.fasting) and not answers.fasting_reason.strip():
        yield Item("fasting_reason", closes="admission")
    if given.get("transport_arranged") is False and not answers.transport_reason.strip():
        yield Item("transport_reason", closes="admission")
    if not answers.prescriber:
        yield Item("prescriber", closes="admission")


def _predose(facts: SessionFacts, now: datetime) -> Iterator[Item]:
    """A complete reading at most 30 minutes old (CLINICAL 8, rule 12)."""
    reading = facts.predose
    if reading is None:
        yield Item("predose_missing", closes="reading")
        return
    age = now - reading.taken_at
    greatest = facts.protocol.predose_max_age_minutes
    if age > timedelta(minutes=greatest):
        params = {"minutes": whole_minutes(age), "greatest": greatest}
        yield Item("predose_old", params, closes="reading", about=reading.id)


def _decision(facts: SessionFacts) -> Iterator[Item]:
    decision = facts.decision
    if decision is not None and decision.outcome == "do_not_give":
        yield Item("decided_not_to_give", closes="decision")
    elif needs_decision(facts):
        reading, outside = facts.predose, outside_guide(facts)
        why = why_decide(facts, outside) if outside else (Flag("dose_delayed", "notify", ""),)
        about = reading.id if reading else None
        yield Item("decision", {"why": why}, closes="decision", about=about)


def history_asks(facts: SessionFacts) -> list[Message]:
    """What the patient's earlier sessions and age ask about (CLINICAL 8, rule 53)."""
    ordered = Ordered(
        protocol=facts.protocol,
        mg=facts.planned_mg,
        indication=facts.indication,
        is_first=facts.is_first_treatment,
    )
    return asks(facts.history, ordered)


def history_items(facts: SessionFacts) -> Iterator[Item]:
    """What the history asks and no decision to give has answered."""
    gave = (d for d in facts.decisions if d.outcome == "give")
    answered = {code for decision in gave for code in decision.history}
    for ask in history_asks(facts):
        if ask.code not in answered:
            yield Item(f"history_{ask.code}", ask.params, closes="decision")


def awaits_decision(items: Iterable[Item]) -> bool:
    """Whether any of `items` waits for a clinician's decision; one not to give waits for none."""
    return any(i.closes == "decision" and i.code != "decided_not_to_give" for i in items)


def needs_decision(facts: SessionFacts) -> bool:
    """Whether a clinician must still decide: a pre-dose value is outside the guide or its limits,
    or was not measured, and no decision to give was taken on that very reading and after every
    later check that is outside (CLINICAL 8, rules 10 and 49)."""
    reading, decision = facts.predose, facts.decision
    if decision is not None and decision.outcome == "delay":
        return True
    outside = outside_guide(facts)
    if reading is None or outside is None:
        return False
    if decision is None or decision.outcome != "give" or decision.reading != reading.id:
        return True
    return decision.seq < outside.seq


def outside_guide(facts: SessionFacts) -> ReadingFacts | None:
    """The newest check before the dose that a clinician decides on: the pre-dose reading, or one
    taken since (CLINICAL 8, rules 10 and 49; hazard 12).

    A value taken once more and found outside counts, though nothing else was measured with it; one
    found within does not take back what the complete reading showed.
    """
    checks = reversed(checks_before_dose(facts))
    return next((r for r in checks if is_outside_guide(facts, r)), None)


def is_outside_guide(facts: SessionFacts, reading: ReadingFacts) -> bool:
    """Outside the guide or a limit, or a complete reading that did not measure all of it
    (CLINICAL 8, rules 10 and 49)."""
    return bool(why_decide(facts, reading))


@once
def before_clearance(facts: SessionFacts, now: datetime) -> list[Item]:
    """What keeps a clearance from being signed at `now`.

    Window elapsed; mandatory blood pressures taken or coded; a current final set; every flagged
    reading answered; no device open; suicidality asked where it is treated, and reviewed where it
    is positive (CLINICAL 8, rules 1, 3, 5, 6, 16 and 42).
    """
    if not facts.doses:
        return [Item("not_dosed", closes="dose")]
    return [
        *_devices(facts),
        *_window(facts, now),
        *_mandatory(facts, now),
        *_final_set(facts, now),
        *_repeats(facts, now),
        *(_answer(flagged) for flagged in unanswered(facts)),
        *strikes_waiting(facts),
        *_screen(facts),
    ]


def strikes_waiting(facts: SessionFacts) -> list[Item]:
    """What was marked as entered in error and waits for a clinician: until then it counts."""
    return [
        Item(
            "strike_waits",
            {"noun": NounCode(struck.noun), "by": struck.by},
            closes="strike",
            about=struck.id,
        )
        for struck in facts.struck
        if struck.waits
    ]


def _devices(facts: SessionFacts) -> Iterator[Item]:
    if is_running(facts):
        yield Item("infusion_running", closes="dose")
    elif is_paused(facts):
        yield Item("infusion_paused", closes="dose")
    elif facts.devices_open:
        yield Item("device_open", {"count": facts.devices_open}, closes="dose")


def _window(facts: SessionFacts, now: datetime) -> Iterator[Item]:
    ends = facts.window_ends_at
    if ends is not None and now < ends:
        yield Item(
            "window",
            {"ends_at": ends, "minutes": ceil((ends - now) / timedelta(minutes=1))},
            closes="time",
        )


def _mandatory(facts: SessionFacts, now: datetime) -> Iterator[Item]:
    for slot in slots(facts, now):
        if slot.is_mandatory and "blood_pressure" in slot.lacking:
            params = {"minutes": slot.minutes}
            yield Item("mandatory", params, closes="reading", about=slot.minutes)


def _final_set(facts: SessionFacts, now: datetime) -> Iterator[Item]:
    """Each observation, measured or coded, at most 15 minutes old, and not of a time to come
    (CLINICAL 8, rule 16)."""
    greatest = timedelta(minutes=facts.protocol.final_set_max_age_minutes)
    stale = []
    for observation in OBSERVATIONS:
        latest = facts.latest(observation)
        if latest is None or not -CLOCKS_APART <= now - latest.taken_at <= greatest:
            stale.append(observation)
    if stale:
        params = {
            "observations": tuple(map(ObservationCode, stale)),
            "greatest": whole_minutes(greatest),
        }
        yield Item("final_set", params, closes="reading")


def _repeats(facts: SessionFacts, now: datetime) -> Iterator[Item]:
    """Each repeat that is due, and each that was ordered, is measured or coded first (CLINICAL 8,
    rule 51)."""
    for repeat in waited_for(facts, now):
        params = {"because": RepeatCode(repeat.because), "at": repeat.due_at}
        yield Item("repeat", params, closes="reading", about=repeat.about)


def _answer(flagged: Flagged) -> Item:
    return Item("unanswered_flag", {"flagged": flagged}, closes="response", about=flagged.fact.id)


def _screen(facts: SessionFacts) -> Iterator[Item]:
    if is_missing(facts):
        yield Item("screen_missing", closes="screen")
    for event in unreviewed(facts):
        params = {"flagged": Flagged(event, event_flags(event))}
        yield Item("suicidality", params, closes="review", about=event.id)


ClearanceState = Literal["none", "stands", "withdrawn", "superseded", "ahead", "lapsed"]


def clearance_state(facts: SessionFacts, now: datetime) -> ClearanceState:
    """Whether the latest clearance still stands at `now`.

    It lapses after 15 minutes (CLINICAL 8, rule 33), is superseded by anything recorded after it,
    and is withdrawn by a clinician or by a reading outside the criteria. One signed while the clock
    ran ahead carries nothing until its time has come.
    """
    clearance = facts.clearance
    if clearance is None:
        return "none"
    if clearance.withdrawn_at is not None:
        return "withdrawn"
    if clearance.through_seq != facts.last_seq:
        return "superseded"
    if facts.departure is None and clearance.signed_at > now + CLOCKS_APART:
        return "ahead"
    if facts.departure is None and now >= lapses_at(facts):
        return "lapsed"
    return "stands"


def lapses_at(facts: SessionFacts) -> datetime:
    """When the latest clearance lapses. Raises ValueError where there is none."""
    lapses = facts.clearance_lapses_at
    if lapses is None:
        raise ValueError("no clearance")
    return lapses
