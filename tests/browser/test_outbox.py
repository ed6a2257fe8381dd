"""What is saved on a tablet arrives once, over TLS, whatever the network does: rows are counted."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from django.db import connection
from playwright.sync_api import Request, Route, expect

from tests.browser.conftest import Makes, Person
from tests.browser.hands import fill_reading
from tests.browser.outbox_hands import (
    cut,
    forgive,
    mend,
    rows,
    save_offline,
    type_reading,
    wait_until_sent,
)
from tests.clock import TestClock
from tests.factories.visits import Visit, at_forty

WAITING = "On this tablet since 10:45, not on the server yet"


@pytest.fixture
def visit(served_tls: str, clock: TestClock) -> Visit:
    return at_forty(clock)


@pytest.fixture
def nurse(visit: Visit, person_tls: Makes) -> Person:
    return person_tls().signed_in(visit.nurse)


def test_what_is_saved_without_a_network_arrives_by_itself(visit: Visit, nurse: Person) -> None:
    type_reading(nurse, visit, 131)
    cut(nurse)
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-outbox-note]")).to_contain_text(WAITING)
    expect(nurse.page.locator("[data-unsent]")).to_contain_text("1 on this tablet")
    stored = nurse.page.evaluate(STORED)
    # Neither a name nor a value as it is sent; three digits alone may stand in any id.
    (box,) = (entry["box"] for entry in stored["entries"])
    assert box
    assert "systolic" not in box
    assert '"131"' not in box
    assert stored["extractable"] is False
    assert nurse.violations() == []
    nurse.tap("Enter another")
    fill_reading(nurse, systolic=132)
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-unsent]")).to_contain_text("2 on this tablet")
    assert rows(visit) == []
    nurse.page.locator("header details.menu summary").last.click()
    nurse.tap("Sign out")
    expect(nurse.page.locator("[data-unsent]")).to_contain_text("This waits until")
    mend(nurse)
    expect(nurse.page.get_by_text("Reading saved").first).to_be_visible()
    wait_until_sent(nurse)
    forgive(nurse)
    assert (rows(visit), rows(visit, visit.nurse)) == ([131, 132], [131, 132])


STORED = """async () => {
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("outbox", 1);
    request.onsuccess = () => resolve(request.result);
  });
  const all = (name) => new Promise((resolve) => {
    const request = database.transaction(name).objectStore(name).getAll();
    request.onsuccess = () => resolve(request.result);
  });
  const [key] = await all("keys");
  const entries = (await all("entries")).map((entry) => ({
    id: entry.id, box: new TextDecoder("latin1").decode(entry.box),
  }));
  database.close();
  return { entries, extractable: key.extractable };
}"""


def test_contact_that_comes_back_during_a_try_is_not_missed(visit: Visit, nurse: Person) -> None:
    """The try began without contact, and fails later than the network is back."""
    held: list[Route] = []
    type_reading(nurse, visit, 131)
    cut(nurse)
    save_offline(nurse, 131)

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        held.append(route)

    nurse.context.route("**/sending/", hold_the_first)
    with nurse.page.expect_request("**/sending/"):
        nurse.page.evaluate("dispatchEvent(new Event('online'))")
    mend(nurse)
    held[0].abort("internetdisconnected")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    forgive(nurse)
    assert rows(visit) == [131]


def posts_of(nurse: Person) -> list[str]:
    """The address of each reading that is sent from now on."""
    sent: list[str] = []

    def note(asked: Request) -> None:
        if asked.method == "POST":
            sent.append(asked.url)

    nurse.page.on("request", note)
    return sent


def test_a_poll_that_gets_through_sends_what_waits_once(visit: Visit, nurse: Person) -> None:
    """The browser knows of no network that came back, as when the server was away."""
    nurse.page.clock.install()
    type_reading(nurse, visit, 131)
    nurse.context.route("**/*", lambda route: route.abort("connectionrefused"))
    save_offline(nurse, 131)
    for _ in range(3):
        # Each try that fails doubles the break before the next.
        with nurse.page.expect_event("requestfailed"):
            nurse.page.evaluate("dispatchEvent(new Event('online'))")
    sent = posts_of(nurse)
    nurse.context.unroute("**/*")
    nurse.page.clock.run_for(10_500)
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    forgive(nurse)
    assert len(sent) == 1
    assert rows(visit) == [131]


def test_a_server_that_answers_and_cannot_save_is_left_its_breaks(
    visit: Visit, nurse: Person
) -> None:
    nurse.page.clock.install()
    type_reading(nurse, visit, 131)
    sent = posts_of(nurse)
    nurse.context.route(
        "**/reading/*",
        lambda route: route.fulfill(status=503, json={}),
    )
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-outbox-note]")).to_be_visible()
    with nurse.page.expect_response("**/sending/"):
        nurse.page.clock.run_for(10_500)
    # The browser's database and a request are as quick as in the test before.
    nurse.page.wait_for_timeout(1_000)
    nurse.errors = [error for error in nurse.errors if "503" not in error]
    assert len(sent) == 1


def test_what_a_server_cannot_write_waits_with_the_reason_and_arrives_by_itself(
    visit: Visit, nurse: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server has opened no connection yet: all that it opens wait a second for a writer.
    of_database = connection.settings_dict
    monkeypatch.setitem(of_database, "OPTIONS", of_database["OPTIONS"] | {"timeout": 1})
    type_reading(nurse, visit, 135)
    with closing(sqlite3.connect(of_database["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        nurse.tap("Save reading")
        note = nurse.page.locator("[data-outbox-note]")
        expect(note).to_contain_text(WAITING)
        expect(note).to_contain_text("The server is busy.")
        # Said also of what was sent again, after an answer that was lost.
        lost = nurse.page.locator("[data-outbox-words]")
        lost.evaluate("(words) => { words.textContent = ''; }")
        nurse.page.evaluate("dispatchEvent(new Event('online'))")
        expect(note).to_contain_text("The server is busy.")
        other.execute("ROLLBACK")
    nurse.page.evaluate("dispatchEvent(new Event('online'))")
    expect(nurse.page.get_by_text("Reading saved").first).to_be_visible()
    nurse.errors = [error for error in nurse.errors if "503" not in error]
    assert rows(visit) == [135]


def test_an_answer_that_is_lost_after_the_save_makes_no_second_row(
    visit: Visit, nurse: Person
) -> None:
    type_reading(nurse, visit, 133)

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    nurse.page.route("**/reading/**", lose)
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-outbox-note]")).to_be_visible()
    nurse.page.unroute("**/reading/**")
    # The tablet is started again: what waits is sent by the first page that opens.
    nurse.go("/")
    expect(nurse.page.locator("[data-unsent]")).to_be_hidden()
    wait_until_sent(nurse)
    forgive(nurse)
    assert rows(visit) == [133]


def test_five_taps_on_save_are_one_row(visit: Visit, nurse: Person) -> None:
    type_reading(nurse, visit, 134)
    button = nurse.page.get_by_role("button", name="Save reading")
    button.evaluate("(button) => { for (let n = 0; n < 5; n += 1) button.click(); }")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    assert rows(visit) == [134]


REFUSED = "Object.defineProperty(window, 'indexedDB', { get() { throw new Error('refused'); } });"
FULL = """IDBObjectStore.prototype.put = function () {
  this.transaction.abort();
  throw new DOMException("full", "QuotaExceededError");
};"""


@pytest.mark.parametrize("how", [REFUSED, FULL], ids=["refused", "full"])
def test_a_browser_that_keeps_nothing_sends_the_form_as_ever(
    visit: Visit, nurse: Person, how: str
) -> None:
    nurse.page.add_init_script(how)
    type_reading(nurse, visit, 135)
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    assert rows(visit) == [135]


def test_the_entry_of_another_nurse_waits_for_her(
    visit: Visit, nurse: Person, clock: TestClock
) -> None:
    type_reading(nurse, visit, 136)
    cut(nurse)
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-unsent]")).to_be_visible()
    # A page that is left has contact again for a moment: she would send it herself.
    nurse.context.clear_cookies()
    nurse.page.goto("about:blank")
    mend(nurse)
    clock.forward(minutes=3)
    nurse.signed_in(visit.clinician).go("/")
    expect(nurse.page.locator("[data-unsent]")).to_contain_text("someone who is not signed in")
    assert rows(visit) == []
    nurse.context.clear_cookies()
    nurse.signed_in(visit.nurse).go("/")
    wait_until_sent(nurse)
    forgive(nurse)
    assert (rows(visit), rows(visit, visit.nurse)) == ([136], [136])


GONE = """async () => {
  const request = indexedDB.open("outbox", 1);
  await new Promise((resolve) => { request.onsuccess = resolve; });
  const database = request.result;
  database.transaction("entries", "readwrite").objectStore("entries").clear();
  database.close();
  dispatchEvent(new StorageEvent("storage", { key: "unsent" }));
}"""


def test_what_another_tab_has_sent_is_not_said_to_wait_here(visit: Visit, nurse: Person) -> None:
    type_reading(nurse, visit, 139)
    nurse.page.route("**/reading/**", lambda route: route.abort())
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-outbox-note]")).to_be_visible()
    nurse.page.unroute("**/reading/**")
    nurse.page.evaluate(GONE)
    expect(nurse.page.locator("[data-outbox-note]")).to_be_hidden()
    expect(nurse.page.locator("[data-unsent]")).to_be_hidden()
    forgive(nurse)


def test_what_the_server_refused_later_is_looked_at_with_what_was_typed(
    visit: Visit, nurse: Person
) -> None:
    type_reading(nurse, visit, 80)
    nurse.page.get_by_label("Diastolic").fill("120")
    cut(nurse)
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-unsent]")).to_be_visible()
    mend(nurse)
    expect(nurse.page.locator("[data-unsent]")).to_contain_text("Not saved")
    nurse.tap("Look at it")
    expect(nurse.page.get_by_label("Diastolic")).to_have_value("120")
    nurse.page.get_by_label("Systolic").fill("138")
    nurse.page.get_by_label("Diastolic").fill("80")
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    forgive(nurse)
    assert rows(visit) == [138]
