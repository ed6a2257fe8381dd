"""A database that is busy, or does not take what was sent, answers every form alike: with the form,
what was typed, and words; never with a page that says only that something failed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from clinic import clock as clinic_clock
from clinic.models import Membership, SavedView, Site, Staff
from clinic.signin import arrival, idle
from clinic.signin.library import SIGNED_IN_BY, SIGNED_IN_WHO
from monitoring.models import ProtocolVersion
from monitoring.rules.protocol_bounds import settings_of
from tests.browser.fuzz import Form
from tests.browser.fuzzed_clinic import Clinic, at, row
from tests.clinic.routes import BUTTONS, GET, ROUTES
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import PASSWORD, PIN, ShiftFactory, SiteFactory, on_tablet, person
from tests.factories.visits import Visit, predosed

pytestmark = pytest.mark.django_db

NOT_THE_RECORD = (
    "clinic_cache", "django_session", "monitoring_accessentry", "monitoring_listedpatient",
    "usersession",
)  # fmt: skip
"""What is written for each request, whatever it asks for: signs of life and the access log."""
FAILURES = {
    "busy": (OperationalError("database is locked"), "Not saved. The server is busy.", 503),
    "not taken": (IntegrityError("taken"), "Not saved. Someone else may have changed this", 422),
}
OF_SIGN_IN = {
    "account_login", "mfa_authenticate", "mfa_login_webauthn", "account_reauthenticate",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_remove_webauthn",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
}  # fmt: skip
"""Forms of the sign-in library: each of its views ends in the same ladder, `Refused.form_valid`,
which `account_change_password` stands for here."""
OF_THE_LOG = {"whose"}
"""What writes the access log alone, as each request does."""


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    """Every write to the record or to its people fails."""

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        is_write = sql.startswith(("INSERT", "UPDATE", "DELETE"))
        if is_write and not any(table in sql for table in NOT_THE_RECORD):
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


def signed_in(staff: Staff) -> Client:
    """A moment ago, with a second factor."""
    client = Client(raise_request_exception=False)
    client.force_login(staff)
    session = client.session
    told = {"method": "password", "at": time.time(), "reauthenticated": True}
    session[SIGNED_IN_BY], session[SIGNED_IN_WHO] = [told], str(staff.pk)
    session[arrival.MEANS], session[arrival.SECOND_FACTOR] = ["password"], True
    session[idle.BEGAN] = time.time()
    session.save()
    return client


def longer(version: ProtocolVersion) -> dict[str, str]:
    """The change of a protocol to a minute more of observation, as it was read back."""
    protocol = version.protocol()
    stands = settings_of(protocol) | {"slots": ", ".join(map(str, protocol.slots))}
    window = protocol.window_minutes + 1
    changed = {"window_minutes": window, "read_back": f"window_minutes={window}"}
    body = {"id": "", "reason": "Two left drowsy."} | stands | changed
    return {name: str(value) for name, value in body.items()}


def beside_the_readings(visit: Visit) -> list[Form]:
    """What is recorded of a session beside its readings, and who looks after it."""
    others = {role: person(visit.site, role) for role in ("nurse", "clinician")}
    given = {"drug": "Lorazepam", "amount": "1", "unit": "mg", "route": "oral",
             "ordered_other": "Dr No", "detail": "Panic", "at": ""}  # fmt: skip
    return [
        Form("medication", at("medication", visit), lambda: {"id": ""} | given),
        row("screen", visit, phq9_item9="0", detail="Asked", at=""),
        row("prescriber", visit, to=str(others["clinician"].pk), at=""),
        row("watch", visit, to=str(others["nurse"].pk)),
    ]


def mended(visit: Visit) -> list[Form]:
    """What was wrong in a session, and what waits in it for a clinician."""
    thoughts = visit.event("symptom", symptoms=["suicidal_thoughts"], detail="Told us").pk
    noted, first = visit.event().pk, visit.session.dose_set.earliest("seq").pk
    struck = visit.strike(visit.session.dose_set.latest("seq")).pk
    slip = {"reason": "Slip"}
    answers: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
        "strike": ({"noun": "event", "fact_id": noted}, {"kind": "wrong_patient"} | slip),
        "strike-confirm": ({"strike_id": struck}, {"is_confirmed": "no"} | slip),
        "event-correct": ({"event_id": noted}, {"detail": "Not so calm"} | slip),
        "dose-correct": ({"dose_id": first}, {"lot": "B7"} | slip),
        "event-review": ({"about": thoughts}, {"assessment": "Safe", "action_taken": "Talked"}),
    }
    return [
        Form(name, at(name, visit, **named), partial(dict, body, id=""))
        for name, (named, body) in answers.items()
    ]


def monitoring_form(visit: Visit) -> list[Form]:
    """The observer's answers, and that the form was filed as it is shown then."""
    asked = ("vitals_before", "vitals_end", "respiratory", "pressure_increase")

    def filed() -> dict[str, str]:
        administrator = signed_in(person(visit.site, "administrator"))
        shown = administrator.get(at("form-file", visit)).context["form"]
        day = clinic_clock.now().astimezone(visit.site.tz).strftime("%d-%b-%Y")
        seen = {"id": "", "seen": str(shown["seen"].value())}
        answers = {"way": "portal", "reference": "P-17", "gaps_reason": "Not known"}
        return seen | answers | {"filed_on": day}

    return [
        row("form-answers", visit, **dict.fromkeys(asked, "no")),
        Form("form-file", at("form-file", visit), filed),
    ]


