"""One tablet, several people: it locks, is handed over, and never mixes up who did what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Request, expect

from clinic import actions
from clinic.models import Membership, Shift, Staff, Tablet
from clinic.signin import idle
from monitoring.models import Reading
from tests.browser.conftest import Person
from tests.browser.hands import fill_reading
from tests.browser.taps import Taps, come_back, make_sure
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import PASSWORD, PIN, ShiftFactory, TabletFactory
from tests.factories.people import person as hire
from tests.factories.visits import Visit, dosed

WRONG = "408216"


@pytest.fixture
def visit(served: str, clock: TestClock) -> Visit:
    made = dosed(clock)
    clock.forward(minutes=41)
    return made


@pytest.fixture
def tablet(visit: Visit) -> Tablet:
    return TabletFactory.create(site=visit.site, name="Room 2")


@pytest.fixture
def rosa(visit: Visit) -> Staff:
    return hire(visit.site, "nurse", first_name="Rosa", last_name="Abel", pin=make_password(PIN))


@pytest.fixture
def thomas(visit: Visit, tablet: Tablet) -> Staff:
    """Has signed in on the tablet already, in this shift."""
    names = {"first_name": "Thomas", "last_name": "Brown", "pin": make_password(PIN)}
    return ShiftFactory.create(tablet=tablet, staff=hire(visit.site, "nurse", **names)).staff


@pytest.fixture
def device(person: Callable[..., Person], tablet: Tablet, rosa: Staff, thomas: Staff) -> Person:
    """The tablet, at which Rosa has just signed in; no page is open yet."""
    return person().hold(tablet).signed_in(rosa)


def reading_of(visit: Visit) -> str:
    return f"/sessions/{visit.id}/reading/?slot=40"


def expect_nothing_of(visit: Visit, device: Person) -> None:
    text = device.page.locator("body").inner_text().lower()
    for secret in (visit.patient.family_name, visit.patient.mrn):
        assert secret.lower() not in text
    assert visit.patient.family_name.lower() not in device.page.title().lower()


def test_handing_over_takes_three_taps_and_six_digits_and_stays_on_the_page(
    device: Person, visit: Visit, thomas: Staff
) -> None:
    device.go(f"/sessions/{visit.id}/")
    taps = Taps(device)
    taps.button("Hand over")
    expect(device.page.get_by_role("heading", name="Locked")).to_be_visible()
    expect_nothing_of(visit, device)
    taps.name(thomas)
    taps.pin(PIN)
    expect(device.page.get_by_role("heading", name="Whose page is this?")).to_be_visible()
    assert device.violations() == []
    taps.button("Born 14-Jul-1958")
    expect(device.page).to_have_url(f"{device.served}/sessions/{visit.id}/")
    expect(device.page.locator("header")).to_contain_text("Thomas Brown")
    assert (taps.taps, taps.digits) == (3, 6)


def test_a_half_filled_reading_waits_for_who_typed_it_and_is_recorded_under_who_saves(
    device: Person, visit: Visit, rosa: Staff, thomas: Staff
) -> None:
    page, taps = device.page, Taps(device)
    device.go(reading_of(visit))
    page.get_by_label("Systolic").fill("131")
    taps.button("Hand over")
    come_back(device, thomas)
    make_sure(device)
    others = page.get_by_text("A form that someone else has started")
    expect(others).to_be_visible()
    assert page.get_by_label("Systolic").input_value() == ""
    page.get_by_label("Systolic").fill("144")

    # Rosa finds hers; Thomas's stays his.
    taps.button("Hand over")
    come_back(device, rosa)
    make_sure(device)
    expect(page.get_by_label("Systolic")).to_have_value("131")
    expect(others).to_be_visible()
    fill_reading(device, systolic=131)
    device.tap("Save reading")
    expect(page.get_by_text("Reading saved")).to_be_visible()
    saved = Reading.objects.get(slot=40)
    assert (saved.systolic, saved.recorded_by) == (131, rosa)

    # What was saved is no draft any more; what Thomas typed still is, as another reading.
    device.go(reading_of(visit))
    expect(page.get_by_text("40-minute reading: recorded at")).to_be_visible()
    device.tap("Additional reading")
    expect(page.get_by_label("Systolic")).to_have_value("")
    taps.button("Hand over")
    come_back(device, thomas)
    make_sure(device)
    expect(page.get_by_label("Systolic")).to_have_value("144")
    expect(others).to_be_hidden()


def test_signing_out_forgets_ones_own_drafts_alone(
    device: Person, visit: Visit, rosa: Staff, thomas: Staff
) -> None:
    page, taps = device.page, Taps(device)
    device.go(reading_of(visit))
    page.get_by_label("Systolic").fill("131")
    taps.button("Hand over")
    come_back(device, thomas)
    make_sure(device)
    page.get_by_label("Systolic").fill("144")
    page.locator("header details.menu summary").last.tap()
    device.tap("Sign out")
    kept = "Object.keys(sessionStorage).filter(key => key.startsWith('draft:'))"
    (left,) = page.evaluate(kept)
    assert str(rosa.pk) in left
    assert Shift.objects.get(staff=thomas).ended_at is not None


def test_five_wrong_pins_lead_to_a_full_sign_in_and_back_to_the_page(
    device: Person, visit: Visit, thomas: Staff
) -> None:
    page, taps = device.page, Taps(device)
    device.go(f"/sessions/{visit.id}/")
    taps.button("Hand over")
    for left in (4, 3, 2, 1):
        come_back(device, thomas, WRONG)
        expect(page.get_by_text(f"This PIN is wrong. Attempts left: {left}.")).to_be_visible()
    come_back(device, thomas, WRONG)
    expect(page.get_by_text("Too many wrong PINs.")).to_be_visible()
    expect(page.locator(".tile", has_text=thomas.printed_name)).to_have_count(0)
    expect_nothing_of(visit, device)
    taps.button("Sign in with a password")
    page.get_by_label("User name").fill(thomas.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    make_sure(device)
    expect(page).to_have_url(f"{device.served}/sessions/{visit.id}/")
    taps.button("Hand over")
    come_back(device, thomas)
    expect(page.locator("header")).to_contain_text("Thomas Brown")


def test_a_keyboard_does_as_well_as_a_finger(device: Person, thomas: Staff) -> None:
    page = device.page
    device.go("/")
    Taps(device).button("Hand over")
    expect(page.locator("form.has-pad")).to_be_visible()
    page.locator("input[name=staff]").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == str(thomas.pk)
    page.keyboard.type("40x8")
    page.keyboard.press("Backspace")
    page.keyboard.type("8215")
    expect(page.locator("header")).to_contain_text("Thomas Brown")


def test_the_lock_works_without_scripts(
    device: Person, person: Callable[..., Person], tablet: Tablet, thomas: Staff, served: str
) -> None:
    browser = device.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = Person(context, served).hold(tablet)
    plain.go("/lock/?next=/patients/")
    plain.page.get_by_label(thomas.printed_name).check(force=True)
    plain.page.get_by_label("PIN, six digits").fill(PIN)
    plain.tap("Unlock")
    plain.page.wait_for_url("**/patients/")
    context.close()


def test_a_screen_that_no_one_touches_locks_though_the_board_goes_on_asking(
    device: Person, visit: Visit, rosa: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three seconds in place of three minutes; the board asks four times a second."""
    monkeypatch.setattr(idle, "ON_TABLET", 3)
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.headers.get("hx-request"):
            asked.append(request.url)

    device.page.on("request", note)
    device.go("/")
    page = device.page
    page.evaluate("setInterval(() => htmx.trigger('#cards', 'every'), 250)")
    page.evaluate("setInterval(() => htmx.ajax('GET', '/', {target: '#cards', swap: 'none'}), 250)")
    for _ in range(4):
        # Who touches it stays, longer than the limit.
        page.wait_for_timeout(1000)
        page.mouse.move(100, 100 + len(asked) % 50)
        page.mouse.click(5, 400)
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible(timeout=6000)
    assert len([url for url in asked if url.endswith("/")]) > 8
    expect(page.get_by_text("Chair 1")).to_be_visible()
    expect_nothing_of(visit, device)
    monkeypatch.setattr(idle, "ON_TABLET", 180)
    come_back(device, rosa)
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    device.errors = [e for e in device.errors if "401" not in e]


