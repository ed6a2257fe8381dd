"""What exactly was signed, and one tap that says whether the record is what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from clinic.ids import uuid7
from monitoring import actions, guards
from monitoring.models import Clearance
from monitoring.words.trail import ENTRY_WORDS
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.visits import Visit, discharged, ready_to_sign, signed
from tests.guards import world
from tests.guards.raw import update

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def page(client: Client, visit: Visit, clearance: Clearance) -> str:
    answer = client.get(f"/sessions/{visit.id}/clearances/{clearance.pk}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def tampered(statement: Callable[[], object]) -> None:
    with guards.as_owner(connection):
        guards.drop(connection)
        statement()


def test_right_after_signing_it_shows_all_of_the_record(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    clearance = visit.sign()
    shown = page(signed_in(visit.nurse), visit, clearance)
    assert "This is what was signed" in shown
    assert "Nothing was recorded since" in shown
    assert clearance.content_digest in shown
    assert clearance.printed_name in shown


def test_after_a_change_it_shows_what_was_covered_and_names_what_came_since(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    clearance = visit.sign()
    clock.forward(minutes=2)
    covered = visit.session.reading_set.last()
    assert covered
    actions.correct_reading(
        visit.id,
        visit.nurse,
        id=uuid7(),
        replaces=covered.pk,
        entry=visit.entry(systolic=151, diastolic=93, taken_at=covered.taken_at),
        reason="Wrong arm",
    )
    visit.event(detail="Asked for water")
    shown = page(signed_in(visit.nurse), visit, clearance)
    assert "This is what was signed" in shown
    assert f"covers the record up to entry {clearance.through_seq}" in shown
    since, record = shown.split("Changed since")[1].split("</section>", 1)
    assert "Correction, taken" in since
    assert "151/93" in since
    assert "Asked for water" in since
    assert "151/93" not in record
    assert "Asked for water" not in record
    assert "Replaced by a correction" not in record


def test_what_came_after_departure_is_named_as_well(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    clearance = visit.session.clearance_set.get()
    visit.review(visit.read(systolic=181, diastolic=99))
    visit.amend()
    shown = page(signed_in(visit.nurse), visit, clearance)
    since, record = shown.split("Changed since")[1].split("</section>", 1)
    assert "arrived after departure" in since
    assert "The escort was the sister" in since
    assert "Review" in since
    assert "181/99" not in record


def test_each_of_several_signatures_shows_its_own_record(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    first = visit.sign()
    visit.withdraw(first, "Dizzy after all")
    clock.forward(minutes=3)
    visit.read(systolic=133)
    second = visit.sign()
    nurse = signed_in(visit.nurse)
    since, record = page(nurse, visit, first).split("Changed since")[1].split("</section>", 1)
    assert "133/78" in since
    assert "133/78" not in record
    assert "133/78" in page(nurse, visit, second)
    assert "Dizzy after all" in page(nurse, visit, second)
    assert first.content_digest != second.content_digest


def test_a_lapsed_signature_is_taken_back_within_what_the_next_one_covers(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = signed(clock)
    clock.forward(minutes=16)
    visit.read()
    clock.forward(minutes=1)
    again = visit.sign()
    assert "This is what was signed" in page(signed_in(visit.nurse), visit, again)


def test_a_row_that_was_tampered_with_does_not_change_what_was_signed(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = signed(clock)
    clearance = visit.session.clearance_set.get()
    reading = visit.session.reading_set.latest("seq")
    tampered(lambda: update(reading, systolic=99, diastolic=55))
    shown = page(signed_in(visit.nurse), visit, clearance)
    assert "This is what was signed" in shown
    assert "99/55" not in shown


def test_a_signature_whose_digest_was_changed_is_called_so(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = signed(clock)
    clearance = visit.session.clearance_set.get()
    tampered(lambda: update(clearance, content_digest="f" * 64))
    assert "This is not what was signed" in page(signed_in(visit.nurse), visit, clearance)


def test_a_signature_from_before_the_trail_says_so(clock: TestClock, signed_in: Signer) -> None:
    visit = signed(clock)
    clearance = visit.session.clearance_set.get()
    tampered(lambda: update(clearance, content_digest=""))
    assert "before signatures held a digest" in page(signed_in(visit.nurse), visit, clearance)


def test_a_clearance_of_another_session_is_not_found(clock: TestClock, signed_in: Signer) -> None:
    visit, other = signed(clock), signed(clock)
    nurse = signed_in(visit.nurse)
    theirs = other.session.clearance_set.get()
    for unknown in (theirs.pk, uuid4()):
        assert nurse.get(f"/sessions/{visit.id}/clearances/{unknown}/").status_code == 404


def test_no_signature_is_put_under_a_record_that_was_tampered_with(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    reading = visit.session.reading_set.latest("seq")
    assert reading
    with guards.as_owner(connection):
        connection.check_constraints()
        guards.drop(connection)
        update(reading, taken_at=reading.taken_at - timedelta(seconds=1))
        connection.check_constraints()
        guards.install(connection)
    with refused("record_disagrees"):
        visit.sign()
    assert not Clearance.objects.exists()


def test_one_tap_verifies_a_session(clock: TestClock, signed_in: Signer, settings: Settings,
                                    tmp_path: Path) -> None:  # fmt: skip
    settings.ANCHORS = tmp_path
    visit = world.Visit(world.open_clinic(), clock).ready()
    visit.sign()
    clinician = signed_in(visit.clinic.clinician)
    assert (
        f"/sessions/{visit.id}/verification/"
        in clinician.get(f"/sessions/{visit.id}/report/").content.decode()
    )
    shown = clinician.get(f"/sessions/{visit.id}/verification/").content.decode()
    assert "As recorded" in shown
    assert "No anchor was found" in shown
    reading = visit.row.reading_set.latest("seq")
    tampered(lambda: update(reading, systolic=99))
    shown = clinician.get(f"/sessions/{visit.id}/verification/").content.decode()
    assert "Not as recorded" in shown
    assert "was changed: systolic" in shown


def test_the_trail_of_a_session_names_who_did_what_when(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    visit.amend()
    answer = signed_in(visit.clinician).get(f"/sessions/{visit.id}/verification/")
    lines = [
        (e.seq, e.actor.printed_name, str(words)) for e, words, _said in answer.context["entries"]
    ]
    assert lines[0] == (1, visit.clinician.printed_name, "Session planned")
    assert (visit.clinician.printed_name, "Clearance signed") in [line[1:] for line in lines]
    assert lines[-1][1:] == (visit.nurse.printed_name, "Record amended")
    assert "Systolic: 122" in answer.content.decode(), "what was written, too"
    assert [seq for seq, *_ in lines] == list(range(1, len(lines) + 1))


def test_every_verb_on_a_session_or_patient_has_its_words() -> None:
    elsewhere = {"publish_protocol", "change_protocol"}
    verbs = {name for name in actions.__all__ if name.islower()}
    assert set(ENTRY_WORDS) == verbs - elsewhere | {"adopt", "amend_patient"}


def test_the_report_prints_its_chain_head(clock: TestClock, signed_in: Signer) -> None:
    from clinic.models import ChainHead

    visit = discharged(clock)
    shown = signed_in(visit.nurse).get(f"/sessions/{visit.id}/report/").content.decode()
    assert ChainHead.objects.get(pk=visit.id).digest in shown
