"""Tablets that send to the clinic without a pause, and the reckoning of what was kept.

A tablet sends a form until it is told that it is saved, with the id that the form was given when it
was filled in: what was saved and not answered is sent again, and has to stand there once.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from math import inf
from urllib.parse import urlencode

from clinic.ids import uuid7
from monitoring.rules.questions import US_CHECKLIST

WAITS = 15
PAUSE = 0.2
PASSWORD = "a password for tests"


@dataclass
class Sent:
    """What all tablets were told: by id, when."""

    saved: dict[str, float] = field(default_factory=dict)
    begun: dict[str, dict[str, str]] = field(default_factory=dict)
    """The forms of all readings that were sent, saved or not."""
    rows: dict[str, str] = field(default_factory=dict)
    """What else is saved: the row's id, and its table."""
    answers: Counter[int] = field(default_factory=Counter)

    def silence(self, since: float) -> float:
        """The longest time without a reading that was saved, in seconds, up to the last one."""
        moments = [since, *sorted(at for at in list(self.saved.values()) if at > since)]
        return max((later - earlier for earlier, later in pairwise(moments)), default=inf)


@dataclass
class Place:
    """Where the clinic is reached, and what the proxy in front of it says with each request."""

    host: str
    port: int
    headers: dict[str, str] = field(default_factory=dict)


class Browser:
    """Asks as a person who is signed in, whose cookies these are."""

    def __init__(self, place: Place, cookies: dict[str, str]) -> None:
        self._place, self.cookies = place, dict(cookies)
        self._token = ""
        self.page = ""
        """What was shown last."""

    def send(self, session: str, form: dict[str, str], page: str = "reading/") -> tuple[int, str]:
        """The status of the answer, and where it leads."""
        path = f"/sessions/{session}/{page}"
        if not self._token:
            status, place = self.ask_token(session)
            if not self._token:
                return status, place
        form = form | {"csrfmiddlewaretoken": self._token}
        status, place, _ = self.ask("POST", path, form)
        return status, place

    def ask_token(self, session: str) -> tuple[int, str]:
        status, place, text = self.ask("GET", f"/sessions/{session}/reading/")
        if found := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text):
            self._token = found[1]
        return status, place

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """The status, where it leads, and the page."""
        place = self._place
        connection = http.client.HTTPConnection(place.host, place.port, timeout=WAITS)
        try:
            headers = place.headers | {
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                "Content-Type": "application/x-www-form-urlencoded",
            }
            connection.request(method, path, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
            self.page = answer.read().decode()
            for line in answer.headers.get_all("Set-Cookie") or []:
                if found := re.match(r'([^=]+)="?([^;"]*)', line):
                    self.cookies[found[1]] = found[2]
            return answer.status, answer.headers.get("Location", ""), self.page
        finally:
            connection.close()


class Tablet(threading.Thread):
    """Sends readings to some sessions, as one who is signed in."""

    def __init__(self, sent: Sent, browser: Browser, sessions: list[str]) -> None:
        super().__init__(daemon=True)
        self.sent, self.browser, self.sessions = sent, browser, sessions
        self._is_over = threading.Event()

    def finish(self) -> None:
        self._is_over.set()
        self.join(WAITS * 2)

    def run(self) -> None:
        while not self._is_over.is_set():
            self._send_until_saved()
            self._is_over.wait(PAUSE)

    def _send_until_saved(self) -> None:
        where, form = random.choice(self.sessions), reading()
        self.sent.begun[form["id"]] = form
        if self.is_saved(self.browser, where, form):
            self.sent.saved[form["id"]] = time.monotonic()

    def is_saved(
        self, browser: Browser, where: str, form: dict[str, str], page: str = "reading/"
    ) -> bool:
        """Send until it is saved. What is asked about is not sent again: another is typed."""
        while not self._is_over.is_set():
            try:
                status, place = browser.send(where, form, page)
            except (OSError, http.client.HTTPException):
                status, place = 0, ""
            self.sent.answers[status] += 1
            if status == HTTPStatus.FOUND and place.startswith(f"/sessions/{where}/"):
                return True
            if status in {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}:
                return False
            self._is_over.wait(PAUSE)
        return False


class Leaving(Tablet):
    """Takes one patient after the other to the signature and home."""

    def __init__(self, sent: Sent, nurse: Browser, signer: Browser, sessions: list[str]) -> None:
        super().__init__(sent, nurse, list(sessions))
        self.signer = signer

    def run(self) -> None:
        while self.sessions and not self._is_over.is_set():
            self._take_home(self.sessions.pop())

    def _take_home(self, where: str) -> None:
        form = reading()
        self.sent.begun[form["id"]] = form
        if not self.is_saved(self.browser, where, form, "reading/?slot=120"):
            return
        self.sent.saved[form["id"]] = time.monotonic()
        signed, left = signature(self._shown(where)), departure()
        if not self.is_saved(self.signer, where, signed, "clearance/"):
            return
        self.sent.rows[signed["id"]] = "monitoring_clearance"
        if self.is_saved(self.browser, where, left, "departure/?kind=discharged"):
            self.sent.rows[left["id"]] = "monitoring_departure"

    def _shown(self, where: str) -> str:
        """The number of the last entry on the page that is signed."""
        while not self._is_over.is_set():
            with suppress(OSError, http.client.HTTPException):
                _, _, page = self.signer.ask("GET", f"/sessions/{where}/clearance/")
                if found := re.search(r'name="through_seq" value="(\d+)"', page):
                    return found[1]
            self._is_over.wait(PAUSE)
        return ""


def reading() -> dict[str, str]:
    """A set of observations, with which the patient may leave; its id stands in its note as well,
    so that a copy would be found."""
    id = str(uuid7())
    return {
        "id": id,
        "note": id,
        "systolic": str(random.randint(120, 128)),
        "diastolic": str(random.randint(76, 82)),
        "heart_rate": str(random.randint(62, 84)),
        "spo2": str(random.randint(96, 99)),
        "oxygen": "0",
        "respiratory_rate": str(random.randint(12, 18)),
        "sedation": "5",
        "dissociation": "0",
    }


def signature(through_seq: str) -> dict[str, str]:
    return dict.fromkeys(US_CHECKLIST, "on") | {
        "id": str(uuid7()),
        "through_seq": through_seq,
        "had_serious_event": "no",
        "ready_minutes": "95",
        "identified_by": "mrn",
        "password": PASSWORD,
    }


def departure() -> dict[str, str]:
    return {
        "id": str(uuid7()),
        "escort_name": "Ann Smith",
        "escort_phone": "555 0101",
        "transport": "Car",
        "advice_given": "on",
        "had_serious_event": "no",
    }


@dataclass(frozen=True)
class Reckoning:
    lost: set[str]
    twice: set[str]
    unknown: set[str]
    """Readings that no tablet sent."""
    false: set[str]
    """Readings that stand with other values than were sent."""

    def __bool__(self) -> bool:
        return bool(self.lost or self.twice or self.unknown or self.false)


def reckon(
    sent: Sent, notes: Iterable[str], values: Mapping[str, Mapping[str, str]] | None = None
) -> Reckoning:
    """What the tablets were told against the notes of all readings that they could have written,
    and against the values that stand beside a note."""
    found = Counter(notes)
    return Reckoning(
        lost=set(sent.saved) - set(found),
        twice={note for note, count in found.items() if count > 1},
        unknown=set(found) - set(sent.begun),
        false={
            note
            for note, stored in (values or {}).items()
            if note in sent.begun and not stored.items() <= sent.begun[note].items()
        },
    )
