"""Who may do what: every verb against every person who may not.

The table is written by hand, so that the one in the code is checked and not repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clinic.access import PERMISSIONS
from clinic.ids import uuid7
from clinic.models import Staff
from monitoring import actions
from monitoring.actions import NotAllowed
from monitoring.actions.admit_patient import Answers
from monitoring.actions.depart import Leaving
from monitoring.actions.give_dose import DoseGiven
from monitoring.actions.plan_session import Plan
from monitoring.actions.record_call import CallEntry
from monitoring.actions.record_event import EventEntry
from monitoring.actions.record_medication import MedicationGiven
from monitoring.actions.record_screen import ScreenEntry
from monitoring.actions.register_patient import NewPatient
from monitoring.actions.sign_clearance import Signing
from monitoring.models import (
    Patient,
    PatientAmendment,
    ProtocolVersion,
    Session,
    StaffContact,
    StaffContactStrike,
)
from monitoring.models.on_site import observers_at
from monitoring.rules.protocol import KETAMINE_IV
from monitoring.rules.questions import CHECKLIST
from monitoring.rules.screens import ScreenFacts
from tests.actions import mending
from tests.clock import TestClock
from tests.factories.answers import ESCORT, GOOD_ANSWERS, LEAVING
from tests.factories.logged import save
from tests.factories.people import PASSWORD, SiteFactory, StaffFactory, person
from tests.factories.protocols import change_protocol
from tests.factories.visits import (
    Visit,
    admitted,
    discharged,
    dosed,
    planned,
    predosed,
    ready_to_sign,
    signed,
)

pytestmark = pytest.mark.django_db

CARE = {"nurse", "clinician"}
CLINICIAN = {"clinician"}


def _infusing(clock: TestClock) -> Visit:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    visit.dose()
    return visit


def _flagged(clock: TestClock) -> Visit:
    visit = dosed(clock)
    visit.event("symptom", symptoms=("chest_pain",))
    return visit


def _register(v: Visit, by: Staff) -> Any:
    return actions.register_patient(
        v.site,
        by,
        id=uuid7(),
        patient=NewPatient(
            mrn="NEW",
            family_name="Smith",
            given_name="Jane",
            date_of_birth=date(1960, 1, 1),
            sex="female",
        ),
    )


def _amend_patient(v: Visit, by: Staff) -> Any:
    values = {name: getattr(v.patient, name) for name in Patient.AMENDED}
    return actions.amend_patient(
        v.patient.pk,
        by,
        id=uuid7(),
        amended=v.patient.amended,
        values={**values, "allergies": "Latex"},
        reason="Told us today",
    )


def _plan(v: Visit, by: Staff) -> Any:
    return actions.plan_session(
        by,
        id=uuid7(),
        patient_id=v.patient.pk,
        plan=Plan(
            protocol_version_id=v.version.pk,
            planned_for=v.clock.now(),
            planned_mg=Decimal(56),
            indication="trd",
            is_first_treatment=False,
        ),
    )


def _hand_over_prescriber(v: Visit, by: Staff) -> Any:
    to = person(v.site, "clinician")
    return actions.hand_over_prescriber(v.id, by, id=uuid7(), to_id=to.pk, at=v.clock.now())


def _hand_over_watch(v: Visit, by: Staff) -> Any:
    return actions.hand_over_watch(v.id, by, id=uuid7(), to_id=by.pk)


def _accept_watch(v: Visit, by: Staff) -> Any:
    """Whoever may watch here was handed over to; anyone else was not."""
    handover_id = uuid7()
    if observers_at(v.site.pk).filter(pk=by.pk).exists():
        handover_id = actions.hand_over_watch(v.id, v.nurse, id=uuid7(), to_id=by.pk).pk
    return actions.accept_watch(v.id, by, id=uuid7(), handover_id=handover_id)


def _order(v: Visit, by: Staff) -> Any:
    return v.order(by=by)


def _admit(v: Visit, by: Staff) -> Any:
    return actions.admit_patient(
        v.id,
        by,
        id=uuid7(),
        answers=Answers(
            given=GOOD_ANSWERS,
            prescriber_id=v.clinician.pk,
            **ESCORT,
        ),
    )


def _decide(v: Visit, by: Staff) -> Any:
    facts = v.session.facts()
    return actions.decide_dose(
        v.id,
        by,
        id=uuid7(),
        outcome="give",
        reason="Weighed",
        reading_id=facts.predose.id if facts.predose else None,
        through_seq=facts.last_seq,
    )


def _give(v: Visit, by: Staff) -> Any:
    return actions.give_dose(
        v.id,
        by,
        id=uuid7(),
        dose=DoseGiven(
            lot="A1",
            expiry=date(2027, 1, 1),
            identified_by="birth_date",
            started_at=v.clock.now(),
        ),
    )


def _end(v: Visit, by: Staff) -> Any:
    return actions.end_infusion(
        v.id, by, id=uuid7(), ended_at=v.clock.now(), mg=Decimal(36), is_complete=True
    )


def _note(v: Visit, by: Staff) -> Any:
    event = EventEntry(kind="note", at=v.clock.now(), detail="Calm")
    return actions.record_event(v.id, by, id=uuid7(), event=event)


def _correct(v: Visit, by: Staff) -> Any:
    replaces = v.session.facts().readings[0].id
    return actions.correct_reading(
        v.id, by, id=uuid7(), replaces=replaces, entry=v.entry(), reason="Wrong arm"
    )


def _respond(v: Visit, by: Staff) -> Any:
    about = v.session.facts().events[0].id
    return actions.respond_to_flag(
        v.id, by, id=uuid7(), about=about, informed="Dr X", ordered="Watch", at=v.clock.now()
    )


def _sign(v: Visit, by: Staff) -> Any:
    return actions.sign_clearance(
        v.id,
        by,
        id=uuid7(),
        password=PASSWORD,
        signing=Signing(
            through_seq=v.session.last_seq,
            checklist=dict.fromkeys(CHECKLIST, True),
            justifications={},
            had_serious_event=False,
            ready_minutes=95,
            identified_by="mrn",
        ),
    )


def _withdraw(v: Visit, by: Staff) -> Any:
    clearance = v.session.standing_clearance_id
    assert clearance
    return actions.withdraw_clearance(v.id, by, id=uuid7(), clearance_id=clearance, reason="Dizzy")


def _depart(v: Visit, by: Staff) -> Any:
    return actions.depart(
        v.id,
        by,
        id=uuid7(),
        leaving=Leaving(
            kind="discharged",
            left_at=v.clock.now(),
            **LEAVING["discharged"],
        ),
    )


def _amend(v: Visit, by: Staff) -> Any:
    return actions.amend_record(
        v.id, by, id=uuid7(), about="session", about_id=None, text="Sister came", reason="Left out"
    )


def _read_late(clock: TestClock) -> Visit:
    visit = discharged(clock)
    visit.read()
    return visit


def _review(v: Visit, by: Staff) -> Any:
    late = v.session.reading_set.get(after_departure=True)
    return actions.review_reading(
        v.id, by, id=uuid7(), reading_id=late.pk, assessment="Expected", action_taken="None needed"
    )


def _screen(v: Visit, by: Staff) -> Any:
    screen = ScreenEntry(result=ScreenFacts(phq9_item9=0), at=v.clock.now())
    return actions.record_screen(v.id, by, id=uuid7(), screen=screen)


def _medicate(v: Visit, by: Staff) -> Any:
    given = MedicationGiven(
        drug="Ondansetron",
        amount=Decimal(4),
        unit="mg",
        route="oral",
        ordered_by="Dr X",
        detail="Nausea",
        at=v.clock.now(),
    )
    return actions.record_medication(v.id, by, id=uuid7(), medication=given)


def _suicidal(clock: TestClock) -> Visit:
    visit = admitted(clock)
    visit.screen(phq9_item9=1)
    return visit


def _review_event(v: Visit, by: Staff) -> Any:
    about = v.session.facts().events[0].id
    return actions.review_event(
        v.id, by, id=uuid7(), about=about, assessment="No plan", action_taken="Safety plan"
    )


def _call(v: Visit, by: Staff) -> Any:
    call = CallEntry(at=v.clock.now(), was_reached=False, detail="No answer")
    return actions.record_call(v.id, by, id=uuid7(), call=call)


VERBS: dict[str, tuple[Callable[..., Visit], Callable[[Visit, Staff], Any], set[str]]] = {
    "register_patient": (planned, _register, CARE),
    "amend_patient": (planned, _amend_patient, CARE),
    "plan_session": (planned, _plan, CARE),
    "hand_over_prescriber": (dosed, _hand_over_prescriber, CARE),
    "hand_over_watch": (dosed, _hand_over_watch, CARE),
    "accept_watch": (dosed, _accept_watch, CARE),
    "order_dose": (planned, _order, CLINICIAN),
    "change_protocol": (planned, lambda v, by: change_protocol(v.site, by), CLINICIAN),
    "cancel_session": (
        planned, lambda v, by: actions.cancel_session(v.id, by, reason="Rang"), CARE
    ),
    "admit_patient": (planned, _admit, CARE),
    "decide_dose": (predosed, _decide, CLINICIAN),
    "give_dose": (predosed, _give, CARE),
    "defer_dose": (admitted, lambda v, by: actions.defer_dose(v.id, by, reason="Unwell"), CARE),
    "end_infusion": (_infusing, _end, CARE),
    "record_reading": (
        dosed,
        lambda v, by: actions.record_reading(v.id, by, id=uuid7(), entry=v.entry()),
        CARE,
    ),
    "correct_reading": (dosed, _correct, CARE),
    "record_event": (dosed, _note, CARE),
    "record_screen": (admitted, _screen, CARE),
    "record_medication": (dosed, _medicate, CARE),
    "review_event": (_suicidal, _review_event, CLINICIAN),
    "record_call": (discharged, _call, CARE),
    "record_staff_contact": (dosed, lambda v, by: v.contact(1, by=by), CARE),
    "strike_staff_contact": (mending.in_contact, mending.strike_contact, CARE),
    "answer_form": (discharged, lambda v, by: v.answer_form(by=by), CARE),
    "file_form": (discharged, lambda v, by: v.file_form(by=by), {"clinician", "administrator"}),
    "respond_to_flag": (_flagged, _respond, CARE),
    "sign_clearance": (ready_to_sign, _sign, CLINICIAN),
    "withdraw_clearance": (signed, _withdraw, CLINICIAN),
    "depart": (signed, _depart, CARE),
    "amend_record": (discharged, _amend, CARE),
    "review_reading": (_read_late, _review, CLINICIAN),
    "correct_dose": (dosed, mending.correct_dose, CARE),
    "correct_event": (mending.noted, mending.correct_event, CARE),
    "strike": (predosed, mending.strike, CARE),
    "confirm_strike": (mending.struck, mending.confirm, CLINICIAN),
}  # fmt: skip
ROLES = ("nurse", "clinician", "administrator", "auditor")


def people_who_may_not(visit: Visit, may: set[str]) -> dict[str, Staff]:
    """Everyone who is refused: by role, by site, by having none, by having left."""
    elsewhere = SiteFactory.create()
    left = person(visit.site, "clinician")
    left.is_active = False
    save(left)
    return {
        **{role: person(visit.site, role) for role in ROLES if role not in may},
        **{f"{role} elsewhere": person(elsewhere, role) for role in ROLES},
        "superuser": StaffFactory.create(is_superuser=True, is_staff=True),
        "deactivated clinician": left,
    }


def state(visit: Visit) -> tuple[object, ...]:
    session = visit.session
    beside = (PatientAmendment, ProtocolVersion, StaffContact, StaffContactStrike)
    changes = sum(noun._default_manager.count() for noun in beside)
    counts = (Patient.objects.count(), Session.objects.count(), session.clearance_set.count())
    return session.phase, session.last_seq, hasattr(session, "departure"), changes, *counts


DECLARED = {verb.name: verb for verb in actions.VERBS}


def test_the_table_names_every_verb_that_a_person_can_do() -> None:
    assert set(VERBS) == {name for name, verb in DECLARED.items() if verb.permission}


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_declares_the_roles_of_the_table(name: str) -> None:
    """By role, the declared permission gives what the table written by hand says."""
    permission = DECLARED[name].permission
    assert {role for role in ROLES if permission in PERMISSIONS[role]} == VERBS[name][2]


@pytest.mark.parametrize("name", VERBS)
def test_who_may_not_is_refused_and_nothing_is_written(clock: TestClock, name: str) -> None:
    build, act, may = VERBS[name]
    visit = build(clock)
    before = state(visit)
    for who, by in people_who_may_not(visit, may).items():
        with pytest.raises(NotAllowed):
            raise AssertionError(f"{who} did {name}: {act(visit, by)}")
    assert state(visit) == before


@pytest.mark.parametrize(("name", "role"), [(n, r) for n, v in VERBS.items() for r in sorted(v[2])])
def test_each_role_that_may_does(clock: TestClock, name: str, role: str) -> None:
    build, act, _may = VERBS[name]
    visit = build(clock)
    before = state(visit)
    assert DECLARED[name].is_offered(PERMISSIONS[role], visit.session.phase)
    act(visit, person(visit.site, role))
    assert state(visit) != before
