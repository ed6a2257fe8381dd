"""What fills a sentence is worded by its type; nothing of the code is shown as it stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from clinic.message import Message
from clinic.models.row import name_of
from monitoring.models import Event, Session, SessionFact, Strike
from monitoring.rules.codes import (
    AutomaticWithdrawal,
    Code,
    KindCode,
    NotDoneCode,
    NounCode,
    ObservationCode,
    PhaseCode,
    QuestionCode,
    Second,
    StrikeCode,
)
from monitoring.rules.measures import NOT_DONE_REASONS, OBSERVATIONS
from monitoring.rules.questions import QUESTIONS
from monitoring.words import wording
from monitoring.words.sentences import AUTOMATIC, NOUNS
from tests.clock import TestClock

CODES = [
    *(PhaseCode(value) for value in Session.Phase.values),
    *(KindCode(value) for value in Event.Kind.values),
    *(QuestionCode(name) for name in QUESTIONS),
    *(ObservationCode(key) for key in OBSERVATIONS),
    *(NotDoneCode(code) for code in NOT_DONE_REASONS),
    *(NounCode(noun) for noun in NOUNS),
    *(StrikeCode(kind) for kind in Strike.Kind.values),
]


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{type(code).__name__}-{code}")
def test_each_code_is_said_in_words(code: Code) -> None:
    said = wording.message(Message("wrong_phase", {"phase": code}))
    words = said.removeprefix("This session has moved on. It is now: ").removesuffix(".")
    assert words
    assert "_" not in words
    assert type(words) is str
    assert words[0].isupper()


def test_the_phase_is_the_label_not_the_code() -> None:
    said = wording.message(Message("wrong_phase", {"phase": PhaseCode("planned")}))
    assert str(Session.Phase.PLANNED.label) in said
    assert "planned" not in said


@pytest.mark.parametrize(
    "value",
    [object(), None, True, frozenset(), Code("planned"), Session.Phase.PLANNED],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_words_is_an_error(value: object) -> None:
    with pytest.raises(TypeError, match="no words"):
        wording.message(Message("wrong_phase", {"phase": value}))


def test_a_code_without_its_type_fails_in_tests() -> None:
    with pytest.raises(AssertionError, match="without a type"):
        wording.message(Message("wrong_phase", {"phase": "planned"}))


def test_what_a_sentence_does_not_name_needs_no_words() -> None:
    assert wording.message(Message("required", {"row": object()})) == "Enter this."


def test_several_are_said_one_after_the_other() -> None:
    said = wording.message(Message("order_total", {"allowed": (28, Decimal("36.5"), 84)}))
    assert said == "The total must be one of 28, 36.5, 84 mg."


def test_a_second_is_said_where_it_matters(clock: TestClock) -> None:
    at = datetime(2026, 3, 2, 10, 40, 12, tzinfo=UTC)
    assert re.search(r":40:12\.", wording.message(Message("again_event", {"at": Second(at)})))


@pytest.mark.parametrize("code", ["lapsed", "ahead", "outside"])
def test_the_record_says_why_it_took_a_clearance_back(code: str) -> None:
    assert code in AUTOMATIC
    said = wording.withdrawal(AutomaticWithdrawal(code, 12))
    assert said not in AUTOMATIC
    assert ("12" in said) is (code == "outside")


def test_a_persons_reason_is_said_as_it_was_written() -> None:
    assert wording.withdrawal("New complaint") == "New complaint"


def test_whatever_can_be_struck_has_its_word() -> None:
    assert set(NOUNS) == {name_of(m) for m in SessionFact.tables() if m.can_be_struck}
