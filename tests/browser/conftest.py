"""A served clinic, and people with a tablet in their hands."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)
from pytest_django import Settings

from clinic.models import Staff, Tablet
from tests.browser.tls import TLSServerThread, certificate, settings_over_tls
from tests.factories.people import PASSWORD, tablet_cookies

ROOT = Path(__file__).parents[2]
TABLET: ViewportSize = {"width": 810, "height": 1080}
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # For service workers, which a context's own leave does not reach: the certificate is ours.
    "--ignore-certificate-errors",
    # Of these the last list counts: the first five are Playwright's own that matter here, the
    # others pages of the browser itself, which it would render with each new window.
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,"
    "OptimizationHints,PaintHolding,PreloadTopChromeWebUI,SpareRendererForSitePerProcess,"
    "WebUIOmniboxPopup,InitialWebUI,WebUIReloadButton",
]


PATIENCE = 20_000
"""Milliseconds until what is awaited is said to be missing: a busy machine is no fault."""
expect.set_options(timeout=PATIENCE)


class Application(WSGIHandler):
    """As a deployment runs it: the middlewares serve the static files that were collected."""

    def __init__(self, _inner: WSGIHandler) -> None:
        super().__init__()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def served(committed_db: None, settings: Settings, collected: dict[str, Any]) -> Iterator[str]:
    """The address of the application, over a database with real commits.

    A name, not a number: passkeys belong to host names.
    """
    _deploy(settings, collected)
    thread = LiveServerThread("127.0.0.1", Application)
    yield from _serve(thread, "http")


@pytest.fixture
def served_tls(
    committed_db: None, settings: Settings, collected: dict[str, Any], tmp_path: Path
) -> Iterator[str]:
    """As `served`, but over TLS with every setting that a deployment has there.

    The cookies are `__Host-…` and Secure, plain HTTP is sent on, HSTS is said. The database is
    migrated and empty; rows that the test makes are seen by the server, and so is its clock.
    """
    _deploy(settings, collected | settings_over_tls())
    yield from _serve(TLSServerThread("127.0.0.1", Application, certificate(tmp_path)), "https")


def _deploy(settings: Settings, chosen: dict[str, Any]) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    for name, value in chosen.items():
        setattr(settings, name, value)


def _serve(thread: LiveServerThread, scheme: str) -> Iterator[str]:
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"{scheme}://localhost:{thread.port}"
    thread.terminate()
    thread.join()
    connections.close_all()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


WHOLE_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The shell where there is one: the same browser without windows, a third less work."""
    yield from _launched(playwright, "chromium-headless-shell", *WHOLE_BROWSERS)


