"""Five thousand requests that no page expects, in a browser: none breaks the server, none runs."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from math import ceil
from random import Random
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django import Settings

from clinic.models import Staff
from clinic.signin import arrival
from clinic.signin.library import SIGNED_IN_BY, SIGNED_IN_WHO
from monitoring.models import Amendment, Event, Patient, Reading, Session
from tests.browser.fuzz import CANARY, LAST, Fuzzed, Fuzzer, encoded, form_headers
from tests.browser.fuzzed_clinic import Clinic
from tests.clock import TestClock
from tests.engine import IS_WHOLE
from tests.factories import people
from tests.factories.people import SiteFactory

SEED = os.environ.get("FUZZ_SEED", "2026")
COUNTS = {
    "nurse": 1250,
    "clinician": 1250,
    "administrator": 1250,
    "auditor": 600,
    "emergency": 450,
    "no role": 200,
}
"""How many requests a person of each role sends; 5,000 together."""
SHARE = 1 if IS_WHOLE else 0.2
"""Of the requests, and of the pages that others than the first of a group open afterwards. In
`make test` those who write the record send them; everyone does in `make test-all`."""
GROUPS = (("nurse", "clinician"), ("administrator", "auditor", "emergency", "no role"))
KEPT = {
    "nurse": {"patients", "readings", "events", "amendments", "rooms"},
    "administrator": {"staff"},
}
"""What is kept with the canary in it, by the group's first role."""
BATCH = 50
OPENED = ceil(60 * SHARE)
"""How many of the pages that say the canary back are opened for real, for each role."""
FOUND = """(doc) => {
  const marks = new Set()
  if (doc.querySelector('x-canary, .x-canary, [onx]')) marks.add('markup')
  for (const script of doc.scripts)
    if (!script.src && script.type !== 'application/json' && script.textContent.trim())
      marks.add('inline script')
  for (const element of doc.querySelectorAll('*'))
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on')) marks.add(`handler ${name}`)
      if (/^(href|src|action|formaction)$/.test(name) && /^\\s*javascript:/i.test(value))
        marks.add(`script in ${name}`)
    }
  const comments = doc.createTreeWalker(doc, NodeFilter.SHOW_COMMENT)
  while (comments.nextNode())
    if (comments.currentNode.data.includes('CANARY')) marks.add('comment')
  if (/49CANARY|CANARY49/.test(doc.documentElement?.outerHTML ?? '')) marks.add('template')
  return [...marks]
}""".replace("CANARY", CANARY)
SEND = """async ([asks, token]) => {
  const found = FOUND
  const answers = []
  const send = async (ask, number) => {
    const headers = { 'X-CSRFToken': token, ...ask.headers }
    const answer = await fetch(ask.path,
      { method: ask.method, headers, body: ask.body, redirect: 'manual' })
    const text = await answer.text()
    const isPage = (answer.headers.get('content-type') ?? '').includes('html')
    const page = new DOMParser().parseFromString(isPage ? text : '', 'text/html')
    answers[number] =
      { status: answer.status, marks: found(page), reflects: isPage && text.includes('CANARY') }
  }
  const lane = async (first) => {
    for (let n = first; n < asks.length; n += 3)
      await send(asks[n], n).catch((e) => { answers[n] = { status: -1, marks: [String(e)] } })
  }
  await Promise.all([0, 1, 2].map(lane))
  return answers
}""".replace("FOUND", FOUND).replace("CANARY", CANARY)
WATCH = """addEventListener('securitypolicyviolation', (event) =>
  report(`${event.violatedDirective} ${event.blockedURI} at ${location.pathname}`))"""


class Sender:
    """A signed-in person's browser that sends what it is told, and keeps what came of it."""

    def __init__(self, browser: Browser, served: str, staff: Staff) -> None:
        self.served, self.staff = served, staff
        self.reports: list[str] = []
        # A service worker would ask the server for what a test answers by itself.
        self.context: BrowserContext = browser.new_context(service_workers="block")
        self.context.set_default_timeout(20_000)
        self.context.expose_binding("report", lambda _source, words: self.reports.append(words))
        self.context.add_init_script(WATCH)
        self.page: Page = self.context.new_page()
        self.page.on("dialog", self._dialog)
        self.statuses: Counter[int] = Counter()
        self.wrong: list[tuple[Any, Fuzzed]] = []
        self.reflecting: list[str] = []
        self.sign_in()

    def _dialog(self, dialog: Any) -> None:
        self.reports.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def sign_in(self) -> None:
        """As after a full sign-in with a second factor."""
        client = Client()
        client.force_login(Staff.objects.get(pk=self.staff.pk))
        session = client.session
        told = {"method": "password", "at": time.time(), "reauthenticated": True}
        session[SIGNED_IN_BY], session[SIGNED_IN_WHO] = [told], str(self.staff.pk)
        session[arrival.MEANS], session[arrival.SECOND_FACTOR] = ["password"], True
        session.save()
        name = django_settings.SESSION_COOKIE_NAME
        self.context.clear_cookies()
        cookie: Any = {"name": name, "value": client.cookies[name].value, "url": self.served}
        self.context.add_cookies([cookie])
        self.page.goto(f"{self.served}/account/")
        self.token = self.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
        # A page that does nothing by itself while it sends.
        self.page.goto(f"{self.served}/static/clinic/icon.svg")

    def send(self, asks: list[Fuzzed]) -> None:
        probe = Fuzzed("GET", "/account/")
        if self._sent([probe])[0]["status"] != 200:
            self.sign_in()
        for ask, answer in zip(asks, self._sent(asks), strict=True):
            self.statuses[answer["status"]] += 1
            if answer["status"] >= 500 or answer["status"] < 0 or answer["marks"]:
                self.wrong.append((answer, ask))
            if answer.get("reflects") and ask.method == "GET" and ".csv" not in ask.path:
                self.reflecting.append(ask.path)

    def _sent(self, asks: list[Fuzzed]) -> Any:
        return self.page.evaluate(SEND, [[ask.told() for ask in asks], self.token])

    def open(self, paths: list[str]) -> Iterator[str]:
        """Open pages as a person would; yields those that show the canary."""
        for path in paths:
            answer = self.page.goto(self.served + path, wait_until="load")
            marks = self.page.evaluate(f"({FOUND})(document)")
            if self.page.evaluate("window.canary"):
                marks.append("ran")
            if marks or (answer and answer.status >= 500):
                self.wrong.append((marks, Fuzzed("GET", path)))
            if CANARY in self.page.content():
                yield path