def call(visit: Visit) -> Form:
    well = dict.fromkeys(("has_driven", "has_suicidal_thoughts", "had_adverse_event"), "no")
    return row("call", visit, was_reached="yes", detail="Well", has_slept="yes", at="", **well)


def order(visit: Visit) -> Form:
    """Another dose than was ordered."""
    replaces = str(visit.session.order_set.latest("seq").pk)
    other = {"total": "84", "treatment_phase": "maintenance", "reason": "More"}
    return row("order", visit, replaces=replaces, **other)


def contacts(visit: Visit) -> list[Form]:
    """Minutes that someone spent with the patient, and some that were entered in error."""

    def body() -> dict[str, str]:
        began = clinic_clock.now() - timedelta(minutes=2)
        typed = began.astimezone(visit.site.tz).strftime("%H:%M")
        return {"id": "", "started_at": typed, "ended_at": "", "patients_at_once": "1"}

    wrong = at("contact-minutes-strike", visit, contact_id=visit.contact(10).pk)
    return [
        Form("contact-minutes", at("contact-minutes", visit), body),
        Form("contact-minutes-strike", wrong, lambda: {"id": "", "reason": "Another patient"}),
    ]


def views(site: Site, staff: Staff) -> list[Form]:
    """A view of the register that is kept, and one that has another name."""
    view = insert(SavedView(staff=staff, site=site, name="Open", query="outcome=open"))
    return [
        Form("view-save", f"{reverse('view-save')}?outcome=open",
             lambda: {"id": "", "name": "In the house"}),
        Form("view-change", reverse("view-change", args=[view.pk]),
             lambda: {"id": "", "name": "Here now"}),
    ]  # fmt: skip