def test_without_a_network_the_page_is_covered_all_the_same(
    device: Person, visit: Visit, rosa: Staff
) -> None:
    page = device.page
    page.clock.install()
    device.go(reading_of(visit))
    page.get_by_label("Systolic").fill("131")
    device.context.set_offline(True)
    page.clock.run_for(178_000)
    expect(page.get_by_label("Systolic")).to_be_visible()
    page.clock.run_for(3000)
    expect(page.get_by_text("No contact with the server.")).to_be_visible()
    expect(page.get_by_label("Systolic")).to_be_hidden()
    expect_nothing_of(visit, device)
    device.context.set_offline(False)
    page.clock.run_for(6000)
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    come_back(device, rosa)
    expect(page.get_by_label("Systolic")).to_have_value("131")
    device.errors = [e for e in device.errors if "ERR_INTERNET_DISCONNECTED" not in e]


def test_a_tablet_that_slept_is_locked_before_it_is_touched(device: Person, visit: Visit) -> None:
    page = device.page
    page.clock.install()
    device.go(f"/sessions/{visit.id}/")
    page.wait_for_load_state("networkidle")
    # No answer arrives that could notice first how late it is.
    page.route("**/*", lambda _route: None)
    # As a sleeping tablet does: time passes and no timer runs.
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    page.evaluate("{ const slept = Date.now() + 600000; Date.now = () => slept; }")
    page.unroute("**/*")
    page.mouse.click(300, 500)
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    # A poll that was on its way is told that the tablet is locked.
    device.errors = [e for e in device.errors if "401" not in e]


