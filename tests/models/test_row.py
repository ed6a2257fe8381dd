"""The models list what is recorded; everything that must know it reads that list."""

from __future__ import annotations

import pytest
from django.apps import apps

from clinic.models.row import Guarded, RecordRow, name_of
from monitoring.guards.privileges import record
from monitoring.guards.text import guards
from monitoring.models import Derived, Figures, SessionFact, SessionRow, Tag
from monitoring.models.rows import own_tables, rows_of
from monitoring.proof import raw
from monitoring.proof.verify import _counted
from tests.clock import TestClock
from tests.factories.visits import discharged

EVERY = [m for a in ("clinic", "monitoring") for m in apps.get_app_config(a).get_models()]


def test_every_model_is_a_guarded_table_but_for_what_is_worked_out_again() -> None:
    derived = {model for model in EVERY if issubclass(model, Derived)}
    assert set(EVERY) - derived == set(Guarded.tables())
    # Nothing of the record may hide among them: each is rebuilt from it, and compared with it.
    assert derived == {Tag, Figures}


@pytest.mark.parametrize("model", SessionFact.tables(), ids=name_of)
def test_every_fact_is_guarded_granted_compared_and_counted(model: type[SessionFact]) -> None:
    rules = {guard.rule for guard in guards() if guard.model is model}
    assert {"never_changed", "not_deleted", "not_emptied", "id_never_reused"} <= rules
    assert {"well_formed", "has_the_next_number", "moves_the_counter"} <= rules
    assert record()[model._meta.db_table] == {"INSERT"}
    (counter,) = (g for g in guards() if g.rule == "counter_moves_by_a_fact")
    assert f"FROM {model._meta.db_table} WHERE" in counter.body
    assert model in _counted()
    assert any(isinstance(rows, tuple) and rows[0] is model for rows in raw.of_session(model().pk))


def test_rows_that_are_inserted_once_are_not_changed_by_any_right() -> None:
    assert all(model.rights == {"INSERT"} for model in RecordRow.tables())


@pytest.mark.django_db
def test_a_session_is_loaded_with_every_noun(clock: TestClock) -> None:
    session = discharged(clock).session
    session.load(own_tables())
    assert set(rows_of(session).by_noun) == set(SessionRow.tables())
