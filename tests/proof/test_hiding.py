"""Rows that hide behind the way SQLite stores them: two spellings of one id, fractions, text.

The owner drops the guards, writes, and puts them back as they were. What Django reads afterwards
may be exactly what was recorded, so the rows are compared as they are stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from monitoring import guards
from monitoring import models as nouns
from monitoring.actions import Refused
from monitoring.models import Reading, Session
from monitoring.proof.verify import verify
from tests.engine import USES_POSTGRESQL
from tests.guards.raw import copy, respelt, run, update
from tests.guards.world import Visit
from tests.proof.scene import Scene, verified

pytestmark = [
    pytest.mark.usefixtures("owner"),
    pytest.mark.skipif(USES_POSTGRESQL, reason="PostgreSQL's types leave one form only"),
]


def first(visit: Visit) -> Reading:
    return Reading.objects.filter(session=visit.id).order_by("seq")[1]


def false_reading(visit: Visit) -> None:
    """131/84 that no one took, under the id of a true reading."""
    row = first(visit)
    copy(row, id=respelt(row), seq=0, slot=None, systolic=131, diastolic=84)


def false_correction(visit: Visit) -> None:
    """The highest pressure corrected, by a row under another's id."""
    high, other = Reading.objects.filter(session=visit.id).order_by("seq")[:2]
    copy(
        other, id=respelt(other), seq=0, slot=high.slot, replaces_id=high.pk,
        correction_reason="Typing error", systolic=118, diastolic=74,
    )  # fmt: skip


def second_signature(visit: Visit) -> None:
    row = nouns.Clearance.objects.get(session=visit.id)
    copy(row, id=respelt(row), through_seq=0, printed_name="Dr False", content_digest="x")


def of_reading(column: str, value: Any) -> Callable[[Visit], None]:
    return lambda visit: update(first(visit), **{column: value})


def hidden_reading(visit: Visit) -> None:
    """Not the session's any more, as the database compares ids."""
    update(first(visit), session_id=str(visit.id).upper())


def protocol_twice(visit: Visit) -> None:
    """Python reads the last, the guard's SQL the first."""
    version = nouns.ProtocolVersion.objects.get(pk=visit.row.protocol_version_id)
    body = json.dumps(version.body)
    update(version, body='{"window_minutes": 5, ' + body[1:])


def checklist_twice(visit: Visit) -> None:
    """Python reads the last, which is what was signed."""
    row = nouns.Clearance.objects.get(session=visit.id)
    key = next(iter(row.checklist))
    text = json.dumps(row.checklist)
    update(row, checklist=f'{{"{key}": "no one asked", {text[1:]}')


def true_as_one(visit: Visit) -> None:
    """Python takes 1 and yes for the same."""
    row = nouns.Clearance.objects.get(session=visit.id)
    update(row, checklist={key: value and 1 for key, value in row.checklist.items()})


