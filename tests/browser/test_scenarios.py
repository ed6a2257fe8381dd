"""What used to end in a false record, done with a tablet: on the page and in the database."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, expect

from clinic.models import Staff
from monitoring.models import Clearance, Dose, DoseEnd, Event, Strike, StrikeConfirmation
from monitoring.rules.protocol import KETAMINE_IV
from tests.browser.conftest import Makes, Person
from tests.browser.hands import answer, give_device, sign
from tests.clock import TestClock
from tests.factories import people
from tests.factories.logged import save
from tests.factories.visits import Visit, dosed, observed, predosed
from tests.scenarios.course import page_1, to_the_end


def both(person: Makes, visit: Visit) -> tuple[Person, Person]:
    """The nurse and the clinician of `visit`, each with a tablet."""
    return person().signed_in(visit.nurse), person().signed_in(visit.clinician)


def entry(who: Person, words: str) -> Locator:
    """The line of the timeline that says `words`, with its links."""
    return who.page.locator(".timeline li", has_text=words)


def mark_as_error(nurse: Person, words: str) -> None:
    """From the session page: two taps, a few words, one tap."""
    entry(nurse, words).get_by_role("link", name="Entered in error").click()
    nurse.page.get_by_label("Wrong patient").check()
    nurse.page.get_by_label("In a few words").fill("Meant for chair 2")
    nurse.tap("Mark as entered in error")
    said = "It counts until a clinician confirms this. Marked as entered in error at"
    expect(nurse.page.get_by_text(said)).to_be_visible()


def confirm(clinician: Person, link: str) -> None:
    clinician.tap(link)
    clinician.page.get_by_label("Yes: it counts no more").check()
    clinician.tap("Save answer")
    expect(clinician.page.get_by_text("Answer saved at")).to_be_visible()


def test_a_dose_on_the_wrong_patient_is_struck_and_a_clinician_confirms(
    person: Makes, clock: TestClock
) -> None:
    visit = predosed(clock)
    dose = visit.dose()
    nurse, clinician = both(person, visit)
    nurse.go(f"/sessions/{visit.id}/")
    mark_as_error(nurse, "Device 1")
    expect(entry(nurse, "Device 1, 28 mg")).to_contain_text("It counts until a clinician confirms")
    expect(entry(nurse, "Device 1, 28 mg").locator("s")).to_have_count(0)
    assert (visit.session.phase, visit.session.given_mg) == ("dosing", Decimal(28))
    clinician.go(f"/sessions/{visit.id}/")
    confirm(clinician, "marked as entered in error by")
    struck = entry(clinician, "Device 1, 28 mg").first
    expect(struck.locator("s")).to_contain_text("Device 1, 28 mg")
    expect(struck).to_contain_text(f"confirmed by {visit.clinician.printed_name}")
    expect(clinician.page.get_by_role("heading", level=1)).to_have_text("Arrived")
    session = visit.session
    assert (session.phase, session.given_mg, session.first_dose_at) == ("arrived", Decimal(0), None)
    assert Dose.objects.get().pk == dose.pk, "what was struck stays readable"
    assert StrikeConfirmation.objects.get().is_confirmed
    nurse.go(f"/sessions/{visit.id}/dose/")
    give_device(nurse)
    expect(nurse.page.get_by_text("Device 1 saved")).to_be_visible()
    assert visit.session.given_mg == Decimal(28)


def test_a_serious_event_on_the_wrong_patient_forces_no_false_signature(
    person: Makes, clock: TestClock
) -> None:
    visit = observed(clock, through=40)
    visit.event("adverse_event", is_serious=True, onset_at=clock.now(), detail="Seizure")
    nurse, clinician = both(person, visit)
    nurse.go(f"/sessions/{visit.id}/")
    mark_as_error(nurse, "Seizure")
    to_the_end(visit)
    clinician.go(f"/sessions/{visit.id}/clearance/")
    confirm(clinician, "marked as entered in error by")
    expect(entry(clinician, "Serious adverse event").locator("s")).to_contain_text("Seizure")
    clinician.go(f"/sessions/{visit.id}/clearance/")
    sign(clinician, people.PASSWORD)
    expect(clinician.page.get_by_text("Clearance signed at")).to_be_visible()
    assert Clearance.objects.get().checklist["had_serious_event"] is False
    assert Strike.objects.get().kind == "wrong_patient"
    assert "struck" in page_1(visit)
    clinician.go(f"/sessions/{visit.id}/report/")
    expect(clinician.page.get_by_text("Meant for chair 2").first).to_be_visible()


def test_a_wrong_lot_is_corrected_beside_the_original(person: Makes, clock: TestClock) -> None:
    visit = dosed(clock)
    nurse, clinician = both(person, visit)
    nurse.go(f"/sessions/{visit.id}/")
    entry(nurse, "Device 1").get_by_role("link", name="Correct").click()
    page = nurse.page
    page.get_by_label("Lot number").fill("B7")
    page.get_by_role("button", name="Save correction").dblclick()
    expect(page.locator("[data-error-summary]")).to_contain_text("Why corrected")
    page.get_by_label("Why corrected").fill("Read from the wrong carton")
    page.get_by_role("button", name="Save correction").dblclick()
    expect(page.get_by_text("Correction saved at")).to_be_visible()
    clinician.go(f"/sessions/{visit.id}/")
    first, second = entry(clinician, "Device 1,").all()
    gone, stands = (first, second) if first.locator("s").count() else (second, first)
    expect(gone).to_contain_text("Replaced by a correction")
    expect(stands).to_contain_text("lot B7")
    expect(stands).to_contain_text("Read from the wrong carton")
    original, corrected = Dose.objects.filter(session=visit.id, number=1).order_by("seq")
    assert (corrected.lot, corrected.replaces_id) == ("B7", original.pk)
    assert (original.lot, corrected.expiry) == ("A1234", original.expiry)
    assert visit.session.given_mg == Decimal(56)


def test_a_positive_screen_is_reviewed_before_anyone_signs(person: Makes, clock: TestClock) -> None:
    visit = observed(clock)
    to_the_end(visit)
    nurse, clinician = both(person, visit)
    nurse.go(f"/sessions/{visit.id}/")
    nurse.tap("Suicidality screen")
    page = nurse.page
    page.get_by_role("group", name="PHQ-9 item 9").locator("label").nth(3).click()
    page.get_by_label("PHQ-9 total").fill("21")
    for number in (1, 2, 3, 4, 5, 6):
        answer(nurse, f"Question {number}", "Yes" if number < 6 else "No")
    nurse.tap("Save screen")
    expect(page.get_by_text("Screen saved at")).to_be_visible()
    expect(page.locator(".notice-emergency")).to_contain_text("PHQ-9 item 9")
    clinician.go(f"/sessions/{visit.id}/clearance/")
    assert clinician.page.get_by_role("button", name="Sign clearance").count() == 0
    clinician.go("/")
    clinician.page.get_by_role("link", name="Review suicidality").click()
    clinician.page.get_by_label("What this means").fill("Passive thoughts, no plan")
    clinician.page.get_by_label("What was agreed").fill("Sister stays tonight")
    clinician.tap("Save review")
    expect(clinician.page.get_by_text("Review saved at")).to_be_visible()
    clinician.go(f"/sessions/{visit.id}/clearance/")
    sign(clinician, people.PASSWORD)
    expect(clinician.page.get_by_text("Clearance signed at")).to_be_visible()
    screen, review = Event.objects.filter(session=visit.id).order_by("seq")
    assert (screen.phq9_item9, screen.phq9_total, screen.cssrs_5) == (3, 21, True)
    assert (review.kind, review.recorded_by) == ("review", visit.clinician)
    assert page_1(visit)[0].startswith("suicidal")
    clinician.go(f"/sessions/{visit.id}/report/")
    listed = clinician.page.get_by_role("region", name="Deviations").get_by_role("listitem")
    expect(listed.first).to_contain_text("PHQ-9 item 9")


def test_an_interrupted_infusion_is_watched_from_its_last_end(
    person: Makes, clock: TestClock
) -> None:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    visit.dose()
    nurse = person().signed_in(visit.nurse)
    page = nurse.page
    clock.forward(minutes=12)
    nurse.go(f"/sessions/{visit.id}/")
    # A reading is overdue, and the way to the pause is there all the same.
    nurse.tap("End or pause of the infusion")
    page.get_by_label("Paused, to be resumed").check()
    page.get_by_label("Given (mg)").fill("11")
    page.get_by_label("If paused or ended early: why").fill("Line occluded")
    nurse.tap("Save", exact=True)
    expect(page.get_by_text("The infusion is paused.")).to_be_visible()
    clock.forward(minutes=10)
    nurse.tap("Resume the infusion")
    page.locator("label.tile", has_text="Born").click()
    page.get_by_label("Same lot as before").check()
    nurse.tap("Save start")
    expect(page.get_by_text("the window begins when it ends")).to_be_visible()
    clock.forward(minutes=28)
    nurse.go(f"/sessions/{visit.id}/")
    nurse.tap("End or pause of the infusion")
    page.get_by_label("Ended: all given").check()
    page.get_by_label("Given (mg)").fill("25")
    nurse.tap("Save", exact=True)
    expect(page.get_by_text("36 mg (in 2 parts: 11 mg, 25 mg)")).to_be_visible()
    ends = clock.now() + visit.version.protocol().window
    expect(page.locator(".session-head")).to_contain_text(
        f"observe until {ends.astimezone(visit.site.tz):%H:%M}"
    )
    paused, ended = DoseEnd.objects.order_by("seq")
    assert (paused.kind, ended.kind) == ("paused", "ended")
    assert (paused.mg, ended.mg) == (Decimal(11), Decimal(25))
    assert visit.session.facts().window_ends_at == ends
    assert "infusion_interrupted" in page_1(visit)


def test_the_prescriber_leaves_and_another_is_named_before_the_next_device(
    person: Makes, clock: TestClock
) -> None:
    visit = predosed(clock)
    visit.dose()
    other = people.person(
        visit.site, "clinician", first_name="Mira", last_name="Adler", credentials="MD"
    )
    gone = Staff.objects.get(pk=visit.clinician.pk)
    gone.is_active = False
    save(gone, "is_active")
    clock.forward(minutes=6)
    nurse = person().signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/dose/")
    nurse.tap("is no prescriber on site any more")
    nurse.page.get_by_label(other.printed_name).check()
    nurse.tap("Save who takes over")
    expect(nurse.page.get_by_text("Prescriber on site saved at")).to_be_visible()
    head = nurse.page.locator(".session-head")
    expect(head).to_contain_text(f"{visit.clinician.printed_name} 10:00 to 10:06")
    expect(head).to_contain_text(other.printed_name)
    nurse.tap("Record device 2")
    give_device(nurse)
    expect(nurse.page.get_by_text("Device 2 saved")).to_be_visible()
    session = visit.session
    assert (session.prescriber, session.given_mg) == (other, Decimal(56))
    handover = Event.objects.get(session=visit.id, hands_over="prescriber")
    assert (handover.handed_from, handover.handed_to) == (visit.clinician, other)
