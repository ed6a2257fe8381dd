"""A row of each table, in a session that verbs have made, for attacks to be tried on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from clinic.ids import uuid7
from clinic.models import (
    ChainHead,
    Membership,
    Proposal,
    SavedView,
    Shift,
    Site,
    Staff,
    Tablet,
    TrailEntry,
)
from clinic.models.row import Guarded, name_of
from monitoring import models as nouns
from monitoring.actions import end_infusion, record_event, withdraw_clearance
from monitoring.actions.record_event import EventEntry
from monitoring.models import SessionFact
from monitoring.rules.protocol import SPRAVATO_US
from tests.clock import TestClock
from tests.factories.followed import MEANT
from tests.factories.logged import insert
from tests.factories.record import ListedPatientFactory
from tests.guards.raw import copy
from tests.guards.ready_made import ready_made
from tests.guards.world import Clinic, Visit, open_clinic

NOUNS: dict[str, type[Guarded]] = {name_of(model): model for model in Guarded.tables()}
FACTS = tuple(map(name_of, SessionFact.tables()))
BESIDE = ("membership", "proposal", "savedview", "shift", "site", "siteprotocol", "staff", "tablet")
"""Guarded tables of the organisation, whose rows are not the record of a session."""


def infusion(clinic: Clinic, clock: TestClock) -> Visit:
    return Visit(clinic, clock, infusion=True).dosed()


@ready_made
def ended(clinic: Clinic, clock: TestClock) -> Visit:
    visit = infusion(clinic, clock)
    clock.forward(minutes=30)
    end_infusion(
        visit.id, clinic.nurse, id=uuid7(), ended_at=clock.now(), mg=Decimal(28), is_complete=True
    )
    return visit


def note(visit: Visit) -> Any:
    return record_event(
        visit.id,
        visit.clinic.nurse,
        id=uuid7(),
        sending=MEANT,
        event=EventEntry(
            kind="note",
            at=visit.clock.now(),
            detail="x",
        ),
    )


@ready_made
def signed(clinic: Clinic, clock: TestClock) -> Visit:
    visit = Visit(clinic, clock).ready()
    visit.sign()
    return visit


@ready_made
def superseded(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    """A session under observation again: something was recorded after the signature."""
    visit = Visit(clinic, clock).ready()
    clearance = visit.sign()
    note(visit)
    return visit, clearance


@ready_made
def withdrawn(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    visit = Visit(clinic, clock).ready()
    clearance = visit.sign()
    row = withdraw_clearance(
        visit.id, clinic.clinician, id=uuid7(), clearance_id=clearance.id, reason="Dizzy"
    )
    return visit, row


@ready_made
def reviewed(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    visit = signed(clinic, clock).discharge()
    late = visit.read()
    return visit, visit.review(late)


@ready_made
def amended(clinic: Clinic, clock: TestClock) -> Visit:
    visit = Visit(clinic, clock).dosed().transfer()
    visit.amend()
    return visit


@ready_made
def called(clinic: Clinic, clock: TestClock) -> Visit:
    visit = signed(clinic, clock).discharge()
    clock.forward(minutes=60 * 20)
    visit.call()
    return visit


@ready_made
def answered_and_filed(clinic: Clinic, clock: TestClock) -> Visit:
    visit = signed(clinic, clock).discharge()
    visit.answer_form()
    visit.file_form()
    return visit


@ready_made
def delayed(clinic: Clinic, clock: TestClock) -> Visit:
    visit = Visit(clinic, clock).arrived()
    visit.read(0, systolic=150)
    visit.decide("delay")
    return visit


@ready_made
def struck(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    """A session with a note that its author has struck."""
    visit = Visit(clinic, clock).dosed()
    return visit, visit.strike(note(visit))


@ready_made
def strike_refused(clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    """A session with a dose that a nurse struck, and that a clinician lets stand."""
    visit = Visit(clinic, clock).dosed()
    waiting = visit.strike(nouns.Dose.objects.get(session=visit.id))
    return visit, visit.confirm(waiting, is_confirmed=False, reason="It was given")


@ready_made
def going_on(clinic: Clinic, clock: TestClock) -> Visit:
    visit = Visit(clinic, clock).dosed()
    clock.forward(minutes=5)
    visit.read()
    note(visit)
    return visit


@ready_made
def in_contact(clinic: Clinic, clock: TestClock) -> Visit:
    """A session in which the nurse was with the patient, and recorded it in error before."""
    visit = Visit(clinic, clock).dosed()
    clock.forward(minutes=30)
    visit.strike_contact(visit.contact(10))
    visit.contact(10)
    return visit


@ready_made
def half_given(clinic: Clinic, clock: TestClock) -> Visit:
    """The first of two devices."""
    visit = Visit(clinic, clock, planned_mg=56).dosed()
    clock.forward(minutes=5)
    visit.read()
    note(visit)
    return visit


BEHIND: dict[str, Callable[[Clinic, TestClock], Visit]] = {
    "departure": amended,
    "amendment": amended,
    "call": called,
    "formanswers": answered_and_filed,
    "formfiling": answered_and_filed,
    "dose": half_given,
    "doseend": ended,
    "decision": delayed,
    "order": delayed,
    "staffcontact": in_contact,
    "staffcontactstrike": in_contact,
}
"""The session in which there is a row of the noun; else one that goes on."""


def example(noun: str, clinic: Clinic, clock: TestClock) -> tuple[Visit, Any]:
    """A recorded row of `noun` to which no other row refers, in a session that goes on."""
    if noun == "clearance":
        return superseded(clinic, clock)
    if noun == "withdrawal":
        return withdrawn(clinic, clock)
    if noun == "review":
        return reviewed(clinic, clock)
    if noun == "strike":
        return struck(clinic, clock)
    if noun == "strikeconfirmation":
        return strike_refused(clinic, clock)
    visit = BEHIND.get(noun, going_on)(clinic, clock)
    if noun in BESIDE:
        return visit, beside(noun, clinic, clock)[0]
    if noun == "session":
        return visit, Visit(clinic, clock, is_ordered=False).row
    if noun == "patient":
        return visit, patient_without_session(clinic, clock)
    if noun == "patientamendment":
        return visit, _amendment(visit)
    if noun == "protocolversion":
        return visit, another_version(clock)
    if noun == "accessentry":
        return visit, _access(visit, clock)
    if noun == "listedpatient":
        return visit, ListedPatientFactory.create(patient=visit.patient)
    if noun == "chainhead":
        return visit, ChainHead.objects.get(pk=visit.id)
    if noun == "trailentry":
        return visit, TrailEntry.objects.filter(chain=visit.id).latest("seq")
    rows: Any = NOUNS[noun]._default_manager
    return visit, rows.filter(session=visit.id).order_by("-pk").first()


def _access(visit: Visit, clock: TestClock) -> Any:
    return nouns.AccessEntry.objects.create(
        at=clock.now(),
        staff=visit.clinic.nurse,
        site=visit.clinic.site,
        patient=visit.patient,
        action="opened",
        page="patient",
    )


def patient_without_session(clinic: Clinic, clock: TestClock) -> Any:
    return nouns.Patient.objects.create(
        site=clinic.site,
        mrn=uuid7().hex,
        family_name="Doe",
        given_name="Ann",
        date_of_birth=clock.now().date(),
        sex="female",
        created_at=clock.now(),
    )


def _amendment(visit: Visit) -> Any:
    """The patient's allergies, put right."""
    return visit.amend_patient(allergies="Latex")