CASES: dict[str, tuple[Callable[[Visit], None], str]] = {
    "a false reading under a true one's id": (false_reading, "is there more than once"),
    "a false correction under another's id": (false_correction, "is there more than once"),
    "a second signature under the first one's id": (second_signature, "is there more than once"),
    "an id in capitals": (
        lambda c: update(first(c), id=first(c).pk.hex.upper()), "holds what no verb writes: id"
    ),
    "a fraction": (of_reading("systolic", 120.9), "holds what no verb writes: systolic"),
    "a number as text": (of_reading("seq", "3rd"), "holds what no verb writes: seq"),
    "yes and no as a fraction": (
        of_reading("after_departure", 0.5), "holds what no verb writes: after_departure"
    ),
    "a time in another form": (
        lambda v: update(first(v), taken_at=first(v).taken_at.isoformat()),
        "holds what no verb writes: taken_at",
    ),
    "a time with another sign in it": (
        lambda v: update(first(v), taken_at=f"{first(v).taken_at:%Y-%m-%dT%H:%M:%S.%f}"),
        "holds what no verb writes: taken_at",
    ),
    "a dose finer than it is shown": (
        lambda c: update(c.row, given_mg=28.04), "holds what no verb writes: given_mg"
    ),
    "a reading of the session's id in capitals": (hidden_reading, "was recorded, and is gone"),
    "an entry's number as text": (
        lambda c: run(
            "UPDATE clinic_trailentry SET seq = CAST(seq || 'th' AS TEXT) "
            "WHERE chain = %s AND seq = 3", c.id
        ),
        "holds what no verb writes: seq",
    ),
    "an entry's chain in capitals": (
        lambda c: run(
            "UPDATE clinic_trailentry SET chain = upper(chain) WHERE chain = %s AND seq = 3",
            c.id,
        ),
        "lacks the entries between 2 and 4",
    ),
    "a protocol with a key twice": (protocol_twice, "holds what no verb writes: a key twice"),
    "a checklist with a key twice": (checklist_twice, "holds what no verb writes: a key twice"),
    "a point of the checklist as a number": (true_as_one, "was changed: checklist"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_hides_is_named_also_for_its_session(name: str, scene: Scene) -> None:
    tamper, words = CASES[name]
    with transaction.atomic():
        tamper(scene.ended)
        assert words in verified(), name
        assert words in verified(scene.ended.id), name
        # Some leave what refers to nothing, which the end of a test would not take.
        transaction.set_rollback(True)


ORGANISATION: dict[str, tuple[Callable[[Scene], None], str]] = {
    "a person's id": (
        lambda s: copy(s.clinic.nurse, id=respelt(s.clinic.nurse), username="else"),
        "is there more than once",
    ),
    "whether a person is active": (
        lambda s: update(s.clinic.nurse, is_active=0.9), "holds what no verb writes: is_active"
    ),
    "a patient's id": (
        lambda s: copy(s.ended.patient, id=respelt(s.ended.patient), mrn="else"),
        "holds what no verb writes: id",
    ),
    "a session's id": (
        lambda s: copy(Session.objects.get(pk=s.ended.id), id=respelt(s.ended.row)),
        "holds what no verb writes: id",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ORGANISATION)
def test_people_patients_and_sessions_hide_no_better(name: str, scene: Scene) -> None:
    tamper, words = ORGANISATION[name]
    tamper(scene)
    assert words in verified()


SEEN_WHEN_SIGNING = [
    "a false reading under a true one's id", "a false correction under another's id", "a fraction",
    "a time in another form", "yes and no as a fraction", "a protocol with a key twice",
]  # fmt: skip


@pytest.mark.parametrize("name", SEEN_WHEN_SIGNING)
def test_no_signature_is_put_over_a_row_that_hides(name: str, scene: Scene) -> None:
    guards.install(connection)
    visit = scene.going_on.observe()
    guards.drop(connection)
    CASES[name][0](visit)
    guards.install(connection)
    with pytest.raises(Refused) as refused:
        visit.sign()
    assert [r.code for r in refused.value.messages] == ["record_disagrees"]


def test_a_table_of_which_not_every_row_is_compared_is_named(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever way there is to pass over a row, the numbers do not agree."""
    from monitoring.proof import plain
    from monitoring.proof.robust import Reader

    read, belonging = Reader.read, plain.belonging
    monkeypatch.setattr(
        plain,
        "belonging",
        lambda model, *of: [*belonging(model, *of)][1 if model is Reading else 0 :],
    )
    monkeypatch.setattr(
        Reader, "read", lambda self, rows: read(self, rows[1:] if rows.model is Reading else rows)
    )
    words = [p.words for p in verify().problems]
    count = Reading.objects.count()
    assert f"holds {count} rows, and {count - 1} could be compared" in words


def test_the_control(scene: Scene) -> None:
    guards.install(connection)
    assert verify().problems == []
    assert connection.vendor == "sqlite"
