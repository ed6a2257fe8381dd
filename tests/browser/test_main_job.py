"""The main job, as three people do it: dosed, watched for two hours, signed clear, gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.hands import admit, fill_reading, give_device, save_reading, sign
from tests.clock import TestClock
from tests.factories import people
from tests.factories.visits import Visit


@dataclass(frozen=True)
class Story:
    """One planned session, and the tablets of those who work on it."""

    clock: TestClock
    visit: Visit
    nurse: Person
    clinician: Person

    @property
    def session_page(self) -> str:
        return f"/sessions/{self.visit.id}/"

    @property
    def clearance_page(self) -> str:
        return f"{self.session_page}clearance/"

    @property
    def clinicians_name(self) -> str:
        return self.visit.clinician.printed_name


def test_a_patient_is_dosed_watched_signed_clear_and_leaves(
    person: Callable[..., Person], clock: TestClock
) -> None:
    visit = Visit(clock, planned_mg=84)
    administrator = people.person(visit.site, "administrator")
    story = Story(
        clock, visit, person().signed_in(visit.nurse), person().signed_in(visit.clinician)
    )
    when_the_nurse_admits_the_patient_and_reads_before_the_dose(story)
    when_three_devices_are_given_five_minutes_apart(story)
    when_each_slot_is_read_the_forty_minute_one_late(story)
    then_the_clinician_cannot_sign_before_the_window_ends(story)
    when_the_patient_has_chest_pain(story)
    then_the_clinician_cannot_sign_before_someone_answered_it(story)
    when_the_response_to_chest_pain_is_recorded(story)
    then_a_wrong_password_is_refused_and_the_right_one_signs(story)
    then_a_high_reading_takes_the_clearance_back(story)
    when_a_clinician_was_informed_and_the_pressure_falls(story)
    then_it_is_signed_again_with_the_caution_answered(story)
    then_the_patient_leaves(story)
    then_the_administrator_reads_it_all_in_the_report(person().signed_in(administrator))


def when_the_nurse_admits_the_patient_and_reads_before_the_dose(story: Story) -> None:
    story.nurse.go("/")
    story.nurse.tap("Admit")
    admit(story.nurse, story.clinicians_name)
    story.nurse.tap("Record pre-dose reading")
    save_reading(story.nurse)


def when_three_devices_are_given_five_minutes_apart(story: Story) -> None:
    nurse = story.nurse
    story.clock.forward(minutes=3)
    nurse.go(story.session_page)
    nurse.tap("Record the first dose")
    give_device(nurse)
    for number in (2, 3):
        story.clock.forward(minutes=5)
        nurse.go(story.session_page)
        nurse.tap(f"Record device {number}")
        give_device(nurse)
        expect(nurse.page.get_by_text(f"Device {number} saved")).to_be_visible()


def when_each_slot_is_read_the_forty_minute_one_late(story: Story) -> None:
    """Discharge is refused on the way, while no clearance stands."""
    nurse, first = story.nurse, story.visit.session.first_dose_at
    assert first is not None
    for minutes, taken in ((15, 15), (30, 30), (40, 52), (60, 60), (90, 90), (120, 120)):
        story.clock.travel_to(first)
        story.clock.forward(minutes=taken)
        nurse.go(story.session_page)
        nurse.tap(f"Record {minutes}-minute reading")
        save_reading(nurse)
        if minutes == 60:
            nurse.go(f"{story.session_page}departure/")
            assert nurse.sees("No discharge")
            assert nurse.page.get_by_role("link", name="Discharged").count() == 0


def then_the_clinician_cannot_sign_before_the_window_ends(story: Story) -> None:
    """It ends at 130 minutes."""
    clinician = story.clinician
    clinician.go(story.clearance_page)
    assert clinician.sees("Open: cannot be signed yet")
    assert clinician.sees("Observation until")
    assert clinician.page.get_by_role("button", name="Sign clearance").count() == 0


def when_the_patient_has_chest_pain(story: Story) -> None:
    nurse = story.nurse
    story.clock.forward(minutes=10)
    nurse.go(f"{story.session_page}event/")
    nurse.page.get_by_label("Symptom", exact=True).check()
    nurse.page.get_by_label("Chest pain", exact=True).check()
    nurse.tap("Save event")
    expect(nurse.page.get_by_text("Event saved")).to_be_visible()


def then_the_clinician_cannot_sign_before_someone_answered_it(story: Story) -> None:
    clinician = story.clinician
    clinician.go(story.clearance_page)
    assert clinician.sees("No response recorded: Chest pain")
    assert clinician.page.get_by_role("button", name="Sign clearance").count() == 0


def when_the_response_to_chest_pain_is_recorded(story: Story) -> None:
    nurse = story.nurse
    nurse.go(story.session_page)
    nurse.tap("No response recorded: Chest pain")
    nurse.page.get_by_label(story.clinicians_name, exact=True).check()
    nurse.page.get_by_label("Comes to see the patient", exact=True).check()
    nurse.tap("Save response")
    expect(nurse.page.get_by_text("Response saved")).to_be_visible()


def then_a_wrong_password_is_refused_and_the_right_one_signs(story: Story) -> None:
    """What was written is still there after the refusal."""
    clinician = story.clinician
    clinician.go(story.clearance_page)
    sign(clinician, "not the password")
    expect(clinician.page.get_by_text("The password is wrong.").first).to_be_visible()
    assert clinician.page.get_by_label("Ready to leave after").input_value() == "100"
    assert story.visit.session.phase == "observing"
    clinician.page.get_by_label("Your password").fill(people.PASSWORD)
    clinician.tap("Sign clearance")
    expect(clinician.page.get_by_text("Clearance signed").first).to_be_visible()
    assert story.visit.session.phase == "cleared"


def then_a_high_reading_takes_the_clearance_back(story: Story) -> None:
    """The pages say why."""
    nurse = story.nurse
    story.clock.forward(minutes=4)
    nurse.go(f"{story.session_page}reading/")
    fill_reading(nurse, systolic=172, diastolic=96)
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Is this right?").first).to_be_visible()
    nurse.page.get_by_label("Yes, this is right").first.check()
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Clearance withdrawn").first).to_be_visible()
    nurse.go(f"{story.session_page}departure/")
    assert nurse.sees("The clearance was withdrawn")


def when_a_clinician_was_informed_and_the_pressure_falls(story: Story) -> None:
    nurse = story.nurse
    nurse.go(story.session_page)
    nurse.tap("Record who was informed")
    nurse.page.get_by_label(story.clinicians_name, exact=True).check()
    nurse.page.get_by_label("Repeat in 5 minutes", exact=True).check()
    nurse.tap("Save response")
    expect(nurse.page.get_by_text("Response saved")).to_be_visible()
    story.clock.forward(minutes=5)
    nurse.go(f"{story.session_page}reading/")
    fill_reading(nurse, systolic=150, diastolic=88)
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()


def then_it_is_signed_again_with_the_caution_answered(story: Story) -> None:
    clinician = story.clinician
    clinician.go(story.clearance_page)
    assert clinician.sees("above 140/90")
    sign(clinician, people.PASSWORD)
    expect(clinician.page.get_by_text("Clearance signed").first).to_be_visible()


def then_the_patient_leaves(story: Story) -> None:
    nurse = story.nurse
    story.clock.forward(minutes=2)
    nurse.go(story.session_page)
    nurse.tap("Record departure")
    nurse.page.get_by_label("Ann Smith, 555 0101").check()
    serious = nurse.page.get_by_role("group", name="Serious adverse event")
    serious.get_by_label("No", exact=True).check()
    nurse.page.get_by_label("Transport").fill("Escort's car")
    nurse.page.get_by_label("Advised again").check()
    nurse.tap("Save: Discharged")
    expect(nurse.page.get_by_text("Departure saved")).to_be_visible()
    assert story.visit.session.phase == "closed"


def then_the_administrator_reads_it_all_in_the_report(reviewer: Person) -> None:
    reviewer.go("/")
    reviewer.page.get_by_role("row").nth(1).get_by_role("link").click()
    assert reviewer.sees("40-minute reading taken at 52 min, 12 min late")
    assert reviewer.sees("Clearance withdrawn")
    assert reviewer.sees("Known hypertension, falling")
