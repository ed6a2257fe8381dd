"""Facts made of plain rows are those that the models have."""

from __future__ import annotations

import re
from typing import Any

import pytest

from monitoring.models import Session
from monitoring.proof import derived, plain_facts
from monitoring.proof.verify import verify
from monitoring.rules.facts import SessionFacts
from tests.clock import TestClock
from tests.factories.visits import discharged
from tests.proof.scene import Scene
from tests.sequences.machine import after_every_verb

pytestmark = pytest.mark.django_db


def as_text(facts: SessionFacts) -> str:
    """Plain rows have their ids as text."""
    return re.sub(r"UUID\(('[^']+')\)", r"\1", repr(facts))


def assert_alike(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many sessions there were."""
    found: dict[str, SessionFacts] = {}
    made = plain_facts.PlainFacts.of

    def noted(self: Any, held: Any) -> Any:
        for row, facts in made(self, held):
            found[row["id"]] = facts
            yield row, facts

    monkeypatch.setattr(plain_facts.PlainFacts, "of", noted)
    verify(processes=1)
    for session in derived.loaded(Session.objects.values_list("pk", flat=True)):
        assert as_text(found.pop(str(session.pk))) == as_text(session.facts())
    assert not found
    return Session.objects.count()


def test_after_every_verb(clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> None:
    after_every_verb(clock)
    assert assert_alike(monkeypatch)


def test_of_a_session_that_went_as_it_should(
    clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    discharged(clock)
    assert assert_alike(monkeypatch) == 1


def test_a_whole_record_is_judged_without_a_model_for_each_row(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derived, "loaded", lambda ids: pytest.fail("models were asked"))
    assert verify(processes=1).is_whole