@pytest.fixture(autouse=True)
def _no_files(settings: Settings) -> None:
    """The test's server would look for every address among uploaded files; there are none."""
    settings.MEDIA_URL = "/no-files/"


def test_five_thousand_requests_are_sent_by_people_of_each_role() -> None:
    assert sum(COUNTS.values()) >= 5000
    assert sorted(role for group in GROUPS for role in group) == sorted(COUNTS)


@pytest.mark.parametrize("roles", GROUPS if IS_WHOLE else GROUPS[:1], ids=" and ".join)
def test_nothing_that_is_sent_breaks_the_server_or_runs_in_the_browser(
    chromium: Browser, served: str, clock: TestClock, settings: Settings, roles: tuple[str, ...]
) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 60 * 60
    clinic = Clinic(clock)
    people = clinic.everyone(COUNTS)
    wrong, shown, statuses = [], [], Counter[int]()
    for role in roles:
        seed = f"{SEED} {role}"
        sender = Sender(chromium, served, people[role])
        fuzzer = Fuzzer(seed, role, clinic.forms(), clinic.ids())
        asks = list(fuzzer.requests(sent_by(role) - len(LAST)))
        for first in range(0, len(asks), BATCH):
            sender.send(asks[first : first + BATCH])
        for name in sorted(LAST - {"emergency-leave"}):
            sender.send([Fuzzed("POST", reverse(name), encoded(fuzzer.pairs()), form_headers())])
        sender.sign_in()
        shown += list(sender.open(sender.reflecting[:OPENED]))
        pages = clinic.pages()
        if role != roles[0]:
            pages = Random(seed).sample(pages, ceil(len(pages) * SHARE))
        shown += list(sender.open(pages))
        sender.send([Fuzzed("POST", reverse("emergency-leave"), "a=b", form_headers())])
        wrong += [(seed, *found) for found in sender.wrong] + [(seed, r) for r in sender.reports]
        statuses += sender.statuses
        sender.context.close()
    assert wrong == []
    assert statuses.total() == sum(map(sent_by, roles))
    assert {0, 200, 403, 404, 405, 422} <= set(statuses)
    assert len(shown) > OPENED
    assert {name for name, count in kept().items() if count} >= KEPT[roles[0]]


def sent_by(role: str) -> int:
    return ceil(COUNTS[role] * SHARE)


def kept() -> dict[str, int]:
    """How much of what was sent was kept, canary and all."""
    return {
        "patients": Patient.objects.filter(family_name__contains=CANARY).count(),
        "readings": Reading.objects.filter(note__contains=CANARY).count(),
        "events": Event.objects.filter(detail__contains=CANARY).count(),
        "amendments": Amendment.objects.filter(text__contains=CANARY).count(),
        "rooms": Session.objects.filter(room__contains=CANARY).count(),
        "staff": Staff.objects.filter(last_name__contains=CANARY).count(),
    }


# The checks can fail


@pytest.mark.parametrize(
    ("page", "mark"),
    [
        (f'<input value=""><x-canary onx=1>{CANARY}">', "markup"),
        (f"<script>window.canary=1//{CANARY}</script>", "inline script"),
        ('<img src=x onerror="window.canary=1">', "handler onerror"),
        (f'<a href="javascript:{CANARY}">a</a>', "script in href"),
        (f"<p>49{CANARY}49</p>", "template"),
        (f"<!--{CANARY}-->", "comment"),
    ],
)
def test_what_is_not_escaped_would_be_found(
    chromium: Browser, served: str, clock: TestClock, page: str, mark: str
) -> None:
    sender = Sender(chromium, served, people.person(SiteFactory.create(), "nurse"))
    sender.context.route(
        "**/control/", lambda route: route.fulfill(body=page, content_type="text/html")
    )
    sender.send([Fuzzed("GET", "/control/")])
    list(sender.open(["/control/"]))
    (sent, _), *opened = sender.wrong
    assert mark in sent["marks"]
    assert mark in opened[0][0]
    assert ("ran" in opened[0][0]) is ("window.canary=1" in page)


def test_what_the_policy_stops_would_be_reported(
    chromium: Browser, served: str, clock: TestClock
) -> None:
    sender = Sender(chromium, served, people.person(SiteFactory.create(), "nurse"))
    answer = sender.page.goto(f"{served}/account/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    headers = {"Content-Type": "text/html", "Content-Security-Policy": policy}
    body = "<script>window.canary=1</script><p>Stopped</p>"
    sender.context.route("**/control/", lambda route: route.fulfill(body=body, headers=headers))
    list(sender.open(["/control/"]))
    assert [r for r in sender.reports if r.startswith("script-src")]
    assert "ran" not in sender.wrong[0][0]
