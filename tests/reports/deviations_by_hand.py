"""Flags and deviations of a session, as the rows say them: which, and how many of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

from monitoring.models import Admission, Decision, Order, Strike, StrikeConfirmation
from tests.reports import seldom_by_hand as seldom
from tests.reports.brute_force import LATE, SCORES, Row, Told, latest, rows
from tests.reports.flags_by_hand import of_event, of_reading, outside

OLD = timedelta(minutes=15)
PRESSURE = ("systolic", "diastolic")
HOW = ("_emergency", "_high", "_high_again", "_rise")


@cache
def flags(told: Told) -> set[str]:
    """Every flag after the dose, up to the departure."""
    found = set()
    for number, row in enumerate(told.after):
        found |= of_reading(row, told.after[:number], told.predose)
    for event in latest(told.events):
        found |= set() if event["late"] else of_event(event)
    return found


CODES = (
    "reading_corrected", "reading_retimed", "late_entry", "after_departure",
    "corrected_after_departure", "struck", "strike_waits", "reading_missed", "reading_late",
    "reading_not_done", "clearance_withdrawn", "flag_answered_late", "flag_unanswered",
    "device_one_spray", "device_complaint", "device_failed", "device_failed_to_report",
    "device_replaced", "device_replaced_to_report", "device_early", "device_late", "dose_stopped",
    "dose_corrected", "dose_retimed", "event_corrected", "event_retimed", "event_late",
    "answer_backdated", "event_after_departure", "serious_event", "suicidality_unreviewed",
    "suicidality_reviewed", "screen_not_done", "order_changed", "handover_open",
    "fasting_overridden", "transport_overridden", "predose_repeated", "caution_justified",
    "transferred", "against_advice", "left_unseen", "no_escort", "left_with_old_values",
    "left_without_values", "no_dose", "flag_corrected", "flag_struck", "guide_overridden",
    "repeat_late", "repeat_not_done", "repeat_missed", "left_alone", "not_advised",
    "departure_late", "reading_incomplete", "device_partial", "infusion_beyond",
    "infusion_interrupted", "infusion_partial", "infusion_start_late", "infusion_end_late",
    "history_overridden", "contraindication_changed", "watched_many", "screen_missing",
    "left_before_reading", "clock_went_back", "recorded_ahead",
)  # fmt: skip
"""The kinds of deviation that are counted here: every one that there is."""


def deviations_at(told: Told, now: datetime) -> Counter[str]:
    """With what is told only until a time has come."""
    return deviations(told) + Counter(seldom.ahead(told, now))


@cache
def deviations(told: Told) -> Counter[str]:
    """How many of each of CODES."""
    found = Counter(_of_readings(told))
    found.update(_of_doses(told))
    found.update(_of_events(told))
    found.update(_of_arrival(told))
    found.update(seldom.every(told))
    found["flag_corrected"] = _flags_corrected(told)
    found["flag_struck"] = _flags_struck(told)
    found["struck"] = told.struck
    found["strike_waits"] = waiting_strikes(told)
    found["clearance_withdrawn"] = sum(is_back for _row, is_back in told.clearances)
    found["caution_justified"] = sum(len(row["justifications"]) for row, _ in told.clearances)
    if told.left:
        figures, slots = told.figures(), told.slots()
        found["reading_missed"] = sum(not answers for answers in slots.values())
        found.update(_of_slots(told))
        found.update(_of_repeats(told))
        found["flag_answered_late"] = figures["answered_late"]
        found["flag_unanswered"] = figures["unanswered"]
        found.update(_of_leaving(told, told.left))
    return +found


def _of_readings(told: Told) -> Iterator[str]:
    taken = {r["id"]: r["taken_at"] for r in told.readings}
    for row in told.readings:
        if row["replaces_id"]:
            is_moved = row["taken_at"] != taken[row["replaces_id"]]
            yield "reading_retimed" if is_moved else "reading_corrected"
            if row["after_departure"]:
                yield "corrected_after_departure"
            continue
        if row["recorded_at"] - row["taken_at"] > LATE:
            yield "late_entry"
        if row["after_departure"]:
            yield "after_departure"


def _of_slots(told: Told) -> Iterator[str]:
    """A slot is read with its blood pressure at 40 minutes, at another with what came last."""
    for minute, answers in told.slots().items():
        is_read = SCORES[0] in answers if minute == 40 else bool(answers)
        if is_read and not answers.keys() >= set(told.asked(minute)):
            yield "reading_incomplete"
        measured = {s: r for s, r in answers.items() if r[_field(s)] is not None}
        if not is_read:
            continue
        if not measured or (minute == 40 and SCORES[0] not in measured):
            yield "reading_not_done"
            continue
        at = max(r["taken_at"] for r in measured.values())
        if minute == 40:
            at = measured[SCORES[0]]["taken_at"]
        if at > told.at(50 if minute == 40 else minute + 5):
            yield "reading_late"


def _of_doses(told: Told) -> Iterator[str]:
    standing = latest(told.doses)
    for row in standing:
        yield from _corrected(told.doses, row, "dose", "started_at")
        if row["entered_at"] - _first(told.doses, row)["started_at"] > LATE:
            yield "infusion_start_late" if told.is_infusion else "device_late"
        if row["early_reason"] and not row["failed"]:
            yield "device_early"
        if row["is_complete"] is False and row["sprays"] is None:
            yield "device_partial"
        if row["sprays"] == 1:
            yield "device_one_spray"
            yield from ["device_complaint"] if row["complaint"] else []
        if row["failed"]:
            is_replaced = any(
                other["number"] == row["number"] and not other["failed"] for other in standing
            ) or any(o["number"] == row["number"] and o["place"] > row["place"] for o in standing)
            how = "device_replaced" if is_replaced else "device_failed"
            yield how if row["complaint"] else f"{how}_to_report"
    decided = seldom.unstruck(told, Decision)
    first = min((r["place"] for r in standing if not r["failed"]), default=None)
    if first and decided and decided[-1]["outcome"] == "do_not_give" and decided[-1]["seq"] > first:
        yield "dose_stopped"


def _of_events(told: Told) -> Iterator[str]:
    reviewed = {r["answers_event_id"] for r in told.events if r["kind"] == "review"}
    standing = latest(told.events)
    for row in standing:
        yield from _corrected(told.events, row, "event", "at")
        if row["entered_at"] - row["at"] > LATE:
            yield "answer_backdated" if row["kind"] == "response" else "event_late"
        if row["late"] and row["kind"] != "review":
            yield "event_after_departure"
        if row["is_serious"]:
            yield "serious_event"
        if row["kind"] == "screen" and row["not_done"]:
            yield "screen_not_done"
        asked = ("phq9_item9", "cssrs_4", "cssrs_5", "cssrs_6")
        is_positive = "suicidal_thoughts" in row["symptoms"] or any(row[q] for q in asked)
        if is_positive and not row["late"]:
            is_reviewed = row["id"] in reviewed
            yield "suicidality_reviewed" if is_reviewed else "suicidality_unreviewed"
    offers = [r for r in standing if r["hands_over"] == "observer"]
    accepted = {r["accepts_id"] for r in standing}
    if told.left and offers and offers[-1]["id"] not in accepted:
        yield "handover_open"


def _of_arrival(told: Told) -> Iterator[str]:
    yield from ["order_changed" for _ in pairwise(seldom.unstruck(told, Order))]
    for answers in seldom.unstruck(told, Admission)[-1:]:
        fasting = ("no_recent_food", "no_recent_liquid", "no_recent_nasal")
        if any(answers[name] is False for name in fasting):
            yield "fasting_overridden"
        if answers["transport_arranged"] is False:
            yield "transport_overridden"
    if told.predose:
        place = told.standing.index(told.predose)
        yield from ["predose_repeated" for row in told.standing[:place] if _is_outside(row)]
    first = [r for r in latest(told.doses) if r["number"] == 1 and not r["failed"]]
    if first and any(_is_outside(r) or _is_left_out(r) for r in _rested_on(told, first[0])):
        yield "guide_overridden"


def _is_outside(row: Row) -> bool:
    """Before the dose."""
    is_above = (row["systolic"] or 0) > 140 or (row["diastolic"] or 0) > 90
    is_low = row["spo2"] is not None and row["spo2"] < 93
    is_affected = row["sedation"] not in {None, 5} or bool(row["dissociation"])
    return is_above or is_low or is_affected or bool(outside(row))


def _is_left_out(row: Row) -> bool:
    """Whether a reading is complete, and something of it was coded and not measured."""
    values = [row[_field(score)] is not None for score in SCORES]
    coded = [bool(row[f"{score}_not_done"]) for score in SCORES]
    return all(v or c for v, c in zip(values, coded, strict=True)) and not all(values)


def _rested_on(told: Told, dose: Row) -> Iterator[Row]:
    """What the dose named, what took its place, and what was measured since and before it."""
    yield from (row for row in told.readings if row["id"] == dose["predose_reading_id"])
    if told.predose is None:
        return
    yield told.predose
    first = min(r["place"] for r in latest(told.doses) if not r["failed"])
    for row in told.standing[told.standing.index(told.predose) + 1 :]:
        if row["taken_at"] <= told.first and row["place"] < first:
            yield row


def _field(score: str) -> str:
    return "systolic" if score == "blood_pressure" else score


def _asks(found: set[str]) -> bool:
    return bool(found - {"spo2_below"})


def _flags_corrected(told: Told) -> int:
    """What asked for someone, was corrected before anyone was informed, and asks no more."""
    by = {row["replaces_id"]: row for row in told.readings if row["replaces_id"]}
    answered, count = told.informed(), 0
    for row in told.readings:
        last = row
        while last["id"] in by:
            last = by[last["id"]]
        if last is row or row["after_departure"] or not told.is_after(row):
            continue
        still = last in told.after and of_reading(last, _before(told, last), told.predose)
        is_asking = _asks(of_reading(row, _before(told, row), told.predose))
        count += is_asking and not (still and _asks(still)) and row["id"] not in answered
    return count


def _before(told: Told, row: Row) -> list[Row]:
    at = (row["taken_at"], row["place"])
    return [r for r in told.after if (r["taken_at"], r["place"]) < at]


def _flags_struck(told: Told) -> int:
    """What asked for someone, and was struck before anyone was informed: as if it still stood."""
    entered = Told(told.session, is_struck_too=True)
    gone = {row["target"] for row in rows(Strike, told.session)} - {
        row["id"] for found in (told.readings, told.events) for row in found
    }
    answered = entered.informed()
    asking = [row["id"] for number, row in enumerate(entered.after)
              if _asks(of_reading(row, entered.after[:number], entered.predose))]  # fmt: skip
    asking += [r["id"] for r in latest(entered.events) if not r["late"] and of_event(r)]
    return sum(id in gone and id not in answered for id in asking)


def _of_repeats(told: Told) -> Iterator[str]:
    """Of what was to be measured again after a high pressure or a low SpO2, and until when."""
    for due, row, field in (*_pressures(told), *_low_spo2(told)):
        if row is None:
            yield from ["repeat_missed"] if due <= told.ended_at() else []
        elif row[field] is None:
            yield "repeat_not_done"
        elif row["taken_at"] - due >= timedelta(minutes=5):
            yield "repeat_late"


Due = tuple[datetime, Row | None, str]
EARLY = timedelta(minutes=1)


def _pressures(told: Told) -> Iterator[Due]:
    """Five minutes after each that is high, until two that were due are falling or below."""
    due, calm, last = None, 0, None
    for number, row in enumerate(told.after):
        is_measured = row["systolic"] is not None
        if not is_measured and not row["blood_pressure_not_done"]:
            continue
        found = of_reading(row, told.after[:number], told.predose)
        high = [f for f in PRESSURE if any(found & {f"{f}{h}" for h in HOW})]
        is_falling = last is not None and all(row[f] < last[f] for f in high)
        is_calm = is_measured and (not high or is_falling)
        last = row if is_measured else last
        if due is None:
            if is_measured and not is_calm:
                due, calm = row["taken_at"] + timedelta(minutes=5), 0
            continue
        if row["taken_at"] < due - EARLY:
            calm = calm if is_calm or not is_measured else 0
            continue
        yield due, row, "systolic"
        calm = calm + is_calm if is_calm or not is_measured else 0
        due = None if calm == 2 else row["taken_at"] + timedelta(minutes=5)
    if due is not None:
        yield due, None, ""


def _low_spo2(told: Told) -> Iterator[Due]:
    """Two minutes after each that is low, until one is not."""
    due = None
    for row in told.after:
        value = row["spo2"]
        if (value is None and not row["spo2_not_done"]) or (
            due is not None and row["taken_at"] < due - EARLY
        ):
            continue
        if due is not None:
            yield due, row, "spo2"
        is_again = value < 93 if value is not None else due is not None
        due = row["taken_at"] + timedelta(minutes=2) if is_again else None
    if due is not None:
        yield due, None, ""


def _corrected(found: list[Row], row: Row, noun: str, at: str) -> Iterator[str]:
    if row["replaces_id"]:
        is_moved = _first(found, row)[at] != row[at]
        yield f"{noun}_retimed" if is_moved else f"{noun}_corrected"
        if row["after_departure"]:
            yield "corrected_after_departure"


def _first(found: list[Row], row: Row) -> Row:
    by_id = {each["id"]: each for each in found}
    while row["replaces_id"]:
        row = by_id[row["replaces_id"]]
    return row


def _of_leaving(told: Told, left: Row) -> Iterator[str]:
    if left["kind"] != "discharged":
        yield left["kind"]
        yield from _values(told, left["left_at"])
    if told.first is None:
        yield "no_dose"
    if left["kind"] == "against_advice" and not left["escort_name"]:
        yield "left_alone"
    if left["no_escort_reason"]:
        yield "no_escort"
    if left["advice_given"] is False:
        yield "not_advised"
    if left["recorded_at"] - left["left_at"] > LATE:
        yield "departure_late"
    if any(row["taken_at"] - left["left_at"] > seldom.APART for row in told.after):
        yield "left_before_reading"
    is_screened = any(row["kind"] == "screen" for row in latest(told.events))
    if told.session.indication == "mdsi" and not is_screened:
        yield "screen_missing"


def _values(told: Told, left_at: datetime) -> Iterator[str]:
    """One for each time that a last value is of, and is old; one for what never had any."""
    here = [row for row in told.standing if not row["late"]]
    times: set[datetime] = set()
    is_never = False
    for score in SCORES:
        field = _field(score)
        taken = [row["taken_at"] for row in here if row[field] is not None]
        is_never |= not taken
        times |= {max(taken)} if taken and left_at - max(taken) > OLD else set()
    yield from ["left_with_old_values" for _ in times]
    yield from ["left_without_values"] if is_never else []


def waiting_strikes(told: Told) -> int:
    confirmed = {row["strike_id"] for row in rows(StrikeConfirmation, told.session)}
    return sum(row["needs_confirmation"] and row["id"] not in confirmed
               for row in rows(Strike, told.session))  # fmt: skip
