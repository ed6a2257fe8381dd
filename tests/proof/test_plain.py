"""Rows that verification reads without a model are those that a model would be written as."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import models

from clinic.models import TrailEntry
from clinic.trail.canonical import canonical, columns
from clinic.trail.chain import digest_of
from monitoring.models import Patient, Reading, Session
from monitoring.proof import plain
from monitoring.proof.chains import Chains, Part, belonging
from monitoring.proof.robust import Reader
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.guards.raw import update
from tests.proof.scene import Scene, without_guards
from tests.sequences.machine import after_every_verb

pytestmark = pytest.mark.django_db


def in_order(rows: Iterable[Any]) -> list[str]:
    """The canonical texts, in which yes is not 1."""
    return sorted(map(canonical, rows))


def assert_alike() -> set[type[models.Model]]:
    """Answers the nouns of which there were rows."""
    nouns: set[type[models.Model]] = set()
    for subject in (Session, Patient):
        ids = list(subject._default_manager.values_list("pk", flat=True))
        for model, owner in belonging(subject):
            found = list(plain.belonging(model, owner, ids))
            assert in_order(found) == in_order(map(columns, model._default_manager.all()))
            nouns |= {model} if found else set()
    return nouns


def test_every_column_of_every_noun_is_what_the_log_would_have(clock: TestClock) -> None:
    after_every_verb(clock)
    assert assert_alike() >= {model for model, _ in belonging(Session)}


def test_so_is_what_belongs_to_a_patient(scene: Scene) -> None:
    assert assert_alike() >= {model for model, _ in belonging(Patient)}


def test_a_moment_without_a_fraction_is_one_too(scene: Scene) -> None:
    with without_guards():
        whole = datetime(2026, 3, 3, 10, tzinfo=UTC)
        for number, row in enumerate(Reading.objects.all()):
            at = whole + timedelta(seconds=number, microseconds=number * 1000)
            update(row, taken_at=at)
    assert_alike()


def test_an_entry_is_signed_over_the_same_text(scene: Scene) -> None:
    found = list(plain.entries_between(None, None))
    kept = list(TrailEntry.objects.order_by("chain", "seq"))
    assert found == list(plain.entries_of({one.chain for one in kept}))
    assert [one.signed.digest() for one in found] == [digest_of(one) for one in kept]
    assert [(one.seq, one.verb, one.payload, one.previous, one.digest) for one in found] == [
        (one.seq, one.verb, one.payload, one.previous, one.digest) for one in kept
    ]


def test_entries_are_those_of_the_chains_between_two(scene: Scene) -> None:
    chains = sorted({one.chain for one in TrailEntry.objects.all()})
    found = plain.entries_between(chains[0], chains[2])
    assert sorted({one.chain for one in found}) == [str(chain) for chain in chains[1:3]]


def test_a_whole_record_is_read_without_a_model_for_each_row(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    by_models = Reader.read

    def noted(self: Reader, rows: Any) -> Any:
        read.append(rows.model)
        return by_models(self, rows)

    monkeypatch.setattr(Reader, "read", noted)
    assert verify(processes=1).is_whole
    assert Reading not in read
    assert TrailEntry not in read


def test_what_disagrees_is_counted_as_often_as_what_agrees(scene: Scene) -> None:
    whole = verify(processes=1).checked
    with without_guards():
        update(scene.reading, systolic=111)
    found = verify(processes=1)
    assert found.problems
    assert found.checked == whole


def test_models_say_the_same_of_a_whole_record(scene: Scene) -> None:
    from clinic.trail import anchors

    run = Chains(anchors.read())
    plainly, by_models = (
        run.once(lambda: run._part(Part()), is_plain=is_plain) for is_plain in (True, False)
    )
    assert plainly.result == by_models.result
    assert plainly.found == by_models.found
    assert plainly.organisation == by_models.organisation


@pytest.mark.parametrize("text", ["2026-03-03", "2026-03-03 10:00:00+00:00"])
def test_another_form_of_a_moment_is_left_to_the_models(text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("+", r"\+")):
        plain._moment(text)


def test_a_number_with_more_places_is_left_to_the_models() -> None:
    assert plain._exact(1, 56) == "56.0"
    assert plain._exact(1, 0.1) == "0.1"
    with pytest.raises(ValueError, match="56"):
        plain._exact(1, 56.04)
