"""Who was shown whose record is one entry a view, whose patients are found again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from clinic import clock as clinic_clock
from monitoring.models import AccessEntry, ListedPatient
from monitoring.proof.reads import Read, log_reads, not_lately, patients_of
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.factories.record import PatientFactory
from tests.guards.world import Clinic, open_clinic


@pytest.fixture
def place(db: None, clock: TestClock) -> Clinic:
    return open_clinic()


def of_board(place: Clinic) -> Read:
    return Read(place.nurse, place.site, "listed", "board")


def some(place: Clinic, many: int) -> list[UUID]:
    return [PatientFactory.create(site=place.site).pk for _ in range(many)]


def test_a_page_without_patients_leaves_no_entry(place: Clinic) -> None:
    log_reads(of_board(place), [], clinic_clock.now())
    assert not AccessEntry.objects.exists()


def test_one_patient_stands_on_the_entry_and_needs_no_list(place: Clinic) -> None:
    (alone,) = some(place, 1)
    log_reads(of_board(place), [alone, alone], clinic_clock.now())
    entry = AccessEntry.objects.get()
    assert (entry.patient_id, entry.listing) == (alone, None)
    assert patients_of([entry]) == {alone}


def test_the_same_patients_in_any_order_are_one_list(place: Clinic) -> None:
    three = some(place, 3)
    log_reads(of_board(place), three, clinic_clock.now())
    log_reads(of_board(place), [*reversed(three), three[0]], clinic_clock.now())
    assert ListedPatient.objects.count() == 3
    first, second = AccessEntry.objects.order_by("id")
    assert first.listing == second.listing
    assert patients_of([second]) == set(three)
    assert not [p for p in verify().problems if p.subject.startswith("access log")]


def test_who_came_to_a_list_makes_another(place: Clinic) -> None:
    before = some(place, 2)
    after = [*before, *some(place, 1)]
    now = clinic_clock.now()
    # Two ids of one millisecond sort by chance.
    log_reads(of_board(place), before, now - timedelta(seconds=1))
    log_reads(of_board(place), after, now)
    shown = [patients_of([entry]) for entry in AccessEntry.objects.order_by("at")]
    assert shown == [set(before), set(after)]


def test_what_is_brought_up_to_date_is_told_again_after_a_quarter_of_an_hour(
    place: Clinic, clock: TestClock
) -> None:
    board, two = of_board(place), some(place, 2)
    log_reads(board, two, clinic_clock.now())
    clock.forward(minutes=14, seconds=59)
    assert not_lately(board, two) == []
    clock.forward(seconds=1)
    assert not_lately(board, two) == two


def test_only_who_is_new_on_the_page_is_told_meanwhile(place: Clinic) -> None:
    board, two, (new,) = of_board(place), some(place, 2), some(place, 1)
    log_reads(board, two, clinic_clock.now())
    assert not_lately(board, [new, *two]) == [new]
    log_reads(board, [new], clinic_clock.now())
    assert not_lately(board, [new, *two]) == []


def test_what_another_person_or_page_was_shown_does_not_count(place: Clinic) -> None:
    two = some(place, 2)
    log_reads(of_board(place), two, clinic_clock.now())
    for other in (
        Read(place.clinician, place.site, "listed", "board"),
        Read(place.nurse, place.site, "listed", "patients"),
    ):
        assert not_lately(other, two) == two


def test_of_nothing_shown_there_is_no_patient(place: Clinic) -> None:
    assert patients_of([]) == set()