def forms_of(clinic: Clinic, staff: Staff) -> list[Form]:
    """As `staff` sends them."""
    away = str(SiteFactory.create().pk)
    contact = {"id": "", "phone": "555 0101", "email": "ada@clinic.example"}
    theirs = reverse("staff-contact", args=[clinic.closed.nurse.pk])
    new = "another password for tests"
    passwords = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    entering = {"id": "", "site": away, "reason": "Chest pain", "password": PASSWORD}
    began = clinic_clock.now() - timedelta(hours=3)
    visit = insert(Membership(staff=clinic.closed.clinician,
        site=clinic.site, role="emergency", reason="Chest pain",
        began_at=began, ends_at=began + timedelta(hours=1),
    ))  # fmt: skip
    site = {"id": "", "name": "Elsewhere", "is_inpatient": "no", "paper_size": "a4",
            "watch_limit": "2", "asks_witness": "no", "phone": "555 0102"}  # fmt: skip
    review = reverse("visit-review", args=[visit.pk])
    version = clinic.closed.version
    return [
        *(f for f in clinic.forms() if f.route not in BUTTONS),
        *beside_the_readings(clinic.dosed),
        *mended(clinic.dosed),
        *monitoring_form(clinic.closed),
        call(clinic.closed),
        *contacts(clinic.dosed),
        *views(clinic.site, staff),
        order(clinic.planned),
        # Other roles than the person has: what is as it was writes nothing.
        Form("staff-roles", reverse("staff-roles", args=[clinic.closed.nurse.pk]),
             lambda: {"id": "", "roles": "auditor"}),
        Form("emergency", reverse("emergency"), lambda: entering),
        Form("protocol-change", reverse("protocol-change", args=[version.pk]),
             lambda: longer(version)),
        Form("visit-review", review, lambda: {"id": "", "words": "Looked at"}),
        Form("site", reverse("site"), lambda: site),
        Form("own-contact", reverse("own-contact"), lambda: contact),
        Form("staff-contact", theirs, lambda: contact),
        Form("account_change_password", reverse("account_change_password"), lambda: passwords),
    ]  # fmt: skip


def form_errors(answer: Any) -> Any:
    has_form = answer.context and "form" in answer.context
    return dict(answer.context["form"].errors) if has_form else answer.headers.get("Location")


@pytest.mark.parametrize("failure", FAILURES)
def test_every_form_answers_with_itself_what_was_typed_and_words(
    clock: TestClock, failure: str
) -> None:
    error, words, status = FAILURES[failure]
    clinic = Clinic(clock)
    # What rests on a reading of the last minutes comes last.
    clinic.read, clinic.decided = (predosed(clock, site=clinic.site) for _ in range(2))
    staff = person(clinic.site, "nurse")
    for role in ("clinician", "administrator"):
        # Longer ago than a day: newer roles do not let anyone in in an emergency.
        insert(Membership(staff=staff, site=clinic.site, role=role, given_at=None))
    forms = forms_of(clinic, staff)
    asked = {name for name, route in ROUTES.items() if route.who}
    assert {f.route for f in forms} <= asked
    wrong = []
    for form in forms:
        body = form.body()
        sent = body | confirmed(body) | ({"id": FIRST_ID} if "id" in body else {})
        client = signed_in(staff)
        with failing(error):
            answer = client.post(form.path, sent)
        page = answer.content.decode()
        typed = [v for k, v in body.items() if k in TYPED and v]
        is_kept = all(f"{v}<" in page or f'value="{v}"' in page for v in typed)
        if answer.status_code != status or words not in page or not is_kept:
            wrong.append((form.route, answer.status_code, is_kept, form_errors(answer)))
    assert wrong == []


def confirmed(body: dict[str, str]) -> dict[str, str]:
    """What answers "Is this right?" for each pressure that was typed."""
    return {f"confirm_{name}": body[name] for name in ("systolic", "diastolic") if name in body}


FIRST_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
TYPED = {"reason", "words", "note", "detail", "lot", "mrn", "family_name", "text", "assessment",
         "mg", "phone", "email"}  # fmt: skip


def test_the_lock_of_a_tablet_says_that_the_server_is_busy(clock: TestClock) -> None:
    shift = ShiftFactory.create()
    body = {"staff": str(shift.staff.pk), "pin": PIN}
    tablet = on_tablet(shift.tablet)
    with failing(FAILURES["busy"][0]):
        answer = tablet.post("/lock/", body)
    assert answer.status_code == 503
    assert FAILURES["busy"][1] in answer.content.decode()
    assert on_tablet(shift.tablet).post("/lock/", body).status_code == 302


def test_no_form_is_left_out(clock: TestClock) -> None:
    """A new address with a form has to be among these."""
    clinic = Clinic(clock)
    forms = forms_of(clinic, person(clinic.site, "nurse"))
    tried = {form.route for form in forms} | {"lock", "invitation"}
    pages = {name for name, route in ROUTES.items() if route.methods == GET}
    assert set(ROUTES) - pages - BUTTONS - OF_SIGN_IN - OF_THE_LOG <= tried