@pytest.fixture
def whole_chromium(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with what the shell leaves out, such as judging what may be installed."""
    yield from _launched(playwright, *WHOLE_BROWSERS)


def _launched(playwright: Playwright, *names: str) -> Iterator[Browser]:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("No Chromium on this machine: browser tests cannot run.")
    browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield browser
    browser.close()


class Person:
    """Someone signed in on a tablet of their own. Fails on any error of the page or server."""

    def __init__(self, context: BrowserContext, served: str) -> None:
        self.context, self.served = context, served
        self.errors: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("response", self._answered)

    def _note(self, message: Any) -> None:
        # A refused form answers 422, which the console reports as a failed resource.
        if message.type == "error" and "422" not in message.text:
            self.errors.append(message.text)

    def _answered(self, response: Any) -> None:
        if response.status >= 500:
            self.errors.append(f"{response.status} {response.url}")

    def sign_in(self, staff: Staff, password: str = PASSWORD) -> Person:
        """By the form, as tests do that are about it."""
        self.page.goto(f"{self.served}/sign-in/")
        self.page.get_by_label("User name").fill(staff.username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        return self

    def signed_in(self, staff: Staff, password: str = PASSWORD) -> Person:
        """Who has signed in, with no page open yet: two pages less than by the form."""
        address = urlsplit(self.served)
        client = Client(SERVER_NAME=address.hostname, SERVER_PORT=str(address.port))
        for cookie in self.context.cookies(self.served):
            client.cookies[cookie["name"]] = cookie["value"]
        body = {"login": staff.username, "password": password}
        answer = client.post("/sign-in/", body, secure=address.scheme == "https")
        assert answer.status_code == 302
        self._take({name: sent.value for name, sent in answer.cookies.items() if sent.value})
        return self

    def hold(self, tablet: Tablet) -> Person:
        """The browser is that enrolled tablet from now on."""
        self._take(tablet_cookies(tablet))
        return self

    def _take(self, cookies: dict[str, str]) -> None:
        is_secure = self.served.startswith("https")
        for name, value in cookies.items():
            self.context.add_cookies(
                [
                    {
                        "name": name,
                        "value": value,
                        "url": self.served,
                        "httpOnly": True,
                        "secure": is_secure,
                    }
                ]
            )

    def choose_site(self, name: str) -> None:
        self.page.locator("header details.menu summary").first.click()
        self.page.get_by_role("button", name=name).click()

    def go(self, path: str) -> None:
        self.page.goto(self.served + path)

    def tap(self, words: str, **options: Any) -> None:
        """Tap the link or button that says `words`."""
        target = self.page.get_by_role("link", name=words, **options).or_(
            self.page.get_by_role("button", name=words, **options)
        )
        target.first.click()

    def prints(self, ends: str) -> int:
        """Print the page whose address ends so, once it is loaded with the script that tells of a
        print: the status of that answer. A browser without a printer opens no dialogue; it
        fires the same event."""
        self.page.wait_for_url(f"**{ends}")
        with self.page.expect_response(lambda answer: answer.url.endswith("/printed/")) as told:
            self.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        return told.value.status

    def sees(self, words: str) -> bool:
        """Whether the page says `words`, which it is waited for: a tap returns before the next page
        is drawn."""
        expect(self.page.get_by_text(words).first).to_be_visible()
        return True

    def violations(self, *, is_contrast_seen: bool = False) -> list[str]:
        """What axe finds on the page as it stands. Three quarters of its work are contrasts, which
        a page need not be asked about in each of its states."""
        self.page.evaluate(AXE)
        # No rule that is on reads what axe would load beforehand.
        options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
        if is_contrast_seen:
            options["rules"] = {"color-contrast": {"enabled": False}}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{v['id']}: {node['html'][:160]}" for v in found["violations"] for node in v["nodes"]
        ]


Makes = Callable[..., Person]


@pytest.fixture
def person(chromium: Browser, served: str) -> Iterator[Makes]:
    """Make a person with a tablet; `size`, `theme` and `zone` are the tablet's."""
    yield from _people(chromium, served)


@pytest.fixture
def person_tls(chromium: Browser, served_tls: str) -> Iterator[Makes]:
    """As `person`, at the application that is served over TLS."""
    yield from _people(chromium, served_tls)


@pytest.fixture
def person_in_whole_chromium(whole_chromium: Browser, served: str) -> Iterator[Makes]:
    """As `person`, in a browser that has windows."""
    yield from _people(whole_chromium, served)


def _people(chromium: Browser, address: str) -> Iterator[Makes]:
    people: list[Person] = []

    def make(
        size: ViewportSize | None = None,
        theme: Any = "light",
        zone: str | None = None,
        *,
        has_worker: bool = False,
    ) -> Person:
        context = chromium.new_context(
            viewport=size or TABLET,
            has_touch=True,
            color_scheme=theme,
            bypass_csp=False,
            locale="en-GB",
            timezone_id=zone,
            # Most tests speak with the server alone; those of the service worker ask for it.
            service_workers="allow" if has_worker else "block",
            # The certificate is a throw-away one.
            ignore_https_errors=address.startswith("https"),
        )
        context.set_default_timeout(PATIENCE)
        made = Person(context, address)
        people.append(made)
        return made

    yield make
    # To close a page breaks off what it was asking for, which is no fault of the page.
    errors = [error for made in people for error in made.errors]
    for made in people:
        made.context.close()
    assert errors == []
