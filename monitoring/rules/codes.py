"""Types of what fills a sentence, so that each is worded by what it is, not by what it is called.

A plain text is what a person wrote, or a name; numbers and moments are themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class Code(str):
    """A name that the code gives, never shown to a person as it stands."""


class PhaseCode(Code):
    """The phase of a session, such as "planned"."""


class KindCode(Code):
    """The kind of an event, such as "adverse_event"."""


class QuestionCode(Code):
    """A question asked on arrival, such as "no_recent_food"."""


class ObservationCode(Code):
    """What is observed in a reading, such as "blood_pressure"."""


class NounCode(Code):
    """A noun of the record, such as "dose"."""


class StrikeCode(Code):
    """What was wrong with an entry, such as "wrong_patient"."""


class NotDoneCode(Code):
    """Why something was not observed, such as "device_failure"."""


class HistoryCode(Code):
    """What a patient's history asks, such as "same_day"."""


class RepeatCode(Code):
    """Why a reading is repeated, such as "blood_pressure" or "ordered"."""


class SettingCode(Code):
    """A value that a protocol sets, such as "guide_systolic"."""


@dataclass(frozen=True, slots=True)
class Second:
    """A moment that is worded with its second."""

    at: datetime


@dataclass(frozen=True, slots=True)
class AutomaticWithdrawal:
    """Why a clearance was taken back by the record itself: it had lapsed, it was signed while the
    server's clock ran ahead, or reading number `reading` is outside the criteria."""

    code: str
    reading: int
