"""Networks, clocks, sign-ins and servers that fail in mid-entry, over TLS: each reading arrives
once, at its time, under the name of who entered it. Rows are counted on the server afterwards."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect
from pytest_django import Settings

from clinic import actions
from monitoring.models import Reading
from tests.browser.conftest import FLAGS, PATIENCE, WHOLE_BROWSERS, Application, Makes, Person
from tests.browser.outbox_hands import (
    cut,
    forgive,
    mend,
    rows,
    save_offline,
    type_reading,
    wait_until_sent,
)
from tests.browser.tls import TLSServerThread, certificate
from tests.clock import TestClock
from tests.factories.people import TabletFactory
from tests.factories.people import person as hire
from tests.factories.visits import Visit, at_forty, dosed


@pytest.fixture
def visit(served_tls: str, clock: TestClock) -> Visit:
    return at_forty(clock)


@pytest.fixture
def nurse(visit: Visit, person_tls: Makes) -> Iterator[Person]:
    made = person_tls().signed_in(visit.nurse)
    yield made
    forgive(made)


def taken(visit: Visit) -> list[tuple[int | None, datetime]]:
    """What was measured, and when, to the second."""
    found = Reading.objects.filter(session=visit.id, systolic__gte=131, systolic__lte=139)
    return [(r.systolic, r.taken_at.replace(microsecond=0)) for r in found.order_by("systolic")]


def test_twenty_minutes_without_a_network_and_six_readings_of_two_nurses(
    visit: Visit, nurse: Person, person_tls: Makes, clock: TestClock
) -> None:
    """Each on a tablet of their own, with a patient of their own, by turns."""
    second = hire(visit.site, "nurse")
    others = dosed(clock, site=visit.site, people=(second, visit.clinician))
    work = [(visit, nurse), (others, person_tls().signed_in(second))]
    began = clock.now()
    for watched, tablet in work:
        tablet.page.clock.install(time=began)
        tablet.go(f"/sessions/{watched.id}/reading/")
        cut(tablet)
    expected: list[list[tuple[int, datetime]]] = [[], []]
    for number in range(6):
        clock.forward(minutes=3)
        for _, tablet in work:
            tablet.page.clock.fast_forward(3 * 60 * 1000)
        save_offline(work[number % 2][1], 131 + number)
        expected[number % 2].append((131 + number, clock.now()))
    clock.forward(minutes=2)
    for (watched, tablet), entered in zip(work, expected, strict=True):
        assert rows(watched) == []
        expect(tablet.page.locator("[data-unsent]")).to_contain_text("3 on this tablet")
        mend(tablet)
        expect(tablet.page.get_by_text("Reading saved").first).to_be_visible()
        wait_until_sent(tablet)
        forgive(tablet)
        assert taken_about(watched, entered)
        assert rows(watched) == rows(watched, watched.nurse) == [v for v, _ in entered]


def taken_about(visit: Visit, expected: list[tuple[int, datetime]]) -> bool:
    """Whether just these were recorded, each within the seconds that a test takes."""
    found = taken(visit)
    near = [
        abs(at - then) < timedelta(seconds=40)
        for (_, at), (_, then) in zip(found, expected, strict=False)
    ]
    return [v for v, _ in found] == [v for v, _ in expected] and all(near)


@pytest.mark.parametrize("skew", [timedelta(minutes=7), timedelta(hours=-24)])
def test_a_tablet_whose_clock_is_wrong(
    visit: Visit, nurse: Person, clock: TestClock, skew: timedelta
) -> None:
    entered_at = clock.now()
    nurse.page.clock.install(time=entered_at + skew)
    type_reading(nurse, visit, 131)
    cut(nurse)
    save_offline(nurse, 131)
    clock.forward(minutes=20)
    mend(nurse)
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    assert taken_about(visit, [(131, entered_at)])


@pytest.mark.parametrize(
    "entered_at",
    [
        pytest.param(datetime(2026, 3, 11, 3, 55, tzinfo=UTC), id="midnight"),
        pytest.param(datetime(2026, 3, 8, 6, 55, tzinfo=UTC), id="clocks-forward"),
        pytest.param(datetime(2026, 11, 1, 5, 55, tzinfo=UTC), id="clocks-back"),
    ],
)
def test_across_midnight_and_both_changes_of_the_clocks(
    served_tls: str, person_tls: Makes, clock: TestClock, entered_at: datetime
) -> None:
    """A minute before Save, by the stepper; the network is back ten minutes later."""
    clock.travel_to(entered_at - timedelta(minutes=45))
    visit = dosed(clock)
    clock.travel_to(entered_at)
    nurse = person_tls().signed_in(visit.nurse)
    nurse.page.clock.install(time=entered_at)
    type_reading(nurse, visit, 131)
    nurse.page.get_by_role("button", name="1 minute earlier").click()
    cut(nurse)
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-outbox-note]")).to_be_visible()
    clock.forward(minutes=10)
    mend(nurse)
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    forgive(nurse)
    assert taken_about(visit, [(131, entered_at - timedelta(minutes=1))])


def test_a_sign_in_that_has_ended(visit: Visit, nurse: Person) -> None:
    type_reading(nurse, visit, 131)
    nurse.context.clear_cookies()
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Not saved: your sign-in has ended")).to_be_visible()
    expect(nurse.page.locator("[data-unsent]")).to_contain_text("1 on this tablet")
    assert (rows(visit), nurse.violations()) == ([], [])
    nurse.signed_in(visit.nurse).go("/")
    wait_until_sent(nurse)
    assert (rows(visit), rows(visit, visit.nurse)) == ([131], [131])


def test_a_token_that_another_tab_has_renewed(visit: Visit, nurse: Person) -> None:
    type_reading(nurse, visit, 131)
    nurse.signed_in(visit.nurse)
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    assert (rows(visit), rows(visit, visit.nurse)) == ([131], [131])


def test_a_nurse_who_was_deactivated(visit: Visit, nurse: Person, clock: TestClock) -> None:
    """No ticket lets anyone act as someone who was let in no more. A colleague opens what waits and
    enters it, at its time and under their own name."""
    tablet = TabletFactory.create(site=visit.site)
    nurse.hold(tablet).signed_in(visit.nurse)
    entered_at, colleague = clock.now(), hire(visit.site, "nurse")
    type_reading(nurse, visit, 131)
    cut(nurse)
    save_offline(nurse, 131)
    nurse.context.clear_cookies()
    nurse.page.goto("about:blank")
    actions.deactivate_person(hire(visit.site, "administrator"), visit.site, visit.nurse.pk)
    mend(nurse)
    clock.forward(minutes=40)
    nurse.hold(tablet).signed_in(colleague).go("/")
    expect(nurse.page.locator("[data-unsent]")).to_contain_text("someone who is not signed in")
    assert nurse.violations() == []
    nurse.tap("Look at it")
    expect(nurse.page.get_by_label("Systolic")).to_have_value("131")
    expect(nurse.page.get_by_label("Taken at")).to_have_value("10:45")
    assert rows(visit) == []
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-error-summary]")).to_be_visible()
    nurse.page.get_by_label("Why entered late").fill("No network, and she has left")
    nurse.page.get_by_label("Yes, this is the time").check()
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    wait_until_sent(nurse)
    assert (rows(visit), rows(visit, colleague)) == ([131], [131])
    assert taken_about(visit, [(131, entered_at)])


def test_two_tablets_at_once_on_one_session(visit: Visit, nurse: Person, person_tls: Makes) -> None:
    """The one that arrives second is asked about. No one leaves meanwhile from that tablet."""
    second = hire(visit.site, "nurse")
    other = person_tls().signed_in(second)
    for tablet, systolic in ((nurse, 131), (other, 132)):
        type_reading(tablet, visit, systolic)
        cut(tablet)
        save_offline(tablet, systolic)
    mend(nurse)
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    mend(other)
    bar = other.page.locator("[data-unsent]")
    expect(bar).to_contain_text("the server refused what was entered here")
    assert (rows(visit), other.violations()) == ([131], [])
    other.go(f"/sessions/{visit.id}/departure/?kind=transferred")
    other.page.locator("[data-main]").click()
    expect(bar).to_contain_text("This waits until")
    other.tap("Look at it")
    other.tap("Additional reading")
    expect(other.page.get_by_label("Systolic")).to_have_value("132")
    other.tap("Save reading")
    expect(other.page.get_by_text("Reading saved")).to_be_visible()
    wait_until_sent(other)
    forgive(other)
    assert (rows(visit, visit.nurse), rows(visit, second)) == ([131], [132])


def test_a_tablet_that_was_switched_off_with_unsent_readings(
    served_tls: str, visit: Visit, playwright: Playwright, tmp_path: Path
) -> None:
    names = ("chromium-headless-shell", *WHOLE_BROWSERS)
    browser = next(path for name in names if (path := shutil.which(name)))

    def switched_on() -> Person:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "tablet",
            executable_path=browser,
            args=FLAGS,
            ignore_https_errors=True,
            service_workers="block",
        )
        context.set_default_timeout(PATIENCE)
        return Person(context, served_tls).signed_in(visit.nurse)

    tablet = switched_on()
    type_reading(tablet, visit, 131)
    cut(tablet)
    save_offline(tablet, 131)
    save_offline(tablet, 132)
    tablet.context.close()
    tablet = switched_on()
    tablet.go("/")
    wait_until_sent(tablet)
    tablet.context.close()
    assert (rows(visit), rows(visit, visit.nurse)) == ([131, 132], [131, 132])


@pytest.mark.parametrize("is_upgraded", [False, True], ids=["restarted", "upgraded"])
def test_a_server_that_starts_again_in_mid_entry(
    visit: Visit, nurse: Person, settings: Settings, tmp_path: Path, is_upgraded: bool
) -> None:
    """After an upgrade it has no file of the release that made the page on the tablet."""
    (server,) = (t for t in threading.enumerate() if isinstance(t, TLSServerThread))
    type_reading(nurse, visit, 131)
    before = nurse.page.locator("script[src*='/main.']").get_attribute("src")
    server.switch_off()
    if is_upgraded:
        settings.STATIC_ROOT = str(next_release(Path(settings.STATIC_ROOT), tmp_path / "next"))
        settings.STORAGES = dict(settings.STORAGES)
    save_offline(nurse, 131)
    again = TLSServerThread("127.0.0.1", Application, certificate(tmp_path))
    again.port, again.daemon = server.port, True
    again.start()
    again.is_ready.wait()
    assert again.error is None
    nurse.go("/")
    wait_until_sent(nurse)
    after = nurse.page.locator("script[src*='/main.']").get_attribute("src")
    again.terminate()
    again.join()
    assert (before != after) is is_upgraded
    assert (rows(visit), rows(visit, visit.nurse)) == ([131], [131])


def next_release(collected: Path, folder: Path) -> Path:
    """The same static files, each of our scripts under the name that another content gives it."""
    shutil.copytree(collected, folder)
    manifest = folder / "staticfiles.json"
    text = manifest.read_text()
    for name, hashed in json.loads(text)["paths"].items():
        if name.startswith("clinic/") and name.endswith(".js"):
            renamed = re.sub(r"\.[0-9a-f]{12}\.", ".0123456789ab.", hashed)
            text = text.replace(hashed, renamed)
            for old in folder.glob(f"{hashed}*"):
                old.rename(folder / f"{renamed}{old.name.removeprefix(Path(hashed).name)}")
    manifest.write_text(text)
    for script in folder.glob("clinic/**/*.0123456789ab.js"):
        script.write_text(re.sub(r"\.[0-9a-f]{12}\.js", ".0123456789ab.js", script.read_text()))
        for compressed in folder.glob(f"{script.relative_to(folder)}.*"):
            compressed.unlink()
    return folder


def test_a_form_says_that_contact_is_lost(visit: Visit, nurse: Person, clock: TestClock) -> None:
    nurse.page.clock.install(time=clock.now())
    nurse.go(f"/sessions/{visit.id}/reading/")
    cut(nurse)
    nurse.page.clock.run_for(45_000)
    expect(nurse.page.get_by_text("No contact with the server since 10:45")).to_be_visible()
    mend(nurse)
    nurse.page.clock.run_for(12_000)
    expect(nurse.page.locator("[data-connection-lost]")).to_be_hidden()
