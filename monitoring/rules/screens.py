"""The result of a questionnaire on suicidality: which numbers there are, and which are positive.

PHQ-9 item 9 is 0 to 3, its total 0 to 27; the C-SSRS screener has six questions, yes or no, of
which the third to the fifth are asked only after Yes to the second (CLINICAL 3, S67 and S70).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clinic.message import Message
from monitoring.rules.marking import gettext_noop as _
from monitoring.rules.measures import NOT_DONE_REASONS

ITEM_MOST = 3
OTHER_ITEMS_MOST = 8 * ITEM_MOST
"""What the eight items beside item 9 add up to at most."""

ITEM9: dict[int, str] = {
    0: _("Not at all"),
    1: _("Several days"),
    2: _("More than half the days"),
    3: _("Nearly every day"),
}
"""The answers of PHQ-9 item 9, in its own words, which are free to use (CLINICAL 3, S67)."""

CSSRS: dict[str, str] = {
    "cssrs_1": _("Question 1"),
    "cssrs_2": _("Question 2"),
    "cssrs_3": _("Question 3"),
    "cssrs_4": _("Question 4"),
    "cssrs_5": _("Question 5"),
    "cssrs_6": _("Question 6"),
}
"""The questions by their numbers: the clinic asks them from its own sheet, unchanged; 1 to 5 of the
past month, 6, on behaviour, of the past three (CLINICAL 3, S70)."""

POSITIVE: tuple[str, ...] = ("cssrs_4", "cssrs_5", "cssrs_6")
"""Yes to one of these is positive (CLINICAL 8, rule 42)."""

_ALWAYS = ("cssrs_1", "cssrs_2", "cssrs_6")
_AFTER_YES = ("cssrs_3", "cssrs_4", "cssrs_5")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenFacts:
    """One screen. None is not asked; `not_done` is the coded reason where nothing was."""

    phq9_item9: int | None = None
    phq9_total: int | None = None
    cssrs_1: bool | None = None
    cssrs_2: bool | None = None
    cssrs_3: bool | None = None
    cssrs_4: bool | None = None
    cssrs_5: bool | None = None
    cssrs_6: bool | None = None
    not_done: str = ""

    def answer(self, question: str) -> bool | None:
        """What was answered to one of CSSRS."""
        found: bool | None = getattr(self, question)
        return found

    @property
    def yes(self) -> tuple[str, ...]:
        """The questions that were answered with Yes and are positive."""
        return tuple(q for q in POSITIVE if self.answer(q))

    @property
    def is_positive(self) -> bool:
        """PHQ-9 item 9 above 0, or C-SSRS 4, 5 or 6 (CLINICAL 8, rule 42)."""
        return bool(self.yes) or (self.phq9_item9 or 0) > 0

    @property
    def has_answers(self) -> bool:
        return self.phq9_item9 is not None or any(self.answer(q) is not None for q in CSSRS)


def screen_problems(screen: ScreenFacts) -> list[Message]:
    """What is missing in a screen, or cannot be; at each field."""
    if screen.not_done:
        return list(_coded(screen))
    found = [*_phq9(screen), *_cssrs(screen)]
    if not found and not screen.has_answers:
        return [Message("screen_empty", field="phq9_item9")]
    return found


def _coded(screen: ScreenFacts) -> Iterator[Message]:
    if screen.not_done not in NOT_DONE_REASONS:
        yield Message("unknown_reason", field="not_done")
    if screen.has_answers or screen.phq9_total is not None:
        yield Message("answers_and_reason", field="not_done")


def _phq9(screen: ScreenFacts) -> Iterator[Message]:
    item9, total = screen.phq9_item9, screen.phq9_total
    if item9 is None:
        if total is not None:
            yield Message("unanswered", field="phq9_item9")
        return
    if not 0 <= item9 <= ITEM_MOST:
        params = {"value": item9, "low": 0, "high": ITEM_MOST}
        yield Message("impossible", params, "phq9_item9")
    elif total is not None and not item9 <= total <= item9 + OTHER_ITEMS_MOST:
        params = {"value": total, "low": item9, "high": item9 + OTHER_ITEMS_MOST}
        yield Message("impossible", params, "phq9_total")


def _cssrs(screen: ScreenFacts) -> Iterator[Message]:
    if all(screen.answer(q) is None for q in CSSRS):
        return
    yield from (Message("unanswered", field=q) for q in _ALWAYS if screen.answer(q) is None)
    for question in _AFTER_YES:
        answer = screen.answer(question)
        if screen.cssrs_2 and answer is None:
            yield Message("unanswered", field=question)
        if screen.cssrs_2 is False and answer:
            yield Message("asked_after_yes", field=question)