def test_touching_one_tab_keeps_the_other_and_locking_one_locks_both(
    device: Person, visit: Visit
) -> None:
    page = device.page
    other = device.context.new_page()
    page.clock.install()
    device.go("/patients/")
    other.goto(f"{device.served}/sessions/{visit.id}/")
    other.evaluate("localStorage.setItem('touched', String(Date.now() + 170_000))")
    page.clock.run_for(200_000)
    expect(page.get_by_role("heading", name="Patients")).to_be_visible()
    other.get_by_role("button", name="Hand over").click()
    expect(other.get_by_role("heading", name="Locked")).to_be_visible()
    page.clock.run_for(2000)
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()


def test_a_revoked_tablet_shows_nothing_more_and_its_pins_are_useless(
    device: Person, visit: Visit, tablet: Tablet, thomas: Staff
) -> None:
    device.go(f"/sessions/{visit.id}/")
    expect(device.page.get_by_text(visit.patient.mrn).first).to_be_visible()
    actions.revoke_tablet(hire(visit.site, "administrator"), visit.site, tablet.pk)
    device.page.evaluate("htmx.ajax('GET', location.pathname, {target: '#live', swap: 'none'})")
    expect(device.page.get_by_label("User name")).to_be_visible()
    expect_nothing_of(visit, device)
    device.go("/lock/")
    expect(device.page.get_by_label("User name")).to_be_visible()
    assert device.page.get_by_text(thomas.printed_name).count() == 0
    device.errors = [e for e in device.errors if "401" not in e]


def test_a_nurse_who_is_deactivated_in_mid_session_is_out_with_the_next_poll(
    device: Person, visit: Visit, rosa: Staff
) -> None:
    device.go(f"/sessions/{visit.id}/")
    expect(device.page.get_by_text(visit.patient.mrn).first).to_be_visible()
    actions.deactivate_person(hire(visit.site, "administrator"), visit.site, rosa.pk)
    # The page's own poll, every ten seconds.
    expect(device.page.get_by_role("heading", name="Locked")).to_be_visible(timeout=15_000)
    assert device.page.get_by_text(rosa.printed_name).count() == 0
    expect_nothing_of(visit, device)
    device.errors = [e for e in device.errors if "401" not in e]


