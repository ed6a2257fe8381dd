"""A clinic with sessions of every kind, and the ways to tamper with them below every guard."""

from __future__ import annotations

import hmac
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from clinic.ids import uuid7
from clinic.models import ChainHead, TrailEntry
from clinic.trail.canonical import canonical
from clinic.trail.chain import signed
from monitoring import guards
from monitoring import models as nouns
from monitoring.models import Clearance, Reading
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.guards.raw import copy, run, update
from tests.guards.world import Clinic, Visit, open_clinic
from tests.shared import world

NO_DAY = "infinity" if USES_POSTGRESQL else "2026-02-31"
NO_TIME = "infinity" if USES_POSTGRESQL else "2026-02-31 10:00:00"
"""What a column of days or times takes on this engine, and is none."""


@dataclass
class Scene:
    """A session that ended, with a late reading and an amendment, and one that goes on."""

    clinic: Clinic
    ended: Visit
    going_on: Visit

    @property
    def reading(self) -> Reading:
        return Reading.objects.filter(session=self.ended.id).order_by("seq")[1]

    @property
    def late(self) -> Reading:
        return Reading.objects.get(session=self.ended.id, after_departure=True)

    @property
    def clearance(self) -> Clearance:
        return Clearance.objects.get(session=self.ended.id)

    @property
    def amendment(self) -> nouns.PatientAmendment:
        return nouns.PatientAmendment.objects.get(patient=self.ended.patient)

    def entry(self, seq: int) -> TrailEntry:
        return TrailEntry.objects.get(chain=self.ended.id, seq=seq)

    def last(self) -> TrailEntry:
        return TrailEntry.objects.filter(chain=self.ended.id).latest("seq")


def make_scene(clinic: Clinic, clock: TestClock) -> Scene:
    ended = Visit(clinic, clock).ready()
    ended.sign()
    ended.discharge()
    ended.review(ended.read())
    ended.amend()
    ended.amend_patient(allergies="Latex")
    return Scene(clinic, ended, Visit(clinic, clock).dosed())


@dataclass(frozen=True)
class MadeScene:
    """The scene of a module, the moment at which it was made, and its anchor."""

    scene: Scene
    clock: TestClock
    at: datetime
    anchors: Path


@pytest.fixture(scope="module")
def made_scene(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[MadeScene]:
    folder = tmp_path_factory.mktemp("anchors")
    with world(django_db_blocker) as clock:
        scene = make_scene(open_clinic(), clock)
        with override_settings(ANCHORS=folder):
            call_command("anchor", stdout=StringIO())
        yield MadeScene(scene, clock, clock.now(), folder)


@pytest.fixture
def scene(made_scene: MadeScene, db: None, clock: TestClock, anchors_folder: Path) -> Scene:
    """The module's scene as it was made: a test changes a copy, and its rows are taken back."""
    shutil.copytree(made_scene.anchors, anchors_folder)
    clock.travel_to(made_scene.at)
    return deepcopy(made_scene.scene, {id(made_scene.clock): clock})


@pytest.fixture
def owner(scene: Scene) -> Iterator[None]:
    """Someone with the owner's rights and every guard gone, who can write anything at all."""
    with without_guards():
        yield


@contextmanager
def without_guards() -> Iterator[None]:
    """What someone with the owner's rights does, every guard being gone."""
    with guards.as_owner(connection), connection.cursor() as cursor:
        guards.drop(connection)
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
        yield


def verified(session: UUID | None = None) -> str:
    """What `verify_record` prints; it must end with 1."""
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_record", session=session, stdout=out)
    assert ended.value.code == 1
    return out.getvalue()


def rewrite(
    entry: TrailEntry, key: str, key_id: str = "test", *, payload: str | None = None
) -> None:
    """Write a false value into `entry` and hash it and all that follow anew, under `key`."""
    told = json.loads(entry.payload)
    told["detail"]["false"] = True
    entry.payload = payload or canonical(told)
    previous = entry.previous
    later = TrailEntry.objects.filter(chain=entry.chain, seq__gt=entry.seq).order_by("seq")
    for one in [entry, *later]:
        one.previous, one.key_id = previous, key_id
        one.digest = hmac.digest(key.encode(), canonical(signed(one)).encode(), "sha256").hex()
        update(
            one,
            payload=one.payload,
            previous=one.previous,
            digest=one.digest,
            key_id=one.key_id,
        )
        previous = one.digest
    update(ChainHead.objects.get(pk=entry.chain), digest=previous)


def delete(table: str, **where: Any) -> None:
    ((column, value),) = where.items()
    package = "clinic" if table in {"trailentry", "chainhead"} else "monitoring"
    run(f"DELETE FROM {package}_{table} WHERE {column} = %s", value)


ROWS_OF_SESSION = (
    "amendment", "review", "departure", "withdrawal", "doseend", "dose", "decision", "order",
    "admission", "event", "reading",
)  # fmt: skip


def delete_rows(session: UUID) -> None:
    run("UPDATE monitoring_session SET standing_clearance_id = NULL WHERE id = %s", session)
    for table in ("tag", "figures", *ROWS_OF_SESSION[:3], "clearance", *ROWS_OF_SESSION[3:]):
        delete(table, session_id=session)
    delete("session", id=session)


def delete_everything(session: UUID) -> None:
    delete_rows(session)
    delete("trailentry", chain=session)
    delete("chainhead", id=session)


def cut_the_tail(scene: Scene, *, also_the_row: bool) -> None:
    """Take back the last entry, as if the amendment had never been made."""
    last = scene.last()
    before = scene.entry(last.seq - 1)
    if also_the_row:
        delete("amendment", session_id=scene.ended.id)
        run("UPDATE monitoring_session SET last_seq = last_seq - 1 WHERE id = %s", scene.ended.id)
    delete("trailentry", id=last.id)
    update(ChainHead.objects.get(pk=scene.ended.id), count=before.seq, digest=before.digest)


def swap_entries(scene: Scene) -> None:
    one, other = scene.entry(3), scene.entry(4)
    update(one, seq=999)
    update(other, seq=3)
    update(one, seq=4)


def swap_values(scene: Scene) -> None:
    one, other = scene.reading, scene.late
    update(one, id=uuid7())
    run("UPDATE monitoring_reading SET replaces_id = NULL")
    update(other, note=f"was {one.id}")


def logged(entry: TrailEntry, **rows: Any) -> str:
    """The payload of `entry` with other columns in its rows."""
    whole = json.loads(entry.payload)
    for table, columns in rows.items():
        for row in whole["rows"].setdefault(table, {"x": {}}).values():
            row.update(columns)
    return canonical(whole)


def strangers(scene: Scene) -> UUID:
    """A patient who was put in below every verb."""
    made = uuid7()
    copy(scene.ended.patient, id=made, mrn="none")
    return made


def key_of(scene: Scene) -> str:
    from django.conf import settings

    return str(settings.TRAIL_KEYS["test"])


def kind_of_a_chain_and_a_value(s: Scene) -> None:
    update(ChainHead.objects.get(pk=s.ended.id), kind="patient")
    update(s.reading, systolic=119)
