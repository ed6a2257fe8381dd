"""A clinic begins, from an empty database to a patient who goes home, over TLS."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from playwright.sync_api import expect

from clinic.models import Site, Staff
from monitoring.models import Patient, Session
from tests.browser.conftest import Makes, Person
from tests.browser.hands import admit, give_device, save_reading, sign
from tests.clock import TestClock
from tests.factories.people import PASSWORD
from tests.factories.second_factors import code_of

GIVEN = {
    "name": "North Clinic",
    "time_zone": "America/Chicago",
    "administrator": "sam",
    "given": "Sam",
    "family": "Wright",
}


def given_an_opened_site(served: str) -> str:
    """The link of the first administrator, whole, as it is printed."""
    out = StringIO()
    call_command("open_site", stdout=out, server=served, **GIVEN)
    return next(line for line in out.getvalue().splitlines() if line.startswith("https://"))


def when_a_password_is_chosen(visitor: Person, link: str, username: str) -> None:
    page = visitor.page
    page.goto(link)
    page.get_by_label("New password").first.fill(PASSWORD)
    page.get_by_label("New password confirmation").fill(PASSWORD)
    visitor.tap("Save password")
    visitor.sign_in(Staff.objects.get(username=username))


def when_a_second_factor_is_added(visitor: Person) -> None:
    page = visitor.page
    visitor.tap("Add an authenticator app")
    page.get_by_label("Your password").fill(PASSWORD)
    visitor.tap("Confirm")
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows now").fill(code_of(secret))
    visitor.tap("Add the app")
    visitor.tap("Show the codes")
    visitor.tap("I have saved them")


def when_the_site_is_described(sam: Person) -> None:
    page = sam.page
    sam.go("/site/details/")
    expect(page.get_by_role("heading", name="What this site still needs")).to_be_visible()
    for label, text in (
        ("REMS site id", "S-17"),
        ("REMS certified on", "2026-01-05"),
        ("City", "Springfield"),
        ("State", "IL"),
        ("ZIP code", "62701"),
        ("Telephone", "217-555-0100"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_label("Address").first.fill("1 Main Street")
    sam.tap("Save site")
    expect(page.get_by_text("Site saved")).to_be_visible()


def when_someone_is_invited(sam: Person, given: str, family: str, role: str) -> str:
    page = sam.page
    sam.go("/staff/invite/")
    page.get_by_label("Given name").fill(given)
    page.get_by_label("Family name").fill(family)
    page.get_by_label("User name").fill(given.lower())
    page.get_by_label(role, exact=True).check()
    sam.tap("Invite")
    if page.get_by_role("heading", name="Confirm that it is you").is_visible():
        page.get_by_label("Your password").fill(PASSWORD)
        sam.tap("Confirm")
    link = page.get_by_label("One-time link")
    link.wait_for()
    return link.input_value()


def then_the_list_leads_on(sam: Person, *missing: str) -> None:
    sam.go("/sessions/")
    for words in missing:
        expect(sam.page.get_by_role("link", name=words)).to_be_visible()


def test_a_new_clinic_begins_and_its_first_patient_goes_home(
    person_tls: Makes, served_tls: str, clock: TestClock
) -> None:
    sam, mei, nell = person_tls(), person_tls(), person_tls()
    link = given_an_opened_site(served_tls)
    assert link.startswith(f"{served_tls}/invitation/")
    when_a_password_is_chosen(sam, link, "sam")
    when_a_second_factor_is_added(sam)
    then_the_list_leads_on(sam, "REMS site id and certification", "A clinician who", "A nurse who")
    when_the_site_is_described(sam)
    for visitor, given, family, role in (
        (mei, "Mei", "Chen", "Clinician"),
        (nell, "Nell", "Park", "Nurse"),
    ):
        invited = when_someone_is_invited(sam, given, family, role)
        when_a_password_is_chosen(visitor, invited, given.lower())
    when_a_second_factor_is_added(mei)
    then_the_list_leads_on(sam, "A first patient")
    assert Site.objects.get().rems_site_id == "S-17"
    planned = when_a_patient_is_registered_enrolled_and_planned(nell)
    when_a_clinician_orders_the_dose(mei, planned)
    when_the_patient_is_dosed_and_watched(nell, planned, clock)
    mei.go(f"{planned}clearance/")
    sign(mei, PASSWORD)
    expect(mei.page.get_by_text("Clearance signed").first).to_be_visible()
    when_the_patient_leaves(nell, planned, clock)
    assert Session.objects.get().phase == "closed"
    sam.go("/sessions/")
    expect(sam.page.get_by_text("What this site still needs")).to_have_count(0)


def when_a_patient_is_registered_enrolled_and_planned(nell: Person) -> str:
    """Enrolment comes after registration, as it does; answers the address of the session."""
    page = nell.page
    nell.go("/patients/new/")
    for label, text in (
        ("MRN", "N-1"),
        ("Family name", "SMITH"),
        ("Given name", "Jane"),
        ("Date of birth", "1965-07-14"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_label("Sex").select_option(label="Female")
    nell.tap("Register")
    expect(page.get_by_text("Not enrolled in REMS")).to_be_visible()
    patient = Patient.objects.get()
    nell.go(f"/patients/{patient.pk}/amend/")
    page.get_by_label("REMS enrolment date").fill("2026-02-02")
    page.get_by_label("Why this is changed").fill("Enrolled today")
    nell.tap("Save the change")
    expect(page.get_by_text("Patient changed")).to_be_visible()
    nell.go(f"/patients/{patient.pk}/plan/")
    page.get_by_label("Today").check()
    page.get_by_label("Time", exact=False).first.fill("09:15")
    page.get_by_label("SPRAVATO").first.check()
    page.get_by_label("56 mg").check()
    page.get_by_label("Treatment-resistant").first.check()
    page.get_by_role("group", name="First treatment ever").get_by_label("Yes").check()
    nell.tap("Save plan")
    page.wait_for_url("**/sessions/**")
    return f"/sessions/{Session.objects.get().pk}/"


def when_a_clinician_orders_the_dose(mei: Person, planned: str) -> None:
    mei.go(f"{planned}order/")
    mei.page.get_by_label("56 mg").check()
    mei.page.get_by_label("Weeks 1 to 4").check()
    mei.page.get_by_label("Why this dose").fill("The first of the treatment")
    mei.tap("Save this order")
    expect(mei.page.get_by_text("Order saved")).to_be_visible()


def when_the_patient_is_dosed_and_watched(nell: Person, planned: str, clock: TestClock) -> None:
    nell.go(planned)
    nell.tap("Admit")
    admit(nell, "Mei Chen")
    nell.tap("Record pre-dose reading")
    save_reading(nell)
    clock.forward(minutes=3)
    nell.go(planned)
    nell.tap("Record the first dose")
    give_device(nell)
    clock.forward(minutes=5)
    nell.go(planned)
    nell.tap("Record device 2")
    give_device(nell)
    first = Session.objects.get().first_dose_at
    assert first is not None
    for minutes in (15, 30, 40, 60, 90, 120):
        clock.travel_to(first + timedelta(minutes=minutes))
        nell.go(planned)
        nell.tap(f"Record {minutes}-minute reading")
        save_reading(nell)
    clock.forward(minutes=6)


def when_the_patient_leaves(nell: Person, planned: str, clock: TestClock) -> None:
    page = nell.page
    clock.forward(minutes=1)
    nell.go(planned)
    nell.tap("Record departure")
    page.get_by_label("Ann Smith, 555 0101").check()
    serious = page.get_by_role("group", name="Serious adverse event")
    serious.get_by_label("No", exact=True).check()
    page.get_by_label("Transport").fill("Escort's car")
    page.get_by_label("Advised again").check()
    nell.tap("Save: Discharged")
    expect(page.get_by_text("Departure saved")).to_be_visible()
