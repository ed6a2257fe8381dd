"""The gate, attacked below the pages: through the ORM, and in raw SQL.

What single guards stop is in attacks/; here is the promise they keep together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from clinic.ids import uuid7
from clinic.models.row import name_of
from monitoring.models import Clearance, Departure, Patient, Reading, Session, SessionRow
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.factories.logged import save
from tests.guards.examples import example, note, signed, superseded, withdrawn
from tests.guards.raw import copy, run, update
from tests.guards.ready_made import departure
from tests.guards.world import Clinic, Visit

pytestmark = [pytest.mark.usefixtures("application"), pytest.mark.unmeasured]

RECORD = tuple(map(name_of, SessionRow.tables()))
Change = Callable[[Any], object]


def _save(row: Any) -> object:
    row.save()
    return row


def _bulk_create_over(row: Any) -> object:
    fields = [f.name for f in row._meta.local_concrete_fields if not f.primary_key]
    return type(row).objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


CHANGES: dict[str, Change] = {
    "save": _save,
    "update": lambda row: type(row).objects.filter(pk=row.pk).update(session=row.session_id),
    "bulk_update": lambda row: type(row).objects.bulk_update([row], ["session"]),
    "bulk_create over it": _bulk_create_over,
    "bulk_create again": lambda row: type(row).objects.bulk_create([row]),
    "force_insert": lambda row: row.save(force_insert=True),
    "delete": lambda row: row.delete(),
    "queryset delete": lambda row: type(row).objects.filter(pk=row.pk).delete(),
    "raw update": lambda row: update(row, session_id=row.session_id),
    "raw delete": lambda row: run(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk),
    "raw insert": lambda row: copy(row, id=row.pk),
    "raw upsert": lambda row: run(
        f"INSERT INTO {row._meta.db_table} SELECT * FROM {row._meta.db_table} WHERE id = %s "
        "ON CONFLICT (id) DO UPDATE SET session_id = excluded.session_id",
        row.pk,
    ),
}
RAW_SQLITE: dict[str, Change] = {
    "REPLACE": lambda row: copy(row, "REPLACE", id=row.pk),
    "INSERT OR REPLACE": lambda row: copy(row, "INSERT OR REPLACE", id=row.pk),
    "UPDATE OR REPLACE": lambda row: update(row, "UPDATE OR REPLACE", id=uuid7()),
    "DELETE of all": lambda row: run(f"DELETE FROM {row._meta.db_table}"),
}
RAW_POSTGRESQL: dict[str, Change] = {
    "TRUNCATE": lambda row: run(f"TRUNCATE {row._meta.db_table}"),
    "TRUNCATE CASCADE": lambda row: run(f"TRUNCATE {row._meta.db_table} CASCADE"),
}
CHANGES |= RAW_POSTGRESQL if USES_POSTGRESQL else RAW_SQLITE


def kept(model: type[models.Model]) -> list[dict[str, Any]]:
    return list(model._default_manager.order_by("pk").values())


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize("noun", RECORD)
def test_a_recorded_row_is_never_changed(
    noun: str, how: str, clinic: Clinic, clock: TestClock
) -> None:
    _, row = example(noun, clinic, clock)
    connection.check_constraints()
    before = kept(type(row))
    with pytest.raises(DatabaseError), transaction.atomic():
        CHANGES[how](row)
    assert kept(type(row)) == before


def _unsigned(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    return Visit(clinic, clock).ready(), None


def _of_another(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    visit, theirs = Visit(clinic, clock).ready(), Visit(clinic, clock).ready()
    return visit, theirs.sign()


def _withdrawn(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    visit, row = withdrawn(clinic, clock)
    return visit, row.clearance


STATES = {
    "without a signature": _unsigned,
    "on another session's signature": _of_another,
    "on a withdrawn signature": _withdrawn,
    "over a fact that was not signed": superseded,
}


DISCHARGES: dict[str, Callable[[Departure], object]] = {
    "save": lambda row: row.save(),
    "bulk_create": lambda row: Departure.objects.bulk_create([row]),
    "raw insert": copy,
}


@pytest.mark.parametrize("how", DISCHARGES)
@pytest.mark.parametrize("state", STATES)
def test_no_discharge_without_a_standing_clearance_of_that_session(
    state: str, how: str, clinic: Clinic, clock: TestClock
) -> None:
    visit, clearance = STATES[state](clinic, clock)
    with pytest.raises(IntegrityError), transaction.atomic():
        DISCHARGES[how](departure(visit, clearance))
    assert not Departure.objects.filter(session=visit.id).exists()


@pytest.mark.parametrize("how", DISCHARGES)
def test_discharge_on_a_standing_clearance_goes_through(
    how: str, clinic: Clinic, clock: TestClock
) -> None:
    """The control: what the attacks above write is sound but for the signature."""
    visit = signed(clinic, clock)
    DISCHARGES[how](departure(visit, Clearance.objects.get(session=visit.id)))
    connection.check_constraints()
    assert Departure.objects.filter(session=visit.id).exists()


@pytest.mark.parametrize("phase", ["cleared", "closed"])
def test_a_session_is_not_discharged_by_its_phase(
    phase: str, clinic: Clinic, clock: TestClock
) -> None:
    visit, clearance = superseded(clinic, clock)
    changes = {"phase": phase, "standing_clearance": clearance}
    if phase == "closed":
        changes |= {"closed_at": clock.now(), "outcome": "discharged"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=visit.id).update(**changes)


def test_being_superuser_signs_nothing(clinic: Clinic, clock: TestClock) -> None:
    visit = Visit(clinic, clock).ready()
    clinic.nurse.is_superuser = True
    save(clinic.nurse)
    like = signed(clinic, clock)
    row = Clearance.objects.get(session=like.id)
    with (
        pytest.raises(IntegrityError, match="guard_clearance_signed_by_clinician"),
        transaction.atomic(),
    ):
        copy(
            row,
            session_id=visit.id,
            through_seq=visit.row.last_seq,
            signed_by_id=clinic.nurse.id,
            signed_at=clock.now(),
        )


def test_a_clinician_who_left_the_clinic_signs_nothing(clinic: Clinic, clock: TestClock) -> None:
    visit = Visit(clinic, clock).ready()
    like = signed(clinic, clock)
    row = Clearance.objects.get(session=like.id)
    clinic.clinician.is_active = False
    save(clinic.clinician)
    with (
        pytest.raises(IntegrityError, match="guard_clearance_signed_by_clinician"),
        transaction.atomic(),
    ):
        copy(row, session_id=visit.id, through_seq=visit.row.last_seq, signed_at=clock.now())


@pytest.mark.parametrize(("seconds", "stands"), [(7199, False), (7200, True)])
def test_the_window_ends_on_the_second(
    seconds: int, stands: bool, clinic: Clinic, clock: TestClock
) -> None:
    like = Clearance.objects.get(session=signed(clinic, clock).id)
    visit = Visit(clinic, clock).dosed()
    clock.forward(seconds=seconds)

    def sign() -> None:
        copy(like, session_id=visit.id, through_seq=visit.row.last_seq, signed_at=clock.now())

    if stands:
        sign()
        return
    with (
        pytest.raises(IntegrityError, match="guard_clearance_window_elapsed"),
        transaction.atomic(),
    ):
        sign()


def test_an_infusion_that_runs_is_not_signed_off(clinic: Clinic, clock: TestClock) -> None:
    like = Clearance.objects.get(session=signed(clinic, clock).id)
    visit = Visit(clinic, clock, infusion=True).dosed()
    clock.forward(minutes=600)
    with (
        pytest.raises(IntegrityError, match="guard_clearance_window_elapsed"),
        transaction.atomic(),
    ):
        copy(like, session_id=visit.id, through_seq=visit.row.last_seq, signed_at=clock.now())


@pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL stores no time that it cannot read")
@pytest.mark.parametrize("text", ["now", "2460000.5", "2026-02-31 10:00:00", "10:00", "soon", ""])
def test_a_time_that_cannot_be_read_is_no_time_of_signing(
    text: str, clinic: Clinic, clock: TestClock
) -> None:
    visit, row = superseded(clinic, clock)
    with pytest.raises(IntegrityError, match="guard_clearance_"), transaction.atomic():
        copy(row, through_seq=visit.row.last_seq, signed_at=text)


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite writes one table a statement")
def test_one_statement_does_not_record_and_discharge(clinic: Clinic, clock: TestClock) -> None:
    """The reading would not have been in what the clinician signed."""
    visit = signed(clinic, clock)
    with pytest.raises(IntegrityError, match="guard_"), transaction.atomic():
        _record_and_discharge(visit)
    assert not Departure.objects.filter(session=visit.id).exists()


def _record_and_discharge(visit: Visit) -> None:
    row = departure(visit, Clearance.objects.get(session=visit.id))
    columns = {str(f.column): getattr(row, f.attname) for f in row._meta.local_concrete_fields}
    late = {"id": uuid7(), "seq": visit.row.last_seq + 1, "slot": None}
    fields = [str(f.column) for f in Reading._meta.local_concrete_fields]
    picked = ", ".join("%s" if f in late else f for f in fields)
    casts = [f"CAST(%s AS {f.db_type(connection)})" for f in row._meta.local_concrete_fields]
    # Read from `late`, so that the reading is written first.
    run(
        f"WITH late AS (INSERT INTO monitoring_reading ({', '.join(fields)})"
        f" SELECT {picked} FROM monitoring_reading WHERE session_id = %s LIMIT 1 RETURNING id)"
        f" INSERT INTO monitoring_departure ({', '.join(columns)})"
        f" SELECT {', '.join(casts)} FROM late",
        *(late[f] for f in fields if f in late),
        visit.id,
        *columns.values(),
    )


@pytest.mark.skipif(not USES_POSTGRESQL, reason="a SQLite trigger sees only its own database")
def test_a_temporary_table_does_not_pass_for_the_record(clinic: Clinic, clock: TestClock) -> None:
    """An empty table of withdrawals would make a withdrawn signature stand again."""
    visit, clearance = superseded(clinic, clock)
    run("CREATE TEMPORARY TABLE monitoring_session (LIKE public.monitoring_session)")
    run(
        "INSERT INTO pg_temp.monitoring_session SELECT * FROM public.monitoring_session"
        " WHERE id = %s",
        visit.id,
    )
    run("UPDATE pg_temp.monitoring_session SET last_seq = %s", clearance.through_seq)
    with (
        pytest.raises(IntegrityError, match="guard_departure_discharge_needs_clearance"),
        transaction.atomic(),
    ):
        copy(departure(visit, clearance))


def test_a_patient_with_a_session_is_never_deleted(clinic: Clinic, clock: TestClock) -> None:
    visit = Visit(clinic, clock)
    with pytest.raises(DatabaseError), transaction.atomic():
        Patient.objects.filter(pk=visit.patient.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        run("DELETE FROM monitoring_patient WHERE id = %s", visit.patient.pk)


def test_late_readings_move_nothing_of_what_was_signed(clinic: Clinic, clock: TestClock) -> None:
    visit = signed(clinic, clock).discharge()
    before = Session.objects.filter(pk=visit.id).values("phase", "outcome", "given_mg").get()
    late = visit.read()
    assert late.after_departure
    after = Session.objects.filter(pk=visit.id).values("phase", "outcome", "given_mg").get()
    assert after == before
    with pytest.raises(Exception, match="amended_after_leaving"):
        note(visit)
