"""A list of patients that someone was shown is the one whose id is made of theirs."""

from __future__ import annotations

from clinic import clock as clinic_clock
from monitoring.models import ListedPatient
from monitoring.proof.reads import Read, log_reads
from monitoring.proof.verify import verify
from tests.factories.record import PatientFactory
from tests.guards.raw import copy, run
from tests.proof.scene import Scene, verified, without_guards


def shown(scene: Scene) -> ListedPatient:
    read = Read(scene.clinic.nurse, scene.clinic.site, "listed", "board")
    log_reads(read, [scene.ended.patient.pk, scene.going_on.patient.pk], clinic_clock.now())
    assert verify().problems == []
    return ListedPatient.objects.get(patient=scene.ended.patient)


def test_who_was_taken_from_a_list_is_missed(scene: Scene) -> None:
    one = shown(scene)
    with without_guards():
        run("DELETE FROM monitoring_listedpatient WHERE id = %s", one.pk)
        assert f"access log {one.listing}: is not the list of patients" in verified()


def test_who_was_put_onto_a_list_is_noticed(scene: Scene) -> None:
    one = shown(scene)
    another = PatientFactory.create(site=scene.clinic.site)
    with without_guards():
        copy(one, patient_id=another.pk)
        assert f"access log {one.listing}: is not the list of patients" in verified()
