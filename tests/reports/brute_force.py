"""The overview once more, from the rows alone and as slowly as it likes: it knows none of the rules
that the product counts by."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import median_low
from typing import Any
from uuid import UUID

from monitoring.models import (
    Clearance,
    Departure,
    Dose,
    DoseEnd,
    Event,
    Reading,
    Session,
    Strike,
    StrikeConfirmation,
)
from tests.reports.flags_by_hand import of_event, of_reading

Row = dict[str, Any]
SLOTS = {False: (15, 30, 40, 60, 90, 120), True: (15, 30, 40, 60, 90)}
"""Of a spray, and of an infusion."""
LATE = timedelta(minutes=5)
SCORES = ("blood_pressure", "heart_rate", "spo2", "respiratory_rate", "sedation", "dissociation")
BEFORE = {"sedation": lambda v, level: v < level, "dissociation": lambda v, level: v > level}


def minutes(span: timedelta) -> int:
    return int(span.total_seconds() / 60)


def rows(noun: Any, session: Session, order: str = "seq") -> list[Row]:
    return list(noun.objects.filter(session=session).order_by(order).values())


class Told:
    """One session, by hand."""

    def __init__(self, session: Session, *, is_struck_too: bool = False) -> None:
        self.session = session
        gone = set() if is_struck_too else _gone(session)
        self.readings = _chained(rows(Reading, session), gone)
        self.events = _chained(rows(Event, session), gone)
        self.is_infusion = session.weight_kg is not None
        self.doses = _with_ends(rows(Dose, session), rows(DoseEnd, session), gone)
        self.struck = len(gone)
        left = rows(Departure, session, "pk")
        self.left = left[0] if left else None
        given = [row for row in latest(self.doses) if not row["failed"]]
        given.sort(key=lambda row: row["place"])
        self.first: Any = min((r["started_at"] for r in given), default=None)
        ends = [r["ended_at"] if self.is_infusion else r["started_at"] for r in given]
        self.last: Any = None if None in ends else max(ends, default=None)
        self.window: Any = self.last and self.last + timedelta(minutes=120)
        signed = rows(Clearance, session, "through_seq")
        taken_back = set(Clearance.objects.filter(
            session=session, withdrawal__isnull=False).values_list("pk", flat=True))  # fmt: skip
        self.clearances = [(row, row["id"] in taken_back) for row in signed]
        self.standing = sorted(latest(self.readings), key=lambda r: (r["taken_at"], r["place"]))
        self.predose = self._predose(given)
        self.after = [r for r in self.standing if self.is_after(r) and not r["late"]]

    def _predose(self, given: list[Row]) -> Row | None:
        complete = [r for r in self.standing if all(_answer(r, s) for s in SCORES)]
        if self.first is None:
            return None
        named = given[0]["predose_reading_id"]
        for row in self.readings:
            if row["replaces_id"] == named:
                named = row["id"]
        found = [r for r in complete if r["id"] == named]
        return found[0] if found else next(
            (r for r in reversed(complete) if r["taken_at"] <= self.first), None)  # fmt: skip

    def is_after(self, row: Row) -> bool:
        is_predose = self.predose is not None and row["id"] == self.predose["id"]
        return self.first is not None and row["taken_at"] > self.first and not is_predose

    def end(self) -> str:
        return self.left["kind"] if self.left else "cancelled"

    def signed(self) -> Row | None:
        return next((row for row, is_back in self.clearances[-1:] if not is_back), None)

    # Slots.

    def slots(self) -> dict[int, dict[str, Row]]:
        """Of each slot that was asked what was answered, and by which reading."""
        if self.first is None or self.left is None:
            return {}
        left = self.left["left_at"]
        here = [r for r in self.standing
                if self.is_after(r) and r["taken_at"] <= left + timedelta(minutes=2)]  # fmt: skip
        due = self._due()
        answers: dict[int, dict[str, Row]] = {m: {} for m in due}
        for row in here:
            self._fill(row, due, answers)
        for row in (r for r in here if r["slot"] == 40 and "blood_pressure" not in answers[40]):
            if row["taken_at"] >= self.at(30) and _answer(row, "blood_pressure"):
                for score in SCORES:
                    _take(answers[40], row, score)
        last = max([minutes(self.ended_at() - self.first), *(m for m in due if answers[m])])
        return {
            m: answers[m]
            for m in due
            if m <= last and (_is_answered(m, answers[m]) or not self._was_cleared(m))
        }

    def _due(self) -> list[int]:
        planned = SLOTS[self.is_infusion]
        return [*planned, *range(planned[-1] + 15, 3000, 15)]

    def asked(self, minute: int) -> list[str]:
        """What a slot asks for."""
        is_whole = minute == 40 or minute >= SLOTS[self.is_infusion][-1]
        return [s for s in SCORES if is_whole or s != "respiratory_rate"]

    def ended_at(self) -> datetime:
        """Until when readings were asked of one who has left."""
        assert self.left is not None
        left: datetime = self.left["left_at"]
        if self.end() == "discharged":
            signed: datetime = self.clearances[-1][0]["signed_at"]
            return min(left, signed)
        seen: datetime | None = self.left["last_seen_at"]
        return seen or left

    def _fill(self, row: Row, due: list[int], answers: dict[int, dict[str, Row]]) -> None:
        near = [m for m in due if self._in_time(row, m)]
        near += [
            m
            for m, after in pairwise(due)
            if m not in near and self._start(m) <= row["taken_at"] < self.at(after)
        ]
        for m in near:
            if [s for s in self.asked(m) if _take(answers[m], row, s)]:
                return

    def at(self, minute: int) -> datetime:
        assert self.first is not None
        found: datetime = self.first + timedelta(minutes=minute)
        return found

    def _start(self, m: int) -> datetime:
        return self.at(30 if m == 40 else m - 5)

    def _in_time(self, row: Row, m: int) -> bool:
        last = self.at(50 if m == 40 else m + 5)
        return bool(self._start(m) <= row["taken_at"] <= last)

    def _was_cleared(self, m: int) -> bool:
        for row, is_back in self.clearances:
            until = row["signed_at"] + timedelta(minutes=15)
            if is_back:
                until = min(until, Clearance.objects.get(pk=row["id"]).withdrawal.recorded_at)
            if row["signed_at"] <= self.at(m) <= until:
                return True
        return False

    def figures(self) -> Row:
        slots, signed = self.slots(), self.signed()
        entered = self._entered()
        to_answer, late, never = self._answers()
        over = {score: self._over(score) for score in BEFORE}
        return {
            "slots": len(slots),
            "slots_answered": sum(_is_answered(m, a) for m, a in slots.items()),
            "slots_in_time": sum(any(r["systolic"] and self._in_time(r, m) for r in self.after)
                                 for m in slots),
            "forty": self._forty(slots[40]) if 40 in slots else None,
            "systolic": self._rise("systolic"),
            "diastolic": self._rise("diastolic"),
            "spo2": min((r["spo2"] for r in self.after if r["spo2"] is not None), default=None),
            **over,
            "is_signed": signed is not None,
            "ready_minutes": signed["ready_minutes"] if signed else None,
            "signature_minutes": self._waited(signed) if signed and self.first else None,
            "left_early": bool(self.first and self.left and not self._is_through(self.left)),
            "entries": len(entered),
            "entered_late": sum(b - a > LATE for a, b in entered),
            "corrected": sum(row["replaces_id"] is not None for found in
                             (self.readings, self.events, self.doses) for row in latest(found)),
            "struck": self.struck,
            "answers": to_answer, "answered_late": late, "unanswered": never,
        }  # fmt: skip

    def _forty(self, answers: dict[str, Row]) -> str:
        row = answers.get("blood_pressure")
        if row is None:
            return "missed"
        if not row["systolic"]:
            return "not_done"
        return "on_time" if row["taken_at"] <= self.at(50) else "late"

    def _rise(self, field: str) -> int | None:
        found = [r[field] for r in self.after if r[field] is not None]
        if not found or self.predose is None or self.predose[field] is None:
            return None
        return int(max(found) - self.predose[field])

    def _over(self, score: str) -> tuple[str, int | None] | None:
        found = [r for r in self.after if r[score] is not None]
        if not found:
            return None
        level = {"sedation": 5, "dissociation": 0}[score]
        if self.predose is not None and self.predose[score] is not None:
            level = self.predose[score]
        affected = [n for n, r in enumerate(found) if BEFORE[score](r[score], level)]
        if not affected:
            return ("never", None)
        if affected[-1] == len(found) - 1:
            return ("lasting", None)
        assert self.first is not None
        return ("over", minutes(found[affected[-1] + 1]["taken_at"] - self.first))

    def _waited(self, signed: Row) -> int:
        ready = self.at(signed["ready_minutes"] or 0)
        return max(0, minutes(signed["signed_at"] - max(self.window, ready)))

    def _is_through(self, left: Row) -> bool:
        return self.window is not None and bool(left["left_at"] >= self.window)

    def _entered(self) -> list[tuple[datetime, datetime]]:
        doses = latest(self.doses)
        found = [(r["started_at"], r["entered_at"]) for r in doses]
        found += [(r["ended_at"], r["end_entered_at"]) for r in doses if r["ended_at"]]
        found += [(r["taken_at"], r["recorded_at"]) for r in self.readings if not r["replaces_id"]]
        found += [(r["at"], r["entered_at"]) for r in latest(self.events)]
        if self.left:
            found.append((self.left["left_at"], self.left["recorded_at"]))
        return found

    def informed(self) -> dict[UUID, datetime]:
        """When someone was first informed, by the id of the reading or event."""
        told: dict[UUID, datetime] = {}
        for row in latest(self.events):
            about = row["answers_reading_id"] or row["answers_event_id"]
            for event in self.events:
                about = event["id"] if about and event["replaces_id"] == about else about
            if row["kind"] in {"response", "review"} and about:
                told[about] = min(row["at"], told.get(about, row["at"]))
        return told

    def _answers(self) -> tuple[int, int, int]:
        told = self.informed()
        asks = [
            (row["id"], row["taken_at"])
            for number, row in enumerate(self.after)
            if of_reading(row, self.after[:number], self.predose) - {"spo2_below"}
        ]
        asks += [(r["id"], r["at"]) for r in latest(self.events) if not r["late"] and of_event(r)]
        late = sum(id in told and told[id] - at > timedelta(minutes=10) for id, at in asks)
        return len(asks), late, sum(id not in told for id, _ in asks)


def _gone(session: Session) -> set[UUID]:
    """What strikes that stand name."""
    confirmed = {r["strike_id"]: r["is_confirmed"] for r in rows(StrikeConfirmation, session)}
    return {r["target"] for r in rows(Strike, session)
            if not r["needs_confirmation"] or confirmed.get(r["id"])}  # fmt: skip


def _chained(found: list[Row], gone: set[UUID]) -> list[Row]:
    """Without what was struck and what that had replaced; each row with what its first has."""
    by_id = {row["id"]: row for row in found}
    for row in reversed(found):
        if row["id"] in gone and row["replaces_id"]:
            gone = gone | {row["replaces_id"]}
    for row in found:
        first = row
        while first["replaces_id"]:
            first = by_id[first["replaces_id"]]
        row["place"], row["entered_at"] = first["seq"], first["recorded_at"]
        row["late"] = first["after_departure"]
        row["failed"] = bool(row.get("sprays") == 0)
    return [row for row in found if row["id"] not in gone]


def _with_ends(found: list[Row], ends: list[Row], gone: set[UUID]) -> list[Row]:
    """Doses, each with its end, where it is a part of an infusion, and with what it gave: nothing
    is known of a part that runs, nor of a device whose sprays were not asked and that gave some."""
    by_dose = {end["dose_id"]: end for end in ends}
    by_id = {row["id"]: row for row in found}
    for row in found:
        end, first = by_dose.get(row["id"]), row
        while first["replaces_id"] and first["replaces_id"] in by_dose:
            first = by_id[first["replaces_id"]]
        row["ended_at"] = end and end["ended_at"]
        row["end_entered_at"] = end and by_dose[first["id"]]["recorded_at"]
        whole = 28 if row["is_complete"] else 0
        row["gave"] = float(end["mg"]) if end else 14 * row["sprays"] if row["sprays"] else whole
    return _chained(found, gone)


def latest(found: list[Row]) -> list[Row]:
    replaced = {row["replaces_id"] for row in found}
    return [row for row in found if row["id"] not in replaced]


def _value(row: Row, score: str) -> bool:
    field = "systolic" if score == "blood_pressure" else score
    return row[field] is not None


def _answer(row: Row, score: str) -> bool:
    return _value(row, score) or bool(row[f"{score}_not_done"])


def _take(answers: dict[str, Row], row: Row, score: str) -> bool:
    there = answers.get(score)
    is_better = _value(row, score) and (there is None or not _value(there, score))
    if is_better or (there is None and _answer(row, score)):
        answers[score] = row
        return True
    return False


def _is_answered(minute: int, answers: dict[str, Row]) -> bool:
    return "blood_pressure" in answers if minute == 40 else bool(answers)


def ninth(values: list[int]) -> int:
    return sorted(values)[ceil(0.9 * len(values)) - 1]


def half(values: list[int]) -> int:
    return median_low(values)
