"""Admitting: who it is, every question answered, the prescriber named, one open session."""

from __future__ import annotations

import pytest

from clinic.ids import uuid7
from monitoring.actions import Conflict, NotAllowed
from monitoring.models import Admission, Session
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.answers import GOOD_ANSWERS
from tests.factories.logged import save
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import admitted, observed, planned

pytestmark = pytest.mark.django_db


def test_admission_begins_the_session_and_names_the_prescriber(clock: TestClock) -> None:
    visit = planned(clock)
    admission = visit.admit()
    session = visit.session
    assert (session.phase, session.last_seq, session.room) == ("arrived", 2, "Chair 1")
    assert session.prescriber == visit.clinician
    assert admission.prescriber_name == visit.clinician.printed_name


@pytest.mark.parametrize("question", SPRAVATO_US.questions)
def test_every_question_is_answered(clock: TestClock, question: str) -> None:
    visit = planned(clock)
    with refused("unanswered", question):
        visit.admit(answers=GOOD_ANSWERS | {question: None})
    assert visit.session.phase == "planned"


def test_an_infusion_does_not_ask_for_nasal_medication(clock: TestClock) -> None:
    visit = planned(clock, protocol=KETAMINE_IV, planned_mg=36)
    assert visit.admit(answers=GOOD_ANSWERS | {"no_recent_nasal": None}).no_recent_nasal is None


def test_the_identifiers_must_be_confirmed(clock: TestClock) -> None:
    with refused("identifiers_open", "identifiers_confirmed"):
        planned(clock).admit(answers=GOOD_ANSWERS | {"identifiers_confirmed": False})


@pytest.mark.parametrize(
    ("question", "reason"),
    [("no_recent_food", "fasting_reason"), ("no_recent_liquid", "fasting_reason"),
     ("no_recent_nasal", "fasting_reason"), ("transport_arranged", "transport_reason")],
)  # fmt: skip
def test_a_no_to_fasting_or_transport_needs_its_reason(
    clock: TestClock, question: str, reason: str
) -> None:
    visit = planned(clock)
    answers = GOOD_ANSWERS | {question: False}
    with refused("required", reason):
        visit.admit(answers=answers)
    visit.admit(answers=answers, **{reason: "Agreed with the prescriber"})
    visit.read(PRE_DOSE)
    assert visit.dose().number == 1


def test_the_prescriber_is_an_active_clinician_of_the_site(clock: TestClock) -> None:
    visit = planned(clock)
    for wrong in (None, visit.nurse.pk, person(SiteFactory.create(), "clinician").pk):
        with refused("prescriber", "prescriber"):
            visit.admit(prescriber_id=wrong)
    visit.clinician.is_active = False
    save(visit.clinician)
    with refused("prescriber", "prescriber"):
        visit.admit()


def test_answers_given_again_before_the_dose_count(clock: TestClock) -> None:
    visit = planned(clock)
    visit.admit(answers=GOOD_ANSWERS | {"no_driving_advised": False})
    visit.read(PRE_DOSE)
    with refused("no_driving_open"):
        visit.dose()
    visit.admit()
    visit.dose()
    assert Admission.objects.filter(session=visit.id).count() == 2


def test_the_same_admission_sent_twice_is_one_row(clock: TestClock) -> None:
    visit, same = planned(clock), uuid7()
    assert visit.admit(id=same) == visit.admit(id=same)
    assert visit.session.last_seq == 2


def test_a_patient_has_one_open_session(clock: TestClock) -> None:
    site = SiteFactory.create()
    patient = PatientFactory.create(site=site)
    first = admitted(clock, site=site, patient=patient)
    second = planned(clock, site=site, patient=patient)
    with pytest.raises(Conflict) as caught:
        second.admit()
    assert caught.value.theirs.pk == first.id


def test_after_dosing_the_questions_are_closed(clock: TestClock) -> None:
    visit = observed(clock, through=15)
    for act in (visit.admit, visit.decide):
        with refused("wrong_phase"):
            act()


def test_a_session_that_does_not_exist_is_not_told_from_a_forbidden_one(clock: TestClock) -> None:
    visit = planned(clock)
    visit.id = uuid7()
    with pytest.raises(NotAllowed):
        visit.admit()
    assert Session.objects.count() == 1


def test_other_answers_under_the_same_id_are_a_conflict_not_lost(clock: TestClock) -> None:
    visit, same = planned(clock), uuid7()
    first = visit.admit(id=same)
    with pytest.raises(Conflict) as caught:
        visit.admit(id=same, answers=GOOD_ANSWERS | {"opioid": True})
    assert caught.value.theirs == first


@pytest.mark.parametrize(("typed", "kept"), [("", "Chair 1"), (" ", "Chair 1"), ("Bay 2", "Bay 2")])
def test_an_empty_room_keeps_the_one_that_was_planned(
    clock: TestClock, typed: str, kept: str
) -> None:
    visit = planned(clock)
    visit.session.__class__.objects.filter(pk=visit.id).update(room="Chair 1")
    visit.admit(room=typed)
    assert visit.session.room == kept
