"""Without a network a page of ours stands where the browser's would, and a release leaves none of
the one before. Over TLS, as in a deployment."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import expect

from clinic.web import offline
from monitoring.models import Reading
from tests.browser.conftest import Application, Makes, Person
from tests.browser.hands import fill_reading
from tests.clock import TestClock
from tests.factories.visits import dosed

KEPT = """async () => {
    const found = {};
    for (const name of await caches.keys())
        found[name] = (await (await caches.open(name)).keys()).map(r => new URL(r.url).pathname);
    return found;
}"""
READY = "async () => { await navigator.serviceWorker.ready; }"
CONTROLLED = "() => navigator.serviceWorker.controller !== null"
UPDATED = """async () => {
    await (await navigator.serviceWorker.ready).update();
    return (await caches.keys()).join() === 'next';
}"""


def kept(person: Person) -> dict[str, list[str]]:
    found: dict[str, list[str]] = person.page.evaluate(KEPT)
    return found


def test_with_no_network_a_page_of_ours_says_what_is_kept(
    person_tls: Makes, clock: TestClock
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=35)
    nurse = person_tls(has_worker=True).sign_in(visit.nurse)
    expect(nurse.page.get_by_role("heading", name="Board")).to_be_visible()
    nurse.page.evaluate(READY)
    nurse.page.wait_for_function(CONTROLLED)
    nurse.go(f"/sessions/{visit.id}/reading/?slot=40")
    fill_reading(nurse, systolic=133)
    nurse.context.set_offline(True)
    nurse.go("/")
    expect(nurse.page.get_by_role("heading", name="No contact with the server")).to_be_visible()
    patient = visit.patient
    assert patient.family_name.upper() not in nurse.page.content().upper()
    assert nurse.violations() == []
    nurse.page.go_back()
    expect(nurse.page.get_by_role("link", name="Try again")).to_be_visible()
    # By itself, as soon as the network is back.
    nurse.context.set_offline(False)
    expect(nurse.page.get_by_label("Systolic")).to_have_value("133")
    nurse.tap("Save reading")
    expect(nurse.page.get_by_text("Reading saved")).to_be_visible()
    assert Reading.objects.get(slot=40).systolic == 133
    files = [path for paths in kept(nurse).values() for path in paths]
    assert files
    assert [path for path in files if not path.startswith("/static/")] == []
    nurse.page.locator("header details.menu summary").last.click()
    nurse.tap("Sign out")
    expect(nurse.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    nurse.errors = [e for e in nurse.errors if "ERR_INTERNET" not in e and "503" not in e]


class Faulty:
    """Answers as a proxy does, late or not at all, as long as `fault` says so."""

    def __init__(self) -> None:
        self.fault, self.over = "", threading.Event()

    def __call__(self, inner: Application, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if self.fault == "hangs" or (self.fault == "slow" and environ["REQUEST_METHOD"] == "GET"):
            self.over.wait(1 if self.fault == "slow" else 30)
        if self.fault in {"502", "503"}:
            now = [("X-Now", "2026-03-10T10:00:00+00:00")] if self.fault == "503" else []
            start(f"{self.fault} Fault", [("Content-Type", "text/html"), *now])
            return [b"<!doctype html><html lang=en><title>F</title><h1>Fault</h1>"]
        return WSGIHandler.__call__(inner, environ, start)


def test_a_page_of_ours_stands_where_a_proxy_answers_or_no_one_does(
    person_tls: Makes, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that takes long is waited for, and what the server itself refuses is shown."""
    as_it_is = offline.release()
    monkeypatch.setattr(offline, "release", lambda: as_it_is | {"patience": 400})
    faulty = Faulty()

    def answer(inner: Application, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return faulty(inner, environ, start)

    monkeypatch.setattr(Application, "__call__", answer, raising=False)
    nurse = person_tls(theme="dark", has_worker=True).signed_in(dosed(clock).nurse)
    page = nurse.page
    nurse.go("/")
    page.evaluate(READY)
    page.wait_for_function(CONTROLLED)
    page.evaluate(
        "localStorage.setItem('unsent', JSON.stringify([['a', 'b', Date.now() / 1000 - 190]]))"
    )
    page.clock.install()
    for fault, shown in {
        "502": "No contact with the server", "hangs": "No contact with the server",
        "503": "Fault", "slow": "Board",
    }.items():  # fmt: skip
        faulty.fault = fault
        nurse.go("/")
        expect(page.get_by_role("heading", name=shown)).to_be_visible()
        if fault == "hangs":
            expect(
                page.get_by_text("not on the server yet: 1, the oldest entered 3 min")
            ).to_be_visible()
            assert nurse.violations() == []
            faulty.fault = ""
            faulty.over.set()
            page.clock.fast_forward(10_000)
            expect(page.get_by_role("heading", name="Board")).to_be_visible()
    nurse.errors = [e for e in nurse.errors if "502" not in e and "503" not in e]


def test_a_new_release_leaves_nothing_of_the_one_before(
    person_tls: Makes, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse = person_tls(has_worker=True)
    nurse.go("/sign-in/")
    nurse.page.evaluate(READY)
    nurse.page.wait_for_function(CONTROLLED)
    (first,) = kept(nurse)
    as_it_is = offline.release()
    monkeypatch.setattr(offline, "release", lambda: as_it_is | {"name": "next"})
    nurse.page.wait_for_function(UPDATED, polling=500)
    assert first != "next"
    nurse.page.reload()
    expect(nurse.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_the_browser_takes_the_manifest_as_it_is(person_in_whole_chromium: Makes) -> None:
    visitor = person_in_whole_chromium()
    visitor.go("/sign-in/")
    session = visitor.context.new_cdp_session(visitor.page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["manifest"]["startUrl"] == f"{visitor.served}/"
    assert found["manifest"]["display"] == "kStandalone"
    for icon in found["manifest"]["icons"]:
        answer = visitor.context.request.get(icon["url"])
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    hindered = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Tests have windows that leave nothing behind.
    assert [e["errorId"] for e in hindered] == ["in-incognito"]
