"""Attacks on the log of who was shown whose record."""

from __future__ import annotations

from collections.abc import Callable

from clinic import clock as clinic_clock
from clinic.ids import uuid7
from monitoring.models import AccessEntry, ListedPatient
from monitoring.proof.reads import Read, log_reads
from tests.clock import TestClock
from tests.guards.attacks.registry import attack
from tests.guards.raw import copy
from tests.guards.world import Clinic, Visit


def _shown(clinic: Clinic, clock: TestClock) -> tuple[AccessEntry, Visit]:
    """A list of two patients that someone was shown."""
    one, other = Visit(clinic, clock), Visit(clinic, clock)
    read = Read(clinic.nurse, clinic.site, "listed", "board")
    log_reads(read, [one.patient.pk, other.patient.pk], clinic_clock.now())
    return AccessEntry.objects.get(), one


@attack("accessentry_listing_is_kept")
def _a_list_of_no_one(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    entry, _visit = _shown(clinic, clock)
    return lambda: copy(entry, listing=uuid7())


@attack("listedpatient_listing_is_whole")
def _put_on_the_list_afterwards(clinic: Clinic, clock: TestClock) -> Callable[[], None]:
    _entry, visit = _shown(clinic, clock)
    listed = ListedPatient.objects.get(patient=visit.patient)
    another = Visit(clinic, clock).patient
    return lambda: copy(listed, patient_id=another.pk)
