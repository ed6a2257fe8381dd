"""A form that is right but for one id: of another site, or of a row that is there already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff
from monitoring.models import (
    Admission,
    Amendment,
    Clearance,
    Decision,
    Dose,
    Event,
    Patient,
    Reading,
    Review,
    Session,
    Withdrawal,
)
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import SiteFactory
from tests.factories.posted import (
    PATIENT,
    READING,
    admission,
    clearance,
    decision,
    plan,
    withdrawal,
)
from tests.factories.record import PatientFactory
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
Signer = Callable[..., Client]
KEPT = (Admission, Amendment, Clearance, Decision, Dose, Event, Patient, Reading, Review, Session,
        Withdrawal)  # fmt: skip
WORD = "Zandervoort"


@pytest.fixture
def foreign(clock: TestClock) -> Visit:
    """A session of another site, with everything a session can have."""
    site: Site = SiteFactory.create(name=f"{WORD} Clinic")
    patient = PatientFactory.create(site=site, family_name=WORD, mrn=f"{WORD}-1")
    visit = discharged(clock, site=site, patient=patient)
    Staff.objects.filter(pk__in=[visit.nurse.pk, visit.clinician.pk]).update(last_name=WORD)
    visit.read()
    visit.amend(text=f"Said at {WORD}")
    return visit


Body = Callable[[Visit], dict[str, str]]
FORMS: dict[str, tuple[Callable[..., Visit], str, Body]] = {
    "patient-register": (planned, "/patients/new/", lambda v: PATIENT),
    "patient-amend": (planned, "/patients/{patient}/amend/",
                      lambda v: {**PATIENT, "amended": "0", "reason": "Told us"}),
    "session-plan": (planned, "/patients/{patient}/plan/", plan),
    "admission": (planned, "/sessions/{session}/admission/", admission),
    "reading": (dosed, "/sessions/{session}/reading/", lambda v: READING),
    "decision": (predosed, "/sessions/{session}/decision/", decision),
    "dose": (predosed, "/sessions/{session}/dose/",
             lambda v: {"lot": "A1", "expiry": "2027-05-31", "sprays": "2",
                        "identified_by": "mrn"}),
    "event": (dosed, "/sessions/{session}/event/", lambda v: {"kind": "note", "detail": "Well"}),
    "clearance": (ready_to_sign, "/sessions/{session}/clearance/", clearance),
    "withdrawal": (signed, "/sessions/{session}/clearance/withdraw/", withdrawal),
    "amendment": (discharged, "/sessions/{session}/amendment/",
                  lambda v: {"about": "session", "text": "More", "reason": "Left out"}),
}  # fmt: skip
"""Where each form is, for a session in which phase, and what would be right."""


def count() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in KEPT}


def send(signed_in: Signer, visit: Visit, name: str, **changed: object) -> Any:
    _built, path, body = FORMS[name]
    address = path.format(session=visit.id, patient=visit.patient.pk)
    right = {"id": str(uuid7())} | body(visit)
    client = signed_in(visit.clinician)
    return client.post(address, right | {k: str(v) for k, v in changed.items()})


def ids(foreign: Visit) -> dict[str, UUID]:
    """A row of the other site of every kind, by the field that could name it."""
    session = foreign.session
    reading = session.reading_set.last()
    assert reading is not None
    return {
        "protocol_version": foreign.version.pk,
        "prescriber": foreign.clinician.pk,
        "reading": reading.pk,
        "clearance": session.clearance_set.latest("signed_at").pk,
        "patient": foreign.patient.pk,
        "session": foreign.id,
    }


@pytest.mark.parametrize("name", FORMS)
def test_what_is_right_is_taken(clock: TestClock, signed_in: Signer, name: str) -> None:
    assert send(signed_in, FORMS[name][0](clock), name).status_code == 302


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("session-plan", "protocol_version"),
        ("admission", "prescriber"),
        ("decision", "reading"),
        ("withdrawal", "clearance"),
    ],
)
def test_an_id_of_another_site_is_refused_and_nothing_of_it_is_shown(
    clock: TestClock, signed_in: Signer, foreign: Visit, name: str, field: str
) -> None:
    visit = FORMS[name][0](clock)
    before = count()
    answer = send(signed_in, visit, name, **{field: ids(foreign)[field]})
    assert answer.status_code == 422
    assert WORD not in answer.content.decode()
    assert count() == before


def test_an_amendment_is_about_nothing_of_another_session(
    clock: TestClock, signed_in: Signer, foreign: Visit
) -> None:
    visit = discharged(clock)
    before = count()
    about = f"reading:{ids(foreign)['reading']}"
    assert send(signed_in, visit, "amendment", about=about).status_code == 422
    assert count() == before


def test_an_event_resolves_nothing_of_another_session(clock: TestClock, signed_in: Signer) -> None:
    theirs = dosed(clock)
    event = theirs.event("symptom", symptoms=["nausea"])
    visit = dosed(clock)
    visit.event("symptom", symptoms=["nausea"])
    answer = send(signed_in, visit, "event", kind="resolution", resolves=event.pk)
    assert answer.status_code == 422
    assert not Event.objects.filter(resolves=event).exists()


TAKEN = {
    "patient-register": "patient",
    "session-plan": "session",
    "reading": "reading",
    "clearance": "clearance",
}
"""Forms whose own new id can be that of a row of the other site, of the same kind."""


@pytest.mark.parametrize("name", TAKEN)
def test_a_new_row_with_an_id_that_is_taken_elsewhere_is_refused_and_can_be_sent_again(
    clock: TestClock, signed_in: Signer, foreign: Visit, name: str
) -> None:
    visit, taken = FORMS[name][0](clock), ids(foreign)[TAKEN[name]]
    before = count()
    answer = send(signed_in, visit, name, id=taken)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Not saved. Someone else may have changed this" in page
    assert WORD not in page
    assert count() == before
    again = answer.context["form"]["id"].value()
    assert again != str(taken)
    assert send(signed_in, visit, name, id=again).status_code == 302


def test_lists_that_are_filtered_by_someone_of_another_site_show_nothing_of_it(
    clock: TestClock, signed_in: Signer, foreign: Visit
) -> None:
    visit = admitted(clock)
    insert(Membership(staff=visit.nurse, site=visit.site, role="auditor"))
    auditor = signed_in(visit.nurse)
    for address in (
        f"/sessions/?prescriber={foreign.clinician.pk}",
        f"/access/?staff={foreign.nurse.pk}",
        f"/access/?session={foreign.id}",
        f"/access.csv?staff={foreign.nurse.pk}",
        f"/access/?patient={WORD[:6]}",
        f"/patients/?q={WORD[:6]}",
    ):
        answer = auditor.get(address)
        page = answer.getvalue() if answer.streaming else answer.content
        assert answer.status_code == 200
        assert WORD not in page.decode(), address
