"""What was typed comes back after the browser ended, to who typed it and to no one else, and is
gone once they sign out."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect

from tests.browser.conftest import Makes, Person
from tests.clock import TestClock
from tests.factories.people import person as hire
from tests.factories.visits import Visit, at_forty

COPIES = """async () => {
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("drafts");
    request.onsuccess = () => resolve(request.result);
  });
  const names = [...database.objectStoreNames];
  const get = (name) => new Promise((resolve) => {
    const request = database.transaction(name).objectStore(name).getAll();
    request.onsuccess = () => resolve(request.result);
  });
  const entries = names.length ? await get("entries") : [];
  const keys = names.length ? await get("keys") : [];
  database.close();
  return entries.map(({ id, box }) => [id, String.fromCharCode(...new Uint8Array(box)),
    keys.some((key) => key.extractable)]);
}"""


@pytest.fixture
def visit(served: str, clock: TestClock) -> Visit:
    return at_forty(clock)


@pytest.fixture
def nurse(visit: Visit, person: Makes) -> Person:
    return person().signed_in(visit.nurse)


def crash(nurse: Person) -> None:
    """The tab is gone with all that was its own; another is opened."""
    nurse.page.close(run_before_unload=False)
    nurse.page = nurse.context.new_page()


def wait_for_copy(nurse: Person, count: int = 1) -> None:
    nurse.page.wait_for_function(f"async () => (await ({COPIES})()).length === {count}")


def test_a_crash_loses_nothing_that_was_typed_valid_or_not(visit: Visit, nurse: Person) -> None:
    address = f"/sessions/{visit.id}/reading/?slot=40"
    nurse.go(address)
    nurse.page.get_by_label("Systolic").fill("1234")
    nurse.tap("Save reading")
    expect(nurse.page.locator("[data-error-summary]")).to_be_visible()
    nurse.page.get_by_label("Diastolic").fill("77")
    wait_for_copy(nurse)
    made = nurse.page.locator("[name=id]").first.input_value()
    before = nurse.page.evaluate(COPIES)
    nurse.page.get_by_label("Room air").check()
    nurse.page.wait_for_function(
        f"async (before) => (await ({COPIES})())[0][1] !== before", arg=before[0][1]
    )
    [(name, box, is_extractable)] = nurse.page.evaluate(COPIES)
    assert name == f"draft:{visit.nurse.pk}:{address}"
    assert "1234" not in json.dumps(box)
    assert not is_extractable
    crash(nurse)
    nurse.go(address)
    expect(nurse.page.get_by_label("Systolic")).to_have_value("1234")
    expect(nurse.page.get_by_label("Diastolic")).to_have_value("77")
    expect(nurse.page.get_by_label("Room air")).to_be_checked()
    expect(nurse.page.locator("[name=id]").first).to_have_value(made)


def test_no_other_nurse_is_shown_it_and_it_waits_for_who_typed_it(
    visit: Visit, nurse: Person
) -> None:
    address = f"/sessions/{visit.id}/event/"
    nurse.go(address)
    nurse.page.get_by_label("Detail").fill("Tearful")
    wait_for_copy(nurse)
    other = hire(visit.site, "nurse")
    crash(nurse)
    nurse.context.clear_cookies()
    nurse.signed_in(other)
    nurse.go(address)
    expect(nurse.page.get_by_label("Detail")).to_have_value("")
    assert "Tearful" not in nurse.page.evaluate("JSON.stringify({...sessionStorage})")
    nurse.context.clear_cookies()
    nurse.signed_in(visit.nurse)
    nurse.go(address)
    expect(nurse.page.get_by_label("Detail")).to_have_value("Tearful")


def test_the_end_of_the_shift_wipes_it_in_every_tab(
    visit: Visit, nurse: Person, clock: TestClock
) -> None:
    address = f"/sessions/{visit.id}/event/"
    other = nurse.context.new_page()
    other.goto(nurse.served + address)
    other.get_by_label("Detail").fill("Tearful")
    clock.forward(minutes=1)
    nurse.go("/")
    wait_for_copy(nurse)
    nurse.page.locator("header details.menu summary").last.click()
    nurse.tap("Sign out")
    expect(nurse.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    wait_for_copy(nurse, 0)
    nurse.signed_in(visit.nurse)
    other.goto(nurse.served + address)
    expect(other.get_by_label("Detail")).to_have_value("")
    assert other.evaluate("Object.keys(sessionStorage).filter((k) => k.startsWith('draft:'))") == []


def test_who_signs_out_while_nothing_can_be_written_leaves_nothing_behind(
    visit: Visit, nurse: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server has opened no connection yet: all that it opens wait a second for a writer.
    of_database = connection.settings_dict
    monkeypatch.setitem(of_database, "OPTIONS", of_database["OPTIONS"] | {"timeout": 1})
    nurse.go(f"/sessions/{visit.id}/event/")
    nurse.page.get_by_label("Detail").fill("Tearful")
    wait_for_copy(nurse)
    with closing(sqlite3.connect(of_database["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        nurse.page.locator("header details.menu summary").last.click()
        nurse.tap("Sign out")
        assert nurse.sees("You are signed out here")
        assert nurse.violations() == []
        wait_for_copy(nurse, 0)
        assert "Tearful" not in nurse.page.evaluate("JSON.stringify({...sessionStorage})")
        names = [cookie["name"] for cookie in nurse.context.cookies()]
        assert settings.SESSION_COOKIE_NAME not in names
        other.execute("ROLLBACK")
    nurse.errors = [error for error in nurse.errors if "503" not in error]
