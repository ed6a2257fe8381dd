"""Rows that verification reads without a model are those that a model would be written as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, models, transaction

from clinic.models import ChainHead, Staff, TrailEntry
from clinic.trail.canonical import canonical, columns
from clinic.trail.chain import Signed, digest_of
from monitoring.guards.stored import conditions
from monitoring.models import Patient, Reading, Session
from monitoring.proof import plain, raw
from monitoring.proof.chains import Chains, Part, belonging
from monitoring.proof.robust import UNREADABLE_ROW, Reader
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
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

    run = Chains(anchors.opened())
    plainly, by_models = (
        run.once(lambda: run._part(Part()), is_plain=is_plain) for is_plain in (True, False)
    )
    assert plainly.result == by_models.result
    assert plainly.found == by_models.found
    assert plainly.organisation == by_models.organisation


def stored_otherwise(value: Any) -> list[Any]:
    """Other values that SQLite may hold in the place of one, many of which are read as it is."""
    if isinstance(value, int | float):
        return [value + 0.5, value + 0.001, f"{value}x", str(value).encode()]
    if not isinstance(value, str):
        return ["", b"", 0, 0.5]
    found: list[Any] = [value.encode(), value.upper(), f"{value} ", f" {value}", f"{value}0"]
    found += [value.replace(" ", "T"), value.replace("-", "/"), 0.5]
    if value.startswith("{"):
        found += [f"{value[:-1]}, {value[1:]}"]
    # A name may be as long as an id.
    with suppress(ValueError):
        found += [str(UUID(value))]
    return found


@pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL's types leave one form only")
def test_a_row_in_another_form_is_never_read_as_it_was_recorded(clock: TestClock) -> None:
    """So a row that is as it was recorded need not be asked for its form."""
    after_every_verb(clock)
    tried: Counter[str] = Counter()
    with without_guards():
        of_chains: list[tuple[type[models.Model], str]] = [(TrailEntry, "chain")]
        for model, owner in [*of_chains, *belonging(Session), *belonging(Patient)]:
            for row in model._default_manager.order_by("-pk")[:1]:
                for field in model._meta.local_concrete_fields:
                    tried[field.attname] += try_forms(row, owner, field)
    assert min(tried[name] for name in ("id", "session_id", "taken_at", "systolic")) > 0
    assert min(tried[name] for name in ("checklist", "is_complete", "mg", "date_of_birth")) > 0


def try_forms(row: models.Model, owner: str, field: models.Field[Any, Any]) -> int:
    """In how many other forms the column could be stored; none was read as what is recorded."""
    of_row = type(row), owner, [getattr(row, owner)]
    before, count = in_order(plain.belonging(*of_row)), 0
    table, key, column = row._meta.db_table, f'"{row._meta.pk.column}"', field.column
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT +"{column}", rowid FROM {table} WHERE {key} = %s', [row.pk.hex])
        value, place = cursor.fetchone()
        for other in stored_otherwise(value):
            # What the table itself refuses is no other form.
            with suppress(IntegrityError), transaction.atomic():
                values = [other, place]
                cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE rowid = %s', values)
                if is_odd(table, field, place):
                    assert read_or_none(*of_row) != before, (table, column, value, other)
                    count += 1
                transaction.set_rollback(True)
    return count


def is_odd(table: str, field: models.Field[Any, Any], place: int) -> bool:
    with connection.cursor() as cursor:
        asked = f'({conditions(table)[str(field.column)]}) IS TRUE, +"{field.column}"'
        cursor.execute(f"SELECT {asked} FROM {table} AS NEW WHERE rowid = %s", [place])
        is_in_form, held = cursor.fetchone()
    is_json = isinstance(field, models.JSONField) and held is not None
    return not is_in_form or (is_json and raw.has_doubles(held))


def read_or_none(*of_row: Any) -> list[str] | None:
    """None for what is left to the models."""
    try:
        return in_order(plain.belonging(*of_row))
    except UNREADABLE_ROW:
        return None


def test_every_column_of_an_entry_is_signed_but_the_digest_itself() -> None:
    named = {field.attname for field in TrailEntry._meta.concrete_fields}
    assert named == {*Signed._fields, "digest"}


def test_how_a_row_is_stored_is_asked_only_where_it_is_not_what_was_signed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[object] = set()
    odd = raw.odd

    def noted(wanted: Iterable[raw.Rows]) -> Any:
        rows = list(wanted)
        asked.update(rows)
        return odd(rows)

    monkeypatch.setattr(raw, "odd", noted)
    assert verify(processes=1).is_whole
    assert {Staff, ChainHead} <= asked
    assert not asked & {Reading, Session, Patient, TrailEntry}
    with without_guards():
        update(scene.reading, systolic=111)
    assert not verify(processes=1).is_whole
    assert {Reading, Session, Patient, TrailEntry} <= asked


@pytest.mark.parametrize("text", ["2026-03-03", "2026-03-03 10:00:00+00:00"])
def test_another_form_of_a_moment_is_left_to_the_models(text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("+", r"\+")):
        plain._moment(text)


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("2026-03-03 10:00:00+00", "2026-03-03T10:00:00.000000Z"),
        ("2026-03-03 10:00:00.5+00", "2026-03-03T10:00:00.500000Z"),
        ("2026-03-03 10:00:00.000001+00", "2026-03-03T10:00:00.000001Z"),
    ],
)
def test_a_moment_as_postgresql_writes_it_is_one_of_the_log(text: str, logged: str) -> None:
    assert plain._moment_in_utc(text) == logged


@pytest.mark.parametrize(
    "text",
    ["infinity", "2026-03-03 11:00:00+01", "03.03.2026 10:00:00 UTC", "0044-03-15 10:00:00+00 BC"],
)
def test_what_postgresql_writes_otherwise_is_left_to_the_models(text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("+", r"\+")):
        plain._moment_in_utc(text)


def test_a_number_with_more_places_is_left_to_the_models() -> None:
    assert plain._exact(1, 56) == "56.0"
    assert plain._exact(1, 0.1) == "0.1"
    with pytest.raises(ValueError, match="56"):
        plain._exact(1, 56.04)