def another_version(clock: TestClock) -> Any:
    return nouns.ProtocolVersion.objects.create(
        key="unused",
        version=1,
        title="Unused",
        body=SPRAVATO_US.to_json(),
        published_at=clock.now(),
    )


def new_fact(noun: str, clinic: Clinic, clock: TestClock) -> tuple[Visit, dict[str, Any], Any]:
    """A session, what a further fact of `noun` needs to be sound, and a row to write it like."""
    changes: dict[str, Any] = {}
    visit, row = example(noun, clinic, clock)
    if noun == "dose":
        changes = {"number": 2}
    elif noun == "doseend":
        dose = _second_dose(visit)
        changes = {"dose_id": dose}
    elif noun == "withdrawal":
        changes = {"clearance_id": visit.sign().id}
    elif noun == "reading":
        changes = {"slot": None}
    elif noun == "review":
        changes = {"reading_id": visit.read().id}
    elif noun == "strike":
        changes = {"target": note(visit).id}
    elif noun == "strikeconfirmation":
        again = visit.strike(nouns.Dose.objects.get(session=visit.id))
        changes = {"strike_id": again.id}
    elif noun == "formanswers":
        changes = {"correction_reason": "Asked once more"}
    return visit, changes, row


def _second_dose(visit: Visit) -> UUID:
    dose = nouns.Dose.objects.get(session=visit.id)
    second = uuid7()
    copy(dose, id=second, number=2, seq=visit.row.last_seq + 1)
    return second


def beside(noun: str, clinic: Clinic, clock: TestClock) -> tuple[Any, dict[str, Any]]:
    """A row of `noun` outside the record to which no other row refers, and what makes another like
    it sound."""
    now, by = clock.now(), clinic.nurse
    tablet = insert(Tablet(
        site=clinic.site, name="Room 1", device="x", enrolled_by=by, enrolled_at=now,
        last_seen_at=now,
    ))  # fmt: skip
    if noun == "site":
        return insert(Site(name=uuid7().hex)), {"name": "Elsewhere"}
    if noun == "staff":
        return Staff.objects.create(username=uuid7().hex), {"username": "another"}
    if noun == "membership":
        row: Any = insert(Membership(
            staff=by, site=open_clinic("South").site, role="emergency", reason="Chest pain",
            began_at=now, ends_at=now + timedelta(hours=1),
        ))  # fmt: skip
        return row, {"staff_id": clinic.clinician.id}
    if noun == "proposal":
        row = insert(
            Proposal(staff=by, site=clinic.site, role="clinician", proposed_at=now, proposed_by=by)
        )
        return row, {"role": "administrator"}
    if noun == "shift":
        row = Shift.objects.create(tablet=tablet, staff=by, began_at=now, has_second_factor=True)
        return row, {"staff_id": clinic.clinician.id}
    if noun == "savedview":
        view = SavedView(staff=by, site=clinic.site, name="Amended", query="amended=yes")
        return insert(view), {"name": "Signed"}
    if noun == "siteprotocol":
        version = nouns.SiteProtocol.objects.filter(site=clinic.site).first()
        return version, {"version_id": another_version(clock).id}
    return tablet, {"name": "Room 2"}
