"""Two tablets meet on one patient: whoever comes second is shown the first, and chooses."""

from __future__ import annotations

from playwright.sync_api import expect

from monitoring.models import Departure, Reading
from tests.browser.conftest import Makes
from tests.browser.hands import answer, fill_reading
from tests.clock import TestClock
from tests.factories import people
from tests.factories.visits import dosed, observed


def test_of_two_readings_of_one_slot_the_second_is_asked(person: Makes, clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    first = person().signed_in(visit.nurse)
    second = person().signed_in(people.person(visit.site, "nurse"))
    for nurse, systolic in ((first, 131), (second, 128)):
        nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
        fill_reading(nurse, systolic=systolic)
    first.tap("Save reading")
    expect(first.page.get_by_text("Reading saved")).to_be_visible()
    second.tap("Save reading")
    said = f"{visit.nurse.printed_name} recorded the 40-minute reading at"
    expect(second.page.get_by_text(said).first).to_be_visible()
    theirs = second.page.get_by_role("region", name="Table of what is recorded already")
    expect(theirs).to_contain_text("131/78")
    assert second.violations() == []
    expect(second.page.get_by_label("Systolic")).to_have_value("128")
    second.tap("It is the same measurement: discard mine")
    expect(second.page.get_by_text("nothing was recorded")).to_be_visible()
    assert list(Reading.objects.filter(slot=40).values_list("systolic", flat=True)) == [131]


def test_a_correction_that_moves_a_reading_onto_another_is_asked(
    person: Makes, clock: TestClock
) -> None:
    visit = observed(clock, through=40)
    moved, there = Reading.objects.get(slot=30), Reading.objects.get(slot=40)
    nurse = person().signed_in(visit.nurse)
    page = nurse.page
    nurse.go(f"/sessions/{visit.id}/reading/{moved.pk}/correct/")
    page.get_by_text("The time was wrong").click()
    page.get_by_label("When it was really taken").fill(
        f"{there.taken_at.astimezone(visit.site.tz):%H:%M}"
    )
    page.get_by_label("Why corrected").fill("Read off the wrong line")
    nurse.tap("Save correction")
    said = f"At that time {visit.nurse.printed_name} recorded the 40-minute reading"
    expect(page.get_by_text(said).first).to_be_visible()
    assert nurse.violations() == []
    page.locator("[name=another]").check()
    nurse.tap("Save correction")
    expect(page.get_by_text("Correction saved at")).to_be_visible()
    assert Reading.objects.get(replaces=moved).taken_at.minute == there.taken_at.minute


def test_of_two_transfers_of_one_patient_the_second_is_told(
    person: Makes, clock: TestClock
) -> None:
    visit = observed(clock, through=40)
    first = person().signed_in(visit.nurse)
    second = person().signed_in(visit.clinician)
    for who, destination in ((first, "County Hospital"), (second, "City Hospital")):
        who.go(f"/sessions/{visit.id}/departure/?kind=transferred")
        who.page.get_by_label("Transferred to").fill(destination)
        who.page.get_by_label("Reason").fill("Chest pain")
        who.page.get_by_label("Ambulance").check()
        answer(who, "Advised not to drive", "Yes")
        answer(who, "Serious adverse event in this session", "No")
    first.page.locator("[data-main]").click()
    expect(first.page.get_by_role("heading", level=1)).to_have_text("Closed")
    second.page.locator("[data-main]").click()
    said = f"{visit.nurse.printed_name} recorded this differently at"
    expect(second.page.get_by_text(said)).to_be_visible()
    expect(second.page.get_by_label("Transferred to")).to_have_value("City Hospital")
    assert Departure.objects.get().destination == "County Hospital"