def test_an_office_page_that_no_one_touches_ends_at_the_sign_in_with_its_address_kept(
    person: Callable[..., Person], visit: Visit
) -> None:
    office = person().signed_in(visit.nurse)
    office.page.clock.install()
    office.go(f"/sessions/{visit.id}/")
    assert not office.page.get_by_role("button", name="Hand over").is_visible()
    office.page.clock.run_for(901_000)
    expect(office.page.get_by_label("User name")).to_be_visible()
    office.page.get_by_label("User name").fill(visit.nurse.username)
    office.page.get_by_label("Password").fill(PASSWORD)
    office.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(office.page).to_have_url(f"{office.served}/sessions/{visit.id}/")
    office.errors = [e for e in office.errors if "401" not in e]


def test_an_administrator_enrols_the_tablet_in_hand_and_the_nurse_chooses_a_pin(
    person: Callable[..., Person], visit: Visit
) -> None:
    samuel = hire(visit.site, "administrator")
    device = person().signed_in(samuel)
    page = device.page
    device.go("/")
    device.tap("Staff")
    device.tap("Tablets")
    device.tap("Enrol this tablet")
    page.get_by_label("Name of the tablet").fill("Room 9")
    page.locator("[data-main]").click()
    page.get_by_label("Your password").fill(PASSWORD)
    device.tap("Confirm")
    expect(page.get_by_text("Room 9 is enrolled: this browser.")).to_be_visible()
    page.locator("header details.menu summary").last.click()
    device.tap("Sign out")
    device.sign_in(visit.nurse)
    expect(page.get_by_role("heading", name="Choose a PIN")).to_be_visible()
    page.get_by_label("PIN, six digits").fill(PIN)
    page.get_by_label("PIN again").fill(PIN)
    device.tap("Save the PIN")
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    Taps(device).button("Hand over")
    # Alone on the shift: the name is chosen already.
    Taps(device).pin(PIN)
    expect(page.get_by_role("heading", name="Board")).to_be_visible()


@pytest.mark.parametrize("width", [810, 1080])
def test_the_header_does_not_clip_with_long_names(
    person: Callable[..., Person], visit: Visit, tablet: Tablet, width: int
) -> None:
    long = {"first_name": "Maria-Alejandra Konstantina", "last_name": "Papadopoulos-Featherston"}
    staff = hire(visit.site, "nurse", **long)
    insert(Membership(staff=staff, site=visit.site, role="administrator"))
    insert(
        Membership(
            staff=staff,
            site=TabletFactory.create(site__name="A very long name " * 5).site,
            role="nurse",
        )
    )
    device = person({"width": width, "height": 1080}).hold(tablet).signed_in(staff)
    device.go("/")
    page = device.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.get_by_role("button", name="Hand over").bounding_box()
    assert box is not None
    assert box["height"] >= 48
    for part in page.locator("header a, header button:visible, header summary").all():
        found = part.bounding_box()
        if found:
            assert found["x"] >= 0
            assert found["x"] + found["width"] <= width


def test_a_clock_that_is_set_back_does_not_keep_a_page_open(
    device: Person, visit: Visit, clock: TestClock
) -> None:
    page = device.page
    page.clock.install(time=clock.now())
    device.go(f"/sessions/{visit.id}/")
    page.clock.set_system_time(clock.now() - timedelta(hours=24))
    page.clock.run_for(2000)
    device.context.set_offline(True)
    page.clock.run_for(181_000)
    expect(page.get_by_text("No contact with the server.")).to_be_visible()
    # So that nothing is asked for after its errors are forgiven.
    page.close()
    device.errors.clear()
