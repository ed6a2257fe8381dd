"""Nothing is copied forward: after a save every form is empty, over TLS as over plain HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Route, expect
from pytest_django import Settings

from clinic.models import Staff
from clinic.signin import idle
from monitoring.models import Reading
from tests.browser.conftest import Person
from tests.browser.drafts import DRAFTS, filled
from tests.browser.hands import fill_reading
from tests.browser.tls import settings_over_tls
from tests.clock import TestClock
from tests.factories.people import person as hire
from tests.factories.visits import Visit, at_forty, dosed

SCRIPTS = django_settings.BASE_DIR / "clinic" / "static" / "clinic"
FAILED = (django_settings.BASE_DIR / "templates" / "500.html").read_text()


def test_a_script_takes_the_name_of_a_cookie_from_the_page_alone() -> None:
    for script in SCRIPTS.glob("*.js"):
        text = script.read_text()
        assert "__Host-" not in text
        if "document.cookie" in text:
            assert script.name == "draft-store.js"
            assert "page.draftCookie" in text
            assert not re.search(r"cookie\s*=\s*[`\"']", text)
    assert settings_over_tls()["DRAFT_COOKIE_NAME"] == "__Host-saved_draft"


@pytest.mark.django_db
@pytest.mark.parametrize("over_tls", [False, True])
def test_the_page_names_the_cookie_that_is_set(
    clock: TestClock, client: Client, settings: Settings, over_tls: bool
) -> None:
    if over_tls:
        for name, value in settings_over_tls().items():
            setattr(settings, name, value)
    visit = dosed(clock)
    client.force_login(visit.nurse)
    address = f"/sessions/{visit.id}/event/"
    page = client.get(address, secure=over_tls).content.decode()
    named = re.search(r'data-draft-cookie="([^"]+)"', page)
    lasts = re.search(r'data-draft-lasts="(\d+)"', page)
    sent = re.search(r'name="id" value="([^"]+)"', page)
    assert named
    assert lasts
    assert sent
    body = {"id": sent[1], "kind": "note", "detail": "Well"}
    answer = client.post(address, body, secure=over_tls)
    assert answer.status_code == 302
    cookie = answer.cookies[named[1]]
    assert cookie.value == sent[1]
    assert (bool(cookie["secure"]), cookie["path"]) == (over_tls, "/")
    assert int(lasts[1]) > idle.IN_OFFICE > idle.ON_TABLET


@pytest.fixture
def visit(served: str, clock: TestClock) -> Visit:
    return at_forty(clock)


@pytest.fixture
def nurse(visit: Visit, person: Any) -> Iterator[Person]:
    made = person().signed_in(visit.nurse)
    yield made
    # The answers that were lost on purpose.
    made.errors = [e for e in made.errors if "ERR_" not in e and "500" not in e]


LOST = ("aborted", "failed")


@pytest.mark.parametrize("how", LOST)
def test_a_lost_answer_becomes_no_second_reading(visit: Visit, nurse: Person, how: str) -> None:
    page, address = nurse.page, f"/sessions/{visit.id}/reading/"
    nurse.go(address)
    fill_reading(nurse)

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        assert route.fetch(max_redirects=0).status == 201
        if how == "aborted":
            route.abort("connectionreset")
        else:
            route.fulfill(status=500, body=FAILED)

    page.route("**/reading/**", lose)
    page.get_by_role("button", name="Save reading").click()
    expect(page.get_by_text("On this tablet since")).to_be_visible()
    page.unroute("**/reading/**")
    # The answer never came, and with it no cookie.
    nurse.context.clear_cookies(name=django_settings.DRAFT_COOKIE_NAME)
    before = Reading.objects.filter(session=visit.id).count()
    # The tablet sends it again, and goes on as after any save.
    page.goto(nurse.served + address, wait_until="commit")
    page.wait_for_url(f"**/sessions/{visit.id}/")
    expect(page.get_by_text("Reading saved")).to_be_visible()
    nurse.go(address)
    assert filled(page) == []
    assert page.evaluate(DRAFTS) == []
    assert Reading.objects.filter(session=visit.id).count() == before == 2


def test_what_the_server_never_had_is_sent_with_the_id_it_had(visit: Visit, nurse: Person) -> None:
    page, address = nurse.page, f"/sessions/{visit.id}/reading/"
    with page.expect_response(f"**{address}") as shown:
        nurse.go(address)
    made = page.locator("[name=id]").first.input_value()
    # The tablet names the row, not the server; and keeps to that name.
    assert UUID(made).version == 7
    assert made not in shown.value.text()
    fill_reading(nurse, systolic=133)
    page.reload()
    expect(page.get_by_label("Systolic")).to_have_value("133")
    expect(page.locator("[name=id]").first).to_have_value(made)
    nurse.tap("Save reading")
    expect(page.get_by_text("Reading saved")).to_be_visible()
    assert str(Reading.objects.get(systolic=133).pk) == made


def test_a_draft_carries_the_servers_time_and_says_when_it_was_too_old(
    visit: Visit, person: Any, clock: TestClock
) -> None:
    nurse, address = person(), f"/sessions/{visit.id}/reading/"
    page = nurse.page
    # The tablet's clock is three hours ahead of the server's.
    page.clock.install(time=clock.now() + timedelta(hours=3))
    nurse.signed_in(visit.nurse)
    typed = clock.now().astimezone(visit.site.tz)
    nurse.go(address)
    page.get_by_label("Systolic").fill("134")
    clock.forward(minutes=2)
    nurse.go(address)
    expect(page.get_by_label("Systolic")).to_have_value("134")
    expect(page.get_by_label("Taken at")).to_have_value(f"{typed:%H:%M}")
    expect(page.locator("[data-draft-note]")).to_be_hidden()
    clock.forward(minutes=48)
    nurse.go(address)
    expect(page.get_by_label("Systolic")).to_have_value("134")
    expect(page.get_by_label("Taken at")).to_have_value(f"{typed:%H:%M}")
    words = f"Typed 50 minutes ago, at {typed:%H:%M}, and not saved: check the values and the time"
    expect(page.get_by_text(words)).to_be_visible()
    # No hour-old value counts as now: the time is asked about, and why it is entered late.
    fill_reading(nurse, systolic=134)
    nurse.tap("Save reading")
    expect(page.get_by_label("Yes, this is the time")).to_be_visible()
    clock.forward(minutes=12 * 60 - 49)
    nurse.go(address)
    words = "was not saved, and was discarded at the end of the shift."
    expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_label("Systolic")).to_have_value("")
    # Overtime: what was typed a moment ago is still there.
    page.get_by_label("Systolic").fill("135")
    clock.forward(minutes=10)
    nurse.go(address)
    expect(page.get_by_label("Systolic")).to_have_value("135")


def test_what_was_typed_long_ago_on_an_open_page_is_not_saved_as_of_now(
    visit: Visit, person: Any, clock: TestClock
) -> None:
    nurse = person()
    page = nurse.page
    page.clock.install(time=clock.now())
    nurse.signed_in(visit.nurse)
    nurse.go(f"/sessions/{visit.id}/reading/")
    fill_reading(nurse, systolic=134)
    clock.forward(minutes=6)
    page.clock.fast_forward(6 * 60 * 1000)
    nurse.tap("Save reading")
    expect(page.get_by_text("Typed 6 minutes ago, at 10:45")).to_be_visible()
    expect(page.get_by_label("Taken at")).to_have_value("10:45")
    assert not Reading.objects.filter(systolic=134).exists()
    nurse.tap("Save reading")
    expect(page.get_by_label("Why entered late")).to_be_visible()


def test_a_page_that_the_browser_kept_is_asked_for_anew(visit: Visit, nurse: Person) -> None:
    nurse.go(f"/sessions/{visit.id}/reading/")
    with nurse.page.expect_navigation():
        nurse.page.evaluate(
            "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
        )


def test_no_one_else_is_told_whether_a_row_was_saved(visit: Visit, nurse: Person) -> None:
    reading = visit.read()
    other: Staff = hire(visit.site, "nurse")
    asked = nurse.page.request.get(
        f"{nurse.served}/sessions/{visit.id}/reading/", headers={"X-Draft": str(reading.pk)}
    )
    assert "This was saved already" in asked.json()["saved"]
    nurse.context.clear_cookies()
    nurse.signed_in(other)
    for sent in (str(reading.pk), "no id"):
        asked = nurse.page.request.get(
            f"{nurse.served}/sessions/{visit.id}/reading/", headers={"X-Draft": sent}
        )
        assert asked.json() == {"saved": ""}
